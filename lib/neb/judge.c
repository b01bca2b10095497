#include <morsel/neb.h>

#include <stdlib.h>
#include <string.h>

/* The least trusted image; one whose spread is not a number is. */
static int least_sure(const struct band *b, const double *sigma)
{
    int worst = 0;

    for (int i = 1; i < b->nimages; i++)
        if (!(sigma[i] <= sigma[worst]) && !isnan(sigma[worst]))
            worst = i;
    return worst;
}

enum stop band_judge(struct band *b, const struct neb_params *p,
                     const struct walk_limits *l, int step, const double *sigma)
{
    int worst = sigma ? least_sure(b, sigma) : 0;

    for (int i = 0; i < b->nimages; i++)
        if (!isfinite(b->energy[i]) ||
            !all_finite(band_forces(b, i)[0], 3 * b->natoms)) {
            b->culprit = i;
            return STOP_NAN;
        }
    if (l->uncertainty > 0 && sigma && !(sigma[worst] <= l->uncertainty)) {
        b->culprit = worst;
        return STOP_UNCERTAINTY;
    }
    if (band_fmax(b, -1) < l->fmax && (b->climbs || p->climb == 0))
        return STOP_CONVERGED;
    return step >= l->max_steps ? STOP_STEPS : STOP_NOT;
}

enum stop band_allow(struct band *b, const struct walk_limits *l,
                     const struct atoms *start)
{
    for (int i = 1; i < b->nimages - 1; i++) {
        struct atoms from = b->image[i];
        from.pos = start->pos + (size_t)i * (size_t)b->natoms;
        enum stop stop = walk_allow(l, &from, &b->image[i]);
        if (stop) {
            b->culprit = i;
            return stop;
        }
    }
    return STOP_NOT;
}
