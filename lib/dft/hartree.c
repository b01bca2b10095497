#include "terms.h"

/* 4 pi |rho(G)|^2, twice: for -G, too. */
static double pair(const struct grid *g, const double complex *rho, int i)
{
    double re = creal(rho[i]), im = cimag(rho[i]);

    return 8 * M_PI * (re * re + im * im) / g->g2[i];
}

double hartree_energy(const struct grid *g, const double complex *rho)
{
    double e = 0;

    for (int i = 1; i < g->ng; i++)
        e += pair(g, rho, i);
    return g->volume / 2 * e;
}

void hartree_potential(const struct grid *g, const double complex *rho,
                       double complex *v)
{
    for (int i = 1; i < g->ng; i++)
        v[i] += 4 * M_PI / g->g2[i] * rho[i];
}

/* d(1/G^2) = 2 G_i G_k / G^4; volume |rho|^2 scales as 1/volume. */
void hartree_stress(const struct grid *g, const double complex *rho,
                    double stress[3][3])
{
    for (int n = 1; n < g->ng; n++) {
        double e = pair(g, rho, n) / 2;

        for (int i = 0; i < 3; i++) {
            for (int k = 0; k < 3; k++)
                stress[i][k] += 2 * e * g->g[n][i] * g->g[n][k] / g->g2[n];
            stress[i][i] -= e;
        }
    }
}
