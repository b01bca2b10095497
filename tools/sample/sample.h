#ifndef SAMPLE_H
#define SAMPLE_H

#include <morsel/cli.h>
#include <morsel/io.h>

/* The frames to choose from, and where each is from. */
struct pool {
    struct frames frames;
    const char **path; /* [frames.n] borrowed */
    int nbroken;       /* frames that were no frames */
};
void pool_release(struct pool *p);

/*
 * Add the frames of a file.  With `tolerant` one that cannot be read is said
 * and skipped, as long as it has as many lines as it says.
 */
int pool_add(struct pool *p, const char *path, bool tolerant,
             const struct cli *cli, struct err *err) MORSEL_MUST_CHECK;

#endif
