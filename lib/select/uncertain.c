#include <morsel/select.h>

#include <stdlib.h>

#include "making.h"

bool frame_uncertainty(const struct frame *f, double *sigma)
{
    const double *s = frame_get_column(f, "ml_sigma_f", 1);

    *sigma = 0;
    for (int i = 0; s && i < f->atoms.natoms; i++) {
        if (!atom_may_move(&f->atoms, i))
            continue;
        if (isnan(s[i])) {
            *sigma = NAN;
            return true;
        }
        *sigma = fmax(*sigma, s[i]);
    }
    return s;
}

double rank_of(const struct making *m, int i)
{
    double sigma;

    frame_uncertainty(&m->pool->frame[i], &sigma);
    return isnan(sigma) ? INFINITY : sigma;
}

bool is_certain(const struct making *m, double rank)
{
    return rank <= m->query->threshold;
}

bool is_wild(const struct making *m, double rank)
{
    return rank > m->query->ceiling;
}

struct ranked {
    double rank; /* eV/angstrom */
    int index;
};

static int by_rank(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    if (x->rank != y->rank)
        return x->rank < y->rank ? 1 : -1;
    return x->index - y->index;
}

/* Those between threshold and ceiling, not seen yet; the others are counted. */
static int find_candidates(struct making *m, struct ranked *r)
{
    int n = 0;

    for (int i = 0; i < m->pool->n; i++) {
        double rank = rank_of(m, i);

        if (m->seen[i])
            continue;
        if (is_certain(m, rank))
            m->s->ncertain++;
        else if (is_wild(m, rank))
            m->s->nwild++;
        else
            r[n++] = (struct ranked){rank, i};
    }
    return n;
}

void take_uncertain(struct making *m)
{
    struct ranked *r = xcalloc((size_t)m->pool->n, sizeof *r);
    int n = find_candidates(m, r);

    qsort(r, (size_t)n, sizeof *r, by_rank);
    for (int k = 0; k < n && !making_done(m); k++)
        take(m, r[k].index, "uncertain");
    free(r);
}

void take_band(struct making *m, struct rng *rng)
{
    struct ranked *r = xcalloc((size_t)m->pool->n, sizeof *r);
    int *list = xcalloc((size_t)m->pool->n, sizeof *list);
    int n = find_candidates(m, r);

    for (int k = 0; k < n; k++)
        list[k] = r[k].index;
    take_shuffled(m, list, n, "band", rng);
    free(list);
    free(r);
}
