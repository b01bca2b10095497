#include "train.h"

#include <stdlib.h>

/* Fit the wells to the forces of all frames that have them. */
static int fit_wells(const struct train *t, struct prior *p,
                     const struct frames *frames, struct err *err)
{
    struct prior_sample *s = xcalloc((size_t)frames->n, sizeof *s);
    struct prior_fit fit;
    int n = 0, ret;

    for (int i = 0; i < frames->n; i++) {
        struct label label;

        if (frame_get_label(&frames->frame[i], &t->names, &label) &&
            label.forces)
            s[n++] =
                (struct prior_sample){&frames->frame[i].atoms, label.forces};
    }
    ret = prior_fit_forces(p, s, n, (enum prior_fit_what)(t->fit_prior - 1),
                           &fit, err);
    free(s);
    if (ret == 0 && !t->quiet && fit.nwell > 0)
        cli_say(t->cli,
                "prior: %d wells fitted to %d force components, of which it "
                "leaves %.3g eV/A (before: %.3g)",
                fit.nwell, fit.nforce, fit.after, fit.before);
    return ret;
}

int make_prior(const struct train *t, struct prior *p,
               const struct frames *frames, struct err *err)
{
    int z[MAX_Z], n = frames_elements(frames, z);
    int ret = prior_named(p, t->prior, z, n, err);

    return ret == 0 && t->fit_prior ? fit_wells(t, p, frames, err) : ret;
}
