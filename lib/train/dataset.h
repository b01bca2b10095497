#ifndef LIB_TRAIN_DATASET_H
#define LIB_TRAIN_DATASET_H

#include <morsel/train.h>

/* How far neighbors are needed: by the features and the prior, angstrom. */
double model_cutoff(const struct model *m);

#endif
