#include "method.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/la.h>

/* Changes of all coordinates below this teach nothing (angstrom; as ASE). */
#define SAME_PLACE 1e-7

void hessian_init(struct hessian *b, int n)
{
    size_t size = (size_t)n;

    *b = (struct hessian){.n = n};
    b->h = xcalloc(size * size, sizeof *b->h);
    b->v = xcalloc(size * size, sizeof *b->v);
    b->w = xcalloc(size, sizeof *b->w);
    b->x0 = xcalloc(size, sizeof *b->x0);
    b->f0 = xcalloc(size, sizeof *b->f0);
    b->y = xcalloc(size, sizeof *b->y);
    b->hs = xcalloc(size, sizeof *b->hs);
    for (size_t i = 0; i < size; i++)
        b->h[i * size + i] = RELAX_ALPHA;
}

void hessian_release(struct hessian *b)
{
    free(b->h);
    free(b->v);
    free(b->w);
    free(b->x0);
    free(b->f0);
    free(b->y);
    free(b->hs);
    *b = (struct hessian){0};
}

/* H <- H + y y^T / (y s) - (H s) (H s)^T / (s H s) */
static void update(struct hessian *b, const double *x, const double *f)
{
    int n = b->n;
    double *s = b->w, largest = 0; /* w is free until the next eigenvalues */

    for (int i = 0; i < n; i++) {
        s[i] = x[i] - b->x0[i];
        b->y[i] = b->f0[i] - f[i];
        largest = fmax(largest, fabs(s[i]));
    }
    if (largest < SAME_PLACE)
        return;
    for (int i = 0; i < n; i++)
        b->hs[i] = dot(n, b->h + (size_t)i * n, s);

    double ys = dot(n, b->y, s), shs = dot(n, s, b->hs);
    if (ys == 0 || shs == 0)
        return; /* no curvature along s: nothing to divide by */
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            b->h[(size_t)i * n + j] +=
                b->y[i] * b->y[j] / ys - b->hs[i] * b->hs[j] / shs;
}

int hessian_step(struct hessian *b, const double *x, const double *f,
                 double *dx, struct err *err)
{
    size_t n = (size_t)b->n;
    double largest = 0;

    if (b->started)
        update(b, x, f);
    b->started = true;
    memcpy(b->x0, x, n * sizeof *x);
    memcpy(b->f0, f, n * sizeof *f);
    memcpy(b->v, b->h, n * n * sizeof *b->v);

    int ret = la_eig_sym(b->n, b->v, b->w, err);
    if (ret < 0)
        return ret;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(b->w[i]));

    /* dx = sum_v v (v f) / |omega_v|; omega = 0 only to rounding */
    memset(dx, 0, n * sizeof *dx);
    for (size_t i = 0; i < n; i++) {
        const double *v = b->v + i * n;
        double omega = fmax(fabs(b->w[i]), DBL_EPSILON * largest);
        double c = dot(b->n, v, f) / omega;
        for (size_t j = 0; j < n; j++)
            dx[j] += c * v[j];
    }
    return 0;
}

void hessian_put(const struct hessian *b, struct bin *to)
{
    size_t n = (size_t)b->n;

    bin_put_u32(to, b->started);
    bin_put_reals(to, b->h, n * n);
    bin_put_reals(to, b->x0, n);
    bin_put_reals(to, b->f0, n);
}

void hessian_get(struct hessian *b, struct bin *from)
{
    size_t n = (size_t)b->n;

    b->started = bin_get_u32(from);
    bin_get_reals(from, b->h, n * n);
    bin_get_reals(from, b->x0, n);
    bin_get_reals(from, b->f0, n);
}
