/* dft-single - label frames with energies and forces */

#include <string.h>
#include <unistd.h>

#include <morsel/la.h>

#include "dft-single/session.h"

static const struct cli cli;
static int engine_choice;
static struct session s = {
    .cli = &cli,
    .input = "-",
    .output = "-",
    .task = "1/1",
    .max_failed = -1,
    .tries = 1,
    .overlap = 0.5,
};
static double timeout;
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
    if (verbose || (!s.quiet && isatty(STDERR_FILENO)))
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
    {CLI_TEXT, 'o', "output", "FILE", &s.output, 0, 0,
     "write FILE, not stdout; goes on with FILE.part", NULL},
    {CLI_TEXT, 0, "failed", "FILE", &s.failed, 0, 0,
     "write the frames that failed (- in a pipe)", NULL},
    {CLI_TEXT, 0, "ledger", "FILE", &s.ledger, 0, 0, "append a line per answer",
     NULL},
    {CLI_TEXT, 0, "task", "I/N", &s.task, 0, 0,
     "label frames I, I+N, ... only (1/1)", NULL},
    {CLI_INT, 0, "max-failed", "N", &s.max_failed, 0, 1e9,
     "stop when more than N frames have failed", NULL},
    {CLI_INT, 0, "tries", "N", &s.tries, 1, 100,
     "how often to ask for a frame that fails (1)", NULL},
    {CLI_REAL, 0, "overlap", "X", &s.overlap, 0, 10,
     "refuse atoms closer than X covalent radii (0.5)", NULL},
    {CLI_FLAG, 'q', "quiet", NULL, &s.quiet, 0, 0, "print no summary", NULL},
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
    {CLI_FLAG, 0, "estimate", NULL, &s.estimate, 0, 0,
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

int main(int argc, char **argv)
{
    int i, ret;
    struct err err;

    dft_defaults(&pw);
    i = cli_parse(&cli, argc, argv);
    if (i < argc)
        s.input = argv[i];
    if (!s.failed && strcmp(s.input, "-") == 0 && strcmp(s.output, "-") == 0)
        s.failed = "-"; /* whoever asks through pipes waits for an answer */
    ret = open_engine[engine_choice](&s.engine, &err);
    if (ret == 0)
        ret = session_open(&s, &err);
    if (ret == 0)
        ret = session_run(&s, &err);
    if (session_close(&s, ret, &err) < 0)
        return cli_fail(&cli, &err);
    if (!s.quiet && !s.estimate) {
        fprintf(stderr, "%s: ", cli.name);
        tally_print(&s.tally, stderr);
    }
    return s.tally.failed ? STATUS_NO : STATUS_YES;
}
