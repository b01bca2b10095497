#ifndef MORSEL_DFT_NONLOCAL_H
#define MORSEL_DFT_NONLOCAL_H

#include "basis.h"

/*
 * The nonlocal part of the potentials, and of the overlap:
 *
 *     V = sum_a sum_ij |beta_ai> D_aij <beta_aj|,
 *     S = 1 + sum_a sum_ij |beta_ai> Q_aij <beta_aj|,
 *
 *     beta_ailm(k+G) = volume^-1/2 (-i)^l f_il(|k+G|) Y_lm(k+G)
 *                      exp(-i(k+G) tau_a),
 *
 * with real spherical harmonics Y_lm, l <= 3.  Source: L. Kleinman and D. M.
 * Bylander, Phys. Rev. Lett. 48, 1425 (1982); P. E. Bloechl, Phys. Rev. B 41,
 * 5414 (1990); D. Vanderbilt, Phys. Rev. B 41, 7892 (1990).
 */
struct projectors {
    int n;                /* over all atoms, their beta and m */
    double complex *beta; /* [n][npw], as the basis keeps vectors */
    int natoms;
    int *first;       /* [natoms + 1] those of atom a */
    const double **d; /* [natoms] D of the atom, [nm][nm], nm its count */
    const double **q; /* [natoms] Q of the atom; q itself NULL: S = 1 */
    double **own;     /* storage of d and q by species */
    int nown;
};

/* Building takes a few ns per number of beta: keep it if memory allows. */
void projectors_init(struct projectors *p, const struct crystal *c,
                     const struct basis *b);
void projectors_release(struct projectors *p);

/* to[n][nb] = D from[n][nb], atom by atom (d is p->d or p->q): real or
 * complex numbers, see block.h; D is real in both. */
void projectors_couple(const struct projectors *p, bool real,
                       const double *const *d, int nb, const void *from,
                       void *to);

/* hpsi += V psi, and spsi += (S - 1) psi unless spsi is NULL. */
void projectors_apply(const struct projectors *p, const struct basis *b, int nb,
                      const double complex *psi, double complex *hpsi,
                      double complex *spsi);

/*
 * Sums over the states of one k point; f[nb] are occupations times the weight
 * of the point.  The energy is sum f <psi|V|psi>.  Forces and stress are the
 * derivatives of sum f <psi|V - e S|psi> at fixed coefficients, e[nb] the
 * eigenvalues, hartree (not used, and may be NULL, where S is 1).
 */
double nonlocal_energy(const struct projectors *p, const struct basis *b,
                       int nb, const double complex *psi, const double *f);

/* forces[natoms][3] += -dE/dtau, hartree/bohr. */
void nonlocal_forces(const struct projectors *p, const struct basis *b, int nb,
                     const double complex *psi, const double *f,
                     const double *e, double (*forces)[3]);

/* stress += (1/volume) dE/d(strain), hartree/bohr^3. */
void nonlocal_stress(const struct projectors *p, const struct crystal *c,
                     const struct basis *b, int nb, const double complex *psi,
                     const double *f, const double *e, double stress[3][3]);

/* Real spherical harmonics of q/|q|, m = -l ... l: y[2l+1]; if dy is not NULL
 * also their derivatives by q, times |q|.  For l > 0 both are 0 at q = 0. */
void ylm(int l, const double q[3], double *y, double (*dy)[3]);

#endif
