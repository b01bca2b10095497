#ifndef MORSEL_DFT_MIX_H
#define MORSEL_DFT_MIX_H

#include "problem.h"

/*
 * The next density to try, from those tried and what came out of them.
 *
 * Anderson's method (D. G. Anderson, J. ACM 12, 547 (1965); P. Pulay, Chem.
 * Phys. Lett. 73, 393 (1980)): the combination of the last densities whose
 * residual is least, in the norm of its electrostatic energy, plus its
 * preconditioned residual.
 *
 * The preconditioner is the response of a medium whose compressibility is the
 * local density of states at the Fermi level, D(r): M. F. Herbst and A.
 * Levitt, J. Phys. Condens. Matter 33, 085503 (2021).  It is Kerker's in a
 * metal, nothing in vacuum or where there is a gap, and right for a slab.
 */
struct mixer;

struct mixer *mixer_new(const struct problem *p);
void mixer_free(struct mixer *m);
size_t mixer_memory(int ng, int nspin); /* bytes */

/* Go on with another problem of the same species and cell: what is known of
 * how a density responds holds there, too. */
void mixer_turn_to(struct mixer *m, const struct problem *p);

/* D of the problem's states now; NULL: gapped. */
void mixer_respond(struct mixer *m, const double complex *d);

/* The electrostatic energy of a residual, hartree: an estimate of the error of
 * the energy. */
double mixer_norm(const struct mixer *m, double complex *const *residual);

/* rho_in (replaced by the next) gave rho_out. */
void mixer_next(struct mixer *m, double complex **rho_in,
                double complex *const *rho_out);

#endif
