# The barriers of a run of pipelines/neb.mk, round by round, beside the tight one
# (with pipelines/html.awk and frames.awk):
#
#     awk -f bands.awk [...] TIGHT.xyz DIR [profiles]
#
# A line per band: labels that the model has learned from, error of the barrier
# in eV.  A last line, `verified', is that of the band as DFT has labelled it.
# With profiles, instead: blocks of path/A and energy/eV of each round's band.

# The last band of file into path[], energy[]; its images, or 0
function band(file, name,    n, e) {
    n = 0
    while (frame_open(file)) {
        frame_skip(file)
        if (!("image" in key))
            continue
        n = key["image"] + 1
        e = key_real(name)
        energy[n] = e
        path[n] = key_real("path")
        barrier = key_real("barrier")
    }
    close(file)
    return n
}

function frames(file,    n) {
    for (n = 0; frame_open(file); n++)
        frame_skip(file)
    close(file)
    return n
}

# The highest energy above the first end, of those that are known
function height(n,    i, top) {
    top = ""
    for (i = 1; i <= n; i++)
        if (energy[i] != "" && (top == "" || energy[i] > top))
            top = energy[i]
    return energy[1] == "" || top == "" ? "nan" : top - energy[1]
}

function block(name, n,    i) {
    printf "\"%s\"\n", name
    for (i = 1; i <= n; i++)
        if (energy[i] != "")
            printf "%.4f\t%.6f\n", path[i], energy[i] - energy[1]
    printf "\n\n"
}

BEGIN {
    dir = ARGV[2]
    n = band(ARGV[1], "energy")
    tight = height(n)
    if (n == 0)
        exit 2
    if (ARGV[3] == "profiles")
        block("direct", n)
    else
        printf "# labels\tbarrier_error/eV\treason; tight barrier %.6f eV\n",
            tight
    for (round = 1; has_frame(dir "/" round "/traj.xyz"); round++) {
        labels = frames(dir "/" round - 1 "/db.xyz")
        n = band(dir "/" round "/traj.xyz", "ml_energy")
        if (ARGV[3] == "profiles" && n)
            block(labels " labels", n)
        else if (n)
            printf "%d\t%.6f\tband\n", labels, height(n) - tight
        else
            printf "%d\tnan\tno-band\n", labels
    }
    if (has_frame(dir "/final.xyz") && ARGV[3] != "profiles") {
        labels = frames(dir "/" round - 1 "/db.xyz")
        n = band(dir "/final.xyz", "energy")
        printf "%d\t%.6f\tverified\n", labels, height(n) - tight
    }
}
