#include "simulate.h"

#include <string.h>

struct walk {
    struct place at;
    struct relax *relax;
    struct cell cell;
    enum stop stop;
    struct frame *last; /* its last frame (out), NULL: not wanted */
};

static int put_step(struct simulate *s, const struct walk *w, struct err *err)
{
    struct source *source = &s->source;
    const struct place *at = &w->at;
    double fmax = source->ok ? atoms_fmax(&at->frame.atoms, source->forces) : 0;
    struct frame f;
    int ret;

    if (s->verbose && source->ok)
        cli_say(s->cli, "step %d: energy %.6f eV, fmax %.4f eV/angstrom%s%s",
                at->step, source->energy, fmax, w->stop ? ", " : "",
                stop_name(w->stop));
    if (!w->stop && at->step % s->every != 0)
        return 0;
    frame_copy(&f, &at->frame);
    if (at->number)
        frame_set_int(&f, "walk", at->number);
    frame_set_int(&f, "step", at->step);
    source_put(source, &f);
    if (w->stop) {
        frame_set_bool(&f, "relaxed", w->stop == STOP_CONVERGED);
        frame_set_text(&f, "reason", stop_name(w->stop));
        if (source->ok)
            frame_set_real(&f, source->labelled ? "fmax" : "ml_fmax", fmax);
        if (source->ok && source->sigma_f)
            frame_set_real(&f, "ml_sigma_max",
                           walk_sigma(&at->frame.atoms, source->sigma_f));
    }
    ret = trajectory_put(&s->trajectory, &f, err);
    if (ret == 0 && w->stop && w->last)
        frame_copy(w->last, &f);
    frame_release(&f);
    return ret;
}

/* The state before the next question, for a checkpoint. */
static int put_state(struct simulate *s, struct walk *w, struct err *err)
{
    struct bin *b =
        checkpoint_begin(&s->checkpoint, s->chain ? "neb" : "relax");
    int ret = 0;

    if (b && s->chain)
        ret = chain_put(s, s->chain, w->at.number, b, err);
    if (b && ret == 0)
        ret = place_put(s, &w->at, b, err);
    if (!b || ret < 0)
        return ret;
    bin_put_u32(b, w->cell.mode);
    if (w->cell.mode)
        bin_put_reals(b, w->cell.deform[0], 9);
    relax_put(w->relax, b);
    return 0;
}

static enum stop judge(const struct simulate *s, const struct walk *w)
{
    const struct source *source = &s->source;

    if (!source->ok)
        return s->oracle ? STOP_FAILED : STOP_NAN;
    return walk_judge(&s->limits, w->at.step, &w->at.frame.atoms,
                      source->energy, source->forces, source->sigma_f,
                      source->prediction.sigma_e);
}

/* Relaxed is what has no force on its cell, either. */
static void judge_cell(const struct simulate *s, struct walk *w)
{
    const struct walk_limits *l = &s->limits;

    if (!s->relax.cell || !s->source.ok)
        return;
    cell_take(&w->cell, &w->at.frame.atoms, s->source.forces, s->source.stress);
    if (w->stop == STOP_CONVERGED &&
        !(atoms_fmax(&w->cell.x, w->cell.forces) < l->fmax))
        w->stop = w->at.step >= l->max_steps ? STOP_STEPS : STOP_NOT;
}

static int move(struct simulate *s, struct walk *w, struct atoms *next,
                struct err *err)
{
    int ret;

    if (!s->relax.cell)
        return relax_step(w->relax, next, s->source.forces, err);
    ret = relax_step(w->relax, &w->cell.x, w->cell.forces, err);
    if (ret == 0)
        cell_give(&w->cell, next);
    return ret;
}

/* Ask where the atoms are, choose where they go, write, go. */
static int take_step(struct simulate *s, struct walk *w, struct err *err)
{
    struct atoms *a = &w->at.frame.atoms, next;
    int ret = put_state(s, w, err);

    if (ret == 0)
        ret = ask(s, &w->at.frame, err);
    if (ret == 0 && w->at.step == 0)
        ret = check_first(s, err);
    if (ret == 0 && s->relax.cell)
        ret = check_stress(s, "cell", err);
    if (ret < 0)
        return ret;
    atoms_copy(&next, a);
    w->stop = judge(s, w);
    judge_cell(s, w);
    if (!w->stop && (ret = move(s, w, &next, err)) == 0)
        w->stop = walk_allow(&s->limits, &w->at.start, &next);
    if (ret == 0)
        ret = keep(s, w->at.step, w->stop, err);
    if (ret == 0)
        ret = put_step(s, w, err);
    if (!w->stop) {
        memcpy(a->pos, next.pos, (size_t)a->natoms * sizeof *a->pos);
        memcpy(a->cell, next.cell, sizeof a->cell);
        w->at.step++;
    }
    atoms_release(&next);
    return ret;
}

static struct relax *new_relax(const struct simulate *s, const struct walk *w)
{
    return relax_new((enum relax_method)s->relax.method,
                     w->at.start.natoms + (s->relax.cell ? 3 : 0),
                     s->relax.max_step);
}

static int begin_cell(const struct simulate *s, struct walk *w, struct err *err)
{
    const struct atoms *a = &w->at.frame.atoms;
    bool flat = a->cell[0][2] == 0 && a->cell[1][2] == 0;
    int ret = check_periodic(s, &w->at.frame, "cell", err);

    if (ret < 0)
        return ret;
    if (s->relax.cell == CELL_XY && !flat)
        ret = err_set(err, ERR_RANGE,
                      "--cell=xy: the first two lattice vectors must lie in "
                      "the plane of x and y");
    cell_init(&w->cell, (enum cell_mode)s->relax.cell, a);
    return in_input(s, &w->at.frame, ret, err);
}

static int begin(const struct simulate *s, struct walk *w,
                 const struct frame *f, struct err *err)
{
    int ret;

    frame_copy(&w->at.frame, f);
    frame_strip(&w->at.frame);
    if ((ret = hold(s, &w->at.frame, err)) < 0)
        return ret;
    remark_slab(s, &w->at.frame.atoms);
    if (s->relax.cell && (ret = begin_cell(s, w, err)) < 0)
        return ret;
    atoms_copy(&w->at.start, &w->at.frame.atoms);
    w->relax = new_relax(s, w);
    return 0;
}

static int cell_again(const struct simulate *s, struct walk *w, struct bin *b,
                      struct err *err)
{
    if (bin_get_u32(b) != (uint32_t)s->relax.cell)
        return err_set(err, ERR_FORMAT, "it is of another --cell");
    if (s->relax.cell == CELL_FIXED)
        return 0;
    cell_init(&w->cell, (enum cell_mode)s->relax.cell, &w->at.start);
    bin_get_reals(b, w->cell.deform[0], 9);
    return 0;
}

static int begin_again(struct simulate *s, struct walk *w, struct err *err)
{
    struct bin *b = &s->past;
    int ret = place_get(s, &w->at, err);

    if (ret < 0)
        return ret;
    if (cell_again(s, w, b, err) < 0)
        return bad_past(s, err);
    w->relax = new_relax(s, w);
    if (relax_get(w->relax, s->relax.cell ? &w->cell.x : &w->at.frame.atoms, b,
                  err) < 0)
        return bad_past(s, err);
    return checkpoint_end(&s->past, s->restart, err);
}

int relax_frame(struct simulate *s, const struct frame *f, int number,
                struct frame *last, enum stop *stop, struct err *err)
{
    struct walk w = {.at.number = number, .last = last};
    int ret = f ? begin(s, &w, f, err) : begin_again(s, &w, err);

    if (ret == 0)
        w.stop = walk_allow(&s->limits, &w.at.start, &w.at.frame.atoms);
    if (w.stop) { /* not worth a question */
        source_forget(&s->source);
        ret = put_step(s, &w, err);
    }
    while (ret == 0 && !w.stop)
        ret = take_step(s, &w, err);
    if (ret == 0 && w.stop != STOP_CONVERGED) {
        s->yes = false;
        if (!s->quiet)
            cli_say(s->cli, "not relaxed: %s after %d step%s",
                    stop_name(w.stop), w.at.step, w.at.step == 1 ? "" : "s");
    }
    *stop = w.stop;
    relax_free(w.relax);
    cell_release(&w.cell);
    place_release(&w.at);
    return ret;
}

static int relax(struct simulate *s, const struct frame *f, int number,
                 struct err *err)
{
    enum stop stop;

    return relax_frame(s, f, number, NULL, &stop, err);
}

int simulate_relax(struct simulate *s, struct err *err)
{
    s->source.want_stress = s->relax.cell != CELL_FIXED;
    return for_each_walk(s, relax, err);
}
