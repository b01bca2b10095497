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

/* A trainer that has not looked at any data yet. */
void trainer_alloc(struct trainer *t, const struct model *m,
                   const struct loss *loss, const struct schedule *schedule,
                   int heads, double *const *weight, double *const *theta);

/* The rate of Adam after `at` epochs. */
double schedule_rate(const struct schedule *s, double at);

/*
 * A gain less than this, so many epochs in a row, is the end for Adam; and so
 * many more as the cosine has that the epoch is in, which begins with losses.
 */
#define LEAST_GAIN 1e-9
enum { PATIENCE = 50 };
int schedule_patience(const struct schedule *s, int epoch);

/* Are the targets met, if there are any? */
bool fit_meets(const struct fit *fit, const struct schedule *s);

#endif
