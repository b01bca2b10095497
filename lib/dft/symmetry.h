#ifndef MORSEL_DFT_SYMMETRY_H
#define MORSEL_DFT_SYMMETRY_H

#include "grid.h"

/*
 * The space group of a crystal (spglib: A. Togo and I. Tanaka,
 * arXiv:1808.01590), and the k points it leaves.
 *
 * Operation s takes the point of fractional coordinates x to
 * rotation[s] x + shift[s], and atom a onto atom map[s][a].  The first is the
 * identity.  Moments to start from are scalars that an operation must keep: a
 * crystal of up and down atoms has the operations that take up to up.
 */
struct symmetry {
    int n, natoms;
    int (*rotation)[3][3]; /* [n] */
    double (*shift)[3];    /* [n] each in [0, 1) */
    int *map;              /* [n][natoms] */
};

/*
 * on: false gives the identity alone.  Every operation takes every atom to
 * within tol (bohr) of its image, and lattice vectors likewise; a crystal in
 * which spglib finds no such group has the identity.  ERR_RANGE if two atoms are
 * at one place.
 */
int symmetry_find(struct symmetry *s, const struct crystal *c, bool on,
                  double tol, struct err *err) MORSEL_MUST_CHECK;
void symmetry_release(struct symmetry *s);

/*
 * Drop what does not take the grid of n points (a tidy shift is then exactly
 * one of them), or the grid of k points of kpoints_grid(), to itself.  What is
 * left is a group.
 */
void symmetry_keep_grid(struct symmetry *s, const int n[3]);
void symmetry_keep_kpoints(struct symmetry *s, const int n[3],
                           const int shift[3]);

/* The mean over the group: rho[ng] a scalar field (coefficients whose star
 * leaves the sphere become zero), forces[natoms][3] and stress Cartesian. */
void symmetry_density(const struct symmetry *s, const struct grid *g,
                      double complex *rho);
void symmetry_forces(const struct symmetry *s, const struct crystal *c,
                     double (*forces)[3]);
void symmetry_stress(const struct symmetry *s, const struct crystal *c,
                     double stress[3][3]);

/*
 * H. J. Monkhorst and J. D. Pack, Phys. Rev. B 13, 5188 (1976): the points
 * (i + shift/2) / n, i = 0 ... n - 1, shift 0 or 1, of which one of each star
 * under s and time reversal is kept, with its share of the weight (sum 1).
 * Operations that do not keep the grid are passed over.
 */
struct kpoint {
    double k[3]; /* fractions of b, each in (-1/2, 1/2] */
    double weight;
};
int kpoints_grid(const struct symmetry *s, const int n[3], const int shift[3],
                 struct kpoint **k); /* returns their number */

/* Does rotation r take this grid to itself?  How: see kpoints.c. */
bool kpoints_step(const int (*r)[3], const int n[3], const int shift[3],
                  int (*step)[3]);

/* The coarsest grid whose points are at most spacing apart (1/bohr, with the
 * 2 pi). */
void kpoints_spacing(const struct crystal *c, double spacing, int n[3]);

#endif
