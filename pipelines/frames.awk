# Frames of extended XYZ, one after the other:
#
#   while (frame_open(file)) { ...; frame_atoms(file) or frame_skip(file) }
#   close(file)
#
# frame_open() leaves natoms, the keys in key[name], their names in order in
# key_name[1..nkeys], and the columns: where they begin in column[name], how
# wide they are in width[name].  frame_atoms() adds species[i], pos[i, c],
# moves[i, c] and, of the columns that there are, force[i, c], ml_force[i, c]
# and sigma[i].  Pipelines hold what our tools have written, and the user's
# own file, which may be anything: then frame_open() is 0.

function exists(file,    line, there) {
    there = (getline line < file) >= 0
    close(file)
    return there
}

function has_frame(file,    there) {
    there = frame_open(file)
    close(file)
    return there
}

function frame_open(file,    line, got) {
    do
        got = getline line < file
    while (got > 0 && line ~ /^[ \t\r]*$/)
    if (got <= 0 || line !~ /^[ \t]*[0-9]+[ \t\r]*$/ || line + 0 < 1)
        return 0
    natoms = line + 0
    if ((getline line < file) <= 0)
        return 0
    sub(/\r$/, "", line)
    keys(line)
    columns("Properties" in key ? key["Properties"] : "species:S:1:pos:R:3")
    return 1
}

function keys(line,    name) {
    split("", key)
    nkeys = 0
    rest = line
    for (;;) {
        sub(/^[ \t]+/, "", rest)
        if (rest == "")
            return
        name = word("[= \t]")
        sub(/^[ \t]+/, "", rest)
        if (rest ~ /^=/) {
            sub(/^=[ \t]*/, "", rest)
            if (!(name in key))
                key_name[++nkeys] = name
            key[name] = word("[ \t]")
        } else {
            if (!(name in key))
                key_name[++nkeys] = name
            key[name] = "T"
        }
    }
}

# Take from rest what is between quotes or brackets, or goes to an end.
function word(end,    n, s, c) {
    c = substr(rest, 1, 1)
    n = 0
    if (match(rest, /^_JSON[ \t]+"/)) {
        rest = substr(rest, RLENGTH)
        c = "\""
    }
    if (c == "\"" && match(rest, /^"([^"\\]|\\.)*"/))
        n = RLENGTH
    else if (c == "'" && match(rest, /^'([^'\\]|\\.)*'/))
        n = RLENGTH
    else if (c == "{" && match(rest, /^[{][^}]*[}]/))
        n = RLENGTH
    else if (c == "[" && match(rest, /^\[(\[[^]]*\][, \t]*)*[^]]*\]/))
        n = RLENGTH
    if (n) {
        s = substr(rest, 2, n - 2)
        rest = substr(rest, n + 1)
        gsub(/\\n/, " ", s)
        gsub(/\\"/, "\"", s)
        gsub(/\\\\/, "\\", s)
        return s
    }
    n = match(rest, end) && RSTART > 1 ? RSTART - 1 : RSTART == 1 ? 1 : \
        length(rest)
    s = substr(rest, 1, n)
    rest = substr(rest, n + 1)
    return s
}

function columns(properties,    p, n, i, at) {
    split("", column)
    split("", width)
    n = split(properties, p, ":")
    at = 1
    for (i = 1; i + 2 <= n; i += 3) {
        column[p[i]] = at
        width[p[i]] = p[i + 2] + 0
        at += p[i + 2]
    }
}

# A number among the keys, or "".
function key_real(name) {
    return name in key ? real(key[name]) : ""
}

function key_text(name) {
    return name in key ? key[name] : ""
}

function frame_skip(file,    i, line) {
    for (i = 1; i <= natoms; i++)
        if ((getline line < file) <= 0)
            return
}

function frame_atoms(file,    i, line, w) {
    for (i = 1; i <= natoms; i++) {
        if ((getline line < file) <= 0) {
            natoms = i - 1
            return 0
        }
        sub(/\r$/, "", line)
        split(line, w)
        species[i] = "species" in column ? w[column["species"]] : "X"
        vector(pos, i, w, "pos")
        vector(force, i, w, "forces")
        vector(ml_force, i, w, "ml_forces")
        sigma[i] = "ml_sigma_f" in column ? real(w[column["ml_sigma_f"]]) : ""
        mask(i, w)
    }
    return 1
}

function vector(v, i, w, name,    c) {
    if (name in column)
        for (c = 0; c < 3; c++)
            v[i, c] = real(w[column[name] + c])
}

# F in the column move_mask, one for the atom or three, holds it.
function mask(i, w,    c) {
    for (c = 0; c < 3; c++)
        moves[i, c] = 1
    if ("move_mask" in column)
        for (c = 0; c < 3; c++)
            moves[i, c] = w[column["move_mask"] + \
                (width["move_mask"] == 3 ? c : 0)] !~ /^[Ff0]/
}

function is_free(i) {
    return moves[i, 0] || moves[i, 1] || moves[i, 2]
}

# The largest force of v on an atom, over the directions that may move.
function largest(v,    i, c, f, most) {
    most = ""
    for (i = 1; i <= natoms; i++) {
        f = 0
        for (c = 0; c < 3; c++)
            if (moves[i, c]) {
                if (v[i, c] == "")
                    return ""
                f += v[i, c] ^ 2
            }
        if (is_free(i) && (most == "" || f > most))
            most = f
    }
    return most == "" ? "" : sqrt(most)
}

# The largest spread of the force on an atom that may move.
function largest_sigma(    i, most) {
    most = ""
    for (i = 1; i <= natoms; i++)
        if (is_free(i) && sigma[i] != "" && (most == "" || sigma[i] > most))
            most = sigma[i]
    return most
}

# The energy that the forces are the derivative of.
function label_energy() {
    return "free_energy" in key ? key_real("free_energy") : key_real("energy")
}

# The atoms as a formula, HTML: carbon and hydrogen first, as Hill has it.
function formula(    i, j, n, s, t, count, names, out) {
    n = 0
    for (i = 1; i <= natoms; i++)
        if (count[species[i]]++ == 0)
            names[++n] = species[i]
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && \
            comes_first(names[j], names[j - 1], "C" in count); j--) {
            t = names[j]
            names[j] = names[j - 1]
            names[j - 1] = t
        }
    for (i = 1; i <= n; i++)
        out = out text(names[i]) \
            (count[names[i]] > 1 ? "<sub>" count[names[i]] "</sub>" : "")
    return out
}

function comes_first(a, b, organic) {
    if (organic && (a == "C" || b == "C"))
        return a == "C"
    if (organic && (a == "H" || b == "H"))
        return a == "H"
    return a < b
}

# The cell in cell[vector, component], and which directions are periodic.
function frame_cell(    c, i, n, words) {
    split("", lattice)
    words = key_text("Lattice")
    gsub(/[][,{}]/, " ", words)
    has_cell = split(words, c) == 9
    for (i = 0; i < 9; i++) {
        lattice[int(i / 3), i % 3] = has_cell ? real(c[i + 1]) : 0
        if (lattice[int(i / 3), i % 3] == "")
            has_cell = 0
    }
    words = key_text("pbc")
    gsub(/[][,{}]/, " ", words)
    n = split(words, c)
    for (i = 0; i < 3; i++)
        periodic[i] = has_cell && (n == 3 ? c[i + 1] ~ /^[Tt1]/ : 1)
}
