#include "nonlocal.h"

#include <stdlib.h>

#include <morsel/la.h>

#include "atomic.h"
#include "block.h"

/* d[nbeta][nbeta] of radial functions, spread over all m: [nm][nm]. */
static double *spread(const struct pseudo *p, const double *d)
{
    int nm = atomic_count(p, PSEUDO_BETA);
    double *to = xcalloc((size_t)nm * nm, sizeof(*to));

    for (int i = 0, row = 0; d && i < p->nbeta; row += 2 * p->l[i++] + 1)
        for (int j = 0, col = 0; j < p->nbeta; col += 2 * p->l[j++] + 1)
            for (int m = 0; p->l[i] == p->l[j] && m < 2 * p->l[i] + 1; m++)
                to[(row + m) * nm + col + m] = d[i * p->nbeta + j];
    return to;
}

static void init_strengths(struct projectors *p, const struct crystal *c)
{
    bool overlap = false;

    for (int s = 0; s < c->nspecies; s++)
        overlap = overlap || c->pseudo[s]->q;
    p->nown = overlap ? 2 * c->nspecies : c->nspecies;
    p->own = xcalloc(p->nown, sizeof(*p->own));
    for (int i = 0; i < p->nown; i++) {
        const struct pseudo *t = c->pseudo[i % c->nspecies];

        p->own[i] = spread(t, i < c->nspecies ? t->d : t->q);
    }
    p->d = xcalloc(p->natoms, sizeof(*p->d));
    if (overlap)
        p->q = xcalloc(p->natoms, sizeof(*p->q));
    for (int a = 0; a < p->natoms; a++) {
        p->d[a] = p->own[c->species[a]];
        if (overlap)
            p->q[a] = p->own[c->nspecies + c->species[a]];
    }
}

void projectors_init(struct projectors *p, const struct crystal *c,
                     const struct basis *b)
{
    *p = (struct projectors){.natoms = c->natoms};
    p->first = xcalloc(p->natoms + 1, sizeof(*p->first));
    for (int a = 0; a < p->natoms; a++)
        p->first[a + 1] =
            p->first[a] + atomic_count(c->pseudo[c->species[a]], PSEUDO_BETA);
    p->n = p->first[p->natoms];
    init_strengths(p, c);
    p->beta = xcalloc((size_t)p->n * b->npw, sizeof(*p->beta));
    atomic_fill(c, b, PSEUDO_BETA, p->beta);
}

void projectors_release(struct projectors *p)
{
    for (int i = 0; i < p->nown; i++)
        free(p->own[i]);
    free(p->own);
    free(p->beta);
    free(p->first);
    free(p->d);
    free(p->q);
    *p = (struct projectors){0};
}

/* D is real: nb complex columns are 2 nb real ones. */
void projectors_couple(const struct projectors *p, bool real,
                       const double *const *d, int nb, const void *from,
                       void *to)
{
    int width = real ? nb : 2 * nb;

    for (int a = 0; a < p->natoms; a++) {
        int nm = p->first[a + 1] - p->first[a];
        size_t at = (size_t)p->first[a] * width;

        if (nm > 0)
            la_dgemm(LA_N, LA_N, nm, width, nm, 1, d[a], nm,
                     (const double *)from + at, width, 0, (double *)to + at,
                     width);
    }
}

double nonlocal_energy(const struct projectors *p, const struct basis *b,
                       int nb, const double complex *psi, const double *f)
{
    size_t size = (size_t)p->n * nb * (b->real ? 1 : 2);
    double *bp = xcalloc(size, 2 * sizeof(*bp)), *dbp = bp + size;
    int width = b->real ? nb : 2 * nb;
    double sum = 0;

    block_inner(b->real, b->npw, p->n, p->beta, nb, psi, bp, nb);
    projectors_couple(p, b->real, (const double *const *)p->d, nb, bp, dbp);
    for (int i = 0; i < p->n; i++)
        for (int j = 0; j < width; j++)
            sum += f[b->real ? j : j / 2] * bp[(size_t)i * width + j] *
                   dbp[(size_t)i * width + j];
    free(bp);
    return sum;
}

/* to += sum beta_i d_ij bp_j, with tmp to hold d bp. */
static void add_coupled(const struct projectors *p, const struct basis *b,
                        const double **d, int nb, const void *bp, void *tmp,
                        double complex *to)
{
    projectors_couple(p, b->real, (const double *const *)d, nb, bp, tmp);
    block_combine(b->real, b->npw, p->n, p->beta, nb, tmp, nb, 1, to);
}

void projectors_apply(const struct projectors *p, const struct basis *b, int nb,
                      const double complex *psi, double complex *hpsi,
                      double complex *spsi)
{
    size_t size = (size_t)p->n * nb * block_size(b->real);
    char *bp = xcalloc(2, size), *tmp = bp + size;

    if (p->n > 0 && nb > 0) {
        block_inner(b->real, b->npw, p->n, p->beta, nb, psi, bp, nb);
        add_coupled(p, b, p->d, nb, bp, tmp, hpsi);
        if (spsi && p->q)
            add_coupled(p, b, p->q, nb, bp, tmp, spsi);
    }
    free(bp);
}
