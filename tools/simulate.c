/* simulate - move atoms as a model, or an oracle, says */

#include "simulate/simulate.h"

#include <morsel/la.h>

enum mode { SINGLE, RELAX, MD, NEB, DIMER, ANALYZE };
static const char *const modes[] = {"single", "relax",   "md", "neb",
                                    "dimer",  "analyze", NULL};
static const char *const of_asking[] = {"single", "relax", "md",
                                        "neb",    "dimer", NULL};
static const char *const of_walks[] = {"relax", "md", "neb", "dimer", NULL};
static const char *const of_labelled[] = {"relax", "md", "neb", NULL};
static const char *const of_single_walks[] = {"relax", "md", "dimer", NULL};
static const char *const of_relaxing[] = {"relax", "neb", "dimer", NULL};
static const char *const of_md[] = {"md", NULL};
static const char *const of_analyze[] = {"analyze", NULL};
static const char *const of_neb[] = {"neb", NULL};
static const char *const of_dimer[] = {"dimer", NULL};
static const char *const of_chance[] = {"md", "dimer", NULL};
static const char *const of_relax[] = {"relax", NULL};
static const char *const cells[] = {"fixed", "full", "volume", "xy", NULL};
static const char *const methods[] = {"bfgs", "lbfgs", "fire", NULL};
static const char *const thermostats[] = {"none", "berendsen", "langevin",
                                          "bdp",  "nhc",       NULL};
static const char *const drifts[] = {"none", "keep", "ase", NULL};
static const char *const starts[] = {"idpp", "linear", NULL};
static const char *const tangents[] = {"improved", "aseneb", NULL};

static int mode = RELAX, threads;
static struct simulate run = {
    .output = "-",
    .input = "-",
    .every = 1,
    .yes = true,
    .limits = {.fmax = 0.05, .max_steps = 200, .collision = 0.5},
    .checkpoint = {.every = 1000},
    .relax = {.max_step = 0.2},
    .md = {.timestep = 1,
           .tau = 100,
           .steps = 1000,
           .max_temperature = 1e4,
           .tau_p = 1000,
           .compressibility = 0.01},
    .analyze = {.rmax = 6, .bins = 200, .lags = 100},
    .neb = {.images = 5, .params = {.spring = 0.1, .climb = 0.5}},
    .dimer = {.rotations = 4, .angle = 0.05},
};

static const struct cli_opt opts[] = {
    {CLI_TEXT, 'o', "output", "FILE", &run.output, 0, 0,
     "write FILE, not the standard output", NULL},
    {CLI_INT, 'j', "threads", "N", &threads, 0, 1024,
     "threads (0: one per core)", NULL},
    {CLI_FLAG, 'q', "quiet", NULL, &run.quiet, 0, 0, "no remarks", NULL},
    {CLI_FLAG, 'v', "verbose", NULL, &run.verbose, 0, 0,
     "a line per step to the standard error", NULL},
    {CLI_ONLY, 0, NULL, NULL, NULL, 0, 0, NULL, of_asking},
    {CLI_TEXT, 'm', "model", "FILE", &run.model, 0, 0, "ask this model", NULL},
    {CLI_TEXT, 0, "oracle", "COMMAND", &run.oracle, 0, 0,
     "ask a program that labels frames", NULL},
    {CLI_ONLY, 0, NULL, NULL, NULL, 0, 0, NULL, of_walks},
    {CLI_REAL, 0, "stop-uncertainty", "S", &run.limits.uncertainty, 0, 1e3,
     "stop if sigma_f of a free atom > S (0: never)", NULL},
    {CLI_REAL, 0, "max-displacement", "D", &run.limits.displacement, 0, 1e3,
     "stop before an atom is D from its start (0: no)", NULL},
    {CLI_REAL, 0, "collision", "X", &run.limits.collision, 0, 2,
     "closest approach, in sums of covalent radii (0.5)", NULL},
    {CLI_TEXT, 0, "fix", "LIST", &run.fix, 0, 0,
     "hold these atoms, from 0, as in 0-3,7", NULL},
    {CLI_REAL, 0, "fix-below", "Z", &run.fix_below, -1e6, 1e6,
     "hold the atoms with z below Z, angstrom", NULL},
    {CLI_INT, 0, "every", "N", &run.every, 1, 1e6,
     "write first, every Nth and last step (1)", NULL},
    {CLI_TEXT, 0, "checkpoint", "FILE", &run.checkpoint.path, 0, 0,
     "keep there what a restart needs", NULL},
    {CLI_INT, 0, "checkpoint-every", "N", &run.checkpoint.every, 1, 1e9,
     "steps, and at the end (1000)", NULL},
    {CLI_TEXT, 0, "restart", "FILE", &run.restart, 0, 0,
     "go on from that checkpoint", NULL},
    {CLI_ONLY, 0, NULL, NULL, NULL, 0, 0, NULL, of_labelled},
    {CLI_TEXT, 0, "label", "FILE", &run.label, 0, 0,
     "its labels are the answers where its atoms are", NULL},
    {CLI_ONLY, 0, NULL, NULL, NULL, 0, 0, NULL, of_single_walks},
    {CLI_REAL, 0, "stop-ratio", "R", &run.limits.ratio, 0, 1e3,
     "but not below R times the largest force (0)", NULL},
    {CLI_REAL, 0, "stop-sigma-e", "S", &run.limits.sigma_e, 0, 1e3,
     "stop if sigma_e > S, eV (0: never)", NULL},
    {CLI_ONLY, 0, NULL, NULL, NULL, 0, 0, NULL, of_relaxing},
    {CLI_REAL, 0, "fmax", "F", &run.limits.fmax, 1e-6, 100,
     "relaxed below this force, eV/angstrom (0.05)", NULL},
    {CLI_INT, 0, "max-steps", "N", &run.limits.max_steps, 0, 1e6,
     "give up after N steps (200)", NULL},
    {CLI_CHOICE, 0, "method", "NAME", &run.relax.method, 0, 0,
     "bfgs, lbfgs or fire (bfgs)", methods},
    {CLI_REAL, 0, "max-step", "D", &run.relax.max_step, 1e-4, 1,
     "longest move of an atom in a step, angstrom (0.2)", NULL},
    {CLI_ONLY, 0, NULL, NULL, NULL, 0, 0, NULL, of_relax},
    {CLI_CHOICE, 0, "cell", "HOW", &run.relax.cell, 0, 0,
     "the cell, too: full, volume or xy (fixed)", cells},
    {CLI_ONLY, 0, NULL, NULL, NULL, 0, 0, NULL, of_md},
    {CLI_CHOICE, 0, "thermostat", "NAME", &run.md.thermostat, 0, 0,
     "none, berendsen, langevin, bdp or nhc (none)", thermostats},
    {CLI_TEXT, 'T', "temperature", "T[:T2]", &run.md.temperature, 0, 0,
     "kelvin; T2: at the last step", NULL},
    {CLI_REAL, 0, "timestep", "DT", &run.md.timestep, 1e-3, 100, "fs (1)",
     NULL},
    {CLI_INT, 'n', "steps", "N", &run.md.steps, 0, 1e9, "how many (1000)",
     NULL},
    {CLI_REAL, 0, "tau", "TAU", &run.md.tau, 1e-3, 1e9,
     "time constant of the thermostat, fs (100)", NULL},
    {CLI_REAL, 0, "friction", "G", &run.md.friction, 0, 1e3,
     "of langevin, 1/fs (1/tau)", NULL},
    {CLI_CHOICE, 0, "drift", "NAME", &run.md.drift, 0, 0,
     "of the whole: none, keep or ase (none)", drifts},
    {CLI_REAL, 0, "pressure", "P", &run.md.pressure, -1e3, 1e3,
     "hold it, by the volume, GPa (none)", NULL},
    {CLI_REAL, 0, "tau-p", "TAU", &run.md.tau_p, 1e-3, 1e9,
     "time constant of the pressure, fs (1000)", NULL},
    {CLI_REAL, 0, "compressibility", "B", &run.md.compressibility, 0, 1e6,
     "about that of the system, 1/GPa (0.01)", NULL},
    {CLI_FLAG, 0, "draw", NULL, &run.md.draw, 0, 0,
     "new velocities, even if the frame has some", NULL},
    {CLI_REAL, 0, "max-temperature", "T", &run.md.max_temperature, 0, 1e9,
     "stop above this, kelvin (10000; 0: never)", NULL},
    {CLI_ONLY, 0, NULL, NULL, NULL, 0, 0, NULL, of_neb},
    {CLI_INT, 0, "images", "N", &run.neb.images, 3, 999,
     "images of the band, with its ends (5)", NULL},
    {CLI_CHOICE, 0, "start", "NAME", &run.neb.start, 0, 0,
     "first band: idpp or linear (idpp)", starts},
    {CLI_FLAG, 0, "relax-ends", NULL, &run.neb.relax_ends, 0, 0,
     "relax both ends first", NULL},
    {CLI_FLAG, 0, "only-start", NULL, &run.neb.only_start, 0, 0,
     "write the first band, and do not move it", NULL},
    {CLI_REAL, 0, "climb", "F", &run.neb.params.climb, 0, 1e6,
     "climb when the force is below F (0.5; 0: never)", NULL},
    {CLI_CHOICE, 0, "tangent", "NAME", &run.neb.tangent, 0, 0,
     "improved or aseneb (improved)", tangents},
    {CLI_REAL, 0, "spring", "K", &run.neb.params.spring, 1e-6, 1e3,
     "springs between images, eV/angstrom^2 (0.1)", NULL},
    {CLI_REAL, 0, "spring-low", "K", &run.neb.params.spring_low, 0, 1e3,
     "weakest, far from the saddle (0: all are alike)", NULL},
    {CLI_FLAG, 0, "keep-order", NULL, &run.neb.keep_order, 0, 0,
     "take the atoms in their order, whatever it is", NULL},
    {CLI_ONLY, 0, NULL, NULL, NULL, 0, 0, NULL, of_dimer},
    {CLI_INT, 0, "rotations", "N", &run.dimer.rotations, 0, 1000,
     "at most N rotations for each step (4)", NULL},
    {CLI_REAL, 0, "min-angle", "A", &run.dimer.angle, 0, 1.5,
     "rotate by no less than A, rad (0.05)", NULL},
    {CLI_ONLY, 0, NULL, NULL, NULL, 0, 0, NULL, of_chance},
    {CLI_INT, 's', "seed", "N", &run.seed, 0, 2147483647,
     "of all that is random (0)", NULL},
    {CLI_ONLY, 0, NULL, NULL, NULL, 0, 0, NULL, of_analyze},
    {CLI_INT, 0, "skip", "N", &run.analyze.skip, 0, 1e9,
     "leave out the first N frames (0)", NULL},
    {CLI_REAL, 0, "rmax", "R", &run.analyze.rmax, 0.1, 100,
     "distances up to R, angstrom (6)", NULL},
    {CLI_INT, 0, "bins", "N", &run.analyze.bins, 1, 1e6,
     "of the radial distributions (200)", NULL},
    {CLI_REAL, 0, "volume", "V", &run.analyze.volume, 0, 1e12,
     "they refer to, angstrom^3 (0: of cell or atoms)", NULL},
    {CLI_INT, 0, "lags", "N", &run.analyze.lags, 1, 1e6,
     "of the displacements (100)", NULL},
    {CLI_FLAG, 0, "remove-drift", NULL, &run.analyze.remove_drift, 0, 0,
     "displacements from the center of mass", NULL},
    {0},
};

static const struct cli cli = {
    .name = "simulate",
    .operands = "single|relax|md|neb|dimer|analyze [file]",
    .about = "move atoms as a model, or an oracle, says",
    .opts = opts,
    .min_operands = 0,
    .max_operands = 1,
    .example = "simulate relax --model=model -o traj.xyz start.xyz",
    .modes = modes,
    .mode = &mode,
};

/* What the option table cannot say. */
static int check_usage(const struct simulate *s, struct err *err)
{
    if (!s->model == !s->oracle)
        return err_set(err, ERR_RANGE, "one of --model and --oracle is needed");
    if (s->oracle && walk_doubts(&s->limits))
        return err_set(err, ERR_RANGE,
                       "an oracle has no uncertainty to stop at");
    if (s->oracle && s->every != 1)
        return err_set(err, ERR_RANGE,
                       "--every: each label of an oracle is kept");
    if ((mode == NEB || mode == DIMER) && s->oracle &&
        (s->checkpoint.path || s->restart))
        return err_set(err, ERR_RANGE,
                       "--checkpoint: the labels of a %s are kept as they "
                       "come: the same command goes on",
                       mode == NEB ? "band" : "dimer");
    if (s->relax.cell && s->limits.displacement > 0)
        return err_set(err, ERR_RANGE,
                       "--cell: atoms move with it, without "
                       "--max-displacement");
    return 0;
}

static int run_mode(struct simulate *s, struct err *err)
{
    switch ((enum mode)mode) {
    case SINGLE:
        return simulate_single(s, err);
    case NEB:
        return simulate_neb(s, err);
    case DIMER:
        return simulate_dimer(s, err);
    case RELAX:
        break;
    case MD:
        return simulate_md(s, err);
    case ANALYZE:
        return simulate_analyze(s, err);
    }
    return simulate_relax(s, err);
}

/* The modes that ask a model or an oracle, and write a trajectory. */
static int simulate(struct simulate *s, struct err *err)
{
    struct trajectory *t = &s->trajectory;
    int ret = check_usage(s, err);

    if (ret == 0)
        ret = s->oracle ? source_oracle(&s->source, s->oracle, err)
                        : source_model(&s->source, s->model, err);
    if (ret < 0)
        return ret;
    s->source.later = !walk_doubts(&s->limits);
    if ((ret = open_files(s, modes[mode], err)) == 0) {
        if ((ret = run_mode(s, err)) == 0)
            ret = trajectory_close(t, err);
        else
            trajectory_fail(t);
    }
    source_release(&s->source);
    checkpoint_release(&s->checkpoint);
    bin_release(&s->past);
    return ret;
}

int main(int argc, char **argv)
{
    int i = cli_parse(&cli, argc, argv), ret;
    struct err err;

    run.cli = &cli;
    if (i < argc)
        run.input = argv[i];
    la_threads(threads);
    ret = mode == ANALYZE ? run_mode(&run, &err) : simulate(&run, &err);
    if (ret < 0)
        return cli_fail(&cli, &err);
    return run.yes ? STATUS_YES : STATUS_NO;
}
