#include <morsel/io.h>

#include <stdlib.h>
#include <string.h>

#include "parse.h"

/* What a file begins with that is no XYZ at all. */
static const char *other_format(const struct text *t)
{
    static const struct {
        const char *mark, *what;
    } known[] = {
        {"\xef\xbb\xbf", "expected ASCII, got a byte order mark"},
        {"\xff\xfe", "expected ASCII, got UTF-16"},
        {"\xfe\xff", "expected ASCII, got UTF-16"},
        {"\x1f\x8b", "expected text, got gzip"},
        {"BZh", "expected text, got bzip2"},
        {"\xfd"
         "7zXZ",
         "expected text, got xz"},
        {"\x28\xb5\x2f\xfd", "expected text, got zstd"},
        {"version https://git-lfs", "expected a file, got a Git LFS pointer"},
    };

    for (size_t i = 0; t->line == 1 && i < sizeof known / sizeof *known; i++) {
        size_t n = strlen(known[i].mark);

        if (t->len >= n && memcmp(t->buf, known[i].mark, n) == 0)
            return known[i].what;
    }
    return t->line == 1 ? "expected the number of atoms: extended XYZ begins so"
                        : "expected the number of atoms";
}

static bool is_blank_line(const struct text *t)
{
    struct cursor c = {t->buf, t->buf + t->len};

    skip_blanks(&c);
    return c.p == c.end;
}

/* Blank lines may end a file that has a frame, and nothing else. */
static int read_end(struct text *t, struct err *err)
{
    long line = t->line;
    int ret;

    do {
        ret = line == 1 ? 1 : text_next(t, err);
    } while (line > 1 && ret > 0 && is_blank_line(t));
    if (ret <= 0)
        return ret;
    t->line = line;
    return text_bad(t, err, "expected the number of atoms, got a blank line");
}

/* Digits alone, from 1 to 2^31 - 1.  Returns 1, 0 at the end, or an error. */
static int read_count(struct text *t, int *natoms, struct err *err)
{
    struct cursor c;
    const char *word, *more;
    size_t n, rest;
    int64_t count;
    int ret = text_next(t, err);

    if (ret <= 0)
        return ret;
    if (is_blank_line(t))
        return read_end(t, err);
    c = (struct cursor){t->buf, t->buf + t->len};
    if (!next_word(&c, &word, &n) || next_word(&c, &more, &rest) ||
        word[0] < '0' || word[0] > '9' || !scan_int(word, n, &count))
        return text_bad(t, err, "%s", other_format(t));
    if (count < 1 || count > INT32_MAX)
        return text_bad(t, err, "expected 1 to %d atoms", INT32_MAX);
    *natoms = (int)count;
    return 1;
}

static int check_overlap(const struct text *t, const struct frame *f,
                         struct err *err)
{
    struct err why;
    double r;
    int i, j, ret = find_overlap(&f->atoms, &i, &j, &r, &why);

    if (ret == 0)
        return 0;
    if (ret < 0)
        return err_set(err, ERR_FORMAT, "%s:%ld: %s", t->name, f->line,
                       why.msg);
    return err_set(err, ERR_FORMAT,
                   "%s:%ld: expected atoms apart, got %s %d %.3g angstrom "
                   "from %s %d%s",
                   t->name, f->line, element_symbol(f->atoms.z[i]), i + 1, r,
                   element_symbol(f->atoms.z[j]), j + 1,
                   i == j ? ", its image" : "");
}

static int read_body(struct text *t, struct frame *f, struct layout *l,
                     int natoms, struct err *err)
{
    int ret = text_next(t, err);

    if (ret == 0)
        ret = text_bad(t, err, "the file ends inside a frame");
    if (ret > 0)
        ret = comment_parse(t, f, l, err);
    if (ret == 0)
        ret = check_keys(t, f, natoms, err);
    if (ret == 0)
        ret = rows_parse(t, f, l, natoms, err);
    return ret;
}

int frame_read_overlapping(struct text *t, struct frame *f, struct err *err)
{
    struct layout l = {0};
    int natoms = 0, ret;

    *f = (struct frame){0};
    ret = read_count(t, &natoms, err);
    if (ret <= 0)
        return ret;
    f->line = t->line;
    ret = read_body(t, f, &l, natoms, err);
    layout_release(&l);
    if (ret < 0) {
        frame_release(f);
        return ret;
    }
    if (!t->newline)
        f->odd |= ODD_NO_NEWLINE;
    return 1;
}

int frame_read(struct text *t, struct frame *f, struct err *err)
{
    int ret = frame_read_overlapping(t, f, err);

    if (ret > 0 && check_overlap(t, f, err) < 0) {
        frame_release(f);
        return err->code;
    }
    return ret;
}

int frames_read_text(struct frames *s, struct text *t, struct err *err)
{
    struct frame f;
    int ret;

    *s = (struct frames){0};
    while ((ret = frame_read(t, &f, err)) > 0) {
        if (s->n == s->room) {
            s->room = s->room ? 2 * s->room : 16;
            s->frame = xrealloc(s->frame, (size_t)s->room, sizeof *s->frame);
        }
        s->frame[s->n++] = f;
    }
    if (ret < 0)
        frames_release(s);
    return ret;
}

int frames_read(struct frames *s, const char *path, struct err *err)
{
    struct text t;
    int ret = text_open(&t, path, err);

    *s = (struct frames){0};
    if (ret < 0)
        return ret;
    ret = frames_read_text(s, &t, err);
    text_close(&t);
    return ret;
}
