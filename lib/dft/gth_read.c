#include "gth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/atoms.h>

static const char header[] = "morsel-pseudo 1";

/* To the next line that says something, without its comment: 1, 0 or error. */
int gth_line(struct text *t, struct err *err)
{
    int ret;

    while ((ret = text_next(t, err)) > 0) {
        if (strlen(t->buf) != t->len)
            return text_bad(t, err, "expected text, not a NUL byte");
        t->buf[strcspn(t->buf, "#")] = '\0';
        if (t->buf[strspn(t->buf, " \t")])
            return 1;
    }
    return ret;
}

int gth_expect(struct text *t, const char *what, struct err *err)
{
    int ret = gth_line(t, err);

    return ret ? ret : text_bad(t, err, "the file ends before %s", what);
}

/* Numbers that no potential passes, so that nothing overflows later. */
int gth_check(const struct text *t, const struct gth *g, struct err *err)
{
    const char *wrong = NULL;

    if (g->z < 1 || g->z > MAX_Z)
        wrong = "an element";
    else if (g->zion < 1 || g->zion > g->z)
        wrong = "from 1 to Z valence electrons";
    else if (!(g->rloc >= 0.01 && g->rloc <= 10))
        wrong = "a radius of the local part from 0.01 to 10 bohr";
    for (int i = 0; i < g->nc; i++)
        if (!(fabs(g->c[i]) < 1e6))
            wrong = "local coefficients below 1e6 hartree";
    for (int l = 0; l <= PSEUDO_MAX_L; l++) {
        const struct gth_channel *s = &g->channel[l];

        if (s->n && !(s->a >= 0.01 && s->a <= 10))
            wrong = "radii of projectors from 0.01 to 10 bohr";
        for (int i = 0; i < s->n; i++)
            for (int j = 0; j < s->n; j++)
                if (!(fabs(s->h[i][j]) < 1e6))
                    wrong = "strengths of projectors below 1e6 hartree";
    }
    return wrong ? text_bad(t, err, "expected %s", wrong) : 0;
}

void gth_set_h(struct gth_channel *s, int i, int j, double h)
{
    s->h[i][j] = s->h[j][i] = h;
}

/* Ours ------------------------------------------------------------------- */

int gth_open(struct text *t, struct err *err)
{
    int ret = gth_expect(t, "its first line", err);

    if (ret < 0)
        return ret;
    if (strcmp(t->buf, header) != 0)
        return text_bad(t, err, "expected '%s'", header);
    return 0;
}

/* "potential El functional q [origin]", its first word taken. */
static int read_head(struct gth *g, struct text *t, struct err *err)
{
    const char *symbol = text_word(t), *functional = text_word(t);
    const char *origin;

    *g = (struct gth){0};
    g->z = symbol ? element_number(symbol) : 0;
    if (!g->z || !functional || text_int(t, &g->zion) < 0)
        return text_bad(t, err,
                        "expected 'potential ELEMENT FUNCTIONAL ELECTRONS'");
    pseudo_functional(functional, g->functional);
    origin = text_word(t);
    snprintf(g->origin, sizeof g->origin, "%s", origin ? origin : "");
    return 0;
}

/* "local rloc C1 ...": at most four coefficients. */
static int read_local(struct gth *g, struct text *t, struct err *err)
{
    int n = 0;
    char *w;

    if (text_real(t, &g->rloc) < 0)
        return text_bad(t, err, "expected 'local RLOC C1 ... C4'");
    while ((w = text_word(t)))
        if (n == GTH_MAX_C || parse_real(w, &g->c[n++]) < 0)
            return text_bad(t, err, "expected at most %d numbers after RLOC",
                            GTH_MAX_C);
    g->nc = n;
    return 0;
}

/* "p a h11 h12 h13 h22 h23 h33", the upper triangle of 1, 2 or 3 rows. */
static int read_channel(struct gth_channel *s, struct text *t, struct err *err)
{
    double h[6];
    int n = 0, k = 0;
    char *w;

    if (s->n)
        return text_bad(t, err, "a second line of the same l");
    if (text_real(t, &s->a) < 0)
        return text_bad(t, err, "expected a radius");
    while ((w = text_word(t)))
        if (n == 6 || parse_real(w, &h[n++]) < 0)
            return text_bad(t, err, "expected at most 6 numbers after R");
    s->n = n == 1 ? 1 : n == 3 ? 2 : n == 6 ? 3 : 0;
    if (!s->n)
        return text_bad(t, err, "expected 1, 3 or 6 numbers after R, not %d",
                        n);
    for (int i = 0; i < s->n; i++)
        for (int j = i; j < s->n; j++)
            gth_set_h(s, i, j, h[k++]);
    return 0;
}

/* One line of a potential; 1 if it was "end". */
static int read_line(struct gth *g, struct text *t, struct err *err)
{
    static const char letters[] = "spdf";
    const char *word = text_word(t), *l;

    if (strcmp(word, "end") == 0)
        return 1;
    if (strcmp(word, "local") == 0)
        return read_local(g, t, err);
    l = word[1] ? NULL : strchr(letters, *word);
    if (!l)
        return text_bad(t, err, "expected local, s, p, d, f or end");
    return read_channel(&g->channel[l - letters], t, err);
}

int gth_next(struct gth *g, struct text *t, struct err *err)
{
    const char *word;
    int ret = gth_line(t, err);

    if (ret <= 0)
        return ret;
    word = text_word(t);
    if (strcmp(word, "potential") != 0)
        return text_bad(t, err, "expected 'potential'");
    ret = read_head(g, t, err);
    while (ret == 0) {
        ret = gth_expect(t, "'end'", err);
        if (ret > 0)
            ret = read_line(g, t, err);
    }
    if (ret > 0)
        ret = gth_check(t, g, err);
    return ret < 0 ? ret : 1;
}

static int read_ours(struct gth *g, struct text *t, struct err *err)
{
    int ret = gth_next(g, t, err);

    if (ret == 0)
        return text_bad(t, err, "the file ends before 'potential'");
    if (ret > 0 && (ret = gth_line(t, err)) > 0)
        ret = text_bad(t, err, "expected one potential in the file");
    return ret;
}

/*
 * Both begin with a title; the second line of CP2K's has the electrons of
 * each l, of ABINIT's a date and often words.
 */
static bool is_cp2k(const char *title, const char *second)
{
    char copy[256], *rest, *w;
    int n = 0, words = 0;

    if (sscanf(title, "%*s GTH-%*1[A-Za-z]%n", &n) < 0 || n == 0)
        return false;
    snprintf(copy, sizeof copy, "%s", second);
    for (w = strtok_r(copy, " \t", &rest); w; w = strtok_r(NULL, " \t", &rest))
        if (++words > PSEUDO_MAX_L + 1 || parse_int(w, &n) < 0 || n > 32)
            return false;
    return true;
}

int gth_read(struct gth *g, struct text *t, struct err *err)
{
    double x;
    char *title;
    int ret = gth_line(t, err);

    if (ret <= 0)
        return ret ? ret : text_bad(t, err, "the file has no potential");
    if (strcmp(t->buf, header) == 0)
        return read_ours(g, t, err);
    if (sscanf(t->buf, "%lf %lf %lf", &x, &x, &x) == 3)
        return gth_read_abinit(g, t, err); /* its title was empty */
    title = xstrdup(t->buf);
    ret = gth_expect(t, "the potential does", err);
    if (ret > 0)
        ret = is_cp2k(title, t->buf) ? gth_read_cp2k(g, title, t, err)
                                     : gth_read_abinit(g, t, err);
    free(title);
    return ret;
}
