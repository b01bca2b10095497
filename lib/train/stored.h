#ifndef LIB_TRAIN_STORED_H
#define LIB_TRAIN_STORED_H

#include <morsel/train.h>

/* morsel-features(5) */
#define STORED_FORMAT "morsel-features"
enum { STORED_VERSION = 1, STORED_HEADER = 32 };

/* Take f, checked to be such a file; its frames are then found by number. */
int stored_open(struct stored *s, FILE *f, const char *path,
                struct err *err) MORSEL_MUST_CHECK;

/* Read frame i; t counts the lines of all that were read so far. */
int stored_frame(const struct stored *s, int i, struct frame *frame,
                 struct text *t, struct err *err) MORSEL_MUST_CHECK;

#endif
