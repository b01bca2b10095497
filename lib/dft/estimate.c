#include "problem.h"

#include <math.h>
#include <stdlib.h>

#include <omp.h>

#include <morsel/units.h>

#include "mix.h"

/* Plane waves are not counted one by one in more boxes than this. */
#define COUNT_UP_TO 1e8

/* What a core of today does in these parts, flop/s, and how often it does it
 * for a frame alone: measured on the cases of make bench. */
#define FFT_RATE 6e9
#define BLAS_RATE 25e9
enum { STEPS = 11, APPLIED = 3 };

/* The mean number of waves in a sphere of radius gmax. */
static double sphere(const struct crystal *c, double gmax)
{
    return c->volume * gmax * gmax * gmax / (6 * M_PI * M_PI);
}

static void count_waves(const struct crystal *c, const struct kpoint *k, int nk,
                        double ecut, struct dft_estimate *e)
{
    double mean = sphere(c, sqrt(2 * ecut));
    double box = (double)e->wave_grid[0] * e->wave_grid[1] * e->wave_grid[2];

    e->npw_least = e->npw_most = (int)fmin(mean, INT32_MAX);
    if (box / 8 * nk > COUNT_UP_TO)
        return;
    e->npw_least = INT32_MAX;
    e->npw_most = 0;
    for (int i = 0; i < nk; i++) {
        struct basis b;

        basis_init(&b, c, k[i].k, k[i].weight, ecut, false);
        e->npw_least = b.nfull < e->npw_least ? b.nfull : e->npw_least;
        e->npw_most = b.nfull > e->npw_most ? b.nfull : e->npw_most;
        basis_release(&b);
    }
}

static double memory(const struct dft_estimate *e, int team, bool real)
{
    const double z = sizeof(double complex);
    double nr = (double)e->grid[0] * e->grid[1] * e->grid[2];
    double n = e->nspin * e->nk, busy = fmin(team, n);
    double npw = real && e->nk == 1 ? e->npw_most / 2 : e->npw_most;
    double grids = 2 * (48.0 * e->ng + nr * (8 * team + 2));
    double fields = e->nspin * (5 * z * e->ng + 14 * 8 * nr) + team * 8 * nr;
    double states = n * e->nbands * npw * z;
    double solver = busy * ((double)eigen_memory((int)npw, e->nbands, false) +
                            e->nprojectors * npw * z);

    return grids + fields + (double)mixer_memory(e->ng, e->nspin) + states +
           solver;
}

static double seconds(const struct dft_estimate *e, int team, bool real)
{
    double nr = (double)e->wave_grid[0] * e->wave_grid[1] * e->wave_grid[2];
    double npw = e->npw_most, nb = e->nbands;
    double fft = 10 * nr * log2(nr) / FFT_RATE;
    double blas = 8 * npw * (2 * e->nprojectors + 8 * nb) / BLAS_RATE;
    double one = (fft + blas) * (real && e->nk == 1 ? 0.5 : 1);

    return STEPS * APPLIED * one * nb * e->nspin * e->nk / team;
}

void problem_estimate(const struct problem *p, const struct dft_params *q,
                      struct dft_estimate *e)
{
    const struct crystal *c = &p->crystal;
    double ecut = q->ecut / EV_PER_HARTREE, gmax = 2 * sqrt(2 * ecut);
    int team = omp_get_max_threads();

    *e = (struct dft_estimate){
        .nk = p->nk,
        .nk_full = p->kgrid[0] * p->kgrid[1] * p->kgrid[2],
        .nspin = p->nspin,
        .nbands = p->nbands,
        .nops = p->symmetry.n,
        .nelectrons = c->nelectrons,
        .nprojectors = crystal_projectors(c),
        .ng = (int)fmin(sphere(c, gmax) / 2, INT32_MAX),
    };
    problem_points(c, q, e->grid, e->wave_grid);
    count_waves(c, p->k, p->nk, ecut, e);
    e->memory = memory(e, team, q->real);
    e->seconds = seconds(e, team, q->real);
}
