#ifndef LIB_TRAIN_DATASET_H
#define LIB_TRAIN_DATASET_H

#include <morsel/train.h>

/* As dataset_build_stored(), but not all elements need be there. */
int dataset_build_part(struct dataset *ds, const struct frames *frames,
                       const struct stored *s, const char *path,
                       const struct label_names *names, enum derivatives labels,
                       enum force_mask mask, const struct model *m,
                       struct err *err) MORSEL_MUST_CHECK;

/* ERR_RANGE: no frame has this element of the set. */
int no_atom_of(const char *path, int z, struct err *err);

#endif
