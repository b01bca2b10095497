#include "chain.h"

#include <stdlib.h>
#include <string.h>

static void release(struct chain *c)
{
    for (int i = 0; c->template && i < c->band.nimages; i++) {
        frame_release(&c->template[i]);
        if (c->known[i])
            frame_release(&c->answer[i]);
    }
    free(c->template);
    free(c->answer);
    free(c->known);
    free(c->sigma);
    free(c->before);
    relax_free(c->relax);
    atoms_release(&c->start);
    band_release(&c->band);
    frames_release(&c->given);
    bin_release(&c->begun);
    for (int i = 0; i < 2; i++)
        frame_release(&c->last[i]);
}

static int read_ends(struct simulate *s, struct chain *c, struct err *err)
{
    struct frames *g = &c->given;
    int ret = frames_read(g, s->input, err);

    if (ret == 0 && g->n < 2)
        return err_set(err, ERR_FORMAT,
                       "there %s in '%s': a band needs two ends",
                       g->n ? "is one frame" : "are no frames", s->input);
    if (ret == 0 && g->n > 2 && cli_given(s->cli, "images") &&
        s->neb.images != g->n)
        return err_set(err, ERR_RANGE,
                       "--images=%d, but the band in '%s' has %d",
                       s->neb.images, s->input, g->n);
    for (int i = 0; ret == 0 && i < g->n; i++) {
        struct frame *f = &g->frame[i];
        frame_strip(f);
        ret = hold(s, f, err);
        if (ret == 0 && i > 0)
            ret = in_input(
                s, f, band_unwrap(&g->frame[i - 1].atoms, &f->atoms, err), err);
    }
    if (ret == 0)
        remark_slab(s, &g->frame[0].atoms);
    return ret;
}

/* The end that the walk, a new one or that of a checkpoint, has led to takes
 * the place of the one given. */
static int relax_end(struct simulate *s, struct chain *c, int i, bool again,
                     bool *good, struct err *err)
{
    struct frame *f = &c->given.frame[i ? c->given.n - 1 : 0];
    struct frame *last = &c->last[i];
    enum stop stop = STOP_NOT;
    int ret;

    s->chain = c;
    ret = relax_frame(s, again ? NULL : f, i + 1, last, &stop, err);
    s->chain = NULL;
    if (ret < 0)
        return ret;
    *good = stop == STOP_CONVERGED || stop == STOP_STEPS;
    memcpy(f->atoms.pos, last->atoms.pos,
           (size_t)f->atoms.natoms * sizeof *f->atoms.pos);
    bin_release(&c->begun);
    return 0;
}

/* Closer than this two ends are one minimum, angstrom. */
#define SAME_END 0.1

/* A band between an end and itself has no barrier, and would converge. */
static bool one_minimum(const struct chain *c)
{
    return atoms_displacement(&c->given.frame[0].atoms,
                              &c->given.frame[c->given.n - 1].atoms) < SAME_END;
}

/* The frame of image i, where it is now, in the place of its last answer. */
static struct frame *renew(struct chain *c, int i)
{
    struct frame *f = &c->answer[i];

    if (c->known[i])
        frame_release(f);
    frame_copy(f, &c->template[i]);
    memcpy(f->atoms.pos, c->band.image[i].pos,
           (size_t)c->band.natoms * sizeof *f->atoms.pos);
    c->known[i] = true;
    return f;
}

static void store(struct chain *c, int i, const struct source *source)
{
    struct band *b = &c->band;

    b->energy[i] = source->ok ? source->energy : NAN;
    if (source->ok)
        memcpy(band_forces(b, i), source->forces,
               (size_t)b->natoms * sizeof *source->forces);
    c->has_sigma = c->has_sigma || (source->ok && source->sigma_f);
    c->sigma[i] = source->ok && source->sigma_f
                      ? walk_sigma(&b->image[i], source->sigma_f)
                      : 0; /* there is a label */
}

/* Labels are on the disk before the next is asked for; one that is not to be
 * had ends all, and says so. */
static int put_label(struct simulate *s, struct chain *c, int i,
                     struct err *err)
{
    struct frame *f = &c->answer[i];

    if (!s->source.ok) {
        c->stop = STOP_FAILED;
        frame_set_bool(f, "converged_band", false);
        frame_set_text(f, "reason", stop_name(c->stop));
    }
    return trajectory_put(&s->trajectory, f, err);
}

/* Ends are asked about once. */
static int ask_image(struct simulate *s, struct chain *c, int i,
                     struct err *err)
{
    bool end = i == 0 || i == c->band.nimages - 1;
    struct frame *f;
    int ret;

    if (end && c->known[i]) {
        frame_set_int(&c->answer[i], "step", c->step);
        return 0;
    }
    f = renew(c, i);
    ret = ask(s, f, err);
    if (ret == 0 && c->step == 0 && i == 0)
        ret = check_first(s, err);
    if (ret < 0)
        return ret;
    frame_set_int(f, "step", c->step);
    source_put(&s->source, f);
    store(c, i, &s->source);
    return s->oracle ? put_label(s, c, i, err) : 0;
}

/* The label of an end that was relaxed is that of its last frame. */
static void know_end(struct chain *c, int i, const struct frame *last)
{
    static const char *const words[] = {
        "walk", "step", "relaxed", "ml_fmax", "fmax", "reason", "ml_sigma_max"};
    struct frame *f = renew(c, i);
    struct label label = {0};

    frame_release(f);
    frame_copy(f, last);
    for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        frame_drop(f, words[k]);
    frame_set_int(f, "image", i);
    frame_get_label(f, NULL, &label);
    c->band.energy[i] = label.energy;
    memcpy(band_forces(&c->band, i), label.forces,
           (size_t)c->band.natoms * sizeof *label.forces);
}

/* The force that decides on an image: of an end the true one. */
static double image_fmax(const struct chain *c, int i)
{
    const struct band *b = &c->band;

    return i == 0 || i == b->nimages - 1
               ? atoms_fmax(&b->image[i], band_forces(b, i))
               : band_fmax(b, i);
}

static bool is_labelled(const struct frame *f)
{
    double energy;

    return frame_get_real(f, "free_energy", &energy);
}

/* What is known of the band when it ends. */
static void sum_up(const struct chain *c, int i, struct frame *f)
{
    const struct band *b = &c->band;
    struct barrier barrier;

    frame_set_bool(f, "converged_band", c->stop == STOP_CONVERGED);
    frame_set_text(f, "reason", stop_name(c->stop));
    if (b->culprit >= 0)
        frame_set_int(f,
                      c->stop == STOP_UNCERTAINTY ? "image_uncertain"
                                                  : "image_stopped",
                      b->culprit);
    frame_set_real(f, "path", band_path(b, i));
    if (!c->known[0] || c->stop == STOP_NAN)
        return;
    frame_set_real(f, is_labelled(f) ? "fmax" : "ml_fmax", image_fmax(c, i));
    if (c->has_sigma && !is_labelled(f))
        frame_set_real(f, "ml_sigma_max", c->sigma[i]);
    if (b->climbs)
        frame_set_int(f, "climbing", b->top);
    band_barrier(b, &barrier);
    frame_set_real(f, "barrier", barrier.forward);
    frame_set_real(f, "barrier_back", barrier.back);
    frame_set_real(f, "saddle", barrier.at);
}

/* The images of this step; of an oracle only when it is the last, since its
 * labels are written already. */
static int put_band(struct simulate *s, struct chain *c, struct err *err)
{
    int ret = 0;

    if (!c->stop && (s->oracle || c->step % s->every != 0))
        return 0;
    for (int i = 0; i < c->band.nimages && ret == 0; i++) {
        struct frame f;
        frame_copy(&f, c->known[i] ? &c->answer[i] : renew(c, i));
        if (c->stop)
            sum_up(c, i, &f);
        ret = trajectory_put(&s->trajectory, &f, err);
        frame_release(&f);
    }
    return ret;
}

static void tell(const struct simulate *s, const struct chain *c)
{
    const struct band *b = &c->band;
    struct barrier barrier;

    if (!s->verbose)
        return;
    cli_say(s->cli,
            "step %d: fmax %.4f eV/angstrom, image %d %s at %+.6f eV%s%s",
            c->step, band_fmax(b, -1), b->top, b->climbs ? "climbs" : "is",
            b->energy[b->top] - b->energy[0], c->stop ? ", " : "",
            stop_name(c->stop));
    if (!c->stop || c->stop == STOP_NAN)
        return;
    band_barrier(b, &barrier);
    cli_say(s->cli,
            "barrier %.6f eV, back %.6f eV, %.3f of %.3f angstrom along the "
            "path",
            barrier.forward, barrier.back, barrier.at,
            band_path(b, b->nimages - 1));
}

/* The state before the next question, for a checkpoint. */
static int put_state(struct simulate *s, struct chain *c, struct err *err)
{
    struct bin *b = checkpoint_begin(&s->checkpoint, "neb");

    return b ? chain_put(s, c, 0, b, err) : 0;
}

/* Ask about all images, choose where they go, write, go. */
static int take_step(struct simulate *s, struct chain *c, struct err *err)
{
    const struct neb_params *p = &s->neb.params;
    struct band *b = &c->band;
    size_t size = (size_t)b->all.natoms * sizeof *c->before;
    int ret = put_state(s, c, err);

    for (int i = 0; i < b->nimages && ret == 0 && !c->stop; i++)
        ret = ask_image(s, c, i, err);
    if (ret == 0)
        ret = check_met(s, err);
    if (ret < 0 || c->stop)
        return ret;
    neb_forces(b, p);
    c->stop =
        band_judge(b, p, &s->limits, c->step, c->has_sigma ? c->sigma : NULL);
    memcpy(c->before, b->all.pos, size);
    if (s->neb.only_start && (!c->stop || c->stop == STOP_CONVERGED))
        c->stop = STOP_STEPS;
    if (!c->stop && (ret = relax_step(c->relax, &b->all, b->neb, err)) < 0)
        return ret;
    if (!c->stop && (c->stop = band_allow(b, &s->limits, &c->start)))
        memcpy(b->all.pos, c->before, size);
    tell(s, c);
    if ((ret = keep(s, c->step, c->stop, err)) == 0)
        ret = put_band(s, c, err);
    if (ret == 0 && !c->stop)
        c->step++;
    return ret;
}

/* A path leads from minimum to minimum. */
static void remark_ends(const struct simulate *s, const struct chain *c)
{
    for (int i = 0; i < c->band.nimages; i += c->band.nimages - 1)
        if (!s->quiet && c->known[i] && image_fmax(c, i) > s->limits.fmax)
            cli_say(s->cli,
                    "image %d, an end, is not relaxed: fmax %.4f eV/angstrom "
                    "(--relax-ends relaxes both)",
                    i, image_fmax(c, i));
}

static int walk(struct simulate *s, struct chain *c, struct err *err)
{
    int ret = 0;

    c->stop = band_allow(&c->band, &s->limits, &c->start);
    if (c->stop) { /* not worth a question */
        source_forget(&s->source);
        ret = put_band(s, c, err);
    }
    while (ret == 0 && !c->stop)
        ret = take_step(s, c, err);
    if (ret == 0 && c->stop != STOP_FAILED)
        remark_ends(s, c);
    if (ret == 0 && c->stop != STOP_CONVERGED) {
        s->yes = false;
        if (!s->quiet)
            cli_say(s->cli, "the band is not converged: %s after %d step%s",
                    stop_name(c->stop), c->step, c->step == 1 ? "" : "s");
    }
    return ret;
}

/* Both ends, or those whose walks have not ended; good (out) if they may be
 * those of a band. */
static int relax_ends(struct simulate *s, struct chain *c, int walking,
                      bool *good, struct err *err)
{
    int ret = 0;

    for (int i = walking ? walking - 1 : 0; ret == 0 && *good && i < 2; i++)
        ret = relax_end(s, c, i, i + 1 == walking, good, err);
    return ret;
}

static int check_ends(struct simulate *s, const struct chain *c, bool *good,
                      struct err *err)
{
    if (!*good || !one_minimum(c))
        return 0;
    *good = s->yes = false;
    if (!s->neb.relax_ends)
        return err_set(err, ERR_RANGE, "%s: both ends are the same", s->input);
    cli_say(s->cli, "no band: both ends relax to the same minimum");
    return 0;
}

/* Ends, relaxed if that is wanted, and the band between them. */
static int begin(struct simulate *s, struct chain *c, int walking, bool *good,
                 struct err *err)
{
    int ret = 0;

    if (s->neb.relax_ends || walking)
        ret = relax_ends(s, c, walking, good, err);
    if (ret == 0)
        ret = check_ends(s, c, good, err);
    if (ret == 0 && *good)
        ret = chain_build(s, c, true, err);
    for (int i = 0; ret == 0 && *good && s->oracle && i < 2; i++)
        if (c->last[i].atoms.natoms)
            know_end(c, i ? c->band.nimages - 1 : 0, &c->last[i]);
    return ret;
}

int simulate_neb(struct simulate *s, struct err *err)
{
    struct chain c = {0};
    bool good = true;
    int walking = 0, ret;

    s->neb.params.tangent = (enum neb_tangent)s->neb.tangent;
    ret = s->restart ? chain_get(s, &c, &walking, err) : read_ends(s, &c, err);
    if (ret == 0 && (!s->restart || walking))
        ret = begin(s, &c, walking, &good, err);
    s->band = true;
    if (ret == 0 && good)
        ret = walk(s, &c, err);
    release(&c);
    return ret;
}
