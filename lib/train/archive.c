#include <stdlib.h>
#include <string.h>

#include "stored.h"

/* A file that can be read again: f, or what it gives, in a temporary one. */
static FILE *seekable(FILE *f)
{
    char chunk[65536];
    size_t n;
    FILE *copy;

    if (fseeko(f, 0, SEEK_CUR) == 0)
        return f;
    copy = tmpfile();
    while (copy && (n = fread(chunk, 1, sizeof chunk, f)) > 0)
        if (fwrite(chunk, 1, n, copy) != n)
            break;
    if (copy && (ferror(f) || ferror(copy) || fflush(copy) != 0)) {
        fclose(copy);
        copy = NULL;
    }
    if (copy)
        rewind(copy);
    return copy;
}

/* Open path; is it of features? */
static int begin(struct archive *a, const char *path, bool again, bool *stored,
                 struct err *err)
{
    int ret = text_open(&a->t, path, err), c;

    if (ret < 0)
        return ret;
    /* A frame begins with a number, so that one letter tells them apart. */
    c = getc(a->t.f);
    if (c != EOF)
        ungetc(c, a->t.f);
    *stored = c == STORED_FORMAT[0];
    if (!*stored && !again)
        return 0;

    FILE *f = seekable(a->t.f);

    if (!f)
        return err_errno(err, "%s: cannot copy it to a temporary file", path);
    if (f != a->t.f && a->t.f != stdin)
        fclose(a->t.f);
    a->t.f = NULL;
    if (c == STORED_FORMAT[0])
        return stored_open(&a->s, f, path, err);
    a->t.f = f;
    return 0;
}

static void append(struct frames *s, const struct frame *f)
{
    if (s->n == s->room) {
        s->room = s->room ? 2 * s->room : 16;
        s->frame = xrealloc(s->frame, (size_t)s->room, sizeof *s->frame);
    }
    s->frame[s->n++] = *f;
}

int labelled_read(struct frames *frames, struct stored *s, const char *path,
                  struct err *err)
{
    struct archive a = {0};
    bool stored;
    int ret = begin(&a, path, false, &stored, err);

    *frames = (struct frames){0};
    if (ret == 0 && !stored)
        ret = frames_read_text(frames, &a.t, err);
    for (int i = 0; ret == 0 && i < a.s.n; i++) {
        struct frame f;

        ret = stored_frame(&a.s, i, &f, &a.t, err);
        if (ret == 0)
            append(frames, &f);
    }
    if (ret == 0 && frames->n == 0)
        ret = err_set(err, ERR_FORMAT, "%s: expected at least one frame", path);
    *s = a.s;
    text_close(&a.t);
    if (ret < 0) {
        stored_release(s);
        frames_release(frames);
    }
    return ret;
}

/* The next frame of the first reading. */
static int next(struct archive *a, struct frame *f, struct err *err)
{
    struct place *p;
    int ret;

    if (a->s.f) {
        if (a->n == a->s.n)
            return 0;
        a->s.place[a->n].line = a->t.line;
        ret = stored_frame(&a->s, a->n, f, &a->t, err);
        return ret < 0 ? ret : 1;
    }
    if (a->n == a->room) {
        a->room = a->room ? 2 * a->room : 16;
        a->place = xrealloc(a->place, (size_t)a->room, sizeof *a->place);
    }
    p = &a->place[a->n];
    *p = (struct place){.line = a->t.line};
    p->text[0] = (size_t)ftello(a->t.f);
    return frame_read(&a->t, f, err);
}

int archive_open(struct archive *a, const char *path, struct err *err)
{
    struct frame f;
    bool stored;
    int ret;

    *a = (struct archive){0};
    ret = begin(a, path, true, &stored, err);
    if (ret == 0)
        ret = 1;
    while (ret > 0 && (ret = next(a, &f, err)) > 0) {
        for (int i = 0; i < f.atoms.natoms; i++)
            a->seen[f.atoms.z[i]] = true;
        if (f.atoms.natoms > a->most)
            a->most = f.atoms.natoms;
        a->natoms += f.atoms.natoms;
        frame_release(&f);
        a->n++;
    }
    if (ret == 0 && a->n == 0)
        ret = err_set(err, ERR_FORMAT, "%s: expected at least one frame", path);
    if (ret < 0)
        archive_release(a);
    return ret;
}

void archive_release(struct archive *a)
{
    stored_release(&a->s);
    text_close(&a->t);
    free(a->place);
    *a = (struct archive){0};
}

int archive_elements(const struct archive *a, int *z)
{
    int n = 0;

    for (int k = 1; k <= MAX_Z; k++)
        if (a->seen[k])
            z[n++] = k;
    return n;
}

int archive_get(struct archive *a, int i, struct frame *f, struct err *err)
{
    int ret;

    if (a->s.f) {
        a->t.line = a->s.place[i].line;
        return stored_frame(&a->s, i, f, &a->t, err);
    }
    a->t.line = a->place[i].line;
    if (fseeko(a->t.f, (off_t)a->place[i].text[0], SEEK_SET) < 0)
        return err_errno(err, "cannot read '%s'", a->t.name);
    ret = frame_read(&a->t, f, err);
    if (ret == 0)
        return err_set(err, ERR_IO, "%s: shorter than it was", a->t.name);
    return ret < 0 ? ret : 0;
}

const struct frame *pool_get(struct pool *p, int i, struct err *err)
{
    if (p->frames)
        return &p->frames->frame[i];
    frame_release(&p->now);
    return archive_get(p->archive, i, &p->now, err) < 0 ? NULL : &p->now;
}

void pool_release(struct pool *p)
{
    frame_release(&p->now);
}
