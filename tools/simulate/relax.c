#include "simulate.h"

#include <string.h>

struct walk {
    struct frame frame; /* where it is, without labels */
    struct atoms start;
    struct relax *relax;
    int number, step; /* number 0: the only walk */
    enum stop stop;
    struct frame *last; /* its last frame (out), NULL: not wanted */
};

static int put_step(struct simulate *s, const struct walk *w, struct err *err)
{
    const struct source *source = &s->source;
    double fmax = source->ok ? atoms_fmax(&w->frame.atoms, source->forces) : 0;
    struct frame f;
    int ret;

    if (s->verbose && source->ok)
        cli_say(s->cli, "step %d: energy %.6f eV, fmax %.4f eV/angstrom%s%s",
                w->step, source->energy, fmax, w->stop ? ", " : "",
                stop_name(w->stop));
    if (!w->stop && w->step % s->every != 0)
        return 0;
    frame_copy(&f, &w->frame);
    if (w->number)
        frame_set_int(&f, "walk", w->number);
    frame_set_int(&f, "step", w->step);
    source_put(source, &f);
    if (w->stop) {
        frame_set_bool(&f, "relaxed", w->stop == STOP_CONVERGED);
        frame_set_text(&f, "reason", stop_name(w->stop));
        if (source->ok)
            frame_set_real(&f, s->oracle ? "fmax" : "ml_fmax", fmax);
        if (source->ok && source->sigma_f)
            frame_set_real(&f, "ml_sigma_max",
                           walk_sigma(&w->frame.atoms, source->sigma_f));
    }
    ret = trajectory_put(&s->trajectory, &f, err);
    if (ret == 0 && w->stop && w->last)
        frame_copy(w->last, &f);
    frame_release(&f);
    return ret;
}

/* Ask where the atoms are, choose where they go, write, go. */
static int take_step(struct simulate *s, struct walk *w, struct err *err)
{
    const struct source *source = &s->source;
    struct atoms *a = &w->frame.atoms, next;
    int ret = ask(s, &w->frame, err);

    if (ret == 0 && w->step == 0)
        ret = check_first(s, err);
    if (ret < 0)
        return ret;
    atoms_copy(&next, a);
    if (!source->ok)
        w->stop = s->oracle ? STOP_FAILED : STOP_NAN;
    else
        w->stop = walk_judge(&s->limits, w->step, a, source->energy,
                             source->forces, source->sigma_f);
    if (!w->stop &&
        (ret = relax_step(w->relax, &next, source->forces, err)) == 0)
        w->stop = walk_allow(&s->limits, &w->start, &next);
    if (ret == 0)
        ret = put_step(s, w, err);
    if (!w->stop) {
        memcpy(a->pos, next.pos, (size_t)a->natoms * sizeof *a->pos);
        w->step++;
    }
    atoms_release(&next);
    return ret;
}

int relax_frame(struct simulate *s, const struct frame *f, int number,
                struct frame *last, enum stop *stop, struct err *err)
{
    struct walk w = {.number = number, .last = last};
    int ret;

    frame_copy(&w.frame, f);
    frame_strip(&w.frame);
    if ((ret = hold(s, &w.frame, err)) < 0)
        goto out;
    remark_slab(s, &w.frame.atoms);
    atoms_copy(&w.start, &w.frame.atoms);
    w.relax = relax_new((enum relax_method)s->relax.method, w.start.natoms,
                        s->relax.max_step);
    w.stop = walk_allow(&s->limits, &w.start, &w.start);
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
                    stop_name(w.stop), w.step, w.step == 1 ? "" : "s");
    }
    *stop = w.stop;
out:
    relax_free(w.relax);
    atoms_release(&w.start);
    frame_release(&w.frame);
    return ret;
}

int simulate_relax(struct simulate *s, struct err *err)
{
    struct frames all = {0};
    enum stop stop;
    int ret = frames_read(&all, s->input, err);

    if (ret == 0 && all.n == 0)
        ret = err_set(err, ERR_FORMAT, "there is no frame in '%s'", s->input);
    for (int i = 0; i < all.n && ret == 0; i++)
        ret = relax_frame(s, &all.frame[i], all.n > 1 ? i + 1 : 0, NULL, &stop,
                          err);
    frames_release(&all);
    return ret;
}
