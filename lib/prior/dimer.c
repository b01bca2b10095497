#include <morsel/prior.h>

#include <math.h>

/*
 * The neighbor of atom 0 that is atom 1: index into nb, or -1 if the two are
 * not alone, that is, if there is another image at less than 1.25 r.
 */
static int find_bond(const struct neighbors *nb)
{
    int near = -1;

    for (int n = nb->first[0]; n < nb->first[1]; n++)
        if (near < 0 || nb->r[n] < nb->r[near])
            near = n;
    for (int n = nb->first[0]; n < nb->first[1]; n++)
        if (n != near && nb->r[n] < 1.25 * nb->r[near])
            return -1;
    return near >= 0 && nb->j[near] == 1 ? near : -1;
}

int dimer_of_atoms(struct dimer *x, const struct atoms *a, double energy,
                   const double (*forces)[3], struct err *err)
{
    struct neighbors nb = {0};
    int ret, n = -1;

    *x = (struct dimer){.e = energy, .de = NAN};
    if (a->natoms != 2)
        return err_set(err, ERR_RANGE, "%d atoms are not a dimer", a->natoms);
    ret = neighbors_find(&nb, a, 12, err);
    if (ret < 0)
        return ret;
    x->z1 = a->z[0] < a->z[1] ? a->z[0] : a->z[1];
    x->z2 = a->z[0] + a->z[1] - x->z1;
    n = find_bond(&nb);
    if (n >= 0)
        x->r = nb.r[n];
    if (n >= 0 && forces) {
        x->de = 0; /* d from atom 0 to 1: de/dr = (f_0 - f_1) . d / 2r */
        for (int k = 0; k < 3; k++)
            x->de += 0.5 * nb.d[n][k] / nb.r[n] * (forces[0][k] - forces[1][k]);
    }
    neighbors_release(&nb);
    return n >= 0 ? 0
                  : err_set(err, ERR_RANGE,
                            "two atoms more than 12 angstrom apart, or in a "
                            "box too small for a dimer");
}

void dimer_atoms(struct atoms *a, int z1, int z2, double r, double largest)
{
    double box = fmax(10, 2.5 * largest);

    atoms_init(a, z2 ? 2 : 1);
    for (int i = 0; i < a->natoms; i++) {
        a->z[i] = i ? z2 : z1;
        a->pos[i][0] = a->pos[i][1] = box / 2;
        a->pos[i][2] = box / 2 + (z2 ? (i - 0.5) * r : 0);
    }
    for (int k = 0; k < 3; k++) {
        a->cell[k][k] = box;
        a->pbc[k] = true;
    }
}

double dimer_length(int z1, int z2)
{
    struct morse a, b;

    if (morse_published(z1, &a) && morse_published(z2, &b))
        return morse_mix(&a, &b, MIX_MEAN).re;
    return element_radius(z1) + element_radius(z2);
}

int atom_moment(int z)
{
    /* by rows of the periodic table; the noble gas ends each */
    static const char moment[] = "x10" /* H, He */
                                 "10123210"
                                 "10123210"
                                 "101236543210123210"
                                 "101256543010123210"
                                 "1010345678543210" /* to Yb */
                                 "1234543210123210"
                                 "1012345678543210" /* to No */
                                 "1234543210123210";

    return z >= 1 && z <= MAX_Z ? moment[z] - '0' : 0;
}

int dimer_moment(int z1, int z2)
{
    static const int triplet[] = {5, 8, 13, 14, 16, 31, 32, 34, 49, 50, 52, 82};

    for (size_t k = 0; k < sizeof triplet / sizeof *triplet; k++)
        if (z1 == triplet[k] && z2 == z1)
            return 1;
    return 0;
}
