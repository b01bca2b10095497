#ifndef MORSEL_SELECT_H
#define MORSEL_SELECT_H

#include <morsel/io.h>
#include <morsel/util.h>

/*
 * Query strategies: which frames of a pool to label next.
 */
enum strategy {
    SELECT_RANDOM,         /* n at random */
    SELECT_LAST,           /* the last frame */
    SELECT_LAST_RANDOM,    /* the last, and n - 1 at random (paper) */
    SELECT_UNCERTAIN,      /* the n most uncertain */
    SELECT_LAST_UNCERTAIN, /* the last, and the n - 1 most uncertain */
};

struct selection {
    int n;
    int *index;         /* [n] into the pool */
    const char **query; /* [n] why: "last", "random", "uncertain" */
};
void selection_release(struct selection *s);

/*
 * Choose at most n frames of pool.  None is nearer than twin (angstrom, see
 * atoms_displacement) to a frame of known or to one already chosen, none has
 * two atoms closer than `overlap` times the sum of their covalent radii.
 * Uncertainty is the largest ml_sigma_f over atoms that may move; NaN is the
 * most uncertain of all.
 */
void select_frames(struct selection *s, const struct frames *pool,
                   const struct frames *known, enum strategy how, int n,
                   double twin, double overlap, struct rng *rng);

#endif
