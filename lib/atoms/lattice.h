#ifndef MORSEL_ATOMS_LATTICE_H
#define MORSEL_ATOMS_LATTICE_H

#include <morsel/atoms.h>

/*
 * The periodicity of atoms in its handiest form: a basis of three vectors,
 * the first nperiodic of which generate the lattice and are as short as can
 * be (reduced in the sense of Minkowski), while the others, for directions
 * that are not periodic, are of unit length and normal to all before them.
 * Coordinates in this basis, x = sum_k s_k b_k, are fractions along the
 * first and angstroms along the others.
 */
struct lattice {
    int nperiodic;
    double b[3][3];       /* rows, angstrom */
    double inverse[3][3]; /* rows: s_k = inverse[k] . x, 1/angstrom */
    double height[3];     /* 1 / |inverse[k]|: spacing of the planes s_k = 0
                            and s_k = 1, angstrom */
};

/* ERR_RANGE if the periodic lattice vectors are zero or dependent. */
int lattice_init(struct lattice *l, const struct atoms *a,
                 struct err *err) MORSEL_MUST_CHECK;

static inline double dot(const double x[3], const double y[3])
{
    return x[0] * y[0] + x[1] * y[1] + x[2] * y[2];
}

#endif
