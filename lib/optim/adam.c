#include <morsel/optim.h>

#include <math.h>
#include <stdlib.h>

void adam_init(struct adam *o, int n)
{
    *o = (struct adam){.n = n};
    o->m = xcalloc((size_t)n, sizeof *o->m);
    o->v = xcalloc((size_t)n, sizeof *o->v);
}

void adam_release(struct adam *o)
{
    free(o->m);
    free(o->v);
    *o = (struct adam){0};
}

void adam_step(struct adam *o, double rate, const double *g, double *x)
{
    const double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;

    o->t++;

    /* Both means start at 0; these undo the bias that this leaves. */
    double unbias1 = 1 / (1 - pow(beta1, (double)o->t));
    double unbias2 = 1 / (1 - pow(beta2, (double)o->t));

    for (int i = 0; i < o->n; i++) {
        o->m[i] = beta1 * o->m[i] + (1 - beta1) * g[i];
        o->v[i] = beta2 * o->v[i] + (1 - beta2) * g[i] * g[i];
        x[i] -= rate * o->m[i] * unbias1 / (sqrt(o->v[i] * unbias2) + epsilon);
    }
}
