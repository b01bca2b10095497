#ifndef SIM_RECALL_H
#define SIM_RECALL_H

#include <morsel/engine.h>
#include <morsel/sim.h>
#include <morsel/util.h>

/*
 * Take the outcome at f from the next frame of an earlier run; fails with
 * ERR_RANGE if its atoms are elsewhere.
 */
int trajectory_recall(const struct trajectory *t, const struct frame *f,
                      struct outcome *o, struct err *err) MORSEL_MUST_CHECK;

/* The text of f for the file path, which the caller frees; NULL on error. */
char *frame_text(const struct frame *f, const char *path, struct err *err);

/* Read what an earlier run has left, and cut off a torn frame. */
int trajectory_read(struct trajectory *t, struct err *err) MORSEL_MUST_CHECK;

#endif
