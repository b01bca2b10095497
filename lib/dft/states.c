#include "problem.h"

#include "atomic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

int states_of_atoms(const struct problem *p, int i, const struct hamiltonian *h,
                    struct states *s, struct err *err)
{
    int norbitals = atomic_total(&p->crystal, PSEUDO_ORBITAL), nb = p->nbands;
    int na = norbitals > nb ? norbitals : nb, npw = h->basis->npw, ret;

    if (na > h->basis->nfull)
        na = h->basis->nfull;
    s->psi[i] = guess(p, i % p->nk, norbitals > na ? norbitals : na);
    ret = eigen_rotate(h, na, s->psi[i], nb, s->e + (size_t)i * nb, err);
    s->psi[i] = xrealloc(s->psi[i], (size_t)nb * npw, sizeof(**s->psi));
    return ret;
}
