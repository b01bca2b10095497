# Are there as many frames to begin with as a pipeline takes?  Each would be
# labelled.  What is no frame is for the tools to say.
# awk -v wanted=N -v name=PIPELINE -f html.awk -f frames.awk -f start.awk START
BEGIN {
    while (frame_open(ARGV[1])) {
        n++
        frame_skip(ARGV[1])
    }
    if (!n || n == wanted)
        exit
    printf "%s holds %d frame%s, and %s takes %d: each would be labelled\n",
        ARGV[1], n, n == 1 ? "" : "s", name, wanted
    exit 2
}
