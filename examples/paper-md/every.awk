# N frames of a walk, as far from one another as they can be; without the first
# (with pipelines/frames.awk): awk -f every.awk [...] WALK.xyz N
function count(file,    n) {
    for (n = 0; frame_open(file); n++)
        frame_skip(file)
    close(file)
    return n
}

BEGIN {
    file = ARGV[1]
    n = count(file) - 1
    want = ARGV[2] < n ? ARGV[2] : n
    for (i = 0; (getline line < file) > 0; i++) {
        rows = line + 0
        frame = line
        for (k = 0; k <= rows && (getline line < file) > 0; k++)
            frame = frame "\n" line
        if (i > 0 && int(i * want / n) > int((i - 1) * want / n))
            print frame
    }
}
