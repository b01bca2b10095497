#include <morsel/prior.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "term.h"

/*
 * What a name stands for.  The factors of window, wall and zbl may follow it.
 */
static const struct named {
    const char *name;
    enum term_kind kind;
    struct reach reach;
} names[] = {
    {"published", TERM_MORSE, {false, PRIOR_RS, PRIOR_RC}},
    {"paper", TERM_MORSE, {false, PRIOR_RC, PRIOR_RC}},
    {"window", TERM_MORSE, {true, 1.2, 1.8}},
    {"wall", TERM_WALL, {true, WALL_RS, WALL_RC}},
    {"zbl", TERM_ZBL, {true, 0.4, 0.8}},
};
enum { NNAME = sizeof names / sizeof *names };

/* Set the pairs of term 0 from the published table, mixed. */
static int fill_published(struct prior *p, struct err *err)
{
    for (int i = 0; i < p->nelement; i++) {
        struct morse m;

        if (!morse_published(p->z[i], &m))
            return err_set(err, ERR_RANGE,
                           "there are no published Morse parameters of %s: "
                           "fit some to its dimer (fit-morse)",
                           element_symbol(p->z[i]));
        prior_set_pair(p, 0, i, i, &m);
    }
    return prior_mix(p, 0, MIX_MEAN, err);
}

static int make_term(struct prior *p, enum term_kind kind,
                     const struct reach *reach, const int *z, int n,
                     struct err *err)
{
    prior_init(p, kind, reach, z, n);
    if (kind != TERM_ZBL && fill_published(p, err) < 0) {
        prior_release(p);
        return err->code;
    }
    return 0;
}

int prior_published(struct prior *p, const int *z, int n, double rs, double rc,
                    struct err *err)
{
    struct reach reach = {.rs = rs, .rc = rc};

    return make_term(p, TERM_MORSE, &reach, z, n, err);
}

/* ":FS:FC" of a name; nothing leaves the reach as it is. */
static int read_factors(const char *text, const char *name, enum term_kind kind,
                        struct reach *reach, struct err *err)
{
    char *copy = xstrdup(text), *second;
    bool good = true;

    if (*copy) {
        second = strchr(copy + 1, ':');
        if (second)
            *second++ = '\0';
        good = second && reach->relative &&
               parse_real(copy + 1, &reach->rs) == 0 &&
               parse_real(second, &reach->rc) == 0 &&
               reach_allowed(kind, reach);
    }
    free(copy);
    if (good)
        return 0;
    if (!reach->relative)
        return err_set(err, ERR_RANGE, "the prior '%.*s' has no factors",
                       (int)strcspn(name, ":"), name);
    return err_set(err, ERR_RANGE,
                   "the prior '%s': expected two factors, 0 < FS <= FC, FC "
                   "from %g to %g",
                   name, PRIOR_MIN_RC,
                   kind == TERM_WALL ? 1 : PRIOR_MAX_FACTOR);
}

static int read_file(struct prior *p, const char *path, struct err *err)
{
    struct text t;
    int ret = text_open(&t, path, err);

    if (ret < 0)
        return ret;
    ret = prior_read(p, &t, err);
    text_close(&t);
    return ret;
}

static int one_named(struct prior *p, const char *name, const int *z, int n,
                     struct err *err)
{
    size_t length = strcspn(name, ":");

    *p = (struct prior){0};
    if (strcmp(name, "none") == 0)
        return 0;
    for (int k = 0; k < NNAME; k++) {
        struct reach reach = names[k].reach;

        if (strncmp(name, names[k].name, length) != 0 ||
            names[k].name[length] != '\0')
            continue;
        if (read_factors(name + length, name, names[k].kind, &reach, err) < 0)
            return err->code;
        return make_term(p, names[k].kind, &reach, z, n, err);
    }
    return read_file(p, name, err);
}

/* A file of the whole name goes before a sum. */
int prior_named(struct prior *p, const char *name, const int *z, int n,
                struct err *err)
{
    char *copy = xstrdup(name), *rest = copy;
    bool sum = access(name, F_OK) != 0;
    int ret = 0;

    *p = (struct prior){0};
    while (rest && ret == 0) {
        char *plus = sum ? strchr(rest, '+') : NULL;
        struct prior term;

        if (plus)
            *plus++ = '\0';
        ret = one_named(&term, rest, z, n, err);
        if (ret == 0 && term.nterm > 0)
            ret = prior_add(p, &term, err);
        rest = plus;
    }
    free(copy);
    if (ret < 0)
        prior_release(p);
    return ret;
}
