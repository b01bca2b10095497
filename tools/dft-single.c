/* dft-single - label frames with energies and forces */

#include <string.h>
#include <unistd.h>

#include <morsel/cli.h>
#include <morsel/engine.h>
#include <morsel/io.h>
#include <morsel/la.h>

static const struct cli cli;
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

/* What plane waves have in common, whoever computes. */
static double ecut = 500;
static const char *kpoints = "1,1,1";
static const char *kshift = "0,0,0";
static const char *const smearings[] = {"mp",    "mv",   "fd",
                                        "gauss", "none", NULL};
static int smearing;
static double sigma = 0.1;
static const char *pseudo;
static int max_scf = 100;

static struct dft_params pw; /* dft_defaults() */
static const char *grid = "0,0,0";
static const char *max_memory;
static bool no_symmetry;
static int threads;
static bool estimate;
static bool verbose;
static struct qe_params qe = {.dual = 4, .conv = 1e-8};

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

static int open_qe(struct engine *e, struct err *err)
{
    qe.launch = command.command;
    qe.timeout = timeout;
    qe.ecut = ecut;
    qe.smearing = smearings[smearing];
    qe.sigma = sigma;
    qe.pseudo = pseudo;
    qe.max_scf = max_scf;
    if (cli_three("kpoints", kpoints, 1, 1000, qe.kgrid, err) < 0 ||
        cli_three("kshift", kshift, 0, 1, qe.kshift, err) < 0)
        return ERR_RANGE;
    return engine_qe(e, &qe, err);
}

/* What --max-memory says, or nine tenths of what the machine has. */
static int take_memory(struct err *err)
{
    if (max_memory)
        return cli_size("max-memory", max_memory, &pw.max_memory, err);
    pw.max_memory =
        0.9 * (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    return 0;
}

static int open_pw(struct engine *e, struct err *err)
{
    static const enum dft_smearing kinds[] = {DFT_MP, DFT_MV, DFT_FD, DFT_GAUSS,
                                              DFT_FIXED};

    if (cli_given(&cli, "ecut"))
        pw.ecut = ecut;
    if (cli_given(&cli, "max-scf"))
        pw.max_scf = max_scf;
    pw.smearing = kinds[smearing];
    pw.sigma = sigma;
    pw.pseudo = pseudo;
    pw.symmetry = !no_symmetry;
    if (cli_given(&cli, "kspacing") && cli_given(&cli, "kpoints"))
        return err_set(err, ERR_RANGE,
                       "--kpoints and --kspacing exclude each "
                       "other");
    if (cli_three("kpoints", kpoints, 1, 1000, pw.kgrid, err) < 0 ||
        cli_three("kshift", kshift, 0, 1, pw.kshift, err) < 0 ||
        cli_three("grid", grid, 0, 10000, pw.grid, err) < 0 ||
        take_memory(err) < 0)
        return ERR_RANGE;
    if (verbose || (!quiet && isatty(STDERR_FILENO)))
        pw.log = stderr;
    la_threads(threads);
    mem_keep_freed();
    return engine_pw(e, &pw, verbose ? stderr : NULL, err);
}

static const char *const engines[] = {"pw",      "emt",    "qe",
                                      "command", "replay", NULL};
static int (*const open_engine[])(struct engine *e, struct err *err) = {
    open_pw, open_emt, open_qe, open_command, open_replay};

/* Who has which options. */
static const char *const of_dft[] = {"pw", "qe", NULL};
static const char *const of_pw[] = {"pw", NULL};
static const char *const of_qe[] = {"qe", NULL};
static const char *const of_programs[] = {"command", "qe", NULL};
static const char *const of_command[] = {"command", NULL};
static const char *const of_replay[] = {"replay", NULL};

static const struct cli_opt opts[] = {
    {CLI_CHOICE, 'e', "engine", "NAME", &engine_choice, 0, 0,
     "who labels: pw, emt, qe, command, replay (pw)", engines},
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
    {CLI_ONLY, 0, "engine", NULL, NULL, 0, 0, NULL, of_dft},
    {CLI_REAL, 0, "ecut", "EV", &ecut, 1, 1e5,
     "plane-wave cutoff (680; qe: 500)", NULL},
    {CLI_TEXT, 0, "kpoints", "A,B,C", &kpoints, 0, 0,
     "Monkhorst-Pack grid (1,1,1)", NULL},
    {CLI_TEXT, 0, "kshift", "A,B,C", &kshift, 0, 0,
     "1 shifts it by half a step (0,0,0)", NULL},
    {CLI_CHOICE, 0, "smearing", "KIND", &smearing, 0, 0,
     "mp, mv, fd, gauss or none (mp)", smearings},
    {CLI_REAL, 0, "sigma", "EV", &sigma, 1e-4, 10, "its width (0.1)", NULL},
    {CLI_TEXT, 0, "pseudo", "LIST", &pseudo, 0, 0,
     "potentials: Cu=Cu.upf,C=C.upf; pw: or a folder", NULL},
    {CLI_INT, 0, "max-scf", "N", &max_scf, 1, 10000,
     "most iterations of the SCF (60; qe: 100)", NULL},
    {CLI_ONLY, 0, "engine", NULL, NULL, 0, 0, NULL, of_pw},
    {CLI_TEXT, 0, "xc", "NAME", &pw.xc, 0, 0,
     "PBE, RPBE, PBEsol, LDA, ... or of libxc (PBE)", NULL},
    {CLI_FLAG, 0, "spin", NULL, &pw.spin, 0, 0,
     "two spins, from the column initial_magmoms", NULL},
    {CLI_REAL, 0, "kspacing", "K", &pw.kspacing, 0.001, 100,
     "k-points at most K 1/angstrom apart", NULL},
    {CLI_INT, 0, "bands", "N", &pw.bands, 1, 1e6,
     "states of a k-point (chosen)", NULL},
    {CLI_FLAG, 0, "no-symmetry", NULL, &no_symmetry, 0, 0,
     "use no symmetry but k = -k", NULL},
    {CLI_FLAG, 0, "dipole", NULL, &pw.dipole, 0, 0,
     "no field between a slab and its images along z", NULL},
    {CLI_REAL, 0, "force-tol", "F", &pw.force_tol, 1e-7, 1,
     "error of a force that ends the SCF, eV/A (0.001)", NULL},
    {CLI_TEXT, 0, "grid", "A,B,C", &grid, 0, 0,
     "points of the density (chosen)", NULL},
    {CLI_TEXT, 0, "checkpoint", "FOLDER", &pw.checkpoint, 0, 0,
     "go on from its density, and leave ours", NULL},
    {CLI_FLAG, 0, "accept-overlap", NULL, &pw.accept_overlap, 0, 0,
     "label overlapping atoms too, with dft_overlap=T", NULL},
    {CLI_FLAG, 0, "estimate", NULL, &estimate, 0, 0,
     "print what it would take, and label nothing", NULL},
    {CLI_TEXT, 0, "max-memory", "SIZE", &max_memory, 0, 0,
     "refuse what takes more: 8G, 500M (90 % of all)", NULL},
    {CLI_INT, 'j', "threads", "N", &threads, 0, 1024,
     "threads; 0: OMP_NUM_THREADS, or all cores (0)", NULL},
    {CLI_FLAG, 'v', "verbose", NULL, &verbose, 0, 0,
     "tell steps, energies and states (stderr)", NULL},
    {CLI_ONLY, 0, "engine", NULL, NULL, 0, 0, NULL, of_qe},
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
    .example = "dft-single --ecut=800 --kspacing=0.3 -o labelled.xyz al.xyz",
};

/* All that is open while frames are labelled. */
struct session {
    struct engine engine;
    struct shelf good, failed;
    struct shelf *bad; /* where failures go; NULL: nowhere */
    struct ledger ledger;
    struct tally tally;
    int noted;       /* labels there was something to say of */
    FILE *estimates; /* instead of all that */
};

static int open_session(struct session *s, struct err *err)
{
    int ret;

    *s = (struct session){0};
    if (failed_path && strcmp(failed_path, output) == 0 &&
        strcmp(output, "-") != 0)
        return err_set(err, ERR_RANGE, "--failed and --output are both '%s'",
                       output);
    ret = open_engine[engine_choice](&s->engine, err);
    if (ret == 0 && estimate) {
        s->estimates = output_open(output, err);
        return s->estimates ? 0 : ERR_IO;
    }
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
    if (s->estimates && ret == 0)
        return output_close(s->estimates, output, err);
    if (s->estimates)
        output_discard(s->estimates, output);
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
    else if (*o->detail && !quiet && !s->noted++)
        cli_say(&cli, "%s:%ld: %s", input, f->line, o->detail);
    label_store(f, &s->engine, o);
    if (o->ok)
        ret = shelf_add(&s->good, f, err);
    else if (s->bad)
        ret = shelf_add(s->bad, f, err);
    return ret;
}

/* Tell what a frame would take, or why it will have no label. */
static int estimate_frame(struct session *s, const struct frame *f,
                          struct err *err)
{
    int ret = engine_pw_estimate(&s->engine, f, s->estimates, err);

    if (ret != ERR_RANGE)
        return ret;
    cli_say(&cli, "%s:%ld: refused: %s", input, f->line, err->msg);
    return 0;
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
    int first = 1, step = 1, ret = cli_task("task", task, &first, &step, err);
    struct text in;
    struct frame f;

    if (ret == 0)
        ret = text_open(&in, path, err);
    if (ret < 0)
        return ret;
    for (long n = 1; (ret = frame_read(&in, &f, err)) > 0; n++) {
        if (n % step == first % step)
            ret =
                estimate ? estimate_frame(s, &f, err) : label_frame(s, &f, err);
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
    int i, ret;
    struct session s;
    struct err err;

    dft_defaults(&pw);
    i = cli_parse(&cli, argc, argv);
    if (i < argc)
        input = argv[i];
    if (!failed_path && strcmp(input, "-") == 0 && strcmp(output, "-") == 0)
        failed_path = "-"; /* whoever asks through pipes waits for an answer */
    ret = open_session(&s, &err);
    if (ret == 0)
        ret = label_file(&s, input, &err);
    if (close_session(&s, ret, &err) < 0)
        return cli_fail(&cli, &err);
    if (!quiet && !estimate) {
        fprintf(stderr, "%s: ", cli.name);
        tally_print(&s.tally, stderr);
    }
    return s.tally.failed ? STATUS_NO : STATUS_YES;
}
