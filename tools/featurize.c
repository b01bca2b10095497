/* featurize - symmetry functions of every atom of every frame */

#include <morsel/cli.h>
#include <morsel/descriptor.h>
#include <morsel/io.h>
#include <morsel/la.h>
#include <morsel/train.h>

#include <stdlib.h>
#include <string.h>

enum { TEXT, JSON, BINARY };
static const char *const formats[] = {"text", "json", "binary", NULL};

static const char *output = "-";
static const char *set_name = "paper";
static const char *element_list;
static double cutoff;
static int format = TEXT;
static bool derivatives, strain;
static int threads;

static const struct cli_opt opts[] = {
    {CLI_TEXT, 'o', "output", "FILE", &output, 0, 0, "write FILE, not stdout",
     NULL},
    {CLI_CHOICE, 0, "format", "FORMAT", &format, 0, 0,
     "text, json or binary (text)", formats},
    {CLI_TEXT, 0, "set", "SET", &set_name, 0, 0,
     "symmetry functions: fine, paper, neb, FILE (paper)", NULL},
    {CLI_REAL, 0, "cutoff", "RC", &cutoff, 0.1, 100,
     "stretch the set to RC, angstrom", NULL},
    {CLI_TEXT, 0, "elements", "A,B,...", &element_list, 0, 0,
     "elements in order (those of the first frame)", NULL},
    {CLI_FLAG, 0, "derivatives", NULL, &derivatives, 0, 0,
     "derivatives too; json or binary", NULL},
    {CLI_FLAG, 0, "strain", NULL, &strain, 0, 0,
     "and those by strain, which stress needs", NULL},
    {CLI_INT, 'j', "threads", "N", &threads, 0, 1024,
     "threads; 0: all cores (0)", NULL},
    {0},
};

static const struct cli cli = {
    .name = "featurize",
    .operands = "[file ...]",
    .about = "symmetry functions of every atom of every frame",
    .opts = opts,
    .max_operands = -1,
    .example = "featurize --format=json --derivatives start.xyz",
};

/* What the frames of all files share. */
struct work {
    struct descriptor d; /* of no element before the first frame */
    struct neighbors nb;
    struct features f;
    int nframe;
    FILE *out;
    struct stored_out stored;
};

static int by_symbol(const void *x, const void *y)
{
    const int *a = x, *b = y;

    return strcmp(element_symbol(*a), element_symbol(*b));
}

static int listed_elements(int z[MAX_Z], int *n, struct err *err)
{
    int nword, ret = 0;
    char **word = cli_split(element_list, &nword);

    *n = 0;
    for (int i = 0; i < nword && ret == 0; i++) {
        int e = element_number(word[i]);

        for (int k = 0; k < *n; k++)
            if (z[k] == e)
                ret = err_set(err, ERR_RANGE, "--elements: %s is there twice",
                              word[i]);
        if (e == 0)
            ret = err_set(err, ERR_RANGE,
                          "--elements: '%s' is not a chemical symbol", word[i]);
        if (ret == 0)
            z[(*n)++] = e;
    }
    cli_free(word);
    return ret;
}

/* Those of a frame, in alphabetical order; or, as train has it, of numbers. */
static int elements_of(const struct atoms *a, int z[MAX_Z])
{
    bool there[MAX_Z + 1] = {false};
    int n = 0;

    for (int i = 0; i < a->natoms; i++)
        there[a->z[i]] = true;
    for (int k = 1; k <= MAX_Z; k++)
        if (there[k])
            z[n++] = k;
    if (format != BINARY)
        qsort(z, (size_t)n, sizeof *z, by_symbol);
    return n;
}

/* The set, for the elements of the first frame unless they are given. */
static int choose_set(struct work *w, const struct atoms *a, struct err *err)
{
    int z[MAX_Z], n = 0;

    if (!element_list)
        n = elements_of(a, z);
    else if (listed_elements(z, &n, err) < 0)
        return err->code;
    if (descriptor_find(&w->d, set_name, z, n, err) < 0)
        return err->code;
    if (cutoff > 0)
        descriptor_stretch(&w->d, cutoff);
    return 0;
}

static void print_text(struct work *w, const struct atoms *a)
{
    if (w->nframe == 1) {
        fputs("# frame atom element features\n", w->out);
        descriptor_print(&w->d, "# ", w->out);
    }
    for (int i = 0; i < a->natoms; i++) {
        fprintf(w->out, "%d %d %s", w->nframe, i + 1, element_symbol(a->z[i]));
        for (int p = w->f.first[i]; p < w->f.first[i + 1]; p++)
            fprintf(w->out, " %.10g", w->f.g[p]);
        putc('\n', w->out);
    }
}

static void print_member(const char *key, double x, FILE *out)
{
    fprintf(out, ",\"%s\":", key);
    print_real(out, x);
}

/* A pair of elements is named in the order of the elements. */
static void print_function(const struct descriptor *d, const struct sf *s,
                           FILE *out)
{
    bool turn =
        s->z2 && descriptor_element(d, s->z1) > descriptor_element(d, s->z2);

    fprintf(out, "{\"type\":\"G%d\",\"elements\":[\"%s\"", (int)s->type,
            element_symbol(turn ? s->z2 : s->z1));
    if (s->z2)
        fprintf(out, ",\"%s\"", element_symbol(turn ? s->z1 : s->z2));
    putc(']', out);
    print_member("eta", s->eta, out);
    if (s->type == SF_G2) {
        print_member("rs", s->rs, out);
    } else {
        print_member("zeta", s->zeta, out);
        print_member("lambda", s->lambda, out);
    }
    print_member("rc", d->cutoff.rc, out);
    putc('}', out);
}

static void print_functions(const struct descriptor *d, int e, FILE *out)
{
    putc('[', out);
    for (int m = 0; m < d->nsf[e]; m++) {
        fputs(m ? "," : "", out);
        print_function(d, &d->sf[e][m], out);
    }
    putc(']', out);
}

/* The set: one list if it is the same for all elements, else one of each. */
static void print_set(const struct descriptor *d, FILE *out)
{
    bool cosine = d->cutoff.type == CUTOFF_COSINE;

    fputs("\"elements\":[", out);
    for (int e = 0; e < d->nelement; e++)
        fprintf(out, "%s\"%s\"", e ? "," : "", element_symbol(d->z[e]));
    fprintf(out, "],\"cutoff_function\":\"%s\"",
            cosine ? "cosine" : "polynomial");
    if (!cosine)
        print_member("gamma", d->cutoff.gamma, out);
    fputs(",\"functions\":", out);
    if (descriptor_uniform(d)) {
        print_functions(d, 0, out);
        return;
    }
    for (int e = 0; e < d->nelement; e++) {
        fprintf(out, "%s\"%s\":", e ? "," : "{", element_symbol(d->z[e]));
        print_functions(d, e, out);
    }
    putc('}', out);
}

static void print_list(const double *x, int n, FILE *out)
{
    putc('[', out);
    for (int i = 0; i < n; i++) {
        fputs(i ? "," : "", out);
        print_real(out, x[i]);
    }
    putc(']', out);
}

/* row[natoms][3]: derivatives of function m of atom i. */
static void fill_row(const struct features *f, int i, int m, double *row)
{
    int n = f->first[i + 1] - f->first[i];

    memset(row, 0, 3 * (size_t)f->natoms * sizeof *row);
    for (int e = f->dep[i]; e < f->dep[i + 1]; e++)
        for (int k = 0; k < 3; k++)
            row[3 * f->atom[e] + k] = f->dg[f->block[e] + k * n + m];
}

static void print_derivatives(struct work *w)
{
    int natoms = w->f.natoms;
    double *row = xcalloc((size_t)natoms, 3 * sizeof *row);

    fputs(",\"dG\":[", w->out);
    for (int i = 0; i < natoms; i++) {
        int n = w->f.first[i + 1] - w->f.first[i];

        fputs(i ? ",[" : "[", w->out);
        for (int m = 0; m < n; m++) {
            fill_row(&w->f, i, m, row);
            for (int j = 0; j < natoms; j++) {
                fputs(j ? "," : m ? ",[" : "[", w->out);
                print_list(row + 3 * (size_t)j, 3, w->out);
            }
            putc(']', w->out);
        }
        putc(']', w->out);
    }
    putc(']', w->out);
    free(row);
}

static enum derivatives wanted(void)
{
    if (strain)
        return DERIVE_STRAIN;
    return derivatives ? DERIVE_POSITIONS : DERIVE_NOTHING;
}

/* Six components of each function of each atom. */
static void print_strain(const struct work *w)
{
    fputs(",\"dG_strain\":[", w->out);
    for (int i = 0; i < w->f.natoms; i++) {
        int n = w->f.first[i + 1] - w->f.first[i];

        fputs(i ? ",[" : "[", w->out);
        for (int m = 0; m < n; m++) {
            double t[6];

            for (int c = 0; c < 6; c++)
                t[c] = w->f.strain[6 * w->f.first[i] + c * n + m];
            fputs(m ? "," : "", w->out);
            print_list(t, 6, w->out);
        }
        putc(']', w->out);
    }
    putc(']', w->out);
}

static void print_json(struct work *w, const struct atoms *a)
{
    putc('{', w->out);
    print_set(&w->d, w->out);
    fputs(",\"symbols\":[", w->out);
    for (int i = 0; i < a->natoms; i++)
        fprintf(w->out, "%s\"%s\"", i ? "," : "", element_symbol(a->z[i]));
    fputs("],\"G\":[", w->out);
    for (int i = 0; i < a->natoms; i++) {
        int first = w->f.first[i];

        fputs(i ? "," : "", w->out);
        print_list(w->f.g + first, w->f.first[i + 1] - first, w->out);
    }
    putc(']', w->out);
    if (wanted() != DERIVE_NOTHING)
        print_derivatives(w);
    if (strain)
        print_strain(w);
    fputs("}\n", w->out);
}

/* As morsel-features(5) has it: the frame and its features. */
static int put_frame(struct work *w, const struct frame *f, struct err *err)
{
    if (w->nframe == 1 &&
        stored_begin(&w->stored, w->out, output, &w->d, wanted(), err) < 0)
        return err->code;
    return stored_put(&w->stored, f, &w->f, wanted(), err);
}

static int do_frame(struct work *w, const struct frame *f, struct err *err)
{
    if (w->nframe++ == 0 && choose_set(w, &f->atoms, err) < 0)
        return err->code;
    if (neighbors_find(&w->nb, &f->atoms, w->d.cutoff.rc, err) < 0 ||
        features_compute(&w->f, &w->d, &f->atoms, &w->nb, wanted(), err) < 0)
        return err->code;
    if (format == TEXT)
        print_text(w, &f->atoms);
    else if (format == JSON)
        print_json(w, &f->atoms);
    else
        return put_frame(w, f, err);
    return 0;
}

/* Say where the frame is; unless it is the set that is at fault. */
static int at_frame(const struct text *t, const struct frame *f,
                    const struct work *w, struct err *err)
{
    struct err why = *err;

    if (w->d.nelement == 0)
        return err->code;
    for (int i = 0; i < f->atoms.natoms; i++)
        if (descriptor_element(&w->d, f->atoms.z[i]) < 0)
            return err_set(err, why.code, "%s:%ld: %.300s: see --elements",
                           t->name, f->line, why.msg);
    return err_set(err, why.code, "%s:%ld: %.300s", t->name, f->line, why.msg);
}

static int do_file(struct work *w, const char *path, struct err *err)
{
    struct text t;
    struct frame f;
    int ret = text_open(&t, path, err);

    if (ret < 0)
        return ret;
    while ((ret = frame_read_overlapping(&t, &f, err)) > 0) {
        ret = do_frame(w, &f, err);
        if (ret < 0)
            ret = at_frame(&t, &f, w, err);
        frame_release(&f);
        if (ret < 0)
            break;
    }
    text_close(&t);
    return ret;
}

static int do_all(struct work *w, int n, char **path, struct err *err)
{
    char standard_input[] = "-", *only[] = {standard_input};

    if (n == 0) {
        n = 1;
        path = only;
    }
    for (int i = 0; i < n; i++)
        if (do_file(w, path[i], err) < 0)
            return err->code;
    if (w->nframe == 0)
        return err_set(err, ERR_FORMAT, "%s: there are no frames", path[0]);
    return format == BINARY ? stored_end(&w->stored, err) : 0;
}

int main(int argc, char **argv)
{
    int i = cli_parse(&cli, argc, argv);
    struct work w = {0};
    struct err err;

    if (wanted() != DERIVE_NOTHING && format == TEXT) {
        err_set(&err, ERR_RANGE, "--%s needs --format=json or --format=binary",
                derivatives ? "derivatives" : "strain");
        return cli_fail(&cli, &err);
    }
    la_threads(threads);
    w.out = output_open(output, &err);
    if (!w.out)
        return cli_fail(&cli, &err);
    int ret = do_all(&w, argc - i, argv + i, &err);
    stored_out_release(&w.stored);
    if (ret < 0)
        output_discard(w.out, output);
    else
        ret = output_close(w.out, output, &err);
    features_release(&w.f);
    neighbors_release(&w.nb);
    descriptor_release(&w.d);
    return ret < 0 ? cli_fail(&cli, &err) : STATUS_YES;
}
