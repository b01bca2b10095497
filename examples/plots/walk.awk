# How close atoms come along a walk (with frames.awk and closest.awk):
#
#     awk -f walk.awk [...] WALK.xyz
#
# A line per frame: its number, from 0; the closest two atoms, angstrom.
BEGIN {
    for (n = 0; frame_open(ARGV[1]); n++) {
        frame_atoms(ARGV[1])
        printf "%d\t%.4f\n", n, closest()
    }
}
