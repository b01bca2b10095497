#include <morsel/prior.h>

#include <stdlib.h>
#include <string.h>

#include "term.h"

/*
 * The term that is being read.  The mixing waits for its last element, and the
 * pairs that were given override it.
 */
struct given {
    struct morse m;
    bool is;
};
struct reading {
    int version;
    bool open; /* a term has begun */
    enum term_kind kind;
    struct reach reach; /* rc = 0: not known yet */
    int nelement;
    int z[MAX_Z];
    struct given *pair; /* [MAX_Z * MAX_Z], by order of the elements, i >= j */
    struct prior *sum;  /* of the terms before */
};

static int out_of_range(const struct text *t, struct err *err, const char *what)
{
    return err_set(err, ERR_RANGE, "%s:%ld: %s", t->name, t->line, what);
}

/* To the next line that says something: 1, 0 at the end, or an error. */
static int next_line(struct text *t, const char **word, struct err *err)
{
    int ret;

    while ((ret = text_next(t, err)) > 0) {
        char *comment = strchr(t->buf, '#');

        if (strlen(t->buf) != t->len)
            return text_bad(t, err, "expected text, not a NUL byte");
        if (comment)
            *comment = '\0';
        *word = text_word(t);
        if (*word)
            return 1;
    }
    return ret;
}

static int find(const struct reading *rd, int z)
{
    for (int i = 0; i < rd->nelement; i++)
        if (rd->z[i] == z)
            return i;
    return -1;
}

/* "D re a" to the end of the line; nothing in a term of nuclei. */
static int read_morse(const struct reading *rd, struct text *t, struct morse *m,
                      struct err *err)
{
    if (rd->kind == TERM_ZBL)
        return text_word(t) ? text_bad(t, err,
                                       "expected nothing more: nuclei have no "
                                       "parameters")
                            : 0;
    if (text_real(t, &m->d) < 0 || text_real(t, &m->re) < 0 ||
        text_real(t, &m->a) < 0 || text_word(t))
        return text_bad(t, err,
                        "expected D (eV), re (angstrom) and a (1/angstrom)");
    if (!morse_allowed(m))
        return out_of_range(t, err,
                            "expected D from 0 to 1000 eV, re from 0.1 to 20 "
                            "angstrom, a from 0.01 to 10 1/angstrom");
    return 0;
}

static int read_reach(struct reading *rd, struct text *t, bool relative,
                      struct err *err)
{
    if (rd->reach.rc > 0)
        return text_bad(t, err, "a second '%s' line of this term",
                        relative ? "window" : "switch");
    rd->reach.relative = relative;
    if (text_real(t, &rd->reach.rs) < 0 || text_real(t, &rd->reach.rc) < 0 ||
        text_word(t))
        return text_bad(t, err,
                        relative ? "expected 'window FS FC'"
                                 : "expected 'switch RS RC' in "
                                   "angstrom");
    if (reach_allowed(rd->kind, &rd->reach))
        return 0;
    if (rd->kind == TERM_WALL)
        return out_of_range(t, err,
                            "a wall: expected 'window FS FC' with 0 < FS <= FC "
                            "<= 1, of re");
    return out_of_range(
        t, err,
        relative ? "expected 0 < FS <= FC <= 5, of the sum of covalent radii"
                 : "expected 0 < RS <= RC <= 50 angstrom");
}

static int read_element(struct reading *rd, struct text *t, struct err *err)
{
    const char *symbol = text_word(t);
    int z = symbol ? element_number(symbol) : 0, i = rd->nelement;

    if (z == 0)
        return text_bad(t, err, "expected a chemical symbol");
    if (find(rd, z) >= 0)
        return text_bad(t, err, "a second 'element %s' line", symbol);
    rd->z[rd->nelement++] = z;
    rd->pair[i * MAX_Z + i].is = true;
    return read_morse(rd, t, &rd->pair[i * MAX_Z + i].m, err);
}

static int read_pair(struct reading *rd, struct text *t, struct err *err)
{
    int e[2];

    for (int k = 0; k < 2; k++) {
        const char *symbol = text_word(t);

        if (!symbol || element_number(symbol) == 0)
            return text_bad(t, err, "expected two chemical symbols");
        e[k] = find(rd, element_number(symbol));
        if (e[k] < 0)
            return text_bad(t, err, "expected 'element %s' before", symbol);
    }
    if (e[0] == e[1])
        return text_bad(t, err, "expected two different elements");

    int i = e[0] > e[1] ? e[0] : e[1], j = e[0] + e[1] - i;

    if (rd->pair[i * MAX_Z + j].is)
        return text_bad(t, err, "this pair a second time");
    rd->pair[i * MAX_Z + j].is = true;
    return read_morse(rd, t, &rd->pair[i * MAX_Z + j].m, err);
}

/* The term is whole: add it to the sum. */
static int end_term(struct reading *rd, struct text *t, struct err *err)
{
    struct prior p;
    struct err why;

    if (!rd->open)
        return 0;
    if (!(rd->reach.rc > 0))
        return text_bad(t, err, "the term has no line 'switch' or 'window'");
    prior_init(&p, rd->kind, &rd->reach, rd->z, rd->nelement);
    for (int i = 0; i < rd->nelement && rd->kind != TERM_ZBL; i++)
        prior_set_pair(&p, 0, i, i, &rd->pair[i * MAX_Z + i].m);
    if (prior_mix(&p, 0, MIX_MEAN, &why) < 0) /* which cannot fail */
        return out_of_range(t, err, why.msg);
    for (int i = 0; i < rd->nelement; i++)
        for (int j = 0; j < i; j++)
            if (rd->pair[i * MAX_Z + j].is)
                prior_set_pair(&p, 0, i, j, &rd->pair[i * MAX_Z + j].m);
    rd->open = false;
    return prior_add(rd->sum, &p, &why) < 0 ? out_of_range(t, err, why.msg) : 0;
}

static int begin_term(struct reading *rd, struct text *t, const char *kind,
                      struct err *err)
{
    int k = 0, ret = end_term(rd, t, err);

    if (ret < 0)
        return ret;
    while (prior_kinds[k] && (!kind || strcmp(prior_kinds[k], kind) != 0))
        k++;
    if (!prior_kinds[k] || text_word(t))
        return text_bad(t, err, "expected 'term morse', 'wall' or 'zbl'");
    rd->open = true;
    rd->kind = (enum term_kind)k;
    rd->reach = (struct reach){.rc = 0};
    rd->nelement = 0;
    memset(rd->pair, 0, (size_t)MAX_Z * MAX_Z * sizeof *rd->pair);
    return 0;
}

/* Version 1 is one Morse term. */
static int read_header(struct reading *rd, struct text *t, struct err *err)
{
    const char *word = "", *version;
    int ret = next_line(t, &word, err);

    if (ret < 0)
        return ret;
    version = ret ? text_word(t) : NULL;
    if (!version || strcmp(word, "morsel-prior") != 0)
        return text_bad(t, err, "expected 'morsel-prior 2'");
    if (parse_int(version, &rd->version) < 0 || rd->version < 1 ||
        rd->version > 2 || text_word(t))
        return text_bad(t, err, "expected version 1 or 2, not '%s'", version);
    return rd->version == 1 ? begin_term(rd, t, "morse", err) : 0;
}

static int read_line(struct reading *rd, struct text *t, const char *word,
                     struct err *err)
{
    if (strcmp(word, "term") == 0 && rd->version > 1)
        return begin_term(rd, t, text_word(t), err);
    if (!rd->open)
        return text_bad(t, err, "expected 'term'");
    if (strcmp(word, "switch") == 0)
        return read_reach(rd, t, false, err);
    if (strcmp(word, "window") == 0 && rd->version > 1)
        return read_reach(rd, t, true, err);
    if (strcmp(word, "element") == 0)
        return read_element(rd, t, err);
    if (strcmp(word, "pair") == 0)
        return read_pair(rd, t, err);
    return text_bad(t, err,
                    rd->version > 1 ? "expected 'term', 'switch', 'window', "
                                      "'element', 'pair' or 'end'"
                                    : "expected 'switch', 'element', 'pair' or "
                                      "'end'");
}

static int read_lines(struct reading *rd, struct text *t, struct err *err)
{
    const char *word = "";
    int ret;

    while ((ret = next_line(t, &word, err)) > 0) {
        if (strcmp(word, "end") == 0 && !text_word(t))
            return end_term(rd, t, err);
        ret = read_line(rd, t, word, err);
        if (ret < 0)
            return ret;
    }
    return ret < 0 ? ret : text_bad(t, err, "expected 'end': the file is cut");
}

int prior_read(struct prior *p, struct text *t, struct err *err)
{
    struct reading rd = {.sum = p};
    const char *word = "";
    int ret;

    *p = (struct prior){0};
    rd.pair = xcalloc((size_t)MAX_Z * MAX_Z, sizeof *rd.pair);
    ret = read_header(&rd, t, err);
    if (ret == 0)
        ret = read_lines(&rd, t, err);
    if (ret == 0)
        ret = next_line(t, &word, err);
    if (ret > 0)
        ret = text_bad(t, err, "expected nothing after 'end'");
    if (ret < 0)
        prior_release(p);
    free(rd.pair);
    return ret;
}
