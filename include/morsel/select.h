#ifndef MORSEL_SELECT_H
#define MORSEL_SELECT_H

#include <math.h>
#include <stdbool.h>

#include <morsel/descriptor.h>
#include <morsel/io.h>
#include <morsel/util.h>

/*
 * Query strategies: which frames of a pool, a trajectory driven by a model,
 * to label next.
 *
 * A frame is not worth a label if it is a twin of one that is known or
 * chosen: no atom is further than `twin` from where it is there.  And it is
 * no use if it is unphysical: see struct preflight.  Both are passed over by
 * every strategy, and counted.
 *
 * The last frame of a relaxation is where the model believes the minimum to
 * be, and its label is what converged(1) looks at.  When it is passed over,
 * the nearest earlier frame that is not takes its place, as "near-last".
 *
 * The uncertainty of a frame is the largest ml_sigma_f (eV/angstrom) of its
 * atoms that may move; one that is not a number is the largest of all.
 *
 * Sources: M. Shuaibi et al., Mach. Learn.: Sci. Technol. 2, 025007 (2021),
 * whose "quasi-random" is the last frame and SELECT_RANDOM; L. Zhang et al.,
 * Phys. Rev. Mater. 3, 023804 (2019), for the band of trust; for the others
 * see below.
 */
enum strategy {
    SELECT_LAST,       /* the last frame, or the image in doubt */
    SELECT_RANDOM,     /* at random */
    SELECT_UNCERTAIN,  /* the most uncertain */
    SELECT_BAND,       /* at random among the neither certain nor wild */
    SELECT_FARTHEST,   /* those farthest from all others in feature space */
    SELECT_MAXVOL,     /* those that extrapolate most in feature space */
    SELECT_STRATIFIED, /* the last, and one of each part of the walk */
    SELECT_NEB_PAPER,  /* of the last band: its ends and its highest image */
    SELECT_NEB,        /* of the last band: what is least known of it */
    SELECT_ALL,        /* all, in their order */
};

/*
 * What is unphysical, or no sane calculation; zero: not looked at.  With
 * `boxes` the distances are those that a plane-wave code would see, which
 * repeats the box along every lattice vector, periodic or not.
 */
struct preflight {
    double overlap; /* two atoms are closer than this, in sums of covalent
                       radii, where electronic structure codes fail or lie */
    double lost;    /* an atom has none other within this, same unit */
    double vacuum;  /* an empty layer is wider than a bond and narrower than
                       this, angstrom: images of a slab that interact */
    double length;  /* a lattice vector is longer than this, angstrom */
    double angle;   /* two lattice vectors are within this of parallel,
                       degrees */
    double packing; /* covalent spheres fill more than this of the volume of
                       a cell that is periodic in all directions */
    int max_atoms;
    bool boxes;
};

/* ERR_RANGE says what is wrong with a, without file and line. */
int preflight_check(const struct preflight *p, const struct atoms *a,
                    struct err *err) MORSEL_MUST_CHECK;

struct query {
    enum strategy how;
    bool last;        /* begin with the last frame, whatever the strategy */
    int n;            /* at most so many frames */
    double twin;      /* angstrom */
    double threshold; /* eV/angstrom: certain up to it ... */
    double ceiling;   /* ... and too wild above this; INFINITY: nothing is */
    double grade;     /* SELECT_MAXVOL: known up to it */
    double end_twin;  /* SELECT_NEB: an end is known if a label is within this,
                         angstrom, ... */
    double end_fmax;  /* ... whose forces are at most this, eV/angstrom */
    const struct descriptor *set; /* for strategy_features() */
    struct preflight preflight;
};

/* A frame that was passed over as unphysical. */
struct refusal {
    int index; /* into the pool */
    char *why;
};

struct selection {
    int n;
    int *index;         /* [n] into the pool, no two the same */
    const char **query; /* [n] why: "last", "near-last", "random", ... */
    double *score;      /* [n] by how much, where the strategy has a measure:
                           the grade of SELECT_MAXVOL, the distance of
                           SELECT_FARTHEST; else NAN */
    int ntwin;          /* frames passed over as twins */
    int nunphysical;    /* and as unphysical ... */
    struct refusal *refusal; /* [nunphysical] ... for these reasons */
    int ncertain; /* frames of the pool passed over as certain, or by a
                     strategy in feature space as nothing new */
    int nwild;    /* and as too uncertain */
};
void selection_release(struct selection *s);

/* Does the strategy look at uncertainties, features, bands? */
bool strategy_uncertain(enum strategy how);
bool strategy_features(enum strategy how);
bool strategy_bands(enum strategy how);

/* Uncertainty of a frame; false if it has no column ml_sigma_f. */
bool frame_uncertainty(const struct frame *f, double *sigma);

/*
 * Choose frames of pool, in the order of their importance.  Frames without
 * ml_sigma_f are certain.  The same rng gives the same frames.  ERR_RANGE if
 * features cannot be computed, or if there is no band where one is needed.
 */
int select_frames(struct selection *s, const struct frames *pool,
                  const struct frames *known, const struct query *query,
                  struct rng *rng, struct err *err) MORSEL_MUST_CHECK;

/*
 * The last band of a trajectory of simulate neb: frames first ... first + n -
 * 1, whose keys `image` are 0 ... n - 1 and which have the same `step`.  false
 * if no frame has an image, or if the last ones are no band of at least three,
 * or one that was cut: images of higher numbers came before.
 */
bool last_band(const struct frames *s, int *first, int *n);

/* The energy by which images are compared: ml_energy, else the label; NAN. */
double image_energy(const struct frame *f);

/*
 * The highest of the n images of a band: the first of equals; an energy that
 * is not a number is the highest.
 */
int highest_image(const struct frame *band, int n);

/*
 * Feature space.  Two frames may differ by one bond of a hundred: means over
 * the atoms would hide it.  So frames are compared environment by
 * environment: each atom is a point, of its element's features, shifted to
 * mean 0 and scaled to standard deviation 1 over all atoms of that element in
 * pool and known; a feature that does not vary is left out.  A frame is as new
 * as its newest atom.  That needs no order of atoms, and frames of different
 * size and composition have the same measure.
 *
 * SELECT_FARTHEST: the distance of an atom to the nearest known one of its
 * element, root mean square over the features, in standard deviations; of a
 * frame the largest of its atoms (a directed Hausdorff distance).  The farthest
 * frame becomes known, and so on: T. F. Gonzalez, Theor. Comput. Sci. 38, 293
 * (1985).  Where nothing is known, the last frame of the pool is the first.
 *
 * SELECT_MAXVOL: for each element those r known rows x_i = (1, features) whose
 * matrix A has the largest |det|, found by exchanging one row at a time (S. A.
 * Goreinov et al., How to find a good submatrix, in Matrix Methods, World
 * Scientific (2010), p. 247).  Any other row is c = x A^-1 of them, and
 *
 *     grade(x) = max_j |c_j|
 *
 * is the factor by which |det A| grows when x takes the place of row j: up to
 * 1 a model linear in the features interpolates, above it extrapolates (E. V.
 * Podryabinkin and A. V. Shapeev, Comput. Mater. Sci. 140, 171 (2017)).  At
 * first A is 0.01 times the identity, r rows that stand for "unknown": so any
 * number of known rows will do, and changes below 0.01 standard deviations
 * along a direction that no row has are nothing new.  The frame of the largest
 * grade is chosen, exchanged into A, and so on, until no grade is above
 * query.grade.
 */

/*
 * The exchange algorithm by itself.  A begins as eps times the identity; b =
 * x A^-1, [nrow][r].
 */
struct maxvol {
    int nrow, r;
    double *b;
    int *row; /* [r] which row of x is row j of A; -1: one of the first */
};
void maxvol_init(struct maxvol *m, const double *x, int nrow, int r,
                 double eps);
void maxvol_release(struct maxvol *m);

/* Largest |b[i][j]| of row i; *j (may be NULL) is where. */
double maxvol_grade(const struct maxvol *m, int i, int *j);

/*
 * Exchange rows low ... high - 1 of x into A until none of them has a grade
 * above 1 + tol, tol > 0; returns the number of exchanges.
 */
int maxvol_improve(struct maxvol *m, int low, int high, double tol);

#endif
