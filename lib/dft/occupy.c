#include "occupy.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* The states, as they were given. */
struct states {
    enum smearing kind;
    double sigma; /* hartree */
    int nspin, nk, nb;
    const double *weight; /* [nk] */
    const double *e;      /* [nspin][nk][nb] hartree */
    double nelectrons;
};

/* Electrons below mu, less those there have to be. */
static double excess(const struct states *s, enum smearing kind, double mu)
{
    double sum = 0, total = 0;

    for (int k = 0; k < s->nk; k++)
        total += s->weight[k];
    for (int j = 0; j < s->nspin * s->nk; j++) {
        const double *e = s->e + (size_t)j * s->nb;
        double part = 0;

        for (int n = 0; n < s->nb; n++)
            part += smear_occupation(kind, (mu - e[n]) / s->sigma);
        sum += s->weight[j % s->nk] * part;
    }
    return 2.0 / s->nspin * sum / total - s->nelectrons;
}

/* Where excess() rises above level between low and high (or falls below it),
 * to the last bit. */
static double bisect(const struct states *s, enum smearing kind, bool rises,
                     double level, double low, double high)
{
    for (;;) {
        double mid = low + (high - low) / 2;

        if (!(mid > low && mid < high))
            return high;
        if ((excess(s, kind, mid) >= level) == rises)
            high = mid;
        else
            low = mid;
    }
}

/*
 * Where theta(x) is monotonic: the middle of the mu that give the electrons to
 * rounding, which in the gap of an insulator may be many.
 */
static double fermi_monotonic(const struct states *s, enum smearing kind)
{
    double low = INFINITY, high = -INFINITY, tol = 1e-14 * s->nelectrons;

    for (size_t i = 0; i < (size_t)s->nspin * s->nk * s->nb; i++) {
        low = fmin(low, s->e[i]);
        high = fmax(high, s->e[i]);
    }
    low -= 40 * s->sigma;
    high += 40 * s->sigma;
    return (bisect(s, kind, true, -tol, low, high) +
            bisect(s, kind, true, tol, low, high)) /
           2;
}

/*
 * theta of Methfessel and Paxton and of Marzari and Vanderbilt is not
 * monotonic, and several mu may give the electrons: the one nearest to that
 * of Gaussian smearing is taken, so that a small change of the states does
 * not make it jump from one end to the other.
 */
static double fermi_nearest(const struct states *s)
{
    const double step = s->sigma / 32;
    double start = fermi_monotonic(s, SMEAR_GAUSS);
    double high = start, low = start, up = excess(s, s->kind, start), down = up;

    if (fabs(up) <= 1e-13 * s->nelectrons)
        return start;
    for (int i = 0; i < 32 * 40; i++) {
        double next = excess(s, s->kind, high + step);

        if ((next >= 0) != (up >= 0))
            return bisect(s, s->kind, next >= 0, 0, high, high + step);
        high += step;
        up = next;
        next = excess(s, s->kind, low - step);
        if ((next >= 0) != (down >= 0))
            return bisect(s, s->kind, next < 0, 0, low - step, low);
        low -= step;
        down = next;
    }
    return start; /* all states full, or none */
}

static void smeared(const struct states *s, double *f, struct occupation *o)
{
    o->fermi = s->kind == SMEAR_FD || s->kind == SMEAR_GAUSS
                   ? fermi_monotonic(s, s->kind)
                   : fermi_nearest(s);
    for (size_t i = 0; i < (size_t)s->nspin * s->nk * s->nb; i++) {
        double x = (o->fermi - s->e[i]) / s->sigma;
        double w = 2.0 / s->nspin * s->weight[i / s->nb % s->nk];

        f[i] = 2.0 / s->nspin * smear_occupation(s->kind, x);
        o->minus_ts += w * s->sigma * smear_entropy(s->kind, x);
    }
}

/* Without smearing: full[nspin] states of every k point. */
static int count_full(const struct states *s, double moment, int *full,
                      struct err *err)
{
    for (int i = 0; i < s->nspin; i++) {
        double m = s->nspin == 1 ? 0 : i == 0 ? moment : -moment;
        double n = (s->nelectrons + m) / 2;

        full[i] = (int)lround(n);
        if (fabs(n - full[i]) > 1e-9 || full[i] < 0)
            return err_set(err, ERR_RANGE,
                           "%g electrons with a moment of %g do not fill whole"
                           " states: expected a smearing, or another moment",
                           s->nelectrons, s->nspin == 1 ? 0 : moment);
        if (full[i] > s->nb)
            return err_set(err, ERR_RANGE,
                           "%d bands cannot hold %g electrons: expected at"
                           " least %d",
                           s->nb, s->nelectrons, full[i]);
    }
    return 0;
}

static int fixed(const struct states *s, double moment, double *f,
                 struct occupation *o, struct err *err)
{
    int full[2] = {0, 0}, ret = count_full(s, moment, full, err);
    double top = -INFINITY, bottom = INFINITY;

    if (ret < 0)
        return ret;
    for (size_t i = 0; i < (size_t)s->nspin * s->nk * s->nb; i++) {
        bool below = (int)(i % s->nb) < full[i / s->nb / s->nk];

        f[i] = below ? 2.0 / s->nspin : 0;
        if (below)
            top = fmax(top, s->e[i]);
        else
            bottom = fmin(bottom, s->e[i]);
    }
    if (isinf(bottom)) {
        o->fermi = top;
    } else if (isinf(top)) {
        o->fermi = bottom;
    } else {
        o->fermi = (top + bottom) / 2;
        o->gap = bottom - top;
    }
    return 0;
}

int occupy(enum smearing kind, double sigma, int nspin, int nk, int nb,
           const double *weight, const double *e, double nelectrons,
           double moment, double *f, struct occupation *o, struct err *err)
{
    struct states s = {kind, sigma, nspin, nk, nb, weight, e, nelectrons};

    *o = (struct occupation){0};
    if (nelectrons > 2 * nb + 1e-9)
        return err_set(err, ERR_RANGE,
                       "%d bands cannot hold %g electrons: expected at least"
                       " %g",
                       nb, nelectrons, ceil(nelectrons / 2));
    if (kind == SMEAR_NONE) {
        int ret = fixed(&s, moment, f, o, err);

        if (ret < 0)
            return ret;
    } else {
        assert(sigma > 0);
        smeared(&s, f, o);
    }
    for (size_t i = 0; i < (size_t)nspin * nk * nb; i++) {
        double n = weight[i / nb % nk] * f[i];

        o->nelectrons += n;
        if (nspin == 2)
            o->moment += i / nb / nk == 0 ? n : -n;
    }
    return 0;
}
