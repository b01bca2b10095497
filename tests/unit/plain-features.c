#include <math.h>
#include <string.h>

#include "plain.h"

/* What is computed, and where its derivatives go. */
struct site {
    const struct atoms *a;
    const struct neighbors *nb;
    const struct cutoff *cutoff;
    const struct sf *sf;
    int i;
    double *dg; /* dg[(3 j + k) * n]: of this function; NULL: nowhere */
    int n;
};

/*
 *     fc  = (1 + cos(pi x)) / 2                   x = r / rc
 *     fc' = -(pi / 2 rc) sin(pi x)
 * or
 *     fc  = 1 + g x^(g+1) - (g + 1) x^g
 *     fc' = g (g + 1) / rc (x^g - x^(g-1))
 */
static double cutoff(const struct cutoff *c, double r, double *dfc)
{
    double x = r / c->rc, g = c->gamma;

    *dfc = 0;
    if (r >= c->rc)
        return 0;
    if (c->type == CUTOFF_COSINE) {
        *dfc = -0.5 * M_PI / c->rc * sin(M_PI * x);
        return 0.5 * (1 + cos(M_PI * x));
    }
    *dfc = g * (g + 1) / c->rc * (pow(x, g) - pow(x, g - 1));
    return 1 + g * pow(x, g + 1) - (g + 1) * pow(x, g);
}

/* dG/dd of the neighbor at entry e: plus for it, minus for the atom. */
static void add(const struct site *s, int e, const double v[3])
{
    for (int k = 0; k < 3; k++) {
        s->dg[(3 * s->nb->j[e] + k) * s->n] += v[k];
        s->dg[(3 * s->i + k) * s->n] -= v[k];
    }
}

static double dot(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* One neighbor of G2: e fc, d/dr = e (fc' - 2 eta (r - rs) fc). */
static double one(const struct site *s, int e)
{
    double r = s->nb->r[e], x = r - s->sf->rs, eta = s->sf->eta;
    double dfc, fc = cutoff(s->cutoff, r, &dfc), gauss = exp(-eta * x * x);
    double v[3];

    for (int k = 0; k < 3; k++)
        v[k] = gauss * (dfc - 2 * eta * x * fc) * s->nb->d[e][k] / r;
    if (s->dg)
        add(s, e, v);
    return gauss * fc;
}

/* One pair of G4 or G5; without the third side in G5. */
static double two(const struct site *s, int ej, int ek)
{
    const double *dj = s->nb->d[ej], *dk = s->nb->d[ek];
    double rj = s->nb->r[ej], rk = s->nb->r[ek], djk[3], vj[3], vk[3];
    double zeta = s->sf->zeta, lambda = s->sf->lambda, eta = s->sf->eta;
    double dfj, fj = cutoff(s->cutoff, rj, &dfj);
    double dfk, fk = cutoff(s->cutoff, rk, &dfk);
    double dfjk = 0, fjk = 1, eta_jk = 0;

    for (int x = 0; x < 3; x++)
        djk[x] = dk[x] - dj[x];
    double rjk = sqrt(dot(djk, djk));
    if (s->sf->type == SF_G4) {
        fjk = cutoff(s->cutoff, rjk, &dfjk);
        eta_jk = eta;
    }

    double cosine = dot(dj, dk) / (rj * rk);
    double base = fmax(0, 1 + lambda * cosine);
    double angle = pow(2, 1 - zeta) * pow(base, zeta);
    double slope = pow(2, 1 - zeta) * zeta * lambda * pow(base, zeta - 1);
    double e = exp(-eta * (rj * rj + rk * rk) - eta_jk * rjk * rjk);

    double by_cos = slope * e * fj * fk * fjk;
    double by_j = angle * e * fk * fjk * (dfj - 2 * eta * rj * fj);
    double by_k = angle * e * fj * fjk * (dfk - 2 * eta * rk * fk);
    double by_jk = angle * e * fj * fk * (dfjk - 2 * eta_jk * rjk * fjk);
    for (int x = 0; x < 3; x++) {
        double nj = dj[x] / rj, nk = dk[x] / rk, njk = djk[x] / rjk;

        vj[x] = by_j * nj + by_cos * (nk - cosine * nj) / rj - by_jk * njk;
        vk[x] = by_k * nk + by_cos * (nj - cosine * nk) / rk + by_jk * njk;
    }
    if (s->dg) {
        add(s, ej, vj);
        add(s, ek, vk);
    }
    return angle * e * fj * fk * fjk;
}

static double sum_over_neighbors(const struct site *s)
{
    const struct neighbors *nb = s->nb;
    double sum = 0;

    for (int e = nb->first[s->i]; e < nb->first[s->i + 1]; e++) {
        int z1 = s->a->z[nb->j[e]];

        if (nb->r[e] >= s->cutoff->rc)
            continue;
        if (s->sf->type == SF_G2) {
            sum += z1 == s->sf->z1 ? one(s, e) : 0;
            continue;
        }
        for (int f = nb->first[s->i]; f < e; f++) {
            int z2 = s->a->z[nb->j[f]];

            if (nb->r[f] < s->cutoff->rc &&
                ((z1 == s->sf->z1 && z2 == s->sf->z2) ||
                 (z1 == s->sf->z2 && z2 == s->sf->z1)))
                sum += two(s, e, f);
        }
    }
    return sum;
}

void plain_features(const struct descriptor *d, const struct atoms *a,
                    const struct neighbors *nb, int i, double *g, double *dg)
{
    int element = descriptor_element(d, a->z[i]), n = d->nsf[element];

    if (dg)
        memset(dg, 0, (size_t)(3 * a->natoms * n) * sizeof *dg);
    for (int m = 0; m < n; m++) {
        struct site s = {.a = a,
                         .nb = nb,
                         .cutoff = &d->cutoff,
                         .sf = &d->sf[element][m],
                         .i = i,
                         .dg = dg ? dg + m : NULL,
                         .n = n};

        g[m] = sum_over_neighbors(&s);
    }
}
