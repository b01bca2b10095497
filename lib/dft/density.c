#include "problem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <omp.h>

double complex **density_new(const struct problem *p)
{
    double complex **rho = xcalloc(p->nspin, sizeof(double complex *));

    rho[0] = xcalloc((size_t)p->nspin * p->grid.ng, sizeof(**rho));
    for (int i = 1; i < p->nspin; i++)
        rho[i] = rho[0] + (size_t)i * p->grid.ng;
    return rho;
}

void density_free(double complex **rho)
{
    if (rho)
        free(rho[0]);
    free(rho);
}

void density_copy(const struct problem *p, double complex **to,
                  double complex *const *from)
{
    memcpy(to[0], from[0], (size_t)p->nspin * p->grid.ng * sizeof(**to));
}

void density_of_atoms(const struct problem *p, double complex **rho)
{
    const struct crystal *c = &p->crystal;
    double n;

    memset(rho[0], 0, (size_t)p->nspin * p->grid.ng * sizeof(**rho));
    superpose(c, &p->grid, PSEUDO_DENSITY, NULL, rho[0]);
    n = creal(rho[0][0]) * c->volume;
    for (int i = 0; i < p->grid.ng; i++)
        rho[0][i] *= c->nelectrons / n;
    if (p->nspin == 2) {
        double *share = xcalloc(c->natoms, sizeof(*share));

        for (int a = 0; a < c->natoms; a++)
            share[a] = c->moment[a] / c->pseudo[c->species[a]]->zion;
        superpose(c, &p->grid, PSEUDO_DENSITY, share, rho[1]);
        free(share);
    }
}

/* From the points of wave functions, both spins summed into to[nspin][ng]. */
static void gather(const struct problem *p, const double *r, double complex *to)
{
    double *t = xcalloc(p->smooth.nr, sizeof(*t));

    wave_unlayout(p->smooth.n, r, t);
    grid_to_g(&p->smooth, t, to);
    for (int i = 0; i < p->grid.ng; i++)
        to[i] /= p->crystal.volume;
    symmetry_density(&p->symmetry, &p->grid, to);
    free(t);
}

/* sum of weight w |psi|^2 over the states of spin s: r in wave layout. */
static void accumulate(const struct problem *p, const struct states *s,
                       const double *w, int spin, double *r)
{
    int team = omp_get_max_threads(), nb = p->nbands;
    int alone = p->nk - p->nk % team;
    size_t nr = p->smooth.nr;
    double *part = xcalloc((size_t)team * nr, sizeof(*part));

#pragma omp parallel for schedule(static, 1)
    for (int k = 0; k < alone; k++)
        wave_density(p->wave[k], nb, s->psi[spin * p->nk + k],
                     w + (size_t)(spin * p->nk + k) * nb,
                     part + nr * omp_get_thread_num());
    for (int k = alone; k < p->nk; k++)
        wave_density(p->wave[k], nb, s->psi[spin * p->nk + k],
                     w + (size_t)(spin * p->nk + k) * nb, part);
    for (int t = 0; t < team; t++)
        for (size_t i = 0; i < nr; i++)
            r[i] += part[t * nr + i];
    free(part);
}

void density_of_states(const struct problem *p, const struct states *s,
                       double complex **rho)
{
    double *w = states_weighted(p, s->f);
    double *r = xcalloc(p->smooth.nr, sizeof(*r));

    for (int i = 0; i < p->nspin; i++) {
        memset(r, 0, p->smooth.nr * sizeof(*r));
        accumulate(p, s, w, i, r);
        gather(p, r, rho[i]);
    }
    for (int i = 0; p->nspin == 2 && i < p->grid.ng; i++) {
        double complex up = rho[0][i], down = rho[1][i];

        rho[0][i] = up + down;
        rho[1][i] = up - down;
    }
    free(r);
    free(w);
}

bool density_at_fermi(const struct problem *p, const struct states *s,
                      double sigma, double complex *d)
{
    int n = s->n * s->nbands;
    double *f, *w, *r, sum = 0;

    if (p->smearing == SMEAR_NONE)
        return false;
    f = xcalloc(n, sizeof(*f));
    for (int i = 0; i < n; i++) {
        double x = (s->e[i] - s->occupation.fermi) / sigma;

        f[i] = 2.0 / p->nspin * exp(-x * x) / (sqrt(M_PI) * sigma);
        if (f[i] < 1e-6)
            f[i] = 0;
        sum += f[i];
    }
    if (sum > 0) {
        w = states_weighted(p, f);
        r = xcalloc(p->smooth.nr, sizeof(*r));
        for (int i = 0; i < p->nspin; i++)
            accumulate(p, s, w, i, r);
        gather(p, r, d);
        free(r);
        free(w);
    }
    free(f);
    return sum > 0;
}
