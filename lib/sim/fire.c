#include "method.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Names and values of the paper, the time steps those of ASE. */
#define DT_START 0.1
#define DT_MAX 1.0
#define N_MIN 5
#define F_INC 1.1
#define F_DEC 0.5
#define ALPHA_START 0.1
#define F_ALPHA 0.99

void fire_init(struct fire *b, int n)
{
    *b = (struct fire){.n = n, .dt = DT_START, .a = ALPHA_START};
    b->v = xcalloc((size_t)n, sizeof *b->v);
}

void fire_release(struct fire *b)
{
    free(b->v);
    *b = (struct fire){0};
}

/* v <- (1 - a) v + a |v| f / |f| */
static void steer(struct fire *b, const double *f)
{
    double c = b->a * sqrt(dot(b->n, b->v, b->v)) / sqrt(dot(b->n, f, f));

    for (int i = 0; i < b->n; i++)
        b->v[i] = (1 - b->a) * b->v[i] + c * f[i];
    if (b->downhill > N_MIN) {
        b->dt = fmin(b->dt * F_INC, DT_MAX);
        b->a *= F_ALPHA;
    }
    b->downhill++;
}

static void start_anew(struct fire *b)
{
    memset(b->v, 0, (size_t)b->n * sizeof *b->v);
    b->a = ALPHA_START;
    b->dt *= F_DEC;
    b->downhill = 0;
}

void fire_step(struct fire *b, const double *f, double *dx)
{
    if (!b->started)
        b->started = true; /* at rest: no power to judge by */
    else if (dot(b->n, f, b->v) > 0)
        steer(b, f);
    else
        start_anew(b);
    for (int i = 0; i < b->n; i++) {
        b->v[i] += b->dt * f[i];
        dx[i] = b->dt * b->v[i];
    }
}

void fire_put(const struct fire *b, struct bin *to)
{
    bin_put_u32(to, b->started);
    bin_put_u32(to, (uint32_t)b->downhill);
    bin_put_real(to, b->dt);
    bin_put_real(to, b->a);
    bin_put_reals(to, b->v, (size_t)b->n);
}

void fire_get(struct fire *b, struct bin *from)
{
    b->started = bin_get_u32(from);
    b->downhill = (int)bin_get_u32(from);
    b->dt = bin_get_real(from);
    b->a = bin_get_real(from);
    bin_get_reals(from, b->v, (size_t)b->n);
}
