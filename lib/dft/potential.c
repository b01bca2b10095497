#include "problem.h"

#include <stdlib.h>
#include <string.h>

double potential_of(struct problem *p, double complex *const *rho,
                    double complex **v)
{
    const struct grid *g = &p->grid;

    memcpy(v[0], p->ion, g->ng * sizeof(**v));
    hartree_potential(g, rho[0], v[0]);
    if (p->has_dipole)
        dipole_potential(&p->dipole, &p->crystal, g, rho[0], v[0]);
    for (int i = 1; i < p->nspin; i++)
        memcpy(v[i], v[0], g->ng * sizeof(**v));
    return xc_potential(p->xc, g, rho, p->core, v);
}

void potential_layout(const struct problem *p, const double complex *v,
                      double *to)
{
    double *r = xcalloc(p->smooth.nr, sizeof(*r));

    grid_to_r(&p->smooth, v, r);
    wave_layout(p->smooth.n, r, to);
    free(r);
}
