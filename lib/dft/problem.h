#ifndef MORSEL_DFT_PROBLEM_H
#define MORSEL_DFT_PROBLEM_H

#include <morsel/dft.h>

#include "hamiltonian.h"
#include "kinetic.h"
#include "occupy.h"
#include "symmetry.h"
#include "terms.h"

/*
 * What a self-consistent field is about, and what it finds.
 */
struct problem {
    struct crystal crystal;
    struct symmetry symmetry;
    struct grid grid;     /* of the density */
    struct grid smooth;   /* the same sphere on the points of wave functions */
    struct xc *xc;        /* borrowed */
    double complex *core; /* [ng] superposed core charges; NULL: none */
    double complex *ion;  /* [ng] local potential of the ions, hartree */
    int nspin, nk, nbands;
    int kgrid[3];            /* of which symmetry has left nk */
    struct kpoint *k;        /* [nk] */
    double *weight;          /* [nk] */
    struct basis *basis;     /* [nk] */
    struct wave **wave;      /* [nk] */
    struct projectors *kept; /* [nk], or NULL: made anew at each use */
    enum smearing smearing;
    double sigma;  /* hartree */
    double moment; /* mu_B, without smearing: fixed */
    bool has_dipole;
    struct dipole dipole;
};

/*
 * Set up for atoms in two parts; q in the units of dft.h.  ERR_RANGE, and p
 * released, if there is no such problem.
 *
 * The outline takes no memory to speak of: numbers of spins, bands and k
 * points, symmetry.  The crystal, its potentials borrowed, becomes the
 * problem's.
 */
int problem_outline(struct problem *p, struct crystal *crystal,
                    const struct dft_params *q,
                    struct err *err) MORSEL_MUST_CHECK;
/* What the rest would take. */
void problem_estimate(const struct problem *p, const struct dft_params *q,
                      struct dft_estimate *e);
/* Grids, plane waves and projectors. */
int problem_build(struct problem *p, const struct dft_params *q, struct xc *xc,
                  struct err *err) MORSEL_MUST_CHECK;
void problem_release(struct problem *p);

/*
 * Points along each vector.  The density is held exactly by
 * 4 sqrt(2 ecut) |a| / 2 pi points along a; it gets one or two more, for
 * exchange and correlation, which are not a polynomial.  Wave functions meet
 * the potential on the fewest.
 */
void problem_points(const struct crystal *c, const struct dft_params *q,
                    int density[3], int waves[3]);

/* The projectors of k point i: kept, or into *made, which is released by
 * problem_projectors_done(). */
const struct projectors *problem_projectors(const struct problem *p, int i,
                                            struct projectors *made);
void problem_projectors_done(struct projectors *made);

/*
 * States: psi of spin s and k point i is psi[s * nk + i], and so are its
 * eigenvalues e and occupations f, nbands each.
 */
struct states {
    int n, nbands;        /* n = nspin nk */
    double complex **psi; /* [n] [nbands][npw]; NULL: none yet */
    double *e;            /* [n][nbands] hartree */
    double *f;            /* [n][nbands] 0 ... 2 / nspin */
    struct occupation occupation;
};
void states_init(struct states *s, const struct problem *p);
void states_release(struct states *s);

/* f[n][nbands] times the weights of the k points; the caller frees it. */
double *states_weighted(const struct problem *p, const double *f);

/* rho[nspin][ng], charge and magnetization (see terms.h). */
double complex **density_new(const struct problem *p);
void density_free(double complex **rho);
void density_copy(const struct problem *p, double complex **to,
                  double complex *const *from);

/* Superposed free atoms, with the moments to start from. */
void density_of_atoms(const struct problem *p, double complex **rho);

/* sum_nk weight f |psi|^2, symmetrized. */
void density_of_states(const struct problem *p, const struct states *s,
                       double complex **rho);

/* The density of the states at the Fermi level within about sigma (hartree),
 * 1/(hartree bohr^3), on the sphere; all spins.  False if there are none. */
bool density_at_fermi(const struct problem *p, const struct states *s,
                      double sigma, double complex *d);

/* v[nspin][ng] of up and down (all: with the ions' and the dipole's), and
 * E_xc. */
double potential_of(struct problem *p, double complex *const *rho,
                    double complex **v);

/* States psi[i] and e[i] to start from: atomic orbitals, and random waves where
 * there are too few, rotated in h, which is that of i. */
int states_of_atoms(const struct problem *p, int i, const struct hamiltonian *h,
                    struct states *s, struct err *err) MORSEL_MUST_CHECK;

/* v in the layout of wave functions: [nspin] arrays, freed by the caller. */
void potential_layout(const struct problem *p, const double complex *v,
                      double *to);

#endif
