#ifndef MORSEL_DFT_GRID_H
#define MORSEL_DFT_GRID_H

#include <complex.h>

#include "crystal.h"

/*
 * The grid of densities and potentials, in real and in reciprocal space.
 *
 * Real space: n[0] x n[1] x n[2] points, value [(i0 * n[1] + i1) * n[2] + i2]
 * at r = i0/n0 a0 + i1/n1 a1 + i2/n2 a2.
 *
 * Reciprocal space: f(r) = sum_G f(G) exp(iGr) for |G| <= gmax.  f is real,
 * f(-G) = f(G)*, so one of each pair is kept: ng vectors, G = 0 first, the
 * others in ascending order of |G|; sums over all G are w = 2 times those
 * over the others.  |f(G)| of vectors outside the sphere is zero.
 */
struct grid {
    int n[3];
    long nr;   /* n[0] n[1] n[2] */
    double dv; /* volume of a point, bohr^3 */
    double volume;
    int ng;
    int (*m)[3];    /* [ng] G = m . b */
    double (*g)[3]; /* [ng] 1/bohr */
    double *g2;     /* [ng] |G|^2, 1/bohr^2 */
    int nshells;    /* groups of equal |G| (relative 1e-10) */
    int *shell;     /* [ng] ascending */
    double *q;      /* [nshells] |G| */
    struct grid_plan *plan;
};

/*
 * gmax in 1/bohr.  n: its points; 0, 0, 0: grid_points().  ERR_RANGE if the
 * n given do not hold the sphere.  Good for as many threads as OpenMP has now.
 */
int grid_init(struct grid *g, const struct crystal *c, double gmax,
              const int n[3], struct err *err) MORSEL_MUST_CHECK;
void grid_release(struct grid *g);

/*
 * The fewest points along each vector that hold a sphere of radius gmax with
 * spare room and have no prime factor beyond 5.
 */
void grid_points(const struct crystal *c, double gmax, int spare, int n[3]);
bool grid_smooth(int n); /* has none */

/* f(G) of f(r), cut to the sphere; and f(r) of f(G).  One thread each: many
 * fields are transformed by as many threads. */
void grid_to_g(const struct grid *g, const double *r, double complex *f);
void grid_to_r(const struct grid *g, const double complex *f, double *r);

/* Which G of the sphere is m?  Its index, or -1 - index of -m; ng if none. */
int grid_find(const struct grid *g, const int m[3]);

/*
 * Radial functions of the species on the sphere: table[ng] of part i at |G|,
 * and d f / d|G| (slope may be NULL).
 */
void grid_radial(const struct grid *g, const struct pseudo *p,
                 enum pseudo_part part, double *table, double *slope);

#endif
