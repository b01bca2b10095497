#include <math.h>
#include <stdlib.h>

#include "train.h"

/*
 * Frames that stand for all where some are enough: the first ones, and the
 * first of each element.  The prior is made, and its wells are fitted, by them.
 */
enum { SAMPLE = 200 };

static int sample(struct archive *a, struct frames *s, struct err *err)
{
    bool seen[MAX_Z + 1] = {false};
    int z[MAX_Z], left = archive_elements(a, z), ret = 0;

    for (int i = 0; ret == 0 && i < a->n && (i < SAMPLE || left > 0); i++) {
        struct frame f;
        bool new = i < SAMPLE;

        ret = archive_get(a, i, &f, err);
        for (int k = 0; ret == 0 && k < f.atoms.natoms; k++)
            if (!seen[f.atoms.z[k]]) {
                seen[f.atoms.z[k]] = true;
                new = true;
                left--;
            }
        if (ret == 0 && new)
            frames_append(s, &f);
        if (ret == 0)
            frame_release(&f);
    }
    return ret;
}

static int print_batch_sizes(const struct train *t, struct stream *s,
                             const struct model *m, struct err *err)
{
    double bytes;
    int ret = stream_bytes(s, m, &t->schedule, &bytes, err);

    if (ret < 0)
        return ret;
    print_counts(m, s->a->n, s->a->natoms, bytes);
    return output_close(stdout, "-", err);
}

static int epochs(const struct train *t, struct stream *s, struct committee *c,
                  struct err *err)
{
    FILE *f = NULL;
    int ret = 1;

    if (t->history && !(f = output_open(t->history, err)))
        return err->code;
    begin_history(f, s->labels == DERIVE_STRAIN);
    for (int epoch = 0; ret > 0; epoch++) {
        ret = stream_epoch(s, c, err);
        write_epoch(f, c, s->labels == DERIVE_STRAIN);
        show_progress(t, c, epoch);
    }
    if (f && ret < 0)
        output_discard(f, t->history);
    else if (f)
        ret = output_close(f, t->history, err);
    return ret < 0 ? ret : stream_end(s, c, err);
}

static int fit(const struct train *t, struct stream *s, struct model *m,
               struct err *err)
{
    struct pool pool = {.n = s->a->n, .archive = s->a};
    struct loss loss = t->loss;
    struct committee c;
    int ret = stream_measure(s, m, (enum scaling)t->scaling, t->motion,
                             (enum units)t->units, &loss, err);

    if (ret == 0 && s->labels == DERIVE_STRAIN && s->nstress == 0)
        ret = no_stress(t, err);
    if (ret == 0 && t->warm)
        ret = start_warm(t, m, err);
    if (ret < 0)
        return ret;
    stream_begin(s, &c, m, &loss, &t->schedule, &t->plan);
    ret = epochs(t, s, &c, err);
    if (ret == 0)
        ret = check_members(t, &c, err);
    if (ret == 0) {
        const struct learnt l = {s->a->n,
                                 s->labels != DERIVE_NOTHING,
                                 s->labels == DERIVE_STRAIN,
                                 s->free_energy,
                                 s->nstress,
                                 s->id};

        ret = finish(t, &pool, &l, &c, err);
    }
    if (ret == 0)
        ret = committee_meets(&c);
    committee_release(&c);
    pool_release(&pool);
    return ret;
}

static int use(const struct train *t, struct archive *a, struct model *m,
               struct err *err)
{
    struct frames some = {0};
    struct stream s;
    int ret = sample(a, &some, err);

    if (ret == 0)
        ret = make_model(t, m, &some, &a->s, err);
    frames_release(&some);
    if (ret < 0)
        return ret;
    stream_init(&s, a, t->batch);
    s.path = t->input;
    s.names = &t->names;
    s.labels = labels_wanted(t);
    s.mask = (enum force_mask)t->mask;
    ret = t->dry_run ? print_batch_sizes(t, &s, m, err) : fit(t, &s, m, err);
    stream_release(&s);
    return t->dry_run && ret == 0 ? 1 : ret;
}

int learn_batches(const struct train *t, struct err *err)
{
    struct archive a;
    struct model m = {0};
    int ret = archive_open(&a, t->input, err);

    if (ret < 0)
        return ret;
    ret = use(t, &a, &m, err);
    model_release(&m);
    archive_release(&a);
    return ret;
}
