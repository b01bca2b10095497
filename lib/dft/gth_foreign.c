#include "gth.h"

#include <math.h>
#include <string.h>

#include <morsel/atoms.h>

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
            int ret = gth_expect(t, "the projectors do", err);

            if (ret < 0)
                return ret;
        }
        for (int j = i; j < s->n; j++) {
            if (text_real(t, &h) < 0)
                return text_bad(t, err, "expected %d numbers", s->n - i);
            if (k < s->n)
                gth_set_h(s, i, j, h);
        }
    }
    return 0;
}

/* After the line with pspcod: "rloc nloc c1 ...", "nnonloc", channels. */
static int read_abinit_body(struct gth *g, struct text *t, struct err *err)
{
    int n, ret = gth_expect(t, "the local part", err);

    if (ret < 0)
        return ret;
    if (text_real(t, &g->rloc) < 0 || text_int(t, &g->nc) < 0 || g->nc < 0 ||
        g->nc > GTH_MAX_C)
        return text_bad(t, err, "expected rloc and 0 to %d coefficients",
                        GTH_MAX_C);
    for (int i = 0; i < g->nc; i++)
        if (text_real(t, &g->c[i]) < 0)
            return text_bad(t, err, "expected %d coefficients", g->nc);
    ret = gth_expect(t, "the number of channels", err);
    if (ret < 0)
        return ret;
    if (text_int(t, &n) < 0 || n < 0 || n > PSEUDO_MAX_L + 1)
        return text_bad(t, err, "expected 0 to %d channels", PSEUDO_MAX_L + 1);
    for (int l = 0; l < n; l++) {
        ret = gth_expect(t, "the projectors do", err);
        if (ret > 0)
            ret = read_abinit_channel(&g->channel[l], l, t, err);
        if (ret < 0)
            return ret;
    }
    return gth_check(t, g, err);
}

int gth_read_abinit(struct gth *g, struct text *t, struct err *err)
{
    double z, zion;
    int code, ixc, ret;

    if (text_real(t, &z) < 0 || text_real(t, &zion) < 0 || z != floor(z) ||
        zion != floor(zion) || !(z >= 1 && z <= MAX_Z) ||
        !(zion >= 1 && zion <= z))
        return text_bad(t, err, "expected zatom and zion");
    *g = (struct gth){.z = (int)z, .zion = (int)zion};
    ret = gth_expect(t, "pspcod", err);
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
        if ((ret = gth_expect(t, "the potential does", err)) < 0)
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

int gth_read_cp2k(struct gth *g, const char *title, struct text *t,
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
        ret = gth_check(t, g, err);
    if (ret == 0 && (text_word(t) || (ret = gth_line(t, err)) > 0))
        ret = text_bad(t, err, "expected one potential in the file");
    return ret;
}
