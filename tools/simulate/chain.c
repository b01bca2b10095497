#include "chain.h"

#include <limits.h>
#include <stdlib.h>

static int check_order(const struct simulate *s, const struct chain *c,
                       struct err *err)
{
    int i, j;

    if (s->neb.keep_order || !band_misordered(&c->band, &i, &j))
        return 0;
    return err_set(err, ERR_RANGE,
                   "%s: the ends would be closer with their atoms in another "
                   "order: atom %d of the last is where atom %d of the first "
                   "was (from 0); --keep-order if that is meant",
                   s->input, j, i);
}

int chain_build(const struct simulate *s, struct chain *c, bool anew,
                struct err *err)
{
    int m = c->given.n, n = m > 2 ? m : s->neb.images;
    const struct atoms **given = xcalloc((size_t)m, sizeof(struct atoms *));
    struct band *b = &c->band;

    for (int i = 0; i < m; i++)
        given[i] = &c->given.frame[i].atoms;
    band_init(b, given, m, n);
    free(given);
    c->template = xcalloc((size_t)n, sizeof *c->template);
    c->answer = xcalloc((size_t)n, sizeof *c->answer);
    c->known = xcalloc((size_t)n, sizeof *c->known);
    c->sigma = xcalloc((size_t)n, sizeof *c->sigma);
    c->before = xcalloc((size_t)b->all.natoms, sizeof *c->before);
    for (int i = 0; i < n; i++) {
        frame_copy(&c->template[i],
                   &c -> given.frame[i == n - 1 ? m - 1
                                     : m > 2    ? i
                                                : 0]);
        frame_set_int(&c->template[i], "image", i);
    }
    if (anew && check_order(s, c, err) < 0)
        return err->code;
    if (m == 2 && s->neb.start == START_IDPP && anew)
        idpp_relax(b);
    atoms_copy(&c->start, &b->all);
    c->relax = relax_new((enum relax_method)s->relax.method, b->all.natoms,
                         s->relax.max_step);
    return 0;
}

/*
 * What a checkpoint of neb holds: the run's answer, which end walks (0: none
 * does any more), the frames given with ends as they are, and then the walk,
 * or the band.  What is known of its ends is asked for again.
 */

static void put_band(const struct chain *c, struct bin *b)
{
    const struct band *band = &c->band;
    size_t n = 3 * (size_t)band->all.natoms;

    bin_put_u64(b, (uint64_t)band->nimages);
    bin_put_u64(b, (uint64_t)c->step);
    bin_put_u32(b, band->climbs);
    bin_put_reals(b, band->all.pos[0], n);
    bin_put_reals(b, c->start.pos[0], n);
    relax_put(c->relax, b);
}

/* Their text is made once for each band or walk of an end. */
static int begin_given(struct chain *c, struct err *err)
{
    int ret = 0;

    bin_init(&c->begun, "frames", 1);
    bin_put_u64(&c->begun, (uint64_t)c->given.n);
    for (int i = 0; i < c->given.n && ret == 0; i++)
        ret = bin_put_frame(&c->begun, &c->given.frame[i], err);
    return ret;
}

int chain_put(const struct simulate *s, struct chain *c, int end, struct bin *b,
              struct err *err)
{
    int ret = c->begun.size ? 0 : begin_given(c, err);

    if (ret < 0)
        return ret;
    bin_put_u32(b, s->yes);
    bin_put_u32(b, (uint32_t)end);
    bin_put_body(b, &c->begun);
    if (end == 0)
        put_band(c, b);
    return 0;
}

static int get_given(struct chain *c, struct bin *b, struct err *err)
{
    int n = bin_get_count(b, 999, 1), ret = 0;
    struct frame f;

    for (int i = 0; i < n && ret == 0; i++) {
        if ((ret = bin_get_frame(b, &f, err)) < 0)
            return ret;
        if (i > 0 && f.atoms.natoms != c->given.frame[0].atoms.natoms)
            ret = err_set(err, ERR_FORMAT, "its images differ in their atoms");
        frames_append(&c->given, &f);
        frame_release(&f);
    }
    if (ret == 0 && n < 2)
        ret = err_set(err, ERR_FORMAT, "there is no band in it");
    return ret;
}

static int get_band(struct simulate *s, struct chain *c, struct bin *b,
                    struct err *err)
{
    int n = bin_get_count(b, 999, 1), ret;
    size_t size;

    if (b->bad || n < 3 || (c->given.n > 2 && c->given.n != n))
        return err_set(err, ERR_FORMAT, "there is no band in it");
    s->neb.images = n;
    if ((ret = chain_build(s, c, false, err)) < 0)
        return ret;
    size = 3 * (size_t)c->band.all.natoms;
    c->step = bin_get_count(b, INT_MAX, 0);
    c->band.climbs = bin_get_u32(b);
    bin_get_reals(b, c->band.all.pos[0], size);
    bin_get_reals(b, c->start.pos[0], size);
    return relax_get(c->relax, &c->band.all, b, err);
}

int chain_get(struct simulate *s, struct chain *c, int *end, struct err *err)
{
    struct bin *b = &s->past;
    int ret;

    s->yes = bin_get_u32(b);
    *end = (int)bin_get_u32(b);
    ret = *end >= 0 && *end <= 2
              ? get_given(c, b, err)
              : err_set(err, ERR_FORMAT, "a band has but two ends");
    if (ret == 0 && *end == 0)
        ret = get_band(s, c, b, err);
    if (ret < 0)
        return bad_past(s, err);
    if (*end)
        return 0;
    if (!s->quiet)
        cli_say(s->cli, "going on at step %d of '%s'", c->step, s->restart);
    return checkpoint_end(b, s->restart, err);
}
