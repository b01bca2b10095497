#include <morsel/prior.h>

#include <math.h>

#include "term.h"

double morse_phi(const struct morse *m, double r, double *dphi)
{
    double e = exp(-m->a * (r - m->re));

    *dphi = -2 * m->a * m->d * (e * e - e);
    return m->d * (e * e - 2 * e);
}

/* Without the rounding of phi + D near re. */
static double wall_phi(const struct morse *m, double r, double *dphi)
{
    double e = exp(-m->a * (r - m->re));

    *dphi = -2 * m->a * m->d * e * (e - 1);
    return m->d * (e - 1) * (e - 1);
}

double zbl_phi(double zz, double l, double r, double *dphi)
{
    static const double c[] = {0.18175, 0.50986, 0.28022, 0.02817};
    static const double k[] = {3.19980, 0.94229, 0.40290, 0.20162};
    double chi = 0, dchi = 0;

    for (int n = 0; n < 4; n++) {
        double e = c[n] * exp(-k[n] * r / l);

        chi += e;
        dchi -= k[n] / l * e;
    }
    *dphi = zz / r * (dchi - chi / r);
    return zz / r * chi;
}

static double phi(enum term_kind kind, const struct prior_pair *q, double r,
                  double *slope)
{
    switch (kind) {
    case TERM_MORSE:
        return morse_phi(&q->m, r, slope);
    case TERM_WALL:
        return wall_phi(&q->m, r, slope);
    case TERM_ZBL:
        return zbl_phi(q->zz, q->l, r, slope);
    }
    *slope = 0;
    return 0;
}

/* s is factored, so that rounding never takes it below zero. */
double prior_switch(const struct prior_pair *q, double r, double *ds)
{
    *ds = 0;
    if (r <= q->rs)
        return 1;

    double width = q->rc - q->rs, x = (r - q->rs) / width, y = 1 - x;

    *ds = -30 * x * x * y * y / width;
    return y * y * y * (1 + x * (3 + 6 * x));
}

double prior_pair(const struct prior *p, int i, int j, double r, double *slope)
{
    double energy = 0;

    *slope = 0;
    for (int t = 0; t < p->nterm; t++) {
        const struct prior_pair *q = &p->term[t].pair[i * p->nelement + j];
        double e, de, s, ds;

        if (r >= q->rc)
            continue;
        e = phi(p->term[t].kind, q, r, &de);
        s = prior_switch(q, r, &ds);
        energy += s * e;
        *slope += ds * e + s * de;
    }
    return energy;
}

/* Derivatives by parameters -------------------------------------------------- */

/*
 * phi and phi' and their derivatives by ln D, ln re and ln a, from
 * e = exp(-a (r - re)): de/d(re) = a e, de/da = -(r - re) e.
 */
double morse_phi_row(const struct morse *m, double r, double row[MORSE_NPAR])
{
    double e = exp(-m->a * (r - m->re));
    double phi = m->d * (e * e - 2 * e), de = 2 * m->d * (e * e - e);

    row[0] = phi;
    row[1] = de * m->a * m->re;
    row[2] = -de * (r - m->re) * m->a;
    return phi;
}

double morse_slope_row(const struct morse *m, double r, double row[MORSE_NPAR])
{
    double e = exp(-m->a * (r - m->re));
    double slope = -2 * m->a * m->d * (e * e - e);
    double de = -2 * m->a * m->d * (2 * e * e - e);

    row[0] = slope;
    row[1] = de * m->a * m->re;
    row[2] = slope - de * (r - m->re) * m->a;
    return slope;
}
