#include <morsel/train.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/la.h>

/* Lengths that are tried. */
static const double min_length = 0.3, max_length = 5;
enum { LENGTHS = 7 };

/* Frames whose rows are held at once. */
enum { CHUNK = 8 };

/* The sums over data that all else comes from. */
struct sums {
    int width, n; /* sgp_width(); data */
    double *s;    /* [width][width] sum phi phi^T / noise^2 */
    double *by;   /* [width] sum phi y / noise^2 */
    double yy;    /* sum y^2 / noise^2 */
};

static void sums_init(struct sums *u, int width)
{
    *u = (struct sums){.width = width};
    u->s = xcalloc((size_t)width * (size_t)width, sizeof *u->s);
    u->by = xcalloc((size_t)width, sizeof *u->by);
}

static void sums_release(struct sums *u)
{
    free(u->s);
    free(u->by);
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
        jac += 3 * (x->dep[i + 1] - x->dep[i]) * ds->nsf[el];
    }
}

/*
 * phi / noise and y / noise of the data of a frame, in units of `unit`: of its
 * energy, and of the derivatives, which are minus the forces, that count.
 */
static void fill_rows(const struct sgp *s, const struct dataset *ds,
                      const struct example *x, double unit, double *phi,
                      double *y)
{
    size_t m = (size_t)sgp_size(s), width = (size_t)sgp_width(s);
    int n = 1 + 3 * x->natoms, at = 1;
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
    y[0] = x->energy / unit * weight;
    for (int r = 0; r < 3 * x->natoms; r++)
        if (x->mask[r / 3][r % 3] > 0) {
            double *to = phi + (size_t)at * width;

            for (size_t j = 0; j < m; j++)
                to[j] = k[(size_t)(r + 1) * m + j] / SGP_NOISE_F;
            y[at++] = -x->forces[r / 3][r % 3] / unit / SGP_NOISE_F;
        }
    free(k);
}

/* Add rows phi [n][width], y [n]: each thread some rows of S. */
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
    la_gemm(LA_N, LA_N, 1, width, n, 1, y, phi, 1, u->by);
    u->yy += la_dot(n, y, y);
    u->n += n;
}

/* The sums over every step-th frame, the last one among them. */
static void add_frames(struct sums *u, const struct sgp *s,
                       const struct dataset *ds, double unit, int step)
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
        double *y = xcalloc((size_t)n, sizeof *y);

#pragma omp parallel for schedule(dynamic)
        for (int k = 0; k < frames; k++)
            fill_rows(s, ds, x[k], unit, phi + (size_t)at[k] * width,
                      y + at[k]);
        add_rows(u, n, phi, y);
        free(phi);
        free(y);
    }
}

/*
 * S's factor, w, sigma and the logarithm of the likelihood, less what does not
 * depend on the length: with s0 = SGP_SIGMA in the unit of y,
 *
 *     sigma^2 = {(y.y - y.Phi w) / noise^2 + s0^2} / (N + 1),
 *     -(N + 1) log sigma - log |S| / 2 - (log(l / l0) / w_l)^2 / 2.
 */
static int solve(struct sums *u, struct sgp *s, double s0, double *value,
                 struct err *err)
{
    size_t width = (size_t)u->width;
    double log_s = 0, left;
    double t = log(s->length / SGP_LENGTH) / SGP_LENGTH_WIDTH;

    for (size_t i = 0; i < width; i++)
        u->s[i * width + i] += 1;
    int ret = la_cholesky(u->width, u->s, err);

    for (size_t i = 0; ret == 0 && i < width; i++)
        log_s += 2 * log(u->s[i * width + i]);
    if (ret == 0) {
        la_solve_lower(LA_N, u->width, u->s, 1, u->by);
        left = u->yy - la_dot(u->width, u->by, u->by);
        la_solve_lower(LA_T, u->width, u->s, 1, u->by);
        left = fmax(left, 1e-12 * u->yy) + s0 * s0;
        s->sigma = sqrt(left / (u->n + 1));
        *value = -(u->n + 1) * log(s->sigma) - log_s / 2 - t * t / 2;
    }
    return ret;
}

/* All of it for s->length; *value is -INFINITY if that will not do. */
static int fit_at(struct sums *u, struct sgp *s, const struct dataset *ds,
                  double unit, int step, double *value, struct err *err)
{
    int ret = sgp_prepare(s, err);

    sums_init(u, sgp_width(s));
    *value = -INFINITY;
    if (ret == 0)
        add_frames(u, s, ds, unit, step);
    return ret == 0 ? solve(u, s, SGP_SIGMA / unit, value, err) : ret;
}

/* The best of a grid in log l, or of the parabola about it. */
static double best_length(struct sgp *s, const struct dataset *ds, double unit)
{
    const double step = log(max_length / min_length) / (LENGTHS - 1);
    int skip = (ds->n + SGP_LENGTH_FRAMES - 1) / SGP_LENGTH_FRAMES, at = 0;
    double value[LENGTHS], shift = 0;

    for (int i = 0; i < LENGTHS; i++) {
        struct sums u;
        struct err ignored;

        s->length = min_length * exp(i * step);
        if (fit_at(&u, s, ds, unit, skip, &value[i], &ignored) < 0)
            value[i] = -INFINITY;
        sums_release(&u);
        if (value[i] > value[at])
            at = i;
    }
    if (at > 0 && at < LENGTHS - 1 && isfinite(value[at - 1]) &&
        isfinite(value[at + 1])) {
        double curve = value[at - 1] - 2 * value[at] + value[at + 1];

        if (curve < 0)
            shift = (value[at - 1] - value[at + 1]) / (2 * curve);
    }
    return min_length * exp((at + shift) * step);
}

/*
 * Environments that atoms of an element would have if one coordinate of one
 * atom were `step` larger, to first order, of every frame.
 */
static double *displaced(const struct dataset *ds, int el, double step, int *n)
{
    size_t nsf = (size_t)ds->nsf[el];
    double *x = NULL;

    *n = 0;
    for (int i = 0; i < ds->n; i++) {
        const struct example *e = &ds->example[i];
        const double *jac = e->jac;

        for (int a = 0; a < e->natoms; a++) {
            int rows = 3 * (e->dep[a + 1] - e->dep[a]);
            const double *at = ds->x[el] + (size_t)e->row[a] * nsf;

            if (e->element[a] != el) {
                jac += rows * ds->nsf[e->element[a]];
                continue;
            }
            x = xrealloc(x, (size_t)(*n + rows) * nsf, sizeof *x);
            for (int r = 0; r < rows; r++, jac += nsf)
                for (size_t k = 0; k < nsf; k++)
                    x[(size_t)(*n + r) * nsf + k] = at[k] + step * jac[k];
            *n += rows;
        }
    }
    return x;
}

static void choose(struct sgp *s, const struct dataset *ds, int max)
{
    for (int el = 0; el < ds->nelement; el++) {
        int n;
        double *x;

        sgp_choose(s, el, ds->nrow[el], ds->x[el], max);
        if (sgp_count(s, el) == max)
            continue;
        x = displaced(ds, el, SGP_DISPLACEMENT, &n);
        sgp_choose(s, el, n, x, max);
        free(x);
    }
}

/* What a fit finds, with the prior or without. */
struct outcome {
    double length, sigma, unit, likelihood;
    double *e0; /* [nelement] */
    double *w;  /* [width] alpha and constants */
    double *s;  /* [width][width] the factor of S */
};

static void outcome_release(struct outcome *o)
{
    free(o->e0);
    free(o->w);
    free(o->s);
}

static int find(struct outcome *o, struct dataset *ds, struct model *m,
                struct err *err)
{
    struct loss ignored;
    struct sgp *s = m->sgp;
    struct sums u;

    dataset_reference(ds, m, UNITS_ROBUST, &ignored);
    s->length = best_length(s, ds, m->unit);
    int ret = fit_at(&u, s, ds, m->unit, 1, &o->likelihood, err);

    if (ret == 0)
        sgp_unwhiten(s, 1, u.by);
    o->likelihood -= (u.n + 1) * log(m->unit);
    o->length = s->length;
    o->sigma = s->sigma;
    o->unit = m->unit;
    o->e0 = xcalloc((size_t)s->nelement, sizeof *o->e0);
    memcpy(o->e0, m->e0, (size_t)s->nelement * sizeof *o->e0);
    o->w = u.by;
    o->s = u.s;
    return ret;
}

/* The labels as they were: e0, which is none now, and prior in them again. */
static void restore(struct dataset *ds, struct model *m)
{
    for (int i = 0; i < ds->n; i++) {
        struct example *x = &ds->example[i];

        x->energy += x->prior;
        for (int a = 0; a < x->natoms; a++) {
            x->energy += m->e0[x->element[a]];
            for (int c = 0; c < 3; c++)
                x->forces[a][c] += x->prior_forces[a][c];
        }
    }
    memset(m->e0, 0, (size_t)ds->nelement * sizeof *m->e0);
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
    struct outcome with = {0}, without = {0};
    const struct outcome *best = &with;
    int ret;

    choose(m->sgp, ds, max);
    ret = find(&with, ds, m, err);
    if (ret == 0 && m->prior.nelement > 0) {
        restore(ds, m);
        ret = find(&without, ds, m, err);
        if (ret == 0 && without.likelihood > with.likelihood) {
            prior_release(&m->prior);
            best = &without;
        }
    }
    if (ret == 0)
        ret = take(best, m, err);
    *likelihood = best->likelihood;
    outcome_release(&with);
    outcome_release(&without);
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
