#include "crystal.h"

#include <stdlib.h>
#include <string.h>

#include <morsel/units.h>

static void reciprocal(struct crystal *c)
{
    double v;

    for (int i = 0; i < 3; i++)
        cross3(c->b[i], c->a[(i + 1) % 3], c->a[(i + 2) % 3]);
    v = dot3(c->a[0], c->b[0]);
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            c->b[i][k] *= 2 * M_PI / v;
    c->volume = fabs(v);
}

static int species_of(struct crystal *c, const struct pseudo *p)
{
    for (int s = 0; s < c->nspecies; s++)
        if (c->pseudo[s] == p)
            return s;
    c->pseudo = xrealloc(c->pseudo, c->nspecies + 1, sizeof(struct pseudo *));
    c->pseudo[c->nspecies] = p;
    return c->nspecies++;
}

void crystal_move(struct crystal *c, const double (*tau)[3])
{
    if (tau != (const double(*)[3])c->tau)
        memcpy(c->tau, tau, c->natoms * sizeof(*tau));
    for (int i = 0; i < c->natoms; i++)
        for (int k = 0; k < 3; k++)
            c->x[i][k] = dot3(c->b[k], c->tau[i]) / (2 * M_PI);
}

void crystal_init(struct crystal *c, const struct atoms *atoms,
                  const struct pseudo *const pseudo[], const double *moments)
{
    int n = atoms->natoms;

    *c = (struct crystal){.natoms = n};
    c->species = xcalloc(n, sizeof(*c->species));
    c->x = xcalloc(n, sizeof(*c->x));
    c->tau = xcalloc(n, sizeof(*c->tau));
    c->moment = xcalloc(n, sizeof(*c->moment));
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            c->a[i][k] = atoms->cell[i][k] / ANGSTROM_PER_BOHR;
    reciprocal(c);
    for (int i = 0; i < n; i++) {
        const struct pseudo *p = pseudo[atoms->z[i]];

        c->species[i] = species_of(c, p);
        c->nelectrons += p->zion;
        c->moment[i] = moments ? moments[i] : 0;
        for (int k = 0; k < 3; k++)
            c->tau[i][k] = atoms->pos[i][k] / ANGSTROM_PER_BOHR;
    }
    crystal_move(c, (const double(*)[3])c->tau);
}

void crystal_release(struct crystal *c)
{
    free(c->species);
    free(c->x);
    free(c->tau);
    free(c->moment);
    free(c->pseudo);
    *c = (struct crystal){0};
}

void crystal_reciprocal(const struct crystal *c, const double m[3], double g[3])
{
    for (int k = 0; k < 3; k++)
        g[k] = m[0] * c->b[0][k] + m[1] * c->b[1][k] + m[2] * c->b[2][k];
}

int crystal_projectors(const struct crystal *c)
{
    int n = 0;

    for (int a = 0; a < c->natoms; a++) {
        const struct pseudo *p = c->pseudo[c->species[a]];

        for (int i = 0; i < p->nbeta; i++)
            n += 2 * p->l[i] + 1;
    }
    return n;
}
