#include <stdlib.h>

#include "making.h"

/*
 * Frames spread evenly over the length of a walk: with s_k the length walked
 * to frame k, the sum of the largest displacements of an atom from frame to
 * frame,
 *
 *     s_k = sum_{l < k} max_i |r_i(l + 1) - r_i(l)|,
 *
 * the whole length is cut into as many parts as frames are still wanted, and
 * each gives one: the most uncertain, where the walk has uncertainties, else
 * the one nearest to the middle of the part.  Between frames of different
 * systems, where another walk begins, there is no length.
 */
static double *lengths(const struct frames *pool)
{
    double *s = xcalloc((size_t)pool->n, sizeof *s);

    for (int k = 1; k < pool->n; k++) {
        double step = atoms_displacement(&pool->frame[k - 1].atoms,
                                         &pool->frame[k].atoms);

        s[k] = s[k - 1] + (isfinite(step) ? step : 0);
    }
    return s;
}

struct stratum {
    const double *s; /* [pool->n] */
    double low, high;
    bool last; /* its upper end belongs to it */
};

static bool within(const struct stratum *t, int k)
{
    return t->s[k] >= t->low &&
           (t->s[k] < t->high || (t->last && t->s[k] <= t->high));
}

/* The best frame of the part that has not been seen, or -1. */
static int best_of(const struct making *m, const struct stratum *t)
{
    double middle = (t->low + t->high) / 2;
    int best = -1;

    for (int k = 0; k < m->pool->n; k++) {
        double more;

        if (m->seen[k] || !within(t, k))
            continue;
        if (best < 0) {
            best = k;
            continue;
        }
        more = rank_of(m, k) - rank_of(m, best);
        if (more > 0 ||
            (!(more < 0) && fabs(t->s[k] - middle) < fabs(t->s[best] - middle)))
            best = k;
    }
    return best;
}

void take_strata(struct making *m)
{
    double *s = lengths(m->pool), whole = s[m->pool->n - 1];
    int parts = m->most - m->s->n;

    for (int p = 0; p < parts; p++) {
        struct stratum t = {.s = s,
                            .low = whole * p / parts,
                            .high = whole * (p + 1) / parts,
                            .last = p == parts - 1};
        int k;

        while ((k = best_of(m, &t)) >= 0 && !take(m, k, "stratum"))
            ;
    }
    free(s);
}
