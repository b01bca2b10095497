/*
 * libFuzzer target: no body of a feature file may crash or hang
 * labelled_read(), or the data set that comes of it.
 */

#include <unistd.h>

#include <morsel/train.h>

#include "framed.h"

/* The data set of a model without a prior, energies alone if it must be. */
static void use(struct frames *frames, struct stored *s)
{
    struct model m = {.descriptor = s->descriptor};
    struct dataset ds;
    struct err err;

    if (dataset_build_stored(&ds, frames, s, "fuzz", NULL, s->derivatives,
                             MASK_FREE, &m, &err) == 0)
        dataset_release(&ds);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char path[64];
    struct frames frames;
    struct stored s;
    struct err err;

    if (!*path)
        snprintf(path, sizeof path, "/tmp/morsel-fuzz-%ld", (long)getpid());
    framed_write(path, "morsel-features", 1, 0, data, size);
    if (labelled_read(&frames, &s, path, &err) == 0) {
        use(&frames, &s);
        stored_release(&s);
        frames_release(&frames);
    }
    unlink(path);
    return 0;
}
