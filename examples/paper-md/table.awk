# What a temperature has come to, beside the paper's numbers.
FILENAME == ARGV[1] && /^# frames/ {
    frames = $3
    energy = $5
}

/^#/ {
    next
}

FILENAME == ARGV[1] {
    d = $1 - $2
    mae += d < 0 ? -d : d
    n++
    next
}

# Sums of |g - g'|: of the model and each direct walk, and of each two of these.
{
    for (i = 2; i <= NF; i++)
        for (j = i + 1; j <= NF; j++)
            apart[i, j] += $i > $j ? $i - $j : $j - $i
    walks = NF
}

END {
    printf "%d K, %d steps: %d labels; on %d frames of the walk force MAE " \
        "%.4f eV/A, energy MAE %.4f eV\n", kelvin, steps, labels, frames,
        mae / n, energy
    if (kelvin == 300)
        print "    the paper: 300 labels, 0.0463 eV/A, 0.0464 eV"
    if (kelvin == 800)
        print "    the paper: 0.0425 eV/A, 0.0687 eV after 8 rounds of 50"
    for (j = 3; j <= walks; j++) {
        model += apart[2, j] / (walks - 2)
        for (i = 3; i < j; i++) {
            pairs++
            spread += apart[i, j]
            if (apart[i, j] > most)
                most = apart[i, j]
        }
    }
    if (spread > 0)
        printf "    Cu-Cu radial distribution: model from direct %.2f of what " \
            "direct walks differ, the two most different %.2f\n",
            model / (spread / pairs), most / (spread / pairs)
}
