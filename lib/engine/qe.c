#include "qe.h"

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process.h"

struct qe {
    struct qe_settings settings;
    char **words; /* of the command, with "-in pw.in" */
    double timeout;
    bool keep;
    char *scratch; /* folder that holds the folders of the runs */
    bool own;      /* we made it */
};

/* A file of the folder of a run; the caller frees it. */
static char *in_folder(const char *folder, const char *name)
{
    return xasprintf("%s/%s", folder, name);
}

/*
 * Make the folder of a run, scratch/ID, where ID is that of the frame.  What
 * another run has left there is never touched, let alone read.
 */
static char *make_folder(const struct qe *q, const struct atoms *a,
                         struct err *err)
{
    for (int i = 1; i < 1000; i++) {
        char suffix[8] = "";
        char *folder;

        if (i > 1)
            snprintf(suffix, sizeof suffix, ".%d", i);
        folder =
            xasprintf("%s/%016" PRIx64 "%s", q->scratch, atoms_hash(a), suffix);
        if (mkdir(folder, 0777) == 0)
            return folder;
        if (errno != EEXIST || i == 999)
            err_errno(err, "cannot make the folder '%s'", folder);
        free(folder);
        if (errno != EEXIST)
            break;
    }
    return NULL;
}

static int remove_entry(const char *path, const struct stat *st, int type,
                        struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

/* Best effort: a file that cannot be removed does no harm to a label. */
static void remove_folder(const char *folder)
{
    (void)nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* The potentials of a run stand in its folder under names without surprise. */
static int link_pseudos(const struct qe *q, const struct qe_types *y,
                        const char *folder, struct err *err)
{
    for (int i = 0; i < y->n; i++) {
        const char *from = q->settings.pseudo[y->type[i].z].path;
        char *to = in_folder(folder, y->type[i].file);
        int ret = symlink(from, to);

        if (ret < 0 && errno != EEXIST) { /* two types of one element */
            err_errno(err, "cannot link '%s'", to);
            free(to);
            return ERR_IO;
        }
        free(to);
    }
    return 0;
}

static int write_input(const struct qe *q, const struct qe_types *y,
                       const struct atoms *a, const char *folder,
                       struct err *err)
{
    char *path = in_folder(folder, "pw.in");
    FILE *f = fopen(path, "w");
    int ret = 0;

    if (f) {
        qe_write_input(f, &q->settings, y, a);
        ret = ferror(f);
        ret |= fclose(f);
    }
    if (!f || ret != 0)
        ret = err_errno(err, "cannot write '%s'", path);
    free(path);
    return ret;
}

/* Turn what pw.x printed into a label, or the reason why not. */
static int read_output(const char *path, struct qe *q, const struct ending *end,
                       const struct atoms *a, struct outcome *out,
                       struct err *err)
{
    struct text t;

    if (text_open(&t, path, err) < 0)
        return ERR_IO;
    qe_read_output(&t, a, out);
    text_close(&t);
    /* where the SCF did not converge, the status is not 0 either */
    if (end->timed_out || strcmp(out->reason, "scf") != 0)
        (void)process_ended_well(end, q->words[0], out);
    return 0;
}

/* Why the program crashed, in its own words or those of its launcher. */
static void explain(const char *output, const char *errors, struct outcome *out)
{
    char what[160] = "";
    struct text t;
    struct err err;

    if (text_open(&t, output, &err) == 0) {
        qe_read_error(&t, what, sizeof what);
        text_close(&t);
    }
    if (!*what && text_open(&t, errors, &err) == 0) {
        qe_read_complaint(&t, what, sizeof what);
        text_close(&t);
    }
    if (*what) {
        size_t used = strlen(out->detail);

        snprintf(out->detail + used, sizeof out->detail - used, ": %s", what);
    }
}

static int run_in(struct qe *q, const struct frame *f, const struct qe_types *y,
                  const char *folder, struct outcome *out, struct err *err)
{
    char *output = in_folder(folder, "pw.out");
    char *errors = in_folder(folder, "pw.err");
    struct run run = {.argv = q->words,
                      .folder = folder,
                      .output = output,
                      .errors = errors,
                      .timeout = q->timeout};
    struct ending end;
    int ret = link_pseudos(q, y, folder, err);

    if (ret == 0)
        ret = write_input(q, y, &f->atoms, folder, err);
    if (ret == 0)
        ret = process_run(&run, &end, err);
    if (ret == 0)
        ret = read_output(output, q, &end, &f->atoms, out, err);
    if (ret == 0 && !out->ok && strcmp(out->reason, "crash") == 0)
        explain(output, errors, out);
    free(output);
    free(errors);
    return ret;
}

static int qe_label(struct engine *e, const struct frame *f,
                    struct outcome *out, struct err *err)
{
    const double(*c)[3] = f->atoms.cell;
    struct qe *q = e->self;
    struct qe_types y;
    char *folder;
    int ret = ERR_IO;

    *out = (struct outcome){0};
    if (volume3(c[0], c[1], c[2]) == 0) /* repeated whatever pbc says */
        return outcome_fail(out, "refused",
                            "pw.x needs a cell in all three directions");
    for (int i = 0; i < f->atoms.natoms; i++)
        if (qe_pseudo_check(&q->settings, f->atoms.z[i], err) < 0)
            return ERR_RANGE;
    if (!qe_types_init(&y, &q->settings, f, out))
        return 0;
    folder = make_folder(q, &f->atoms, err);
    if (folder) {
        ret = run_in(q, f, &y, folder, out, err);
        if (!q->keep)
            remove_folder(folder);
    }
    free(folder);
    qe_types_release(&y);
    if (ret < 0)
        outcome_release(out);
    return ret;
}

static void qe_release(struct engine *e)
{
    struct qe *q = e->self;

    if (!q)
        return;
    if (q->own && !q->keep)
        remove_folder(q->scratch);
    free(q->scratch);
    command_free(q->words);
    qe_settings_release(&q->settings);
    free(q);
    e->self = NULL;
}

/* The words of the command, and "-in pw.in". */
static int take_command(struct qe *q, const char *launch, struct err *err)
{
    int n = 0;

    q->words = command_split(launch ? launch : "pw.x", err);
    if (!q->words)
        return ERR_FORMAT;
    while (q->words[n])
        n++;
    q->words = xrealloc(q->words, (size_t)n + 3, sizeof *q->words);
    q->words[n] = xstrdup("-in");
    q->words[n + 1] = xstrdup("pw.in");
    q->words[n + 2] = NULL;
    return 0;
}

static int take_scratch(struct qe *q, const char *scratch, struct err *err)
{
    const char *tmp = getenv("TMPDIR");

    if (q->keep && !scratch)
        return err_set(err, ERR_RANGE,
                       "to keep the folders of the runs, say where: scratch");
    if (scratch) {
        if (mkdir(scratch, 0777) < 0 && errno != EEXIST)
            return err_errno(err, "cannot make the folder '%s'", scratch);
        q->scratch = xstrdup(scratch);
        return 0;
    }
    q->scratch = xasprintf("%s/morsel-qe-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(q->scratch))
        return err_errno(err, "cannot make a folder in '%s'",
                         tmp && *tmp ? tmp : "/tmp");
    q->own = true;
    return 0;
}

int engine_qe(struct engine *e, const struct qe_params *p, struct err *err)
{
    struct qe *q = xcalloc(1, sizeof *q);
    int ret;

    *e = (struct engine){
        .name = "qe", .label = qe_label, .release = qe_release, .self = q};
    q->timeout = p->timeout;
    q->keep = p->keep;
    ret = qe_settings_init(&q->settings, p, err);
    if (ret == 0)
        ret = take_command(q, p->launch, err);
    if (ret == 0)
        ret = take_scratch(q, p->scratch, err);
    if (ret < 0) {
        qe_release(e);
        return ret;
    }
    snprintf(e->settings, sizeof e->settings, "%016" PRIx64,
             qe_settings_hash(&q->settings));
    return 0;
}
