#include "sample.h"

#include <stdlib.h>
#include <string.h>

void pool_release(struct pool *p)
{
    frames_release(&p->frames);
    free(p->path);
    *p = (struct pool){0};
}

/* f is copied. */
static void append(struct pool *p, const struct frame *f, const char *path)
{
    frames_append(&p->frames, f);
    p->path = xrealloc(p->path, (size_t)p->frames.n, sizeof *p->path);
    p->path[p->frames.n - 1] = path;
}

/* The lines of one frame. */
struct block {
    char *s;
    size_t n, room;
    long line;  /* of the file, before the first */
    bool whole; /* there are as many as the first one says */
};

static void keep_line(struct block *b, const struct text *t)
{
    size_t need = b->n + t->len + 1;

    if (!b->s || need > b->room) {
        b->room = 2 * need;
        b->s = xrealloc(b->s, b->room, 1);
    }
    memcpy(b->s + b->n, t->buf, t->len);
    b->s[b->n + t->len] = '\n';
    b->n = need;
}

/*
 * Read as many lines as the first one says, or that one alone if it is no
 * number.  Returns 1, 0 at the end of the file, or an error.
 */
static int next_block(struct block *b, struct text *t, struct err *err)
{
    int natoms = 0, ret;

    b->n = 0;
    do {
        ret = text_next(t, err);
    } while (ret > 0 && strspn(t->buf, " \t") == t->len);
    if (ret <= 0)
        return ret;
    b->line = t->line - 1;
    b->whole = false;
    keep_line(b, t);
    if (text_int(t, &natoms) < 0 || natoms < 1)
        return 1;
    for (long i = 0; i < natoms + 1L && (ret = text_next(t, err)) > 0; i++)
        keep_line(b, t);
    b->whole = ret > 0;
    return ret < 0 ? ret : 1;
}

/* 1 with a frame, 0 with an error that is the frame's own, or an error. */
static int parse_block(const struct block *b, const struct text *t,
                       struct frame *f, struct err *err)
{
    struct text lines = {.name = t->name, .line = b->line};
    int ret;

    lines.f = fmemopen(b->s, b->n, "r");
    if (!lines.f)
        return err_errno(err, "cannot read '%s'", t->name);
    ret = frame_read(&lines, f, err);
    text_close(&lines);
    return ret == ERR_FORMAT && b->whole ? 0 : ret;
}

static int add_tolerant(struct pool *p, struct text *t, const struct cli *cli,
                        struct err *err)
{
    struct block b = {0};
    int ret;

    while ((ret = next_block(&b, t, err)) > 0) {
        struct frame f;

        ret = parse_block(&b, t, &f, err);
        if (ret < 0)
            break;
        if (ret > 0) {
            append(p, &f, t->name);
            frame_release(&f);
        } else {
            cli_say(cli, "%s: refused", err->msg);
            p->nbroken++;
        }
    }
    free(b.s);
    return ret;
}

int pool_add(struct pool *p, const char *path, bool tolerant,
             const struct cli *cli, struct err *err)
{
    struct frames s = {0};
    struct text t;
    int ret = text_open(&t, path, err);

    if (ret < 0)
        return ret;
    ret = tolerant ? add_tolerant(p, &t, cli, err)
                   : frames_read_text(&s, &t, err);
    for (int i = 0; i < s.n; i++)
        append(p, &s.frame[i], path);
    frames_release(&s);
    text_close(&t);
    return ret;
}
