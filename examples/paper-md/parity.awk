# Forces of frames that have both (with pipelines/frames.awk): by DFT, by the
# model, in eV/angstrom, of coordinates that move; last, energies as a remark.
BEGIN {
    print "# DFT\tmodel"
    while (frame_open(ARGV[1])) {
        frame_atoms(ARGV[1])
        n++
        e = key_real("ml_energy") - label_energy()
        error += e < 0 ? -e : e
        for (i = 1; i <= natoms; i++)
            for (c = 0; c < 3; c++)
                if (moves[i, c])
                    printf "%.6f\t%.6f\n", force[i, c], ml_force[i, c]
    }
    printf "# frames %d energy %.6f\n", n, error / n
}
