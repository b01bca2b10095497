#include "response.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct response {
    struct grid grid; /* |G| < SCREEN_GMAX */
    int n;            /* its vectors: the first of the density's */
    double *d;        /* [nr] D(r) >= 0 */
    double total;     /* sum of d over points */
    double mean;
};

struct response *response_new(const struct crystal *c, const struct grid *g,
                              const double complex *d)
{
    struct response *r = xcalloc(1, sizeof(*r));
    double gmax = fmin(SCREEN_GMAX, g->q[g->nshells - 1] * (1 + 1e-9));
    const int any[3] = {0, 0, 0};
    struct err err;

    if (grid_init(&r->grid, c, gmax, any, &err) < 0) {
        free(r);
        return NULL;
    }
    r->n = r->grid.ng;
    r->d = xcalloc(r->grid.nr, sizeof(*r->d));
    grid_to_r(&r->grid, d, r->d);
    for (long i = 0; i < r->grid.nr; i++) {
        r->d[i] = fmax(r->d[i], 0);
        r->total += r->d[i];
    }
    r->mean = r->total / (double)r->grid.nr;
    return r;
}

void response_free(struct response *r)
{
    if (!r)
        return;
    grid_release(&r->grid);
    free(r->d);
    free(r);
}

/* y = (G^2 / 4 pi + D - |D><D| / int D) x; work [nr]. */
static void operate(const struct response *r, const double complex *x,
                    double complex *y, double *work)
{
    double mean = 0;

    grid_to_r(&r->grid, x, work);
    for (long i = 0; i < r->grid.nr; i++)
        mean += r->d[i] * work[i];
    mean /= r->total;
    for (long i = 0; i < r->grid.nr; i++)
        work[i] = r->d[i] * (work[i] - mean);
    grid_to_g(&r->grid, work, y);
    for (int i = 0; i < r->n; i++)
        y[i] += r->grid.g2[i] / (4 * M_PI) * x[i];
}

static double inner(int n, const double complex *a, const double complex *b)
{
    double sum = -creal(conj(a[0]) * b[0]);

    for (int i = 0; i < n; i++)
        sum += 2 * creal(conj(a[i]) * b[i]);
    return sum;
}

enum { MAX_STEPS = 40 };
#define ENOUGH 1e-3 /* of the residual's norm */

void response_screen(const struct response *r, double complex *f)
{
    size_t n = r->n;
    double complex *work = xcalloc(5 * n, sizeof(*work));
    double complex *x = work, *res = work + n, *z = work + 2 * n;
    double complex *dir = work + 3 * n, *y = work + 4 * n;
    double *points = xcalloc(r->grid.nr, sizeof(*points));
    double rz = 0, first = 0;

    if (r->total <= 0)
        goto done;
    memcpy(res, f, n * sizeof(*res));
    res[0] = 0; /* neutral */
    for (int step = 0; step < MAX_STEPS; step++) {
        double was = rz, t;

        for (size_t i = 0; i < n; i++)
            z[i] = res[i] / (r->grid.g2[i] / (4 * M_PI) + r->mean);
        rz = inner(r->n, res, z);
        if (step == 0)
            first = rz;
        if (!(rz > ENOUGH * ENOUGH * first))
            break;
        for (size_t i = 0; i < n; i++)
            dir[i] = z[i] + (step ? rz / was : 0) * dir[i];
        operate(r, dir, y, points);
        t = rz / inner(r->n, dir, y);
        for (size_t i = 0; i < n; i++) {
            x[i] += t * dir[i];
            res[i] -= t * y[i];
        }
    }
    for (size_t i = 1; i < n; i++)
        f[i] = r->grid.g2[i] / (4 * M_PI) * x[i];
done:
    free(points);
    free(work);
}
