#include "problem.h"

#include "atomic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <omp.h>

#include <morsel/util.h>

void states_init(struct states *s, const struct problem *p)
{
    *s = (struct states){.n = p->nspin * p->nk, .nbands = p->nbands};
    s->psi = xcalloc(s->n, sizeof(double complex *));
    s->e = xcalloc((size_t)s->n * s->nbands, sizeof(*s->e));
    s->f = xcalloc((size_t)s->n * s->nbands, sizeof(*s->f));
}

void states_release(struct states *s)
{
    for (int i = 0; i < s->n; i++)
        free(s->psi[i]);
    free(s->psi);
    free(s->e);
    free(s->f);
    *s = (struct states){0};
}

double *states_weighted(const struct problem *p, const double *f)
{
    int nb = p->nbands, n = p->nspin * p->nk * nb;
    double *w = xcalloc(n, sizeof(*w));

    for (int i = 0; i < n; i++)
        w[i] = f[i] * p->weight[i / nb % p->nk];
    return w;
}

/* Waves that nothing is orthogonal to, smaller at high energies. */
static void add_random(const struct basis *b, int n, struct rng *rng,
                       double complex *psi)
{
    for (int j = 0; j < n; j++)
        for (int g = 0; g < b->npw; g++) {
            double t = b->kinetic[g], damp = 1 / (1 + t * (1 + t));
            double x = rng_uniform(rng) - 0.5, y = rng_uniform(rng) - 0.5;

            psi[(size_t)j * b->npw + g] = damp * (x + I * y);
        }
}

/* A basis of halves: the one wave that is its own partner is real. */
static void make_real(const struct basis *b, int n, double complex *psi)
{
    if (b->real && b->shift[0] == 0 && b->shift[1] == 0 && b->shift[2] == 0)
        for (int j = 0; j < n; j++)
            psi[(size_t)j * b->npw] = creal(psi[(size_t)j * b->npw]);
}

/* [na][npw] functions to start from. */
static double complex *guess(const struct problem *p, int k, int na)
{
    const struct crystal *c = &p->crystal;
    const struct basis *b = &p->basis[k];
    double complex *psi = xcalloc((size_t)na * b->npw, sizeof(*psi));
    struct rng rng;
    int n = atomic_total(c, PSEUDO_ORBITAL);

    atomic_fill(c, b, PSEUDO_ORBITAL, psi);
    rng_init(&rng, 1 + k);
    add_random(b, na - n, &rng, psi + (size_t)n * b->npw);
    make_real(b, na, psi);
    return psi;
}

static int start_one(const struct problem *p, int i, const double *v, double v0,
                     struct states *s, struct err *err)
{
    int k = i % p->nk, norbitals = atomic_total(&p->crystal, PSEUDO_ORBITAL);
    int na = norbitals > p->nbands ? norbitals : p->nbands, ret;
    struct projectors made;
    struct hamiltonian h = {
        .basis = &p->basis[k], .wave = p->wave[k], .v = v, .v0 = v0};

    if (na > p->basis[k].nfull)
        na = p->basis[k].nfull;
    h.projectors = problem_projectors(p, k, &made);
    s->psi[i] = guess(p, k, norbitals > na ? norbitals : na);
    ret = eigen_rotate(&h, na, s->psi[i], p->nbands,
                       s->e + (size_t)i * p->nbands, err);
    s->psi[i] = xrealloc(s->psi[i], (size_t)p->nbands * p->basis[k].npw,
                         sizeof(**s->psi));
    problem_projectors_done(&made);
    return ret;
}

int states_of_atoms(const struct problem *p, double complex *const *v,
                    struct states *s, struct err *err)
{
    int team = omp_get_max_threads(), ret = 0;
    int alone = PROBLEM_ALONE(p, team);
    double *vr = xcalloc((size_t)p->nspin * p->smooth.nr, sizeof(*vr));

    for (int i = 0; i < p->nspin; i++)
        potential_layout(p, v[i], vr + (size_t)i * p->smooth.nr);
#pragma omp parallel for schedule(static, 1)
    for (int i = 0; i < alone; i++) {
        struct err e;

        if (start_one(p, i, vr + i / p->nk * p->smooth.nr,
                      creal(v[i / p->nk][0]), s, &e) < 0)
#pragma omp critical
        {
            *err = e;
            ret = e.code;
        }
    }
    for (int i = alone; ret == 0 && i < s->n; i++)
        ret = start_one(p, i, vr + i / p->nk * p->smooth.nr,
                        creal(v[i / p->nk][0]), s, err);
    free(vr);
    return ret;
}
