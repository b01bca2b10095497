# The learning curves: what came down, over the labels it took.

function convergence() {
    section("convergence", "How it converged")
    print "<div class=\"figures\">"
    if (kind == "relaxation") {
        force_curve()
        energy_curve()
    } else {
        criteria_curve()
    }
    print "</div>"
}

function force_curve(    s, n, k, others) {
    plot("Largest force over the number of labels", "labels", \
        "largest force, eV/\303\205", "logy whole")
    s = series("spread of the model", "line points thin dash open", 3)
    for (k = 0; k < nrounds; k++)
        point(s, round_main[k], ask_sigma_f[round_main[k]])
    others = series("other frames", "points open", 4)
    s = series("by DFT", "line points", 1)
    for (n = 1; n <= nasks; n++)
        point(n == round_main[ask_round[n]] ? s : others, n, ask_fmax[n], \
            "round " ask_round[n] ": " number_plain(ask_fmax[n]))
    for (k = nrounds - 1; k >= 0; k--)
        if (test_done[k]) {
            level(test_limit[k, 1], "threshold", 2)
            break
        }
    plot_end("Force on the structure that each round took for relaxed.")
}

function number_plain(x) {
    return plain(number(x, 3))
}

function energy_curve(    s, n, k, e, best) {
    plot("Energy over the number of labels", "labels", \
        "energy above the lowest, eV", "logy whole")
    for (n = 1; n <= nasks; n++)
        if (ask_energy[n] != "" && (best == "" || ask_energy[n] < best))
            best = ask_energy[n]
    s = series("error of the prediction", "line points thin dash open", 3)
    for (k = 0; k < nrounds; k++) {
        e = ask_ml_energy[round_main[k]] - ask_energy[round_main[k]]
        if (ask_ml_energy[round_main[k]] != "" && \
            ask_energy[round_main[k]] != "")
            point(s, round_main[k], e < 0 ? -e : e)
    }
    s = series("by DFT", "line points", 1)
    for (k = 0; k < nrounds; k++)
        if (ask_energy[round_main[k]] != "")
            point(s, round_main[k], ask_energy[round_main[k]] - best, \
                "round " k)
    plot_end("Energy of the same structures, above the lowest label, which a " \
        "logarithm cannot show; and by how much the model was wrong " \
        "when it asked.")
}

# For any rule: each criterion in units of its limit.
function criteria_curve(    t, s, k, i, n) {
    plot("What was tested, over the number of labels", "labels", \
        "value / limit", "logy whole")
    for (t = 1; t <= ntests && t <= 5; t++) {
        s = series(text(test_list[t]), "line points", t == 2 ? 4 : \
            t == 4 ? 2 : t)
        n = 0
        for (k = 0; k < nrounds; k++) {
            n += round_asks[k]
            for (i = 1; i <= test_n[k]; i++)
                if (test_name[k, i] == test_list[t] && test_limit[k, i] > 0 && \
                    test_value[k, i] != "")
                    point(s, n, test_value[k, i] / test_limit[k, i])
        }
    }
    if (ntests)
        level(1, "limit", 3)
    plot_end("Each criterion of converged(1), divided by its limit: " \
        "below 1 it is fulfilled" ("steps" in test_index ? ", steps at 1" : \
        "") ".")
}
