# One line of summary.tsv: the barrier of the round's band, and what DFT says of
# the places where that band has its ends and its highest image; last sigma-e
# of the verdict, or the largest ml_sigma_max of the band.
# awk -f summary-neb.awk round=K labels=N verdict [traj.xyz]

# x with some decimals; nan where there is none
function short(x, decimals) {
    return x == "" || x == "nan" ? "nan" : sprintf("%.*f", decimals, x)
}

FILENAME ~ /verdict$/ {
    value[$1] = $2
    next
}

/ image=0 / {
    sigma = ""
}

/ image=/ && match($0, / ml_sigma_max=[^ ]*/) {
    s = substr($0, RSTART + 14, RLENGTH - 14)
    if (sigma == "" || s + 0 > sigma + 0)
        sigma = s
}

/barrier=/ && match($0, / barrier=[^ ]*/) {
    barrier = substr($0, RSTART + 9, RLENGTH - 9)
}

END {
    printf "%d\t%d\t%s\t%s\t%s\t%s\n", round, labels, short(barrier, 6),
        short(value["saddle-fmax"], 4), short(value["ends-fmax"], 4),
        short("sigma-e" in value ? value["sigma-e"] : sigma, 4)
}
