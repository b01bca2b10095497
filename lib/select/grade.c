#include <stdlib.h>

#include "making.h"
#include "space.h"

/* In standard deviations: what stands for a direction nobody has been to. */
static const double unknown = 0.01;

/*
 * An exchange must enlarge |det A| by this: so small a gain is no gain, and
 * their number is bounded.
 */
static const double gain = 1e-3;

/* The active rows of each element. */
struct design {
    struct space space;
    struct maxvol *active; /* [nelement] */
};

static void design_start(struct design *d, int e)
{
    const struct cloud *c = &d->space.cloud[e];
    int r = c->dim + 1;
    double *x = xcalloc((size_t)c->nrow * r, sizeof *x);

    for (int i = 0; i < c->nrow; i++) {
        x[(size_t)i * r] = 1;
        for (int k = 0; k < c->dim; k++)
            x[(size_t)i * r + k + 1] = c->x[(size_t)i * c->dim + k];
    }
    maxvol_init(&d->active[e], x, c->nrow, r, unknown);
    free(x);
}

/* Exchange in the atoms of these frames. */
static void learn(struct design *d, int frame, int nframe)
{
    for (int e = 0; e < d->space.nelement; e++) {
        const struct cloud *c = &d->space.cloud[e];
        int low, high;

        cloud_rows(c, frame, nframe, &low, &high);
        maxvol_improve(&d->active[e], low, high, gain);
    }
}

/* Of each frame of the pool the largest grade of an atom, grade [npool]. */
static void grades(const struct design *d, double *grade)
{
    for (int i = 0; i < d->space.npool; i++)
        grade[i] = 0;
    for (int e = 0; e < d->space.nelement; e++) {
        const int *frame = d->space.cloud[e].frame;

        for (int i = 0; i < d->space.cloud[e].nrow; i++)
            if (frame[i] < d->space.npool)
                grade[frame[i]] =
                    fmax(grade[frame[i]], maxvol_grade(&d->active[e], i, NULL));
    }
}

static int largest(const struct making *m, const double *grade)
{
    double most = fmax(m->query->grade, 1 + gain);
    int best = -1;

    for (int i = 0; i < m->pool->n; i++)
        if (!m->seen[i] && grade[i] > most) {
            most = grade[i];
            best = i;
        }
    return best;
}

static void take_from(struct making *m, struct design *d)
{
    double *grade = xcalloc((size_t)m->pool->n, sizeof *grade);
    int i;

    learn(d, m->pool->n, m->known->n);
    for (int k = 0; k < m->s->n; k++)
        learn(d, m->s->index[k], 1);
    grades(d, grade);
    while (!making_done(m) && (i = largest(m, grade)) >= 0)
        if (take_scored(m, i, "maxvol", grade[i])) {
            learn(d, i, 1);
            grades(d, grade);
        }
    for (i = 0; i < m->pool->n && !making_done(m); i++)
        m->s->ncertain += !m->seen[i];
    free(grade);
}

int take_maxvol(struct making *m, struct err *err)
{
    struct design d;

    if (space_init(&d.space, m->pool, m->known, m->query->set, err) < 0)
        return err->code;
    d.active = xcalloc((size_t)d.space.nelement, sizeof *d.active);
    for (int e = 0; e < d.space.nelement; e++)
        design_start(&d, e);
    take_from(m, &d);
    for (int e = 0; e < d.space.nelement; e++)
        maxvol_release(&d.active[e]);
    free(d.active);
    space_release(&d.space);
    return 0;
}
