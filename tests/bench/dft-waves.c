#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <morsel/la.h>

#include "dft/wave.h"

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void box(struct crystal *c, const double side[3])
{
    memset(c, 0, sizeof(*c));
    c->volume = 1;
    for (int i = 0; i < 3; i++) {
        c->a[i][i] = side[i];
        c->b[i][i] = 2 * M_PI / side[i];
        c->volume *= side[i];
    }
}

int main(int argc, char **argv)
{
    static const struct {
        double side[3], ecut, k;
        int n[3], nb;
    } cases[] = {
        {{5.4, 5.4, 34}, 17, 0.125, {27, 27, 160}, 10},
        {{9.70, 9.70, 37.8}, 14.7, 0.125, {36, 36, 144}, 76},
        {{9.70, 9.70, 37.8}, 14.7, 0, {36, 36, 144}, 76},
        {{18.9, 18.9, 18.9}, 18.4, 0, {80, 80, 80}, 9},
    };
    la_threads(argc > 1 ? atoi(argv[1]) : 1);
    for (int t = 0; t < 4; t++) {
        struct crystal c;
        struct basis b;
        const int *n = cases[t].n;
        size_t nr = (size_t)n[0] * n[1] * n[2];
        int nb = cases[t].nb;

        box(&c, cases[t].side);
        basis_init(&b, &c, (double[3]){cases[t].k, cases[t].k, 0}, 1,
                   cases[t].ecut, true);
        double t0 = now();
        struct wave *w = wave_new(&b, n);
        double made = now() - t0;
        double complex *psi = xcalloc((size_t)b.npw * nb, sizeof(*psi));
        double complex *h = xcalloc((size_t)b.npw * nb, sizeof(*psi));
        double *v = xcalloc(nr, sizeof(*v)), *f = xcalloc(nb, sizeof(*f));
        for (size_t i = 0; i < (size_t)b.npw * nb; i++)
            psi[i] = 0.01 * (double)(i % 7) - 0.02;
        for (size_t i = 0; i < nr; i++)
            v[i] = 0.1 * (double)(i % 5);
        for (int i = 0; i < nb; i++)
            f[i] = 1;
        double best = 1e9, bestd = 1e9;
        for (int r = 0; r < 9; r++) {
            t0 = now();
            wave_potential(w, v, nb, psi, h);
            double dt = now() - t0;
            if (dt < best)
                best = dt;
            t0 = now();
            wave_density(w, nb, psi, f, v);
            dt = now() - t0;
            if (dt < bestd)
                bestd = dt;
        }
        printf("%dx%dx%d npw %d real %d: new %.3f ms, V %.4f ms/band (%.4f per "
               "transform), rho %.4f\n",
               n[0], n[1], n[2], b.npw, b.real, made * 1e3, best / nb * 1e3,
               best / nb * 1e3 / 2 * (b.real ? 2 : 1), bestd / nb * 1e3);
        wave_free(w);
    }
}
