# One line of the table of dft-cases.sh: how far a label is from what another
# code found.  Reads the frame of the reference, the label, and what
# dft-single --verbose told; seconds comes from outside.

function value(key, line,    at, rest) {
    at = index(line, " " key "=")
    if (!at)
        return ""
    rest = substr(line, at + length(key) + 2)
    if (rest ~ /^"/) {
        rest = substr(rest, 2)
        return substr(rest, 1, index(rest, "\"") - 1)
    }
    sub(/ .*/, "", rest)
    return rest
}

function abs(x) { return x < 0 ? -x : x }

# Are two k points one, but for time reversal and lattice vectors?
function same_k(a, b,    i, s, d) {
    for (s = -1; s <= 1; s += 2) {
        for (i = 1; i <= 3; i++) {
            d = a[i] - s * b[i]
            d -= int(d + (d < 0 ? -0.5 : 0.5))
            if (abs(d) > 1e-6)
                break
        }
        if (i > 3)
            return 1
    }
    return 0
}

# The largest difference of the numbers of a key, 0 where a has none.
function apart(key, a, b,    n, i, x, y, most) {
    n = split(value(key, a), x, " ")
    if (n && split(value(key, b), y, " ") != n)
        return 1e9
    for (i = 1; i <= n; i++)
        if (abs(x[i] - y[i]) > most)
            most = abs(x[i] - y[i])
    return most + 0
}

# Columns of the forces in a row of the frame whose comment is line.
function first_force(line,    n, p, i, at) {
    n = split(value("Properties", line), p, ":")
    for (i = at = 1; i <= n; i += 3) {
        if (p[i] == "forces")
            return at
        at += p[i + 2]
    }
}

FNR == 1 { file++ }
file == 1 && FNR == 1 { natoms = $1 }
file < 3 && FNR == 2 { comment[file] = $0; column[file] = first_force($0) }
file < 3 && FNR > 2 {
    for (i = 0; i < 3; i++)
        force[file, FNR, i] = $(column[file] + i)
}
file == 3 && $1 == "k" && !found {
    split(value("k1", comment[1]), k1, " ")
    here[1] = $3; here[2] = $4; here[3] = $5
    found = at_k1 = same_k(k1, here)
}
file == 3 && $1 == "eigenvalues" && at_k1 {
    at_k1 = 0
    n = split(value("eigenvalues", comment[1]), e, " ")
    for (i = 1; i <= n && $(i + 1) + 0 == $(i + 1); i++)
        if (abs($(i + 1) - e[i]) > eigen)
            eigen = abs($(i + 1) - e[i])
    compared = i - 1
}
file == 3 && (NF == 2 || NF == 3) { told[$1] = $2 }

END {
    name = value("name", comment[1])
    upf = index(comment[1], "--pseudo=") > 0
    if (file < 3 || !("free_energy" in told)) {
        print name, "-", "-", "-", "-", "-", "-", "-", "-", "-", "NO LABEL"
        exit 1
    }
    told["one_electron"] = told["kinetic"] + told["local"] + told["nonlocal"]
    energy = abs(value("free_energy", comment[2]) - \
        value("free_energy", comment[1]))
    for (i = 3; i < natoms + 3; i++)
        for (k = 0; k < 3; k++) {
            d = abs(force[2, i, k] - force[1, i, k])
            if (d > worst)
                worst = d
        }
    n = split("kinetic local nonlocal one_electron hartree xc ewald minus_ts", \
        term, " ")
    for (i = 1; i <= n; i++) {
        x = value(term[i], comment[1])
        if (x != "" && abs(told[term[i]] - x) >= component) {
            component = abs(told[term[i]] - x)
            which = term[i]
        }
    }
    stress = apart("stress", comment[1], comment[2])
    moment = apart("magmom", comment[1], comment[2])
    x = value("fermi", comment[1])
    fermi = x == "" ? 0 : abs(told["fermi"] - x)
    if (upf)
        ok = energy < 3e-3 && worst < 0.5e-3
    else
        ok = energy / natoms < 0.05e-3 && worst < 0.2e-3 && eigen < 0.5e-3 && \
            fermi < 0.5e-3 && component / natoms < 0.5e-3 && compared > 0 && \
            stress < 5e-6 && moment < 1e-3
    printf "%s %s %.4f %.4f %.4f %s %.4f %s %.4f %d %.1f %s\n", name, \
        value("origin", comment[1]), 1e3 * energy / natoms, 1e3 * worst, \
        1e3 * eigen, x == "" ? "-" : sprintf("%.4f", 1e3 * fermi), \
        1e3 * component / natoms, which, 1e3 * stress, told["steps"], seconds, \
        ok ? "ok" : "DIFFERS"
    exit !ok
}
