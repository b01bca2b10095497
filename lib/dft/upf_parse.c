#include "upf.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <morsel/atoms.h>

/*
 * As much of XML as UPF has: tags with attributes, comments, numbers.  Text
 * that is for people (PP_INFO, PP_INPUTFILE) may hold anything, and is skipped
 * to its closing tag; so is what this code does not use.
 */
enum {
    MAX_MESH = 20000,
    MAX_FUNCTIONS = 64,
    MAX_NAME = 48,
    MAX_VALUE = 128,
};

struct reader {
    const char *name;        /* of the file */
    const char *start, *end; /* *end is NUL */
    const char *at;
    struct upf *u;
    struct err *err;
};

struct tag {
    char name[MAX_NAME];
    const char *attributes, *end; /* what is between name and '>' */
    bool closing;                 /* </name> */
    bool empty;                   /* <name/> */
};

MORSEL_PRINTF(3, 4)
static int bad(const struct reader *rd, enum err_code code, const char *fmt,
               ...)
{
    char what[256];
    long line = 1;
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    for (const char *p = rd->start; p < rd->at; p++)
        line += *p == '\n';
    return err_set(rd->err, code, "%s:%ld: %s", rd->name, line, what);
}

/* Tags ------------------------------------------------------------------- */

/* What stands between tags and is not text of a field: blanks, comments. */
static void skip_blank(struct reader *rd)
{
    for (;;) {
        const char *end;

        rd->at += strspn(rd->at, " \t\r\n");
        if (strncmp(rd->at, "<!--", 4) == 0)
            end = strstr(rd->at, "-->");
        else if (strncmp(rd->at, "<?", 2) == 0)
            end = strstr(rd->at, "?>");
        else
            return;
        rd->at = end ? strchr(end, '>') + 1 : rd->end;
    }
}

/* The '>' of the tag that begins here, which no quoted text hides. */
static const char *tag_end(const char *p)
{
    char quote = '\0';

    for (; *p; p++) {
        if (quote)
            quote = *p == quote ? '\0' : quote;
        else if (*p == '"' || *p == '\'')
            quote = *p;
        else if (*p == '>')
            return p;
        else if (*p == '<')
            return NULL;
    }
    return NULL;
}

static int read_tag(struct reader *rd, struct tag *t)
{
    const char *p, *end;
    size_t n;

    skip_blank(rd);
    if (*rd->at == '\0')
        return bad(rd, ERR_FORMAT, "the file ends before </UPF>");
    end = *rd->at == '<' ? tag_end(rd->at + 1) : NULL;
    if (!end)
        return bad(rd, ERR_FORMAT, "expected a tag");
    p = rd->at + 1;
    t->closing = *p == '/';
    p += t->closing;
    n = strcspn(p, " \t\r\n/>");
    if (n == 0 || n >= sizeof t->name)
        return bad(rd, ERR_FORMAT, "expected the name of a tag");
    memcpy(t->name, p, n);
    t->name[n] = '\0';
    t->attributes = p + n;
    t->empty = end[-1] == '/';
    t->end = end - (t->empty && end - 1 >= t->attributes);
    rd->at = end + 1;
    return 0;
}

/* To behind </name>. */
static int skip_to_end_of(struct reader *rd, const char *name)
{
    char closing[MAX_NAME + 4];
    const char *p;

    snprintf(closing, sizeof closing, "</%s>", name);
    p = strstr(rd->at, closing);
    if (!p)
        return bad(rd, ERR_FORMAT, "no %s follows", closing);
    rd->at = p + strlen(closing);
    return 0;
}

/* Where the name of the next attribute begins; NULL when there is none. */
static const char *next_attribute(const struct tag *t, const char *p)
{
    while (p < t->end && isspace((unsigned char)*p))
        p++;
    return p < t->end ? p : NULL;
}

/*
 * The value of an attribute, without the blanks around it; false if it is not
 * there.
 */
static bool attribute(const struct tag *t, const char *name, char *value)
{
    size_t n = strlen(name), len;
    const char *p = t->attributes;

    while ((p = next_attribute(t, p))) {
        size_t key = strcspn(p, "= \t\r\n>");
        bool is = key == n && strncmp(p, name, n) == 0;
        const char *v = p + key, *close;

        v += strspn(v, " \t\r\n");
        if (*v != '=')
            return false;
        v += 1 + strspn(v + 1, " \t\r\n");
        if ((*v != '"' && *v != '\'') || !(close = strchr(v + 1, *v)))
            return false;
        p = close + 1;
        if (!is)
            continue;
        for (v++; v < close && isspace((unsigned char)*v); v++)
            ;
        while (close > v && isspace((unsigned char)close[-1]))
            close--;
        len = (size_t)(close - v);
        len = len < MAX_VALUE - 1 ? len : MAX_VALUE - 1;
        memcpy(value, v, len);
        value[len] = '\0';
        return true;
    }
    return false;
}

/* Numbers ---------------------------------------------------------------- */

/* Fortran's numbers: 1.0D+00, 1.0-100, and what C knows. */
static int fortran_real(const char *s, size_t n, double *x)
{
    char w[64];
    size_t k = 0;

    if (n == 0 || n > sizeof w - 2)
        return ERR_FORMAT;
    for (size_t i = 0; i < n; i++) {
        bool sign = s[i] == '+' || s[i] == '-';

        if (sign && k > 0 &&
            (isdigit((unsigned char)w[k - 1]) || w[k - 1] == '.'))
            w[k++] = 'e';
        w[k++] = (char)(s[i] == 'D' || s[i] == 'd' ? 'e' : s[i]);
        if (k >= sizeof w - 1)
            return ERR_FORMAT;
    }
    w[k] = '\0';
    return parse_real(w, x);
}

static int get_real(struct reader *rd, const struct tag *t, const char *name,
                    double *x)
{
    char v[MAX_VALUE];

    if (!attribute(t, name, v))
        return bad(rd, ERR_FORMAT, "%s has no %s", t->name, name);
    if (fortran_real(v, strlen(v), x) < 0)
        return bad(rd, ERR_FORMAT, "%s: expected a number, not '%s'", name, v);
    return 0;
}

/* An integer from min to max; missing: 0 if it may be. */
static int get_int(struct reader *rd, const struct tag *t, const char *name,
                   int min, int max, int *x)
{
    char v[MAX_VALUE];

    if (!attribute(t, name, v)) {
        *x = 0;
        return min <= 0 ? 0
                        : bad(rd, ERR_FORMAT, "%s has no %s", t->name, name);
    }
    if (parse_int(v, x) < 0 || *x < min || *x > max)
        return bad(rd, ERR_FORMAT, "%s: expected %d to %d, not '%s'", name, min,
                   max, v);
    return 0;
}

/* T, .true., true, in any case. */
static bool is_true(const struct tag *t, const char *name)
{
    char v[MAX_VALUE];

    return attribute(t, name, v) &&
           toupper((unsigned char)(v[0] == '.' ? v[1] : v[0])) == 'T';
}

/* Numbers up to the next tag: at most max; their count in *n. */
static int read_numbers(struct reader *rd, int max, double *x, int *n)
{
    for (*n = 0;; ++*n) {
        size_t len;

        rd->at += strspn(rd->at, " \t\r\n");
        if (*rd->at == '<')
            return 0;
        if (*rd->at == '\0')
            return bad(rd, ERR_FORMAT, "the file ends among numbers");
        len = strcspn(rd->at, " \t\r\n<");
        if (*n == max)
            return bad(rd, ERR_FORMAT, "more than %d numbers", max);
        if (fortran_real(rd->at, len, &x[*n]) < 0 || fabs(x[*n]) > 1e10)
            return bad(rd, ERR_FORMAT, "expected a number, not '%.*s'",
                       (int)(len < 40 ? len : 40), rd->at);
        rd->at += len;
    }
}

/*
 * An array of max numbers, of which the file may give less (zeros follow) if
 * *n is asked for, and its closing tag.
 */
static int read_array(struct reader *rd, const struct tag *t, int max,
                      double **x, int *n)
{
    int got, ret;
    struct tag close;

    if (*x)
        return bad(rd, ERR_FORMAT, "a second %s", t->name);
    *x = xcalloc(max, sizeof(**x));
    if (t->empty)
        return bad(rd, ERR_FORMAT, "%s is empty", t->name);
    ret = read_numbers(rd, max, *x, &got);
    if (ret == 0 && (n ? got < 1 : got < max))
        ret = bad(rd, ERR_FORMAT, "%s: expected %d numbers, not %d", t->name,
                  max, got);
    if (n)
        *n = got;
    if (ret == 0)
        ret = read_tag(rd, &close);
    if (ret == 0 && (!close.closing || strcmp(close.name, t->name) != 0))
        ret = bad(rd, ERR_FORMAT, "expected </%s>", t->name);
    return ret;
}

/* Header ----------------------------------------------------------------- */

/* What a calculation of today cannot use. */
static int refuse(struct reader *rd, const struct tag *t)
{
    static const char only[] = "today norm-conserving, scalar-relativistic "
                               "potentials only";
    char type[MAX_VALUE] = "", relativistic[MAX_VALUE] = "";
    const char *what = NULL;

    attribute(t, "pseudo_type", type);
    attribute(t, "relativistic", relativistic);
    if (is_true(t, "is_paw") || strcasecmp(type, "PAW") == 0)
        what = "a PAW data set";
    else if (is_true(t, "is_ultrasoft") || strncasecmp(type, "US", 2) == 0)
        what = "an ultrasoft potential";
    else if (is_true(t, "is_coulomb") || strcmp(type, "1/r") == 0)
        what = "a bare Coulomb potential";
    else if (is_true(t, "has_so") || strcasecmp(relativistic, "full") == 0)
        what = "a potential with spin-orbit coupling";
    else if (strcasecmp(type, "NC") != 0 && strcasecmp(type, "SL") != 0)
        return bad(rd, ERR_RANGE, "potential of type '%s': %s", type, only);
    return what ? bad(rd, ERR_RANGE, "%s: %s", what, only) : 0;
}

static int read_header(struct reader *rd, const struct tag *t)
{
    char v[MAX_VALUE] = "";
    struct upf *u = rd->u;
    int ret = refuse(rd, t);

    if (ret < 0)
        return ret;
    attribute(t, "element", v);
    u->z = element_number(v);
    if (!u->z)
        return bad(rd, ERR_FORMAT, "expected an element, not '%s'", v);
    v[0] = '\0';
    attribute(t, "functional", v);
    pseudo_functional(v, u->functional);
    u->core = is_true(t, "core_correction");
    ret = get_real(rd, t, "z_valence", &u->zion);
    if (ret == 0 && !(u->zion > 0 && u->zion <= u->z))
        ret = bad(rd, ERR_RANGE, "z_valence: expected up to %d", u->z);
    if (ret == 0)
        ret = get_int(rd, t, "mesh_size", 3, MAX_MESH, &u->mesh);
    if (ret == 0)
        ret = get_int(rd, t, "number_of_proj", 0, MAX_FUNCTIONS, &u->nbeta);
    if (ret == 0)
        ret = get_int(rd, t, "number_of_wfc", 0, MAX_FUNCTIONS, &u->nchi);
    if (ret == 0 && attribute(t, "wfc_cutoff", v) &&
        (fortran_real(v, strlen(v), &u->ecut) < 0 || !(u->ecut > 0) ||
         u->ecut > 1e4))
        u->ecut = 0;
    if (ret < 0)
        return ret;
    u->beta = xcalloc(u->nbeta, sizeof(*u->beta));
    u->chi = xcalloc(u->nchi, sizeof(*u->chi));
    return t->empty ? 0 : skip_to_end_of(rd, t->name);
}

/* Fields ----------------------------------------------------------------- */

static int read_function(struct reader *rd, const struct tag *t,
                         struct upf_function *f, int nf)
{
    int i, ret;
    const char *dot = strchr(t->name, '.');

    if (!dot || parse_int(dot + 1, &i) < 0 || i < 1 || i > nf)
        return bad(rd, ERR_FORMAT, "%s: the header has %d of these", t->name,
                   nf);
    f += i - 1;
    if (strncmp(t->name, "PP_BETA", 7) == 0) {
        ret = get_int(rd, t, "angular_momentum", 0, PSEUDO_MAX_L, &f->l);
        if (ret == 0)
            ret = get_int(rd, t, "cutoff_radius_index", 0, MAX_MESH, &f->cut);
    } else {
        ret = get_int(rd, t, "l", 0, PSEUDO_MAX_L, &f->l);
        if (ret == 0)
            ret = get_real(rd, t, "occupation", &f->occupation);
    }
    return ret ? ret : read_array(rd, t, rd->u->mesh, &f->f, &f->n);
}

static int read_field(struct reader *rd, const struct tag *t)
{
    struct upf *u = rd->u;
    int n = u->mesh;

    if (strcmp(t->name, "PP_R") == 0)
        return read_array(rd, t, n, &u->r, NULL);
    if (strcmp(t->name, "PP_RAB") == 0)
        return read_array(rd, t, n, &u->rab, NULL);
    if (strcmp(t->name, "PP_LOCAL") == 0)
        return read_array(rd, t, n, &u->local, NULL);
    if (strcmp(t->name, "PP_RHOATOM") == 0)
        return read_array(rd, t, n, &u->rho, NULL);
    if (strcmp(t->name, "PP_NLCC") == 0)
        return read_array(rd, t, n, &u->nlcc, NULL);
    if (strcmp(t->name, "PP_DIJ") == 0)
        return read_array(rd, t, u->nbeta * u->nbeta, &u->d, NULL);
    if (strncmp(t->name, "PP_BETA.", 8) == 0)
        return read_function(rd, t, u->beta, u->nbeta);
    if (strncmp(t->name, "PP_CHI.", 7) == 0)
        return read_function(rd, t, u->chi, u->nchi);
    return t->empty ? 0 : skip_to_end_of(rd, t->name);
}

/* A tag of the file; 1 when it was </UPF>. */
static int read_section(struct reader *rd, const struct tag *t)
{
    static const char *const inside[] = {"PP_MESH", "PP_NONLOCAL", "PP_PSWFC"};
    bool open = false;

    if (strcmp(t->name, "PP_HEADER") == 0 && !t->closing)
        return rd->u->z ? bad(rd, ERR_FORMAT, "a second PP_HEADER")
                        : read_header(rd, t);
    if (strcmp(t->name, "PP_INFO") == 0 && !t->closing && !t->empty)
        return skip_to_end_of(rd, t->name);
    if (strcmp(t->name, "UPF") == 0 && t->closing)
        return 1;
    if (!rd->u->z)
        return bad(rd, ERR_FORMAT, "expected PP_HEADER, not %s", t->name);
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++)
        open = open || strcmp(t->name, inside[i]) == 0;
    if (open)
        return 0;
    if (t->closing)
        return bad(rd, ERR_FORMAT, "unexpected </%s>", t->name);
    return read_field(rd, t);
}

/* The whole -------------------------------------------------------------- */

static int check_mesh(struct reader *rd)
{
    const struct upf *u = rd->u;

    if (!u->r || !u->rab || !u->local || (u->nbeta && !u->d))
        return bad(rd, ERR_FORMAT, "no %s in the file",
                   !u->r     ? "PP_R"
                   : !u->rab ? "PP_RAB"
                   : u->d    ? "PP_LOCAL"
                             : "PP_LOCAL or PP_DIJ");
    for (int k = 0; k < u->mesh; k++)
        if (!(u->r[k] >= 0 && u->r[k] < 1e4 && u->rab[k] > 0 &&
              u->rab[k] < 1e3) ||
            (k > 0 && u->r[k] <= u->r[k - 1]))
            return bad(rd, ERR_RANGE, "the mesh does not ascend at point %d",
                       k + 1);
    if (u->r[u->mesh - 1] < 1)
        return bad(rd, ERR_RANGE, "the mesh ends below 1 bohr");
    if (u->core && !u->nlcc)
        return bad(rd, ERR_FORMAT, "core_correction without PP_NLCC");
    return 0;
}

/* What is there is complete, and no number is absurd. */
static int check(struct reader *rd)
{
    const struct upf *u = rd->u;
    int ret = check_mesh(rd);

    for (int i = 0; ret == 0 && i < u->nbeta; i++)
        if (!u->beta[i].f)
            ret = bad(rd, ERR_FORMAT, "no PP_BETA.%d in the file", i + 1);
    for (int i = 0; ret == 0 && i < u->nchi; i++)
        if (!u->chi[i].f)
            ret = bad(rd, ERR_FORMAT, "no PP_CHI.%d in the file", i + 1);
    for (int i = 0; ret == 0 && i < u->nbeta * u->nbeta; i++) {
        int a = i / u->nbeta, b = i % u->nbeta;
        double d = u->d[i], other = u->d[b * u->nbeta + a];

        if (fabs(d - other) > 1e-6 * fmax(1, fabs(d)))
            ret = bad(rd, ERR_RANGE, "PP_DIJ is not symmetric");
        else if (d != 0 && u->beta[a].l != u->beta[b].l)
            ret = bad(rd, ERR_RANGE, "PP_DIJ couples l = %d and l = %d",
                      u->beta[a].l, u->beta[b].l);
    }
    return ret;
}

bool upf_is(const char *text)
{
    text += strspn(text, " \t\r\n");
    return *text == '<';
}

static int parse(struct reader *rd)
{
    char version[MAX_VALUE] = "";
    struct tag t;
    int ret;

    if (strlen(rd->start) != (size_t)(rd->end - rd->start))
        return bad(rd, ERR_FORMAT, "a NUL byte in the file");
    ret = read_tag(rd, &t);
    if (ret < 0)
        return ret;
    if (strcmp(t.name, "UPF") != 0)
        return bad(rd, ERR_FORMAT,
                   strncmp(t.name, "PP_", 3) == 0
                       ? "UPF version 1: upfconv.x of Quantum ESPRESSO makes "
                         "it version 2"
                       : "expected <UPF version=\"2.0.1\">");
    if (!attribute(&t, "version", version) || version[0] != '2')
        return bad(rd, ERR_FORMAT, "expected UPF version 2, not '%s'", version);
    while (ret == 0) {
        ret = read_tag(rd, &t);
        if (ret == 0)
            ret = read_section(rd, &t);
    }
    if (ret > 0 && !rd->u->z)
        return bad(rd, ERR_FORMAT, "no PP_HEADER in the file");
    return ret < 0 ? ret : check(rd);
}

int upf_parse(struct upf *u, const char *name, const char *text, size_t size,
              struct err *err)
{
    struct reader rd = {.name = name,
                        .start = text,
                        .end = text + size,
                        .at = text,
                        .u = u,
                        .err = err};
    int ret;

    *u = (struct upf){0};
    ret = parse(&rd);
    if (ret < 0)
        upf_free(u);
    return ret;
}

static void free_functions(struct upf_function *f, int n)
{
    for (int i = 0; f && i < n; i++)
        free(f[i].f);
    free(f);
}

void upf_free(struct upf *u)
{
    free(u->r);
    free(u->rab);
    free(u->nlcc);
    free(u->local);
    free(u->rho);
    free(u->d);
    free_functions(u->beta, u->nbeta);
    free_functions(u->chi, u->nchi);
    *u = (struct upf){0};
}
