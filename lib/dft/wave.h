#ifndef MORSEL_DFT_WAVE_H
#define MORSEL_DFT_WAVE_H

#include "basis.h"

/*
 * Wave functions in real space: the transform of the vectors of one basis,
 * one band (two, if the basis is real) after the other in a cache-sized
 * buffer, without the many zeros of a sphere in its box (S. Goedecker, M.
 * Boulet and T. Deutsch, Comput. Phys. Commun. 154, 105 (2003)).
 *
 * Of the three axes, s is the longest (the third among equals), a and b are
 * the others in their order.  A transform goes along s in those columns (a, b)
 * that hold plane waves, a fifth of all; then, plane by plane, along b in the
 * rows that do, a half; then along a.  So fields that meet wave functions (a
 * potential, a density) are kept plane by plane: "wave layout", [ns][na][nb];
 * wave_layout() and wave_unlayout() change from and to the order of grid.h.
 */
struct wave;

/*
 * From the fewest points that hold the products to those, up to a third more
 * along each axis, whose transforms are fastest: 32 take a third of the time
 * of 27.
 */
void wave_points(int n[3]);

/* n: points of the grid, at least twice the sphere (exact products). */
struct wave *wave_new(const struct basis *b, const int n[3]);
void wave_free(struct wave *w);

void wave_layout(const int n[3], const double *r, double *to);
void wave_unlayout(const int n[3], const double *from, double *r);

/* hpsi[nb][npw] += v psi, v[ns][na][nb] hartree.  Threads over bands. */
void wave_potential(const struct wave *w, const double *v, int nb,
                    const double complex *psi, double complex *hpsi);

/*
 * rho[ns][na][nb] += sum_i f[i] |psi_i(r)|^2 volume, so that f adds up to the
 * mean over points; f may be negative.  Threads inside; the same numbers from
 * any number of them.
 */
void wave_density(const struct wave *w, int nb, const double complex *psi,
                  const double *f, double *rho);

#endif
