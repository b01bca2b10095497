# What a folder of a run holds, read from the folder itself, in which awk has
# been started:
#
#   knob[], knob_name[1..nknobs]    as they were set
#   call_*[1..ncalls]               the ledger
#   ask_*[1..nasks]                 each frame asked about, in order
#   walk_*[0..nrounds - 1]          how the walk of a round ended
#   test_*[round, 1..test_n[round]] what converged(1) said
#
# A run that was killed has less of it.

function run_read(    k, i) {
    read_knobs("knobs")
    ncalls = read_ledger("ledger.tsv", "own")
    ndirect = read_ledger("direct.tsv", "direct")
    has_direct = exists("direct.xyz")
    for (k = 0; exists(k "/asked.xyz") || exists(k "/model"); k++) {
        nrounds = k + 1
        if (exists(k "/labels.xyz"))
            read_asked(k "/labels.xyz", k, 1)
        else
            for (i = 1; exists(k "/labels-" i ".xyz"); i++)
                read_asked(k "/labels-" i ".xyz", k, 1)
        for (i = 1; exists(k "/failed-" i ".xyz"); i++)
            read_asked(k "/failed-" i ".xyz", k, 0)
        read_verdict(k)
        read_walk(k, k "/traj.xyz")
    }
    read_final("final.xyz")
    if (kind == "dynamics")
        read_walk(nrounds, "walk.xyz")
    choose_reference()
}

function read_knobs(file,    line, i) {
    while ((getline line < file) > 0)
        if ((i = index(line, "=")) > 1) {
            knob_name[++nknobs] = substr(line, 1, i - 1)
            knob[knob_name[nknobs]] = substr(line, i + 1)
        }
    close(file)
    while ((getline line < "engine") > 0) {
        sub(/ +$/, "", line)
        if ((i = index(line, " ")) > 1)
            labelled_by[substr(line, 1, i - 1)] = substr(line, i + 1)
    }
    close("engine")
}

# The default and the meaning of each knob, from the lines of a pipeline.
function read_help(file,    line, i, name) {
    while ((getline line < file) > 0)
        if (line ~ /^[A-Z_]+ *\?=/) {
            name = line
            sub(/ *\?=.*/, "", name)
            if ((i = index(line, "##"))) {
                knob_help[name] = substr(line, i + 2)
                line = substr(line, 1, i - 1)
            }
            sub(/^[A-Z_]+ *\?= */, "", line)
            sub(/ *$/, "", line)
            knob_default[name] = line
        }
    close(file)
}

# date id engine settings result scf seconds energy fmax detail
function read_ledger(file, who,    line, w, n, i) {
    n = 0
    while ((getline line < file) > 0) {
        if (line ~ /^#/ || (i = split(line, w, "\t")) < 7)
            continue
        n++
        call_id[who, n] = w[2]
        call_result[who, n] = w[5]
        call_scf[who, n] = real(w[6])
        call_seconds[who, n] = real(w[7])
        call_energy[who, n] = real(w[8])
        call_fmax[who, n] = real(w[9])
        call_detail[who, n] = i > 9 ? w[10] : "-"
        scf_total[who] += call_scf[who, n]
        seconds_total[who] += call_seconds[who, n]
        if (w[5] != "ok")
            failed_total[who]++
    }
    close(file)
    return n
}

function read_asked(file, k, labelled,    n) {
    while (frame_open(file)) {
        n = ++nasks
        ask_round[n] = k
        ask_id[n] = key_text("morsel_id")
        ask_why[n] = k == 0 && !("query" in key) ? "start" : key_text("query")
        ask_step[n] = key_text("step")
        ask_image[n] = key_text("image")
        ask_time[n] = key_real("time")
        ask_path[n] = key_real("path")
        ask_ml_energy[n] = key_real("ml_energy")
        ask_sigma_e[n] = key_real("ml_sigma_e")
        ask_ml_fmax[n] = key_real("ml_fmax")
        ask_factor[n] = key_real("ml_factor")
        if (!labelled) {
            ask_failed[n] = key_text("fail_reason")
            ask_failed[n] = ask_failed[n] == "" ? "failed" : ask_failed[n]
            ask_detail[n] = key_text("fail_detail")
        } else {
            ask_energy[n] = label_energy()
            ask_engine[n] = key_text("dft_engine")
            ask_settings[n] = key_text("dft_settings")
            uses_free_energy += "free_energy" in key
        }
        frame_atoms(file)
        ask_sigma_f[n] = largest_sigma()
        if (labelled) {
            ask_fmax[n] = "forces" in column ? largest(force) : ""
            compare_forces(n)
        }
        round_asks[k]++
        round_main[k] = round_main[k] == "" || ask_why[n] == "last" ? \
            n : round_main[k]
    }
    close(file)
}

# Lines "name value unit threshold verdict", and perhaps one of the rule.
function read_verdict(k,    line, w, n) {
    while ((getline line < (k "/verdict")) > 0) {
        if (split(line, w) < 5 || w[1] == "verdict")
            continue
        n = ++test_n[k]
        test_name[k, n] = w[1]
        test_value[k, n] = real(w[2])
        test_unit[k, n] = w[3] == "-" ? "" : w[3]
        test_limit[k, n] = real(w[4])
        test_answer[k, n] = w[5]
        test_done[k] = 1
        if (!(w[1] in test_index)) {
            test_index[w[1]] = ++ntests
            test_list[ntests] = w[1]
        }
    }
    close(k "/verdict")
}

# The frames of a walk, without their atoms; a band or a dynamics keeps more.
function read_walk(k, file) {
    while (frame_open(file)) {
        if ("image" in key) {
            band_frame(k, file)
        } else {
            if ("time" in key)
                dynamics_frame(k)
            frame_skip(file)
        }
        walk_reason[k] = key_text("reason")
        walk_kind[k] = key_text("ml_kind")
    }
    close(file)
    if (nband[k])
        band_end(k)
    if (nband[k])
        kind = "band"
    else if (ntimes[k])
        kind = "dynamics"
}

# The result: its first frame, or the first and the highest of a band.
function read_final(file) {
    while (frame_open(file)) {
        nfinal++
        final_id[key_text("morsel_id")] = 1
        final_energy[nfinal] = label_energy()
        final_ml_energy[nfinal] = key_real("ml_energy")
        final_image[nfinal] = key_text("image")
        final_path[nfinal] = key_real("path")
        final_barrier = key_real("dft_barrier")
        final_back = key_real("dft_barrier_back")
        frame_atoms(file)
        final_fmax[nfinal] = final_energy[nfinal] != "" && \
            "forces" in column ? largest(force) : ""
    }
    close(file)
}

# Energies are told from that of the result, of the first end of a band, or
# from the last label.
function choose_reference(    n) {
    if (kind == "")
        kind = pipeline ~ /neb/ ? "band" : pipeline ~ /md/ ? "dynamics" : \
            "relaxation"
    reference_name = nfinal == 1 ? "result" : kind == "band" ? \
        "first end" : "last label"
    reference = nfinal == 1 ? final_energy[1] : \
        kind == "band" ? first_end() : ""
    for (n = nasks; n > 0 && reference == ""; n--)
        reference = ask_energy[n]
}

function engine_name() {
    return ask_engine[1] != "" ? ask_engine[1] : \
        "ENGINE" in knob ? knob["ENGINE"] : "the engine"
}

# What train(1) wrote down in the model of round k: provenance[1..] and how
# many lines.  It is the text at the end of the file.
function read_model(k,    command, line, on, n) {
    n = 0
    split("", provenance)
    if (!exists(k "/model"))
        return 0
    command = "tr -c '\\11\\12\\40-\\176' '\\n' <" k "/model"
    while ((command | getline line) > 0) {
        on = on || line ~ /^tool /
        if (on && line ~ /^[a-z_]+ [^ ]/)
            provenance[++n] = line
    }
    close(command)
    return n
}
