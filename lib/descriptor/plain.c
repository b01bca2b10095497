#include "kernel.h"

#include <math.h>

/* Where the derivatives of function m go. */
struct sink {
    const struct site *site;
    int n, m;   /* functions, and which */
    double *dg; /* NULL: nowhere */
};

/* dG/dd of neighbor j: plus for it, minus for the central atom. */
static void add(const struct sink *s, int j, const double v[3])
{
    int block = s->site->dep[j];

    if (block < 0) /* an image moves with the atom itself */
        return;
    for (int k = 0; k < 3; k++) {
        s->dg[block + k * s->n + s->m] += v[k];
        s->dg[s->site->self + k * s->n + s->m] -= v[k];
    }
}

static double dot(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static double g2(const struct site *s, const struct cutoff *c,
                 const struct sf *f, const struct sink *sink)
{
    double sum = 0;

    for (int j = 0; j < s->n; j++) {
        if (s->z[j] != f->z1)
            continue;

        /* e fc,  d/dr = e (fc' - 2 eta (r - rs) fc) */
        double dfc, fc = cutoff_eval(c, s->r[j], &dfc), x = s->r[j] - f->rs;
        double e = exp(-f->eta * x * x), v[3];

        sum += e * fc;
        if (!sink->dg)
            continue;
        for (int k = 0; k < 3; k++)
            v[k] = e * (dfc - 2 * f->eta * x * fc) * s->d[j][k] / s->r[j];
        add(sink, j, v);
    }
    return sum;
}

/*
 * One pair j, k of G4 or G5: t = 2^(1-zeta) (1 + lambda cos)^zeta times the
 * radial parts p_j p_k p_jk with p = exp(-eta r^2) fc, p_jk = 1 in G5.
 */
static double pair(const struct site *s, const struct cutoff *c,
                   const struct sf *f, int j, int k, const struct sink *sink)
{
    double rj = s->r[j], rk = s->r[k], djk[3];

    for (int x = 0; x < 3; x++)
        djk[x] = s->d[k][x] - s->d[j][x];
    double rjk = sqrt(dot(djk, djk));
    double dfj, fj = cutoff_eval(c, rj, &dfj);
    double dfk, fk = cutoff_eval(c, rk, &dfk);
    double dfjk = 0, fjk = 1, eta_jk = 0;
    if (f->type == SF_G4) {
        fjk = cutoff_eval(c, rjk, &dfjk);
        eta_jk = f->eta;
    }

    double cosine = dot(s->d[j], s->d[k]) / (rj * rk);
    double base = fmax(0, 1 + f->lambda * cosine);
    double power = pow(base / 2, f->zeta - 1);
    double e = exp(-f->eta * (rj * rj + rk * rk) - eta_jk * rjk * rjk);
    double angle = power * base, dangle = f->zeta * f->lambda * power;
    if (!sink->dg)
        return angle * e * fj * fk * fjk;

    /* by cos, by rj, by rk, by rjk */
    double by_cos = dangle * e * fj * fk * fjk;
    double by_j = angle * e * fk * fjk * (dfj - 2 * f->eta * rj * fj);
    double by_k = angle * e * fj * fjk * (dfk - 2 * f->eta * rk * fk);
    double by_jk = angle * e * fj * fk * (dfjk - 2 * eta_jk * rjk * fjk);
    double vj[3], vk[3];
    for (int x = 0; x < 3; x++) {
        double nj = s->d[j][x] / rj, nk = s->d[k][x] / rk;
        double njk = djk[x] / rjk;

        vj[x] = by_j * nj + by_cos * (nk - cosine * nj) / rj - by_jk * njk;
        vk[x] = by_k * nk + by_cos * (nj - cosine * nk) / rk + by_jk * njk;
    }
    add(sink, j, vj);
    add(sink, k, vk);
    return angle * e * fj * fk * fjk;
}

static double angular(const struct site *s, const struct cutoff *c,
                      const struct sf *f, const struct sink *sink)
{
    double sum = 0;

    for (int j = 0; j < s->n; j++)
        for (int k = 0; k < j; k++) {
            int z1 = s->z[j], z2 = s->z[k];

            if ((z1 == f->z1 && z2 == f->z2) || (z1 == f->z2 && z2 == f->z1))
                sum += pair(s, c, f, j, k, sink);
        }
    return sum;
}

void kernel_plain(const struct site *s, const struct cutoff *c,
                  const struct sf *sf, int n, double *g, double *dg)
{
    for (int m = 0; m < n; m++) {
        struct sink sink = {s, n, m, dg};

        g[m] += sf[m].type == SF_G2 ? g2(s, c, &sf[m], &sink)
                                    : angular(s, c, &sf[m], &sink);
    }
}
