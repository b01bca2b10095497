#include <morsel/la.h>
#include <morsel/prior.h>

#include <math.h>

#include "term.h"

/*
 * The parameters are the logarithms of D, re and a, so that all three stay
 * positive; the free ones come last: re and a if D is held, a alone in the
 * paper's way.
 */
enum { NPAR = MORSE_NPAR };

struct problem {
    const struct dimer *point; /* [npoint] */
    int npoint, nforce;
    double shift; /* eV, taken off the energies */
    double low;   /* eV, the lowest energy; 0: all points count the same */
    double w;     /* angstrom */
    int first;    /* parameters first ... NPAR - 1 are free */
};

/* J^T J, J^T residual and the sum of squares at some parameters. */
struct normal {
    double jj[NPAR][NPAR];
    double jr[NPAR];
    double cost; /* eV^2 */
};

static void add_row(struct normal *s, const double row[NPAR], double residual,
                    double weight)
{
    for (int k = 0; k < NPAR; k++) {
        for (int l = 0; l < NPAR; l++)
            s->jj[k][l] += weight * weight * row[k] * row[l];
        s->jr[k] += weight * weight * row[k] * residual;
    }
    s->cost += weight * weight * residual * residual;
}

/* v_n of prior.h */
static double weight(const struct problem *p, const struct dimer *x)
{
    return p->low < 0 ? 1 / (1 + (x->e - p->low) / -p->low) : 1;
}

static void normal_at(const struct problem *p, const struct morse *m,
                      struct normal *s)
{
    double row[NPAR];

    *s = (struct normal){.cost = 0};
    for (int n = 0; n < p->npoint; n++) {
        const struct dimer *x = &p->point[n];
        double phi = morse_phi_row(m, x->r, row), v = weight(p, x);

        add_row(s, row, phi - (x->e - p->shift), v);
        if (!isnan(x->de) && p->w > 0) {
            double slope = morse_slope_row(m, x->r, row);

            add_row(s, row, slope - x->de, v * p->w);
        }
    }
}

/*
 * Eigenvalues w and vectors (rows of v) of J^T J over the n free parameters,
 * scaled to a unit diagonal; scale[k] is the square root of the old one.
 */
static int decompose(const struct problem *p, const struct normal *s,
                     double scale[NPAR], double *v, double w[NPAR],
                     struct err *err)
{
    int first = p->first, n = NPAR - first;

    for (int k = 0; k < n; k++) {
        scale[k] = sqrt(s->jj[first + k][first + k]);
        if (!(scale[k] > 0))
            return err_set(err, ERR_NUMERIC,
                           "the distances do not determine a Morse curve");
    }
    for (int k = 0; k < n; k++)
        for (int l = 0; l < n; l++)
            v[k * n + l] = s->jj[first + k][first + l] / (scale[k] * scale[l]);
    return la_eig_sym(n, v, w, err);
}

/* m with ln(parameters) moved by -V (w + mu)^-1 V^T J^T r, scaled back. */
static struct morse moved(const struct problem *p, const struct normal *s,
                          const struct morse *m, const double scale[NPAR],
                          const double *v, const double w[NPAR], double mu)
{
    int first = p->first, n = NPAR - first;
    double x[NPAR] = {m->d, m->re, m->a};

    for (int k = 0; k < n; k++) {
        double step = 0;

        for (int q = 0; q < n; q++) {
            double along = 0;

            for (int l = 0; l < n; l++)
                along += v[q * n + l] * s->jr[first + l] / scale[l];
            step -= v[q * n + k] * along / (fmax(w[q], 0) + mu);
        }
        x[first + k] *= exp(fmax(-1, fmin(1, step / scale[k])));
    }
    return (struct morse){x[0], x[1], x[2]};
}

/* Is the residual orthogonal to all that the parameters can change? */
static bool stationary(const struct problem *p, const struct normal *s)
{
    double residual = sqrt(s->cost);

    for (int k = p->first; k < NPAR; k++)
        if (fabs(s->jr[k]) > sqrt(s->jj[k][k]) * (1e-6 * residual + 1e-11))
            return false;
    return true;
}

/*
 * Levenberg and Marquardt: damp the step until the sum of squares falls.  A
 * step out of the limits of prior.h counts as one that does not.
 */
static int minimize(const struct problem *p, struct morse *m, struct normal *s,
                    struct err *err)
{
    double mu = 1e-3, scale[NPAR] = {0}, v[NPAR * NPAR] = {0}, w[NPAR] = {0};

    normal_at(p, m, s);
    for (int it = 0; it < 1000; it++) {
        double before = s->cost;
        bool lower = false;

        if (decompose(p, s, scale, v, w, err) < 0)
            return ERR_NUMERIC;
        for (; !lower && mu < 1e12; mu *= lower ? 0.1 : 4) {
            struct morse to = moved(p, s, m, scale, v, w, mu);
            struct normal there;

            normal_at(p, &to, &there);
            lower = morse_allowed(&to) && there.cost < s->cost;
            if (lower) {
                *m = to;
                *s = there;
            }
        }
        if (!lower || before - s->cost <= 1e-15 * before)
            break;
        mu = fmax(mu, 1e-15);
    }
    return stationary(p, s) ? 0
                            : err_set(err, ERR_NUMERIC,
                                      "no Morse curve goes through the points");
}

/* The a that fits best on a grid, D and re as they are. */
static void guess_a(const struct problem *p, struct morse *m)
{
    double best = INFINITY, best_a = 1;

    for (int k = 0; k < 25; k++) {
        struct normal s;

        m->a = 0.1 * pow(1.2, k); /* to 8 1/angstrom */
        normal_at(p, m, &s);
        if (s.cost < best) {
            best = s.cost;
            best_a = m->a;
        }
    }
    m->a = best_a;
}

/*
 * Quantiles: a table, and beyond it the expansion of R. A. Fisher and E. A.
 * Cornish, Technometrics 2, 209 (1960), in 1/n about the normal one, z:
 *
 *     z + (z^3 + z) / 4 n + (5 z^5 + 16 z^3 + 3 z) / 96 n^2
 *       + (3 z^7 + 19 z^5 + 17 z^3 - 15 z) / 384 n^3 + ...
 */
double student_95(int n)
{
    static const double table[] = {12.7062, 4.3027, 3.1824, 2.7764, 2.5706,
                                   2.4469,  2.3646, 2.3060, 2.2622, 2.2281};
    const double z = 1.959964, z2 = z * z;

    if (n <= 10)
        return table[n - 1];

    double x = 1.0 / n;

    return z *
           (1 + x * ((z2 + 1) / 4 +
                     x * ((3 + z2 * (16 + z2 * 5)) / 96 +
                          x * (-15 + z2 * (17 + z2 * (19 + z2 * 3))) / 384)));
}

/*
 * Intervals: t sqrt of the diagonal of s^2 (J^T J)^-1, from logarithms, with
 * s^2 the scatter about the fit.
 */
static int intervals(const struct problem *p, const struct normal *s,
                     struct morse_fit *fit, struct err *err)
{
    int n = NPAR - p->first, ndata = p->npoint + p->nforce;
    double scale[NPAR] = {0}, v[NPAR * NPAR] = {0}, w[NPAR] = {0},
           e[NPAR] = {0};
    double s2 = ndata > n ? s->cost / (ndata - n) : NAN;
    double t = ndata > n ? student_95(ndata - n) : NAN;

    if (decompose(p, s, scale, v, w, err) < 0)
        return ERR_NUMERIC;
    if (w[0] < 1e-12)
        return err_set(err, ERR_NUMERIC,
                       "the distances do not determine a Morse curve");
    for (int k = 0; k < n; k++) {
        double sum = 0;

        for (int q = 0; q < n; q++)
            sum += v[q * n + k] * v[q * n + k] / w[q];
        e[p->first + k] = t * sqrt(s2 * sum) / scale[k];
    }
    fit->error =
        (struct morse){e[0] * fit->m.d, e[1] * fit->m.re, e[2] * fit->m.a};
    return 0;
}

static void deviations(const struct problem *p, struct morse_fit *fit)
{
    double e2 = 0, f2 = 0;
    int nforce = 0;

    for (int n = 0; n < p->npoint; n++) {
        const struct dimer *x = &p->point[n];
        double slope, phi = morse_phi(&fit->m, x->r, &slope);

        e2 += pow(phi - (x->e - p->shift), 2);
        if (!isnan(x->de)) {
            f2 += pow(slope - x->de, 2);
            nforce++;
        }
    }
    fit->rms_e = sqrt(e2 / p->npoint);
    fit->rms_f = nforce ? sqrt(f2 / nforce) : NAN;
}

/* Is the curve that fits best good enough? */
static int check_misfit(const struct problem *p, const struct morse_fit *fit,
                        double misfit, struct err *err)
{
    double sum = 0, of = 0, low = INFINITY, high = -INFINITY, scale, rms;

    for (int n = 0; n < p->npoint; n++) {
        const struct dimer *x = &p->point[n];
        double slope, v = weight(p, x);

        sum +=
            pow(v * (morse_phi(&fit->m, x->r, &slope) - (x->e - p->shift)), 2);
        of += v * v;
        low = fmin(low, x->e);
        high = fmax(high, x->e);
    }
    scale = fit->unbound ? high - low : fit->m.d;
    rms = sqrt(sum / of);
    if (misfit <= 0 || rms <= misfit * scale)
        return 0;
    return err_set(err, ERR_NUMERIC,
                   "no Morse curve: the best is off by %.3g eV (rms), more "
                   "than %g of %s, %.3g eV",
                   rms, misfit, fit->unbound ? "the range" : "its depth",
                   scale);
}

/* D and re from the lowest point; what is free, and what counts how much. */
static void start(struct problem *p, const struct fit_how *how,
                  struct morse_fit *fit)
{
    const struct dimer *low = &p->point[0];

    p->w = how->method == FIT_PAPER ? 0 : how->w;
    for (int n = 0; n < p->npoint; n++) {
        if (p->point[n].e < low->e)
            low = &p->point[n];
        if (!isnan(p->point[n].de) && p->w > 0)
            p->nforce++;
    }
    fit->unbound = low->e >= 0;
    if (fit->unbound)
        p->shift = low->e + MORSE_UNBOUND;
    else if (how->method != FIT_PAPER && !how->even)
        p->low = low->e;
    p->first = how->method == FIT_PAPER ? 2 : fit->unbound ? 1 : 0;
    fit->m.d = fit->unbound ? MORSE_UNBOUND : -low->e;
    fit->m.re = low->r;
}

int morse_fit(struct morse_fit *fit, const struct dimer *point, int n,
              const struct fit_how *how, struct err *err)
{
    struct problem p = {.point = point, .npoint = n};
    struct normal s;

    *fit = (struct morse_fit){.npoint = n};
    if (n < 1)
        return err_set(err, ERR_RANGE, "there is no dimer to fit to");
    start(&p, how, fit);
    fit->nforce = p.nforce;
    fit->nparam = NPAR - p.first;
    if (n + p.nforce < NPAR)
        return err_set(err, ERR_RANGE,
                       "%d energies and %d forces are too few: a Morse curve "
                       "needs three",
                       n, p.nforce);
    guess_a(&p, &fit->m);
    if (minimize(&p, &fit->m, &s, err) < 0 || intervals(&p, &s, fit, err) < 0 ||
        check_misfit(&p, fit, how->misfit, err) < 0)
        return ERR_NUMERIC;
    deviations(&p, fit);
    return 0;
}
