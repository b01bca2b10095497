# The table of barriers: a line per kind of run, over its seeds.
#
#     awk -f table.awk published.tsv OUT/KIND/SEED.tsv ...

function abs(x) {
    return x < 0 ? -x : x
}

# The run that has been read, into the sums of its kind
function add(    k) {
    k = kind
    if (!(k in runs))
        order[++kinds] = k
    runs[k]++
    sum[k] += labels
    if (runs[k] == 1 || labels < least[k])
        least[k] = labels
    if (runs[k] == 1 || labels > most[k])
        most[k] = labels
    done[k] += reason == "verified"
    if (error == "nan") {
        lost[k]++
        return
    }
    total[k] += abs(error)
    if (abs(error) > worst[k])
        worst[k] = abs(error)
}

BEGIN {
    FS = "\t"
    format = "%-34s %5s  %6s %-6s  %7s %6s  | %5s %6s\n"
    printf format, "", "done", "labels", "", "error", "worst", "paper", "worst"
    printf format, "", "", "mean", "from-to", "meV", "meV", "calls", "meV"
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
    next
}

{
    labels = $1
    error = $2
    reason = $3
}

END {
    add()
    for (i = 1; i <= kinds; i++) {
        k = order[i]
        known = runs[k] - lost[k]
        split(k in paper ? paper[k] : k "\t" k, p)
        printf format, p[2], done[k] + 0 "/" runs[k],
            sprintf("%.1f", sum[k] / runs[k]), least[k] "-" most[k],
            known ? sprintf("%.2f", 1e3 * total[k] / known) : "-",
            known ? sprintf("%.2f", 1e3 * worst[k]) : "-", p[3], p[4]
        split("", p)
        if (lost[k])
            printf "    %d of %d end without a band\n", lost[k], runs[k]
    }
}
