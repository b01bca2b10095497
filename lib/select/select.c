#include <morsel/select.h>

#include <math.h>
#include <stdlib.h>

void selection_release(struct selection *s)
{
    free(s->index);
    free(s->query);
    *s = (struct selection){0};
}

bool strategy_uncertain(enum strategy how)
{
    return how == SELECT_UNCERTAIN || how == SELECT_LAST_UNCERTAIN;
}

bool frame_uncertainty(const struct frame *f, double *sigma)
{
    const double *s = frame_get_column(f, "ml_sigma_f", 1);

    *sigma = 0;
    for (int i = 0; s && i < f->atoms.natoms; i++) {
        const bool *move = f->atoms.move ? f->atoms.move[i] : NULL;

        if (move && !move[0] && !move[1] && !move[2])
            continue;
        if (isnan(s[i])) {
            *sigma = NAN;
            return true;
        }
        *sigma = fmax(*sigma, s[i]);
    }
    return s;
}

/* A selection in the making. */
struct making {
    const struct frames *pool, *known;
    const struct query *query;
    struct selection *s;
    bool *seen; /* [pool->n] chosen or passed over */
};

static bool is_twin(const struct making *m, const struct atoms *a)
{
    double twin = m->query->twin;

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

/* Choose frame i, unless there is something against it. */
static bool take(struct making *m, int i, const char *why)
{
    const struct atoms *a = &m->pool->frame[i].atoms;
    struct selection *s = m->s;

    if (m->seen[i])
        return false;
    m->seen[i] = true;
    if (atoms_closest(a, NULL, NULL) < m->query->overlap) {
        s->nunphysical++;
        return false;
    }
    if (is_twin(m, a)) {
        s->ntwin++;
        return false;
    }
    s->index[s->n] = i;
    s->query[s->n++] = why;
    return true;
}

static void take_last(struct making *m)
{
    int n = m->pool->n;

    for (int i = n - 1; i >= 0; i--)
        if (take(m, i, i == n - 1 ? "last" : "near-last"))
            return;
}

/* Walk through the pool in random order until there are enough. */
static void take_random(struct making *m, struct rng *rng)
{
    int n = m->pool->n;
    int *order = xcalloc((size_t)n, sizeof *order);

    for (int i = 0; i < n; i++)
        order[i] = i;
    for (int left = n; left > 0 && m->s->n < m->query->n; left--) {
        int k = rng_below(rng, left), i = order[k];

        order[k] = order[left - 1];
        take(m, i, "random");
    }
    free(order);
}

struct ranked {
    double sigma; /* eV/angstrom; INFINITY for NaN */
    int index;
};

static int by_sigma(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    if (x->sigma != y->sigma)
        return x->sigma < y->sigma ? 1 : -1;
    return x->index - y->index;
}

static void take_uncertain(struct making *m)
{
    int n = m->pool->n;
    struct ranked *r = xcalloc((size_t)n, sizeof *r);

    for (int i = 0; i < n; i++) {
        r[i].index = i;
        frame_uncertainty(&m->pool->frame[i], &r[i].sigma);
        if (isnan(r[i].sigma))
            r[i].sigma = INFINITY;
    }
    qsort(r, (size_t)n, sizeof *r, by_sigma);
    for (int k = 0; k < n && m->s->n < m->query->n; k++)
        if (r[k].sigma > m->query->threshold)
            take(m, r[k].index, "uncertain");
        else if (!m->seen[r[k].index])
            m->s->ncertain++;
    free(r);
}

void select_frames(struct selection *s, const struct frames *pool,
                   const struct frames *known, const struct query *query,
                   struct rng *rng)
{
    size_t most = (size_t)(query->n < pool->n ? query->n : pool->n);
    struct making m = {.pool = pool, .known = known, .query = query, .s = s};
    enum strategy how = query->how;

    *s = (struct selection){0};
    s->index = xcalloc(most, sizeof *s->index);
    s->query = xcalloc(most, sizeof *s->query);
    m.seen = xcalloc((size_t)pool->n, sizeof *m.seen);
    if (most > 0 && how != SELECT_RANDOM && how != SELECT_UNCERTAIN)
        take_last(&m);
    if (how == SELECT_RANDOM || how == SELECT_LAST_RANDOM)
        take_random(&m, rng);
    if (strategy_uncertain(how))
        take_uncertain(&m);
    free(m.seen);
}
