/* train - fit a potential to labelled frames */

#include <morsel/la.h>

#include "train/train.h"

const char *const activations[] = {"tanh", "sigmoid", "softplus",
                                   "silu", "linear",  NULL};
const char *const optimizers[] = {"lbfgs", "adam", NULL};
const char *const schedules[] = {"constant", "cosine", NULL};
const char *const losses[] = {"robust", "paper", NULL};
const char *const scalings[] = {"range", "paper", "motion", NULL};
const char *const masks[] = {"all", "free", NULL};
const char *const kinds[] = {"deep", "shallow", NULL};
const char *const bootstraps[] = {"none", "fresh", "paper", NULL};
static const char *const fits[] = {"no", "depth", "all", NULL};
static const char *const models[] = {"network", "gp", "sgp", "auto", NULL};

static const char *const of_lbfgs[] = {"lbfgs", NULL};
static const char *const of_adam[] = {"adam", NULL};
static const char *const of_motion[] = {"motion", NULL};
static const char *const of_sgp[] = {"sgp", NULL};
static const char *const of_growth[] = {"paper", NULL};

static struct train t = {
    .output = "-",
    .prior = "published",
    .hidden = "20,20",
    .schedule =
        {.steps = 20, .memory = 50, .rate = 0.01, .period = 10, .mult = 2},
    .plan = {.epochs = 200, .seed = 1, .initial = 1},
    .loss = {.alpha = 1},
    .motion = 0.05,
    .members = 1,
    .environments = SGP_ENVIRONMENTS,
};
static int optimizer, annealing, threads;

static const struct cli_opt opts[] = {
    {CLI_TEXT, 'o', "output", "FILE", &t.output, 0, 0, "model file (stdout)",
     NULL},
    {CLI_CHOICE, 0, "model", "NAME", &t.model, 0, 0,
     "network gp sgp (Gaussian processes) auto (network)", models},
    {CLI_TEXT, 0, "prior", "NAME", &t.prior, 0, 0,
     "none, or a sum of FILE and names (published)", NULL},
    {CLI_CHOICE, 0, "fit-prior", "WHAT", &t.fit_prior, 0, 0,
     "of its wells, to forces: no depth all (no)", fits},
    {CLI_TEXT, 0, "set", "FILE", &t.set, 0, 0,
     "symmetry functions: fine, paper, neb, FILE (fine)", NULL},
    {CLI_TEXT, 0, "hidden", "N,...", &t.hidden, 0, 0,
     "widths of the hidden layers (20,20)", NULL},
    {CLI_CHOICE, 0, "activation", "NAME", &t.activation, 0, 0,
     "tanh sigmoid softplus silu linear (tanh)", activations},
    {CLI_CHOICE, 0, "optimizer", "NAME", &optimizer, 0, 0,
     "lbfgs or adam (lbfgs)", optimizers},
    {CLI_INT, 0, "epochs", "N", &t.plan.epochs, 0, 1e9, "at most (200)", NULL},
    {CLI_INT, 0, "steps", "N", &t.schedule.steps, 1, 1e6,
     "gradients per epoch (20)", NULL},
    {CLI_CHOICE, 0, "loss", "NAME", &t.units, 0, 0,
     "units of errors: robust or paper (robust)", losses},
    {CLI_REAL, 0, "alpha", "X", &t.loss.alpha, 0, 1e6,
     "weight of forces (1); 0: energies only", NULL},
    {CLI_REAL, 0, "stress-weight", "X", &t.loss.beta, 0, 1e6,
     "weight of the stress of crystals (0)", NULL},
    {CLI_REAL, 0, "huber", "X", &t.loss.huber, 0, 1e6,
     "errors count linearly above X units (off)", NULL},
    {CLI_REAL, 0, "decay", "X", &t.loss.decay, 0, 1e6,
     "penalty X/2 |weights|^2 (0)", NULL},
    {CLI_CHOICE, 0, "scaling", "NAME", &t.scaling, 0, 0,
     "of features: range paper motion (range)", scalings},
    {CLI_CHOICE, 0, "force-mask", "NAME", &t.mask, 0, 0,
     "forces that count: all or free (all)", masks},
    {CLI_TEXT, 0, "energy-key", "KEY", &t.names.energy, 0, 0,
     "label (free_energy, else energy)", NULL},
    {CLI_TEXT, 0, "forces-key", "KEY", &t.names.forces, 0, 0, "label (forces)",
     NULL},
    {CLI_INT, 0, "committee", "K", &t.members, 1, 1000, "members (1)", NULL},
    {CLI_CHOICE, 0, "committee-kind", "NAME", &t.kind, 0, 0,
     "deep, or shallow: one trunk, K heads (deep)", kinds},
    {CLI_CHOICE, 0, "bootstrap", "NAME", &t.bootstrap, 0, 0,
     "members draw frames: none fresh paper (none)", bootstraps},
    {CLI_TEXT, 0, "warm", "MODEL", &t.warm, 0, 0, "start from its weights",
     NULL},
    {CLI_TEXT, 0, "before", "MODEL", &t.before, 0, 0,
     "say if old frames are fitted worse than by it", NULL},
    {CLI_REAL, 0, "target-energy", "X", &t.schedule.target_e, 1e-12, 1e3,
     "error to reach, eV/atom; else status 1", NULL},
    {CLI_REAL, 0, "target-force", "X", &t.schedule.target_f, 1e-12, 1e3,
     "error to reach, eV/A; else status 1", NULL},
    {CLI_TEXT, 0, "history", "FILE", &t.history, 0, 0,
     "table of loss and errors per epoch", NULL},
    {CLI_FLAG, 0, "dry-run", NULL, &t.dry_run, 0, 0,
     "print sizes and memory, do not train", NULL},
    {CLI_INT, 's', "seed", "N", &t.plan.seed, 0, 2147483647, "of weights (1)",
     NULL},
    {CLI_INT, 'j', "threads", "N", &threads, 0, 1024, "0: all cores (0)", NULL},
    {CLI_FLAG, 'q', "quiet", NULL, &t.quiet, 0, 0, "do not print the errors",
     NULL},
    {CLI_FLAG, 'v', "verbose", NULL, &t.verbose, 0, 0,
     "say what the sigmas are calibrated by", NULL},
    {CLI_ONLY, 0, "optimizer", NULL, NULL, 0, 0, NULL, of_lbfgs},
    {CLI_INT, 0, "memory", "N", &t.schedule.memory, 1, 1000,
     "steps that lbfgs remembers (50)", NULL},
    {CLI_ONLY, 0, "optimizer", NULL, NULL, 0, 0, NULL, of_adam},
    {CLI_REAL, 0, "rate", "X", &t.schedule.rate, 1e-12, 10,
     "step size of adam (0.01)", NULL},
    {CLI_CHOICE, 0, "schedule", "NAME", &annealing, 0, 0,
     "of the rate: constant or cosine (constant)", schedules},
    {CLI_INT, 0, "period", "N", &t.schedule.period, 1, 1e6,
     "epochs of the first cosine (10)", NULL},
    {CLI_INT, 0, "mult", "N", &t.schedule.mult, 1, 1000,
     "the next is N times as long (2)", NULL},
    {CLI_INT, 0, "batch", "N", &t.batch, 1, 1e9,
     "frames of a step, read as needed (all)", NULL},
    {CLI_ONLY, 0, "model", NULL, NULL, 0, 0, NULL, of_sgp},
    {CLI_INT, 0, "environments", "N", &t.environments, 1, 20000,
     "of an element, at most (300)", NULL},
    {CLI_ONLY, 0, "scaling", NULL, NULL, 0, 0, NULL, of_motion},
    {CLI_REAL, 0, "motion", "X", &t.motion, 1e-6, 10,
     "least motion for that scaling, A (0.05)", NULL},
    {CLI_ONLY, 0, "bootstrap", NULL, NULL, 0, 0, NULL, of_growth},
    {CLI_INT, 0, "initial", "N", &t.plan.initial, 1, 1e9,
     "frames before the first query, for paper (1)", NULL},
    {0},
};

static const struct cli cli = {
    .name = "train",
    .operands = "[file]",
    .about = "fit a potential to labelled frames",
    .opts = opts,
    .max_operands = 1,
};

/*
 * MODEL_AUTO: the most frames of a sparse process.  Mean errors of forces, in
 * meV/angstrom, on the picosecond after the 2 ps of EMT dynamics that n frames
 * were taken from, by it and by one network of --prior=wall:
 *
 *     n      C/Cu(100)     O/Al(100)     N/Ni(111)     Au13
 *     12     25    13      12    59      16    13      21    20
 *     24     13     7      10    25      14     8       7     3
 *     48     13     6       9    13      10     7       7     3
 *     100    12     5       8     9      10             4     2
 *
 * The network gets better somewhere between 12 frames and 100.  But sigmas of
 * five networks are too small: at 24 frames 15 and 9 percent of the errors
 * (C, N) are within one, which should be 61, and 68 and 56 of the process; they
 * take nine times as long; and dynamics ask for no more than 50.  At 100 frames
 * the process is nowhere better, and up to 300 gains 2 meV/angstrom at most.
 */
enum { AUTO_SPARSE = 100 };

/* A process learns forces, whatever their weight. */
static bool for_dense(void)
{
    return t.model == MODEL_GP || (t.model == MODEL_AUTO && t.loss.alpha > 0);
}

static bool for_sparse(const struct frames *frames)
{
    return t.model == MODEL_SGP ||
           (t.model == MODEL_AUTO && frames->n <= AUTO_SPARSE &&
            t.loss.alpha > 0 && !(t.loss.beta > 0));
}

/* The whole job: 1 if all is as asked, 0 if not, or an error. */
static int work(struct frames *frames, struct stored *s, struct model *m,
                struct err *err)
{
    int ret;

    if (t.batch > 0 && (t.model == MODEL_NETWORK || t.model == MODEL_AUTO))
        return learn_batches(&t, err);
    ret = labelled_read(frames, s, t.input, err);
    if (ret == 0 && for_dense()) {
        bool handed_over;

        ret = train_gp(&t, frames, &handed_over, err);
        if (!handed_over)
            return ret;
    }
    if (ret == 0 && for_sparse(frames))
        return train_sgp(&t, frames, s, m, err);
    if (ret == 0)
        ret = make_model(&t, m, frames, s, err);
    if (ret == 0 && !t.dry_run)
        return learn(&t, frames, s, m, err);
    if (ret == 0)
        ret = print_sizes(&t, frames, m, err);
    return ret < 0 ? ret : 1;
}

int main(int argc, char **argv)
{
    int i = cli_parse(&cli, argc, argv), ret;
    struct frames frames = {0};
    struct stored stored = {0};
    struct model m = {0};
    struct err err;

    la_threads(threads);
    t.cli = &cli;
    t.input = i < argc ? argv[i] : "-";
    t.plan.warm = t.warm;
    t.plan.bootstrap = (enum bootstrap)t.bootstrap;
    t.schedule.optimizer = (enum optimizer)optimizer;
    if (annealing == 0)
        t.schedule.period = 0;
    ret = work(&frames, &stored, &m, &err);
    model_release(&m);
    stored_release(&stored);
    frames_release(&frames);
    if (ret < 0)
        return cli_fail(&cli, &err);
    return ret ? STATUS_YES : STATUS_NO;
}
