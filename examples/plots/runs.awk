# Runs by kind and seed, for a table with a line for each kind:
#
#     awk -f runs.awk -f table.awk published.tsv OUT/KIND/SEED.tsv ...
#
# published.tsv has the paper's numbers of each kind.  Of the others the first
# column is labels, the last why the line is there, `verified' for the result.
# For each of their lines table.awk has line(), and for each run add(kind).  In
# its END there are order[1 ... kinds] and, by kind, runs, done (verified), known
# (sum of labels), least, most, and the fields of paper.

function abs(x) {
    return x < 0 ? -x : x
}

function mean(sum, n, format) {
    return n ? sprintf(format, sum / n) : "-"
}

# The run that has been read
function end_run() {
    if (kind == "")
        return
    if (!(kind in runs))
        order[++kinds] = kind
    known[kind] += labels
    if (!runs[kind]++ || labels < least[kind])
        least[kind] = labels
    if (labels > most[kind])
        most[kind] = labels
    done[kind] += reason == "verified"
    add(kind)
}

BEGIN {
    FS = "\t"
}

FILENAME == ARGV[1] {
    if (!/^#/ && NF)
        paper[$1] = $0
    next
}

FNR == 1 {
    end_run()
    n = split(FILENAME, path, "/")
    kind = path[n - 1]
    labels = 0
    reason = ""
    next
}

{
    labels = $1
    reason = $NF
    line()
}

END {
    end_run()
}
