#include <morsel/sgp.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/la.h>

#include "kernel.h"

void sgp_init(struct sgp *s, int nelement, const int *nsf)
{
    size_t n = (size_t)nelement;

    *s = (struct sgp){.nelement = nelement, .length = 1, .sigma = 1};
    s->nsf = xcalloc(n, sizeof *s->nsf);
    memcpy(s->nsf, nsf, n * sizeof *s->nsf);
    s->first = xcalloc(n + 1, sizeof *s->first);
    s->z = xcalloc(n, sizeof *s->z);
    s->l = xcalloc(n, sizeof *s->l);
}

void sgp_release(struct sgp *s)
{
    for (int el = 0; el < s->nelement; el++) {
        free(s->z[el]);
        free(s->l[el]);
    }
    free(s->nsf);
    free(s->first);
    free(s->z);
    free(s->l);
    free(s->s);
    *s = (struct sgp){0};
}

int sgp_size(const struct sgp *s)
{
    return s->first[s->nelement];
}

int sgp_width(const struct sgp *s)
{
    return sgp_size(s) + s->nelement;
}

int sgp_count(const struct sgp *s, int element)
{
    return s->first[element + 1] - s->first[element];
}

int sgp_most(const struct sgp *s)
{
    int most = 0;

    for (int el = 0; el < s->nelement; el++)
        most = sgp_count(s, el) > most ? sgp_count(s, el) : most;
    return most;
}

double kernel_width2(const struct sgp *s, int element)
{
    return s->nsf[element] * s->length * s->length;
}

void kernel_row(const struct sgp *s, int element, const double *x, double *k)
{
    int nsf = s->nsf[element], n = sgp_count(s, element);
    double w2 = kernel_width2(s, element);
    const double *z = s->z[element];

    for (int m = 0; m < n; m++, z += nsf) {
        double d2 = 0;

        for (int f = 0; f < nsf; f++)
            d2 += (x[f] - z[f]) * (x[f] - z[f]);
        k[m] = exp(-d2 / (2 * w2));
    }
}

/* d2[i] = min(d2[i], |x_i - z|^2); returns where it is largest. */
static int approach(int n, int nsf, const double *x, const double *z,
                    double *d2)
{
    int farthest = 0;

    for (int i = 0; i < n; i++, x += nsf) {
        double sum = 0;

        for (int f = 0; f < nsf; f++)
            sum += (x[f] - z[f]) * (x[f] - z[f]);
        d2[i] = fmin(d2[i], sum);
        if (d2[i] > d2[farthest])
            farthest = i;
    }
    return farthest;
}

void sgp_choose(struct sgp *s, int element, int n, const double *x, int max)
{
    size_t nsf = (size_t)s->nsf[element];
    double *d2 = xcalloc((size_t)n, sizeof *d2);
    double least = SGP_TWIN * SGP_TWIN * (double)nsf;
    double *z = xrealloc(s->z[element], (size_t)max * nsf, sizeof *z);
    int count = sgp_count(s, element), at = 0;

    for (int i = 0; i < n; i++)
        d2[i] = INFINITY;
    for (int m = 0; m < count; m++)
        at = approach(n, (int)nsf, x, z + (size_t)m * nsf, d2);
    while (n > 0 && count < max && d2[at] > least) {
        double *new = z + (size_t)count++ *nsf;

        memcpy(new, x + (size_t)at * nsf, nsf * sizeof *new);
        at = approach(n, (int)nsf, x, new, d2);
    }
    free(d2);
    s->z[element] = z;
    for (int el = element + 1; el <= s->nelement; el++)
        s->first[el] = s->first[element] + count;
}

/* The factor of the block of an element, l [count][count] (out). */
static int factor(const struct sgp *s, int el, double *l, struct err *err)
{
    size_t n = (size_t)sgp_count(s, el);
    int ret = n > 0 ? ERR_NUMERIC : 0;

    for (double jitter = 1e-10; ret < 0 && jitter < 2e-4; jitter *= 100) {
        for (size_t i = 0; i < n; i++) {
            kernel_row(s, el, s->z[el] + i * (size_t)s->nsf[el], l + i * n);
            l[i * n + i] += jitter;
        }
        ret = la_cholesky((int)n, l, err);
    }
    return ret;
}

int sgp_prepare(struct sgp *s, struct err *err)
{
    int ret = 0;

    for (int el = 0; el < s->nelement && ret == 0; el++) {
        size_t n = (size_t)sgp_count(s, el);

        free(s->l[el]);
        s->l[el] = xcalloc(n * n, sizeof **s->l);
        ret = factor(s, el, s->l[el], err);
    }
    return ret;
}

/* dy/dx = sum_m alpha_m k_m (z_m - x) / w^2, which is a matrix times z. */
void sgp_forward(const struct sgp *s, int element, const double *alpha, int n,
                 const double *x, double *y, double *dydx, double *work)
{
    int nsf = s->nsf[element], m = sgp_count(s, element);
    double w2 = kernel_width2(s, element);

    alpha += s->first[element];
    for (int i = 0; i < n; i++) {
        double *k = work + (size_t)i * (size_t)m;

        kernel_row(s, element, x + (size_t)i * (size_t)nsf, k);
        y[i] = 0;
        for (int j = 0; j < m; j++)
            y[i] += k[j] *= alpha[j];
    }
    if (m > 0)
        la_gemm(LA_N, LA_N, n, nsf, m, 1 / w2, work, s->z[element], 0, dydx);
    else
        memset(dydx, 0, (size_t)n * (size_t)nsf * sizeof *dydx);
    for (int i = 0; i < n; i++)
        la_axpy(nsf, -y[i] / w2, x + (size_t)i * (size_t)nsf,
                dydx + (size_t)i * (size_t)nsf);
}
