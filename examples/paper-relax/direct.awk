# Of a direct relaxation: labels to a largest force of 0.05 and of 0.03 eV/A.
BEGIN {
    for (n = 0; frame_open(ARGV[1]); n++) {
        frame_atoms(ARGV[1])
        f = largest(force)
        if (f < 0.05 && !first)
            first = n + 1
    }
    printf "direct BFGS, steps to %s A: %d labels to 0.05 eV/A, %d to 0.03%s\n",
        cap, first, n, cap < 0.1 ? "; the paper 48 and 51" : ""
}
