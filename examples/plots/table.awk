# The table of relaxations (with runs.awk, on files by rounds.awk): energy error
# of the model at the end of its last walk, as the paper has it, and of the
# label of the result.

function line() {
    place = $3
    if (reason == "verified") {
        label = $2
        return
    }
    model = $2
    walks[kind]++
    broken[kind] += reason == "collision" || reason == "nan"
}

function add(k) {
    if (model != "nan") {
        fits[k]++
        model_error[k] += abs(model)
    }
    structure[k] += place
    if (reason == "verified")
        label_error[k] += abs(label)
}

BEGIN {
    format = "%-26s %5s  %6s %-7s  %9s %7s  %7s  | %4s %7s %6s\n"
    printf "%-26s %5s  %14s  %17s  %7s  | %s\n", "", "done", "labels",
        "energy error, meV", "struct.", "the paper:"
    printf format, "", "", "mean", "from-to", "of model", "of DFT", "mA",
        "DFT", "meV", "mA"
}

END {
    for (i = 1; i <= kinds; i++) {
        k = order[i]
        split(k in paper ? paper[k] : k "\t" k "\t\t\t", p)
        printf format, p[2], done[k] "/" runs[k],
            mean(known[k], runs[k], "%.1f"), least[k] "-" most[k],
            mean(1e3 * model_error[k], fits[k], "%.3g"),
            mean(1e3 * label_error[k], done[k], "%.2g"),
            mean(1e3 * structure[k], runs[k], "%.2f"), p[3], p[4], p[5]
    }
    for (i = 1; i <= kinds; i++) {
        k = order[i]
        if (broken[k])
            printf "%s: %d of %d walks on a model ended where atoms would " \
                "have met\n", k, broken[k], walks[k]
    }
}
