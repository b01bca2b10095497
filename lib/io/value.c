/* The value of a key: see morsel-frame(5) for its forms. */

#include "parse.h"

#include <stdlib.h>
#include <string.h>

void key_clear(struct key *k)
{
    int n = k->shape[0] * k->shape[1];

    if (k->type == VALUE_TEXT && k->v.s)
        for (int i = 0; i < n; i++)
            free(k->v.s[i]);
    free(k->v.i);
    k->v.i = NULL;
}

/* The first type that fits: whole number, real, bool, text. */
enum value_type word_type(const struct word *w)
{
    int64_t i;
    double x;
    bool b;

    if (w->quoted)
        return VALUE_TEXT;
    if (scan_plain_int(w->s, w->n, &i))
        return VALUE_INT;
    if (memchr(w->s, '.', w->n) || memchr(w->s, 'e', w->n) ||
        memchr(w->s, 'E', w->n) || memchr(w->s, 'd', w->n) ||
        memchr(w->s, 'D', w->n))
        if (scan_real(w->s, w->n, &x))
            return VALUE_REAL;
    return scan_bool(w->s, w->n, &b) ? VALUE_BOOL : VALUE_TEXT;
}

/* A type that holds both. */
static enum value_type join(enum value_type a, enum value_type b)
{
    if (a == b)
        return a;
    if ((a == VALUE_INT && b == VALUE_REAL) ||
        (a == VALUE_REAL && b == VALUE_INT))
        return VALUE_REAL;
    return VALUE_TEXT;
}

static void fill(const struct word *w, int n, struct key *k)
{
    static const size_t size[] = {sizeof *k->v.i, sizeof *k->v.x,
                                  sizeof *k->v.b, sizeof *k->v.s};

    k->v.i = xcalloc((size_t)n, size[k->type]);
    for (int i = 0; i < n; i++)
        switch (k->type) {
        case VALUE_INT:
            scan_int(w[i].s, w[i].n, &k->v.i[i]);
            break;
        case VALUE_REAL:
            scan_real(w[i].s, w[i].n, &k->v.x[i]);
            break;
        case VALUE_BOOL:
            scan_bool(w[i].s, w[i].n, &k->v.b[i]);
            break;
        case VALUE_TEXT:
            k->v.s[i] = copy_text(w[i].s, w[i].n);
            break;
        }
}

static bool words_value(const struct word *w, int n, struct key *k)
{
    k->type = word_type(&w[0]);
    for (int i = 1; i < n && k->type != VALUE_TEXT; i++)
        k->type = join(k->type, word_type(&w[i]));
    k->rank = n > 1;
    k->shape[0] = n;
    k->shape[1] = 1;
    fill(w, n, k);
    return k->type != VALUE_TEXT;
}

static void append(struct list *l, struct word w)
{
    if (l->n == l->room) {
        l->room = l->room ? 2 * l->room : 16;
        l->w = xrealloc(l->w, (size_t)l->room, sizeof *l->w);
    }
    l->w[l->n++] = w;
}

void list_add(struct list *l, const char *s, size_t n)
{
    append(l, (struct word){.s = s, .n = n});
}

void list_add_quoted(struct list *l, char *own, size_t n)
{
    append(l, (struct word){.s = own, .n = n, .quoted = true, .own = own});
}

void list_release(struct list *l)
{
    for (int i = 0; i < l->n; i++)
        free(l->w[i].own);
    free(l->w);
    *l = (struct list){0};
}

bool list_of_a_kind(const struct list *l)
{
    enum value_type a = word_type(&l->w[0]);

    for (int i = 1; i < l->n; i++) {
        enum value_type b = word_type(&l->w[i]);

        if (a != b && (a > VALUE_REAL || b > VALUE_REAL))
            return false;
    }
    return true;
}

void list_value(const struct list *l, int rank, int rows, struct key *k)
{
    words_value(l->w, l->n, k);
    k->rank = rank;
    if (rank == 2) {
        k->shape[0] = rows;
        k->shape[1] = l->n / rows;
    }
}

void text_value(const char *s, size_t n, struct key *k)
{
    struct word w = {.s = s, .n = n, .quoted = true};

    words_value(&w, 1, k);
}

static bool separates(char c)
{
    return is_blank(c) || c == ',';
}

/*
 * What stands between quotes or braces: numbers or bools between blanks or
 * commas, one of them a scalar; JSON; or else a text.
 */
static const char *old_style(const char *s, size_t n, struct key *k)
{
    static const char json[] = "_JSON ";
    struct list l = {0};
    const char *p = s, *end = s + n;

    if (n >= sizeof json - 1 && memcmp(s, json, sizeof json - 1) == 0)
        return json_parse(s, n, k);
    while (p < end) {
        const char *word = p;

        while (p < end && !separates(*p))
            p++;
        if (p > word)
            list_add(&l, word, (size_t)(p - word));
        if (l.n > 0 && word_type(&l.w[l.n - 1]) == VALUE_TEXT) {
            l.n = 0;
            break;
        }
        while (p < end && separates(*p))
            p++;
    }
    if (l.n == 0 || !words_value(l.w, l.n, k)) {
        if (l.n > 0)
            key_clear(k);
        text_value(s, n, k);
    }
    free(l.w);
    return NULL;
}

/*
 * Take a string from its opening mark to its closing one and undo the escapes
 * \" \\ \n; before anything else the backslash is dropped, as others do.  The
 * caller frees *out.
 */
static const char *quoted(struct cursor *c, char close, char **out, size_t *n)
{
    const char *p = c->p + 1;
    char *q;

    while (p < c->end && *p != close)
        p += *p == '\\' && close != '}' ? 2 : 1;
    if (p >= c->end)
        return close == '}' ? "expected a closing brace"
                            : "expected a closing quote";
    q = *out = xcalloc((size_t)(p - c->p), 1);
    for (c->p++; c->p < p; c->p++) {
        if (*c->p == '\\' && close != '}')
            *q++ = *++c->p == 'n' ? '\n' : *c->p;
        else
            *q++ = *c->p;
    }
    c->p = p + 1;
    *n = (size_t)(q - *out);
    return NULL;
}

static const char *delimited(struct cursor *c, char close, struct key *k)
{
    char *s;
    size_t n;
    const char *bad = quoted(c, close, &s, &n);

    if (bad)
        return bad;
    bad = old_style(s, n, k);
    free(s);
    return bad;
}

static bool is_bare(char c)
{
    return !is_blank(c) && !strchr("=\"',[]{}\\", c);
}

static size_t bare_length(const struct cursor *c)
{
    const char *p = c->p;

    while (p < c->end && *p && is_bare(*p))
        p++;
    return (size_t)(p - c->p);
}

/* The elements after an opening bracket, up to and with the closing one. */
static const char *elements(struct cursor *c, struct list *l)
{
    for (;;) {
        char *s;
        size_t n;

        skip_blanks(c);
        if (c->p < c->end && (*c->p == '"' || *c->p == '\'')) {
            const char *bad = quoted(c, *c->p, &s, &n);

            if (bad)
                return bad;
            list_add_quoted(l, s, n);
        } else {
            n = bare_length(c);
            if (n == 0)
                return "expected a value in the array";
            list_add(l, c->p, n);
            c->p += n;
        }
        skip_blanks(c);
        if (c->p == c->end || (*c->p != ',' && *c->p != ']'))
            return "expected a comma or a closing bracket";
        if (*c->p++ == ']')
            return NULL;
    }
}

/* The rows of [[a, b], [c, d]], from the second bracket on. */
static const char *rows(struct cursor *c, struct list *l, int *nrow)
{
    int width = 0;

    for (*nrow = 1;; ++*nrow) {
        int before = l->n;
        const char *bad;

        skip_blanks(c);
        if (c->p == c->end || *c->p++ != '[')
            return "expected an opening bracket";
        bad = elements(c, l);
        if (bad)
            return bad;
        if (*nrow == 1)
            width = l->n;
        if (l->n - before != width)
            return "expected rows of one length";
        skip_blanks(c);
        if (c->p == c->end || (*c->p != ',' && *c->p != ']'))
            return "expected a comma or a closing bracket";
        if (*c->p++ == ']')
            return NULL;
    }
}

static const char *new_style(struct cursor *c, struct key *k)
{
    struct list l = {0};
    const char *bad;
    int rank = 1, nrow = 1;

    c->p++;
    skip_blanks(c);
    if (c->p < c->end && *c->p == '[') {
        rank = 2;
        bad = rows(c, &l, &nrow);
    } else {
        bad = elements(c, &l);
    }
    if (!bad && !list_of_a_kind(&l))
        bad = "expected values of one type";
    if (!bad)
        list_value(&l, rank, nrow, k);
    list_release(&l);
    return bad;
}

static const char *bare(struct cursor *c, struct key *k)
{
    struct word w = {.s = c->p, .n = bare_length(c)};

    if (w.n == 0)
        return "expected a value";
    c->p += w.n;
    words_value(&w, 1, k);
    return NULL;
}

const char *value_parse(struct cursor *c, struct key *k)
{
    const char *bad;

    if (c->p == c->end)
        return "expected a value";
    switch (*c->p) {
    case '"':
    case '\'':
        bad = delimited(c, *c->p, k);
        break;
    case '{':
        bad = delimited(c, '}', k);
        break;
    case '[':
        bad = new_style(c, k);
        break;
    default:
        bad = bare(c, k);
    }
    if (!bad && c->p < c->end && !is_blank(*c->p)) {
        key_clear(k);
        bad = "expected a blank after it, or quotes around it";
    }
    return bad;
}

const char *name_parse(struct cursor *c, char **name)
{
    size_t n;

    if (c->p < c->end && *c->p == '"')
        return quoted(c, '"', name, &n);
    n = bare_length(c);
    if (n == 0)
        return "expected a key";
    *name = copy_text(c->p, n);
    c->p += n;
    return NULL;
}

bool is_plain_text(const char *s)
{
    struct key k = {0};
    bool same = !old_style(s, strlen(s), &k) && k.type == VALUE_TEXT &&
                k.rank == 0 && strcmp(k.v.s[0], s) == 0;

    key_clear(&k);
    return same;
}
