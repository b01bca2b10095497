#ifndef SELECT_MAKING_H
#define SELECT_MAKING_H

#include <morsel/select.h>

/* A selection in the making. */
struct making {
    const struct frames *pool, *known;
    const struct query *query;
    struct selection *s;
    int most;   /* frames that may be chosen */
    bool *seen; /* [pool->n] chosen or passed over */
};

/* Are there enough? */
bool making_done(const struct making *m);

/* Choose frame i, unless it was seen or there is something against it. */
bool take(struct making *m, int i, const char *why);

/* The same with a measure, for the score of a selection. */
bool take_scored(struct making *m, int i, const char *why, double score);

/* Is a within `twin` of what is known or chosen? */
bool is_twin(const struct making *m, const struct atoms *a, double twin);

/* Those list [n] of the pool, in random order. */
void take_shuffled(struct making *m, int *list, int n, const char *why,
                   struct rng *rng);

/*
 * Uncertainty of frame i as a number to compare: INFINITY for one that is not
 * a number, 0 where there is none.
 */
double rank_of(const struct making *m, int i);

/* Is it trusted, or so uncertain that a label would be wasted? */
bool is_certain(const struct making *m, double rank);
bool is_wild(const struct making *m, double rank);

/* The strategies. */
void take_uncertain(struct making *m);
void take_band(struct making *m, struct rng *rng);
void take_strata(struct making *m);
int take_farthest(struct making *m, struct err *err);
int take_maxvol(struct making *m, struct err *err);

/* 1, 0 if there is no band but only walks to its ends, or an error. */
int take_neb(struct making *m, struct err *err);
int take_neb_paper(struct making *m, struct err *err);

/*
 * There are only walks to the ends, and the last has led to a minimum that is
 * settled: the other one's, where the model knows no barrier.  Ask where it was
 * least known.
 */
void take_astray(struct making *m);

#endif
