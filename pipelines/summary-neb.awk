# One line of summary.tsv: the barrier of the round's band, and what DFT says of
# the places where that band has its ends and its highest image.
# awk -f summary-neb.awk round=K labels=N verdict [traj.xyz]

# x with some decimals; nan where there is none
function short(x, decimals) {
    return x == "" || x == "nan" ? "nan" : sprintf("%.*f", decimals, x)
}

FILENAME ~ /verdict$/ {
    value[$1] = $2
    next
}

/barrier=/ && match($0, / barrier=[^ ]*/) {
    barrier = substr($0, RSTART + 9, RLENGTH - 9)
}

END {
    printf "%d\t%d\t%s\t%s\t%s\t%s\n", round, labels, short(barrier, 6),
        short(value["saddle-fmax"], 4), short(value["ends-fmax"], 4),
        short(value["sigma-e"], 4)
}
