#ifndef LIB_GP_STATE_H
#define LIB_GP_STATE_H

#include <morsel/gp.h>

#include "features.h"
#include "kernel.h"

/*
 * Features of one structure, and which row of a covariance block each of its
 * coordinates has: row[3 i + c], and row[3 natoms + v] of a strain, count from
 * 1, after the energy; 0: none.
 */
struct point {
    double *x;            /* [nfeature] */
    double (*g)[3];       /* [nfeature][3] 1/angstrom */
    double (*t)[NSTRAIN]; /* [nfeature] by strain; NULL: that has no rows */
    const int *row;       /* [natoms * 3 + NSTRAIN] */
    int n;                /* rows besides the energy's */
};

struct gp_state {
    struct pairs pairs;
    struct neighbors nb;
    int *row, *all; /* of a point: of the data; of all coordinates */
    int size;       /* N, rows of K */

    double *x;            /* [n][nfeature] features of the data */
    double (*g)[3];       /* [n][nfeature][3] */
    double (*t)[NSTRAIN]; /* [n][nfeature], or NULL: stress is not learnt */
    double *geo;          /* [N][N] what K is made of, or NULL: geometry() */
    double *h;      /* [N] the prior's energies and derivatives, in training */
    bool fit_scale; /* of it by likelihood */
    double steep;   /* mean square of a row of J, 1/angstrom^2 */
    double *l;      /* [N][N] the Cholesky factor of K */
    double *alpha;  /* [N] K^-1 (y - m) */
    double *c;      /* [n][nfeature] J alpha: sum over its coordinates */

    /* of the structure that is asked about */
    double *xs, *dedx;     /* [nfeature] features; dE/dx, eV */
    double (*gs)[3];       /* [nfeature][3] */
    double (*ts)[NSTRAIN]; /* [nfeature] */
    double *cross;         /* [1 + 3 natoms][N] its covariance with the data */
};

/* Where the atoms a, which are gp's, are in a frame. */
void data_atoms(const struct gp *gp, int frame, struct atoms *a);

/* The noise of a row of a frame, relative to sigma. */
double noise_of(const struct gp *gp, int row);

struct point data_point(const struct gp *gp, int frame);
struct point asked_point(const struct gp *gp);

/*
 * The geometry of two structures, out (1 + a.n) x (1 + b.n), rows ld apart:
 *
 *     |d|^2    d.J'_b       d = x - x', J = dx/dR
 *     d.J_a    J_a.J'_b
 */
void geometry(const struct pairs *p, const struct point *a,
              const struct point *b, double *out, size_t ld);

/* The covariance over sigma^2 that it makes; in == out will do. */
void covariance(double l, int na, int nb, const double *in, double *out,
                size_t ld);

/* The squares of the rows of J, sum [1 + n] from 1 on. */
void jacobian_squares(const struct pairs *p, const struct point *a,
                      double *sum);

/* J^T v, of rows v [1 + n] from 1 on: sum [nfeature]. */
void jacobian_times(const struct pairs *p, const struct point *a,
                    const double *v, double *sum);

/* The diagonal of K of a frame, [width], without noise and jitter. */
void variances(const struct gp *gp, int frame, double *out);

/* Make what does not depend on hyperparameters: features, and geo. */
int state_init(struct gp *gp, struct err *err) MORSEL_MUST_CHECK;
void state_release(struct gp_state *s);

/*
 * K of gp->length and its factor, with gp->jitter, or if that is negative with
 * the smallest of 0, 1e-14, 1e-13 ... that will do, which it sets.
 */
int state_factor(struct gp *gp, struct err *err) MORSEL_MUST_CHECK;

/* alpha and c, from the factor, y and m. */
void state_solve(struct gp *gp);

/* The features' part of energy (eV) and dE/dx, at the asked point. */
double state_mean(struct gp *gp);

/* forces [natoms][3] -= J^T dE/dx. */
void state_forces(const struct gp *gp, double (*forces)[3]);

#endif
