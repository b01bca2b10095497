/* dft-single - label frames with energies and forces */

#include <stdlib.h>
#include <string.h>

#include <morsel/cli.h>
#include <morsel/engine.h>
#include <morsel/io.h>

static int engine_choice;
static const char *input = "-";
static const char *output = "-";
static const char *failed_path;
static const char *ledger_path;
static const char *task = "1/1";
static int max_failed = -1;
static int tries = 1;
static double overlap = 0.5;
static double timeout;
static bool quiet;
static struct command_params command;
static const char *labels;
static double tol = 1e-3;

static struct qe_params qe = {
    .ecut = 500,
    .dual = 4,
    .sigma = 0.1,
    .conv = 1e-8,
    .max_scf = 100,
};
static const char *kpoints = "1,1,1";
static const char *kshift = "0,0,0";
static const char *const smearings[] = {"mp",    "mv",   "fd",
                                        "gauss", "none", NULL};
static int smearing;

static int open_emt(struct engine *e, struct err *err)
{
    (void)err;
    engine_emt(e);
    return 0;
}

static int open_command(struct engine *e, struct err *err)
{
    command.timeout = timeout;
    if (!command.command)
        return err_set(err, ERR_RANGE,
                       "--engine=command needs --command=COMMAND");
    return engine_command(e, &command, err);
}

static int open_replay(struct engine *e, struct err *err)
{
    if (!labels)
        return err_set(err, ERR_RANGE, "--engine=replay needs --labels=FILE");
    return engine_replay(e, labels, tol, err);
}

/* Three whole numbers "A,B,C" from lo to hi. */
static int parse_three(const char *word, const char *list, int lo, int hi,
                       int x[3], struct err *err)
{
    int n;
    char **part = cli_split(list, &n);
    bool ok = n == 3;

    for (int i = 0; ok && i < 3; i++)
        ok = parse_int(part[i], &x[i]) == 0 && x[i] >= lo && x[i] <= hi;
    cli_free(part);
    if (!ok)
        return err_set(err, ERR_RANGE,
                       "--%s: '%s' is not A,B,C, numbers from %d to %d", word,
                       list, lo, hi);
    return 0;
}

static int open_qe(struct engine *e, struct err *err)
{
    qe.launch = command.command;
    qe.smearing = smearings[smearing];
    qe.timeout = timeout;
    if (parse_three("kpoints", kpoints, 1, 1000, qe.kgrid, err) < 0 ||
        parse_three("kshift", kshift, 0, 1, qe.kshift, err) < 0)
        return ERR_RANGE;
    return engine_qe(e, &qe, err);
}

static int open_pw(struct engine *e, struct err *err)
{
    (void)e;
    return err_set(err, ERR_RANGE,
                   "--engine=pw is not built yet: expected emt, qe, command "
                   "or replay");
}

static const char *const engines[] = {"emt",    "qe", "command",
                                      "replay", "pw", NULL};
static int (*const open_engine[])(struct engine *e, struct err *err) = {
    open_emt, open_qe, open_command, open_replay, open_pw};

/* Who has which options. */
static const char *const of_qe[] = {"qe", NULL};
static const char *const of_programs[] = {"command", "qe", NULL};
static const char *const of_command[] = {"command", NULL};
static const char *const of_replay[] = {"replay", NULL};

static const struct cli_opt opts[] = {
    {CLI_CHOICE, 'e', "engine", "NAME", &engine_choice, 0, 0,
     "who labels: emt, qe, command, replay (emt)", engines},
    {CLI_TEXT, 'o', "output", "FILE", &output, 0, 0,
     "write FILE, not stdout; goes on with FILE.part", NULL},
    {CLI_TEXT, 0, "failed", "FILE", &failed_path, 0, 0,
     "write the frames that failed (- in a pipe)", NULL},
    {CLI_TEXT, 0, "ledger", "FILE", &ledger_path, 0, 0,
     "append a line per answer", NULL},
    {CLI_TEXT, 0, "task", "I/N", &task, 0, 0,
     "label frames I, I+N, ... only (1/1)", NULL},
    {CLI_INT, 0, "max-failed", "N", &max_failed, 0, 1e9,
     "stop when more than N frames have failed", NULL},
    {CLI_INT, 0, "tries", "N", &tries, 1, 100,
     "how often to ask for a frame that fails (1)", NULL},
    {CLI_REAL, 0, "overlap", "X", &overlap, 0, 10,
     "refuse atoms closer than X covalent radii (0.5)", NULL},
    {CLI_FLAG, 'q', "quiet", NULL, &quiet, 0, 0, "print no summary", NULL},
    {CLI_ONLY, 0, "engine", NULL, NULL, 0, 0, NULL, of_qe},
    {CLI_REAL, 0, "ecut", "EV", &qe.ecut, 1, 1e5, "plane-wave cutoff (500)",
     NULL},
    {CLI_TEXT, 0, "kpoints", "A,B,C", &kpoints, 0, 0,
     "Monkhorst-Pack grid (1,1,1)", NULL},
    {CLI_TEXT, 0, "kshift", "A,B,C", &kshift, 0, 0,
     "1 shifts it by half a step (0,0,0)", NULL},
    {CLI_CHOICE, 0, "smearing", "KIND", &smearing, 0, 0,
     "mp, mv, fd, gauss or none (mp)", smearings},
    {CLI_REAL, 0, "sigma", "EV", &qe.sigma, 1e-4, 10, "its width (0.1)", NULL},
    {CLI_TEXT, 0, "pseudo", "LIST", &qe.pseudo, 0, 0,
     "potentials by name: Cu=Cu.upf,C=C.upf", NULL},
    {CLI_INT, 0, "max-scf", "N", &qe.max_scf, 1, 10000, "most iterations (100)",
     NULL},
    {CLI_TEXT, 0, "pseudo-dir", "FOLDER", &qe.pseudo_dir, 0, 0,
     "where the potentials are, Element.*.upf", NULL},
    {CLI_REAL, 0, "dual", "X", &qe.dual, 1, 100,
     "density cutoff over that of the waves (4)", NULL},
    {CLI_REAL, 0, "conv", "EV", &qe.conv, 1e-14, 1,
     "energy error that ends the SCF (1e-8)", NULL},
    {CLI_TEXT, 0, "input", "FILE", &qe.input, 0, 0,
     "namelists to add, see morsel-qe(7)", NULL},
    {CLI_TEXT, 0, "scratch", "FOLDER", &qe.scratch, 0, 0,
     "where pw.x runs, not TMPDIR", NULL},
    {CLI_FLAG, 0, "keep", NULL, &qe.keep, 0, 0, "keep the folders of its runs",
     NULL},
    {CLI_ONLY, 0, "engine", NULL, NULL, 0, 0, NULL, of_programs},
    {CLI_TEXT, 0, "command", "COMMAND", &command.command, 0, 0,
     "program that labels a frame; qe: the pw.x to run", NULL},
    {CLI_REAL, 0, "timeout", "SECONDS", &timeout, 0, 1e9,
     "end a program that takes longer (0: never)", NULL},
    {CLI_ONLY, 0, "engine", NULL, NULL, 0, 0, NULL, of_command},
    {CLI_FLAG, 0, "alive", NULL, &command.keep, 0, 0,
     "one process of COMMAND for all frames", NULL},
    {CLI_ONLY, 0, "engine", NULL, NULL, 0, 0, NULL, of_replay},
    {CLI_TEXT, 0, "labels", "FILE", &labels, 0, 0, "labelled frames", NULL},
    {CLI_REAL, 0, "tol", "R", &tol, 0, 100,
     "how far from a labelled frame, angstrom (0.001)", NULL},
    {0},
};

static const struct cli cli = {
    .name = "dft-single",
    .operands = "[file]",
    .about = "label frames with energies and forces",
    .opts = opts,
    .max_operands = 1,
    .example = "dft-single --engine=emt -o labelled.xyz start.xyz",
};

/* How often each result came. */
enum { MAX_RESULTS = 16 };
struct tally {
    int asked, failed, n;
    struct {
        char name[16];
        int count;
    } result[MAX_RESULTS];
};

static void tally_add(struct tally *t, const char *result, bool ok)
{
    int i = 0;

    while (i < t->n && strcmp(t->result[i].name, result) != 0)
        i++;
    if (i == MAX_RESULTS)
        i--; /* more words than a person reads */
    snprintf(t->result[i].name, sizeof t->result[i].name, "%s", result);
    t->result[i].count++;
    t->n = i == t->n ? t->n + 1 : t->n;
    t->asked++;
    t->failed += !ok;
}

static void tally_print(const struct tally *t)
{
    fprintf(stderr, "%s: asked %d, labelled %d, failed %d", cli.name, t->asked,
            t->asked - t->failed, t->failed);
    for (int i = 0; i < t->n; i++)
        fprintf(stderr, "%s%s %d", i ? ", " : " (", t->result[i].name,
                t->result[i].count);
    fputs(t->n ? ")\n" : "\n", stderr);
}

/* All that is open while frames are labelled. */
struct session {
    struct engine engine;
    struct shelf good, failed;
    struct shelf *bad; /* where failures go; NULL: nowhere */
    struct ledger ledger;
    struct tally tally;
};

static int parse_task(int *first, int *step, struct err *err)
{
    char *text = xstrdup(task), *slash = strchr(text, '/');
    bool ok = slash != NULL;

    if (ok) {
        *slash = '\0';
        ok = parse_int(text, first) == 0 && parse_int(slash + 1, step) == 0 &&
             *first >= 1 && *first <= *step;
    }
    free(text);
    if (!ok)
        return err_set(err, ERR_RANGE,
                       "--task: '%s' is not I/N with I from 1 to N", task);
    return 0;
}

static int open_session(struct session *s, struct err *err)
{
    int ret;

    *s = (struct session){0};
    if (failed_path && strcmp(failed_path, output) == 0 &&
        strcmp(output, "-") != 0)
        return err_set(err, ERR_RANGE, "--failed and --output are both '%s'",
                       output);
    ret = open_engine[engine_choice](&s->engine, err);
    if (ret == 0)
        ret = shelf_open(&s->good, output, &s->engine, err);
    if (ret == 0 && failed_path && strcmp(failed_path, output) == 0) {
        s->bad = &s->good;
    } else if (ret == 0 && failed_path) {
        ret = shelf_open(&s->failed, failed_path, &s->engine, err);
        s->bad = &s->failed;
    }
    if (ret == 0)
        ret = ledger_open(&s->ledger, ledger_path, err);
    return ret;
}

/* Give the files their names if all went well; leave them otherwise. */
static int close_session(struct session *s, int ret, struct err *err)
{
    if (s->engine.release)
        s->engine.release(&s->engine);
    if (ret == 0 && s->bad == &s->failed)
        ret = shelf_close(&s->failed, err);
    if (ret == 0)
        ret = shelf_close(&s->good, err);
    shelf_leave(&s->failed);
    shelf_leave(&s->good);
    ledger_close(&s->ledger);
    return ret;
}

/* Was the frame finished by an earlier run? */
static bool finished(struct session *s, const struct frame *f)
{
    uint64_t id = atoms_hash(&f->atoms);

    if (shelf_take(&s->good, id)) {
        tally_add(&s->tally, "kept", true);
        return true;
    }
    if (s->bad && shelf_take(s->bad, id)) {
        tally_add(&s->tally, "failed-before", false);
        return true;
    }
    return false;
}

/* Say why there is no label, unless whoever asks gets that for an answer. */
static void complain(const struct session *s, const struct frame *f,
                     const struct outcome *o)
{
    if (s->bad != &s->good)
        cli_say(&cli, "%s:%ld: %s: %s", input, f->line, o->reason, o->detail);
}

/* Write what came out, the label before the line about it: a label that is
 * lost is computed a second time. */
static int put(struct session *s, struct frame *f, const struct outcome *o,
               struct err *err)
{
    int ret = 0;

    tally_add(&s->tally, o->ok ? "ok" : o->reason, o->ok);
    if (!o->ok)
        complain(s, f, o);
    label_store(f, &s->engine, o);
    if (o->ok)
        ret = shelf_add(&s->good, f, err);
    else if (s->bad)
        ret = shelf_add(s->bad, f, err);
    return ret;
}

/* Ask until there is a label, at most `tries` times. */
static int label_frame(struct session *s, struct frame *f, struct err *err)
{
    bool last = finished(s, f);
    int ret = 0;

    label_strip(f);
    for (int i = 1; !last && ret == 0; i++) {
        struct outcome o;

        ret = engine_ask(&s->engine, f, overlap, &o, err);
        last = i == tries || !outcome_may_change(&o);
        if (ret == 0 && last)
            ret = put(s, f, &o, err);
        if (ret == 0)
            ret = ledger_add(&s->ledger, &s->engine, f, &o, err);
        outcome_release(&o);
    }
    return ret;
}

/* The guard against a batch that is wrong as a whole. */
static int check_failures(const struct session *s, struct err *err)
{
    if (max_failed < 0 || s->tally.failed <= max_failed)
        return 0;
    return err_set(err, ERR_RANGE, "stopped: %d frames failed, --max-failed=%d",
                   s->tally.failed, max_failed);
}

static int label_file(struct session *s, const char *path, struct err *err)
{
    int first = 1, step = 1, ret = parse_task(&first, &step, err);
    struct text in;
    struct frame f;

    if (ret == 0)
        ret = text_open(&in, path, err);
    if (ret < 0)
        return ret;
    for (long n = 1; (ret = frame_read(&in, &f, err)) > 0; n++) {
        if (n % step == first % step)
            ret = label_frame(s, &f, err);
        if (ret == 0)
            ret = check_failures(s, err);
        frame_release(&f);
        if (ret < 0)
            break;
    }
    text_close(&in);
    return ret;
}

int main(int argc, char **argv)
{
    int i = cli_parse(&cli, argc, argv), ret;
    struct session s;
    struct err err;

    if (i < argc)
        input = argv[i];
    if (!failed_path && strcmp(input, "-") == 0 && strcmp(output, "-") == 0)
        failed_path = "-"; /* whoever asks through pipes waits for an answer */
    ret = open_session(&s, &err);
    if (ret == 0)
        ret = label_file(&s, input, &err);
    if (close_session(&s, ret, &err) < 0)
        return cli_fail(&cli, &err);
    if (!quiet)
        tally_print(&s.tally);
    return s.tally.failed ? STATUS_NO : STATUS_YES;
}
