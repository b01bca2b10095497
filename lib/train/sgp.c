#include <morsel/train.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/la.h>

#include "environments.h"

/* Lengths that are tried. */
static const double min_length = 0.3, max_length = 5;
enum { LENGTHS = 7 };

/* Frames whose rows are held at once. */
enum { CHUNK = 8 };

/* A fit, with the prior or without: of the labels less its constants. */
struct outcome {
    bool prior; /* is to be subtracted from the labels */
    double length, sigma, unit, likelihood;
    double *e0; /* [nelement] */
    double *w;  /* [width] alpha and constants */
    double *s;  /* [width][width] the factor of S */
};

enum { OUTCOMES = 2 };

/* The sums over data that all else comes from, which outcomes share. */
struct sums {
    int width, n, outcomes;
    double *s;            /* [width][width] sum phi phi^T / noise^2 */
    double *by[OUTCOMES]; /* [width] sum phi y / noise^2 */
    double yy[OUTCOMES];  /* sum y^2 / noise^2 */
};

static void sums_init(struct sums *u, int width, int outcomes)
{
    *u = (struct sums){.width = width, .outcomes = outcomes};
    u->s = xcalloc((size_t)width * (size_t)width, sizeof *u->s);
    for (int k = 0; k < outcomes; k++)
        u->by[k] = xcalloc((size_t)width, sizeof *u->by[k]);
}

static void sums_release(struct sums *u)
{
    free(u->s);
    for (int k = 0; k < u->outcomes; k++)
        free(u->by[k]);
}

static void look(const struct dataset *ds, const struct example *x,
                 struct surroundings *v)
{
    const double *jac = x->jac;

    v->natoms = x->natoms;
    v->element = x->element;
    v->dep = x->dep;
    v->atom = x->atom;
    v->x = xcalloc((size_t)x->natoms, sizeof *v->x);
    v->jac = xcalloc((size_t)x->natoms, sizeof *v->jac);
    for (int i = 0; i < x->natoms; i++) {
        int el = x->element[i];

        v->x[i] = ds->x[el] + (size_t)x->row[i] * (size_t)ds->nsf[el];
        v->jac[i] = jac;
        jac += (size_t)(3 * (x->dep[i + 1] - x->dep[i]) * ds->nsf[el]);
    }
}

/* phi / noise of the data of a frame: of its energy, and of what counts of the
 * derivatives, which are minus the forces. */
static void fill_rows(const struct sgp *s, const struct dataset *ds,
                      const struct example *x, double *phi)
{
    size_t m = (size_t)sgp_size(s), width = (size_t)sgp_width(s), at = 1;
    int n = 1 + 3 * x->natoms;
    double *k = xcalloc((size_t)n * m, sizeof *k);
    double weight = 1 / (SGP_NOISE_E * sqrt(x->natoms));
    struct surroundings v;

    look(ds, x, &v);
    sgp_rows(s, &v, k);
    free(v.x);
    free(v.jac);
    sgp_whiten(s, n, k);
    for (size_t j = 0; j < m; j++)
        phi[j] = k[j] * weight;
    for (int i = 0; i < x->natoms; i++)
        phi[m + (size_t)x->element[i]] += SGP_CONSTANT * weight;
    for (int r = 0; r < 3 * x->natoms; r++)
        if (x->mask[r / 3][r % 3] > 0) {
            double *to = phi + at++ * width;

            for (size_t j = 0; j < m; j++)
                to[j] = k[(size_t)(r + 1) * m + j] / SGP_NOISE_F;
        }
    free(k);
}

/* y / noise of these data, in units of o->unit. */
static void fill_labels(const struct outcome *o, const struct example *x,
                        double *y)
{
    double energy = o->prior ? x->energy - x->prior : x->energy;

    for (int i = 0; i < x->natoms; i++)
        energy -= o->e0[x->element[i]];
    *y++ = energy / o->unit / (SGP_NOISE_E * sqrt(x->natoms));
    for (int r = 0; r < 3 * x->natoms; r++) {
        double f = x->forces[r / 3][r % 3];

        if (o->prior)
            f -= x->prior_forces[r / 3][r % 3];
        if (x->mask[r / 3][r % 3] > 0)
            *y++ = -f / o->unit / SGP_NOISE_F;
    }
}

/* Add rows phi [n][width], y [outcomes][n]: each thread some rows of S. */
static void add_rows(struct sums *u, int n, const double *phi, const double *y)
{
    int width = u->width;
    enum { TILE = 64 };

#pragma omp parallel for schedule(dynamic)
    for (int i = 0; i < width; i += TILE) {
        int rows = width - i < TILE ? width - i : TILE;

        la_dgemm(LA_T, LA_N, rows, i + rows, n, 1, phi + i, width, phi, width,
                 1, u->s + (size_t)i * (size_t)width, width);
    }
    for (int k = 0; k < u->outcomes; k++, y += n) {
        la_gemm(LA_N, LA_N, 1, width, n, 1, y, phi, 1, u->by[k]);
        u->yy[k] += la_dot(n, y, y);
    }
    u->n += n;
}

/* The sums over every step-th frame, the last one among them. */
static void add_frames(struct sums *u, const struct sgp *s,
                       const struct dataset *ds, const struct outcome *o,
                       int step)
{
    size_t width = (size_t)u->width;
    int count = (ds->n + step - 1) / step;

    for (int first = 0; first < count; first += CHUNK) {
        int frames = count - first < CHUNK ? count - first : CHUNK, n = 0;
        int at[CHUNK];
        const struct example *x[CHUNK];

        for (int k = 0; k < frames; k++) {
            x[k] = &ds->example[ds->n - 1 - (first + k) * step];
            at[k] = n;
            n += 1 + x[k]->ncount;
        }
        double *phi = xcalloc((size_t)n * width, sizeof *phi);
        double *y = xcalloc((size_t)n * (size_t)u->outcomes, sizeof *y);

#pragma omp parallel for schedule(dynamic)
        for (int k = 0; k < frames; k++) {
            fill_rows(s, ds, x[k], phi + (size_t)at[k] * width);
            for (int j = 0; j < u->outcomes; j++)
                fill_labels(&o[j], x[k], y + (size_t)(j * n + at[k]));
        }
        add_rows(u, n, phi, y);
        free(phi);
        free(y);
    }
}

/*
 * Of S's factor w, sigma and the logarithm of the likelihood, less what does
 * not depend on the model: with s0 = SGP_SIGMA, and sigma and y in one unit,
 *
 *     sigma^2 = {(y.y - y.Phi w) / noise^2 + s0^2} / (N + 1),
 *     -(N + 1) log sigma - log |S| / 2 - (log(l / l0) / w_l)^2 / 2.
 */
static void solve(const struct sums *u, const struct sgp *s, int k,
                  double log_s, struct outcome *o)
{
    double t = log(s->length / SGP_LENGTH) / SGP_LENGTH_WIDTH;
    double s0 = SGP_SIGMA / o->unit, left;

    la_solve_lower(LA_N, u->width, u->s, 1, u->by[k]);
    left = u->yy[k] - la_dot(u->width, u->by[k], u->by[k]);
    la_solve_lower(LA_T, u->width, u->s, 1, u->by[k]);
    left = fmax(left, 1e-12 * u->yy[k]) + s0 * s0;
    o->sigma = sqrt(left / (u->n + 1));
    o->likelihood =
        -(u->n + 1) * log(o->sigma * o->unit) - log_s / 2 - t * t / 2;
}

/*
 * All of it for s->length and n outcomes, whose likelihood is -INFINITY if that
 * will not do.
 */
static int fit_at(struct sums *u, struct sgp *s, const struct dataset *ds,
                  struct outcome *o, int n, int step, struct err *err)
{
    size_t width = (size_t)sgp_width(s);
    double log_s = 0;
    int ret = sgp_prepare(s, err);

    sums_init(u, (int)width, n);
    for (int k = 0; k < n; k++)
        o[k].likelihood = -INFINITY;
    if (ret < 0)
        return ret;
    add_frames(u, s, ds, o, step);
    for (size_t i = 0; i < width; i++)
        u->s[i * width + i] += 1;
    ret = la_cholesky((int)width, u->s, err);
    for (size_t i = 0; ret == 0 && i < width; i++)
        log_s += 2 * log(u->s[i * width + i]);
    for (int k = 0; ret == 0 && k < n; k++)
        solve(u, s, k, log_s, &o[k]);
    return ret;
}

/* The best of the grid in log l, or of the parabola about it. */
static double best_length(const double *value)
{
    const double step = log(max_length / min_length) / (LENGTHS - 1);
    double shift = 0;
    int at = 0;

    for (int i = 1; i < LENGTHS; i++)
        if (value[i] > value[at])
            at = i;
    if (at > 0 && at < LENGTHS - 1 && isfinite(value[at - 1]) &&
        isfinite(value[at + 1])) {
        double curve = value[at - 1] - 2 * value[at] + value[at + 1];

        if (curve < 0)
            shift = (value[at - 1] - value[at + 1]) / (2 * curve);
    }
    return min_length * exp((at + shift) * step);
}

/* Rows are what takes time, and are the same with the prior and without. */
static void find_lengths(struct sgp *s, const struct dataset *ds,
                         struct outcome *o, int n)
{
    const double step = log(max_length / min_length) / (LENGTHS - 1);
    int skip = (ds->n + SGP_LENGTH_FRAMES - 1) / SGP_LENGTH_FRAMES;
    double value[OUTCOMES][LENGTHS];

    for (int i = 0; i < LENGTHS; i++) {
        struct sums u;
        struct err ignored;

        s->length = min_length * exp(i * step);
        (void)!fit_at(&u, s, ds, o, n, skip, &ignored);
        sums_release(&u);
        for (int k = 0; k < n; k++)
            value[k][i] = o[k].likelihood;
    }
    for (int k = 0; k < n; k++)
        o[k].length = best_length(value[k]);
}

static void outcome_release(struct outcome *o)
{
    free(o->e0);
    free(o->w);
    free(o->s);
}

/* Of all frames, for its length. */
static int find(struct outcome *o, const struct dataset *ds, struct sgp *s,
                struct err *err)
{
    struct sums u;

    s->length = o->length;
    int ret = fit_at(&u, s, ds, o, 1, 1, err);

    if (ret == 0)
        sgp_unwhiten(s, 1, u.by[0]);
    o->w = u.by[0];
    o->s = u.s;
    return ret;
}

/* Constants and unit of the labels; these stay as they are. */
static void refer(struct outcome *o, struct dataset *ds, struct model *m)
{
    size_t n = (size_t)ds->nelement;
    struct loss ignored;

    memset(m->e0, 0, n * sizeof *m->e0);
    dataset_reference(ds, m, UNITS_ROBUST, &ignored);
    o->unit = m->unit;
    o->e0 = xcalloc(n, sizeof *o->e0);
    memcpy(o->e0, m->e0, n * sizeof *o->e0);
    for (int i = 0; i < ds->n; i++)
        for (int a = 0; a < ds->example[i].natoms; a++)
            ds->example[i].energy += m->e0[ds->example[i].element[a]];
}

/* The prior in the labels again. */
static void restore(struct dataset *ds)
{
    for (int i = 0; i < ds->n; i++) {
        struct example *x = &ds->example[i];

        x->energy += x->prior;
        for (int r = 0; r < 3 * x->natoms; r++)
            x->forces[r / 3][r % 3] += x->prior_forces[r / 3][r % 3];
    }
}

static int take(const struct outcome *o, struct model *m, struct err *err)
{
    struct sgp *s = m->sgp;
    size_t width = (size_t)sgp_width(s);

    s->length = o->length;
    s->sigma = o->sigma;
    m->unit = o->unit;
    model_weights(m, o->w);
    for (int el = 0; el < s->nelement; el++)
        m->e0[el] = o->e0[el] + o->unit * SGP_CONSTANT * o->w[sgp_size(s) + el];
    s->s = xcalloc(width * width, sizeof *s->s);
    memcpy(s->s, o->s, width * width * sizeof *s->s);
    return sgp_prepare(s, err);
}

int sgp_train(struct dataset *ds, struct model *m, int max, double *likelihood,
              struct err *err)
{
    struct outcome o[OUTCOMES] = {{0}};
    int n = m->prior.nelement > 0 ? 2 : 1, best = 0, ret = 0;

    environments_choose(m->sgp, ds, max);
    refer(&o[0], ds, m);
    if (n == 2) {
        o[0].prior = true;
        restore(ds);
        refer(&o[1], ds, m);
    }
    find_lengths(m->sgp, ds, o, n);
    for (int k = 0; k < n && ret == 0; k++) {
        ret = find(&o[k], ds, m->sgp, err);
        if (o[k].likelihood > o[best].likelihood)
            best = k;
    }
    if (ret == 0 && n == 2 && !o[best].prior)
        prior_release(&m->prior);
    if (ret == 0)
        ret = take(&o[best], m, err);
    *likelihood = o[best].likelihood;
    for (int k = 0; k < n; k++)
        outcome_release(&o[k]);
    return ret;
}

double sgp_train_bytes(const struct frames *frames, const struct model *m,
                       int max)
{
    double width = m->descriptor.nelement * (max + 1.0), rows = 0;

    for (int i = 0; i < frames->n; i++)
        rows = fmax(rows, 1 + 3.0 * frames->frame[i].atoms.natoms);
    return 8 * (4 * width * width + 2 * CHUNK * rows * width);
}
