#ifndef SELECT_SPACE_H
#define SELECT_SPACE_H

#include <morsel/select.h>

/* The atoms of one element as points in feature space. */
struct cloud {
    int nrow, dim;
    double *x;  /* [nrow][dim] features, shifted and scaled */
    int *frame; /* [nrow] of the pool; pool->n and on: of known; ascending */
};

/* All atoms of pool and known, the pool first. */
struct space {
    int npool, nelement;
    struct cloud *cloud; /* [nelement] */
};
int space_init(struct space *s, const struct frames *pool,
               const struct frames *known, const struct descriptor *set,
               struct err *err) MORSEL_MUST_CHECK;
void space_release(struct space *s);

/* The rows of n frames from frame on: low ... high - 1. */
void cloud_rows(const struct cloud *c, int frame, int n, int *low, int *high);

#endif
