#ifndef MORSEL_DFT_ATOM_H
#define MORSEL_DFT_ATOM_H

#include "pseudo.h"
#include "start.h"

/*
 * The pseudo-atom: free, spherical, without spin, in the local density
 * approximation whatever the potential was made for; a start needs no more.
 *
 * Functions are values at r_k = (k+1) ATOM_STEP.  All of a pseudo-atom is
 * smooth, even or odd in r, and zero at the end: the trapezoidal rule is exact
 * to the aliases at 2 pi / ATOM_STEP, 126 per bohr.
 */
enum { ATOM_POINTS = 400, ATOM_LEVELS = 24 };
#define ATOM_STEP 0.05

struct level {
    int l;
    double energy;         /* hartree */
    double occupation;     /* 0 to 2 (2l+1) */
    double u[ATOM_POINTS]; /* r R(r) sqrt(ATOM_STEP): squares add up to 1 */
};

struct atom {
    /* The potential, by the caller. */
    double zion;
    int nbeta;
    const int *l;    /* [nbeta] */
    const double *d; /* [nbeta][nbeta] hartree */
    double sharp;    /* largest exponent of a Gaussian that matters, 1/bohr^2 */
    double local[ATOM_POINTS];
    double *beta; /* [nbeta][ATOM_POINTS] beta(r) */

    /* What atom_solve() finds. */
    int nlevels;                   /* those with electrons, and bound ones */
    struct level *level;           /* [nlevels] ascending in energy */
    double electrons[ATOM_POINTS]; /* 4 pi r^2 rho ATOM_STEP: add up to zion */
    int steps;                     /* of the self-consistent field */
    bool converged;
};

/* beta is allocated, all else zero. */
void atom_init(struct atom *a, const struct pseudo *p);
void atom_release(struct atom *a);

/* ERR_NUMERIC if LAPACK fails; a field that did not converge is a result. */
int atom_solve(struct atom *a, struct err *err) MORSEL_MUST_CHECK;

/* Solve it, and give p its orbitals and s its tables. */
int atom_start(struct atom *a, struct pseudo *p, struct start *s, double qmax,
               struct err *err) MORSEL_MUST_CHECK;

/*
 * Gaussians r^l exp(-alpha r^2) of one l, with exponents in geometric series,
 * and the part of the Hamiltonian that does not change.
 */
enum { ATOM_BASIS = 24 };
struct gaussians {
    int l, n;
    int nx; /* combinations that are linearly independent */
    double alpha[ATOM_BASIS];
    double h[ATOM_BASIS * ATOM_BASIS];  /* [n][n] kinetic, nonlocal */
    double x[ATOM_BASIS * ATOM_BASIS];  /* [nx][n] orthonormal */
    double g[ATOM_BASIS * ATOM_POINTS]; /* [n][ATOM_POINTS], as level.u */
};

int gaussians_init(struct gaussians *b, int l, const struct atom *a,
                   struct err *err) MORSEL_MUST_CHECK;

/* The lowest n states in the potential v[ATOM_POINTS]; n is cut to nx. */
int gaussians_solve(const struct gaussians *b, const double *v, int *n,
                    struct level *level, struct err *err) MORSEL_MUST_CHECK;

#endif
