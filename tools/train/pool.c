#include "train.h"

#include <stdlib.h>

const struct frame *pool_get(struct pool *p, int i, struct err *err)
{
    if (p->frames)
        return &p->frames->frame[i];
    frame_release(&p->now);
    return archive_get(p->archive, i, &p->now, err) < 0 ? NULL : &p->now;
}

void pool_release(struct pool *p)
{
    frame_release(&p->now);
}

int pool_calibrate(struct pool *p, const struct train *t, struct calibration *c,
                   struct err *err)
{
    struct calibration_pair *pair = xcalloc(CALIBRATION_FRAMES, sizeof *pair);
    int n = 0, ret = 0;

    for (int i = p->n - 1; ret == 0 && i >= 0 && n < CALIBRATION_FRAMES; i--) {
        const struct frame *f = pool_get(p, i, err);

        if (!f)
            ret = err->code;
        else if (calibration_pair(&pair[n], f, &t->names, "network"))
            n++;
    }
    calibrate(c, pair, n);
    for (int i = 0; i < n; i++)
        calibration_pair_release(&pair[i]);
    free(pair);
    return ret;
}
