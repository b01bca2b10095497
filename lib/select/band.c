#include <stdlib.h>

#include "making.h"

/* Are these n frames one band, of one step? */
static bool is_band(const struct frame *f, int n)
{
    int image, step = 0, other = 0;
    bool stepped = frame_get_int(f, "step", &step);

    for (int i = 0; i < n; i++)
        if (!frame_get_int(&f[i], "image", &image) || image != i ||
            frame_get_int(&f[i], "step", &other) != stepped ||
            (stepped && other != step))
            return false;
    return true;
}

bool last_band(const struct frames *s, int *first, int *n)
{
    int end = s->n - 1, last, image;

    while (end >= 0 && !frame_get_int(&s->frame[end], "image", &last))
        end--;
    if (end < 0 || last < 2 || last > end ||
        !is_band(&s->frame[end - last], last + 1))
        return false;
    for (int i = 0; i < end; i++) /* is it cut? */
        if (frame_get_int(&s->frame[i], "image", &image) && image > last)
            return false;
    *n = last + 1;
    *first = end - last;
    return true;
}

double image_energy(const struct frame *f)
{
    struct label label;
    double energy;

    if (frame_get_real(f, "ml_energy", &energy))
        return energy;
    return frame_get_label(f, NULL, &label) ? label.energy : NAN;
}

int highest_image(const struct frame *band, int n)
{
    int highest = 0;

    for (int i = 1; i < n; i++) {
        double most = image_energy(&band[highest]), e = image_energy(&band[i]);

        if (!isnan(most) && (isnan(e) || e > most))
            highest = i;
    }
    return highest;
}

/*
 * 1, or 0 if the walks to the ends came to nothing, so that there is no band
 * yet, or an error.
 */
static int find_band(const struct making *m, int *first, int *n,
                     struct err *err)
{
    const struct frames *pool = m->pool;
    int walk;

    if (last_band(pool, first, n))
        return 1;
    if (frame_get_int(&pool->frame[pool->n - 1], "walk", &walk))
        return 0;
    return err_set(err, ERR_RANGE,
                   "expected a band: frames with the key image, 0 to 2 or "
                   "more, of one step, at the end of the trajectory");
}

/*
 * The rule of the paper: both ends and the highest image between them, or the
 * middle one if an end is highest.
 */
int take_neb_paper(struct making *m, struct err *err)
{
    int first, n, top, ret = find_band(m, &first, &n, err);

    if (ret <= 0)
        return ret;
    top = highest_image(&m->pool->frame[first], n);
    take(m, first, "initial");
    if (top == 0 || top == n - 1)
        take(m, first + n / 2, "middle");
    else
        take(m, first + top, "saddle");
    take(m, first + n - 1, "final");
    return ret;
}

/* An end is settled where a label near by says that it is a minimum. */
static bool is_settled(const struct making *m, const struct atoms *a)
{
    for (int i = 0; i < m->known->n; i++) {
        const struct frame *f = &m->known->frame[i];
        struct label label;

        if (atoms_displacement(a, &f->atoms) <= m->query->end_twin &&
            frame_get_label(f, NULL, &label) && label.forces &&
            atoms_fmax(&f->atoms, (double(*)[3])label.forces) <=
                m->query->end_fmax)
            return true;
    }
    return false;
}

static void take_end(struct making *m, int i, const char *why)
{
    if (m->seen[i])
        return;
    if (!is_settled(m, &m->pool->frame[i].atoms)) {
        take(m, i, why);
        return;
    }
    m->seen[i] = true;
    m->s->ncertain++;
}

/* The smallest displacement of frame i from what is known or chosen. */
static double distance(const struct making *m, int i)
{
    const struct atoms *a = &m->pool->frame[i].atoms;
    double nearest = INFINITY;

    for (int k = 0; k < m->known->n; k++)
        nearest =
            fmin(nearest, atoms_displacement(a, &m->known->frame[k].atoms));
    for (int k = 0; k < m->s->n; k++)
        nearest =
            fmin(nearest,
                 atoms_displacement(a, &m->pool->frame[m->s->index[k]].atoms));
    return nearest;
}

/*
 * Of the images between the ends that are left the most uncertain; where none
 * has an uncertainty, or all have the same, the farthest from all labels.
 * -1: none is left.
 */
static int least_known(const struct making *m, int first, int n)
{
    double most = -1, far = -1;
    int best = -1;

    for (int i = first + 1; i < first + n - 1; i++) {
        double rank = rank_of(m, i), d;

        if (m->seen[i] || rank < most || is_wild(m, rank))
            continue;
        d = distance(m, i);
        if (rank > most || d > far) {
            best = i;
            most = rank;
            far = d;
        }
    }
    return best;
}

/* The most uncertain frame of the walks; of equals the first. */
static int least_known_step(const struct making *m)
{
    int best = 0;

    for (int i = 1; i < m->pool->n; i++)
        if (!is_wild(m, rank_of(m, i)) && rank_of(m, i) > rank_of(m, best))
            best = i;
    return best;
}

void take_astray(struct making *m)
{
    const struct frame *last = &m->pool->frame[m->pool->n - 1];

    if (is_settled(m, &last->atoms))
        take(m, least_known_step(m), "uncertain");
}

/* An image that has slid into an end says nothing of what is between. */
static bool is_end(const struct making *m, int i, int first, int n)
{
    const struct frame *f = m->pool->frame;
    const struct atoms *a = &f[i].atoms;

    return atoms_displacement(a, &f[first].atoms) <= m->query->end_twin ||
           atoms_displacement(a, &f[first + n - 1].atoms) <= m->query->end_twin;
}

/* Of a band that was stopped: is the doubt elsewhere? */
#define DOUBT 4.0
static bool is_idle(const struct making *m, int top, int first, int n)
{
    bool converged = true;
    int i = least_known(m, first, n);

    frame_get_bool(&m->pool->frame[top], "converged_band", &converged);
    return !converged && i >= 0 && rank_of(m, i) > DOUBT * rank_of(m, top);
}

/* What is left of the band, and why. */
static void count_left(struct making *m, int first, int n)
{
    for (int i = first + 1; i < first + n - 1; i++) {
        m->s->ncertain += !m->seen[i] && is_certain(m, rank_of(m, i));
        m->s->nwild += !m->seen[i] && is_wild(m, rank_of(m, i));
    }
}

/*
 * Ends that are not settled come first: they decide where the band goes.  Then
 * the highest image, unless it is not certain: it is what is reported, its
 * label is the test of the band, and few other labels say as much about the
 * saddle.  But not if it has slid into an end, nor if the band did not get to
 * its place for another image, DOUBT times as uncertain.  Then what is least
 * known, and what is certain only where nothing else is left to ask.  With a
 * finite threshold this is near the acquisition of J. A. Garrido Torres et al.,
 * Phys. Rev. Lett. 122, 156001 (2019): the most uncertain image until all are
 * certain, and then the highest.
 */
int take_neb(struct making *m, struct err *err)
{
    int first = 0, n = 0, top, i, ret = find_band(m, &first, &n, err);

    if (ret <= 0)
        return ret;
    take_end(m, first, "initial");
    take_end(m, first + n - 1, "final");
    top = first + 1 + highest_image(&m->pool->frame[first + 1], n - 2);
    if (is_certain(m, rank_of(m, top)) && !is_end(m, top, first, n) &&
        !is_idle(m, top, first, n))
        take(m, top, "saddle");
    while (!making_done(m) && (i = least_known(m, first, n)) >= 0 &&
           !(m->s->n > 0 && is_certain(m, rank_of(m, i))))
        take(m, i, i == top ? "saddle" : "least-known");
    if (!making_done(m))
        count_left(m, first, n);
    return ret;
}
