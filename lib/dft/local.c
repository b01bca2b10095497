#include "terms.h"

#include <stdlib.h>

/*
 * The local potential of the crystal is that of superposed atoms, v(G) =
 * sum_a v_a(|G|) exp(-iG tau_a) / volume, and E = volume sum rho(G)* v(G).
 * Its part at G = 0 is the "alpha Z" energy: the divergent -4 pi Z / G^2 is
 * cancelled by those of Ewald's and Hartree's energies.  (J. Ihm, A. Zunger
 * and M. L. Cohen, J. Phys. C 12, 4409 (1979).)
 */
double local_energy(const struct crystal *c, const struct grid *g,
                    const double complex *rho)
{
    double complex *v = xcalloc(g->ng, sizeof(*v));
    double e = 0;

    local_potential(c, g, v);
    for (int i = 0; i < g->ng; i++)
        e += (i ? 2 : 1) * creal(conj(rho[i]) * v[i]);
    free(v);
    return g->volume * e;
}

void local_potential(const struct crystal *c, const struct grid *g,
                     double complex *v)
{
    superpose(c, g, PSEUDO_LOCAL, NULL, v);
}

void local_forces(const struct crystal *c, const struct grid *g,
                  const double complex *rho, double (*forces)[3])
{
    superpose_forces(c, g, PSEUDO_LOCAL, rho, forces);
}

void local_stress(const struct crystal *c, const struct grid *g,
                  const double complex *rho, double stress[3][3])
{
    double e = local_energy(c, g, rho) / g->volume;

    superpose_stress(c, g, PSEUDO_LOCAL, rho, stress);
    for (int i = 0; i < 3; i++)
        stress[i][i] -= e;
}
