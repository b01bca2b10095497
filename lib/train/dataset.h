#ifndef LIB_TRAIN_DATASET_H
#define LIB_TRAIN_DATASET_H

#include <morsel/train.h>

/* How far neighbors are needed: by the features and the prior, angstrom. */
double model_cutoff(const struct model *m);

/* Prefix what went wrong with the frame, ret, by its place in path. */
int at_frame(const struct frame *f, const char *path, int ret, struct err *err);

#endif
