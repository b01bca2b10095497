/*
 * Writing frames, in the subset of extended XYZ that ASE, libAtoms, OVITO and
 * QUIP all read: morsel-frame(5) lists it.
 */

#include <morsel/io.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parse.h"

/* Text that grows. */
struct buffer {
    char *s;
    size_t n, room;
};

static char *reserve(struct buffer *b, size_t n)
{
    if (b->room - b->n < n) {
        b->room = 2 * (b->n + n) + 512;
        b->s = xrealloc(b->s, b->room, 1);
    }
    return b->s + b->n;
}

static void put(struct buffer *b, const char *s, size_t n)
{
    memcpy(reserve(b, n), s, n);
    b->n += n;
}

static void put_text(struct buffer *b, const char *s)
{
    put(b, s, strlen(s));
}

static void put_char(struct buffer *b, char c)
{
    *reserve(b, 1) = c;
    b->n++;
}

static void put_real(struct buffer *b, double x)
{
    b->n += format_real(reserve(b, REAL_ROOM), x);
}

static void put_int(struct buffer *b, int64_t i)
{
    b->n += format_int(reserve(b, INT_ROOM), i);
}

/*
 * s with a backslash before each quote and backslash, twice where asked, as
 * in JSON within quotes; control characters only there.
 */
static void put_escaped(struct buffer *b, const char *s, bool twice)
{
    for (; *s; s++) {
        if (twice && (*s == '"' || *s == '\\'))
            put_text(b, "\\\\");
        if (*s == '"' || *s == '\\')
            put_char(b, '\\');
        if (is_control(*s))
            b->n += (size_t)snprintf(reserve(b, 8), 8, "\\\\u%04x", *s);
        else
            put_char(b, *s);
    }
}

/* One value as JSON inside quotes, or as a word. */
static void put_value(struct buffer *b, const struct key *k, size_t i,
                      bool json)
{
    switch (k->type) {
    case VALUE_INT:
        put_int(b, k->v.i[i]);
        break;
    case VALUE_REAL:
        put_real(b, k->v.x[i]);
        break;
    case VALUE_BOOL:
        if (json)
            put_text(b, k->v.b[i] ? "true" : "false");
        else
            put_char(b, k->v.b[i] ? 'T' : 'F');
        break;
    case VALUE_TEXT:
        put_text(b, json ? "\\\"" : "");
        put_escaped(b, k->v.s[i], json);
        put_text(b, json ? "\\\"" : "");
        break;
    }
}

static void put_json(struct buffer *b, const struct key *k)
{
    size_t width = (size_t)k->shape[1], n = (size_t)k->shape[0] * width;

    put_text(b, "_JSON ");
    put_text(b, k->rank > 0 ? "[" : "");
    for (size_t i = 0; i < n; i++) {
        bool first = k->rank == 2 && i % width == 0;

        put_text(b, i > 0 ? ", " : "");
        put_text(b, first ? "[" : "");
        put_value(b, k, i, true);
        put_text(b, k->rank == 2 && i % width == width - 1 ? "]" : "");
    }
    put_text(b, k->rank > 0 ? "]" : "");
}

static bool is_tensor(const struct key *k)
{
    return k->rank == 2 && k->shape[0] == 3 && k->shape[1] == 3 &&
           k->type <= VALUE_REAL &&
           (strcmp(k->name, "stress") == 0 || strcmp(k->name, "virial") == 0);
}

/*
 * Is the value a list of words between quotes for every reader?  QUIP takes
 * vectors of 3 and 6; of nine some make a matrix, of one some a scalar.
 */
static bool is_list(const struct key *k)
{
    int n = k->shape[0] * k->shape[1];

    if (k->type == VALUE_TEXT)
        return false;
    return is_tensor(k) || (k->rank == 1 && (n == 3 || n == 6)) ||
           (k->rank == 1 && k->type == VALUE_BOOL && n > 1 && n != 9);
}

/* Letters, digits and marks that no reader gives a meaning to. */
static bool is_word(const char *s)
{
    static const char marks[] = "_-+./:@%~^&;!?$#<>|*";

    if (!*s)
        return false;
    for (; *s; s++)
        if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
              (*s >= '0' && *s <= '9') || strchr(marks, *s)))
            return false;
    return true;
}

static void put_name(struct buffer *b, const char *name)
{
    if (is_word(name)) {
        put_text(b, name);
        return;
    }
    put_char(b, '"');
    put_escaped(b, name, false);
    put_char(b, '"');
}

static void put_key(struct buffer *b, const struct key *k)
{
    size_t n = (size_t)k->shape[0] * (size_t)k->shape[1];
    bool text = k->type == VALUE_TEXT && k->rank == 0;
    bool plain = text && is_plain_text(k->v.s[0]) && !has_control(k->v.s[0]);

    put_char(b, ' ');
    put_name(b, k->name);
    put_char(b, '=');
    if ((k->rank == 0 && !text) || (plain && is_word(k->v.s[0]))) {
        put_value(b, k, 0, false);
        return;
    }
    put_char(b, '"');
    if (plain)
        put_value(b, k, 0, false);
    else if (!is_list(k))
        put_json(b, k);
    else
        for (size_t i = 0; i < n; i++) {
            put_text(b, i > 0 ? " " : "");
            put_value(b, k, i, false);
        }
    put_char(b, '"');
}

int mask_width(const struct atoms *a)
{
    if (!a->move)
        return 0;
    for (int i = 0; i < a->natoms; i++)
        if (a->move[i][0] != a->move[i][1] || a->move[i][0] != a->move[i][2])
            return 3;
    return 1;
}

static void put_comment(struct buffer *b, const struct frame *f, int mask)
{
    const struct atoms *a = &f->atoms;
    bool cell = false;

    for (int i = 0; i < 9; i++)
        cell |= a->cell[i / 3][i % 3] != 0;
    if (cell) {
        put_text(b, "Lattice=\"");
        for (int i = 0; i < 9; i++) {
            put_text(b, i > 0 ? " " : "");
            put_real(b, a->cell[i / 3][i % 3]);
        }
        put_text(b, "\" ");
    }
    put_text(b, "Properties=species:S:1:pos:R:3");
    if (mask)
        put_text(b, mask == 1 ? ":move_mask:L:1" : ":move_mask:L:3");
    for (int i = 0; i < f->ncolumn; i++) {
        put_char(b, ':');
        put_text(b, f->column[i].name);
        put_char(b, ':');
        put_char(b, "IRLS"[f->column[i].type]);
        put_char(b, ':');
        put_int(b, f->column[i].n);
    }
    for (int i = 0; i < f->nkey; i++)
        put_key(b, &f->key[i]);
    put_text(b, " pbc=\"");
    for (int i = 0; i < 3; i++) {
        put_text(b, i > 0 ? " " : "");
        put_char(b, a->pbc[i] ? 'T' : 'F');
    }
    put_text(b, "\"\n");
}

static void put_row(struct buffer *b, const struct frame *f, int mask, int i)
{
    const struct atoms *a = &f->atoms;

    put_text(b, element_symbol(a->z[i]));
    for (int k = 0; k < 3; k++) {
        put_char(b, ' ');
        put_real(b, a->pos[i][k]);
    }
    for (int k = 0; k < mask; k++)
        put_text(b, a->move[i][k] ? " T" : " F");
    for (int j = 0; j < f->ncolumn; j++) {
        const struct column *c = &f->column[j];
        struct key value = {.type = c->type, .v.i = c->v.i};
        size_t at = (size_t)i * (size_t)c->n;

        for (int k = 0; k < c->n; k++) {
            put_char(b, ' ');
            if (c->type == VALUE_TEXT)
                put_text(b, c->v.s[at + (size_t)k]);
            else
                put_value(b, &value, at + (size_t)k, false);
        }
    }
    put_char(b, '\n');
}

static bool finite_all(const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i]))
            return false;
    return true;
}

/* The name of what is not finite, or NULL. */
static const char *find_bad(const struct frame *f)
{
    const struct atoms *a = &f->atoms;
    size_t natoms = (size_t)a->natoms;

    if (!finite_all(*a->cell, 9))
        return "Lattice";
    if (!finite_all(*a->pos, 3 * natoms))
        return "pos";
    for (int i = 0; i < f->nkey; i++) {
        const struct key *k = &f->key[i];
        size_t n = (size_t)k->shape[0] * (size_t)k->shape[1];

        if (k->type == VALUE_REAL && !finite_all(k->v.x, n))
            return k->name;
    }
    for (int i = 0; i < f->ncolumn; i++) {
        const struct column *c = &f->column[i];

        if (c->type == VALUE_REAL && !finite_all(c->v.x, natoms * (size_t)c->n))
            return c->name;
    }
    return NULL;
}

/* All of b in one write(2) where the stream has a file behind it. */
static bool write_out(const struct buffer *b, FILE *out)
{
    int fd = fileno(out);
    size_t done = 0;

    if (fd < 0)
        return fwrite(b->s, 1, b->n, out) == b->n;
    if (fflush(out) != 0)
        return false;
    while (done < b->n) {
        ssize_t n = write(fd, b->s + done, b->n - done);

        if (n < 0 && errno != EINTR)
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

int frame_write(const struct frame *f, FILE *out, const char *path,
                struct err *err)
{
    struct buffer b = {0};
    const char *bad = find_bad(f);
    int mask = mask_width(&f->atoms), ret = 0;

    if (bad)
        return err_set(err, ERR_RANGE, "'%s' not written: %s is not finite",
                       path, bad);
    put_int(&b, f->atoms.natoms);
    put_char(&b, '\n');
    put_comment(&b, f, mask);
    for (int i = 0; i < f->atoms.natoms; i++)
        put_row(&b, f, mask, i);
    if (!write_out(&b, out))
        ret = err_errno(err, "cannot write '%s'", path);
    free(b.s);
    return ret;
}
