#include <morsel/select.h>

#include <stdlib.h>

#include "making.h"

void selection_release(struct selection *s)
{
    for (int i = 0; i < s->nunphysical; i++)
        free(s->refusal[i].why);
    free(s->refusal);
    free(s->index);
    free(s->query);
    free(s->score);
    *s = (struct selection){0};
}

bool strategy_uncertain(enum strategy how)
{
    return how == SELECT_UNCERTAIN || how == SELECT_BAND;
}

bool strategy_features(enum strategy how)
{
    return how == SELECT_FARTHEST || how == SELECT_MAXVOL;
}

bool strategy_bands(enum strategy how)
{
    return how == SELECT_NEB || how == SELECT_NEB_PAPER;
}

bool making_done(const struct making *m)
{
    return m->s->n >= m->most;
}

bool is_twin(const struct making *m, const struct atoms *a, double twin)
{
    for (int i = 0; i < m->known->n; i++)
        if (atoms_displacement(a, &m->known->frame[i].atoms) <= twin)
            return true;
    for (int i = 0; i < m->s->n; i++) {
        const struct frame *f = &m->pool->frame[m->s->index[i]];

        if (atoms_displacement(a, &f->atoms) <= twin)
            return true;
    }
    return false;
}

static void refuse(struct selection *s, int i, const struct err *why)
{
    size_t n = (size_t)s->nunphysical + 1;

    s->refusal = xrealloc(s->refusal, n, sizeof *s->refusal);
    s->refusal[s->nunphysical++] = (struct refusal){i, xstrdup(why->msg)};
}

bool take_scored(struct making *m, int i, const char *why, double score)
{
    const struct atoms *a = &m->pool->frame[i].atoms;
    struct selection *s = m->s;
    struct err err;

    if (m->seen[i] || making_done(m))
        return false;
    m->seen[i] = true;
    if (preflight_check(&m->query->preflight, a, &err) < 0) {
        refuse(s, i, &err);
        return false;
    }
    if (is_twin(m, a, m->query->twin)) {
        s->ntwin++;
        return false;
    }
    s->index[s->n] = i;
    s->score[s->n] = score;
    s->query[s->n++] = why;
    return true;
}

bool take(struct making *m, int i, const char *why)
{
    return take_scored(m, i, why, NAN);
}

/* Where the walk has ended; a band that is in doubt: at the image in doubt. */
static int end_of(const struct frames *pool)
{
    int last = pool->n - 1, image, first, n;

    if (last >= 0 &&
        frame_get_int(&pool->frame[last], "image_uncertain", &image) &&
        last_band(pool, &first, &n) && image >= 0 && image < n)
        return first + image;
    return last;
}

static void take_last(struct making *m)
{
    int n = m->pool->n, end = end_of(m->pool);

    if (n > 0 && take(m, end, "last"))
        return;
    for (int i = n - 1; i >= 0; i--)
        if (i != end && take(m, i, "near-last"))
            return;
}

void take_shuffled(struct making *m, int *list, int n, const char *why,
                   struct rng *rng)
{
    for (int left = n; left > 0 && !making_done(m); left--) {
        int k = rng_below(rng, left), i = list[k];

        list[k] = list[left - 1];
        take(m, i, why);
    }
}

static void take_random(struct making *m, struct rng *rng)
{
    int n = m->pool->n;
    int *all = xcalloc((size_t)n, sizeof *all);

    for (int i = 0; i < n; i++)
        all[i] = i;
    take_shuffled(m, all, n, "random", rng);
    free(all);
}

static void take_all(struct making *m)
{
    for (int i = 0; i < m->pool->n; i++)
        take(m, i, "all");
}

/* A walk that was to lead to an end has not: ask about that. */
static int take_band_or_walk(struct making *m, struct rng *rng, struct err *err)
{
    int ret =
        m->query->how == SELECT_NEB ? take_neb(m, err) : take_neb_paper(m, err);

    if (ret != 0)
        return ret < 0 ? ret : 0;
    if (m->query->how == SELECT_NEB)
        take_astray(m);
    take_last(m);
    take_random(m, rng);
    return 0;
}

static int take_by(struct making *m, struct rng *rng, struct err *err)
{
    switch (m->query->how) {
    case SELECT_RANDOM:
        take_random(m, rng);
        break;
    case SELECT_UNCERTAIN:
        take_uncertain(m);
        break;
    case SELECT_BAND:
        take_band(m, rng);
        break;
    case SELECT_FARTHEST:
        return take_farthest(m, err);
    case SELECT_MAXVOL:
        return take_maxvol(m, err);
    case SELECT_STRATIFIED:
        take_strata(m);
        break;
    case SELECT_NEB_PAPER:
    case SELECT_NEB:
        return take_band_or_walk(m, rng, err);
    case SELECT_ALL:
        take_all(m);
        break;
    case SELECT_LAST:
        break;
    }
    return 0;
}

int select_frames(struct selection *s, const struct frames *pool,
                  const struct frames *known, const struct query *query,
                  struct rng *rng, struct err *err)
{
    size_t most = (size_t)(query->n < pool->n ? query->n : pool->n);
    struct making m = {.pool = pool,
                       .known = known,
                       .query = query,
                       .s = s,
                       .most = (int)most};
    enum strategy how = query->how;
    int ret = 0;

    *s = (struct selection){0};
    s->index = xcalloc(most, sizeof *s->index);
    s->query = xcalloc(most, sizeof *s->query);
    s->score = xcalloc(most, sizeof *s->score);
    m.seen = xcalloc((size_t)pool->n, sizeof *m.seen);
    if (most > 0 &&
        (query->last || how == SELECT_LAST || how == SELECT_STRATIFIED))
        take_last(&m);
    if (most > 0)
        ret = take_by(&m, rng, err);
    free(m.seen);
    if (ret < 0)
        selection_release(s);
    return ret;
}
