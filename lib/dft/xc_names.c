#include "xc_names.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <xc.h>

/*
 * Names of common use.  Potentials made with a GGA of the same kind serve the
 * revisions of PBE, too; for BLYP and PW91 PBE's are nearer than LDA's.
 *
 * LDA: J. P. Perdew and Y. Wang, Phys. Rev. B 45, 13244 (1992).
 * PBE: J. P. Perdew, K. Burke and M. Ernzerhof, Phys. Rev. Lett. 77, 3865
 * (1996).  revPBE: Y. Zhang and W. Yang, ibid. 80, 890 (1998).  RPBE: B.
 * Hammer, L. B. Hansen and J. K. Norskov, Phys. Rev. B 59, 7413 (1999).
 * PBEsol: J. P. Perdew et al., Phys. Rev. Lett. 100, 136406 (2008).  BLYP: A.
 * D. Becke, Phys. Rev. A 38, 3098 (1988); C. Lee, W. Yang and R. G. Parr,
 * Phys. Rev. B 37, 785 (1988).  PW91: J. P. Perdew et al., Phys. Rev. B 46,
 * 6671 (1992).
 */
static const struct {
    const char *name, *parts;
} known[] = {
    {"LDA", "lda_x+lda_c_pw"},
    {"PBE", "gga_x_pbe+gga_c_pbe"},
    {"PBEsol", "gga_x_pbe_sol+gga_c_pbe_sol"},
    {"RPBE", "gga_x_rpbe+gga_c_pbe"},
    {"revPBE", "gga_x_pbe_r+gga_c_pbe"},
    {"BLYP", "gga_x_b88+gga_c_lyp"},
    {"PW91", "gga_x_pw91+gga_c_pw91"},
};

enum { NKNOWN = sizeof(known) / sizeof(known[0]) };

static int unknown(const char *part, const char *name, struct err *err)
{
    return err_set(err, ERR_RANGE,
                   "functional '%s': '%s' is not known: expected LDA, PBE, "
                   "PBEsol, RPBE, revPBE, BLYP, PW91 or names of libxc such as "
                   "gga_x_pbe+gga_c_pbe",
                   name, part);
}

/* What libxc has, but we cannot compute, or NULL. */
static const char *obstacle(const xc_func_type *f)
{
    int family = f->info->family, flags = f->info->flags;

    if (family == XC_FAMILY_MGGA)
        return "is a meta-GGA";
    if (family == XC_FAMILY_HYB_GGA || family == XC_FAMILY_HYB_LDA ||
        family == XC_FAMILY_HYB_MGGA)
        return "is a hybrid";
    if (family != XC_FAMILY_LDA && family != XC_FAMILY_GGA)
        return "is of another kind";
    if (f->info->kind == XC_KINETIC)
        return "is a functional of the kinetic energy";
    if (flags & XC_FLAGS_VV10)
        return "has a nonlocal part";
    if (!(flags & XC_FLAGS_3D))
        return "is not for three dimensions";
    if (!(flags & XC_FLAGS_HAVE_EXC) || !(flags & XC_FLAGS_HAVE_VXC))
        return "has no energy, only a potential";
    return NULL;
}

/* Exchange 1, correlation 2, both 3; 0 and err if it will not do. */
static int kind_of(int id, const char *part, bool *gga, struct err *err)
{
    xc_func_type f;
    const char *why;
    int kind;

    if (xc_func_init(&f, id, XC_UNPOLARIZED) != 0) {
        err_set(err, ERR_RANGE, "functional '%s' cannot be used", part);
        return 0;
    }
    why = obstacle(&f);
    kind = f.info->kind;
    *gga |= f.info->family == XC_FAMILY_GGA;
    xc_func_end(&f);
    if (why) {
        err_set(err, ERR_RANGE, "functional '%s' %s: expected LDA or GGA", part,
                why);
        return 0;
    }
    return kind == XC_EXCHANGE ? 1 : kind == XC_CORRELATION ? 2 : 3;
}

static int add_parts(struct xc_recipe *r, char *parts, const char *name,
                     struct err *err)
{
    int have = 0, id, kind;
    char *next;

    for (char *part = parts; part; part = next) {
        next = strchr(part, '+');
        if (next)
            *next++ = '\0';
        id = xc_functional_get_number(part);
        if (id <= 0)
            return unknown(part, name, err);
        kind = kind_of(id, part, &r->gga, err);
        if (!kind)
            return ERR_RANGE;
        if (have & kind)
            return err_set(err, ERR_RANGE,
                           "functional '%s': '%s' counts %s twice", name, part,
                           have & kind & 1 ? "exchange" : "correlation");
        have |= kind;
        r->id[r->nparts++] = id; /* at most 2: each kind comes once */
    }
    return 0;
}

static char *lower(const char *s)
{
    char *to = xstrdup(s);

    for (char *p = to; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p += 'a' - 'A';
    return to;
}

static const char *parts_of(const char *name, const char **common)
{
    for (int i = 0; i < NKNOWN; i++)
        if (strcasecmp(known[i].name, name) == 0) {
            *common = known[i].name;
            return known[i].parts;
        }
    *common = "";
    return name;
}

int xc_recipe(struct xc_recipe *r, const char *name, struct err *err)
{
    char *parts;
    int ret;

    *r = (struct xc_recipe){0};
    parts = lower(parts_of(name, &r->name));
    ret = add_parts(r, parts, name, err);
    free(parts);
    return ret;
}
