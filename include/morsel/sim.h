#ifndef MORSEL_SIM_H
#define MORSEL_SIM_H

#include <morsel/atoms.h>
#include <morsel/util.h>

/*
 * Drivers that move atoms.  The caller owns the loop: it evaluates the
 * forces, writes the frame, tests, and asks for the next positions.
 */

/*
 * A relaxation method: from positions and forces to the next positions.
 * Coordinates that may not move (a->move) never do.
 *
 * BFGS    full Hessian as in ASE's BFGS (alpha = 70 eV/angstrom^2): a step
 *         longer than max_step for some atom is scaled down as a whole
 * LBFGS   limited memory, as ASE's LBFGS: memory 100, the same first guess
 * FIRE    E. Bitzek et al., Phys. Rev. Lett. 97, 170201 (2006), as ASE's
 */
enum relax_method { RELAX_BFGS, RELAX_LBFGS, RELAX_FIRE };

struct relax;
struct relax *relax_new(enum relax_method method, int natoms, double max_step);
void relax_free(struct relax *r);
int relax_step(struct relax *r, struct atoms *a, double (*forces)[3],
               struct err *err) MORSEL_MUST_CHECK;

#endif
