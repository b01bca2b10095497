#ifndef LIB_POTENTIAL_EVALUATOR_H
#define LIB_POTENTIAL_EVALUATOR_H

#include <morsel/potential.h>

/* A model at work: what one evaluation leaves for the next. */
struct evaluator {
    struct model m;
    struct neighbors nb;
    struct features f;
    int *start; /* [nelement + 1] the first row of an element, below */

    int room_atoms, room_g;
    size_t room_work;
    int *row;            /* [natoms] row of an atom, rows by element */
    double *x, *dydx;    /* [rows][nsf of the element] */
    double *y;           /* [rows] */
    double *dedg;        /* as x, but in the order of the atoms */
    double *work;        /* of the networks */
    double (*forces)[3]; /* [members][natoms][3] without the prior */
    double *energy;      /* [members] eV, without prior and e0 */
    double strain[3][3]; /* dE/dstrain, eV, mean over the members */

    /* of a sparse process, for its deviations */
    const double **row_of, **jac_of; /* [natoms] of an atom in x and jac */
    double *jac;                     /* [entries][3][nsf] dx/dpos */
    size_t room_jac;
};

/* Where the block of an element begins in x and dydx. */
int block_of(const struct evaluator *s, int element);

/* The sigmas of what a model with a sparse process was last asked for. */
void sparse_sigmas(struct potential *p, struct prediction *out);

#endif
