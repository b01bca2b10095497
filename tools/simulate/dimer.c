#include "simulate.h"

#include <stdlib.h>
#include <string.h>

struct climb {
    struct place at; /* its frame has the atoms where they are asked about */
    struct frame center;
    struct dimer_walk *dimer;
    double fmax;   /* at the center, eV/angstrom, */
    bool answered; /* which has an answer */
    bool known;    /* and the curvature there is known */
    enum stop stop;
};

static struct dimer_params params_of(const struct simulate *s)
{
    return (struct dimer_params){
        .method = (enum relax_method)s->relax.method,
        .max_step = s->relax.max_step,
        .max_rotations = s->dimer.rotations,
        .min_angle = s->dimer.angle,
    };
}

/* The mode of the frame, or a random one. */
static int start_dimer(const struct simulate *s, struct climb *c,
                       struct err *err)
{
    const struct dimer_params p = params_of(s);
    struct frame *f = &c->at.frame;
    const double *given = frame_get_column(f, "mode", 3);
    double(*mode)[3] = xcalloc((size_t)f->atoms.natoms, sizeof *mode);
    struct rng rng;

    rng_init(&rng, (uint64_t)s->seed + ((uint64_t)c->at.number << 32));
    for (int i = 0; i < 3 * f->atoms.natoms; i++)
        mode[i / 3][i % 3] = given ? given[i] : rng_normal(&rng);
    frame_drop(f, "mode");
    c->dimer = dimer_new(&f->atoms, &p, mode, err);
    free(mode);
    return c->dimer ? 0 : in_input(s, f, err->code, err);
}

static void sum_up(const struct simulate *s, const struct climb *c,
                   struct frame *f)
{
    frame_set_bool(f, "converged_saddle", c->stop == STOP_CONVERGED);
    frame_set_text(f, "reason", stop_name(c->stop));
    if (c->answered)
        frame_set_real(f, s->oracle ? "fmax" : "ml_fmax", c->fmax);
}

/* The center, once it is known where it goes on, if it does; of an oracle only
 * the last, since its labels are written already. */
static int put_center(struct simulate *s, const struct climb *c,
                      struct err *err)
{
    struct saddle saddle = dimer_saddle(c->dimer);
    struct frame f;
    int ret;

    if (s->verbose && c->known)
        cli_say(s->cli,
                "step %d: energy %.6f eV, fmax %.4f eV/angstrom, curvature "
                "%.4f eV/angstrom^2%s%s",
                c->at.step, saddle.energy, c->fmax, saddle.curvature,
                c->stop ? ", " : "", stop_name(c->stop));
    if (!c->stop && (s->oracle || c->at.step % s->every != 0))
        return 0;
    frame_copy(&f, &c->center);
    if (c->stop)
        sum_up(s, c, &f);
    ret = trajectory_put(&s->trajectory, &f, err);
    frame_release(&f);
    return ret;
}

/* The frame as it is to be written, with its answer: of the center it waits
 * for the curvature; a label is on the disk before the next is asked for. */
static int keep_answer(struct simulate *s, struct climb *c, bool center,
                       struct err *err)
{
    struct frame f;
    int ret = 0;

    frame_copy(&f, &c->at.frame);
    if (c->at.number)
        frame_set_int(&f, "walk", c->at.number);
    frame_set_int(&f, "step", c->at.step);
    if (!center)
        frame_set_bool(&f, "probe", true);
    if (center || s->oracle)
        source_put(&s->source, &f);
    if (c->stop == STOP_FAILED) {
        frame_set_bool(&f, "converged_saddle", false);
        frame_set_text(&f, "reason", stop_name(c->stop));
    }
    if (s->oracle)
        ret = trajectory_put(&s->trajectory, &f, err);
    if (!center) {
        frame_release(&f);
        return ret;
    }
    frame_release(&c->center);
    c->center = f;
    c->known = false;
    c->answered = s->source.ok;
    if (c->answered)
        c->fmax = atoms_fmax(&f.atoms, s->source.forces);
    return ret;
}

/* Is it a saddle?  If not, move on, unless that would come to harm. */
static int judge(struct simulate *s, struct climb *c, struct err *err)
{
    struct saddle saddle = dimer_saddle(c->dimer);
    int ret;

    c->known = true;
    frame_set_real(&c->center, "curvature", saddle.curvature);
    frame_set_column(&c->center, "mode", 3, saddle.mode[0]);
    if (c->fmax < s->limits.fmax && saddle.curvature < 0)
        c->stop = STOP_CONVERGED;
    else if (c->at.step >= s->limits.max_steps)
        c->stop = STOP_STEPS;
    if (c->stop)
        return 0;
    if ((ret = dimer_step(c->dimer, err)) < 0)
        return ret;
    c->stop = walk_allow(&s->limits, &c->at.start, dimer_point(c->dimer));
    return 0;
}

/* The state before the next question about a center, for a checkpoint: forces
 * near it are compared with those there, and must have the same source. */
static int put_state(struct simulate *s, struct climb *c, struct err *err)
{
    struct bin *b = dimer_at_center(c->dimer)
                        ? checkpoint_begin(&s->checkpoint, "dimer")
                        : NULL;
    int ret = b ? place_put(s, &c->at, b, err) : 0;

    if (b && ret == 0)
        dimer_put(c->dimer, b);
    return ret;
}

/* Ask once; the step ends when the dimer knows enough, or nobody does. */
static int take_step(struct simulate *s, struct climb *c, struct err *err)
{
    const struct source *source = &s->source;
    const struct atoms *at = dimer_point(c->dimer);
    bool center = dimer_at_center(c->dimer);
    int ret;

    memcpy(c->at.frame.atoms.pos, at->pos,
           (size_t)at->natoms * sizeof *at->pos);
    if ((ret = put_state(s, c, err)) < 0 ||
        (ret = ask(s, &c->at.frame, err)) < 0 ||
        (c->at.step == 0 && center && (ret = check_first(s, err)) < 0))
        return ret;
    if (!source->ok)
        c->stop = s->oracle ? STOP_FAILED : STOP_NAN;
    if ((ret = keep_answer(s, c, center, err)) < 0 || c->stop == STOP_FAILED)
        return ret;
    if (source->ok && source->sigma_f &&
        walk_uncertain(&s->limits, at, source->forces, source->sigma_f,
                       source->prediction.sigma_e))
        c->stop = STOP_UNCERTAINTY;
    if (!c->stop) {
        if (dimer_take(c->dimer, source->energy, source->forces) == DIMER_ASKS)
            return 0;
        if ((ret = judge(s, c, err)) < 0)
            return ret;
    }
    if ((ret = keep(s, c->at.step, c->stop, err)) == 0)
        ret = put_center(s, c, err);
    if (!c->stop)
        c->at.step++;
    return ret;
}

static int begin(const struct simulate *s, struct climb *c,
                 const struct frame *f, struct err *err)
{
    int ret;

    frame_copy(&c->at.frame, f);
    frame_strip(&c->at.frame);
    if ((ret = hold(s, &c->at.frame, err)) < 0 ||
        (ret = start_dimer(s, c, err)) < 0)
        return ret;
    remark_slab(s, &c->at.frame.atoms);
    atoms_copy(&c->at.start, &c->at.frame.atoms);
    return 0;
}

static int begin_again(struct simulate *s, struct climb *c, struct err *err)
{
    const struct dimer_params p = params_of(s);
    int ret = place_get(s, &c->at, err);

    if (ret < 0)
        return ret;
    c->dimer = dimer_get(&c->at.frame.atoms, &p, &s->past, err);
    if (!c->dimer)
        return bad_past(s, err);
    return checkpoint_end(&s->past, s->restart, err);
}

static int dimer(struct simulate *s, const struct frame *f, int number,
                 struct err *err)
{
    struct climb c = {.at.number = number};
    int ret = f ? begin(s, &c, f, err) : begin_again(s, &c, err);

    if (ret < 0)
        goto out;
    frame_copy(&c.center, &c.at.frame);
    c.stop = walk_allow(&s->limits, &c.at.start, &c.at.frame.atoms);
    if (c.stop) /* not worth a question */
        ret = put_center(s, &c, err);
    while (ret == 0 && !c.stop)
        ret = take_step(s, &c, err);
    if (ret == 0 && c.stop != STOP_CONVERGED) {
        s->yes = false;
        if (!s->quiet)
            cli_say(s->cli, "no saddle point: %s after %d step%s",
                    stop_name(c.stop), c.at.step, c.at.step == 1 ? "" : "s");
    }
out:
    dimer_free(c.dimer);
    frame_release(&c.center);
    place_release(&c.at);
    return ret;
}

int simulate_dimer(struct simulate *s, struct err *err)
{
    return for_each_walk(s, dimer, err);
}
