# The closest two atoms of the frame that pipelines/frames.awk holds, angstrom;
# images in the cells around count, those of an atom itself do not.
function closest(    i, j, a, b, c, k, d, d2, least) {
    frame_cell()
    for (a = -periodic[0]; a <= periodic[0]; a++)
        for (b = -periodic[1]; b <= periodic[1]; b++)
            for (c = -periodic[2]; c <= periodic[2]; c++)
                for (i = 2; i <= natoms; i++)
                    for (j = 1; j < i; j++) {
                        d2 = 0
                        for (k = 0; k < 3; k++) {
                            d = pos[i, k] - pos[j, k] + a * lattice[0, k] + \
                                b * lattice[1, k] + c * lattice[2, k]
                            d2 += d * d
                        }
                        if (least == "" || d2 < least)
                            least = d2
                    }
    return sqrt(least)
}
