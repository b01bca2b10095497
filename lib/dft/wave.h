#ifndef MORSEL_DFT_WAVE_H
#define MORSEL_DFT_WAVE_H

#include "basis.h"

/*
 * Wave functions in real space: the transform of the vectors of one basis,
 * pruned to the columns and planes that hold plane waves, one band (two, if
 * the basis is real) after the other in a cache-sized buffer.
 *
 * Fields that meet wave functions (a potential, a density) are kept plane by
 * plane: "wave layout", [n2][n0][n1]; wave_layout() and wave_unlayout() change
 * from and to the order of grid.h.
 */
struct wave;

/* n: points of the grid, at least twice the sphere (exact products). */
struct wave *wave_new(const struct basis *b, const int n[3]);
void wave_free(struct wave *w);
size_t wave_memory(const struct basis *b, const int n[3]); /* bytes */

void wave_layout(const int n[3], const double *r, double *to);
void wave_unlayout(const int n[3], const double *from, double *r);

/* hpsi[nb][npw] += v psi, v[n2][n0][n1] hartree.  Threads over bands. */
void wave_potential(const struct wave *w, const double *v, int nb,
                    const double complex *psi, double complex *hpsi);

/* rho[n2][n0][n1] += sum_b f[b] |psi_b(r)|^2 volume, so that f adds up to the
 * mean over points. */
void wave_density(const struct wave *w, int nb, const double complex *psi,
                  const double *f, double *rho);

#endif
