#include "hamiltonian.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "block.h"

/*
 * Block Davidson (E. R. Davidson, J. Comput. Phys. 17, 87 (1975)): the states
 * are the lowest of H in the span of vectors v; each step adds the
 * preconditioned residuals of those that are not done,
 *
 *     t = K (H - e S) psi,   psi = sum_i v_i c_i,
 *
 * and a span grown to its room is replaced by the states themselves.
 */
enum { ROOM = 4 }; /* times the states */

struct davidson {
    const struct hamiltonian *h;
    bool real, s;
    int npw, nb, m, room;
    double complex *v, *hv, *sv; /* [room][npw]; sv is v if S = 1 */
    double complex *x;           /* [nb][npw] psi, for S = 1 and !ritz */
    double complex *r, *sx;      /* [nb][npw] residuals; sx is x if S = 1 */
    void *hm, *sm;               /* [room][room] <v|H|v>, <v|S|v>, upper */
    void *c;                     /* [m][nb] the states */
    void *part;                  /* [m][nb] some of c */
    double *e, *old;             /* [nb] eigenvalues, those at residual[] */
    double *residual;            /* [nb] */
    bool *done;                  /* [nb] */
    int *todo;                   /* [nb] which states are not */
    struct rng rng;
    int applied;
    int nr;    /* residuals in r, of the states in todo */
    bool ritz; /* v[0 ... nb-1] are the states, and there are no others */
};

static void *element(const struct davidson *d, void *a, int i, int j)
{
    return (char *)a + ((size_t)i * d->room + j) * block_size(d->real);
}

/* Does the basis begin with G = -G-K, whose coefficient is real? */
static bool has_self(const struct basis *b)
{
    return b->real && !b->shift[0] && !b->shift[1] && !b->shift[2];
}

/* Dimension of the space, over the real or the complex numbers. */
static int dimension(const struct basis *b)
{
    return b->real ? 2 * b->npw - has_self(b) : b->npw;
}

static void init(struct davidson *d, const struct hamiltonian *h, int nb,
                 int room, double complex *psi)
{
    size_t size = block_size(h->basis->real), npw = h->basis->npw;
    int full = dimension(h->basis);

    *d = (struct davidson){.h = h, .real = h->basis->real, .nb = nb};
    d->s = hamiltonian_s(h);
    d->npw = h->basis->npw;
    d->room = room < full ? room : full;
    d->v = xcalloc(d->room * npw, sizeof(*d->v));
    d->hv = xcalloc(d->room * npw, sizeof(*d->hv));
    d->sv = d->s ? xcalloc(d->room * npw, sizeof(*d->sv)) : d->v;
    d->x = psi;
    d->r = xcalloc(nb * npw, sizeof(*d->r));
    d->sx = d->s ? xcalloc(nb * npw, sizeof(*d->sx)) : d->x;
    d->hm = xcalloc((size_t)d->room * d->room, size);
    d->sm = xcalloc((size_t)d->room * d->room, size);
    d->c = xcalloc((size_t)d->room * nb, size);
    d->part = xcalloc((size_t)d->room * nb, size);
    d->e = xcalloc(nb, sizeof(*d->e));
    d->old = xcalloc(nb, sizeof(*d->old));
    d->residual = xcalloc(nb, sizeof(*d->residual));
    d->done = xcalloc(nb, sizeof(*d->done));
    d->todo = xcalloc(nb, sizeof(*d->todo));
    rng_init(&d->rng, 1);
}

static void release(struct davidson *d)
{
    if (d->s) {
        free(d->sv);
        free(d->sx);
    }
    free(d->r);
    free(d->v);
    free(d->hv);
    free(d->hm);
    free(d->sm);
    free(d->c);
    free(d->part);
    free(d->e);
    free(d->old);
    free(d->residual);
    free(d->done);
    free(d->todo);
}

/* H and S times the count vectors behind v[m]. */
static void apply(struct davidson *d, int count)
{
    size_t at = (size_t)d->m * d->npw;

    hamiltonian_apply(d->h, count, d->v + at, d->hv + at,
                      d->s ? d->sv + at : NULL);
    d->applied += count;
}

/* The upper triangle of <a|b>, n x n, from row and column at on. */
static void inner_upper(const struct davidson *d, int n,
                        const double complex *a, const double complex *b,
                        void *matrix, int at)
{
    int half = n / 16 * 8;
    size_t skip = (size_t)half * d->npw;

    if (n < 32) {
        block_inner(d->real, d->npw, n, a, n, b, element(d, matrix, at, at),
                    d->room);
        return;
    }
    inner_upper(d, half, a, b, matrix, at);
    block_inner(d->real, d->npw, half, a, n - half, b + skip,
                element(d, matrix, at, at + half), d->room);
    inner_upper(d, n - half, a + skip, b + skip, matrix, at + half);
}

/* Their rows and columns of the matrices: they are among the v now. */
static void couple(struct davidson *d, int count)
{
    size_t at = (size_t)d->m * d->npw;

    block_inner(d->real, d->npw, d->m, d->v, count, d->hv + at,
                element(d, d->hm, 0, d->m), d->room);
    block_inner(d->real, d->npw, d->m, d->v, count, d->sv + at,
                element(d, d->sm, 0, d->m), d->room);
    inner_upper(d, count, d->v + at, d->hv + at, d->hm, d->m);
    inner_upper(d, count, d->v + at, d->sv + at, d->sm, d->m);
    d->m += count;
}

static int reduce(struct davidson *d, struct err *err)
{
    return block_eig(d->real, d->m, d->hm, d->sm, d->room, d->nb, d->e, d->c,
                     err);
}

static double norm(const struct davidson *d, const double complex *a,
                   const double complex *b)
{
    double sum = 0;

    for (int g = 0; g < d->npw; g++)
        sum += creal(a[g]) * creal(b[g]) + cimag(a[g]) * cimag(b[g]);
    return sqrt(sum);
}

static void scale(const struct davidson *d, double f, double complex *a)
{
    for (int g = 0; g < d->npw; g++)
        a[g] *= f;
}

static void randomize(struct davidson *d, double complex *v)
{
    const struct basis *b = d->h->basis;

    for (int g = 0; g < d->npw; g++) {
        double x = rng_normal(&d->rng), y = rng_normal(&d->rng);

        v[g] = (x + I * y) / (1 + b->kinetic[g]);
    }
    if (has_self(b)) /* G = -G-K: real */
        v[0] = creal(v[0]);
}

/* v[m] -= its part in the span of v[0 ... m-1], S-orthonormal. */
static void project(struct davidson *d)
{
    double complex *t = d->v + (size_t)d->m * d->npw;
    double *c = d->part;

    block_inner(d->real, d->npw, d->m, d->sv, 1, t, c, 1);
    for (int i = 0; i < d->m * (d->real ? 1 : 2); i++)
        c[i] = -c[i];
    block_combine(d->real, d->npw, d->m, d->v, 1, c, 1, 1, t);
}

/* Make v[m] orthonormal to those before; a random one if it depends. */
static void separate(struct davidson *d)
{
    double complex *t = d->v + (size_t)d->m * d->npw;

    for (int turn = 0; turn < 4; turn++) {
        double before = norm(d, t, t), after;

        if (before > 0)
            scale(d, 1 / before, t);
        project(d);
        project(d);
        after = norm(d, t, t);
        if (after > 1e-8) { /* which NaN is not */
            scale(d, 1 / after, t);
            return;
        }
        randomize(d, t);
    }
}

/*
 * The same as apply() and couple() where vectors may depend on each other:
 * one by one.  v[0 ... m-1] have to be S-orthonormal.
 */
static void extend_carefully(struct davidson *d, int count)
{
    for (int i = 0; i < count; i++) {
        size_t at = (size_t)d->m * d->npw;

        separate(d);
        apply(d, 1);
        if (d->s) { /* 1 = <t|S|t> */
            double f = 1 / norm(d, d->v + at, d->sv + at);

            scale(d, f, d->v + at);
            scale(d, f, d->hv + at);
            scale(d, f, d->sv + at);
        }
        couple(d, 1);
    }
}

/* part[m][n] = the columns of c of the n states of todo. */
static void pick_columns(struct davidson *d, int n)
{
    size_t size = block_size(d->real);

    for (int i = 0; i < d->m; i++)
        for (int j = 0; j < n; j++)
            memcpy((char *)d->part + ((size_t)i * n + j) * size,
                   (char *)d->c + ((size_t)i * d->nb + d->todo[j]) * size,
                   size);
}

/* to[n][npw] = the states of todo, of vectors v, H v or S v. */
static void combine(struct davidson *d, int n, const double complex *v,
                    double complex *to)
{
    block_combine(d->real, d->npw, d->m, v, n, d->part, n, 0, to);
}

/* r = H psi - e S psi of the n states of todo, and their norms. */
static void residuals(struct davidson *d, int n)
{
    if (!d->ritz) {
        pick_columns(d, n);
        combine(d, n, d->hv, d->r);
        combine(d, n, d->sv, d->sx);
    }
#pragma omp parallel for schedule(static) if ((long)n * d->npw > 10000)
    for (int i = 0; i < n; i++) {
        int state = d->todo[i];
        size_t to = (size_t)i * d->npw;
        size_t from = d->ritz ? (size_t)state * d->npw : to;
        const double complex *hx = (d->ritz ? d->hv : d->r) + from;
        const double complex *sx = (d->ritz ? d->sv : d->sx) + from;

        for (int g = 0; g < d->npw; g++)
            d->r[to + g] = hx[g] - d->e[state] * sx[g];
        d->residual[state] = norm(d, d->r + to, d->r + to);
        d->old[state] = d->e[state];
    }
    d->nr = n;
}

static void number(const struct davidson *d, void *a, size_t i, double value)
{
    if (d->real)
        ((double *)a)[i] = value;
    else
        ((double complex *)a)[i] = value;
}

/* The matrices of v that are the states. */
static void diagonal(struct davidson *d)
{
    for (int i = 0; i < d->nb; i++)
        for (int j = 0; j < d->nb; j++) {
            size_t at = (size_t)i * d->room + j;

            number(d, d->hm, at, i == j ? d->e[i] : 0);
            number(d, d->sm, at, i == j);
            number(d, d->c, (size_t)i * d->nb + j, i == j);
        }
    d->m = d->nb;
    d->ritz = true;
}

/*
 * The states take the place of the v.  If r and sx are of all states, they
 * tell H psi and S psi.
 */
static void collapse(struct davidson *d)
{
    size_t n = (size_t)d->nb * d->npw, bytes = n * sizeof(*d->v);

    if (d->ritz)
        return;
    if (d->nr == d->nb) {
        for (size_t i = 0; i < n; i++)
            d->hv[i] = d->r[i] + d->e[i / d->npw] * d->sx[i];
        if (d->s) {
            combine(d, d->nb, d->v, d->x);
            memcpy(d->sv, d->sx, bytes);
        }
    } else {
        for (int i = 0; i < d->nb; i++)
            d->todo[i] = i;
        pick_columns(d, d->nb);
        combine(d, d->nb, d->hv, d->x);
        memcpy(d->hv, d->x, bytes);
        if (d->s) {
            combine(d, d->nb, d->sv, d->x);
            memcpy(d->sv, d->x, bytes);
        }
        combine(d, d->nb, d->v, d->x);
    }
    memcpy(d->v, d->x, bytes);
    diagonal(d);
}

/* The states themselves, where the caller wants them. */
static void finish(struct davidson *d)
{
    size_t n = (size_t)d->nb * d->npw;

    if (d->ritz)
        memcpy(d->x, d->v, n * sizeof(*d->v));
    else if (d->s || d->nr < d->nb)
        block_combine(d->real, d->npw, d->m, d->v, d->nb, d->c, d->nb, 0, d->x);
}

/*
 * K is one over the diagonal of H - e S, but never below a hartree or so:
 * (d + x + sqrt(d^2 + (x - d)^2)) / 2 goes from d to x.
 */
static void precondition(const struct davidson *d, double e,
                         const double complex *r, double complex *t)
{
    const double least = 0.5;
    double f;

    for (int g = 0; g < d->npw; g++) {
        double x = d->h->basis->kinetic[g] + d->h->v0 - e, y = x - least;

        t[g] = r[g] * 2 / (least + x + sqrt(least * least + y * y));
    }
    f = norm(d, t, t);
    if (f > 0)
        scale(d, 1 / f, t);
}

/* Which states are not done?  One is done no more if its eigenvalue moved. */
static int unfinished(struct davidson *d, double tol)
{
    int n = 0;

    for (int i = 0; i < d->nb; i++) {
        if (d->done[i] && fabs(d->e[i] - d->old[i]) > tol)
            d->done[i] = false;
        if (!d->done[i])
            d->todo[n++] = i;
    }
    return n;
}

static bool judge(struct davidson *d, const bool *busy, double tol,
                  struct eigen_result *result)
{
    bool all = true;

    result->residual = 0;
    for (int i = 0; i < d->nb; i++) {
        bool b = !busy || busy[i];

        d->done[i] = d->residual[i] < (b ? 1 : 10) * tol;
        all = all && d->done[i];
        if (b && !(d->residual[i] <= result->residual))
            result->residual = d->residual[i];
    }
    return all;
}

/* Add the preconditioned residuals of the states of todo not yet done. */
static int expand(struct davidson *d, bool careful, struct err *err)
{
    int count = 0, m = d->m;

    for (int i = 0; i < d->nr && m + count < d->room; i++)
        if (!d->done[d->todo[i]]) {
            precondition(d, d->e[d->todo[i]], d->r + (size_t)i * d->npw,
                         d->v + (size_t)(m + count) * d->npw);
            count++;
        }
    if (careful) {
        extend_carefully(d, count);
    } else {
        apply(d, count);
        couple(d, count);
    }
    if (reduce(d, err) == 0) {
        d->ritz = false;
        return 0;
    }
    d->m = m;
    return ERR_NUMERIC;
}

static int start(struct davidson *d, struct err *err)
{
    memcpy(d->v, d->x, (size_t)d->nb * d->npw * sizeof(*d->v));
    apply(d, d->nb);
    couple(d, d->nb);
    if (reduce(d, err) == 0)
        return 0;
    d->m = 0;
    extend_carefully(d, d->nb);
    return reduce(d, err);
}

/* Residuals of those that were not done; if that was all, of all. */
static bool converged(struct davidson *d, const bool *busy, double tol,
                      struct eigen_result *result)
{
    residuals(d, unfinished(d, tol));
    result->converged = judge(d, busy, tol, result);
    if (result->converged && d->nr < d->nb) {
        memset(d->done, 0, d->nb * sizeof(*d->done));
        residuals(d, unfinished(d, tol));
        result->converged = judge(d, busy, tol, result);
    }
    return result->converged;
}

static int iterate(struct davidson *d, const bool *busy, double tol,
                   int max_steps, struct eigen_result *result, struct err *err)
{
    bool careful = false;

    while (!converged(d, busy, tol, result) && result->steps < max_steps &&
           d->room > d->nb) {
        int count = 0;

        for (int i = 0; i < d->nb; i++)
            count += !d->done[i];
        if (d->m + count > d->room)
            collapse(d);
        result->steps++;
        if (expand(d, careful, err) == 0)
            continue;
        if (careful)
            return ERR_NUMERIC;
        collapse(d);
        careful = true;
    }
    return 0;
}

static int too_many(const struct basis *b, int n, struct err *err)
{
    return err_set(err, ERR_RANGE,
                   "%d states do not fit in %d plane waves: expected fewer", n,
                   b->nfull);
}

int eigen_solve(const struct hamiltonian *h, int nb, double complex *psi,
                double *e, const bool *busy, double tol, int max_steps,
                struct eigen_result *result, struct err *err)
{
    struct davidson d;
    int ret;

    *result = (struct eigen_result){0};
    if (nb > dimension(h->basis))
        return too_many(h->basis, nb, err);
    init(&d, h, nb, ROOM * nb, psi);
    ret = start(&d, err);
    if (ret == 0)
        ret = iterate(&d, busy, tol, max_steps, result, err);
    if (ret == 0) {
        finish(&d);
        memcpy(e, d.e, nb * sizeof(*e));
    }
    result->applied = d.applied;
    release(&d);
    return ret;
}

int eigen_rotate(const struct hamiltonian *h, int na, double complex *psi,
                 int nb, double *e, struct err *err)
{
    struct davidson d;
    int ret;

    if (na > dimension(h->basis))
        return too_many(h->basis, na, err);
    init(&d, h, na, na, psi);
    ret = start(&d, err);
    if (ret == 0) {
        block_combine(d.real, d.npw, d.m, d.v, nb, d.c, na, 0, psi);
        memcpy(e, d.e, nb * sizeof(*e));
    }
    release(&d);
    return ret;
}

size_t eigen_memory(int npw, int nb, bool s)
{
    size_t room = (size_t)ROOM * nb, z = sizeof(double complex);

    return z * ((s ? 3 : 2) * room * npw + (s ? 2 : 1) * (size_t)nb * npw +
                4 * room * room + 3 * room * nb);
}
