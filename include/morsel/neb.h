#ifndef MORSEL_NEB_H
#define MORSEL_NEB_H

#include <stdbool.h>

#include <morsel/atoms.h>
#include <morsel/sim.h>
#include <morsel/util.h>

/*
 * Paths from one minimum to another, and the saddle point between them.  As
 * everywhere the caller owns the loop and evaluates energies and forces:
 *
 *     band_unwrap(end[0], end[1], &err);
 *     band_init(&b, end, 2, 7);
 *     idpp_relax(&b);
 *     r = relax_new(RELAX_BFGS, b.all.natoms, 0.2);
 *     for (step = 0; ; step++) {
 *         for each image: evaluate into b.energy[i], band_forces(&b, i)
 *         neb_forces(&b, &params);
 *         if ((stop = band_judge(&b, &params, &limits, step, sigma)) ||
 *             (ret = relax_step(r, &b.all, b.neb, &err)) < 0)
 *             break;
 *     }
 *     band_barrier(&b, &barrier);
 *
 * A step is bounded as that of a walk, by the longest move of any atom of any
 * image.
 *
 * The band: images of the same atoms, the first and the last of which stay
 * where they are.  Positions are unwrapped: image i + 1 is reached from image
 * i without a jump by a lattice vector.
 */
struct band {
    int nimages, natoms;
    struct atoms all;    /* all images one after the other; ends do not move */
    struct atoms *image; /* [nimages] views into `all`, to be read; move is
                            that of the atoms, also at the ends */
    double *energy;      /* [nimages] eV */
    double (
        *forces)[3];  /* [nimages * natoms][3] eV/angstrom, of the potential */
    double (*neb)[3]; /* the same, projected, as neb_forces() leaves them */
    int top;          /* the highest of the inner images */
    bool climbs;      /* and it climbs */
    int culprit;      /* image for which band_judge() or band_allow() ends */
    bool (*mask)[3];  /* [natoms][3] of all images */
    double (*tangent)[3]; /* [natoms][3] work */
};

/*
 * Take each atom of `to` to its periodic image nearest to where it is in
 * `from`, unless it stands within TIE of that as given: so an atom that moves
 * by half a cell goes where its coordinates say.  Fails with ERR_RANGE, and
 * says what differs, if the two do not have the same atoms in the same order,
 * the same pbc and the same cell (to 1e-6 angstrom).
 */
#define TIE 0.05 /* angstrom */
int band_unwrap(const struct atoms *from, struct atoms *to,
                struct err *err) MORSEL_MUST_CHECK;

/*
 * A band of n >= 3 images: m = n of them as given, or m = 2 ends and straight
 * lines between them; all have been through band_unwrap().  A coordinate
 * moves if it may in all that are given.
 */
void band_init(struct band *b, const struct atoms *const *given, int m, int n);
void band_release(struct band *b);

/* Where the forces of image i are to be stored: [natoms][3]. */
static inline double (*band_forces(const struct band *b, int i))[3]
{
    return b->forces + (size_t)i * (size_t)b->natoms;
}

/* Distance of image i from the first along the path, angstrom. */
double band_path(const struct band *b, int i);

/*
 * Would the atoms of the last end, listed in another order, be much closer to
 * the first?  Finds the permutation among atoms of one element that moves them
 * least, by the sum of d^2: the Hungarian method (H. W. Kuhn, Nav. Res. Logist.
 * Q. 2, 83 (1955)).  True if it does with less than a quarter of the sum and
 * at least 1 angstrom^2 less; then (*i, *j): atom j of the last is where
 * atom i of the first goes.
 */
bool band_misordered(const struct band *b, int *i, int *j);

/*
 * Image-dependent pair potential: a start for a band in which no atoms pass
 * through each other.  In image i all pairs shall have the distance t that
 * lies between those in the two ends, as the image does:
 *
 *     S_i = sum_{pairs} (d - t_i)^2 / d^4,
 *
 * minimized as a band, with springs.  S. Smidstrup, A. Pedersen, K. Stokbro
 * and H. Jonsson, J. Chem. Phys. 140, 214106 (2014).  Periodic images of an
 * atom are other atoms; pairs count that come within IDPP_CUTOFF on the
 * straight line.  Where two atoms meet head-on they are first pushed aside,
 * since by symmetry they could not get past each other.  Cannot fail: the
 * worst outcome is the band as it was.
 */
#define IDPP_CUTOFF 8.0 /* angstrom */
void idpp_relax(struct band *b);

/*
 * The force on an inner image: the true force F across the path and springs
 * along it,
 *
 *     F - (F t) t + (k+ |d+| - k- |d-|) t,
 *
 * with d+ the vector to the next image, d- from the one before, and t the unit
 * tangent.  IMPROVED: d+ or d-, whichever leads uphill, and at an extremum
 * both, weighted by the energies: G. Henkelman and H. Jonsson, J. Chem. Phys.
 * 113, 9978 (2000), eqs. 8-12.  ASENEB: that of ASE's NEB by default, and of
 * the paper: d+ before the highest image, d- after it, d+ + d- at it, and
 * the springs' force is the projection of k+ d+ - k- d-.
 *
 * Springs are all `spring`, or, if `spring_low` is not zero, stronger the
 * higher the energy E of the higher image at either end of one:
 *
 *     k = spring - (spring - spring_low) min(1, (E_max - E) / (E_max - E_ref))
 *
 * with E_ref the energy of the higher end of the band.  The highest image
 * climbs once the force on all atoms was below `climb` (0: never): it feels
 * F - 2 (F t) t and no springs.  G. Henkelman, B. P. Uberuaga and H. Jonsson,
 * J. Chem. Phys. 113, 9901 (2000).
 */
enum neb_tangent { NEB_IMPROVED, NEB_ASENEB };

struct neb_params {
    enum neb_tangent tangent;
    double spring, spring_low; /* eV/angstrom^2 */
    double climb;              /* eV/angstrom */
};

/* Fill in b->neb (zero at ends, and where a coordinate is fixed), b->top. */
void neb_forces(struct band *b, const struct neb_params *p);

/* The unit tangent t [natoms][3] of an inner image. */
void neb_tangent(const struct band *b, enum neb_tangent kind, int i,
                 double (*t)[3]);

/* Strength of the spring from image i to i + 1. */
double neb_spring(const struct band *b, const struct neb_params *p, int i);

/* Largest norm of b->neb on an atom of image i; of any image if i < 0. */
double band_fmax(const struct band *b, int i);

/*
 * When a band is done, as walk_judge() and walk_allow() say of a walk, with
 * b->culprit: the image that is not finite, knows too little, collides or
 * went too far; else -1.  sigma [nimages] is the largest spread in each image,
 * NULL if not known.  A band is converged only when it climbs, if it shall.
 */
enum stop band_judge(struct band *b, const struct neb_params *p,
                     const struct walk_limits *l, int step,
                     const double *sigma);
enum stop band_allow(struct band *b, const struct walk_limits *l,
                     const struct atoms *start);

/*
 * The energy along the path: a cubic between each two images that has their
 * energies and the slopes -F u there, with u the direction from the image
 * before to the next: G. Henkelman and H. Jonsson, ibid., as ASE does.
 */
struct barrier {
    double forward, back; /* highest point above the first, last image, eV */
    double at;            /* where on the path, angstrom */
};
void band_barrier(const struct band *b, struct barrier *barrier);

/*
 * The highest point of the cubic on [0, h] with values e0, e1 and slopes g0,
 * g1 at its ends; *at is where.
 */
double hermite_top(double h, double e0, double g0, double e1, double g1,
                   double *at);

/*
 * A saddle point from a guess.  The dimer: two points, the center x and x + N
 * DIMER_LENGTH, N a unit vector.  It turns to the lowest curvature
 *
 *     C = N H N = (F(x) - F(x + l N)) N / l
 *
 * and then goes uphill along N and downhill in all else, by the force
 *
 *     F - 2 (F N) N    if C < 0,
 *       - (F N) N      else.
 *
 * G. Henkelman and H. Jonsson, J. Chem. Phys. 111, 7010 (1999).  A rotation is
 * one more force at a trial angle and the extremum of the cosine through
 * both curvatures; the force at the end of the turned dimer is then known by
 * interpolation: A. Heyden, A. T. Bell and F. J. Keil, J. Chem. Phys. 123,
 * 224101 (2005); J. Kastner and P. Sherwood, ibid. 128, 014106 (2008).
 *
 * A system of which nothing is fixed can also be moved and, without periodic
 * images, turned as a whole: N is kept normal to that.
 *
 *     d = dimer_new(&a, &params, mode, &err);
 *     while (more) {
 *         evaluate(dimer_point(d), &energy, forces);
 *         if (dimer_take(d, energy, forces) == DIMER_KNOWS && !done(d))
 *             dimer_step(d, &err);
 *     }
 *     dimer_free(d);
 */
#define DIMER_LENGTH 0.01 /* angstrom */

struct dimer_params {
    enum relax_method method;
    double max_step;   /* of an atom, angstrom */
    int max_rotations; /* for each step of the center */
    double min_angle;  /* smaller rotations are not worth a force, rad */
};

struct dimer_walk;

/*
 * mode [natoms][3] need not be normalized.  ERR_RANGE if nothing of it may
 * move.  The caller frees the dimer.
 */
struct dimer_walk *dimer_new(const struct atoms *a,
                             const struct dimer_params *p, double (*mode)[3],
                             struct err *err);
void dimer_free(struct dimer_walk *d);

/*
 * At a center about which nothing has been said: all that a later process needs
 * to go on to the bit.  dimer_get() makes the dimer anew at a, where that
 * center was; NULL, and ERR_FORMAT, if b is of other atoms or another method.
 */
void dimer_put(const struct dimer_walk *d, struct bin *b);
struct dimer_walk *dimer_get(const struct atoms *a,
                             const struct dimer_params *p, struct bin *b,
                             struct err *err);

/* The atoms at which energy and forces are wanted: of the center, or near. */
const struct atoms *dimer_point(const struct dimer_walk *d);
bool dimer_at_center(const struct dimer_walk *d);

/*
 * Take the energy (eV) and the forces [natoms][3] (eV/angstrom) at that point.
 * DIMER_ASKS for another; DIMER_KNOWS the curvature at the center, and waits
 * for dimer_step(), which moves it.
 */
enum dimer_status { DIMER_ASKS, DIMER_KNOWS };
enum dimer_status dimer_take(struct dimer_walk *d, double energy,
                             double (*forces)[3]);
int dimer_step(struct dimer_walk *d, struct err *err) MORSEL_MUST_CHECK;

/* At the center: energy, forces as given, C, N; and the center. */
struct saddle {
    const struct atoms *atoms;
    double energy;       /* eV */
    double (*forces)[3]; /* [natoms][3] eV/angstrom */
    double curvature;    /* eV/angstrom^2, of the last rotation */
    double (*mode)[3];   /* [natoms][3] a unit vector */
};
struct saddle dimer_saddle(const struct dimer_walk *d);

#endif
