/*
 * Time of one pass of a network: values and slopes, then the gradient of a
 * function of both.  260 rows are 20 frames of 13 atoms.
 *
 * Prints the median of many passes as lines "name value unit".
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <morsel/la.h>
#include <morsel/nn.h>

enum { NROW = 260, NPASS = 2001 };

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double *random_reals(struct rng *r, size_t n)
{
    double *x = xcalloc(n, sizeof *x);

    for (size_t i = 0; i < n; i++)
        x[i] = 2 * rng_uniform(r) - 1;
    return x;
}

static void bench(const char *name, const struct mlp *net)
{
    static double ms[NPASS];
    size_t nin = (size_t)(NROW * net->width[0]);
    size_t nparam = (size_t)mlp_nparam(net);
    struct rng r;

    rng_init(&r, 1);
    double *theta = random_reals(&r, nparam),
           *dtheta = random_reals(&r, nparam);
    double *x = random_reals(&r, nin), *v = random_reals(&r, nin);
    double *dydx = xcalloc(nin, sizeof *dydx);
    double *y = xcalloc(NROW, sizeof *y), *dldy = random_reals(&r, NROW);
    double *work = xcalloc(mlp_nwork(net, NROW), sizeof *work);

    mlp_init(net, INIT_FAN_IN, &r, theta);
    for (int i = 0; i < NPASS; i++) {
        double start = now_ms();

        mlp_forward(net, theta, NROW, x, y, dydx, work);
        mlp_backward(net, theta, NROW, x, dldy, v, work, dtheta);
        ms[i] = now_ms() - start;
    }
    qsort(ms, NPASS, sizeof *ms, ascending);
    printf("%s %.4f ms\n", name, ms[NPASS / 2]);

    free(theta);
    free(dtheta);
    free(x);
    free(v);
    free(dydx);
    free(y);
    free(dldy);
    free(work);
}

int main(void)
{
    struct mlp two = {ACT_TANH, 3, {20, 20, 20, 1}};
    struct mlp three = {ACT_TANH, 4, {20, 20, 20, 20, 1}};

    la_threads(1);
    bench("nn_260_rows_20_20_20_1", &two);
    bench("nn_260_rows_20_20_20_20_1", &three);
    return 0;
}
