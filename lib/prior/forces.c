#include <morsel/la.h>
#include <morsel/prior.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "term.h"

/*
 * The parameters x of a pair are D / D0, ln(re / re0) and ln(a / a0): forces
 * are linear in the first.  All start at 1, 0 and 0, are drawn back there by
 * a ridge of this width, and stay within these bounds.
 */
static const double start_at[MORSE_NPAR] = {1, 0, 0};
static const double width[MORSE_NPAR] = {0.5, 0.05, 0.2};
static const double low[MORSE_NPAR] = {0.05, -0.2, -0.7};
static const double high[MORSE_NPAR] = {2, 0.2, 0.7};

struct well { /* a pair of elements in a term */
    int term, i, j;
    struct morse m0;
};

struct problem {
    struct prior *p;
    const struct prior_sample *sample;
    struct neighbors *nb; /* [nsample] */
    int nsample, nforce;
    int nwell, npar; /* npar: of each well, 1 or MORSE_NPAR */
    struct well *well;
    double *x; /* [nwell * npar] */
    int *of;   /* [nterm * nelement^2] index of the well, or -1 */
};

/* J^T J, J^T residual and what is minimized. */
struct normal {
    int n;
    double *jj, *jr; /* [n][n], [n] */
    double cost, squares;
};

static void set_parameters(struct problem *q, const double *x)
{
    for (int w = 0; w < q->nwell; w++) {
        const struct well *p = &q->well[w];
        const double *y = x + (ptrdiff_t)w * q->npar;
        struct morse m = p->m0;

        m.d *= y[0];
        if (q->npar > 1) {
            m.re *= exp(y[1]);
            m.a *= exp(y[2]);
        }
        prior_set_pair(q->p, p->term, p->i, p->j, &m);
    }
}

/* Columns of one pair of atoms: -dF of atom i and j for each parameter. */
static void add_columns(const struct problem *q, int w, double r,
                        const double *d, double *ji, double *jj)
{
    const struct well *p = &q->well[w];
    const struct prior_pair *pair =
        &q->p->term[p->term].pair[p->i * q->p->nelement + p->j];
    double e[MORSE_NPAR], de[MORSE_NPAR], ds, s = prior_switch(pair, r, &ds);

    morse_phi_row(&pair->m, r, e);
    morse_slope_row(&pair->m, r, de);
    for (int k = 0; k < q->npar; k++) {
        double slope = ds * e[k] + s * de[k];

        if (k == 0)
            slope /= q->x[(ptrdiff_t)w *
                          q->npar]; /* by D / D0, not by its logarithm */
        for (int c = 0; c < 3; c++) {
            int at = c * q->nwell * q->npar + w * q->npar + k;

            ji[at] += slope * d[c] / r;
            jj[at] -= slope * d[c] / r;
        }
    }
}

/* jac[3 natoms][nwell * npar] of one sample. */
static void jacobian(const struct problem *q, int k, double *jac)
{
    const struct atoms *a = q->sample[k].atoms;
    const struct neighbors *nb = &q->nb[k];
    int row = 3 * q->nwell * q->npar, n = q->p->nelement;

    for (int i = 0; i < a->natoms; i++) {
        int ei = prior_element(q->p, a->z[i]);

        for (int m = nb->first[i]; m < nb->first[i + 1] && ei >= 0; m++) {
            int j = nb->j[m], ej = prior_element(q->p, a->z[j]);

            if (j <= i || ej < 0) /* an atom's own images pull both ways */
                continue;
            for (int t = 0; t < q->p->nterm; t++) {
                int at = ei * n + ej, w = q->of[t * n * n + at];

                if (w >= 0 && nb->r[m] < q->p->term[t].pair[at].rc)
                    add_columns(q, w, nb->r[m], nb->d[m],
                                jac + (ptrdiff_t)i * row,
                                jac + (ptrdiff_t)j * row);
            }
        }
    }
}

/* The residual of sample k, prior less label: its sum of squares. */
static double residual(const struct problem *q, int k, double (*res)[3])
{
    const struct prior_sample *s = &q->sample[k];
    double sum = 0;

    memset(res, 0, (size_t)s->atoms->natoms * sizeof *res);
    prior_eval(q->p, s->atoms, &q->nb[k], res);
    for (int i = 0; i < s->atoms->natoms; i++)
        for (int c = 0; c < 3; c++) {
            res[i][c] -= s->forces[i][c];
            sum += res[i][c] * res[i][c];
        }
    return sum;
}

/* What is minimized, at x, and where asked its derivatives. */
static void normal_at(struct problem *q, const double *x, struct normal *s,
                      bool derivatives)
{
    int n = s->n;

    memcpy(q->x, x, (size_t)n * sizeof *x);
    set_parameters(q, x);
    s->squares = 0;
    if (derivatives) {
        memset(s->jj, 0, (size_t)n * n * sizeof *s->jj);
        memset(s->jr, 0, (size_t)n * sizeof *s->jr);
    }
    for (int k = 0; k < q->nsample; k++) {
        int rows = 3 * q->sample[k].atoms->natoms;
        double(*res)[3] = xcalloc((size_t)rows / 3, sizeof *res);

        s->squares += residual(q, k, res);
        if (derivatives) {
            double *jac = xcalloc((size_t)rows * n, sizeof *jac);

            jacobian(q, k, jac);
            la_gemm(LA_T, LA_N, n, n, rows, 1, jac, jac, 1, s->jj);
            la_gemm(LA_T, LA_N, n, 1, rows, 1, jac, res[0], 1, s->jr);
            free(jac);
        }
        free(res);
    }
    s->cost = s->squares / (PRIOR_FIT_ERROR * PRIOR_FIT_ERROR);
    for (int i = 0; i < n; i++) {
        int k = i % q->npar;
        double pull = (x[i] - start_at[k]) / (width[k] * width[k]);

        s->cost += pull * (x[i] - start_at[k]);
        if (derivatives) {
            for (int j = 0; j < n; j++)
                s->jj[i * n + j] /= PRIOR_FIT_ERROR * PRIOR_FIT_ERROR;
            s->jj[i * n + i] += 1 / (width[k] * width[k]);
            s->jr[i] = s->jr[i] / (PRIOR_FIT_ERROR * PRIOR_FIT_ERROR) + pull;
        }
    }
}

static double limit(double x, int k)
{
    return fmax(low[k], fmin(high[k], x));
}

/* Parameters that could move: not those that lean on a bound. */
static int free_ones(const struct problem *q, const struct normal *s,
                     const double *x, int *index)
{
    int n = 0;

    for (int i = 0; i < s->n; i++) {
        int k = i % q->npar;

        if ((x[i] > low[k] || s->jr[i] < 0) && (x[i] < high[k] || s->jr[i] > 0))
            index[n++] = i;
    }
    return n;
}

/*
 * to = x - (J^T J + mu diag)^-1 J^T r over the n free parameters, cut at the
 * bounds; the matrix is scaled to a unit diagonal.
 */
static int step(const struct problem *q, const struct normal *s,
                const int *index, int n, double mu, const double *x, double *to,
                struct err *err)
{
    double *v = xcalloc((size_t)n * n, sizeof *v);
    double *w = xcalloc((size_t)n, sizeof *w);
    int ret;

    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            double ii = s->jj[index[i] * s->n + index[i]];
            double jj = s->jj[index[j] * s->n + index[j]];

            v[i * n + j] = s->jj[index[i] * s->n + index[j]] / sqrt(ii * jj);
        }
    memcpy(to, x, (size_t)s->n * sizeof *x);
    ret = la_eig_sym(n, v, w, err);
    for (int e = 0; e < n && ret == 0; e++) {
        double along = 0;

        for (int i = 0; i < n; i++)
            along += v[e * n + i] * s->jr[index[i]] /
                     sqrt(s->jj[index[i] * s->n + index[i]]);
        for (int i = 0; i < n; i++)
            to[index[i]] -= v[e * n + i] * along / (fmax(w[e], 0) + mu) /
                            sqrt(s->jj[index[i] * s->n + index[i]]);
    }
    for (int i = 0; i < s->n && ret == 0; i++)
        to[i] = limit(to[i], i % q->npar);
    free(v);
    free(w);
    return ret;
}

/* Levenberg and Marquardt from x, which it moves, to a minimum in the box. */
static int minimize(struct problem *q, struct normal *s, double *x,
                    struct err *err)
{
    double *to = xcalloc((size_t)s->n, sizeof *to), mu = 1e-3;
    int *index = xcalloc((size_t)s->n, sizeof *index), ret = 0;
    bool lower = true;

    for (int it = 0; it < 200 && lower && ret == 0; it++) {
        double before;
        int n;

        normal_at(q, x, s, true);
        before = s->cost;
        n = free_ones(q, s, x, index);
        lower = false;
        for (; !lower && n > 0 && mu < 1e9 && ret == 0; mu *= lower ? 0.1 : 4) {
            ret = step(q, s, index, n, mu, x, to, err);
            if (ret == 0)
                normal_at(q, to, s, false);
            lower = ret == 0 && s->cost < before;
        }
        if (lower)
            memcpy(x, to, (size_t)s->n * sizeof *x);
        lower = lower && before - s->cost > 1e-14 * before;
        mu = fmax(mu, 1e-12);
    }
    normal_at(q, x, s, false);
    free(to);
    free(index);
    return ret;
}

/* The wells of Morse terms that two atoms of the samples are within. */
static void find_wells(struct problem *q)
{
    struct prior *p = q->p;
    int n = p->nelement;

    q->of = xcalloc((size_t)p->nterm * n * n, sizeof *q->of);
    q->well = xcalloc((size_t)p->nterm * n * n, sizeof *q->well);
    for (int i = 0; i < p->nterm * n * n; i++)
        q->of[i] = -1;
    for (int k = 0; k < q->nsample; k++) {
        const struct atoms *a = q->sample[k].atoms;
        const struct neighbors *nb = &q->nb[k];

        for (int i = 0; i < a->natoms; i++)
            for (int m = nb->first[i]; m < nb->first[i + 1]; m++) {
                int ei = prior_element(p, a->z[i]);
                int ej = prior_element(p, a->z[nb->j[m]]);

                for (int t = 0; t < p->nterm && ei >= 0 && ej >= 0; t++) {
                    int *of = q->of + (ptrdiff_t)t * n * n;
                    const struct prior_pair *pair =
                        &p->term[t].pair[ei * n + ej];

                    if (p->term[t].kind != TERM_MORSE || pair->m.d <= 0 ||
                        nb->r[m] >= pair->rc || of[ei * n + ej] >= 0)
                        continue;
                    of[ei * n + ej] = of[ej * n + ei] = q->nwell;
                    q->well[q->nwell++] = (struct well){t, ei, ej, pair->m};
                }
            }
    }
}

static int find_neighbors(struct problem *q, struct err *err)
{
    q->nb = xcalloc((size_t)q->nsample, sizeof *q->nb);
    for (int k = 0; k < q->nsample; k++) {
        q->nforce += 3 * q->sample[k].atoms->natoms;
        if (neighbors_find(&q->nb[k], q->sample[k].atoms, q->p->rc, err) < 0)
            return err->code;
    }
    return 0;
}

static int solve(struct problem *q, struct prior_fit *fit, struct err *err)
{
    struct normal s = {.n = q->nwell * q->npar};
    double *x = xcalloc((size_t)s.n, sizeof *x);
    int ret;

    q->x = xcalloc((size_t)s.n, sizeof *q->x);
    s.jj = xcalloc((size_t)s.n * s.n, sizeof *s.jj);
    s.jr = xcalloc((size_t)s.n, sizeof *s.jr);
    for (int i = 0; i < s.n; i++)
        x[i] = start_at[i % q->npar];
    normal_at(q, x, &s, false);
    fit->before = sqrt(s.squares / q->nforce);
    ret = s.n > 0 ? minimize(q, &s, x, err) : 0;
    fit->after = sqrt(s.squares / q->nforce);
    free(x);
    free(s.jj);
    free(s.jr);
    return ret;
}

int prior_fit_forces(struct prior *p, const struct prior_sample *sample, int n,
                     enum prior_fit_what what, struct prior_fit *fit,
                     struct err *err)
{
    struct problem q = {.p = p, .sample = sample, .nsample = n};
    int ret;

    *fit = (struct prior_fit){.before = NAN, .after = NAN};
    if (n == 0 || p->nterm == 0)
        return 0;
    q.npar = what == PRIOR_FIT_DEPTH ? 1 : MORSE_NPAR;
    ret = find_neighbors(&q, err);
    if (ret == 0)
        find_wells(&q);
    if (ret == 0)
        ret = solve(&q, fit, err);
    fit->nwell = q.nwell;
    fit->nforce = q.nforce;
    for (int k = 0; k < n; k++)
        neighbors_release(&q.nb[k]);
    free(q.nb);
    free(q.well);
    free(q.of);
    free(q.x);
    return ret;
}
