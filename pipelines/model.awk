# What the model had said, before it was told: predictions of frames that were
# labelled afterwards, beside the labels.

# Of the labelled frame n, which is open: forces by component, and the error
# of each free atom beside its spread.  Of very many, some are kept.
function compare_forces(n,    i, c, d, e2, any) {
    if (!("ml_forces" in column) || !("forces" in column))
        return
    for (i = 1; i <= natoms; i++) {
        e2 = any = 0
        for (c = 0; c < 3; c++) {
            if (!moves[i, c] || ml_force[i, c] == "" || force[i, c] == "")
                continue
            any++
            d = ml_force[i, c] - force[i, c]
            e2 += d * d
            cmp_n[n]++
            cmp_abs[n] += d < 0 ? -d : d
            if (cmp_thin++ % cmp_stride == 0)
                keep_pair(n, force[i, c], ml_force[i, c])
        }
        if (any == 3 && sigma[i] != "") {
            cmp_atoms[n]++
            cmp_one[n] += e2 <= sigma[i] ^ 2
            cmp_two[n] += e2 <= 4 * sigma[i] ^ 2
            keep_spread(n, sigma[i], sqrt(e2))
        }
        cmp_e2[n] += e2
    }
}

BEGIN {
    cmp_stride = 1
    spread_stride = 1
}

function keep_pair(n, dft, ml,    i) {
    npairs++
    pair_ask[npairs] = n
    pair_dft[npairs] = dft
    pair_ml[npairs] = ml
    if (npairs < 4000)
        return
    cmp_stride *= 2
    for (i = 1; 2 * i <= npairs; i++) {
        pair_ask[i] = pair_ask[2 * i]
        pair_dft[i] = pair_dft[2 * i]
        pair_ml[i] = pair_ml[2 * i]
    }
    npairs = i - 1
}

function keep_spread(n, s, e,    i) {
    if (spread_thin++ % spread_stride)
        return
    nspreads++
    spread_ask[nspreads] = n
    spread_sigma[nspreads] = s
    spread_error[nspreads] = e
    if (nspreads < 2000)
        return
    spread_stride *= 2
    for (i = 1; 2 * i <= nspreads; i++) {
        spread_ask[i] = spread_ask[2 * i]
        spread_sigma[i] = spread_sigma[2 * i]
        spread_error[i] = spread_error[2 * i]
    }
    nspreads = i - 1
}

function model_report() {
    section("model", "What the model said, and what was so")
    if (!npairs) {
        note("No frame has both a prediction and a label yet.")
        return
    }
    para("Each frame that was asked about had been predicted before it was " \
        "labelled. These are the errors of predictions, not of a fit.")
    print "<div class=\"figures\">"
    force_parity()
    energy_parity()
    spread_plot()
    print "</div>"
    error_table()
    model_table()
}

# Components of forces; the last round by itself.
function force_parity(    old, new, i, last) {
    last = ask_round[pair_ask[npairs]]
    plot("Predicted and labelled forces", "force by DFT, eV/\303\205", \
        "predicted, eV/\303\205", "square")
    diagonal("", 1, 3, "")
    old = series("rounds before", "dots", 3)
    new = series("round " last, "dots", 1)
    for (i = 1; i <= npairs; i++)
        point(ask_round[pair_ask[i]] == last ? new : old, pair_dft[i], \
            pair_ml[i])
    plot_end("Components of the forces on all atoms that may move" \
        (cmp_stride > 1 ? ", one in " cmp_stride : "") ".")
}

function energy_parity(    s, n) {
    plot("Predicted and labelled energies", "energy by DFT, eV above the " \
        reference_name, "predicted, eV", "square")
    diagonal("", 1, 3, "")
    s = series("", "points", 1)
    for (n = 1; n <= nasks; n++)
        if (ask_ml_energy[n] != "" && ask_energy[n] != "")
            point(s, ask_energy[n] - reference, ask_ml_energy[n] - reference, \
                "round " ask_round[n])
    plot_end("Energies of the frames, each predicted before it was labelled.")
}

function spread_plot(    s, i) {
    if (!nspreads)
        return
    plot("Error of the force on an atom over the spread of the model", \
        "&#963; of the force on the atom, eV/\303\205", \
        "error, eV/\303\205", "logx logy")
    diagonal("error = &#963;", 1, 3, "")
    diagonal("2 &#963;", 2, 3, "dash")
    s = series("an atom", "dots", 4)
    for (i = 1; i <= nspreads; i++)
        if (spread_sigma[i] > 1e-9 && spread_error[i] > 1e-9)
            point(s, spread_sigma[i], spread_error[i])
    plot_end("Below the line the model was better than it thought. " \
        "If &#963; were the size of a Gaussian error, 61 % of the atoms " \
        "would be below &#963; and 99 % below 2 &#963;.")
}

function error_table(    k, n, f) {
    table(">Round\t>Frames\t>Energy error<small>eV, largest</small>\t" \
        ">&#963; of it<small>eV</small>\t>Force RMSE<small>eV/\303\205" \
        "</small>\t>Force MAE<small>eV/\303\205</small>\t" \
        ">Within &#963;\t>Within 2 &#963;\t>Factor<small>of &#963;</small>")
    for (k = 0; k < nrounds; k++)
        error_row(k, k)
    error_row(0, nrounds - 1)
    table_end()
    note("RMSE and MAE are over the components that may move, coverage over " \
        "atoms; &#963; is already multiplied by the factor that train(1) " \
        "found from earlier rounds.")
}

# The frames of rounds from k to last, all of them if there are several.
function error_row(k, last,    n, e, e2, abs, count, atoms, one, two, frames, \
    worst, of) {
    for (n = 1; n <= nasks; n++) {
        if (ask_round[n] < k || ask_round[n] > last || !cmp_n[n])
            continue
        frames++
        count += cmp_n[n]
        e2 += cmp_e2[n]
        abs += cmp_abs[n]
        atoms += cmp_atoms[n]
        one += cmp_one[n]
        two += cmp_two[n]
        e = ask_ml_energy[n] == "" || ask_energy[n] == "" ? "" : \
            ask_ml_energy[n] - ask_energy[n]
        if (e != "" && (worst == "" || e * e > worst * worst)) {
            worst = e
            of = n
        }
    }
    if (frames)
        row((k == last ? k : "all") "\t" frames "\t" fixed(worst, 4) "\t" \
            fixed(of == "" ? "" : ask_sigma_e[of], 4) "\t" \
            fixed(sqrt(e2 / count), 4) "\t" fixed(abs / count, 4) "\t" \
            (atoms ? percent(one / atoms) : "") "\t" \
            (atoms ? percent(two / atoms) : "") "\t" \
            (k == last ? number(ask_factor[of], 3) : " "), \
            k == last ? "" : "done")
}

function percent(x) {
    return fixed(100 * x, 0) " %"
}

# What train(1) said of its fits, in the models themselves.
function model_table(    k, n, i, w, said) {
    details("How the models were trained")
    table(">Round\tKind\tLearns\t>Frames\t>Energy RMSE<small>eV</small>\t" \
        ">Force RMSE<small>eV/\303\205</small>\t>Members")
    for (k = 1; k < nrounds; k++) {
        n = read_model(k)
        split("", said)
        for (i = 1; i <= n; i++)
            model_line(provenance[i], said)
        if (n)
            row(k "\t" text(walk_kind[k]) "\t" text(said["label"]) "\t" \
                text(said["frames"]) "\t" number(said["rmse_e"], 2) "\t" \
                number(said["rmse_f"], 2) "\t" said["members"])
    }
    table_end()
    note("Errors of the fit, on what it was shown: the worst member.")
    if (n) {
        print "<p>What the last model says of itself:</p>\n<pre>"
        for (i = 1; i <= n && i <= 80; i++)
            if (provenance[i] !~ /^frame /)
                print short_text(provenance[i], 300)
        print "</pre>"
    }
    details_end()
}

function model_line(line, said,    w, n, i, x) {
    n = split(line, w, " ")
    if (w[1] == "label" || w[1] == "frames")
        said[w[1]] = w[2]
    if (w[1] != "member")
        return
    said["members"]++
    for (i = 2; i < n; i++)
        if (w[i] == "rmse_e" || w[i] == "rmse_f") {
            x = real(w[i + 1])
            if (x != "" && (said[w[i]] == "" || x > said[w[i]]))
                said[w[i]] = x
        }
}
