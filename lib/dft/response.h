#ifndef MORSEL_DFT_RESPONSE_H
#define MORSEL_DFT_RESPONSE_H

#include "grid.h"

/*
 * The static dielectric response of a medium that is locally a free-electron
 * gas: its independent-particle susceptibility is
 *
 *     chi0(r, r') = -D(r) delta(r - r') + D(r) D(r') / int D,
 *
 * D the local density of states at the Fermi level, 1/(hartree bohr^3).  M. F.
 * Herbst and A. Levitt, J. Phys. Condens. Matter 33, 085503 (2021), eq. 17.
 */
struct response;
struct response *response_new(const struct crystal *c, const struct grid *g,
                              const double complex *d);
void response_free(struct response *r);

/*
 * f <- (1 - chi0 v_c)^-1 f: a charge f[ng] with the charge that screens it.
 *
 * Its potential V solves (-nabla^2 / 4 pi + D - |D><D| / int D) V = f, which
 * is symmetric and positive: conjugate gradients, preconditioned by G^2 / 4 pi
 * + mean D.  Waves beyond SCREEN_GMAX are hardly screened and left alone.
 */
#define SCREEN_GMAX 3.0 /* 1/bohr */
void response_screen(const struct response *r, double complex *f);

#endif
