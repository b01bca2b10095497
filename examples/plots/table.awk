# The table of relaxations: a line per kind of run, means over its seeds.
#
#     awk -f table.awk published.tsv OUT/KIND/SEED.tsv ...
#
# published.tsv has the paper's numbers of each kind; the others are by
# rounds.awk.  Energy error: of the model at the end of its last walk, as the
# paper has it, and of the label of the result.

function abs(x) {
    return x < 0 ? -x : x
}

function mean(sum, n, format) {
    return n ? sprintf(format, sum / n) : "-"
}

# The run that has been read, into the sums of its kind
function add(    k) {
    k = kind
    if (!(k in runs))
        order[++kinds] = k
    runs[k]++
    labels[k] += known
    if (runs[k] == 1 || known < least[k])
        least[k] = known
    if (runs[k] == 1 || known > most[k])
        most[k] = known
    if (model != "nan") {
        fits[k]++
        model_error[k] += abs(model)
    }
    structure[k] += place
    if (reason == "verified") {
        verified[k]++
        label_error[k] += abs(label)
    }
}

BEGIN {
    FS = "\t"
    format = "%-26s %5s  %6s %-7s  %9s %7s  %7s  | %4s %7s %6s\n"
    printf "%-26s %5s  %14s  %17s  %7s  | %s\n", "", "done", "labels",
        "energy error, meV", "struct.", "the paper:"
    printf format, "", "", "mean", "from-to", "of model", "of DFT", "mA",
        "DFT", "meV", "mA"
}

FILENAME == ARGV[1] {
    if (!/^#/ && NF)
        paper[$1] = $0
    next
}

FNR == 1 {
    if (kind)
        add()
    n = split(FILENAME, path, "/")
    kind = path[n - 1]
    reason = ""
    next
}

{
    known = $1
    reason = $5
    place = $3
    if (reason == "verified") {
        label = $2
        next
    }
    model = $2
    walks[kind]++
    if (reason == "collision" || reason == "nan")
        broken[kind]++
}

END {
    add()
    for (i = 1; i <= kinds; i++) {
        k = order[i]
        split(k in paper ? paper[k] : k "\t" k "\t\t\t", p)
        printf format, p[2], verified[k] + 0 "/" runs[k],
            mean(labels[k], runs[k], "%.1f"), least[k] "-" most[k],
            mean(1e3 * model_error[k], fits[k], "%.3g"),
            mean(1e3 * label_error[k], verified[k], "%.2g"),
            mean(1e3 * structure[k], runs[k], "%.2f"), p[3], p[4], p[5]
    }
    for (i = 1; i <= kinds; i++) {
        k = order[i]
        if (broken[k])
            printf "%s: %d of %d walks on a model ended where atoms would " \
                "have met\n", k, broken[k], walks[k]
    }
}
