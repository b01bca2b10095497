#include "answer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct replay {
    struct frames known; /* all with a label */
    double tol;          /* angstrom */
    char *engine;        /* who labelled them */
};

/* The known frame nearest to f, and how far it is, angstrom (INFINITY: none
 * has the same atoms). */
static const struct frame *nearest(const struct replay *r,
                                   const struct frame *f, double *distance)
{
    const struct frame *best = NULL;

    *distance = INFINITY;
    for (int i = 0; i < r->known.n; i++) {
        const struct frame *g = &r->known.frame[i];
        double d = atoms_displacement(&f->atoms, &g->atoms);

        if (d < *distance) {
            *distance = d;
            best = g;
        }
    }
    return best;
}

static int replay_label(struct engine *e, const struct frame *f,
                        struct outcome *out, struct err *err)
{
    const struct replay *r = e->self;
    double distance;
    const struct frame *g = nearest(r, f, &distance);

    (void)err;
    if (!g)
        return outcome_fail(out, "replay", "no labelled frame has these atoms");
    if (distance > r->tol)
        return outcome_fail(out, "replay",
                            "the nearest labelled frame is %.3g angstrom away",
                            distance);
    outcome_take(out, g);
    return 0;
}

static void replay_release(struct engine *e)
{
    struct replay *r = e->self;

    if (r) {
        frames_release(&r->known);
        free(r->engine);
        free(r);
    }
    *e = (struct engine){0};
}

static const char *text_or(const struct frame *f, const char *key,
                           const char *other)
{
    const char *s = frame_get_text(f, key);

    return s ? s : other;
}

/* A replay speaks for who labelled the file: one level of theory. */
static int take_identity(struct engine *e, const char *path, struct err *err)
{
    struct replay *r = e->self;
    const struct frame *first = &r->known.frame[0];
    const char *engine = text_or(first, "dft_engine", "replay");
    const char *settings = text_or(first, "dft_settings", "unknown");

    for (int i = 1; i < r->known.n; i++) {
        const struct frame *f = &r->known.frame[i];

        if (strcmp(text_or(f, "dft_engine", "replay"), engine) != 0 ||
            strcmp(text_or(f, "dft_settings", "unknown"), settings) != 0)
            return err_set(err, ERR_RANGE,
                           "%s:%ld: expected dft_engine=%s, dft_settings=%s as "
                           "in the first frame",
                           path, f->line, engine, settings);
    }
    r->engine = xstrdup(engine);
    e->name = r->engine;
    snprintf(e->settings, sizeof e->settings, "%s", settings);
    return 0;
}

static bool has_label(const struct frame *f)
{
    struct label label;

    return frame_get_label(f, NULL, &label) && label.forces;
}

/* All frames of path that have a label. */
static int read_labelled(struct frames *known, const char *path,
                         struct err *err)
{
    struct text t;
    struct frame f;
    int ret = text_open(&t, path, err);

    if (ret < 0)
        return ret;
    while ((ret = frame_read(&t, &f, err)) > 0) {
        if (has_label(&f))
            frames_append(known, &f);
        frame_release(&f);
    }
    text_close(&t);
    if (ret == 0 && known->n == 0)
        ret =
            err_set(err, ERR_RANGE, "%s: no frame has energy and forces", path);
    return ret;
}

int engine_replay(struct engine *e, const char *path, double tol,
                  struct err *err)
{
    struct replay *r = xcalloc(1, sizeof *r);
    int ret;

    *r = (struct replay){.tol = tol};
    *e = (struct engine){
        .label = replay_label, .release = replay_release, .self = r};
    ret = read_labelled(&r->known, path, err);
    if (ret == 0)
        ret = take_identity(e, path, err);
    if (ret < 0)
        replay_release(e);
    return ret;
}
