#include <morsel/prior.h>

/* Force of a pair, d = pos[j] - pos[i]: f_i = -dE/dpos_i = slope d/r. */
static void add_force(double *fi, double *fj, const double *d, double slope,
                      double r)
{
    for (int k = 0; k < 3; k++) {
        double f = slope * d[k] / r;

        fi[k] += f;
        fj[k] -= f;
    }
}

/* dE/dstrain = slope d (x) d / r, of half an energy for an image of itself. */
static void add_strain(double strain[3][3], const double *d, double slope,
                       double r)
{
    double w = slope / r;

    for (int k = 0; k < 3; k++)
        for (int l = 0; l < 3; l++)
            strain[k][l] += w * (d[k] * d[l]);
}

/*
 * nb lists each pair from both sides; that with j > i counts.  An image of an
 * atom itself is there as +d and -d: half the energy each, and no force.
 */
static double sum_pairs(const struct prior *p, const struct atoms *a,
                        const struct neighbors *nb, double (*forces)[3],
                        double (*strain)[3])
{
    int index[MAX_Z + 1];
    double energy = 0;

    for (int z = 0; z <= MAX_Z; z++)
        index[z] = -1;
    for (int e = 0; e < p->nelement; e++)
        index[p->z[e]] = e;
    for (int i = 0; i < a->natoms; i++) {
        int ei = index[a->z[i]];

        if (ei < 0)
            continue;
        for (int n = nb->first[i]; n < nb->first[i + 1]; n++) {
            int j = nb->j[n], ej = index[a->z[j]];
            double slope, e, r = nb->r[n], half = j == i ? 0.5 : 1;

            if (j < i || ej < 0 || r >= p->rc)
                continue;
            e = prior_pair(p, ei, ej, r, &slope);
            energy += half * e;
            if (forces && j != i)
                add_force(forces[i], forces[j], nb->d[n], slope, r);
            if (strain)
                add_strain(strain, nb->d[n], half * slope, r);
        }
    }
    return energy;
}

double prior_eval(const struct prior *p, const struct atoms *a,
                  const struct neighbors *nb, double (*forces)[3])
{
    return sum_pairs(p, a, nb, forces, NULL);
}

double prior_eval_strain(const struct prior *p, const struct atoms *a,
                         const struct neighbors *nb, double (*forces)[3],
                         double dedstrain[3][3])
{
    return sum_pairs(p, a, nb, forces, dedstrain);
}
