#include "gth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/atoms.h>

static const char header[] = "morsel-pseudo 1";

/* To the next line that says something, without its comment: 1, 0 or error. */
static int next_line(struct text *t, struct err *err)
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

static int expect_line(struct text *t, const char *what, struct err *err)
{
    int ret = next_line(t, err);

    return ret ? ret : text_bad(t, err, "the file ends before %s", what);
}

/* Numbers that no potential passes, so that nothing overflows later. */
static int check(const struct text *t, const struct gth *g, struct err *err)
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

static void set_h(struct gth_channel *s, int i, int j, double h)
{
    s->h[i][j] = s->h[j][i] = h;
}

/* Ours ------------------------------------------------------------------- */

int gth_open(struct text *t, struct err *err)
{
    int ret = expect_line(t, "its first line", err);

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
            set_h(s, i, j, h[k++]);
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
    int ret = next_line(t, err);

    if (ret <= 0)
        return ret;
    word = text_word(t);
    if (strcmp(word, "potential") != 0)
        return text_bad(t, err, "expected 'potential'");
    ret = read_head(g, t, err);
    while (ret == 0) {
        ret = expect_line(t, "'end'", err);
        if (ret > 0)
            ret = read_line(g, t, err);
    }
    if (ret > 0)
        ret = check(t, g, err);
    return ret < 0 ? ret : 1;
}

static int read_ours(struct gth *g, struct text *t, struct err *err)
{
    int ret = gth_next(g, t, err);

    if (ret == 0)
        return text_bad(t, err, "the file ends before 'potential'");
    if (ret > 0 && (ret = next_line(t, err)) > 0)
        ret = text_bad(t, err, "expected one potential in the file");
    return ret;
}

/* ABINIT's --------------------------------------------------------------- */

/* pspxc is ABINIT's ixc: its own numbers, or minus those of libxc. */
static void name_ixc(int ixc, char name[32])
{
    static const struct {
        int from, to;
        const char *name;
    } known[] = {
        {1, 10, "LDA"},
        {11, 11, "PBE"},
        {14, 14, "revPBE"},
        {15, 15, "RPBE"},
        {-101130, -101130, "PBE"},
        {-116133, -116133, "PBEsol"},
        {-102130, -102130, "revPBE"},
        {-117130, -117130, "RPBE"},
        {-106131, -106131, "BLYP"},
        {-1012, -1, "LDA"},
        {-20, -20, "LDA"},
    };

    *name = '\0';
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (ixc >= known[i].from && ixc <= known[i].to)
            snprintf(name, 32, "%s", known[i].name);
}

/* Line i of the triangle of h of one channel, and those of spin and orbit,
 * which a scalar-relativistic calculation does not have. */
static int read_abinit_channel(struct gth_channel *s, int l, struct text *t,
                               struct err *err)
{
    double h;

    if (text_real(t, &s->a) < 0 || text_int(t, &s->n) < 0 || s->n < 0 ||
        s->n > GTH_MAX_N)
        return text_bad(t, err, "expected a radius and 0 to %d projectors",
                        GTH_MAX_N);
    for (int k = 0; k < (l > 0 ? 2 : 1) * s->n; k++) {
        int i = k % s->n;

        if (k > 0) {
            int ret = expect_line(t, "the projectors do", err);

            if (ret < 0)
                return ret;
        }
        for (int j = i; j < s->n; j++) {
            if (text_real(t, &h) < 0)
                return text_bad(t, err, "expected %d numbers", s->n - i);
            if (k < s->n)
                set_h(s, i, j, h);
        }
    }
    return 0;
}

/* After the line with pspcod: "rloc nloc c1 ...", "nnonloc", channels. */
static int read_abinit_body(struct gth *g, struct text *t, struct err *err)
{
    int n, ret = expect_line(t, "the local part", err);

    if (ret < 0)
        return ret;
    if (text_real(t, &g->rloc) < 0 || text_int(t, &g->nc) < 0 || g->nc < 0 ||
        g->nc > GTH_MAX_C)
        return text_bad(t, err, "expected rloc and 0 to %d coefficients",
                        GTH_MAX_C);
    for (int i = 0; i < g->nc; i++)
        if (text_real(t, &g->c[i]) < 0)
            return text_bad(t, err, "expected %d coefficients", g->nc);
    ret = expect_line(t, "the number of channels", err);
    if (ret < 0)
        return ret;
    if (text_int(t, &n) < 0 || n < 0 || n > PSEUDO_MAX_L + 1)
        return text_bad(t, err, "expected 0 to %d channels", PSEUDO_MAX_L + 1);
    for (int l = 0; l < n; l++) {
        ret = expect_line(t, "the projectors do", err);
        if (ret > 0)
            ret = read_abinit_channel(&g->channel[l], l, t, err);
        if (ret < 0)
            return ret;
    }
    return check(t, g, err);
}

static int read_abinit(struct gth *g, struct text *t, struct err *err)
{
    double z, zion;
    int code, ixc, ret;

    if (text_real(t, &z) < 0 || text_real(t, &zion) < 0 || z != floor(z) ||
        zion != floor(zion) || !(z >= 1 && z <= MAX_Z) ||
        !(zion >= 1 && zion <= z))
        return text_bad(t, err, "expected zatom and zion");
    *g = (struct gth){.z = (int)z, .zion = (int)zion};
    ret = expect_line(t, "pspcod", err);
    if (ret < 0)
        return ret;
    if (text_int(t, &code) < 0 || code != 10 || text_int(t, &ixc) < 0)
        return text_bad(t, err,
                        "expected pspcod 10: GTH with all coefficients");
    name_ixc(ixc, g->functional);
    return read_abinit_body(g, t, err);
}

/* CP2K's ----------------------------------------------------------------- */

/* The next word, on whatever line. */
static int word(struct text *t, char **w, struct err *err)
{
    int ret = 0;

    while (!(*w = text_word(t)))
        if ((ret = expect_line(t, "the potential does", err)) < 0)
            return ret;
    return 0;
}

static int real(struct text *t, double *x, struct err *err)
{
    char *w;
    int ret = word(t, &w, err);

    if (ret == 0 && parse_real(w, x) < 0)
        ret = text_bad(t, err, "expected a number, not '%s'", w);
    return ret;
}

static int count(struct text *t, int max, int *n, struct err *err)
{
    char *w;
    int ret = word(t, &w, err);

    if (ret == 0 && (parse_int(w, n) < 0 || *n < 0 || *n > max))
        ret = text_bad(t, err, "expected a number from 0 to %d, not '%s'", max,
                       w);
    return ret;
}

/* "Cu GTH-PBE-q11 GTH-PBE", then the electrons of each l on a line. */
static int read_cp2k_head(struct gth *g, const char *title, struct text *t,
                          struct err *err)
{
    char *w, symbol[4] = "", functional[32] = "";
    int n;

    if (sscanf(title, "%3s GTH-%31[A-Za-z0-9]", symbol, functional) != 2)
        return text_bad(t, err, "expected 'ELEMENT GTH-FUNCTIONAL-qN' before");
    *g = (struct gth){.z = element_number(symbol)};
    pseudo_functional(functional, g->functional);
    while ((w = text_word(t))) {
        if (parse_int(w, &n) < 0 || n < 0 || n > MAX_Z)
            return text_bad(t, err, "expected the electrons of each l");
        g->zion += n;
    }
    return 0;
}

static int read_cp2k(struct gth *g, const char *title, struct text *t,
                     struct err *err)
{
    int n = 0, ret = read_cp2k_head(g, title, t, err);

    if (ret == 0)
        ret = real(t, &g->rloc, err);
    if (ret == 0)
        ret = count(t, GTH_MAX_C, &g->nc, err);
    for (int i = 0; ret == 0 && i < g->nc; i++)
        ret = real(t, &g->c[i], err);
    if (ret == 0)
        ret = count(t, PSEUDO_MAX_L + 1, &n, err);
    for (int l = 0; ret == 0 && l < n; l++) {
        struct gth_channel *s = &g->channel[l];

        ret = real(t, &s->a, err);
        if (ret == 0)
            ret = count(t, GTH_MAX_N, &s->n, err);
        for (int i = 0; ret == 0 && i < s->n; i++)
            for (int j = i; ret == 0 && j < s->n; j++) {
                ret = real(t, &s->h[i][j], err);
                s->h[j][i] = s->h[i][j];
            }
    }
    if (ret == 0)
        ret = check(t, g, err);
    if (ret == 0 && (text_word(t) || (ret = next_line(t, err)) > 0))
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
    char *title;
    int ret = text_next(t, err);

    while (ret > 0 && t->buf[strspn(t->buf, " \t")] == '#')
        ret = text_next(t, err);
    if (ret <= 0)
        return ret ? ret : text_bad(t, err, "the file has no potential");
    if (strcmp(t->buf, header) == 0)
        return read_ours(g, t, err);
    title = xstrdup(t->buf);
    ret = expect_line(t, "the potential does", err);
    if (ret > 0)
        ret = is_cp2k(title, t->buf) ? read_cp2k(g, title, t, err)
                                     : read_abinit(g, t, err);
    free(title);
    return ret;
}
