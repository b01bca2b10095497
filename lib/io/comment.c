/* The second line of a frame: keys, or a remark. */

#include "parse.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const special[] = {"Lattice", "pbc", "Properties"};
enum { LATTICE, PBC, PROPERTIES, NSPECIAL };

/* Is `word` followed by = in the line, as a key of its own? */
static bool has_key(const char *line, const char *word)
{
    size_t n = strlen(word);

    for (const char *p = line; *p; p++) {
        if (strncasecmp(p, word, n) != 0)
            continue;
        if (p > line && !is_blank(p[-1]) && p[-1] != '"')
            continue;
        if (p[n + strspn(p + n, " \t\"")] == '=')
            return true;
    }
    return false;
}

/*
 * A line that has none of these and is not key=value throughout is a remark:
 * plain XYZ.
 */
static bool is_extended(const char *line)
{
    for (int i = 0; i < NSPECIAL; i++)
        if (has_key(line, special[i]))
            return true;
    return has_key(line, "energy") || has_key(line, "free_energy");
}

static const char *check_name(const char *name)
{
    if (!*name || has_control(name))
        return "expected a key of printable characters";
    for (int i = 0; i < NSPECIAL; i++)
        if (strcasecmp(name, special[i]) == 0 && strcmp(name, special[i]) != 0)
            return "expected it spelled Lattice, pbc, Properties";
    return NULL;
}

/* key=value, or a bare key, which is true. */
static const char *parse_key(struct cursor *c, struct key *k, bool *bare)
{
    const char *bad = name_parse(c, &k->name);
    struct cursor after;

    if (!bad)
        bad = check_name(k->name);
    if (bad)
        return bad;
    after = *c;
    skip_blanks(&after);
    if (after.p < after.end && *after.p == '=') {
        after.p++;
        skip_blanks(&after);
        *c = after;
        return value_parse(c, k);
    }
    if (c->p < c->end && !is_blank(*c->p))
        return "expected '=' or a blank after it";
    *bare = true;
    *k = (struct key){.name = k->name, .type = VALUE_BOOL, .shape = {1, 1}};
    k->v.b = xcalloc(1, sizeof *k->v.b);
    *k->v.b = true;
    return NULL;
}

static void add_key(struct frame *f, const struct key *k, int *room)
{
    if (f->nkey == *room) {
        *room = *room ? 2 * *room : 8;
        f->key = xrealloc(f->key, (size_t)*room, sizeof *f->key);
    }
    f->key[f->nkey++] = *k;
}

/* All keys of the line into f; `at` is the one that is wrong. */
static const char *parse_keys(const char *line, size_t n, struct frame *f,
                              bool *bare, struct key *at)
{
    struct cursor c = {line, line + n};
    struct names names = {0};
    const char *bad = NULL;
    int room = 0;

    for (;;) {
        *at = (struct key){0};
        skip_blanks(&c);
        if (c.p == c.end)
            break;
        bad = parse_key(&c, at, bare);
        if (!bad && !names_add(&names, at->name)) {
            key_clear(at);
            bad = "expected it once";
        }
        if (bad)
            break;
        add_key(f, at, &room);
    }
    names_release(&names);
    return bad;
}

static void drop_keys(struct frame *f)
{
    for (int i = 0; i < f->nkey; i++)
        key_release(&f->key[i]);
    free(f->key);
    f->key = NULL;
    f->nkey = 0;
}

static const char *set_cell(struct atoms *a, const struct key *k)
{
    int n = k->shape[0] * k->shape[1];

    if (n != 9 || k->rank == 0 || (k->rank == 2 && k->shape[0] != 3) ||
        k->type > VALUE_REAL)
        return "expected nine numbers";
    for (int i = 0; i < 9; i++)
        a->cell[i / 3][i % 3] =
            k->type == VALUE_INT ? (double)k->v.i[i] : k->v.x[i];
    return NULL;
}

static const char *set_pbc(struct atoms *a, const struct key *k)
{
    static const char bad[] = "expected three of T and F";

    if (k->rank != 1 || k->shape[0] != 3 ||
        (k->type != VALUE_BOOL && k->type != VALUE_INT))
        return bad;
    for (int i = 0; i < 3; i++) {
        if (k->type == VALUE_INT && k->v.i[i] != 0 && k->v.i[i] != 1)
            return bad;
        a->pbc[i] = k->type == VALUE_INT ? k->v.i[i] == 1 : k->v.b[i];
    }
    return NULL;
}

/* Take the three special keys out of f and put them where they belong. */
static const char *apply_special(struct frame *f, struct layout *l,
                                 const char **which)
{
    const char *bad = NULL;
    bool has_pbc = false, has_cell = false;
    int kept = 0;

    for (int i = 0; i < f->nkey; i++) {
        struct key *k = &f->key[i];
        int s = 0;

        while (s < NSPECIAL && strcmp(k->name, special[s]) != 0)
            s++;
        if (s == NSPECIAL || bad) {
            f->key[kept++] = *k;
            continue;
        }
        *which = special[s];
        if (s == LATTICE) {
            bad = set_cell(&f->atoms, k);
            has_cell = true;
        } else if (s == PBC) {
            bad = set_pbc(&f->atoms, k);
            has_pbc = true;
        } else if (k->type != VALUE_TEXT || k->rank != 0) {
            bad = "expected name:type:count";
        } else {
            bad = layout_parse(l, k->v.s[0]);
        }
        key_release(k);
    }
    f->nkey = kept;
    for (int i = 0; i < 3 && !has_pbc; i++)
        f->atoms.pbc[i] = has_cell;
    return bad;
}

static void keep_remark(struct frame *f, const char *line, size_t n)
{
    drop_keys(f);
    if (strspn(line, " \t") == n)
        return;
    f->key = xcalloc(1, sizeof *f->key);
    f->nkey = 1;
    f->key->name = xstrdup("comment");
    text_value(line, n, f->key);
}

int comment_parse(struct text *t, struct frame *f, struct layout *l,
                  struct err *err)
{
    bool bare = false, extended;
    const char *bad, *which = NULL;
    struct key at;

    if (!is_text(t->buf, t->len))
        return text_bad(t, err, "expected a line of ASCII or UTF-8 text");
    if (strncmp(t->buf, "<<<<<<< ", 8) == 0)
        return text_bad(t, err, "expected keys, got a merge conflict");
    extended = is_extended(t->buf);
    bad = parse_keys(t->buf, t->len, f, &bare, &at);
    if (bad && extended)
        text_bad(t, err, "key '%.40s': %s", at.name ? at.name : "", bad);
    free(at.name);
    if (bad && extended)
        return ERR_FORMAT;
    if (bad || (bare && !extended))
        keep_remark(f, t->buf, t->len);
    bad = apply_special(f, l, &which);
    if (bad)
        return text_bad(t, err, "%s: %s", which, bad);
    if (l->n == 0) {
        l->plain = true;
        bad = layout_parse(l, "species:S:1:pos:R:3");
        if (bad)
            return text_bad(t, err, "%s", bad);
    }
    return 0;
}
