#include "span.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "block.h"

static void *element(const struct span *d, void *a, int i, int j)
{
    return (char *)a + ((size_t)i * d->room + j) * block_size(d->real);
}

/* Does the basis begin with G = -G-K, whose coefficient is real? */
static bool has_self(const struct basis *b)
{
    return b->real && !b->shift[0] && !b->shift[1] && !b->shift[2];
}

/* Dimension of the space, over the real or the complex numbers. */
int span_dimension(const struct basis *b)
{
    return b->real ? 2 * b->npw - has_self(b) : b->npw;
}

void span_init(struct span *d, const struct hamiltonian *h, int nb, int room,
               double complex *psi)
{
    size_t size = block_size(h->basis->real), npw = h->basis->npw;
    int full = span_dimension(h->basis);

    *d = (struct span){.h = h, .real = h->basis->real, .nb = nb};
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

void span_release(struct span *d)
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
    free(d->diagonal);
    free(d->todo);
}

/* H and S times the count vectors behind v[m]. */
void span_apply(struct span *d, int count)
{
    size_t at = (size_t)d->m * d->npw;

    hamiltonian_apply(d->h, count, d->v + at, d->hv + at,
                      d->s ? d->sv + at : NULL);
    d->applied += count;
}

/* The upper triangle of <a|b>, n x n, from row and column at on. */
static void inner_upper(const struct span *d, int n, const double complex *a,
                        const double complex *b, void *matrix, int at)
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
void span_couple(struct span *d, int count)
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

int span_reduce(struct span *d, struct err *err)
{
    return block_eig(d->real, d->m, d->hm, d->sm, d->room, d->nb, d->e, d->c,
                     err);
}

double span_norm(const struct span *d, const double complex *a,
                 const double complex *b)
{
    double sum = 0;

    for (int g = 0; g < d->npw; g++)
        sum += creal(a[g]) * creal(b[g]) + cimag(a[g]) * cimag(b[g]);
    return sqrt(sum);
}

void span_scale(const struct span *d, double f, double complex *a)
{
    for (int g = 0; g < d->npw; g++)
        a[g] *= f;
}

static void randomize(struct span *d, double complex *v)
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
static void project(struct span *d)
{
    double complex *t = d->v + (size_t)d->m * d->npw;
    double *c = d->part;

    block_inner(d->real, d->npw, d->m, d->sv, 1, t, c, 1);
    for (int i = 0; i < d->m * (d->real ? 1 : 2); i++)
        c[i] = -c[i];
    block_combine(d->real, d->npw, d->m, d->v, 1, c, 1, 1, t);
}

/* Make v[m] orthonormal to those before; a random one if it depends. */
static void separate(struct span *d)
{
    double complex *t = d->v + (size_t)d->m * d->npw;

    for (int turn = 0; turn < 4; turn++) {
        double before = span_norm(d, t, t), after;

        if (before > 0)
            span_scale(d, 1 / before, t);
        project(d);
        project(d);
        after = span_norm(d, t, t);
        if (after > 1e-8) { /* which NaN is not */
            span_scale(d, 1 / after, t);
            return;
        }
        randomize(d, t);
    }
}

/*
 * The same as span_apply() and span_couple() where vectors may depend on each other:
 * one by one.  v[0 ... m-1] have to be S-orthonormal.
 */
void span_extend_carefully(struct span *d, int count)
{
    for (int i = 0; i < count; i++) {
        size_t at = (size_t)d->m * d->npw;

        separate(d);
        span_apply(d, 1);
        if (d->s) { /* 1 = <t|S|t> */
            double f = 1 / span_norm(d, d->v + at, d->sv + at);

            span_scale(d, f, d->v + at);
            span_scale(d, f, d->hv + at);
            span_scale(d, f, d->sv + at);
        }
        span_couple(d, 1);
    }
}

/* part[m][n] = the columns of c of the n states of todo. */
static void pick_columns(struct span *d, int n)
{
    size_t size = block_size(d->real);

    for (int i = 0; i < d->m; i++)
        for (int j = 0; j < n; j++)
            memcpy((char *)d->part + ((size_t)i * n + j) * size,
                   (char *)d->c + ((size_t)i * d->nb + d->todo[j]) * size,
                   size);
}

/* to[n][npw] = the states of todo, of vectors v, H v or S v. */
static void combine(struct span *d, int n, const double complex *v,
                    double complex *to)
{
    block_combine(d->real, d->npw, d->m, v, n, d->part, n, 0, to);
}

/* r = H psi - e S psi of the n states of todo, and their norms. */
void span_residuals(struct span *d, int n)
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
        d->residual[state] = span_norm(d, d->r + to, d->r + to);
        d->old[state] = d->e[state];
    }
    d->nr = n;
}

static void number(const struct span *d, void *a, size_t i, double value)
{
    if (d->real)
        ((double *)a)[i] = value;
    else
        ((double complex *)a)[i] = value;
}

/* The matrices of v that are the states. */
static void diagonal(struct span *d)
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
void span_collapse(struct span *d)
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
void span_finish(struct span *d)
{
    size_t n = (size_t)d->nb * d->npw;

    if (d->ritz)
        memcpy(d->x, d->v, n * sizeof(*d->v));
    else if (d->s || d->nr < d->nb)
        block_combine(d->real, d->npw, d->m, d->v, d->nb, d->c, d->nb, 0, d->x);
}
