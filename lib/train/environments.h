#ifndef LIB_TRAIN_ENVIRONMENTS_H
#define LIB_TRAIN_ENVIRONMENTS_H

#include <morsel/train.h>

/* The environments of s, which has none, from the data: see sgp_train(). */
void environments_choose(struct sgp *s, const struct dataset *ds, int max);

#endif
