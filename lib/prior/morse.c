#include <morsel/prior.h>

#include <math.h>

double morse_phi(const struct morse *m, double r, double *dphi)
{
    double e = exp(-m->a * (r - m->re));

    *dphi = -2 * m->a * m->d * (e * e - e);
    return m->d * (e * e - 2 * e);
}

struct morse morse_mix(const struct morse *a, const struct morse *b)
{
    return (struct morse){
        .d = sqrt(a->d * b->d),
        .re = 0.5 * (a->re + b->re),
        .a = 2 / (1 / a->a + 1 / b->a),
    };
}

/* s(r) phi(r) and its derivative, for r < rc. */
static double pair_energy(const struct prior *p, const struct morse *m,
                          double r, double *slope)
{
    double phi = morse_phi(m, r, slope);

    if (r <= p->rs)
        return phi;

    double width = p->rc - p->rs, x = (r - p->rs) / width;
    double s = 1 + x * x * x * (-10 + x * (15 - 6 * x));
    double ds = -30 * x * x * (1 - x) * (1 - x) / width;

    *slope = ds * phi + s * *slope;
    return s * phi;
}

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
        const struct morse *row;

        if (index[a->z[i]] < 0)
            continue;
        row = p->pair + (ptrdiff_t)index[a->z[i]] * p->nelement;
        for (int n = nb->first[i]; n < nb->first[i + 1]; n++) {
            int j = nb->j[n], e = index[a->z[j]];
            double slope, phi, r = nb->r[n];

            if (j < i || e < 0 || r >= p->rc)
                continue;
            phi = pair_energy(p, &row[e], r, &slope);
            energy += j == i ? 0.5 * phi : phi;
            if (forces && j != i)
                add_force(forces[i], forces[j], nb->d[n], slope, r);
        }
    }
    return energy;
}
