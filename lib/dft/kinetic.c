#include "kinetic.h"

#include <stdlib.h>

/* |c(G)|^2 of all bands with their weights: w[npw], electrons. */
static double *weights(const struct basis *b, int nb, const double complex *psi,
                       const double *f)
{
    double *w = xcalloc(b->npw, sizeof(*w));

#pragma omp parallel for schedule(static) if (b->npw > 1024)
    for (int chunk = 0; chunk < b->npw; chunk += 256)
        for (int n = 0; n < nb; n++)
            for (int i = chunk; i < b->npw && i < chunk + 256; i++) {
                double complex z = psi[(size_t)n * b->npw + i];

                w[i] += f[n] * (creal(z) * creal(z) + cimag(z) * cimag(z));
            }
    return w;
}

double kinetic_energy(const struct basis *b, int nb, const double complex *psi,
                      const double *f)
{
    double *w = weights(b, nb, psi, f), sum = 0;

    for (int i = 0; i < b->npw; i++)
        sum += w[i] * b->kinetic[i];
    free(w);
    return sum;
}

void kinetic_apply(const struct basis *b, int nb, const double complex *psi,
                   double complex *hpsi)
{
#pragma omp parallel for schedule(static) if (b->npw > 1024)
    for (int n = 0; n < nb; n++) {
        const double complex *from = psi + (size_t)n * b->npw;
        double complex *to = hpsi + (size_t)n * b->npw;

        for (int i = 0; i < b->npw; i++)
            to[i] = b->kinetic[i] * from[i];
    }
}

/* Under strain q becomes (1 - strain) q: dT = -q_i q_j. */
void kinetic_stress(const struct basis *b, double volume, int nb,
                    const double complex *psi, const double *f,
                    double stress[3][3])
{
    double *w = weights(b, nb, psi, f);

    for (int i = 0; i < b->npw; i++)
        for (int j = 0; j < 3; j++)
            for (int k = 0; k < 3; k++)
                stress[j][k] -= w[i] * b->q[i][j] * b->q[i][k] / volume;
    free(w);
}
