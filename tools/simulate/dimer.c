#include "simulate.h"

#include <stdlib.h>
#include <string.h>

struct climb {
    struct frame frame; /* with the atoms where they are asked about */
    struct frame center;
    struct atoms start;
    struct dimer_walk *dimer;
    int number, step; /* number 0: the only one */
    enum stop stop;
};

/* The mode of the frame, or a random one. */
static int start_dimer(const struct simulate *s, struct climb *c,
                       struct err *err)
{
    const struct dimer_params p = {
        .method = (enum relax_method)s->relax.method,
        .max_step = s->relax.max_step,
        .max_rotations = s->dimer.rotations,
        .min_angle = s->dimer.angle,
    };
    const struct atoms *a = &c->frame.atoms;
    const double *given = frame_get_column(&c->frame, "mode", 3);
    double(*mode)[3] = xcalloc((size_t)a->natoms, sizeof *mode);
    struct rng rng;

    rng_init(&rng, (uint64_t)s->seed + ((uint64_t)c->number << 32));
    for (int i = 0; i < 3 * a->natoms; i++)
        mode[i / 3][i % 3] = given ? given[i] : rng_normal(&rng);
    frame_drop(&c->frame, "mode");
    c->dimer = dimer_new(a, &p, mode, err);
    free(mode);
    if (!c->dimer)
        return in_input(s, &c->frame, err->code, err);
    return 0;
}

static void sum_up(const struct simulate *s, const struct climb *c,
                   struct frame *f)
{
    struct saddle saddle = dimer_saddle(c->dimer);

    frame_set_bool(f, "converged_saddle", c->stop == STOP_CONVERGED);
    frame_set_text(f, "reason", stop_name(c->stop));
    if (s->source.ok)
        frame_set_real(f, s->oracle ? "fmax" : "ml_fmax",
                       atoms_fmax(saddle.atoms, saddle.forces));
}

/* The center, once the curvature there is known; of an oracle only the last,
 * since its labels are written already. */
static int put_center(struct simulate *s, const struct climb *c, bool known,
                      struct err *err)
{
    struct saddle saddle = dimer_saddle(c->dimer);
    struct frame f;
    int ret;

    if (s->verbose && known)
        cli_say(s->cli,
                "step %d: energy %.6f eV, fmax %.4f eV/angstrom, curvature "
                "%.4f eV/angstrom^2%s%s",
                c->step, saddle.energy, atoms_fmax(saddle.atoms, saddle.forces),
                saddle.curvature, c->stop ? ", " : "", stop_name(c->stop));
    if (!c->stop && (s->oracle || c->step % s->every != 0))
        return 0;
    frame_copy(&f, &c->center);
    if (known) {
        frame_set_real(&f, "curvature", saddle.curvature);
        frame_set_column(&f, "mode", 3, saddle.mode[0]);
    }
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

    frame_copy(&f, &c->frame);
    if (c->number)
        frame_set_int(&f, "walk", c->number);
    frame_set_int(&f, "step", c->step);
    if (!center)
        frame_set_bool(&f, "probe", true);
    source_put(&s->source, &f);
    if (c->stop == STOP_FAILED)
        frame_set_text(&f, "reason", stop_name(c->stop));
    if (s->oracle)
        ret = trajectory_put(&s->trajectory, &f, err);
    if (!center) {
        frame_release(&f);
        return ret;
    }
    frame_release(&c->center);
    c->center = f;
    return ret;
}

/* Is it a saddle?  If not, move on, unless that would come to harm. */
static int judge(struct simulate *s, struct climb *c, struct err *err)
{
    struct saddle saddle = dimer_saddle(c->dimer);
    double fmax = atoms_fmax(saddle.atoms, saddle.forces);
    int ret;

    if (fmax < s->limits.fmax && saddle.curvature < 0)
        c->stop = STOP_CONVERGED;
    else if (c->step >= s->limits.max_steps)
        c->stop = STOP_STEPS;
    if (c->stop || (c->step % s->every == 0 && !s->oracle) || s->verbose)
        if ((ret = put_center(s, c, true, err)) < 0 || c->stop)
            return ret;
    if ((ret = dimer_step(c->dimer, err)) < 0)
        return ret;
    c->stop = walk_allow(&s->limits, &c->start, dimer_point(c->dimer));
    if (c->stop)
        return put_center(s, c, false, err);
    c->step++;
    return 0;
}

/* A model that fails near the center has nothing more to say about it. */
static int give_up(struct simulate *s, struct climb *c, bool center,
                   struct err *err)
{
    int ret;

    c->stop = s->oracle ? STOP_FAILED : STOP_NAN;
    if (s->oracle || center) {
        if ((ret = keep_answer(s, c, center, err)) < 0 || s->oracle)
            return ret;
    }
    return put_center(s, c, false, err);
}

static int take_step(struct simulate *s, struct climb *c, struct err *err)
{
    const struct source *source = &s->source;
    const struct atoms *at = dimer_point(c->dimer);
    bool center = dimer_at_center(c->dimer);
    int ret;

    memcpy(c->frame.atoms.pos, at->pos, (size_t)at->natoms * sizeof *at->pos);
    ret = ask(s, &c->frame, err);
    if (ret == 0 && center && c->step == 0)
        ret = check_first(s, err);
    if (ret < 0)
        return ret;
    if (!source->ok)
        return give_up(s, c, center, err);
    if ((ret = keep_answer(s, c, center, err)) < 0)
        return ret;
    if (source->sigma_f &&
        walk_uncertain(&s->limits, at, source->forces, source->sigma_f,
                       source->prediction.sigma_e)) {
        c->stop = STOP_UNCERTAINTY;
        return put_center(s, c, false, err);
    }
    if (dimer_take(c->dimer, source->energy, source->forces) == DIMER_KNOWS)
        return judge(s, c, err);
    return 0;
}

static int dimer(struct simulate *s, const struct frame *f, int number,
                 struct err *err)
{
    struct climb c = {.number = number};
    int ret;

    frame_copy(&c.frame, f);
    frame_strip(&c.frame);
    if ((ret = hold(s, &c.frame, err)) < 0 ||
        (ret = start_dimer(s, &c, err)) < 0)
        goto out;
    remark_slab(s, &c.frame.atoms);
    atoms_copy(&c.start, &c.frame.atoms);
    frame_copy(&c.center, &c.frame);
    c.stop = walk_allow(&s->limits, &c.start, &c.start);
    if (c.stop) { /* not worth a question */
        source_forget(&s->source);
        ret = put_center(s, &c, false, err);
    }
    while (ret == 0 && !c.stop)
        ret = take_step(s, &c, err);
    if (ret == 0 && c.stop != STOP_CONVERGED) {
        s->yes = false;
        if (!s->quiet)
            cli_say(s->cli, "no saddle point: %s after %d step%s",
                    stop_name(c.stop), c.step, c.step == 1 ? "" : "s");
    }
out:
    dimer_free(c.dimer);
    atoms_release(&c.start);
    frame_release(&c.center);
    frame_release(&c.frame);
    return ret;
}

int simulate_dimer(struct simulate *s, struct err *err)
{
    struct frames all = {0};
    int ret = frames_read(&all, s->input, err);

    if (ret == 0 && all.n == 0)
        ret = err_set(err, ERR_FORMAT, "there is no frame in '%s'", s->input);
    for (int i = 0; i < all.n && ret == 0; i++)
        ret = dimer(s, &all.frame[i], all.n > 1 ? i + 1 : 0, err);
    frames_release(&all);
    return ret;
}
