# Molecular dynamics, as each round walked: temperature and energy over time,
# and the radial distribution functions of the last walk.
#
#   ntimes[k]               frames of round k
#   dyn_time[k, n], dyn_temperature[k, n], dyn_energy[k, n]
#                           fs, K, eV
#
# Stretches of one walk, each with a model that knows more, are together that
# of round nrounds.

function dynamics_frame(k,    n) {
    n = ++ntimes[k]
    dyn_time[k, n] = key_real("time")
    dyn_temperature[k, n] = key_real("temperature")
    dyn_energy[k, n] = "ml_energy" in key ? key_real("ml_energy") : \
        label_energy()
}

function walk_words(k) {
    return (k < nrounds ? "last " : "") "walk"
}

function last_walk(    k) {
    for (k = nrounds; k > 0; k--)
        if (ntimes[k] > 1)
            return k
    return ""
}

# Mean and standard deviation over the second half of a walk.
function later_mean(k,    n, x, sum, sum2, count) {
    count = sum = sum2 = 0
    for (n = int(ntimes[k] / 2) + 1; n <= ntimes[k]; n++)
        if ((x = dyn_temperature[k, n]) != "") {
            count++
            sum += x
            sum2 += x * x
        }
    later_spread = ""
    if (!count)
        return ""
    x = sum2 / count - (sum / count) ^ 2
    later_spread = sqrt(x > 0 ? x : 0)
    return sum / count
}

function dynamics_tiles(    k, mean) {
    k = last_walk()
    if (k == "")
        return
    tile(number(dyn_time[k, ntimes[k]] / 1000, 3) " <small>ps</small>", \
        "length of the " walk_words(k))
    mean = later_mean(k)
    tile(number(mean, 3) " <small>K</small>", \
        "mean temperature of its second half; it varies by " \
        number(later_spread, 2) " K")
}

function dynamics_report(    k) {
    section("dynamics", "The dynamics")
    k = last_walk()
    if (k == "") {
        note("No walk has been made yet.")
        return
    }
    print "<div class=\"figures\">"
    over_time(k, "Temperature", "temperature, K")
    over_time(k, "Energy", "potential energy, eV above the first")
    distribution(k)
    print "</div>"
    walks_table()
}

function dyn_value(k, n, what) {
    return what == "Temperature" ? dyn_temperature[k, n] : \
        dyn_energy[k, n] == "" || dyn_energy[k, 1] == "" ? "" : \
        dyn_energy[k, n] - dyn_energy[k, 1]
}

# Of a long walk every so manieth frame.
function over_time(k, what, words,    s, n, j, before, every) {
    plot(what " over time", "time, ps", words, "")
    before = k < nrounds ? k - 1 : 0
    while (before > 0 && ntimes[before] < 2)
        before--
    for (j = before > 0 ? before : k; j <= k; j++) {
        if (ntimes[j] < 2)
            continue
        s = series(k < nrounds ? "round " j : "walk", \
            j < k ? "line thin" : "line", j < k ? 3 : 1)
        every = int(ntimes[j] / 1000) + 1
        for (n = 1; n <= ntimes[j]; n += every)
            point(s, dyn_time[j, n] / 1000, dyn_value(j, n, what))
    }
    if (what == "Energy") {
        s = series(k < nrounds ? "labels of round " k : "labels", \
            "points", 2)
        for (n = 1; n <= nasks; n++)
            if ((ask_round[n] == k || k == nrounds) && ask_time[n] != "" && \
                ask_energy[n] != "" && dyn_energy[k, 1] != "")
                point(s, ask_time[n] / 1000, ask_energy[n] - dyn_energy[k, 1])
    }
    plot_end(what " along the " walk_words(k) (before > 0 ? \
        " and the one before." : "."))
}

function walks_table(    k, mean) {
    table(">Round\t>Frames\t>Length<small>ps</small>\t" \
        ">Temperature<small>K, second half</small>\t>Spread<small>K</small>\t" \
        "Ended by")
    for (k = 1; k < nrounds; k++)
        if (ntimes[k]) {
            mean = later_mean(k)
            row(k "\t" ntimes[k] "\t" number(dyn_time[k, ntimes[k]] / 1000, 3) \
                "\t" number(mean, 4) "\t" number(later_spread, 2) "\t" \
                text(walk_reason[k]))
        }
    table_end()
}

# Radial distribution of the second half of the walk, for each pair of
# elements but two rare ones, whose bond would dwarf the others: neighbours of b
# around a in a shell, over what they would be if they were spread over the cell.
function distribution(k,    a, b, s, n, r, most) {
    split("", rdf_count)
    rdf_step = 0.1
    rdf_far = 7
    rdf_frames = 0
    rdf_read(k < nrounds ? k "/traj.xyz" : "walk.xyz", ntimes[k])
    if (!rdf_frames)
        return
    most = 0
    for (a = 1; a <= rdf_kinds; a++)
        most = rdf_number[a] > most ? rdf_number[a] : most
    plot("Radial distribution functions", "distance, \303\205", \
        has_cell ? "g(r)" : "neighbours per \303\205", "")
    for (a = 1; a <= rdf_kinds && n < 5; a++)
        for (b = a; b <= rdf_kinds && n < 5; b++) {
            if (!rdf_count[a, b] || (a == b && rdf_number[a] == 1) || \
                (4 * rdf_number[a] < most && 4 * rdf_number[b] < most))
                continue
            n++
            s = series(text(rdf_kind[a]) "\342\200\223" text(rdf_kind[b]), \
                n % 3 ? "line" : "line dash", n)
            for (r = 0; r * rdf_step < rdf_far; r++)
                point(s, (r + 0.5) * rdf_step, rdf_value(a, b, r))
        }
    plot_end("From " plural(rdf_frames, "frame") " of the second half of the " \
        walk_words(k) (has_cell ? "; normalized by the whole cell, with its " \
        "vacuum, if it has one." : "."))
}

function rdf_value(a, b, r,    low, shell, n) {
    n = rdf_shell[a, b, r] / rdf_frames / rdf_number[a]
    if (!has_cell)
        return n / rdf_step
    low = r * rdf_step
    shell = 4.18879020478639 * ((low + rdf_step) ^ 3 - low ^ 3)
    return n / (shell * rdf_number[b] / rdf_volume)
}

function rdf_read(file, total,    n, every, work) {
    n = 0
    every = 0
    while (frame_open(file)) {
        n++
        if (n <= total / 2 || (every && n % every)) {
            frame_skip(file)
            continue
        }
        frame_atoms(file)
        frame_cell()
        if (!every) { # a few million distances are a second or two
            rdf_prepare()
            work = natoms * natoms * (2 * rdf_n[0] + 1) * (2 * rdf_n[1] + 1) * \
                (2 * rdf_n[2] + 1)
            every = int(work * total / 2 / 2e6) + 1
            if (work > 4e6)
                break
        }
        rdf_add()
    }
    close(file)
}

# Elements, and how many images reach far enough.
function rdf_prepare(    i, k, c, a, b, area, t) {
    rdf_kinds = 0
    split("", rdf_index)
    split("", rdf_number)
    for (i = 1; i <= natoms; i++) {
        if (!(species[i] in rdf_index)) {
            rdf_kind[++rdf_kinds] = species[i]
            rdf_index[species[i]] = rdf_kinds
        }
        rdf_number[rdf_index[species[i]]]++
    }
    rdf_volume = 0
    for (k = 0; k < 3; k++) {
        a = (k + 1) % 3
        b = (k + 2) % 3
        area = 0
        t = 0
        for (c = 0; c < 3; c++) {
            i = lattice[a, (c + 1) % 3] * lattice[b, (c + 2) % 3] - \
                lattice[a, (c + 2) % 3] * lattice[b, (c + 1) % 3]
            area += i * i
            t += i * lattice[k, c]
        }
        rdf_volume = t < 0 ? -t : t
        rdf_n[k] = periodic[k] && rdf_volume > 0 ? \
            int(rdf_far * sqrt(area) / rdf_volume) + 1 : 0
    }
    if (rdf_volume == 0)
        has_cell = 0
}

function rdf_add(    x, y, z, c, shift) {
    rdf_frames++
    for (x = -rdf_n[0]; x <= rdf_n[0]; x++)
        for (y = -rdf_n[1]; y <= rdf_n[1]; y++)
            for (z = -rdf_n[2]; z <= rdf_n[2]; z++) {
                for (c = 0; c < 3; c++)
                    shift[c] = x * lattice[0, c] + y * lattice[1, c] + \
                        z * lattice[2, c]
                rdf_image(shift[0], shift[1], shift[2])
            }
}

function rdf_image(x, y, z,    i, j, a, b, d2, shell, itself) {
    itself = x == 0 && y == 0 && z == 0
    for (i = 1; i <= natoms; i++)
        for (j = 1; j <= natoms; j++) {
            d2 = (pos[j, 0] + x - pos[i, 0]) ^ 2
            if (d2 > 49 || (d2 += (pos[j, 1] + y - pos[i, 1]) ^ 2) > 49 || \
                (d2 += (pos[j, 2] + z - pos[i, 2]) ^ 2) >= rdf_far ^ 2 || \
                (itself && i == j))
                continue
            a = rdf_index[species[i]]
            b = rdf_index[species[j]]
            rdf_shell[a, b, int(sqrt(d2) / rdf_step)]++
            rdf_count[a, b]++
        }
}
