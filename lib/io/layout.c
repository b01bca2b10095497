/* Properties: which columns a row has. */

#include "parse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * Beyond these a number is a slip, not physics.  Positions are kept as they
 * are, even many cells away; but at 1e21 angstrom a double no longer tells
 * one cell from the next thousand.  Bare copper nuclei 0.66 angstrom apart
 * repel by 3e4 eV/angstrom, and their electrons take nine tenths of it away.
 */
static const double max_pos = 1e21;   /* angstrom */
static const double max_forces = 1e4; /* eV/angstrom */

static bool is_type(char c, enum value_type *type)
{
    static const char letters[] = "IRLS"; /* as in enum value_type */
    const char *at = c ? strchr(letters, c) : NULL;

    if (at)
        *type = (enum value_type)(at - letters);
    return at != NULL;
}

/* A vector of three reals; whole numbers will do. */
static const char *vector(struct slot *s, double limit, const char *bad)
{
    if (s->c.n != 3 || (s->c.type != VALUE_REAL && s->c.type != VALUE_INT))
        return bad;
    s->c.type = VALUE_REAL;
    s->limit = limit;
    return NULL;
}

static const char *give_role(struct slot *s)
{
    s->limit = INFINITY;
    if (strcmp(s->c.name, "species") == 0) {
        s->role = ROLE_SPECIES;
        if (s->c.type != VALUE_TEXT || s->c.n != 1)
            return "expected species:S:1";
    } else if (strcmp(s->c.name, "Z") == 0) {
        s->role = ROLE_Z;
        if (s->c.type != VALUE_INT || s->c.n != 1)
            return "expected Z:I:1";
    } else if (strcmp(s->c.name, "pos") == 0) {
        s->role = ROLE_POS;
        return vector(s, max_pos, "expected pos:R:3");
    } else if (strcmp(s->c.name, "move_mask") == 0) {
        s->role = ROLE_MOVE;
        if (s->c.type != VALUE_BOOL || (s->c.n != 1 && s->c.n != 3))
            return "expected move_mask:L:1 or :L:3";
    } else if (strcmp(s->c.name, "forces") == 0) {
        return vector(s, max_forces, "expected forces:R:3");
    }
    return NULL;
}

/* One name:type:count at *p, which goes on behind it. */
static const char *parse_slot(struct slot *s, const char **p)
{
    size_t name = strcspn(*p, ":"), digits;
    const char *q = *p + name;
    int64_t n;

    if (name == 0 || q[0] != ':' || !is_type(q[1], &s->c.type) || q[2] != ':')
        return "expected name:type:count, type one of S R I L";
    digits = strspn(q + 3, "0123456789");
    if (!scan_int(q + 3, digits, &n) || n < 1 || n > INT32_MAX)
        return "expected a count of columns";
    s->c.name = copy_text(*p, name);
    s->c.n = (int)n;
    *p = q + 3 + digits;
    return give_role(s);
}

static const char *check(const struct layout *l)
{
    bool species = false, pos = false;
    struct names names = {0};
    const char *bad = NULL;

    for (int i = 0; i < l->n && !bad; i++) {
        species |= l->slot[i].role == ROLE_SPECIES || l->slot[i].role == ROLE_Z;
        pos |= l->slot[i].role == ROLE_POS;
        if (!names_add(&names, l->slot[i].c.name))
            bad = "expected each column once";
    }
    names_release(&names);
    if (!bad && !species)
        bad = "expected species:S:1 or Z:I:1";
    if (!bad && !pos)
        bad = "expected pos:R:3";
    return bad;
}

const char *layout_parse(struct layout *l, const char *s)
{
    int room = 0;

    l->width = 0;
    for (;; s++) {
        const char *bad;

        if (l->n == room) {
            room = room ? 2 * room : 8;
            l->slot = xrealloc(l->slot, (size_t)room, sizeof *l->slot);
        }
        l->slot[l->n] = (struct slot){.role = ROLE_NONE};
        bad = parse_slot(&l->slot[l->n++], &s);
        if (bad)
            return bad;
        l->width += l->slot[l->n - 1].c.n;
        if (*s == '\0')
            return check(l);
        if (*s != ':')
            return "expected a colon";
    }
}

void layout_release(struct layout *l)
{
    for (int i = 0; i < l->n; i++)
        column_release(&l->slot[i].c, 0);
    free(l->slot);
    *l = (struct layout){0};
}
