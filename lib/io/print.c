/* A frame as JSON. */

#include <morsel/io.h>

#include <string.h>

#include "parse.h"

void print_real(FILE *out, double x)
{
    char s[REAL_ROOM];
    size_t n = format_real(s, x);

    fwrite(s, 1, n, out);
}

static void print_string(const char *s, FILE *out)
{
    fputc('"', out);
    for (; *s; s++)
        if (*s == '"' || *s == '\\')
            fprintf(out, "\\%c", *s);
        else if (is_control(*s))
            fprintf(out, "\\u%04x", *s);
        else
            fputc(*s, out);
    fputc('"', out);
}

/* A text that is JSON (`_JSON {...}`) stands for itself. */
static void print_text(const char *s, FILE *out)
{
    if (strncmp(s, "_JSON ", 6) == 0)
        fputs(s + 6, out);
    else
        print_string(s, out);
}

static void print_value(const struct key *k, size_t i, FILE *out)
{
    switch (k->type) {
    case VALUE_INT:
        fprintf(out, "%lld", (long long)k->v.i[i]);
        break;
    case VALUE_REAL:
        print_real(out, k->v.x[i]);
        break;
    case VALUE_BOOL:
        fputs(k->v.b[i] ? "true" : "false", out);
        break;
    case VALUE_TEXT:
        print_text(k->v.s[i], out);
        break;
    }
}

/* Values in rank 0, 1 or 2 levels of brackets. */
static void print_values(const struct key *k, FILE *out)
{
    size_t rows = (size_t)k->shape[0], width = (size_t)k->shape[1];

    fputs(k->rank > 0 ? "[" : "", out);
    for (size_t i = 0; i < rows; i++) {
        fputs(i > 0 ? ", " : "", out);
        fputs(k->rank == 2 ? "[" : "", out);
        for (size_t j = 0; j < width; j++) {
            fputs(j > 0 ? ", " : "", out);
            print_value(k, i * width + j, out);
        }
        fputs(k->rank == 2 ? "]" : "", out);
    }
    fputs(k->rank > 0 ? "]" : "", out);
}

/* n values an atom: a list, or a list of lists. */
static void print_column(const char *name, enum value_type type, int n,
                         int natoms, void *v, FILE *out)
{
    struct key k = {.type = type, .rank = n > 1 ? 2 : 1, .v.i = v};

    k.shape[0] = natoms;
    k.shape[1] = n;
    print_string(name, out);
    fputs(": ", out);
    print_values(&k, out);
}

static void print_atoms(const struct atoms *a, FILE *out)
{
    bool cell = false;

    fprintf(out, "{\"natoms\": %d, ", a->natoms);
    for (int i = 0; i < 9; i++)
        cell |= a->cell[i / 3][i % 3] != 0;
    if (cell)
        print_column("lattice", VALUE_REAL, 3, 3, (void *)a->cell, out);
    else
        fputs("\"lattice\": null", out);
    fputs(", ", out);
    print_column("pbc", VALUE_BOOL, 1, 3, (void *)a->pbc, out);
    fputs(", \"species\": [", out);
    for (int i = 0; i < a->natoms; i++)
        fprintf(out, "%s\"%s\"", i > 0 ? ", " : "", element_symbol(a->z[i]));
    fputs("], ", out);
    print_column("pos", VALUE_REAL, 3, a->natoms, a->pos, out);
}

static void print_mask(const struct atoms *a, bool comma, FILE *out)
{
    int n = mask_width(a);

    if (n == 0)
        return;
    fputs(comma ? ", " : "", out);
    fputs("\"move_mask\": [", out);
    for (int i = 0; i < a->natoms; i++) {
        fputs(i > 0 ? ", " : "", out);
        fputs(n == 3 ? "[" : "", out);
        for (int k = 0; k < n; k++) {
            fputs(k > 0 ? ", " : "", out);
            fputs(a->move[i][k] ? "true" : "false", out);
        }
        fputs(n == 3 ? "]" : "", out);
    }
    fputc(']', out);
}

void frame_print_json(const struct frame *f, FILE *out)
{
    print_atoms(&f->atoms, out);
    fputs(", \"info\": {", out);
    for (int i = 0; i < f->nkey; i++) {
        fputs(i > 0 ? ", " : "", out);
        print_string(f->key[i].name, out);
        fputs(": ", out);
        print_values(&f->key[i], out);
    }
    fputs("}, \"arrays\": {", out);
    for (int i = 0; i < f->ncolumn; i++) {
        const struct column *c = &f->column[i];

        fputs(i > 0 ? ", " : "", out);
        print_column(c->name, c->type, c->n, f->atoms.natoms, c->v.i, out);
    }
    print_mask(&f->atoms, f->ncolumn > 0, out);
    fputs("}}", out);
}
