# The table of barriers (with ../plots/runs.awk, on files by bands.awk).

function line() {
    error = $2
}

function add(k) {
    if (error == "nan") {
        lost[k]++
        return
    }
    total[k] += abs(error)
    if (abs(error) > worst[k])
        worst[k] = abs(error)
}

BEGIN {
    format = "%-34s %5s  %6s %-6s  %7s %6s  | %5s %6s\n"
    printf format, "", "done", "labels", "", "error", "worst", "paper", "worst"
    printf format, "", "", "mean", "from-to", "meV", "meV", "calls", "meV"
}

END {
    for (i = 1; i <= kinds; i++) {
        k = order[i]
        bands = runs[k] - lost[k]
        split(k in paper ? paper[k] : k "\t" k "\t\t", p)
        printf format, p[2], done[k] "/" runs[k],
            mean(known[k], runs[k], "%.1f"), least[k] "-" most[k],
            mean(1e3 * total[k], bands, "%.2f"),
            bands ? sprintf("%.2f", 1e3 * worst[k]) : "-", p[3], p[4]
        if (lost[k])
            printf "    %d of %d end without a band\n", lost[k], runs[k]
    }
}
