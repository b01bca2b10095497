# x, energy (eV) and pressure (GPa) of a frame.
FNR == 2 {
    match($0, / energy=[^ ]*/)
    energy = substr($0, RSTART + 8, RLENGTH - 8)
    match($0, /stress="[^"]*/)
    split(substr($0, RSTART + 8, RLENGTH - 8), s, " ")
    printf "%s\t%.6f\t%.4f\n", x, energy, \
        -(s[1] + s[5] + s[9]) / 3 * 160.2176634
}
