# energies.awk LABELS FRAMES: distance and energy of the dimers in FRAMES,
# predicted or labelled, relative to the lone atoms in LABELS; angstrom, eV.
function value(key,    k, w) {
    for (k = 1; k <= NF; k++)
        if (index($k, key "=") == 1)
            return substr($k, length(key) + 2)
    return ""
}
FNR == 1 { file++ }
/^[0-9]+$/ { n = $1; row = 0; next }
{ row++ }
row == 1 {
    e = value("ml_energy")
    if (e == "")
        e = value("free_energy")
    if (e == "")
        e = value("energy")
    if (file == 1 && n == 1 && (atom == "" || e + 0 < atom))
        atom = e + 0
}
row == 2 { z = $4 }
row == 3 && file == 2 && n == 2 { printf "%.6f\t%.6f\n", $4 - z, e - 2 * atom }
