#ifndef MORSEL_ANALYSIS_H
#define MORSEL_ANALYSIS_H

#include <stdbool.h>

#include <morsel/atoms.h>
#include <morsel/util.h>

/*
 * What a trajectory tells: averages with their errors, drifts, distances,
 * pair distributions and displacements.
 */

/*
 * Mean of a series, and the error of the mean though neighbors are correlated:
 * the series is averaged in pairs again and again, and of the estimates
 * s / sqrt(n - 1) of these shorter and shorter ones, down to 16 blocks, the
 * largest is taken.  H. Flyvbjerg and H. G. Petersen, J. Chem. Phys. 91, 461
 * (1989).  The error is NaN if there are fewer than 16 values.
 */
struct average {
    double mean, error, least, largest;
};
struct average series_average(const double *x, int n);

/*
 * Slope of x against t by least squares, and the error of the slope if the
 * deviations from the line are independent; NaN of fewer than three points.
 */
struct slope {
    double slope, error;
};
struct slope series_slope(const double *t, const double *x, int n);

/*
 * The elements of atoms in ascending order, and how many atoms there are of
 * each.
 */
struct elements {
    int n;
    int z[MAX_Z], count[MAX_Z]; /* [n] */
};
void elements_find(struct elements *e, const struct atoms *a);

/* Index of z in e, or -1. */
int elements_index(const struct elements *e, int z);

/*
 * Radial distribution functions.  Of the elements A and B,
 *
 *     g_AB(r) = <pairs with r in the bin> / (N_A N_B / V  4 pi / 3
 *               (r_hi^3 - r_lo^3)),
 *
 * all periodic images counted, so that g goes to one in a homogeneous system
 * of volume V; and n_AB(r), the mean number of B within r of an A, which needs
 * no volume.
 */
struct rdf {
    double rmax; /* angstrom */
    int nbins;
    struct elements e;
    double *pairs; /* [e.n][e.n][nbins] ordered pairs, all frames */
    int frames;
    double volume; /* sum over frames, angstrom^3 */
    struct neighbors nb;
};
void rdf_init(struct rdf *r, const struct atoms *a, double rmax, int nbins);
void rdf_release(struct rdf *r);

/* Count a frame of the same species; volume <= 0: atoms_volume(). */
int rdf_add(struct rdf *r, const struct atoms *a, double volume,
            struct err *err) MORSEL_MUST_CHECK;

/* g of the elements a, b (of e) in bin k; n up to its outer end. */
double rdf_g(const struct rdf *r, int a, int b, int k);
double rdf_within(const struct rdf *r, int a, int b, int k);

/*
 * The volume that atoms take: that of the cell, and along directions that are
 * not periodic from the lowest to the highest point of their spheres of
 * covalent radius.  angstrom^3; 0 if the lattice is not one.
 */
double atoms_volume(const struct atoms *a);

/* The shortest distance of elements a, b (of e), angstrom, INFINITY if > rc. */
int closest_pairs(const struct atoms *a, const struct elements *e, double rc,
                  struct neighbors *nb, double *closest,
                  struct err *err) MORSEL_MUST_CHECK; /* [e.n][e.n] (out) */

/*
 * Mean squared displacements,
 *
 *     msd(lag) = < |x_i(t + lag) - x_i(t)|^2 >,
 *
 * over the atoms of an element and all times t.  From frame to frame each
 * atom moves to the nearest of its images: frames must not be so far apart that
 * one goes half a cell between them.
 */
struct msd {
    int natoms, frames, room;
    double (*pos)[3];     /* [frames][natoms][3] unwrapped, angstrom */
    double (*wrapped)[3]; /* [natoms][3] as they came last */
};
void msd_init(struct msd *m, int natoms);
void msd_release(struct msd *m);

/* drift: take away the motion of the center of mass. */
int msd_add(struct msd *m, const struct atoms *a, const double *mass,
            bool drift, struct err *err) MORSEL_MUST_CHECK;

/* Of the atoms of atomic number z, or of all if z is 0; angstrom^2. */
double msd_at(const struct msd *m, const struct atoms *a, int z, int lag);

#endif
