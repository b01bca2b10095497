#include "upf.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <morsel/atoms.h>

#include "xml.h"

enum { MAX_MESH = 20000, MAX_FUNCTIONS = 64 };

/* Header ----------------------------------------------------------------- */

/* What a calculation of today cannot use. */
static int refuse(struct xml *in, const struct xml_tag *t)
{
    static const char only[] = "today norm-conserving, scalar-relativistic "
                               "potentials only";
    char type[XML_VALUE] = "", relativistic[XML_VALUE] = "";
    const char *what = NULL;

    xml_attribute(t, "pseudo_type", type);
    xml_attribute(t, "relativistic", relativistic);
    if (xml_true(t, "is_paw") || strcasecmp(type, "PAW") == 0)
        what = "a PAW data set";
    else if (xml_true(t, "is_ultrasoft") || strncasecmp(type, "US", 2) == 0)
        what = "an ultrasoft potential";
    else if (xml_true(t, "is_coulomb") || strcmp(type, "1/r") == 0)
        what = "a bare Coulomb potential";
    else if (xml_true(t, "has_so") || strcasecmp(relativistic, "full") == 0)
        what = "a potential with spin-orbit coupling";
    else if (strcasecmp(type, "NC") != 0 && strcasecmp(type, "SL") != 0)
        return xml_bad(in, ERR_RANGE, "potential of type '%s': %s", type, only);
    return what ? xml_bad(in, ERR_RANGE, "%s: %s", what, only) : 0;
}

static int read_header(struct xml *in, struct upf *u, const struct xml_tag *t)
{
    const char *after = in->at;
    char v[XML_VALUE] = "";
    int ret;

    in->at = t->attributes; /* messages point there */
    ret = refuse(in, t);
    if (ret < 0)
        return ret;
    xml_attribute(t, "element", v);
    u->z = element_number(v);
    if (!u->z)
        return xml_bad(in, ERR_FORMAT, "expected an element, not '%s'", v);
    v[0] = '\0';
    xml_attribute(t, "functional", v);
    pseudo_functional(v, u->functional);
    u->core = xml_true(t, "core_correction");
    ret = xml_real(in, t, "z_valence", &u->zion);
    if (ret == 0 && !(u->zion > 0 && u->zion <= u->z))
        ret = xml_bad(in, ERR_RANGE, "z_valence: expected up to %d", u->z);
    if (ret == 0)
        ret = xml_int(in, t, "mesh_size", 3, MAX_MESH, &u->mesh);
    if (ret == 0)
        ret = xml_int(in, t, "number_of_proj", 0, MAX_FUNCTIONS, &u->nbeta);
    if (ret == 0)
        ret = xml_int(in, t, "number_of_wfc", 0, MAX_FUNCTIONS, &u->nchi);
    if (ret == 0 && xml_attribute(t, "wfc_cutoff", v) &&
        (xml_number(v, strlen(v), &u->ecut) < 0 || !(u->ecut > 0) ||
         u->ecut > 1e4))
        u->ecut = 0;
    if (ret < 0)
        return ret;
    in->at = after;
    u->beta = xcalloc(u->nbeta, sizeof(*u->beta));
    u->chi = xcalloc(u->nchi, sizeof(*u->chi));
    return t->empty ? 0 : xml_skip(in, t->name);
}

/* Fields ----------------------------------------------------------------- */

static int read_function(struct xml *in, struct upf *u, const struct xml_tag *t,
                         struct upf_function *f, int nf)
{
    int i, ret;
    const char *dot = strchr(t->name, '.');

    if (!dot || parse_int(dot + 1, &i) < 0 || i < 1 || i > nf)
        return xml_bad(in, ERR_FORMAT, "%s: the header has %d of these",
                       t->name, nf);
    f += i - 1;
    if (strncmp(t->name, "PP_BETA", 7) == 0) {
        ret = xml_int(in, t, "angular_momentum", 0, PSEUDO_MAX_L, &f->l);
        if (ret == 0)
            ret = xml_int(in, t, "cutoff_radius_index", 0, MAX_MESH, &f->cut);
    } else {
        ret = xml_int(in, t, "l", 0, PSEUDO_MAX_L, &f->l);
        if (ret == 0)
            ret = xml_real(in, t, "occupation", &f->occupation);
    }
    return ret ? ret : xml_array(in, t, u->mesh, &f->f, &f->n);
}

static int read_field(struct xml *in, struct upf *u, const struct xml_tag *t)
{
    int n = u->mesh;

    if (strcmp(t->name, "PP_R") == 0)
        return xml_array(in, t, n, &u->r, NULL);
    if (strcmp(t->name, "PP_RAB") == 0)
        return xml_array(in, t, n, &u->rab, NULL);
    if (strcmp(t->name, "PP_LOCAL") == 0)
        return xml_array(in, t, n, &u->local, NULL);
    if (strcmp(t->name, "PP_RHOATOM") == 0)
        return xml_array(in, t, n, &u->rho, NULL);
    if (strcmp(t->name, "PP_NLCC") == 0)
        return xml_array(in, t, n, &u->nlcc, NULL);
    if (strcmp(t->name, "PP_DIJ") == 0)
        return xml_array(in, t, u->nbeta * u->nbeta, &u->d, NULL);
    if (strncmp(t->name, "PP_BETA.", 8) == 0)
        return read_function(in, u, t, u->beta, u->nbeta);
    if (strncmp(t->name, "PP_CHI.", 7) == 0)
        return read_function(in, u, t, u->chi, u->nchi);
    return t->empty ? 0 : xml_skip(in, t->name);
}

/* A tag of the file; 1 when it was </UPF>. */
static int read_section(struct xml *in, struct upf *u, const struct xml_tag *t)
{
    static const char *const inside[] = {"PP_MESH", "PP_NONLOCAL", "PP_PSWFC"};
    bool open = false;

    if (strcmp(t->name, "PP_HEADER") == 0 && !t->closing)
        return u->z ? xml_bad(in, ERR_FORMAT, "a second PP_HEADER")
                    : read_header(in, u, t);
    if (strcmp(t->name, "PP_INFO") == 0 && !t->closing && !t->empty)
        return xml_skip(in, t->name);
    if (strcmp(t->name, "UPF") == 0 && t->closing)
        return 1;
    if (!u->z)
        return xml_bad(in, ERR_FORMAT, "expected PP_HEADER, not %s", t->name);
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++)
        open = open || strcmp(t->name, inside[i]) == 0;
    if (open)
        return 0;
    if (t->closing)
        return xml_bad(in, ERR_FORMAT, "unexpected </%s>", t->name);
    return read_field(in, u, t);
}

/* The whole -------------------------------------------------------------- */

static int check_mesh(struct xml *in, struct upf *u)
{

    if (!u->r || !u->rab || !u->local || (u->nbeta && !u->d))
        return xml_bad(in, ERR_FORMAT, "no %s in the file",
                       !u->r     ? "PP_R"
                       : !u->rab ? "PP_RAB"
                       : u->d    ? "PP_LOCAL"
                                 : "PP_LOCAL or PP_DIJ");
    for (int k = 0; k < u->mesh; k++)
        if (!(u->r[k] >= 0 && u->r[k] < 1e4 && u->rab[k] > 0 &&
              u->rab[k] < 1e3) ||
            (k > 0 && u->r[k] <= u->r[k - 1]))
            return xml_bad(in, ERR_RANGE,
                           "the mesh does not ascend at point %d", k + 1);
    if (u->r[u->mesh - 1] < 1)
        return xml_bad(in, ERR_RANGE, "the mesh ends below 1 bohr");
    if (u->core && !u->nlcc)
        return xml_bad(in, ERR_FORMAT, "core_correction without PP_NLCC");
    return 0;
}

/* What is there is complete, and no number is absurd. */
static int check(struct xml *in, struct upf *u)
{
    int ret = check_mesh(in, u);

    for (int i = 0; ret == 0 && i < u->nbeta; i++)
        if (!u->beta[i].f)
            ret = xml_bad(in, ERR_FORMAT, "no PP_BETA.%d in the file", i + 1);
    for (int i = 0; ret == 0 && i < u->nchi; i++)
        if (!u->chi[i].f)
            ret = xml_bad(in, ERR_FORMAT, "no PP_CHI.%d in the file", i + 1);
    for (int i = 0; ret == 0 && i < u->nbeta * u->nbeta; i++) {
        int a = i / u->nbeta, b = i % u->nbeta;
        double d = u->d[i], other = u->d[b * u->nbeta + a];

        if (fabs(d - other) > 1e-6 * fmax(1, fabs(d)))
            ret = xml_bad(in, ERR_RANGE, "PP_DIJ is not symmetric");
        else if (d != 0 && u->beta[a].l != u->beta[b].l)
            ret = xml_bad(in, ERR_RANGE, "PP_DIJ couples l = %d and l = %d",
                          u->beta[a].l, u->beta[b].l);
    }
    return ret;
}

bool upf_is(const char *text)
{
    text += strspn(text, " \t\r\n");
    return *text == '<';
}

static int parse(struct xml *in, struct upf *u)
{
    char version[XML_VALUE] = "";
    struct xml_tag t;
    int ret;

    if (strlen(in->start) != (size_t)(in->end - in->start))
        return xml_bad(in, ERR_FORMAT, "a NUL byte in the file");
    ret = xml_tag(in, &t);
    if (ret < 0)
        return ret;
    if (strcmp(t.name, "UPF") != 0)
        return xml_bad(
            in, ERR_FORMAT,
            strncmp(t.name, "PP_", 3) == 0
                ? "UPF version 1: upfconv.x of Quantum ESPRESSO makes "
                  "it version 2"
                : "expected <UPF version=\"2.0.1\">");
    if (!xml_attribute(&t, "version", version) || version[0] != '2')
        return xml_bad(in, ERR_FORMAT, "expected UPF version 2, not '%s'",
                       version);
    while (ret == 0) {
        ret = xml_tag(in, &t);
        if (ret == 0)
            ret = read_section(in, u, &t);
    }
    if (ret > 0 && !u->z)
        return xml_bad(in, ERR_FORMAT, "no PP_HEADER in the file");
    return ret < 0 ? ret : check(in, u);
}

int upf_parse(struct upf *u, const char *name, const char *text, size_t size,
              struct err *err)
{
    struct xml in = {name, text, text + size, text, err};
    int ret;

    *u = (struct upf){0};
    ret = parse(&in, u);
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
