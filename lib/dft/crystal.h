#ifndef MORSEL_DFT_CRYSTAL_H
#define MORSEL_DFT_CRYSTAL_H

#include "pseudo.h"

#include <morsel/atoms.h>

/*
 * Atoms in atomic units, and the cell with its reciprocal.
 *
 * a[i] are the lattice vectors, bohr; b[i] those of the reciprocal lattice,
 * 1/bohr, with a_i . b_j = 2 pi delta_ij.  Vectors are rows.
 */
struct crystal {
    int natoms, nspecies;
    int *species;                 /* [natoms] 0 ... nspecies - 1 */
    double (*x)[3];               /* [natoms][3] fractions of a */
    double (*tau)[3];             /* [natoms][3] Cartesian, bohr */
    double *moment;               /* [natoms] moments to start from, mu_B */
    const struct pseudo **pseudo; /* [nspecies], borrowed */
    double a[3][3], b[3][3];
    double volume;     /* bohr^3 */
    double nelectrons; /* of the neutral cell */
};

/*
 * From atoms in angstrom; pseudo[z] is the potential of element z, moments
 * (may be NULL) are by atom.  Species are in the order they are met.
 */
void crystal_init(struct crystal *c, const struct atoms *atoms,
                  const struct pseudo *const pseudo[], const double *moments);
void crystal_release(struct crystal *c);

/* Move the atoms to tau[natoms][3], bohr: x follows. */
void crystal_move(struct crystal *c, const double (*tau)[3]);

/* m . b for real numbers m: G vectors, k points; 1/bohr. */
void crystal_reciprocal(const struct crystal *c, const double m[3],
                        double g[3]);

/* Projectors of all atoms, each l counted 2l + 1 times. */
int crystal_projectors(const struct crystal *c);

#endif
