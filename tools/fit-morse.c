/* fit-morse - make a Morse prior, from labels or from the published table */

#include "fit-morse/fit-morse.h"

#include <math.h>

const char *const methods[] = {
    [FIT_LEAST_SQUARES] = "least-squares",
    [FIT_PAPER] = "paper",
    NULL,
};
static const char *const kinds[] = {
    [TERM_MORSE] = "morse", [TERM_WALL] = "wall", NULL};
static const char *const mixings[] = {
    [MIX_MEAN] = "mean", [MIX_YANG] = "yang", NULL};
static const char *const fits[] = {"no", "depth", "all", NULL};

static struct ask ask = {
    .output = "-",
    .how = {.w = 0.5, .misfit = 0.1},
};
static int method;

static const struct cli_opt opts[] = {
    {CLI_TEXT, 'o', "output", "FILE", &ask.output, 0, 0,
     "write FILE, not stdout", NULL},
    {CLI_TEXT, 0, "elements", "A,B,...", &ask.elements, 0, 0,
     "elements of the prior; those of the labels too", NULL},
    {CLI_TEXT, 0, "dimers", "A,B,...", &ask.dimers, 0, 0,
     "write the frames that have to be labelled", NULL},
    {CLI_CHOICE, 0, "method", "HOW", &method, 0, 0,
     "least-squares or paper (least-squares)", methods},
    {CLI_REAL, 0, "force-weight", "W", &ask.how.w, 0, 100,
     "of forces against energies, angstrom (0.5)", NULL},
    {CLI_FLAG, 0, "even", NULL, &ask.how.even, 0, 0,
     "high points count as much as the well", NULL},
    {CLI_REAL, 0, "misfit", "X", &ask.how.misfit, 0, 1e6,
     "refuse more, in depths; 0: never (0.1)", NULL},
    {CLI_CHOICE, 0, "wells", "WHAT", &ask.wells, 0, 0,
     "fit to larger frames, too: no depth all (no)", fits},
    {CLI_CHOICE, 0, "mix", "RULE", &ask.mix, 0, 0,
     "pairs without dimers: mean or yang (mean)", mixings},
    {CLI_FLAG, 0, "zero", NULL, &ask.zero, 0, 0,
     "energies are relative to lone atoms already", NULL},
    {CLI_CHOICE, 0, "kind", "KIND", &ask.kind, 0, 0,
     "morse, or wall: its repulsion alone (morse)", kinds},
    {CLI_REAL, 0, "rs", "RS", &ask.rs, 0.1, PRIOR_MAX_RC,
     "switch begins, angstrom (5); wall: in re (0.7)", NULL},
    {CLI_REAL, 0, "rc", "RC", &ask.rc, 0.1, PRIOR_MAX_RC,
     "and ends; RS: a sharp cut (6.6; wall: 0.9)", NULL},
    {CLI_TEXT, 0, "plot", "FILE", &ask.plot, 0, 0,
     "points and curves, for gnuplot", NULL},
    {CLI_FLAG, 'q', "quiet", NULL, &ask.quiet, 0, 0,
     "do not print the parameters", NULL},
    {CLI_END, 0, NULL, NULL, NULL, 0, 0, NULL, NULL},
};

static const struct cli cli = {
    .name = "fit-morse",
    .operands = "[labelled-frames ...]",
    .about = "make a Morse prior, from labels or from the published table",
    .opts = opts,
    .max_operands = -1,
    .example = "fit-morse --elements=Cu,C -o prior",
};

/* The prior of the labels, or the frames of --dimers, to out. */
static int make(struct data *d, FILE *out, char **path, int npath,
                struct err *err)
{
    struct prior p = {0};
    int ret;

    if (ask.dimers) {
        ret = read_elements(d, ask.dimers, err);
        return ret < 0 ? ret : write_dimers(&ask, d, out, err);
    }
    ret = ask.elements ? read_elements(d, ask.elements, err) : 0;
    if (ret == 0)
        ret = read_labels(&ask, d, path, npath, err);
    if (ret == 0)
        ret = make_prior(&ask, d, &p, err);
    if (ret == 0 && ask.plot)
        ret = write_plot(&ask, d, &p, err);
    if (ret == 0)
        prior_print(&p, d->comment, out);
    prior_release(&p);
    return ret;
}

static int check(int npath, struct err *err)
{
    bool wall = ask.kind == TERM_WALL;

    ask.cli = &cli;
    ask.how.method = (enum fit_method)method;
    if (!cli_given(&cli, "rs"))
        ask.rs = wall ? WALL_RS : PRIOR_RS;
    if (!cli_given(&cli, "rc"))
        ask.rc = wall ? WALL_RC : PRIOR_RC;
    if (ask.dimers && (ask.elements || npath > 0))
        return err_set(err, ERR_RANGE, "--dimers reads nothing");
    if (wall && ask.rc > 1)
        return err_set(err, ERR_RANGE, "--rc: a wall ends at 1 (re), not %g",
                       ask.rc);
    if (wall && ask.wells)
        return err_set(err, ERR_RANGE, "--wells: a wall has none");
    if (ask.rs > ask.rc)
        return err_set(err, ERR_RANGE, "--rs: %g is beyond --rc, %g", ask.rs,
                       ask.rc);
    return 0;
}

static int run(struct data *d, char **path, int npath, struct err *err)
{
    FILE *out;

    if (check(npath, err) < 0)
        return err->code;
    out = output_open(ask.output, err);
    if (!out)
        return err->code;
    if (make(d, out, path, npath, err) < 0) {
        output_discard(out, ask.output);
        return err->code;
    }
    return output_close(out, ask.output, err);
}

int main(int argc, char **argv)
{
    int i = cli_parse(&cli, argc, argv), ret;
    struct data d = {.n = 0};
    struct err err;

    for (int z = 0; z <= MAX_Z; z++)
        d.atom[z] = INFINITY;
    ret = run(&d, argv + i, argc - i, &err);
    data_release(&d);
    return ret < 0 ? cli_fail(&cli, &err) : STATUS_YES;
}
