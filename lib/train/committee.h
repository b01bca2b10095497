#ifndef LIB_TRAIN_COMMITTEE_H
#define LIB_TRAIN_COMMITTEE_H

#include <morsel/train.h>

/* A committee on n frames whose members have not begun. */
void committee_alloc(struct committee *c, int n, struct model *m,
                     const struct loss *loss, const struct schedule *schedule,
                     const struct plan *plan);

/* Draw the frames and the first weights of the next attempt of a member. */
void committee_draw(struct committee *c, const struct member *member);

/* The weights of the frames of its heads, or NULL. */
double *const *committee_weight(const struct committee *c,
                                const struct member *member);

#endif
