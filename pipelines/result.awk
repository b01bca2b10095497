# The parts of the report on what came out, what it cost, and how to have it
# once more.

function result(    file, k, nth, shown) {
    section("result", nfinal ? "The result" : "Where it stands")
    file = "final.xyz"
    for (k = nrounds - 1; !nfinal && k >= 0; k--)
        if (exists((file = k "/labels.xyz")) && has_frame(file))
            break
    if (nfinal)
        result_words()
    else
        note("The structure that was labelled last.")
    while (frame_open(file)) {
        frame_atoms(file)
        nth++
        if (!(shown = picture_name(nth)))
            continue
        drawing = "a" nth
        if (shown != 1)
            print "<h3>" shown "</h3>"
        if (natoms > 1500)
            note(natoms " atoms: too many for a drawing.")
        else
            atoms_draw(plain(formula()), atoms_caption())
        if (shown == 1 || nth == 1)
            atoms_table()
        if (!nfinal && kind != "band")
            break
    }
    close(file)
}

# Which frames of the result are drawn: of a band the ends and the highest.
function picture_name(nth,    i, top) {
    if (nfinal < 2)
        return nth == 1
    if (kind != "band")
        return nth == nfinal
    top = 1
    for (i = 2; i <= nfinal; i++)
        if (either_energy(i) > either_energy(top))
            top = i
    return nth == 1 ? "The first end" : nth == nfinal ? "The last end" : \
        nth == top ? "The highest image" : 0
}

function either_energy(i) {
    return final_energy[i] != "" ? final_energy[i] : final_ml_energy[i]
}

function result_words() {
    if (kind == "band" && nfinal > 1) {
        band_words()
        return
    }
    if (nfinal > 1) {
        para("<code>final.xyz</code> holds " nfinal " frames" (kind == \
            "dynamics" ? ": the " (ntimes[nrounds] ? "whole" : "last") \
            " walk, whose end is shown" : "") ".")
        return
    }
    para("<code>final.xyz</code>: energy " fixed(final_energy[1], 6) \
        " eV, largest force " number(final_fmax[1], 3) " eV/\303\205 on an " \
        "atom that may move, both by DFT.")
}

function atoms_caption(    i, held, seen, s) {
    for (i = 1; i <= natoms; i++) {
        held += !is_free(i)
        if (!(species[i] in seen)) {
            seen[species[i]] = 1
            s = s (s == "" ? "" : ", ") "<span style=\"color:#" \
                paint[known(species[i])] ";-webkit-text-stroke:.5px #555\">" \
                "\342\227\217</span> " text(species[i])
        }
    }
    return s (held ? "; a cross marks the " held " that are held" : "") "."
}

# Positions and forces; how far each atom came, if it is the start's.
function atoms_table(    i, c, d, f, same) {
    same = natoms == start_atoms
    details("Positions and forces")
    table(">Atom\tElement\t>x<small>\303\205</small>\t" \
        ">y<small>\303\205</small>\t>z<small>\303\205</small>\t" \
        ">Moved by<small>\303\205</small>\t" \
        ">Force<small>eV/\303\205</small>\tHeld")
    for (i = 1; i <= natoms && i <= 200; i++) {
        d = f = 0
        for (c = 0; c < 3; c++) {
            d += (pos[i, c] - start_pos[i, c]) ^ 2
            f += force[i, c] ^ 2
        }
        row(i - 1 "\t" text(species[i]) "\t" fixed(pos[i, 0], 4) "\t" \
            fixed(pos[i, 1], 4) "\t" fixed(pos[i, 2], 4) "\t" \
            (same ? fixed(sqrt(d), 3) : "") "\t" \
            ("forces" in column ? fixed(sqrt(f), 4) : "") "\t" \
            (is_free(i) ? " " : "held"))
    }
    table_end()
    if (natoms > 200)
        note("The first 200 of " natoms " atoms.")
    details_end()
}

# What it cost ---------------------------------------------------------------

function cost(    n) {
    section("cost", "What it cost")
    para("Every call of DFT counts: that of the start, those that failed, " \
        "those that verified the result" (nfinal == 1 ? ", here one" : "") ".")
    if (ndirect)
        cost_bars()
    table("\t>Calls\t>Failed\t>SCF steps\t>Time")
    for (n = 0; n < nrounds; n++)
        cost_of_round(n)
    cost_row("This run", ncalls, "own", "done")
    if (ndirect)
        cost_row("Direct" (has_direct ? "" : ", not ended"), ndirect, \
            "direct", "")
    table_end()
    cost_checks()
    failures()
    ledger_details()
}

function cost_row(name, calls, who, class) {
    row(name "\t" calls "\t" failed_total[who] + 0 "\t" \
        (scf_total[who] ? scf_total[who] : "") "\t" \
        (calls ? duration(seconds_total[who]) : ""), class)
}

# Calls belong to the round that asked about their structure.
function cost_of_round(k,    n, i, calls, failed, scf, seconds, mine) {
    for (n = 1; n <= nasks; n++)
        if (ask_round[n] == k)
            mine[ask_id[n]] = 1
    for (i = 1; i <= ncalls; i++)
        if (call_id["own", i] in mine) {
            calls++
            failed += call_result["own", i] != "ok"
            scf += call_scf["own", i]
            seconds += call_seconds["own", i]
            call_round[i] = k
        }
    row((k ? "Round " k : "Start") "\t" calls + 0 "\t" failed + 0 "\t" \
        (scf ? scf : "") "\t" (calls ? duration(seconds + 0) : ""))
}

function cost_bars(    most) {
    most = ncalls > ndirect ? ncalls : ndirect
    print "<div class=\"bars\" role=\"img\" aria-label=\"DFT calls: " ncalls \
        " in this run, " ndirect " directly\">"
    bar("this run", ncalls, most, "bar own")
    bar("direct" (has_direct ? "" : ", so far"), ndirect, most, "bar")
    print "</div>"
}

function bar(name, value, most, class) {
    print "<span>" name "</span><span class=\"" class "\" style=\"width:" \
        sprintf("%.1f", 100 * value / most) "%\">" value "</span>"
}

# The direct run's end beside ours.
function cost_checks(    e, f, barrier, file) {
    file = "direct.xyz"
    if (!has_direct || !nfinal)
        return
    while (frame_open(file)) {
        frame_atoms(file)
        e = label_energy()
        barrier = key_real("barrier")
        f = "forces" in column ? largest(force) : ""
    }
    close(file)
    if (nfinal > 1 && barrier != "")
        para("The barrier of the direct run is " fixed(barrier, 4) " eV.")
    if (nfinal == 1 && e != "" && final_energy[1] != "")
        para("The direct run ended at " fixed(e, 6) " eV with a largest " \
            "force of " number(f, 3) " eV/\303\205; this run is " \
            fixed(1000 * (e > final_energy[1] ? e - final_energy[1] : \
            final_energy[1] - e), 2) " meV " \
            (final_energy[1] <= e ? "below" : "above") " it.")
}

function failures(    i, r, n, count, names, s) {
    for (i = 1; i <= ncalls; i++)
        if ((r = call_result["own", i]) != "ok" && count[r]++ == 0)
            names[++n] = r
    for (i = 1; i <= n; i++)
        s = s (i > 1 ? ", " : "") "<b>" text(names[i]) "</b> " count[names[i]]
    if (n)
        para("Calls without a label, by reason: " s ".")
}

function ledger_details(    i) {
    if (!ncalls)
        return
    details("The ledger")
    table(">Call\t>Round\tStructure\tResult\t>SCF\t>Time\t>Energy" \
        "<small>eV</small>\t>Force<small>eV/\303\205</small>\tRemark")
    for (i = 1; i <= ncalls && i <= 2000; i++)
        row(i "\t" call_round[i] "\t<code>" text(call_id["own", i]) \
            "</code>\t" text(call_result["own", i]) "\t" \
            (call_scf["own", i] ? call_scf["own", i] : "") "\t" \
            duration(call_seconds["own", i]) "\t" \
            fixed(call_energy["own", i], 5) "\t" \
            number(call_fmax["own", i], 3) "\t" \
            (call_detail["own", i] == "-" ? "" : \
            short_text(call_detail["own", i], 300)), \
            call_result["own", i] == "ok" ? "" : "failed")
    table_end()
    if (ncalls > 2000)
        note("The first 2000 of " ncalls " calls.")
    details_end()
}

# Once more ------------------------------------------------------------------

function quoted(s) {
    gsub(/'/, "'\\''", s)
    gsub(/\$/, "$$", s)
    return s ~ /^[A-Za-z0-9_.\/+:,@-]*$/ ? s : "'" s "'"
}

function again(    i, name, s, versions, n, k, v, list) {
    section("again", "The same once more")
    s = "make -f " pipeline " START=0/asked.xyz DIR=again"
    for (i = 1; i <= nknobs; i++) {
        name = knob_name[i]
        if (name == "ENGINE" && "command" in labelled_by)
            s = s " \\\n    DFT=" quoted(labelled_by["command"])
        else if (knob[name] != knob_default[name])
            s = s " \\\n    " name "=" quoted(knob[name])
    }
    para("In the folder of this run:")
    print "<pre>" text(s) "</pre>"
    for (k = 0; k < nrounds; k++) {
        n = read_model(k)
        for (i = 1; i <= n; i++)
            if (provenance[i] ~ /^tool / && !(provenance[i] in versions)) {
                versions[provenance[i]] = 1
                list = list (list == "" ? "" : ", ") \
                    text(substr(provenance[i], 6))
            }
    }
    v = "version" in labelled_by ? text(labelled_by["version"]) : ""
    para("Made with " (list v == "" ? "tools of unknown version" : \
        list (list != "" && v != "" ? ", " : "") v) ". Equal input, seed and " \
        "number of threads give equal bytes; the times alone differ.")
    details("Files of the run")
    print "<ul>"
    file_line("final.xyz", "the result: verified by DFT, with its labels")
    file_line("engine", "the command that labels, as of the last start")
    file_line("ledger.tsv", "a line for each call of DFT")
    file_line("summary.tsv", "a line for each round")
    file_line("learning.svg", "the learning curve as a picture of its own")
    file_line("direct.tsv", "the ledger of the direct run")
    file_line("direct.xyz", "the direct run")
    file_line((nrounds - 1) "/db.xyz", "all labels of the run, to train on")
    file_line((nrounds - 1) "/model", "the last model")
    print "</ul>"
    details_end()
}

function file_line(name, what) {
    if (exists(name))
        print "<li><code>" name "</code>: " what "</li>"
}
