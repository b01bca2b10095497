#ifndef MORSEL_SELECT_H
#define MORSEL_SELECT_H

#include <morsel/io.h>
#include <morsel/util.h>

/*
 * Query strategies: which frames of a pool, a trajectory driven by a model,
 * to label next.
 *
 * A frame is not worth a label if it is a twin of one that is known or
 * chosen: no atom is further than `twin` from where it is there.  And it is
 * no use if it is unphysical: two atoms are closer than `overlap` times the
 * sum of their covalent radii, where electronic structure codes fail or lie.
 * Both are passed over, and counted.
 *
 * The last frame of a relaxation is where the model believes the minimum to
 * be, and its label is what converged(1) looks at.  When it is passed over,
 * the nearest earlier frame that is not takes its place, as "near-last".
 *
 * The uncertainty of a frame is the largest ml_sigma_f (eV/angstrom) of its
 * atoms that may move; one that is not a number is the largest of all.
 *
 * Source of the strategies: M. Shuaibi et al., Mach. Learn.: Sci. Technol. 2,
 * 025007 (2021), whose "quasi-random" is SELECT_LAST_RANDOM.
 */
enum strategy {
    SELECT_RANDOM,         /* n at random */
    SELECT_LAST,           /* the last frame */
    SELECT_LAST_RANDOM,    /* the last, and n - 1 at random (paper) */
    SELECT_UNCERTAIN,      /* the n most uncertain */
    SELECT_LAST_UNCERTAIN, /* the last, and the n - 1 most uncertain */
};

struct query {
    enum strategy how;
    int n;            /* at most so many frames */
    double twin;      /* angstrom */
    double overlap;   /* in sums of covalent radii */
    double threshold; /* eV/angstrom: choose as uncertain only above it */
};

struct selection {
    int n;
    int *index;         /* [n] into the pool, no two the same */
    const char **query; /* [n] why: "last", "near-last", "random",
                             "uncertain" */
    int ntwin;          /* frames passed over as twins */
    int nunphysical;    /* and as unphysical */
    int ncertain;       /* and, by an uncertain strategy, as certain */
};
void selection_release(struct selection *s);

/* Does the strategy look at uncertainties? */
bool strategy_uncertain(enum strategy how);

/* Uncertainty of a frame; false if it has no column ml_sigma_f. */
bool frame_uncertainty(const struct frame *f, double *sigma);

/*
 * Choose frames of pool, in the order of their importance.  Frames without
 * ml_sigma_f are certain.  The same rng gives the same frames.
 */
void select_frames(struct selection *s, const struct frames *pool,
                   const struct frames *known, const struct query *query,
                   struct rng *rng);

#endif
