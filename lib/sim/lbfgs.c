#include "method.h"

#include <stdlib.h>
#include <string.h>

void history_init(struct history *b, int n)
{
    size_t size = (size_t)n;

    *b = (struct history){.n = n};
    b->s = xcalloc(HISTORY_MEMORY * size, sizeof *b->s);
    b->y = xcalloc(HISTORY_MEMORY * size, sizeof *b->y);
    b->rho = xcalloc(HISTORY_MEMORY, sizeof *b->rho);
    b->a = xcalloc(HISTORY_MEMORY, sizeof *b->a);
    b->x0 = xcalloc(size, sizeof *b->x0);
    b->f0 = xcalloc(size, sizeof *b->f0);
}

void history_release(struct history *b)
{
    free(b->s);
    free(b->y);
    free(b->rho);
    free(b->a);
    free(b->x0);
    free(b->f0);
    *b = (struct history){0};
}

/* Place of pair k, counted from the oldest, in the ring. */
static int place(const struct history *b, int k)
{
    return (b->oldest + k) % HISTORY_MEMORY;
}

static void remember(struct history *b, const double *x, const double *f)
{
    int k = place(b, b->count);
    double *s = b->s + (size_t)k * b->n, *y = b->y + (size_t)k * b->n;
    bool full = b->count == HISTORY_MEMORY;

    for (int i = 0; i < b->n; i++) {
        s[i] = x[i] - b->x0[i];
        y[i] = b->f0[i] - f[i];
    }
    double ys = dot(b->n, y, s);
    b->rho[k] = ys != 0 ? 1 / ys : 0; /* 0: the pair has no effect */
    b->oldest = full ? place(b, 1) : b->oldest;
    b->count += full ? 0 : 1;
}

void history_step(struct history *b, const double *x, const double *f,
                  double *dx)
{
    int n = b->n;

    if (b->started)
        remember(b, x, f);
    b->started = true;
    memcpy(b->x0, x, (size_t)n * sizeof *x);
    memcpy(b->f0, f, (size_t)n * sizeof *f);

    /* dx = H^-1 f: the newest pair first, 1 / alpha, the oldest first */
    memcpy(dx, f, (size_t)n * sizeof *f);
    for (int k = b->count - 1; k >= 0; k--) {
        int p = place(b, k);
        const double *s = b->s + (size_t)p * n, *y = b->y + (size_t)p * n;
        b->a[p] = b->rho[p] * dot(n, s, dx);
        for (int i = 0; i < n; i++)
            dx[i] -= b->a[p] * y[i];
    }
    for (int i = 0; i < n; i++)
        dx[i] /= RELAX_ALPHA;
    for (int k = 0; k < b->count; k++) {
        int p = place(b, k);
        const double *s = b->s + (size_t)p * n, *y = b->y + (size_t)p * n;
        double c = b->a[p] - b->rho[p] * dot(n, y, dx);
        for (int i = 0; i < n; i++)
            dx[i] += c * s[i];
    }
}

void history_put(const struct history *b, struct bin *to)
{
    size_t n = (size_t)b->n, pairs = (size_t)b->count;

    bin_put_u32(to, b->started);
    bin_put_u32(to, (uint32_t)b->count);
    bin_put_u32(to, (uint32_t)b->oldest); /* 0 until the ring is full */
    bin_put_reals(to, b->s, pairs * n);
    bin_put_reals(to, b->y, pairs * n);
    bin_put_reals(to, b->rho, pairs);
    bin_put_reals(to, b->x0, n);
    bin_put_reals(to, b->f0, n);
}

void history_get(struct history *b, struct bin *from)
{
    size_t n = (size_t)b->n, pairs;

    b->started = bin_get_u32(from);
    b->count = (int)bin_get_u32(from);
    b->oldest = (int)bin_get_u32(from);
    if (b->count < 0 || b->count > HISTORY_MEMORY || b->oldest < 0 ||
        b->oldest >= HISTORY_MEMORY) {
        b->count = b->oldest = 0;
        from->bad = true;
    }
    pairs = (size_t)b->count;
    bin_get_reals(from, b->s, pairs * n);
    bin_get_reals(from, b->y, pairs * n);
    bin_get_reals(from, b->rho, pairs);
    bin_get_reals(from, b->x0, n);
    bin_get_reals(from, b->f0, n);
}
