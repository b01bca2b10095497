#ifndef LIB_GP_FEATURES_H
#define LIB_GP_FEATURES_H

#include <morsel/atoms.h>

/* The pairs that make features: i < j, in ascending order of i, then of j. */
struct pairs {
    int natoms, npair;
    int *index; /* [natoms][natoms] the number of a pair, or -1 */
    int (*ij)[2];
    double *d; /* [npair] sum of covalent radii, angstrom */
};

/* All pairs one atom of which has a coordinate that may move. */
void pairs_init(struct pairs *p, const struct atoms *a);
void pairs_release(struct pairs *p);
int pairs_count(const struct atoms *a);

/*
 * Features x [npair] and their derivatives g [npair][3] by the position of
 * atom j, 1/angstrom; that of i has the other sign.  nb is memory to use again.
 * ERR_RANGE if atoms coincide.
 */
int pairs_eval(const struct pairs *p, const struct atoms *a,
               struct neighbors *nb, double *x, double (*g)[3],
               struct err *err) MORSEL_MUST_CHECK;

#endif
