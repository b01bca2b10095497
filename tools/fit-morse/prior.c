#include "fit-morse.h"

#include <math.h>
#include <stdlib.h>

/* Say it, and write it into the prior file. */
static void note(const struct ask *ask, struct data *d, char *line)
{
    char *more = xasprintf("%s%s\n", d->comment ? d->comment : "", line);

    if (!ask->quiet)
        cli_say(ask->cli, "%s", line);
    free(d->comment);
    free(line);
    d->comment = more;
}

/* "2.775 +- 0.012", or without the interval if there is none. */
static char *with_error(double x, double error)
{
    return error > 0 ? xasprintf("%.4f +- %.4f", x, error)
                     : xasprintf("%.4f", x);
}

static void note_fit(const struct ask *ask, struct data *d, int z1, int z2,
                     const struct morse_fit *fit)
{
    char *depth = with_error(fit->m.d, fit->error.d);
    char *re = with_error(fit->m.re, fit->error.re);
    char *a = with_error(fit->m.a, fit->error.a);
    char *forces = isnan(fit->rms_f)
                       ? xstrdup("")
                       : xasprintf(", %.4f eV/angstrom", fit->rms_f);

    note(ask, d,
         xasprintf("%s-%s: fitted to %d dimers (%s): D %s eV, re %s "
                   "angstrom, a %s 1/angstrom; rms %.4f eV%s%s",
                   element_symbol(z1), element_symbol(z2), fit->npoint,
                   methods[ask->how.method], depth, re, a, fit->rms_e, forces,
                   fit->unbound ? "; does not bind: D is set" : ""));
    free(depth);
    free(re);
    free(a);
    free(forces);
}

/* Fit the pair z1 <= z2: returns 1, or 0 if there is no such dimer. */
static int fit_pair(const struct ask *ask, struct data *d, int z1, int z2,
                    struct morse *m, struct err *err)
{
    struct dimer *x = xcalloc((size_t)d->n, sizeof *x);
    struct morse_fit fit;
    struct err why;
    int n = 0, ret;

    for (int i = 0; i < d->n; i++)
        if (d->dimer[i].z1 == z1 && d->dimer[i].z2 == z2)
            x[n++] = d->dimer[i];
    ret = n ? morse_fit(&fit, x, n, &ask->how, &why) : 0;
    free(x);
    if (ret < 0)
        return err_set(err, ret, "%s-%s: %s", element_symbol(z1),
                       element_symbol(z2), why.msg);
    if (n == 0)
        return 0;
    *m = fit.m;
    note_fit(ask, d, z1, z2, &fit);
    return 1;
}

/* An element without dimers: published, or a guess to fit wells from. */
static int find_element(const struct ask *ask, struct data *d, int z,
                        struct morse *m, struct err *err)
{
    const char *symbol = element_symbol(z);

    if (morse_published(z, m)) {
        note(ask, d,
             xasprintf("%s: published, Shuaibi et al., Mach. Learn.: Sci. "
                       "Technol. 2, 025007 (2021)",
                       symbol));
        return 0;
    }
    if (!ask->wells)
        return err_set(err, ERR_RANGE,
                       "there are no published Morse parameters of %s: "
                       "label its dimers (fit-morse --dimers=%s)",
                       symbol, symbol);
    *m = (struct morse){.d = 1, .re = dimer_length(z, z), .a = 1.5};
    note(ask, d,
         xasprintf("%s: guessed, D 1 eV, re twice the covalent radius, a 1.5 "
                   "1/angstrom",
                   symbol));
    return 0;
}

static int make_element(const struct ask *ask, struct data *d, struct prior *p,
                        int i, struct err *err)
{
    int z = d->z[i], ret;
    struct morse m;

    ret = fit_pair(ask, d, z, z, &m, err);
    if (ret == 0)
        ret = find_element(ask, d, z, &m, err);
    if (ret < 0)
        return ret;
    prior_set_pair(p, 0, i, i, &m);
    return 0;
}

static int make_pair(const struct ask *ask, struct data *d, struct prior *p,
                     int i, int j, struct err *err)
{
    int low = d->z[i] < d->z[j] ? d->z[i] : d->z[j];
    int high = d->z[i] + d->z[j] - low;
    struct morse m;
    int ret = fit_pair(ask, d, low, high, &m, err);

    if (ret == 0)
        note(ask, d,
             xasprintf("%s-%s: mixed%s", element_symbol(low),
                       element_symbol(high),
                       ask->mix == MIX_YANG ? " by Yang's rule" : ""));
    if (ret > 0)
        prior_set_pair(p, 0, i, j, &m);
    return ret < 0 ? ret : 0;
}

/* The wells as the forces of larger frames want them. */
static int fit_wells(const struct ask *ask, struct data *d, struct prior *p,
                     struct err *err)
{
    int n = d->larger.n, ret;
    struct prior_sample *s = xcalloc((size_t)n, sizeof *s);
    struct prior_fit fit;

    for (int i = 0; i < n; i++) {
        const struct frame *f = &d->larger.frame[i];
        struct label label;

        if (frame_get_label(f, NULL, &label)) /* as when it was read */
            s[i] = (struct prior_sample){&f->atoms, label.forces};
    }
    ret = prior_fit_forces(p, s, n, (enum prior_fit_what)(ask->wells - 1), &fit,
                           err);
    free(s);
    if (ret == 0)
        note(ask, d,
             xasprintf("%d wells fitted to the forces of %d frames: the prior "
                       "leaves %.4f eV/angstrom of them (before: %.4f)",
                       fit.nwell, n, fit.after, fit.before));
    return ret;
}

int make_prior(const struct ask *ask, struct data *d, struct prior *p,
               struct err *err)
{
    struct reach reach = {.rs = ask->rs, .rc = ask->rc};
    int n = d->nelement, ret = 0;

    reach.relative = ask->kind == TERM_WALL;
    prior_init(p, (enum term_kind)ask->kind, &reach, d->z, n);
    for (int i = 0; i < n && ret == 0; i++)
        ret = make_element(ask, d, p, i, err);
    if (ret == 0)
        ret = prior_mix(p, 0, (enum mixing)ask->mix, err);
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n && ret == 0; j++)
            ret = make_pair(ask, d, p, i, j, err);
    return ret == 0 && d->larger.n > 0 ? fit_wells(ask, d, p, err) : ret;
}
