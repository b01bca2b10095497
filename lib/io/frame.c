/* Frames in memory: keys and columns by name. */

#include <morsel/io.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "parse.h"

static const size_t value_size[] = {sizeof(int64_t), sizeof(double),
                                    sizeof(bool), sizeof(char *)};

void key_release(struct key *k)
{
    key_clear(k);
    free(k->name);
    *k = (struct key){0};
}

void column_release(struct column *c, int natoms)
{
    size_t n = (size_t)natoms * (size_t)c->n;

    if (c->type == VALUE_TEXT && c->v.s)
        for (size_t i = 0; i < n; i++)
            free(c->v.s[i]);
    free(c->v.i);
    free(c->name);
    *c = (struct column){0};
}

void frame_release(struct frame *f)
{
    for (int i = 0; i < f->nkey; i++)
        key_release(&f->key[i]);
    for (int i = 0; i < f->ncolumn; i++)
        column_release(&f->column[i], f->atoms.natoms);
    free(f->key);
    free(f->column);
    atoms_release(&f->atoms);
    *f = (struct frame){0};
}

/* A copy of n values. */
static void *copy_values(enum value_type type, size_t n, const void *from)
{
    void *to = xcalloc(n, value_size[type]);

    if (type == VALUE_TEXT)
        for (size_t i = 0; i < n; i++)
            ((char **)to)[i] = xstrdup(((char *const *)from)[i]);
    else
        memcpy(to, from, n * value_size[type]);
    return to;
}

void frame_of_atoms(struct frame *f, const struct atoms *a)
{
    *f = (struct frame){0};
    atoms_copy(&f->atoms, a);
}

void frame_copy(struct frame *to, const struct frame *from)
{
    *to = *from;
    atoms_copy(&to->atoms, &from->atoms);
    to->key = xcalloc((size_t)from->nkey, sizeof *to->key);
    for (int i = 0; i < from->nkey; i++) {
        const struct key *k = &from->key[i];
        size_t n = (size_t)k->shape[0] * (size_t)k->shape[1];

        to->key[i] = *k;
        to->key[i].name = xstrdup(k->name);
        to->key[i].v.i = copy_values(k->type, n, k->v.i);
    }
    to->column = xcalloc((size_t)from->ncolumn, sizeof *to->column);
    for (int i = 0; i < from->ncolumn; i++) {
        const struct column *c = &from->column[i];
        size_t n = (size_t)from->atoms.natoms * (size_t)c->n;

        to->column[i] = *c;
        to->column[i].name = xstrdup(c->name);
        to->column[i].v.i = copy_values(c->type, n, c->v.i);
    }
}

void frames_append(struct frames *s, const struct frame *f)
{
    if (s->n == s->room) {
        s->room = s->room ? 2 * s->room : 16;
        s->frame = xrealloc(s->frame, (size_t)s->room, sizeof *s->frame);
    }
    frame_copy(&s->frame[s->n++], f);
}

void frames_release(struct frames *s)
{
    for (int i = 0; i < s->n; i++)
        frame_release(&s->frame[i]);
    free(s->frame);
    *s = (struct frames){0};
}

/* Keys ---------------------------------------------------------------------*/

static struct key *find_key(const struct frame *f, const char *name)
{
    for (int i = 0; i < f->nkey; i++)
        if (strcmp(f->key[i].name, name) == 0)
            return &f->key[i];
    return NULL;
}

static const struct key *find_scalar(const struct frame *f, const char *name,
                                     enum value_type type)
{
    const struct key *k = find_key(f, name);

    return k && k->rank == 0 && k->type == type ? k : NULL;
}

bool frame_get_real(const struct frame *f, const char *key, double *x)
{
    const struct key *k = find_key(f, key);

    if (!k || k->rank != 0 || k->type > VALUE_REAL)
        return false;
    *x = k->type == VALUE_INT ? (double)k->v.i[0] : k->v.x[0];
    return true;
}

bool frame_get_int(const struct frame *f, const char *key, int *i)
{
    const struct key *k = find_scalar(f, key, VALUE_INT);

    if (!k || k->v.i[0] < INT_MIN || k->v.i[0] > INT_MAX)
        return false;
    *i = (int)k->v.i[0];
    return true;
}

bool frame_get_bool(const struct frame *f, const char *key, bool *b)
{
    const struct key *k = find_scalar(f, key, VALUE_BOOL);

    if (k)
        *b = k->v.b[0];
    return k != NULL;
}

const char *frame_get_text(const struct frame *f, const char *key)
{
    const struct key *k = find_scalar(f, key, VALUE_TEXT);

    return k ? k->v.s[0] : NULL;
}

bool frame_get_matrix(const struct frame *f, const char *key, double m[3][3])
{
    const struct key *k = find_key(f, key);

    if (!k || k->type > VALUE_REAL || k->rank == 0 ||
        k->shape[0] * k->shape[1] != 9 || (k->rank == 2 && k->shape[0] != 3))
        return false;
    for (int i = 0; i < 9; i++)
        m[i / 3][i % 3] = k->type == VALUE_INT ? (double)k->v.i[i] : k->v.x[i];
    return true;
}

/* The key of this name, emptied, or a new one, with room for n values. */
static struct key *make_key(struct frame *f, const char *name,
                            enum value_type type, int n)
{
    struct key *k = find_key(f, name);

    if (k) {
        key_clear(k);
    } else {
        f->key = xrealloc(f->key, (size_t)f->nkey + 1, sizeof *f->key);
        k = &f->key[f->nkey++];
        *k = (struct key){.name = xstrdup(name)};
    }
    k->type = type;
    k->rank = 0;
    k->shape[0] = k->shape[1] = 1;
    k->v.i = xcalloc((size_t)n, value_size[type]);
    return k;
}

void frame_set_real(struct frame *f, const char *key, double x)
{
    *make_key(f, key, VALUE_REAL, 1)->v.x = x;
}

void frame_set_int(struct frame *f, const char *key, int i)
{
    *make_key(f, key, VALUE_INT, 1)->v.i = i;
}

void frame_set_bool(struct frame *f, const char *key, bool b)
{
    *make_key(f, key, VALUE_BOOL, 1)->v.b = b;
}

void frame_set_text(struct frame *f, const char *key, const char *s)
{
    char *copy = xstrdup(s); /* s may be the value that goes */

    *make_key(f, key, VALUE_TEXT, 1)->v.s = copy;
}

void frame_set_matrix(struct frame *f, const char *key, double m[3][3])
{
    struct key *k = make_key(f, key, VALUE_REAL, 9);

    k->rank = 2;
    k->shape[0] = k->shape[1] = 3;
    memcpy(k->v.x, m, 9 * sizeof **m);
}

/* Columns ------------------------------------------------------------------*/

static struct column *find_column(const struct frame *f, const char *name)
{
    for (int i = 0; i < f->ncolumn; i++)
        if (strcmp(f->column[i].name, name) == 0)
            return &f->column[i];
    return NULL;
}

const double *frame_get_column(const struct frame *f, const char *name, int n)
{
    const struct column *c = find_column(f, name);

    return c && c->type == VALUE_REAL && c->n == n ? c->v.x : NULL;
}

void frame_set_column(struct frame *f, const char *name, int n, const double *x)
{
    size_t size = (size_t)f->atoms.natoms * (size_t)n;
    struct column *c = find_column(f, name), old = {0};

    if (c) {
        old = *c; /* released last: x may be its values */
    } else {
        f->column =
            xrealloc(f->column, (size_t)f->ncolumn + 1, sizeof *f->column);
        c = &f->column[f->ncolumn++];
    }
    *c = (struct column){.name = xstrdup(name), .type = VALUE_REAL, .n = n};
    c->v.x = copy_values(VALUE_REAL, size, x);
    column_release(&old, f->atoms.natoms);
}

void frame_drop(struct frame *f, const char *name)
{
    struct key *k = find_key(f, name);
    struct column *c = find_column(f, name);

    if (k) {
        key_release(k);
        f->nkey--;
        memmove(k, k + 1, (size_t)(f->key + f->nkey - k) * sizeof *k);
    }
    if (c) {
        column_release(c, f->atoms.natoms);
        f->ncolumn--;
        memmove(c, c + 1, (size_t)(f->column + f->ncolumn - c) * sizeof *c);
    }
}

/* Symmetric to the last digit; a virial is -volume stress. */
static bool get_stress(const struct frame *f, double stress[3][3])
{
    const double(*c)[3] = (const double(*)[3])f->atoms.cell;
    double volume = volume3(c[0], c[1], c[2]), scale = 1, m[3][3];

    if (!(volume > 0))
        return false;
    if (!frame_get_matrix(f, "stress", m)) {
        if (!frame_get_matrix(f, "virial", m))
            return false;
        scale = -1 / volume;
    }
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            stress[i][j] = scale * (m[i][j] + m[j][i]) / 2;
    return true;
}

bool frame_get_label(const struct frame *f, const struct label_names *names,
                     struct label *label)
{
    const char *energy = names ? names->energy : NULL;
    const char *forces = names && names->forces ? names->forces : "forces";

    *label = (struct label){0};
    label->forces = (const double(*)[3])frame_get_column(f, forces, 3);
    label->has_stress = get_stress(f, label->stress);
    if (energy)
        return frame_get_real(f, energy, &label->energy);
    label->free_energy = frame_get_real(f, "free_energy", &label->energy);
    return label->free_energy || frame_get_real(f, "energy", &label->energy);
}

int frame_err(const struct frame *f, const char *path, int ret, struct err *err)
{
    struct err inner = *err;

    return err_set(err, (enum err_code)ret, "%s:%ld: %s", path, f->line,
                   inner.msg);
}
