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

/*
 * nb lists each pair from both sides; that with j > i counts.  An image of an
 * atom itself is there as +d and -d: half the energy each, and no force.
 */
double prior_eval(const struct prior *p, const struct atoms *a,
                  const struct neighbors *nb, double (*forces)[3])
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
            double slope, e, r = nb->r[n];

            if (j < i || ej < 0 || r >= p->rc)
                continue;
            e = prior_pair(p, ei, ej, r, &slope);
            energy += j == i ? 0.5 * e : e;
            if (forces && j != i)
                add_force(forces[i], forces[j], nb->d[n], slope, r);
        }
    }
    return energy;
}
