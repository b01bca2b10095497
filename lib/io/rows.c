/* The rows of a frame: species, positions and columns, one line per atom. */

#include "parse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const size_t value_size[] = {sizeof(int64_t), sizeof(double),
                                    sizeof(bool), sizeof(char *)};

/* Atomic number of a symbol by its two letters, A-Z and none or a-z. */
enum { SYMBOLS = 26 * 27 };

struct rows {
    struct text *t;
    struct layout *l;
    struct err *err;
    int n, room; /* rows taken, rows there is room for */
    int natoms;
    int *z; /* [room] */
    unsigned char number[SYMBOLS];
    bool more; /* a row of plain XYZ had further words */
};

static int symbol_index(char first, char second)
{
    return 27 * (first - 'A') + (second ? second - 'a' + 1 : 0);
}

static void list_symbols(struct rows *r)
{
    for (int z = 1; z <= MAX_Z; z++) {
        const char *s = element_symbol(z);

        r->number[symbol_index(s[0], s[1])] = (unsigned char)z;
    }
}

/* Cu, CU and cu are copper, as for ASE; 0 if there is no such element. */
static int symbol_number(const struct rows *r, const char *s, size_t n)
{
    char up, low = '\0';

    if (n < 1 || n > 2)
        return 0;
    up = (char)(s[0] >= 'a' && s[0] <= 'z' ? s[0] - 'a' + 'A' : s[0]);
    if (n == 2)
        low = (char)(s[1] >= 'A' && s[1] <= 'Z' ? s[1] - 'A' + 'a' : s[1]);
    if (up < 'A' || up > 'Z' || (n == 2 && (low < 'a' || low > 'z')))
        return 0;
    return r->number[symbol_index(up, low)];
}

/* Room for one more row; the file, not its claim, says how much. */
static void grow(struct rows *r)
{
    int64_t room = r->room ? 2 * (int64_t)r->room : r->l->width > 64 ? 1 : 64;

    if (room > r->natoms)
        room = r->natoms;
    for (int i = 0; i < r->l->n; i++) {
        struct column *c = &r->l->slot[i].c;
        size_t old = (size_t)r->room * (size_t)c->n;
        size_t now = (size_t)room * (size_t)c->n;

        if (r->l->slot[i].role == ROLE_SPECIES)
            continue;
        c->v.i = xrealloc(c->v.i, now, value_size[c->type]);
        if (c->type == VALUE_TEXT)
            memset(c->v.s + old, 0, (now - old) * sizeof *c->v.s);
    }
    r->z = xrealloc(r->z, (size_t)room, sizeof *r->z);
    r->room = (int)room;
}

static int bad_word(struct rows *r, const char *name, const char *what,
                    const char *word, size_t n)
{
    return text_bad(r->t, r->err, "%.40s: expected %s, got '%.*s'", name, what,
                    shown(n), word);
}

static int bad_width(struct rows *r)
{
    return text_bad(r->t, r->err, "expected a row of %lld columns",
                    (long long)r->l->width);
}

/* One word of column s into place i of its values. */
static int store(struct rows *r, struct slot *s, size_t i, const char *word,
                 size_t n)
{
    union {
        int64_t *i;
        double *x;
        bool *b;
        char **s;
    } v;

    v.i = s->c.v.i;
    switch (s->c.type) {
    case VALUE_REAL:
        if (!scan_real(word, n, &v.x[i]))
            return bad_word(r, s->c.name, "a number", word, n);
        if (fabs(v.x[i]) > s->limit)
            return text_bad(r->t, r->err,
                            "%s: expected a magnitude up to %g, got '%.*s'",
                            s->c.name, s->limit, shown(n), word);
        break;
    case VALUE_INT:
        if (!scan_int(word, n, &v.i[i]))
            return bad_word(r, s->c.name, "an integer of 64 bits", word, n);
        break;
    case VALUE_BOOL:
        if (!scan_bool(word, n, &v.b[i]))
            return bad_word(r, s->c.name, "T or F", word, n);
        break;
    case VALUE_TEXT:
        if (!is_text(word, n))
            return bad_word(r, s->c.name, "ASCII or UTF-8 text", word, n);
        v.s[i] = copy_text(word, n);
        break;
    }
    return 0;
}

static int parse_slot(struct rows *r, struct slot *s, struct cursor *c)
{
    size_t n, at = (size_t)r->n * (size_t)s->c.n;
    const char *word;

    for (int j = 0; j < s->c.n; j++) {
        if (!next_word(c, &word, &n))
            return bad_width(r);
        if (s->role == ROLE_SPECIES) {
            r->z[r->n] = symbol_number(r, word, n);
            if (!r->z[r->n])
                return bad_word(r, "species", "a chemical symbol", word, n);
        } else {
            int ret = store(r, s, at + (size_t)j, word, n);

            if (ret < 0)
                return ret;
        }
    }
    return 0;
}

/* Z where there is such a column: alone, or the same as the symbol. */
static int settle_species(struct rows *r)
{
    bool species = false;
    int64_t z = 0;

    for (int i = 0; i < r->l->n; i++) {
        if (r->l->slot[i].role == ROLE_SPECIES)
            species = true;
        if (r->l->slot[i].role == ROLE_Z) {
            z = r->l->slot[i].c.v.i[r->n];
            if (z < 1 || z > MAX_Z)
                return text_bad(r->t, r->err,
                                "Z: expected a number from 1 to %d", MAX_Z);
        }
    }
    if (z && species && z != r->z[r->n])
        return text_bad(r->t, r->err,
                        "expected species and Z to agree, got %s and %d",
                        element_symbol(r->z[r->n]), (int)z);
    if (z)
        r->z[r->n] = (int)z;
    return 0;
}

static int parse_row(struct rows *r)
{
    struct cursor c = {r->t->buf, r->t->buf + r->t->len};

    if ((int64_t)r->t->len + 1 < 2 * r->l->width)
        return bad_width(r);
    if (r->n == r->room)
        grow(r);
    for (int i = 0; i < r->l->n; i++) {
        int ret = parse_slot(r, &r->l->slot[i], &c);

        if (ret < 0)
            return ret;
    }
    skip_blanks(&c);
    if (c.p < c.end && !r->l->plain)
        return bad_width(r);
    r->more |= c.p < c.end;
    return settle_species(r);
}

static void take_mask(struct atoms *a, const struct column *c)
{
    a->move = xcalloc((size_t)a->natoms, sizeof *a->move);
    for (int i = 0; i < a->natoms; i++)
        for (int k = 0; k < 3; k++)
            a->move[i][k] = c->v.b[c->n == 3 ? 3 * i + k : i];
}

/* Hand everything over to the frame. */
static void deliver(struct rows *r, struct frame *f)
{
    struct atoms *a = &f->atoms;

    a->natoms = r->natoms;
    a->z = r->z;
    f->column = xcalloc((size_t)r->l->n, sizeof *f->column);
    for (int i = 0; i < r->l->n; i++) {
        struct slot *s = &r->l->slot[i];

        if (s->role == ROLE_POS) {
            a->pos = (double(*)[3])s->c.v.x;
            s->c.v.x = NULL;
        } else if (s->role == ROLE_MOVE) {
            take_mask(a, &s->c);
        } else if (s->role == ROLE_NONE) {
            f->column[f->ncolumn++] = s->c;
            s->c = (struct column){0};
        }
    }
    if (r->more)
        f->odd |= ODD_EXTRA_COLUMNS;
}

/* After an error: the texts of the rows so far. */
static void discard(struct rows *r)
{
    for (int i = 0; i < r->l->n; i++) {
        column_release(&r->l->slot[i].c, r->room);
        r->l->slot[i].c = (struct column){0};
    }
    free(r->z);
}

int rows_parse(struct text *t, struct frame *f, struct layout *l, int natoms,
               struct err *err)
{
    struct rows r = {.t = t, .l = l, .err = err, .natoms = natoms};
    int ret = 1;

    list_symbols(&r);
    for (; r.n < natoms && ret > 0; r.n++) {
        ret = text_next(t, err);
        if (ret == 0)
            ret = text_bad(t, err, "expected %d atoms, the file ends after %d",
                           natoms, r.n);
        if (ret > 0 && parse_row(&r) < 0)
            ret = ERR_FORMAT;
    }
    if (ret > 0)
        deliver(&r, f);
    else
        discard(&r);
    return ret < 0 ? ret : 0;
}
