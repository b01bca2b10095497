#include <morsel/prior.h>

#include <math.h>

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

/* s(r) phi(r) and its derivative, for r < rc: s factored, so that it is not
 * below zero by rounding. */
static double switched(enum term_kind kind, const struct prior_pair *q,
                       double r, double *slope)
{
    double e = phi(kind, q, r, slope);

    if (r <= q->rs)
        return e;

    double width = q->rc - q->rs, x = (r - q->rs) / width;
    double y = 1 - x, s = y * y * y * (1 + x * (3 + 6 * x));
    double ds = -30 * x * x * y * y / width;

    *slope = ds * e + s * *slope;
    return s * e;
}

double prior_pair(const struct prior *p, int i, int j, double r, double *slope)
{
    double energy = 0;

    *slope = 0;
    for (int t = 0; t < p->nterm; t++) {
        const struct prior_pair *q = &p->term[t].pair[i * p->nelement + j];
        double dphi;

        if (r >= q->rc)
            continue;
        energy += switched(p->term[t].kind, q, r, &dphi);
        *slope += dphi;
    }
    return energy;
}
