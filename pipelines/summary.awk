# One line of summary.tsv: what DFT says of the structure that the round took
# for relaxed, and what the model had said.
# awk -f summary.awk round=K labels=N verdict labels.xyz

# key=VALUE in the line of keys, or nan
function value(key,    i) {
    for (i = 1; i <= NF; i++)
        if (index($i, key "=") == 1)
            return substr($i, length(key) + 2)
    return "nan"
}

FILENAME ~ /verdict$/ {
    fmax = $2
    next
}

/^[0-9]+$/ {
    getline
    if (!seen++ || value("query") == "last") {
        energy = value("energy")
        ml = value("ml_energy")
        sigma = value("ml_sigma_max")
    }
}

END {
    printf "%d\t%d\t%s\t%s\t%s\t%s\n", round, labels,
        seen ? energy : "nan", seen ? fmax : "nan", seen ? ml : "nan",
        seen ? sigma : "nan"
}
