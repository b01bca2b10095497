#include "simulate.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

int open_files(struct simulate *s, const char *mode, struct err *err)
{
    struct trajectory *t = &s->trajectory;
    struct mark mark = {0};
    int ret = 0;

    if (s->restart)
        ret = checkpoint_read(&s->past, &mark, s->restart, mode, err);
    if (ret == 0 && s->label)
        ret = source_give(&s->source, s->label, err);
    if (ret < 0)
        goto out;
    ret = s->restart || s->checkpoint.path
              ? trajectory_resume(t, s->output, s->oracle,
                                  s->restart ? &mark : NULL, err)
              : trajectory_open(t, s->output, s->oracle, err);
    if (ret == 0 && t->done.n > 0 && !s->quiet)
        cli_say(s->cli, "going on after %d frames of '%s.part'", t->done.n,
                s->output);
out:
    mark_release(&mark);
    return ret;
}

/* The text of the frame is made once: of it, only where it is will change. */
static int begin_place(struct place *p, struct err *err)
{
    struct frame f;
    int ret;

    frame_copy(&f, &p->frame);
    memcpy(f.atoms.pos, p->start.pos,
           (size_t)p->start.natoms * sizeof *p->start.pos);
    memcpy(f.atoms.cell, p->start.cell, sizeof p->start.cell);
    bin_init(&p->begun, "frame", 1);
    ret = bin_put_frame(&p->begun, &f, err);
    frame_release(&f);
    return ret;
}

int place_put(const struct simulate *s, struct place *p, struct bin *b,
              struct err *err)
{
    const struct atoms *a = &p->frame.atoms;
    int ret = p->begun.size ? 0 : begin_place(p, err);

    if (ret < 0)
        return ret;
    bin_put_u32(b, s->yes);
    bin_put_u64(b, (uint64_t)p->number);
    bin_put_u64(b, (uint64_t)p->step);
    bin_put_body(b, &p->begun);
    bin_put_reals(b, a->cell[0], 9);
    bin_put_reals(b, a->pos[0], 3 * (size_t)a->natoms);
    return 0;
}

int place_get(struct simulate *s, struct place *p, struct err *err)
{
    struct bin *b = &s->past;
    struct atoms *a = &p->frame.atoms;

    s->yes = bin_get_u32(b);
    p->number = bin_get_count(b, INT_MAX, 0);
    p->step = bin_get_count(b, INT_MAX, 0);
    if (bin_get_frame(b, &p->frame, err) < 0)
        return bad_past(s, err);
    atoms_copy(&p->start, a);
    bin_get_reals(b, a->cell[0], 9);
    bin_get_reals(b, a->pos[0], 3 * (size_t)a->natoms);
    s->walk = p->number;
    if (!s->quiet)
        cli_say(s->cli, "going on at step %d of '%s'", p->step, s->restart);
    return 0;
}

void place_release(struct place *p)
{
    frame_release(&p->frame);
    atoms_release(&p->start);
    bin_release(&p->begun);
}

int bad_past(const struct simulate *s, struct err *err)
{
    char why[sizeof err->msg];

    snprintf(why, sizeof why, "%s", err->msg);
    return err_set(err, err->code, "%s: %s", s->restart, why);
}

int keep(struct simulate *s, int step, bool last, struct err *err)
{
    bool due = step > 0 && step % s->checkpoint.every == 0;

    return last || due ? checkpoint_write(&s->checkpoint, &s->trajectory, err)
                       : 0;
}

int for_each_walk(struct simulate *s, walk_function *walk, struct err *err)
{
    struct frames all = {0};
    int ret = 0;

    if (s->restart) {
        ret = walk(s, NULL, 0, err);
        if (ret < 0 || s->walk == 0)
            return ret;
    }
    ret = frames_read(&all, s->input, err);
    if (ret == 0 && all.n == 0)
        ret = err_set(err, ERR_FORMAT, "there is no frame in '%s'", s->input);
    for (int i = s->walk; i < all.n && ret == 0; i++)
        ret = walk(s, &all.frame[i], all.n > 1 ? i + 1 : 0, err);
    frames_release(&all);
    return ret;
}
