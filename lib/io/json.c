/* The JSON that ASE hides in values, and that merge-db(1) prints. */

#include "parse.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 64 }; /* of nested arrays and objects */

static void skip_space(struct cursor *c)
{
    while (c->p < c->end && strchr(" \t\n\r", *c->p) && *c->p)
        c->p++;
}

/* Value of four hexadecimal digits, or -1. */
static int hex4(const char *p, const char *end)
{
    int v = 0;

    if (end - p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        const char *digits = "0123456789abcdefABCDEF", *at;

        at = p[i] ? strchr(digits, p[i]) : NULL;
        if (!at)
            return -1;
        v = 16 * v + (int)(at - digits < 16 ? at - digits : at - digits - 6);
    }
    return v;
}

static char *put_utf8(char *q, int u)
{
    if (u < 0x80) {
        *q++ = (char)u;
    } else if (u < 0x800) {
        *q++ = (char)(0xc0 | u >> 6);
        *q++ = (char)(0x80 | (u & 0x3f));
    } else if (u < 0x10000) {
        *q++ = (char)(0xe0 | u >> 12);
        *q++ = (char)(0x80 | (u >> 6 & 0x3f));
        *q++ = (char)(0x80 | (u & 0x3f));
    } else {
        *q++ = (char)(0xf0 | u >> 18);
        *q++ = (char)(0x80 | (u >> 12 & 0x3f));
        *q++ = (char)(0x80 | (u >> 6 & 0x3f));
        *q++ = (char)(0x80 | (u & 0x3f));
    }
    return q;
}

/* \uXXXX at c->p, a pair of surrogates included; no NUL. */
static bool unicode(struct cursor *c, char **q)
{
    int u = hex4(c->p + 1, c->end), low;

    if (u <= 0 || (u >= 0xdc00 && u < 0xe000))
        return false;
    c->p += 5;
    if (u >= 0xd800 && u < 0xdc00) {
        if (c->end - c->p < 6 || c->p[0] != '\\' || c->p[1] != 'u')
            return false;
        low = hex4(c->p + 2, c->end);
        if (low < 0xdc00 || low > 0xdfff)
            return false;
        u = 0x10000 + ((u - 0xd800) << 10) + (low - 0xdc00);
        c->p += 6;
    }
    *q = put_utf8(*q, u);
    return true;
}

/* A string from its opening quote on; the caller frees *out. */
static bool string(struct cursor *c, char **out, size_t *n)
{
    static const char mark[] = "\"\\/bfnrt", what[] = "\"\\/\b\f\n\r\t";
    const char *close = c->p + 1, *at;
    char *q;

    while (close < c->end && *close != '"')
        close += *close == '\\' ? 2 : 1;
    if (close >= c->end)
        return false;
    q = *out = xcalloc((size_t)(close - c->p), 1);
    for (c->p++; *c->p != '"';) {
        if ((unsigned char)*c->p < 0x20)
            break;
        if (*c->p != '\\') {
            *q++ = *c->p++;
        } else if (c->p[1] == 'u') {
            c->p++;
            if (!unicode(c, &q))
                break;
        } else {
            at = c->p[1] ? strchr(mark, c->p[1]) : NULL;
            if (!at)
                break;
            *q++ = what[at - mark];
            c->p += 2;
        }
    }
    *n = (size_t)(q - *out);
    if (*c->p == '"') {
        c->p++;
        return true;
    }
    free(*out);
    return false;
}

/* -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][-+]?[0-9]+)? */
static bool is_number(const char *s, size_t n)
{
    size_t i = n > 0 && s[0] == '-';
    const char *point = memchr(s, '.', n);
    double x;

    if (i == n || strchr(".dD+", s[i]) || memchr(s, 'd', n) ||
        memchr(s, 'D', n))
        return false;
    if (s[i] == '0' && n - i > 1 && s[i + 1] >= '0' && s[i + 1] <= '9')
        return false;
    if (point && (point + 1 == s + n || point[1] < '0' || point[1] > '9'))
        return false;
    return scan_real(s, n, &x);
}

/* A number, true, false or null: false if it is none of these. */
static bool literal(struct cursor *c, const char **s, size_t *n)
{
    *s = c->p;
    while (c->p < c->end && *c->p && !strchr(" \t\n\r,:[]{}\"", *c->p))
        c->p++;
    *n = (size_t)(c->p - *s);
    return (*n == 4 && memcmp(*s, "true", 4) == 0) ||
           (*n == 5 && memcmp(*s, "false", 5) == 0) ||
           (*n == 4 && memcmp(*s, "null", 4) == 0) ||
           (*n > 0 && is_number(*s, *n));
}

/* A scalar: a word if it can be part of a value of ours. */
static bool scalar(struct cursor *c, struct list *l, bool *ours)
{
    const char *s;
    char *text;
    size_t n;

    if (c->p < c->end && *c->p == '"') {
        if (!string(c, &text, &n))
            return false;
        list_add_quoted(l, text, n);
        return true;
    }
    if (!literal(c, &s, &n))
        return false;
    list_add(l, s, n);
    *ours = *ours && word_type(&l->w[l->n - 1]) != VALUE_TEXT;
    return true;
}

/*
 * Any JSON value, without recursion: open[] are the containers we are in.
 * While it is a scalar, a vector or a matrix, `ours` stays true and the list
 * holds its words; *rank and *nrow say which.
 */
struct json {
    struct cursor c;
    struct list l;
    char open[MAX_DEPTH];
    int depth, rank, nrow, width, before;
    bool ours;
};

static bool open_container(struct json *j)
{
    char c = *j->c.p++;

    if (j->depth == MAX_DEPTH)
        return false;
    j->open[j->depth++] = c;
    if (c == '{' || j->depth > 2 || (j->depth == 2 && j->l.n > j->before))
        j->ours = false;
    if (j->depth > j->rank)
        j->rank = j->depth;
    return true;
}

/* At a closing mark: a row ends if this is the inner of two arrays. */
static bool close_container(struct json *j)
{
    char c = *j->c.p++;

    if (j->depth == 0 || j->open[--j->depth] != (c == ']' ? '[' : '{'))
        return false;
    if (j->depth == 1) {
        int n = j->l.n - j->before;

        j->width = j->nrow++ ? j->width : n;
        j->ours = j->ours && n > 0 && n == j->width;
        j->before = j->l.n;
    }
    return true;
}

static bool at(const struct json *j, char c)
{
    return j->c.p < j->c.end && *j->c.p == c;
}

/* "name" : before a value of an object. */
static bool member(struct json *j)
{
    char *name;
    size_t n;

    if (!at(j, '"') || !string(&j->c, &name, &n))
        return false;
    free(name);
    skip_space(&j->c);
    if (!at(j, ':'))
        return false;
    j->c.p++;
    skip_space(&j->c);
    return true;
}

/* After a value: close what ends here, and be ready for the next value. */
static bool after_value(struct json *j)
{
    for (;;) {
        skip_space(&j->c);
        if (j->depth == 0)
            return true;
        if (at(j, ']') || at(j, '}')) {
            if (!close_container(j))
                return false;
            continue;
        }
        if (!at(j, ','))
            return false;
        j->c.p++;
        skip_space(&j->c);
        return j->open[j->depth - 1] == '[' || member(j);
    }
}

static bool scan(struct json *j)
{
    skip_space(&j->c);
    do {
        bool empty = false;

        if (at(j, '[') || at(j, '{')) {
            bool object = at(j, '{');

            if (!open_container(j))
                return false;
            skip_space(&j->c);
            empty = at(j, object ? '}' : ']');
            if (empty)
                j->ours = false;
            else if (object && !member(j))
                return false;
            if (!empty)
                continue;
        } else if (!scalar(&j->c, &j->l, &j->ours)) {
            return false;
        } else if (j->depth == 1 && j->nrow > 0) {
            j->ours = false; /* [[1], 2] */
        }
        if (!after_value(j))
            return false;
    } while (j->depth > 0);
    return j->c.p == j->c.end;
}

const char *json_parse(const char *s, size_t n, struct key *k)
{
    struct json j = {.c = {s + strlen("_JSON "), s + n}, .ours = true};
    bool good = scan(&j);

    if (good && j.ours && j.l.n > 0 && list_of_a_kind(&j.l))
        list_value(&j.l, j.rank, j.nrow, k);
    else if (good)
        text_value(s, n, k);
    list_release(&j.l);
    return good ? NULL : "expected JSON";
}
