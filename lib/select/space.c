#include "space.h"

#include <stdlib.h>
#include <string.h>

static const struct frame *frame_of(const struct frames *pool,
                                    const struct frames *known, int i)
{
    return i < pool->n ? &pool->frame[i] : &known->frame[i - pool->n];
}

/* Where a feature varies no more than this, it is rounding. */
static const double constant = 1e-8;

/* Mean 0 and standard deviation 1; what does not vary becomes 0. */
static void standardize(struct cloud *c, int k)
{
    double mean = 0, var = 0;

    for (int i = 0; i < c->nrow; i++)
        mean += c->x[(size_t)i * c->dim + k] / c->nrow;
    for (int i = 0; i < c->nrow; i++) {
        double d = c->x[(size_t)i * c->dim + k] - mean;

        var += d * d / c->nrow;
    }
    double sd = sqrt(var),
           scale = sd > constant * (1 + fabs(mean)) ? 1 / sd : 0;
    for (int i = 0; i < c->nrow; i++) {
        double *x = &c->x[(size_t)i * c->dim + k];

        *x = (*x - mean) * scale;
    }
}

static void count_rows(struct space *s, const struct frame *f,
                       const struct descriptor *set)
{
    for (int i = 0; i < f->atoms.natoms; i++) {
        int e = descriptor_element(set, f->atoms.z[i]);

        if (e >= 0)
            s->cloud[e].nrow++;
    }
}

static void add_rows(struct space *s, const struct features *f, int frame)
{
    for (int i = 0; i < f->natoms; i++) {
        struct cloud *c = &s->cloud[f->element[i]];

        memcpy(c->x + (size_t)c->nrow * c->dim, f->g + f->first[i],
               (size_t)c->dim * sizeof *c->x);
        c->frame[c->nrow++] = frame;
    }
}

static void allocate(struct space *s, const struct frames *pool,
                     const struct frames *known, const struct descriptor *set)
{
    *s = (struct space){.npool = pool->n, .nelement = set->nelement};
    s->cloud = xcalloc((size_t)s->nelement, sizeof *s->cloud);
    for (int i = 0; i < pool->n + known->n; i++)
        count_rows(s, frame_of(pool, known, i), set);
    for (int e = 0; e < s->nelement; e++) {
        struct cloud *c = &s->cloud[e];

        c->dim = set->nsf[e];
        c->x = xcalloc((size_t)c->nrow * c->dim, sizeof *c->x);
        c->frame = xcalloc((size_t)c->nrow, sizeof *c->frame);
        c->nrow = 0;
    }
}

int space_init(struct space *s, const struct frames *pool,
               const struct frames *known, const struct descriptor *set,
               struct err *err)
{
    struct neighbors nb = {0};
    struct features f = {0};
    int ret = 0;

    allocate(s, pool, known, set);
    for (int i = 0; ret == 0 && i < pool->n + known->n; i++) {
        const struct atoms *a = &frame_of(pool, known, i)->atoms;

        ret = neighbors_find(&nb, a, set->cutoff.rc, err);
        if (ret == 0)
            ret = features_compute(&f, set, a, &nb, false, err);
        if (ret == 0)
            add_rows(s, &f, i);
    }
    features_release(&f);
    neighbors_release(&nb);
    for (int e = 0; ret == 0 && e < s->nelement; e++)
        for (int k = 0; k < s->cloud[e].dim; k++)
            standardize(&s->cloud[e], k);
    if (ret < 0)
        space_release(s);
    return ret;
}

void space_release(struct space *s)
{
    for (int e = 0; e < s->nelement; e++) {
        free(s->cloud[e].x);
        free(s->cloud[e].frame);
    }
    free(s->cloud);
    *s = (struct space){0};
}

void cloud_rows(const struct cloud *c, int frame, int n, int *low, int *high)
{
    *low = 0;
    while (*low < c->nrow && c->frame[*low] < frame)
        ++*low;
    *high = *low;
    while (*high < c->nrow && c->frame[*high] < frame + n)
        ++*high;
}
