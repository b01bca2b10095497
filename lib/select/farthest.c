#include <stdlib.h>

#include "making.h"
#include "space.h"

/*
 * For each atom of the pool the square of the distance to the nearest known
 * one of its element, summed over features.
 */
struct distances {
    struct space space;
    double **d2; /* [nelement][nrow] */
};

static double square(const struct cloud *c, int i, int j, double most)
{
    const double *x = c->x + (size_t)i * c->dim, *y = c->x + (size_t)j * c->dim;
    double sum = 0;

    for (int k = 0; k < c->dim && sum < most; k++)
        sum += (x[k] - y[k]) * (x[k] - y[k]);
    return sum;
}

/* From now on the atoms of these frames are known. */
static void learn(struct distances *d, int frame, int nframe)
{
    for (int e = 0; e < d->space.nelement; e++) {
        const struct cloud *c = &d->space.cloud[e];
        double *d2 = d->d2[e];
        int none, npool, low, high;

        cloud_rows(c, 0, d->space.npool, &none, &npool);
        cloud_rows(c, frame, nframe, &low, &high);
#pragma omp parallel for schedule(static)
        for (int i = 0; i < npool; i++)
            for (int j = low; j < high; j++)
                d2[i] = fmin(d2[i], square(c, i, j, d2[i]));
    }
}

/* Of each frame of the pool the distance of its farthest atom, far [npool]. */
static void frame_distances(const struct distances *d, double *far)
{
    for (int i = 0; i < d->space.npool; i++)
        far[i] = 0;
    for (int e = 0; e < d->space.nelement; e++) {
        const struct cloud *c = &d->space.cloud[e];

        for (int i = 0; i < c->nrow; i++)
            if (c->frame[i] < d->space.npool)
                far[c->frame[i]] =
                    fmax(far[c->frame[i]], sqrt(d->d2[e][i] / c->dim));
    }
}

/* In standard deviations: what is nearer is rounding. */
static const double nothing = 1e-6;

static int farthest(const struct making *m, const double *far)
{
    int best = -1;

    for (int i = 0; i < m->pool->n; i++)
        if (!m->seen[i] && far[i] > nothing &&
            (best < 0 || far[i] >= far[best]))
            best = i;
    return best;
}

static void take_from(struct making *m, struct distances *d)
{
    double *far = xcalloc((size_t)m->pool->n, sizeof *far);
    int i;

    learn(d, m->pool->n, m->known->n);
    for (int k = 0; k < m->s->n; k++)
        learn(d, m->s->index[k], 1);
    frame_distances(d, far);
    while (!making_done(m) && (i = farthest(m, far)) >= 0)
        if (take_scored(m, i, "farthest", far[i])) {
            learn(d, i, 1);
            frame_distances(d, far);
        }
    for (i = 0; i < m->pool->n && !making_done(m); i++)
        m->s->ncertain += !m->seen[i];
    free(far);
}

int take_farthest(struct making *m, struct err *err)
{
    struct distances d;

    if (space_init(&d.space, m->pool, m->known, m->query->set, err) < 0)
        return err->code;
    d.d2 = xcalloc((size_t)d.space.nelement, sizeof *d.d2);
    for (int e = 0; e < d.space.nelement; e++) {
        int nrow = d.space.cloud[e].nrow;

        d.d2[e] = xcalloc((size_t)nrow, sizeof *d.d2[e]);
        for (int i = 0; i < nrow; i++)
            d.d2[e][i] = INFINITY;
    }
    take_from(m, &d);
    for (int e = 0; e < d.space.nelement; e++)
        free(d.d2[e]);
    free(d.d2);
    space_release(&d.space);
    return 0;
}
