#ifndef MORSEL_DFT_START_H
#define MORSEL_DFT_START_H

#include "pseudo.h"
#include "radial.h"

/*
 * What a calculation starts from: density and orbitals of the free atom, in
 * reciprocal space.
 */
struct start {
    double *r; /* [mesh] */
    struct radial density;
    int norbitals;
    struct radial *orbital; /* [norbitals] */
};

/* Room for functions on the mesh r[n], which is copied. */
void start_init(struct start *s, int n, const double *r, int norbitals,
                const int *l);
void start_release(struct start *s);

/* Scale the density to zion electrons, and make the tables. */
void start_tabulate(struct start *s, double zion, double qmax);

/* Parts PSEUDO_DENSITY and PSEUDO_ORBITAL of a potential. */
double start_eval(const struct start *s, enum pseudo_part part, int i, double q,
                  double *slope);

#endif
