# report.html: what a run was asked, how it went, what it cost and what came
# out.  In the folder of the run,
#
#   awk -f html.awk -f plot.awk ... -f report.awk relax.mk FOLDER/
#
# where FOLDER has the pipeline, common.mk and the style, and the parts are
# those of common.mk: pictures by plot.awk and atoms.awk, data by frames.awk and
# run.awk, sections by the others.  The page is a function of both folders
# alone: no dates, no hosts, no paths of its own.

BEGIN {
    pipeline = ARGV[1]
    here = ARGV[2]
    read_help(here "common.mk")
    read_help(here pipeline)
    query_meanings()
    run_read()
    read_start()
    page_head(plain(heading()), here "report.css")
    print "<header>\n<h1>" heading() "</h1>"
    outcome()
    tiles()
    print "</header>"
    asked()
    result()
    rounds()
    convergence()
    if (kind == "band")
        band_report()
    if (kind == "dynamics")
        dynamics_report()
    model_report()
    cost()
    again()
    page_end()
    exit 0
}

# What the run began with: the first frame of the file, labelled or not.
function read_start(    i, c, file) {
    file = "0/asked.xyz"
    while (frame_open(file)) {
        nstarts++
        if (!frame_atoms(file))
            break
        if (nstarts > 1)
            continue
        start_formula = formula()
        start_atoms = natoms
        frame_cell()
        start_cell = cell_words()
        for (i = 1; i <= natoms; i++) {
            start_held += !is_free(i)
            for (c = 0; c < 3; c++)
                start_pos[i, c] = pos[i, c]
        }
        nstart_keys = nkeys
        for (i = 1; i <= nkeys; i++) {
            start_key[i] = key_name[i]
            start_value[i] = key[key_name[i]]
        }
    }
    close(file)
}

function cell_words(    i, c, s, n, d, l) {
    if (!has_cell)
        return "no cell"
    for (i = 0; i < 3; i++) {
        l = 0
        for (c = 0; c < 3; c++)
            l += lattice[i, c] ^ 2
        s = s (i ? " \303\227 " : "") fixed(sqrt(l), 2)
        n += periodic[i]
    }
    return s " \303\205, periodic in " (n == 3 ? "all" : n == 0 ? "no" : \
        n == 2 ? "two" : "one") " direction" (n == 1 ? "" : "s")
}

function heading(    what) {
    what = kind == "band" ? "Reaction path" : kind == "dynamics" ? \
        "Molecular dynamics" : "Relaxation"
    return start_formula == "" ? what : what " of " start_formula
}

function outcome(    k) {
    if (nfinal || exists("final.xyz")) {
        para("<span class=\"good\">Converged.</span> " (kind == "band" ? \
            "The ends of the path and its top were" : \
            kind == "dynamics" ? (ntimes[nrounds] ? "Where the model " \
            "was not sure, and at the end, the forces were" : \
            "The structures that it was tested by were") : \
            "The result was") " calculated by <code>" text(engine_name()) \
            "</code>, not predicted.")
        return
    }
    k = nrounds - 1
    print "<p class=\"lead\"><span class=\"wait\">Not converged.</span>"
    if (k < 0)
        print "Nothing has been done yet."
    else if (test_done[k])
        print "Round " k " is complete, and its test said no."
    else
        print "This page was made in the midst of round " k ": " \
            where_it_stands(k) "."
    print "The same command goes on from here, with higher limits if the " \
        "run was ended by one.</p>"
}

function where_it_stands(k) {
    if (exists(k "/db.xyz") || exists(k "/labels.xyz"))
        return "its labels are there, its test is not"
    if (exists(k "/labels-1.xyz"))
        return "some of its labels are there"
    if (exists(k "/asked.xyz"))
        return has_frame(k "/asked.xyz") ? \
            "its frames are chosen, none has a label" : \
            k ? "nothing was found that is worth asking for" : \
            "the start is no structure"
    if (exists(k "/traj.xyz"))
        return "its walk is there, nothing has been chosen from it"
    return "its model is there, its walk is not"
}

function tiles(    n) {
    print "<div class=\"tiles\">"
    tile(ncalls, "DFT calls" (failed_total["own"] ? ", " \
        failed_total["own"] " of them failed" : ", all counted"))
    if (has_direct && ncalls && ndirect > ncalls)
        tile(number(ndirect / ncalls, 2) "\303\227", \
            "fewer than the direct run&#8217;s " ndirect)
    if (kind == "band")
        band_tiles()
    else if (kind == "dynamics")
        dynamics_tiles()
    else if (nasks) {
        n = best_ask()
        tile(number(nfinal ? final_fmax[1] : ask_fmax[n], 3) " <small>eV/" \
            "\303\205</small>", "largest force, by DFT" \
            (nfinal ? "" : ": smallest so far"))
        tile(fixed(nfinal ? final_energy[1] : ask_energy[n], 4) \
            " <small>eV</small>", "its energy, by DFT")
    }
    tile(nrounds ? nrounds - 1 : 0, "rounds of learning")
    if (seconds_total["own"] >= 0.0005)
        tile(duration(seconds_total["own"]), "of DFT")
    print "</div>"
}

# The label with the smallest force.
function best_ask(    n, best) {
    for (n = 1; n <= nasks; n++)
        if (ask_fmax[n] != "" && (best == "" || ask_fmax[n] < ask_fmax[best]))
            best = n
    return best
}
