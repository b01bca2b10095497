# volume and energy per atom (A^3, eV) of every frame: E at sigma = 0, as the
# published curves.
/^[0-9]+$/ {
    atoms = $1
    getline
    match($0, / energy=[^ ]*/)
    energy = substr($0, RSTART + 8, RLENGTH - 8)
    match($0, /Lattice="[^"]*/)
    split(substr($0, RSTART + 9, RLENGTH - 9), c, " ")
    volume = c[1] * (c[5] * c[9] - c[6] * c[8]) - \
        c[2] * (c[4] * c[9] - c[6] * c[7]) + c[3] * (c[4] * c[8] - c[5] * c[7])
    printf "%.9f %.9f\n", (volume < 0 ? -volume : volume) / atoms, \
        energy / atoms
}
