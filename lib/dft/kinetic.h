#ifndef MORSEL_DFT_KINETIC_H
#define MORSEL_DFT_KINETIC_H

#include "basis.h"

/*
 * The kinetic energy T = |k+G|^2 / 2.  f[nb]: occupations times the weight of
 * the point.  stress += (1/volume) dE/d(strain) at fixed coefficients.
 */
double kinetic_energy(const struct basis *b, int nb, const double complex *psi,
                      const double *f);
void kinetic_apply(const struct basis *b, int nb, const double complex *psi,
                   double complex *hpsi); /* hpsi = T psi */
void kinetic_stress(const struct basis *b, double volume, int nb,
                    const double complex *psi, const double *f,
                    double stress[3][3]);

#endif
