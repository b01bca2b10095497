#ifndef LIB_GP_FEATURES_H
#define LIB_GP_FEATURES_H

#include <morsel/atoms.h>

/* The components of a strain: xx yy zz yz xz xy. */
enum { NSTRAIN = 6 };
extern const int strain_row[NSTRAIN], strain_column[NSTRAIN];

/*
 * The pairs that make features, i <= j, in ascending order of i, then of j: all
 * of them with the first power, then with the next.
 */
struct pairs {
    int natoms, npair, nfeature;
    int *index;   /* [natoms][natoms] the number of a pair, or -1 */
    int (*ij)[2]; /* [nfeature] */
    double *d;    /* [nfeature] sum of covalent radii, angstrom */
};

/*
 * All pairs, an atom with its own images among them; or only those one atom of
 * which has a coordinate that may move.
 */
void pairs_init(struct pairs *p, const struct atoms *a, bool all, int npower);
void pairs_release(struct pairs *p);
int pairs_count(const struct atoms *a, bool all);

/*
 * Features x [nfeature], their derivatives g [nfeature][3] by the position of
 * atom j, 1/angstrom; that of i has the other sign; and, if not NULL, t
 * [nfeature] by strain.  nb is memory to use again.  ERR_RANGE if atoms coincide.
 */
int pairs_eval(const struct pairs *p, const struct atoms *a,
               struct neighbors *nb, double *x, double (*g)[3],
               double (*t)[NSTRAIN], struct err *err) MORSEL_MUST_CHECK;

#endif
