#include <morsel/sim.h>

#include <stdlib.h>
#include <string.h>

#include "recall.h"

/*
 * Read what is whole in path.part; what follows, if anything, is one torn
 * frame.
 */
static int read_part(struct trajectory *t, struct err *err)
{
    char *part = xasprintf("%s.part", t->path);
    struct text in = {.f = t->f, .name = part};
    struct frame f;
    struct err after;
    int ret;

    rewind(t->f);
    t->at = xcalloc(1, sizeof *t->at);
    while ((ret = frame_read(&in, &f, err)) > 0 && in.newline) {
        frames_append(&t->done, &f);
        frame_release(&f);
        t->at = xrealloc(t->at, (size_t)t->done.n + 1, sizeof *t->at);
        t->at[t->done.n] = ftell(t->f);
    }
    if (ret > 0)
        frame_release(&f); /* its last line is not all there */
    if (ret > 0 || (ret == ERR_FORMAT && text_next(&in, &after) == 0))
        ret = 0;
    in.f = NULL; /* stays open */
    text_close(&in);
    free(part);
    clearerr(t->f);
    return ret;
}

int trajectory_read(struct trajectory *t, struct err *err)
{
    int ret = read_part(t, err);

    return ret < 0 ? ret : output_cut(t->f, t->path, t->at[t->done.n], err);
}

int trajectory_open(struct trajectory *t, const char *path, bool labels,
                    struct err *err)
{
    if (labels)
        return trajectory_resume(t, path, labels, NULL, err);
    *t = (struct trajectory){.path = path};
    t->f = output_open(path, err);
    return t->f ? 0 : ERR_IO;
}

static int another_walk(const struct trajectory *t, struct err *err)
{
    return err_set(err, ERR_RANGE,
                   "'%s.part' is of another run: its frame %d differs; "
                   "remove it to start anew",
                   t->path, t->next + 1);
}

char *frame_text(const struct frame *f, const char *path, struct err *err)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    int ret = to ? frame_write(f, to, path, err) : 0;

    if (!to || (fclose(to) != 0 && ret == 0))
        ret = err_errno(err, "cannot hold a frame");
    if (ret == 0)
        return text;
    free(text);
    return NULL;
}

/* The frame stands in path.part already: it must be the same. */
static int put_again(struct trajectory *t, const struct frame *f,
                     struct err *err)
{
    char *then = frame_text(&t->done.frame[t->next], t->path, err);
    char *now = then ? frame_text(f, t->path, err) : NULL;
    int ret = now ? 0 : err->code;

    if (now && strcmp(then, now) != 0)
        ret = another_walk(t, err);
    t->next++;
    free(then);
    free(now);
    return ret;
}

int trajectory_put(struct trajectory *t, const struct frame *f, struct err *err)
{
    int ret;

    t->count++;
    if (t->next < t->done.n)
        return put_again(t, f, err);
    ret = frame_write(f, t->f, t->path, err);
    return ret == 0 && t->labels ? output_sync(t->f, t->path, err) : ret;
}

int trajectory_recall(const struct trajectory *t, const struct frame *f,
                      struct outcome *o, struct err *err)
{
    const struct frame *then = &t->done.frame[t->next];
    const char *reason = frame_get_text(then, "fail_reason");
    const char *detail = frame_get_text(then, "fail_detail");
    double energy, free_energy;

    if (atoms_hash(&then->atoms) != atoms_hash(&f->atoms))
        return another_walk(t, err);
    outcome_source(o, then);
    if (reason && detail)
        return outcome_fail(o, reason, "%s", detail);
    if (!frame_get_column(then, "forces", 3) ||
        !frame_get_real(then, "free_energy", &free_energy) ||
        !frame_get_real(then, "energy", &energy))
        return another_walk(t, err);
    outcome_take(o, then);
    return 0;
}

static void release(struct trajectory *t)
{
    frames_release(&t->done);
    free(t->at);
    t->at = NULL;
}

int trajectory_close(struct trajectory *t, struct err *err)
{
    int ret;

    if (t->next < t->done.n) {
        ret = another_walk(t, err);
        trajectory_fail(t);
        return ret;
    }
    ret = output_close(t->f, t->path, err);
    release(t);
    return ret;
}

void trajectory_fail(struct trajectory *t)
{
    if (t->f && t->kept && t->f != stdout)
        fclose(t->f);
    else if (t->f)
        output_discard(t->f, t->path);
    t->f = NULL;
    release(t);
}
