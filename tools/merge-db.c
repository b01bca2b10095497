/* merge-db - merge labelled frames into one training set */

#include <morsel/cli.h>
#include <morsel/io.h>

enum { EXTXYZ, JSON };
static const char *const formats[] = {"extxyz", "json", NULL};

static const char *output = "-";
static int format = EXTXYZ;
static double tolerance = 1e-3;
static double net_force = 0.1;
static const char *energy_key;
static const char *forces_key;
static bool force_mixed, strict, quiet, verbose;

static const struct cli_opt opts[] = {
    {CLI_TEXT, 'o', "output", "FILE", &output, 0, 0, "write FILE, not stdout",
     NULL},
    {CLI_CHOICE, 0, "format", "FORMAT", &format, 0, 0,
     "extxyz or json (extxyz)", formats},
    {CLI_REAL, 0, "tolerance", "D", &tolerance, 0, 1,
     "twins differ at most by D angstrom (0.001)", NULL},
    {CLI_REAL, 0, "net-force", "F", &net_force, 0, 1e6,
     "refuse a larger sum of forces, eV/A (0.1)", NULL},
    {CLI_TEXT, 0, "energy-key", "KEY", &energy_key, 0, 0,
     "key of the energy (free_energy, or energy)", NULL},
    {CLI_TEXT, 0, "forces-key", "KEY", &forces_key, 0, 0,
     "column of the forces (forces)", NULL},
    {CLI_FLAG, 0, "force-mixed", NULL, &force_mixed, 0, 0,
     "take different levels of theory", NULL},
    {CLI_FLAG, 0, "strict", NULL, &strict, 0, 0,
     "refuse what else is warned of", NULL},
    {CLI_FLAG, 'q', "quiet", NULL, &quiet, 0, 0,
     "no word on refused frames; no warnings", NULL},
    {CLI_FLAG, 'v', "verbose", NULL, &verbose, 0, 0,
     "name the twins, and count", NULL},
    {0},
};

static const struct cli cli = {
    .name = "merge-db",
    .operands = "[file ...]",
    .about = "merge labelled frames into one training set",
    .opts = opts,
    .max_operands = -1,
    .example = "merge-db -o all.xyz train.xyz new.xyz",
};

static int taken, twins, refused;

/* Warn of what is odd, or refuse it. */
static int check_odd(const struct text *t, const struct frame *f,
                     struct err *err)
{
    const char *what = NULL;

    if (f->odd & ODD_NO_NEWLINE)
        what = "expected a newline at the end: is the file cut?";
    else if (f->odd & ODD_EXTRA_COLUMNS)
        what = "expected four columns, as there are no Properties";
    if (what && strict)
        return text_bad(t, err, "%s", what);
    if (what && !quiet)
        cli_say(&cli, "warning: %s:%ld: %s", t->name, t->line, what);
    return 0;
}

static int add_frame(struct merge *m, struct frame *f, const char *path,
                     struct err *err)
{
    int ret = merge_add(m, f, path, err);

    taken += ret == MERGE_TAKEN;
    twins += ret == MERGE_TWIN;
    refused += ret == MERGE_REFUSED;
    if ((ret == MERGE_REFUSED && !quiet) || (ret == MERGE_TWIN && verbose))
        cli_say(&cli, "%s", err->msg);
    if (ret != MERGE_TAKEN)
        frame_release(f);
    return ret;
}

static int add_file(struct merge *m, const char *path, struct err *err)
{
    struct text t;
    struct frame f;
    int ret = text_open(&t, path, err);

    if (ret < 0)
        return ret;
    while ((ret = frame_read(&t, &f, err)) > 0) {
        ret = check_odd(&t, &f, err);
        if (ret < 0)
            frame_release(&f);
        else
            ret = add_frame(m, &f, path, err);
        if (ret < 0)
            break;
    }
    text_close(&t);
    return ret;
}

static int write_frames(const struct frames *s, FILE *out, struct err *err)
{
    for (int i = 0; i < s->n; i++)
        if (frame_write(&s->frame[i], out, output, err) < 0)
            return err->code;
    return 0;
}

static void print_array(const struct frames *s, FILE *out)
{
    putc('[', out);
    for (int i = 0; i < s->n; i++) {
        fputs(i > 0 ? ",\n" : "", out);
        frame_print_json(&s->frame[i], out);
    }
    fputs("]\n", out);
}

static int write_set(const struct frames *s, struct err *err)
{
    FILE *out = output_open(output, err);
    int ret = 0;

    if (!out)
        return err->code;
    if (format == JSON)
        print_array(s, out);
    else
        ret = write_frames(s, out, err);
    if (ret < 0)
        output_discard(out, output);
    else
        ret = output_close(out, output, err);
    return ret;
}

int main(int argc, char **argv)
{
    int i = cli_parse(&cli, argc, argv), ret;
    struct merge m;
    struct err err;

    merge_init(&m);
    m.names = (struct label_names){energy_key, forces_key};
    m.tolerance = tolerance;
    m.max_net_force = net_force;
    m.mixed = force_mixed;
    m.all = format == JSON;
    do
        ret = add_file(&m, i < argc ? argv[i] : "-", &err);
    while (ret >= 0 && ++i < argc);
    if (ret >= 0)
        ret = write_set(&m.set, &err);
    merge_release(&m);
    if (ret < 0)
        return cli_fail(&cli, &err);
    if (verbose)
        cli_say(&cli, "%d taken, %d twins, %d refused", taken, twins, refused);
    return refused ? STATUS_NO : STATUS_YES;
}
