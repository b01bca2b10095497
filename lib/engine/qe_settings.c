#include "qe.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const group_name[QE_GROUPS] = {"control", "system",
                                                  "electrons"};

/* Written for each frame, or what makes the run one that can be trusted. */
static const char *const reserved[] = {
    "calculation", "restart_mode",
    "prefix",      "outdir",
    "wfcdir",      "pseudo_dir",
    "tprnfor",     "nat",
    "ntyp",        "ibrav",
    "celldm",      "a",
    "b",           "c",
    "cosab",       "cosac",
    "cosbc",       "nstep",
    "space_group", "scf_must_converge",
    NULL,
};

/* The way to the ground state and what is said on it, not the state. */
static const char *const no_number[] = {
    "title",
    "verbosity",
    "disk_io",
    "max_seconds",
    "wf_collect",
    "tstress",
    "mixing_beta",
    "mixing_mode",
    "mixing_ndim",
    "mixing_fixed_ns",
    "iprint",
    "electron_maxstep",
    "diagonalization",
    "diago_david_ndim",
    "diago_full_acc",
    "diago_cg_maxiter",
    "diago_ppcg_maxiter",
    NULL,
};

/* Is name, up to a parenthesis, in a list that ends with NULL? */
static bool listed(const char *const *list, const char *name)
{
    size_t n = strcspn(name, "(");

    for (; *list; list++)
        if (strlen(*list) == n && strncmp(*list, name, n) == 0)
            return true;
    return false;
}

static struct qe_var *find(const struct qe_settings *s, const char *name)
{
    for (int i = 0; i < s->nvar; i++)
        if (strcmp(s->var[i].name, name) == 0)
            return &s->var[i];
    return NULL;
}

const char *qe_get(const struct qe_settings *s, const char *name)
{
    const struct qe_var *v = find(s, name);

    return v ? v->value : NULL;
}

void qe_set(struct qe_settings *s, enum qe_group group, const char *name,
            const char *fmt, ...)
{
    char value[512];
    struct qe_var *v = find(s, name);
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(value, sizeof value, fmt, ap);
    va_end(ap);
    if (!v) {
        if (s->nvar == s->room) {
            s->room = s->room ? 2 * s->room : 32;
            s->var = xrealloc(s->var, (size_t)s->room, sizeof *s->var);
        }
        v = &s->var[s->nvar++];
        *v = (struct qe_var){.name = xstrdup(name)};
    }
    free(v->value);
    v->group = group;
    v->value = xstrdup(value);
}

/* Take off blanks at both ends. */
static char *trim(char *s)
{
    size_t n;

    s += strspn(s, " \t");
    for (n = strlen(s); n && strchr(" \t", s[n - 1]); n--)
        ;
    s[n] = '\0';
    return s;
}

/*
 * End a line where its comment begins or, if only blanks follow, at a comma,
 * and trim it.  NULL if a quote or a parenthesis is left open, or something
 * follows a comma: a second assignment.
 */
static char *clean(char *s)
{
    char quote = '\0', *p;
    int depth = 0;

    for (p = s; *p; p++) {
        if (quote)
            quote = *p == quote ? '\0' : quote;
        else if (*p == '\'' || *p == '"')
            quote = *p;
        else if (*p == '(' || *p == ')')
            depth += *p == '(' ? 1 : -1;
        else if (*p == '!' || (*p == ',' && depth == 0))
            break;
    }
    if (quote || depth)
        return NULL;
    if (*p == ',' && !strchr("!", p[1 + strspn(p + 1, " \t")]))
        return NULL;
    *p = '\0';
    return trim(s);
}

/* The name of a variable as we write it: small letters, no blanks. */
static bool tidy_name(char *name)
{
    char *to = name;

    for (const char *p = name; *p; p++)
        if (!isspace((unsigned char)*p))
            *to++ = (char)tolower((unsigned char)*p);
    *to = '\0';
    return isalpha((unsigned char)*name) &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_(),") ==
               strlen(name);
}

static int read_assignment(struct qe_settings *s, struct text *t, int group,
                           char *line, struct err *err)
{
    char *value = strchr(line, '=');

    if (!value)
        return text_bad(t, err, "expected name = value");
    *value++ = '\0';
    value = trim(value);
    if (!tidy_name(line) || !*value || strlen(value) > 500)
        return text_bad(t, err, "expected name = value");
    if (listed(reserved, line))
        return text_bad(t, err, "'%s' is not for the user to set", line);
    qe_set(s, (enum qe_group)group, line, "%s", value);
    return 0;
}

static int find_group(const char *name)
{
    for (int g = 0; g < QE_GROUPS; g++)
        if (strcasecmp(name, group_name[g]) == 0)
            return g;
    return -1;
}

int qe_settings_read(struct qe_settings *s, struct text *t, struct err *err)
{
    int group = -1, ret;

    while ((ret = text_next(t, err)) > 0) {
        char *line = clean(t->buf);

        if (!line)
            return text_bad(t, err, "expected one variable a line");
        if (!*line)
            continue;
        if (*line == '&') {
            if (group >= 0 || (group = find_group(line + 1)) < 0)
                return text_bad(t, err,
                                "expected &control, &system or &electrons");
        } else if (group < 0) {
            return text_bad(t, err, "expected a namelist: &system, say");
        } else if (strcmp(line, "/") == 0) {
            group = -1;
        } else if (read_assignment(s, t, group, line, err) < 0) {
            return ERR_FORMAT;
        }
    }
    if (ret == 0 && group >= 0)
        return text_bad(t, err, "expected / at the end of the namelist");
    return ret;
}

static void set_smearing(struct qe_settings *s, const struct qe_params *p)
{
    if (!p->smearing || strcmp(p->smearing, "none") == 0) {
        qe_set(s, QE_SYSTEM, "occupations", "'fixed'");
        return;
    }
    qe_set(s, QE_SYSTEM, "occupations", "'smearing'");
    qe_set(s, QE_SYSTEM, "smearing", "'%s'", p->smearing);
    qe_set(s, QE_SYSTEM, "degauss", "%.17g", p->sigma / EV_PER_RYDBERG);
}

static void set_options(struct qe_settings *s, const struct qe_params *p)
{
    qe_set(s, QE_CONTROL, "calculation", "'scf'");
    qe_set(s, QE_CONTROL, "prefix", "'morsel'");
    qe_set(s, QE_CONTROL, "outdir", "'./'");
    qe_set(s, QE_CONTROL, "pseudo_dir", "'./'");
    qe_set(s, QE_CONTROL, "disk_io", "'none'");
    qe_set(s, QE_CONTROL, "tprnfor", ".true.");
    qe_set(s, QE_SYSTEM, "ibrav", "0");
    qe_set(s, QE_SYSTEM, "ecutwfc", "%.17g", p->ecut / EV_PER_RYDBERG);
    qe_set(s, QE_SYSTEM, "ecutrho", "%.17g",
           p->dual * p->ecut / EV_PER_RYDBERG);
    set_smearing(s, p);
    qe_set(s, QE_ELECTRONS, "conv_thr", "%.17g", p->conv / EV_PER_RYDBERG);
    qe_set(s, QE_ELECTRONS, "electron_maxstep", "%d", p->max_scf);
    /* pw.x's own 0.7 takes 30 iterations for C on Cu(100), this takes 21 */
    qe_set(s, QE_ELECTRONS, "mixing_beta", "0.3");
}

int qe_settings_init(struct qe_settings *s, const struct qe_params *p,
                     struct err *err)
{
    struct text t;
    int ret = 0;

    *s = (struct qe_settings){0};
    memcpy(s->kgrid, p->kgrid, sizeof s->kgrid);
    memcpy(s->kshift, p->kshift, sizeof s->kshift);
    set_options(s, p);
    if (p->input) {
        ret = text_open(&t, p->input, err);
        if (ret == 0) {
            ret = qe_settings_read(s, &t, err);
            text_close(&t);
        }
    }
    if (ret == 0)
        ret = qe_pseudos_find(s, p, err);
    if (ret < 0)
        qe_settings_release(s);
    return ret;
}

void qe_settings_release(struct qe_settings *s)
{
    for (int i = 0; i < s->nvar; i++) {
        free(s->var[i].name);
        free(s->var[i].value);
    }
    free(s->var);
    free(s->where);
    for (int z = 0; z <= MAX_Z; z++) {
        free(s->pseudo[z].path);
        free(s->pseudo[z].others);
    }
    *s = (struct qe_settings){0};
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct qe_var *)a)->name,
                  ((const struct qe_var *)b)->name);
}

uint64_t qe_settings_hash(const struct qe_settings *s)
{
    struct qe_var *var = xcalloc((size_t)s->nvar, sizeof *var);
    uint64_t h = hash_text(HASH_START, "pw.x 1");

    if (s->nvar)
        memcpy(var, s->var, (size_t)s->nvar * sizeof *var);
    qsort(var, (size_t)s->nvar, sizeof *var, by_name);
    for (int i = 0; i < s->nvar; i++)
        if (!listed(no_number, var[i].name))
            h = hash_text(hash_text(h, var[i].name), var[i].value);
    free(var);
    h = hash_bytes(h, s->kgrid, sizeof s->kgrid);
    h = hash_bytes(h, s->kshift, sizeof s->kshift);
    for (int z = 1; z <= MAX_Z; z++)
        if (s->pseudo[z].count == 1) {
            h = hash_text(h, element_symbol(z));
            h = hash_bytes(h, &s->pseudo[z].hash, sizeof h);
        }
    return h;
}
