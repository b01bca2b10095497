#include <morsel/prior.h>

#include <stdlib.h>
#include <string.h>

#include "limits.h"

static const char header[] = "morsel-prior 1";

/*
 * What has been read so far.  The mixing waits for the last element, and the
 * pairs that were given override it.
 */
struct given {
    struct morse m;
    bool is;
};
struct reading {
    double rs, rc;
    int nelement;
    int z[MAX_Z];
    struct given *pair; /* [MAX_Z * MAX_Z], by order of the elements, i >= j */
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

/* "D re a" to the end of the line. */
static int read_morse(struct text *t, struct morse *m, struct err *err)
{
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

static int read_switch(struct reading *rd, struct text *t, struct err *err)
{
    if (rd->rc > 0)
        return text_bad(t, err, "a second 'switch' line");
    if (text_real(t, &rd->rs) < 0 || text_real(t, &rd->rc) < 0 || text_word(t))
        return text_bad(t, err, "expected 'switch RS RC' in angstrom");
    if (!switch_allowed(rd->rs, rd->rc))
        return out_of_range(t, err, "expected 0 < RS <= RC <= 50 angstrom");
    return 0;
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
    return read_morse(t, &rd->pair[i * MAX_Z + i].m, err);
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
    return read_morse(t, &rd->pair[i * MAX_Z + j].m, err);
}

static int read_header(struct text *t, struct err *err)
{
    const char *word = "", *version;
    int ret = next_line(t, &word, err);

    if (ret < 0)
        return ret;
    version = ret ? text_word(t) : NULL;
    if (!version || strcmp(word, "morsel-prior") != 0)
        return text_bad(t, err, "expected '%s'", header);
    if (strcmp(version, "1") != 0 || text_word(t))
        return text_bad(t, err, "expected version 1, not '%s'", version);
    return 0;
}

static int read_lines(struct reading *rd, struct text *t, struct err *err)
{
    const char *word = "";
    int ret;

    while ((ret = next_line(t, &word, err)) > 0) {
        if (strcmp(word, "end") == 0 && !text_word(t))
            return rd->rc > 0 ? 0
                              : text_bad(t, err, "there was no 'switch' line");
        if (strcmp(word, "switch") == 0)
            ret = read_switch(rd, t, err);
        else if (strcmp(word, "element") == 0)
            ret = read_element(rd, t, err);
        else if (strcmp(word, "pair") == 0)
            ret = read_pair(rd, t, err);
        else
            ret = text_bad(t, err,
                           "expected 'switch', 'element', 'pair' or 'end'");
        if (ret < 0)
            return ret;
    }
    return ret < 0 ? ret : text_bad(t, err, "expected 'end': the file is cut");
}

static int read_all(struct reading *rd, struct text *t, struct err *err)
{
    const char *word = "";
    int ret = read_header(t, err);

    if (ret == 0)
        ret = read_lines(rd, t, err);
    if (ret == 0)
        ret = next_line(t, &word, err);
    return ret <= 0 ? ret : text_bad(t, err, "expected nothing after 'end'");
}

int prior_read(struct prior *p, struct text *t, struct err *err)
{
    struct reading rd = {.rc = 0};
    int ret;

    *p = (struct prior){0};
    rd.pair = xcalloc((size_t)MAX_Z * MAX_Z, sizeof *rd.pair);
    ret = read_all(&rd, t, err);
    if (ret == 0) {
        prior_init(p, rd.z, rd.nelement, rd.rs, rd.rc);
        for (int i = 0; i < rd.nelement; i++)
            prior_set_pair(p, i, i, &rd.pair[i * MAX_Z + i].m);
        prior_mix(p);
        for (int i = 0; i < rd.nelement; i++)
            for (int j = 0; j < i; j++)
                if (rd.pair[i * MAX_Z + j].is)
                    prior_set_pair(p, i, j, &rd.pair[i * MAX_Z + j].m);
    }
    free(rd.pair);
    return ret;
}

/* With as many digits as come back to the bit, and no more. */
static void put_real(FILE *out, double x)
{
    char buf[32];
    double back = 0;

    for (int digits = 15; digits <= 17; digits++) {
        snprintf(buf, sizeof buf, "%.*g", digits, x);
        if (parse_real(buf, &back) == 0 && back == x)
            break;
    }
    fprintf(out, " %s", buf);
}

static void put_morse(FILE *out, const struct morse *m)
{
    put_real(out, m->d);
    put_real(out, m->re);
    put_real(out, m->a);
    putc('\n', out);
}

static bool is_mixed(const struct prior *p, int i, int j)
{
    int n = p->nelement;
    const struct morse *m = &p->pair[i * n + j];
    struct morse mix = morse_mix(&p->pair[i * n + i], &p->pair[j * n + j]);

    return m->d == mix.d && m->re == mix.re && m->a == mix.a;
}

static void put_comment(FILE *out, const char *comment)
{
    for (const char *s = comment; *s;) {
        int n = (int)strcspn(s, "\n");

        fprintf(out, "# %.*s\n", n, s);
        s += n + (s[n] == '\n');
    }
}

void prior_print(const struct prior *p, const char *comment, FILE *out)
{
    int n = p->nelement;

    fprintf(out, "%s\n", header);
    put_comment(out, comment ? comment : "");
    fprintf(out, "# angstrom\nswitch");
    put_real(out, p->rs);
    put_real(out, p->rc);
    fprintf(out, "\n# D (eV), re (angstrom), a (1/angstrom)\n");
    for (int i = 0; i < n; i++) {
        fprintf(out, "element %s", element_symbol(p->z[i]));
        put_morse(out, &p->pair[i * n + i]);
    }
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            if (!is_mixed(p, i, j)) {
                fprintf(out, "pair %s %s", element_symbol(p->z[i]),
                        element_symbol(p->z[j]));
                put_morse(out, &p->pair[i * n + j]);
            }
    fprintf(out, "end\n");
}
