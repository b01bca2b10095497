/* fit-morse - make a Morse prior, from dimers or from the published table */

#include <morsel/cli.h>
#include <morsel/io.h>
#include <morsel/prior.h>

#include <math.h>
#include <stdlib.h>

static const char *output = "-";
static const char *elements;
static const char *dimers;
static int method = FIT_LEAST_SQUARES;
static double force_weight = 0.5;
static bool zero;
static double rs = PRIOR_RS, rc = PRIOR_RC;
static bool quiet;

static const char *const methods[] = {
    [FIT_LEAST_SQUARES] = "least-squares",
    [FIT_PAPER] = "paper",
    NULL,
};

static const struct cli_opt opts[] = {
    {CLI_TEXT, 'o', "output", "FILE", &output, 0, 0, "write FILE, not stdout",
     NULL},
    {CLI_TEXT, 0, "elements", "A,B,...", &elements, 0, 0,
     "elements of the prior; those of the dimers too", NULL},
    {CLI_TEXT, 0, "dimers", "A,B,...", &dimers, 0, 0,
     "write the frames that have to be labelled", NULL},
    {CLI_CHOICE, 0, "method", "HOW", &method, 0, 0,
     "least-squares or paper (least-squares)", methods},
    {CLI_REAL, 0, "force-weight", "W", &force_weight, 0, 100,
     "of forces against energies, angstrom (0.5)", NULL},
    {CLI_FLAG, 0, "zero", NULL, &zero, 0, 0,
     "energies are relative to lone atoms already", NULL},
    {CLI_REAL, 0, "rs", "RS", &rs, 0.1, PRIOR_MAX_RC,
     "where the switch begins, angstrom (5.0)", NULL},
    {CLI_REAL, 0, "rc", "RC", &rc, 0.1, PRIOR_MAX_RC,
     "where it ends; RS: a sharp cut, angstrom (6.6)", NULL},
    {CLI_FLAG, 'q', "quiet", NULL, &quiet, 0, 0, "do not print the parameters",
     NULL},
    {CLI_END, 0, NULL, NULL, NULL, 0, 0, NULL, NULL},
};

static const struct cli cli = {
    .name = "fit-morse",
    .operands = "[labelled-dimers ...]",
    .about = "make a Morse prior, from dimers or from the published table",
    .opts = opts,
    .max_operands = -1,
    .example = "fit-morse --elements=Cu,C -o prior",
};

struct data {
    int n, room;
    struct dimer *dimer;    /* [n] */
    double atom[MAX_Z + 1]; /* eV, of a lone atom; INFINITY: not known */
    bool used[MAX_Z + 1];   /* is in the prior */
    int nelement;
    int z[MAX_Z];  /* [nelement] elements of the prior, in their order */
    char *comment; /* lines of the prior file */
};

static void data_release(struct data *d)
{
    free(d->dimer);
    free(d->comment);
}

static void add_element(struct data *d, int z)
{
    if (!d->used[z])
        d->z[d->nelement++] = z;
    d->used[z] = true;
}

/* "Cu,C" */
static int read_elements(struct data *d, const char *list, struct err *err)
{
    int n, ret = 0;
    char **word = cli_split(list, &n);

    for (int i = 0; i < n && ret == 0; i++)
        if (element_number(word[i]) == 0)
            ret = err_set(err, ERR_RANGE, "'%s' is not a chemical symbol",
                          word[i]);
        else
            add_element(d, element_number(word[i]));
    cli_free(word);
    return ret;
}

/* Say it, and write it into the prior file. */
static void note(struct data *d, char *line)
{
    char *more = xasprintf("%s%s\n", d->comment ? d->comment : "", line);

    if (!quiet)
        cli_say(&cli, "%s", line);
    free(d->comment);
    free(line);
    d->comment = more;
}

/* Labelled dimers ------------------------------------------------------------ */

static void add_dimer(struct data *d, const struct dimer *x)
{
    if (d->n == d->room) {
        d->room = 2 * d->room + 16;
        d->dimer = xrealloc(d->dimer, (size_t)d->room, sizeof *d->dimer);
    }
    d->dimer[d->n++] = *x;
    add_element(d, x->z1);
    add_element(d, x->z2);
}

static int add_frame(struct data *d, const struct frame *f, const char *path,
                     struct err *err)
{
    const struct atoms *a = &f->atoms;
    struct label label;
    struct dimer x;
    struct err why;

    if (a->natoms < 1 || a->natoms > 2)
        return err_set(err, ERR_FORMAT,
                       "%s:%ld: expected a lone atom or a dimer", path,
                       f->line);
    if (!frame_get_label(f, NULL, &label))
        return err_set(err, ERR_FORMAT, "%s:%ld: expected a label: an energy",
                       path, f->line);
    if (a->natoms == 1)
        d->atom[a->z[0]] = fmin(d->atom[a->z[0]], label.energy);
    else if (dimer_of_atoms(&x, a, label.energy, label.forces, &why) < 0)
        return err_set(err, ERR_RANGE, "%s:%ld: expected a dimer, not %s", path,
                       f->line, why.msg);
    else
        add_dimer(d, &x);
    return 0;
}

static int read_file(struct data *d, const char *path, struct err *err)
{
    struct text t;
    struct frame f;
    int ret = text_open(&t, path, err);

    if (ret < 0)
        return ret;
    while ((ret = frame_read(&t, &f, err)) > 0) {
        ret = add_frame(d, &f, path, err);
        frame_release(&f);
        if (ret < 0)
            break;
    }
    text_close(&t);
    return ret;
}

/* Energies of dimers relative to those of their atoms. */
static int subtract_atoms(struct data *d, struct err *err)
{
    for (int i = 0; i < d->n && !zero; i++) {
        struct dimer *x = &d->dimer[i];
        double e = d->atom[x->z1] + d->atom[x->z2];

        if (isinf(e))
            return err_set(
                err, ERR_RANGE,
                "there is no lone atom of %s: label one, or say --zero",
                element_symbol(isinf(d->atom[x->z1]) ? x->z1 : x->z2));
        x->e -= e;
    }
    return 0;
}

/* The prior ------------------------------------------------------------------ */

/* "2.775 +- 0.012", or without the error if there is none. */
static char *with_error(double x, double error)
{
    return error > 0 ? xasprintf("%.4f +- %.4f", x, error)
                     : xasprintf("%.4f", x);
}

static void note_fit(struct data *d, int z1, int z2,
                     const struct morse_fit *fit)
{
    char *depth = with_error(fit->m.d, fit->error.d);
    char *re = with_error(fit->m.re, fit->error.re);
    char *a = with_error(fit->m.a, fit->error.a);
    char *forces = isnan(fit->rms_f)
                       ? xstrdup("")
                       : xasprintf(", %.4f eV/angstrom", fit->rms_f);

    note(d, xasprintf("%s-%s: fitted to %d dimers (%s): D %s eV, re %s "
                      "angstrom, a %s 1/angstrom; rms %.4f eV%s%s",
                      element_symbol(z1), element_symbol(z2), fit->npoint,
                      methods[method], depth, re, a, fit->rms_e, forces,
                      fit->unbound ? "; does not bind: D is set" : ""));
    free(depth);
    free(re);
    free(a);
    free(forces);
}

/* Fit the pair z1 <= z2: returns 1, or 0 if there is no such dimer. */
static int fit_pair(struct data *d, int z1, int z2, struct morse *m,
                    struct err *err)
{
    struct dimer *x = xcalloc((size_t)d->n, sizeof *x);
    struct morse_fit fit;
    struct err why;
    int n = 0, ret;

    for (int i = 0; i < d->n; i++)
        if (d->dimer[i].z1 == z1 && d->dimer[i].z2 == z2)
            x[n++] = d->dimer[i];
    ret = n ? morse_fit(&fit, x, n, (enum fit_method)method, force_weight, &why)
            : 0;
    free(x);
    if (ret < 0)
        return err_set(err, ret, "%s-%s: %s", element_symbol(z1),
                       element_symbol(z2), why.msg);
    if (n == 0)
        return 0;
    *m = fit.m;
    note_fit(d, z1, z2, &fit);
    return 1;
}

static int make_element(struct data *d, struct prior *p, int i, struct err *err)
{
    int z = d->z[i], ret;
    struct morse m;

    ret = fit_pair(d, z, z, &m, err);
    if (ret == 0) {
        if (!morse_published(z, &m))
            return err_set(err, ERR_RANGE,
                           "there are no published Morse parameters of %s: "
                           "label its dimers (fit-morse --dimers=%s)",
                           element_symbol(z), element_symbol(z));
        note(d, xasprintf("%s: published, Shuaibi et al., Mach. Learn.: Sci. "
                          "Technol. 2, 025007 (2021)",
                          element_symbol(z)));
    }
    prior_set_pair(p, 0, i, i, &m);
    return ret < 0 ? ret : 0;
}

static int make_pair(struct data *d, struct prior *p, int i, int j,
                     struct err *err)
{
    int low = d->z[i] < d->z[j] ? d->z[i] : d->z[j];
    int high = d->z[i] + d->z[j] - low;
    struct morse m;
    int ret = fit_pair(d, low, high, &m, err);

    if (ret == 0)
        note(d, xasprintf("%s-%s: mixed", element_symbol(low),
                          element_symbol(high)));
    if (ret > 0)
        prior_set_pair(p, 0, i, j, &m);
    return ret < 0 ? ret : 0;
}

static int make_prior(struct data *d, struct prior *p, struct err *err)
{
    int n = d->nelement, ret = 0;

    prior_init(p, TERM_MORSE, &(struct reach){false, rs, rc}, d->z, n);
    for (int i = 0; i < n && ret == 0; i++)
        ret = make_element(d, p, i, err);
    if (ret == 0)
        ret = prior_mix(p, 0, MIX_MEAN, err);
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n && ret == 0; j++)
            ret = make_pair(d, p, i, j, err);
    return ret;
}

/* Frames that have to be labelled ------------------------------------------- */

/* An atom z1 (z2 = 0), or a pair a distance r apart. */
static int write_molecule(FILE *out, int z1, int z2, double r, double largest,
                          struct err *err)
{
    struct atoms a;
    struct frame f;
    int ret;

    dimer_atoms(&a, z1, z2, r, largest);
    frame_of_atoms(&f, &a);
    frame_set_text(&f, "query", z2 ? "dimer" : "atom");
    ret = frame_write(&f, out, output, err);
    frame_release(&f);
    atoms_release(&a);
    return ret;
}

/* At the paper's distances. */
static int write_pair(FILE *out, int z1, int z2, struct err *err)
{
    static const double part[] = {0.7, 0.8, 0.9, 1.0, 1.1, 1.2};
    double r = dimer_length(z1, z2);
    int ret = 0;

    for (int k = 0; k < 6 && ret == 0; k++)
        ret = write_molecule(out, z1, z2, part[k] * r, 1.2 * r, err);
    return ret;
}

static int write_dimers(const struct data *d, FILE *out, struct err *err)
{
    int n = d->nelement, ret = 0;

    for (int i = 0; i < n && ret == 0; i++)
        ret = write_molecule(out, d->z[i], 0, 0, 0, err);
    for (int i = 0; i < n; i++)
        for (int j = i; j < n && ret == 0; j++)
            ret = write_pair(out, d->z[i], d->z[j], err);
    return ret;
}

/* ---------------------------------------------------------------------------- */

static int read_input(struct data *d, int argc, char **argv, int i,
                      struct err *err)
{
    if (elements && read_elements(d, elements, err) < 0)
        return -1;
    if (i < argc || !elements)
        do
            if (read_file(d, i < argc ? argv[i] : "-", err) < 0)
                return -1;
        while (++i < argc);
    if (d->nelement == 0)
        return err_set(err, ERR_FORMAT, "expected dimers: there are none");
    return subtract_atoms(d, err);
}

/* The prior of the input, or the frames of --dimers, to out. */
static int make(struct data *d, FILE *out, int argc, char **argv, int i,
                struct err *err)
{
    struct prior p = {0};
    int ret;

    if (dimers) {
        ret = read_elements(d, dimers, err);
        return ret < 0 ? ret : write_dimers(d, out, err);
    }
    ret = read_input(d, argc, argv, i, err);
    if (ret == 0)
        ret = make_prior(d, &p, err);
    if (ret == 0)
        prior_print(&p, d->comment, out);
    prior_release(&p);
    return ret;
}

static int run(struct data *d, int argc, char **argv, int i, struct err *err)
{
    FILE *out;

    if (dimers && (elements || i < argc))
        return err_set(err, ERR_RANGE, "--dimers reads nothing");
    if (rs > rc)
        return err_set(err, ERR_RANGE, "--rs: %g is beyond --rc, %g", rs, rc);
    out = output_open(output, err);
    if (!out)
        return -1;
    if (make(d, out, argc, argv, i, err) < 0) {
        output_discard(out, output);
        return -1;
    }
    return output_close(out, output, err);
}

int main(int argc, char **argv)
{
    int i = cli_parse(&cli, argc, argv), ret;
    struct data d = {.n = 0};
    struct err err;

    for (int z = 0; z <= MAX_Z; z++)
        d.atom[z] = INFINITY;
    ret = run(&d, argc, argv, i, &err);
    data_release(&d);
    return ret < 0 ? cli_fail(&cli, &err) : STATUS_YES;
}
