# Round by round (with pipelines/html.awk and frames.awk): labels that the model
# has learned from, mean error of a force component of the frames asked from its
# walk, eV/angstrom, how many these are, and steps of the walk.
function last_step(file,    s) {
    while (frame_open(file)) {
        frame_skip(file)
        s = key_real("step")
    }
    close(file)
    return s
}

function frames(file,    n) {
    for (n = 0; frame_open(file); n++)
        frame_skip(file)
    close(file)
    return n
}

BEGIN {
    dir = ARGV[1]
    print "# labels\tforce_mae/(eV/A)\tframes\tsteps"
    for (round = 1; has_frame(dir "/" round "/labels.xyz"); round++) {
        file = dir "/" round "/labels.xyz"
        sum = n = k = 0
        while (frame_open(file)) {
            frame_atoms(file)
            k++
            for (i = 1; i <= natoms; i++)
                for (c = 0; c < 3; c++)
                    if (moves[i, c] && ml_force[i, c] != "") {
                        d = force[i, c] - ml_force[i, c]
                        sum += d < 0 ? -d : d
                        n++
                    }
        }
        close(file)
        printf "%d\t%.6f\t%d\t%d\n", frames(dir "/" round - 1 "/db.xyz"),
            n ? sum / n : 0, k, last_step(dir "/" round "/traj.xyz")
    }
}
