# Are the ends of a band, which are to stay as they are, minima?  A line for
# each label with a force above fmax; if there is one, the answer is trouble.
# awk -v fmax=F -f html.awk -f frames.awk -f ends.awk LABELS
BEGIN {
    while (frame_open(ARGV[1])) {
        nth++
        frame_atoms(ARGV[1])
        if ("forces" in column && (most = largest(force)) > fmax) {
            bad++
            printf "%s: frame %d is not relaxed: by its label the largest " \
                "force is %.3g eV/angstrom, above FMAX=%s\n", ARGV[1], nth,
                most, fmax
        }
    }
    if (!bad)
        exit
    print "with RELAX_ENDS=0 it would stay so: say RELAX_ENDS=1 and another " \
        "DIR (START=" ARGV[1] " LABELLED=1 spares its labels), or a larger " \
        "FMAX"
    exit 2
}
