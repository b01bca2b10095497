#ifndef MORSEL_SGP_H
#define MORSEL_SGP_H

#include <morsel/util.h>

/*
 * A sparse Gaussian process of the energies of atoms: the model of some tens
 * of frames, and of walks that go far.  The energy is
 *
 *     E = sum_i { c_e + f_e(x_i) },   e the element of atom i,
 *
 * of features x_i of its surroundings, n numbers of the size of one, and f_e
 * random functions, independent of each other, with the covariance
 *
 *     <f_e(x) f_e(x')> = k(x, x') = exp(-|x - x'|^2 / (2 n l^2))
 *
 * in units of sigma^2; the constants c_e have the variance SGP_CONSTANT^2.
 * Energies, and forces through dx/dR, are linear in f, so that their
 * covariances are sums over atoms and derivatives of k.
 *
 * Sparse.  f is taken to be known through its values at some environments z_m,
 * M in all, those of training farthest from each other: with K_mm = k(z_m, z_m')
 * = L L^T, and phi = (L^-1 k(z, .), SGP_CONSTANT n_e) of a datum,
 *
 *     datum = phi.w + noise,  <w w^T> = 1,
 *     S = 1 + sum phi phi^T / noise^2,
 *     w = S^-1 sum phi datum / noise^2,
 *
 * at the cost of M^2 per datum.  The variance of what is predicted is
 *
 *     sigma^2 { k** - |phi_k|^2 + phi.S^-1 phi },
 *
 * with k** its own variance and phi_k the part of k: what the environments do
 * not tell, and what the data have left open.
 *
 * Source: J. Quinonero-Candela and C. E. Rasmussen, J. Mach. Learn. Res. 6,
 * 1939 (2005), the deterministic training conditional; on atoms A. P. Bartok
 * and G. Csanyi, Int. J. Quantum Chem. 115, 1051 (2015); for dynamics J.
 * Vandermause et al., npj Comput. Mater. 6, 20 (2020).
 */
#define SGP_CONSTANT 10.0

struct sgp {
    int nelement;
    int *nsf;      /* [nelement] n, features of an atom */
    int *first;    /* [nelement + 1] which z_m is the first of an element */
    double **z;    /* [nelement][environments][nsf] */
    double length; /* l */
    double sigma;  /* in the units of the energy that was learnt */
    double **l;    /* [nelement][environments][environments] factors of the
                      blocks that K_mm is made of, from sgp_prepare() */
    double *s;     /* [M + nelement][..] that of S, or NULL: no variances */
};

/* No environments yet, and length 1. */
void sgp_init(struct sgp *s, int nelement, const int *nsf);
void sgp_release(struct sgp *s);

/* M; M and the constants; environments of an element, and of that with most. */
int sgp_size(const struct sgp *s);
int sgp_width(const struct sgp *s);
int sgp_count(const struct sgp *s, int element);
int sgp_most(const struct sgp *s);

/*
 * Take environments of the next element, in order: of the rows x [n][nsf] the
 * first and then, one at a time, that which is farthest from all so far, up to
 * max, or until all that are left are within SGP_TWIN sqrt(nsf) of one.
 */
#define SGP_TWIN 1e-3
void sgp_choose(struct sgp *s, int element, int n, const double *x, int max);

/*
 * K_mm and its factor for s->length, element by element, of which two have
 * nothing to do with each other.  1e-10 is added to the diagonal, and more of
 * an element where rounding needs it; ERR_NUMERIC if even 1e-4 will not do.
 */
int sgp_prepare(struct sgp *s, struct err *err) MORSEL_MUST_CHECK;

/*
 * y_i = sum_m k(x_i, z_m) alpha_m and its derivative for the rows x [n][nsf] of
 * an element: y [n], dydx [n][nsf] (out), alpha [M], work [n sgp_most()].
 */
void sgp_forward(const struct sgp *s, int element, const double *alpha, int n,
                 const double *x, double *y, double *dydx, double *work);

/* The surroundings of the atoms of one frame; all is borrowed. */
struct surroundings {
    int natoms;
    const int *element; /* [natoms] */
    const int *dep;     /* [natoms + 1] blocks of an atom, as in features */
    const int *atom;    /* [dep[natoms]] with respect to which atom */
    const double **x;   /* [natoms] features [nsf] */
    const double **jac; /* [natoms] blocks [3][nsf] of dx/dpos, 1/angstrom,
                           one after the other */
};

/*
 * Covariances of the energy and of its derivatives by the coordinates with the
 * f(z_m), rows [1 + 3 natoms][M] (out).
 */
void sgp_rows(const struct sgp *s, const struct surroundings *v, double *rows);

/* The rows, each times L^-1, phi_k; or times L^-T: alpha, of w. */
void sgp_whiten(const struct sgp *s, int n, double *rows);
void sgp_unwhiten(const struct sgp *s, int n, double *rows);

/*
 * Standard deviations of the energy and of the force vectors, sigma_f [natoms]
 * (out): the root of the trace of its covariance.  In the unit of s->sigma, and
 * that by angstrom.
 */
void sgp_deviations(const struct sgp *s, const struct surroundings *v,
                    double *sigma_e, double *sigma_f);

/* As part of a binary file; the reader sets b->bad on nonsense. */
void sgp_put(const struct sgp *s, struct bin *b);
void sgp_get(struct sgp *s, int nelement, const int *nsf, struct bin *b);

#endif
