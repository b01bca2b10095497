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

{
    d = $2 - $4
    model += d < 0 ? -d : d
    d = $2 - $3
    spread += d < 0 ? -d : d
}

END {
    printf "%d K, %d steps: %d labels; on %d frames of the walk force MAE " \
        "%.4f eV/A, energy MAE %.4f eV\n", kelvin, steps, labels, frames,
        mae / n, energy
    if (kelvin == 300)
        print "    the paper: 300 labels, 0.0463 eV/A, 0.0464 eV"
    if (kelvin == 800)
        print "    the paper: 0.0425 eV/A, 0.0687 eV after 8 rounds of 50"
    printf "    Cu-Cu radial distribution: model from direct %.3f of what " \
        "two direct seeds differ\n", spread ? model / spread : 0
}
