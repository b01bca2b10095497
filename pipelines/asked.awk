# The parts of the report on what was asked, and on what DFT was asked, round by
# round.

function asked(    i, n, seen, limits) {
    section("asked", "What was asked")
    table("\t")
    row("Start\t" start_formula ", " plural(start_atoms + 0, "atom") ", " \
        start_held + 0 " of them held; " start_cell \
        (nstarts > 1 ? "; " nstarts " frames" : ""))
    row("Labels by\t<code>" text("command" in labelled_by ? \
        labelled_by["command"] : engine_name()) "</code>")
    for (n = 1; n <= nasks; n++)
        if (ask_settings[n] != "" && !(ask_settings[n] in seen)) {
            seen[ask_settings[n]] = 1
            row("Settings\t<code>" text(ask_settings[n]) "</code>, the same " \
                "word for the same level of theory")
        }
    if (uses_free_energy)
        row("Energies\tfree energies, of which the forces are the derivative")
    for (i = 1; i <= ntests; i++)
        limits = limits (i > 1 ? "; " : "") text(test_list[i]) " " \
            limit_words(test_list[i])
    row("Tested\t" limits)
    row("Chosen by\t" text(knob["STRATEGY"]) ", " plural(knob["COUNT"] + 0, \
        "frame") " a round")
    table_end()
    if (nknobs) {
        details("All knobs")
        table("Knob\tValue\tDefault\tWhat it is")
        for (i = 1; i <= nknobs; i++)
            row("<code>" text(knob_name[i]) "</code>\t" \
                code(knob[knob_name[i]]) "\t" code(knob_default[knob_name[i]]) \
                "\t" text(knob_help[knob_name[i]]))
        table_end()
        details_end()
    }
    if (nstart_keys) {
        details("What the file of the start says of itself")
        table("Key\tValue")
        for (i = 1; i <= nstart_keys && i <= 100; i++)
            row("<code>" short_text(start_key[i], 60) "</code>\t" \
                code(start_value[i]))
        table_end()
        details_end()
    }
}

function code(s) {
    return s == "" ? "" : "<code>" short_text(s, 400) "</code>"
}

function limit_words(name,    k, i) {
    for (k = nrounds - 1; k >= 0; k--)
        for (i = 1; i <= test_n[k]; i++)
            if (test_name[k, i] == name)
                return (name == "steps" ? "at least " : "at most ") \
                    given(test_limit[k, i]) " " units(test_unit[k, i])
}

function units(s) {
    s = text(s)
    sub(/angstrom/, "\303\205", s)
    return s
}

# Round by round -------------------------------------------------------------

function query_meanings() {
    meaning["start"] = "the structure that the run was given"
    meaning["last"] = "the end of the walk, which the model takes for done, or " \
        "where it is not sure"
    meaning["near-last"] = "the nearest frame to the end of the walk that " \
        "was not known yet"
    meaning["random"] = "one frame of the walk at random"
    meaning["uncertain"] = "where the model knew least"
    meaning["band"] = "its uncertainty was between two levels of trust"
    meaning["farthest"] = "the farthest in feature space from all that is known"
    meaning["maxvol"] = "the model had to extrapolate farthest to it"
    meaning["stratum"] = "the least known of one part of the walk"
    meaning["initial"] = "the first end of the path"
    meaning["final"] = "the last end of the path"
    meaning["saddle"] = "the highest image of the path"
    meaning["middle"] = "the image in the middle of the path"
    meaning["least-known"] = "the image that the model knew least"
    meaning["uncertainty"] = "the walk stopped here: too uncertain"
    meaning["all"] = "every frame was asked for"
}

function rounds(    n, s, seen, why) {
    section("rounds", "Round by round")
    para("Each line is a structure that DFT was asked about, " \
        "in order. Energies are above that of the " reference_name ", " \
        fixed(reference, 5) " eV; forces are the largest on an atom that " \
        "may move, in eV/\303\205; &#963; is the model&#8217;s own estimate " \
        "of its error.")
    table(">Round\tAsked for\t>Step\t>Energy<small>DFT, eV</small>\t" \
        ">Predicted<small>model, eV</small>\t>&#963;<small>eV</small>\t" \
        ">Force<small>DFT</small>\t>Predicted<small>model</small>\t" \
        ">&#963;<small>of forces</small>\tTest")
    for (n = 1; n <= nasks; n++)
        if (nasks <= 1000 || n <= 100 || n > nasks - 900)
            round_row(n)
    table_end()
    if (nasks > 1000)
        note("Of " nasks " structures the first 100 and the last 900.")
    for (n = 1; n <= nasks; n++)
        if ((why = ask_why[n]) in meaning && !(why in seen)) {
            seen[why] = 1
            s = s (s == "" ? "" : "; ") "<b>" why "</b>: " meaning[why]
        }
    if (s != "")
        note(s ".")
    verdicts()
}

function above(e) {
    return e == "" || reference == "" ? "" : fixed(e - reference, 4)
}

function round_row(n,    k, last) {
    k = ask_round[n]
    last = n == nasks || ask_round[n + 1] != k
    row(k "\t" text(ask_why[n]) (ask_image[n] == "" ? "" : ", image " \
        text(ask_image[n])) (n in ask_failed ? "; no label: " \
        text(ask_failed[n]) (ask_detail[n] == "" ? "" : ", " \
        short_text(ask_detail[n], 200)) : "") "\t" \
        short_text(ask_step[n], 12) "\t" above(ask_energy[n]) "\t" \
        above(ask_ml_energy[n]) "\t" fixed(ask_sigma_e[n], 4) "\t" \
        fixed(ask_fmax[n], 4) "\t" fixed(ask_ml_fmax[n], 4) "\t" \
        fixed(ask_sigma_f[n], 4) "\t" (last ? test_words(k) : " "), \
        n in ask_failed ? "failed" : ask_id[n] != "" && \
        ask_id[n] in final_id ? "done" : "")
}

function test_words(k,    i, yes) {
    if (!test_done[k])
        return none
    for (i = 1; i <= test_n[k]; i++)
        yes += test_answer[k, i] == "converged" || \
            test_answer[k, i] == "reached"
    return test_n[k] == 1 ? (yes ? "converged" : "not yet") : \
        yes + 0 " of " test_n[k]
}

# What converged(1) said, where that is more than one line a round.
function verdicts(    k, i) {
    if (ntests < 2)
        return
    details("All that was tested")
    table(">Round\tCriterion\t>Value\t>Limit\tUnit\tAnswer")
    for (k = 0; k < nrounds; k++)
        for (i = 1; i <= test_n[k]; i++)
            row(k "\t" text(test_name[k, i]) "\t" number(test_value[k, i], 3) \
                "\t" given(test_limit[k, i]) "\t" units(test_unit[k, i]) \
                "\t" text(test_answer[k, i]))
    table_end()
    details_end()
}
