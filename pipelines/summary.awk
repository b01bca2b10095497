# One line of summary.tsv: what DFT says of the structure that the round took
# for relaxed, and what the model had said; after the energy the first value of
# the verdict, with so many digits after the point (4).
# awk -f summary.awk round=K labels=N [digits=N] verdict labels.xyz

# key=VALUE in the line of keys, or nan
function value(key,    i) {
    for (i = 1; i <= NF; i++)
        if (index($i, key "=") == 1)
            return substr($i, length(key) + 2)
    return "nan"
}

# x with some decimals; nan where there is none
function short(x, decimals) {
    return x == "" || x == "nan" ? "nan" : sprintf("%.*f", decimals, x)
}

FILENAME ~ /verdict$/ {
    if (FNR == 1)
        tested = $2
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
    printf "%d\t%d\t%s\t%s\t%s\t%s\n", round, labels, short(energy, 6),
        short(tested, digits == "" ? 4 : digits), short(ml, 6), short(sigma, 4)
}
