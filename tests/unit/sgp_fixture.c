#include "sgp_suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "suites.h"

void trio_init(struct trio *c)
{
    static const double cell[3][3] = {
        {4.9, 0.3, -0.2}, {0.7, 5.3, 0.4}, {-0.5, 0.1, 6.1}};
    static const double pos[3][3] = {
        {0.1, 0.2, 0.3}, {2.4, 2.2, 0.9}, {1.3, 0.4, 2.9}};
    static const int z[2] = {6, 29};
    struct err err;

    *c = (struct trio){0};
    ck_assert_int_eq(descriptor_named(&c->d, "paper", z, 2, &err), 0);
    atoms_init(&c->a, 3);
    memcpy(c->a.cell, cell, sizeof cell);
    memcpy(c->a.pos, pos, sizeof pos);
    c->a.z[0] = c->a.z[1] = 29;
    c->a.z[2] = 6;
    c->a.pbc[0] = c->a.pbc[1] = true;
    trio_look(c);
}

/* Features as they are; those of the paper are of the size of one. */
void trio_look(struct trio *c)
{
    struct err err;

    ck_assert_int_eq(neighbors_find(&c->nb, &c->a, c->d.cutoff.rc, &err), 0);
    ck_assert_int_eq(
        features_compute(&c->f, &c->d, &c->a, &c->nb, DERIVE_POSITIONS, &err),
        0);
    for (int i = 0; i < 3; i++) {
        c->x[i] = c->f.g + c->f.first[i];
        c->jac[i] = c->f.dg + c->f.block[c->f.dep[i]];
    }
    c->v = (struct surroundings){3,         c->f.element, c->f.dep,
                                 c->f.atom, c->x,         c->jac};
}

void trio_release(struct trio *c)
{
    features_release(&c->f);
    neighbors_release(&c->nb);
    atoms_release(&c->a);
    descriptor_release(&c->d);
}

void trio_environments(struct sgp *s, struct trio *c, int n)
{
    double *x[2] = {NULL, NULL};
    int count[2] = {0, 0};
    struct atoms start;
    struct rng rng;

    rng_init(&rng, 4);
    atoms_copy(&start, &c->a);
    for (int k = 0; k <= n; k++) {
        for (int i = 0; i < 9; i++)
            c->a.pos[i / 3][i % 3] =
                start.pos[i / 3][i % 3] + (k > 0) * 0.2 * rng_normal(&rng);
        trio_look(c);
        for (int i = 0; i < 3; i++) {
            int el = c->f.element[i];
            size_t nsf = (size_t)c->d.nsf[el], at = nsf * (size_t)count[el]++;

            x[el] = xrealloc(x[el], at + nsf, sizeof **x);
            memcpy(x[el] + at, c->x[i], nsf * sizeof **x);
        }
    }
    sgp_init(s, 2, c->d.nsf);
    for (int el = 0; el < 2; el++) {
        sgp_choose(s, el, count[el], x[el], count[el]);
        free(x[el]);
    }
    atoms_release(&c->a);
    c->a = start;
    trio_look(c);
}

/* l l^T = a, row by row. */
static double *plain_factor(int n, const double *a)
{
    double *l = xcalloc((size_t)n * (size_t)n, sizeof *l);

    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++) {
            double sum = a[i * n + j];

            for (int k = 0; k < j; k++)
                sum -= l[i * n + k] * l[j * n + k];
            l[i * n + j] = i == j ? sqrt(sum) : sum / l[j * n + j];
        }
    return l;
}

void plain_solve(int n, const double *a, const double *b, double *x)
{
    double *l = plain_factor(n, a);

    for (int i = 0; i < n; i++) {
        x[i] = b[i];
        for (int k = 0; k < i; k++)
            x[i] -= l[i * n + k] * x[k];
        x[i] /= l[i * n + i];
    }
    for (int i = n - 1; i >= 0; i--) {
        for (int k = i + 1; k < n; k++)
            x[i] -= l[k * n + i] * x[k];
        x[i] /= l[i * n + i];
    }
    free(l);
}

double plain_log_det(int n, const double *a)
{
    double *l = plain_factor(n, a), sum = 0;

    for (int i = 0; i < n; i++)
        sum += 2 * log(l[i * n + i]);
    free(l);
    return sum;
}

double plain_kernel(const struct sgp *s, int element, const double *x,
                    const double *y)
{
    double d2 = 0;

    for (int f = 0; f < s->nsf[element]; f++)
        d2 += pow(x[f] - y[f], 2);
    return exp(-d2 / (2 * s->nsf[element] * s->length * s->length));
}
