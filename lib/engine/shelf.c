#include <morsel/engine.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool has_text(const struct frame *f, const char *key, const char *text)
{
    const char *s = frame_get_text(f, key);

    return s && strcmp(s, text) == 0;
}

/* Has e finished this frame, with these settings and about these atoms? */
static bool is_ours(const struct frame *f, const struct engine *e)
{
    char id[17];

    snprintf(id, sizeof id, "%016" PRIx64, atoms_hash(&f->atoms));
    return has_text(f, "morsel_id", id) && has_text(f, "dft_engine", e->name) &&
           has_text(f, "dft_settings", e->settings);
}

static void remember(struct shelf *s, uint64_t id)
{
    if (s->n == s->room) {
        s->room = s->room ? 2 * s->room : 64;
        s->entry = xrealloc(s->entry, (size_t)s->room, sizeof *s->entry);
    }
    s->entry[s->n++] = (struct shelf_entry){.id = id};
}

/* A text over the file of the shelf, from its beginning. */
static void begin_reading(const struct shelf *s, struct text *t)
{
    *t = (struct text){.f = s->f, .name = s->path};
    rewind(s->f);
}

static void end_reading(struct text *t)
{
    t->f = NULL; /* stays open: it is the shelf's */
    text_close(t);
}

/* Remember the frames of ours at the beginning, and cut off the rest. */
static int take_stock(struct shelf *s, const struct engine *e, struct err *err)
{
    struct text t;
    struct frame f;
    struct err torn; /* no error: what a killed process leaves behind */
    bool ours = true;
    long good = 0;

    begin_reading(s, &t);
    while (ours && frame_read(&t, &f, &torn) > 0) {
        ours = t.newline && is_ours(&f, e);
        if (ours) {
            if (s->n > 0)
                frame_release(&s->last);
            remember(s, atoms_hash(&f.atoms));
            s->last = f;
            good = ftell(s->f);
        } else {
            frame_release(&f);
        }
    }
    end_reading(&t);
    clearerr(s->f);
    return output_cut(s->f, s->path, good, err);
}

int shelf_open(struct shelf *s, const char *path, const struct engine *e,
               struct err *err)
{
    int ret;

    *s = (struct shelf){.path = path};
    s->f = strcmp(path, "-") == 0 ? stdout : output_resume(path, err);
    if (!s->f)
        return err->code;
    if (!output_is_kept(s->f))
        return 0;
    ret = take_stock(s, e, err);
    if (ret < 0)
        shelf_leave(s);
    return ret;
}

bool shelf_take(struct shelf *s, uint64_t id)
{
    for (int k = 0; k < s->n; k++) {
        int i = (s->next + k) % s->n;

        if (s->entry[i].id == id && !s->entry[i].taken) {
            s->entry[i].taken = true;
            s->next = i + 1;
            return true;
        }
    }
    return false;
}

int shelf_add(struct shelf *s, const struct frame *f, struct err *err)
{
    int ret = frame_write(f, s->f, s->path, err);

    if (ret == 0 && output_is_kept(s->f))
        return output_sync(s->f, s->path, err);
    if (ret == 0 && fflush(s->f) != 0)
        return err_errno(err, "cannot write '%s'", s->path);
    return ret;
}

/* Write the file anew, without the frames that nobody took. */
static int sort_out(struct shelf *s, struct err *err)
{
    struct text t;
    struct frame f;
    struct frames kept = {0};
    int ret;

    begin_reading(s, &t);
    for (int i = 0; (ret = frame_read(&t, &f, err)) > 0; i++) {
        if (i >= s->n || s->entry[i].taken)
            frames_append(&kept, &f);
        frame_release(&f);
    }
    end_reading(&t);
    if (ret == 0)
        ret = output_cut(s->f, s->path, 0, err);
    for (int i = 0; i < kept.n && ret == 0; i++)
        ret = frame_write(&kept.frame[i], s->f, s->path, err);
    frames_release(&kept);
    return ret;
}

static bool all_taken(const struct shelf *s)
{
    for (int i = 0; i < s->n; i++)
        if (!s->entry[i].taken)
            return false;
    return true;
}

int shelf_close(struct shelf *s, struct err *err)
{
    int ret = all_taken(s) ? 0 : sort_out(s, err);

    if (ret == 0) {
        ret = output_close(s->f, s->path, err);
        s->f = NULL;
    }
    shelf_leave(s);
    return ret;
}

void shelf_leave(struct shelf *s)
{
    if (s->f && s->f != stdout)
        fclose(s->f);
    if (s->n > 0)
        frame_release(&s->last);
    free(s->entry);
    *s = (struct shelf){0};
}
