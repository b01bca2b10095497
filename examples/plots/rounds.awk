# What each round's walk on the model came to, beside the tight minimum:
#
#     awk -f rounds.awk [...] TIGHT.xyz DIR     (with frames.awk and closest.awk)
#
# A line per walk of the run DIR: labels that the model has learned from; error
# of its energy at the end of its walk, eV; mean over all atoms of |dx| + |dy|
# + |dz| there, angstrom (the paper's structure error); the closest two atoms
# there, angstrom; why the walk ended.  A last line, `verified', is the result
# as DFT has labelled it.

# The last frame of file: keys in key, atoms in pos; 0 if there is none
function last_frame(file,    n) {
    for (n = 0; frame_open(file); n++)
        frame_atoms(file)
    close(file)
    return n
}

function frames(file,    n) {
    for (n = 0; frame_open(file); n++)
        frame_skip(file)
    close(file)
    return n
}

function abs(x) {
    return x < 0 ? -x : x
}

function structure_error(    i, c, sum) {
    for (i = 1; i <= natoms; i++)
        for (c = 0; c < 3; c++)
            sum += abs(pos[i, c] - tight[i, c])
    return sum / natoms
}

function line(labels, energy, reason) {
    printf "%d\t%s\t%.6f\t%.4f\t%s\n", labels,
        energy == "" ? "nan" : sprintf("%.6f", energy - tight_energy),
        structure_error(), closest(), reason
}

BEGIN {
    dir = ARGV[2]
    if (!last_frame(ARGV[1]))
        exit 2
    for (i = 1; i <= natoms; i++)
        for (c = 0; c < 3; c++)
            tight[i, c] = pos[i, c]
    tight_energy = key_real("energy")

    print "# labels\tenergy_error/eV\tstructure_error/A\tclosest/A\treason"
    for (round = 1; has_frame(dir "/" round "/traj.xyz"); round++) {
        labels = frames(dir "/" round - 1 "/db.xyz")
        last_frame(dir "/" round "/traj.xyz")
        line(labels, key_real("ml_energy"), key_text("reason"))
    }
    if (has_frame(dir "/final.xyz")) {
        labels = frames(dir "/" round - 1 "/db.xyz")
        last_frame(dir "/final.xyz")
        line(labels, key_real("energy"), "verified")
    }
}
