/* train - fit a potential to labelled frames */

#include <morsel/cli.h>
#include <morsel/io.h>
#include <morsel/la.h>
#include <morsel/train.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *output = "-";
static const char *prior_name = "published";
static const char *set_name;
static const char *hidden = "20,20";
static int activation = ACT_TANH;
static struct schedule schedule = {
    .steps = 20, .memory = 50, .rate = 0.01, .period = 10, .mult = 2};
static int optimizer = OPTIMIZER_LBFGS, annealing;
static struct plan plan = {.epochs = 200, .seed = 1};
static struct loss loss = {.alpha = 1};
static int units = UNITS_ROBUST;
static int scaling = SCALING_RANGE;
static double motion = 0.05;
static int mask = MASK_ALL;
static struct label_names names;
static int members = 1;
static const char *warm, *history;
static bool dry_run, quiet;
static int threads;

static const char *const activations[] = {"tanh", "sigmoid", "softplus",
                                          "silu", "linear",  NULL};
static const char *const optimizers[] = {"lbfgs", "adam", NULL};
static const char *const schedules[] = {"constant", "cosine", NULL};
static const char *const losses[] = {"robust", "paper", NULL};
static const char *const scalings[] = {"range", "paper", "motion", NULL};
static const char *const masks[] = {"all", "free", NULL};

static const struct cli_opt opts[] = {
    {CLI_TEXT, 'o', "output", "FILE", &output, 0, 0, "model file (stdout)",
     NULL},
    {CLI_TEXT, 0, "prior", "FILE", &prior_name, 0, 0,
     "prior, or none, or published (published)", NULL},
    {CLI_TEXT, 0, "set", "FILE", &set_name, 0, 0,
     "symmetry functions: fine, paper, neb, FILE (fine)", NULL},
    {CLI_TEXT, 0, "hidden", "N,...", &hidden, 0, 0,
     "widths of the hidden layers (20,20)", NULL},
    {CLI_CHOICE, 0, "activation", "NAME", &activation, 0, 0,
     "tanh sigmoid softplus silu linear (tanh)", activations},
    {CLI_CHOICE, 0, "optimizer", "NAME", &optimizer, 0, 0,
     "lbfgs or adam (lbfgs)", optimizers},
    {CLI_INT, 0, "memory", "N", &schedule.memory, 1, 1000,
     "steps that lbfgs remembers (50)", NULL},
    {CLI_INT, 0, "epochs", "N", &plan.epochs, 0, 1e9, "at most (200)", NULL},
    {CLI_INT, 0, "steps", "N", &schedule.steps, 1, 1e6,
     "gradients per epoch (20)", NULL},
    {CLI_REAL, 0, "rate", "X", &schedule.rate, 1e-12, 10,
     "step size of adam (0.01)", NULL},
    {CLI_CHOICE, 0, "schedule", "NAME", &annealing, 0, 0,
     "of the rate: constant or cosine (constant)", schedules},
    {CLI_INT, 0, "period", "N", &schedule.period, 1, 1e6,
     "epochs of the first cosine (10)", NULL},
    {CLI_INT, 0, "mult", "N", &schedule.mult, 1, 1000,
     "the next is N times as long (2)", NULL},
    {CLI_CHOICE, 0, "loss", "NAME", &units, 0, 0,
     "units of errors: robust or paper (robust)", losses},
    {CLI_REAL, 0, "alpha", "X", &loss.alpha, 0, 1e6,
     "weight of forces (1); 0: energies only", NULL},
    {CLI_REAL, 0, "huber", "X", &loss.huber, 0, 1e6,
     "errors count linearly above X units (off)", NULL},
    {CLI_REAL, 0, "decay", "X", &loss.decay, 0, 1e6,
     "penalty X/2 |weights|^2 (0)", NULL},
    {CLI_CHOICE, 0, "scaling", "NAME", &scaling, 0, 0,
     "of features: range paper motion (range)", scalings},
    {CLI_REAL, 0, "motion", "X", &motion, 1e-6, 10,
     "least motion for that scaling, A (0.05)", NULL},
    {CLI_CHOICE, 0, "force-mask", "NAME", &mask, 0, 0,
     "forces that count: all or free (all)", masks},
    {CLI_TEXT, 0, "energy-key", "KEY", &names.energy, 0, 0,
     "label (free_energy, else energy)", NULL},
    {CLI_TEXT, 0, "forces-key", "KEY", &names.forces, 0, 0, "label (forces)",
     NULL},
    {CLI_INT, 0, "committee", "K", &members, 1, 1000, "members (1)", NULL},
    {CLI_FLAG, 0, "bootstrap", NULL, &plan.bootstrap, 0, 0,
     "each member draws its frames", NULL},
    {CLI_TEXT, 0, "warm", "MODEL", &warm, 0, 0, "start from its weights", NULL},
    {CLI_REAL, 0, "target-energy", "X", &schedule.target_e, 1e-12, 1e3,
     "error to reach, eV/atom; else status 1", NULL},
    {CLI_REAL, 0, "target-force", "X", &schedule.target_f, 1e-12, 1e3,
     "error to reach, eV/A; else status 1", NULL},
    {CLI_TEXT, 0, "history", "FILE", &history, 0, 0,
     "table of loss and errors per epoch", NULL},
    {CLI_FLAG, 0, "dry-run", NULL, &dry_run, 0, 0,
     "print sizes and memory, do not train", NULL},
    {CLI_INT, 's', "seed", "N", &plan.seed, 0, 2147483647, "of weights (1)",
     NULL},
    {CLI_INT, 'j', "threads", "N", &threads, 0, 1024, "0: all cores (0)", NULL},
    {CLI_FLAG, 'q', "quiet", NULL, &quiet, 0, 0, "do not print the errors",
     NULL},
    {0},
};

static const struct cli cli = {
    .name = "train",
    .operands = "[file]",
    .about = "fit a potential to labelled frames",
    .opts = opts,
    .max_operands = 1,
    .example = "train -o model train.xyz",
};

static int get_prior(struct prior *p, const int *z, int n, struct err *err)
{
    struct text t;
    int ret;

    *p = (struct prior){0};
    if (strcmp(prior_name, "none") == 0)
        return 0;
    if (strcmp(prior_name, "published") == 0)
        return prior_published(p, z, n, PRIOR_RS, PRIOR_RC, err);
    ret = text_open(&t, prior_name, err);
    if (ret < 0)
        return ret;
    ret = prior_read(p, &t, err);
    text_close(&t);
    return ret;
}

/* The shape of --hidden, without its input. */
static int get_net(struct mlp *net, struct err *err)
{
    int n;
    char **word = cli_split(hidden, &n);
    bool bad = n < 1 || n >= MLP_MAX_LAYERS;

    *net = (struct mlp){.act = (enum activation)activation};
    for (int l = 0; l < n && !bad; l++)
        bad = parse_int(word[l], &net->width[l + 1]) < 0 ||
              net->width[l + 1] < 1 || net->width[l + 1] > 1000;
    cli_free(word);
    if (bad)
        return err_set(err, ERR_RANGE,
                       "--hidden: '%s' is not one to %d widths from 1 to 1000",
                       hidden, MLP_MAX_LAYERS - 1);
    net->nlayer = n + 1;
    net->width[n + 1] = 1;
    return 0;
}

/* Everything about the model but the numbers that come from the labels. */
static int make_model(struct model *m, const struct frames *frames,
                      struct stored *s, const char *path, struct err *err)
{
    struct mlp net;
    int z[MAX_Z], n = frames_elements(frames, z), ret = get_net(&net, err);

    if (ret == 0)
        ret = stored_set(s, &m->descriptor, set_name, path, z, n, err);
    if (ret == 0)
        ret = get_prior(&m->prior, z, n, err);
    if (ret < 0)
        return ret;
    m->net = xcalloc((size_t)m->descriptor.nelement, sizeof *m->net);
    for (int el = 0; el < m->descriptor.nelement; el++) {
        m->net[el] = net;
        m->net[el].width[0] = m->descriptor.nsf[el];
    }
    model_alloc(m, members);
    return 0;
}

static int print_sizes(const struct frames *frames, const char *path,
                       const struct model *m, struct err *err)
{
    double bytes;
    int natoms = 0, ret = dataset_bytes(frames, path, m, &bytes, err);

    if (ret < 0)
        return ret;
    bytes += members * trainer_bytes(frames, m, &schedule);
    for (int i = 0; i < frames->n; i++)
        natoms += frames->frame[i].atoms.natoms;
    printf("frames %d\natoms %d\n", frames->n, natoms);
    for (int el = 0; el < m->descriptor.nelement; el++)
        printf("features %s %d\n", element_symbol(m->descriptor.z[el]),
               m->descriptor.nsf[el]);
    printf("parameters %d\nmembers %d\nbytes %.0f\n", m->nparam, m->members,
           bytes);
    return output_close(stdout, "-", err);
}

static int start_warm(struct model *m, struct err *err)
{
    struct model old;
    int ret = model_read(&old, NULL, warm, err);

    if (ret == 0) {
        ret = warm_start(m, &old, err);
        model_release(&old);
    }
    return ret;
}

static void write_epoch(FILE *f, const struct committee *c)
{
    for (int k = 0; f && k < members; k++) {
        const struct member *m = &c->member[k];

        if (m->advanced)
            fprintf(f, "%d\t%d\t%.10g\t%.10g\t%.10g\n", k + 1, m->epoch,
                    m->fit.loss, 1000 * m->fit.rmse_e, m->fit.rmse_f);
    }
}

static void show_progress(const struct committee *c, int epoch)
{
    if (!quiet && epoch % 10 == 0 && isatty(STDERR_FILENO))
        fprintf(stderr, "\repoch %d: member 1: %.3g meV/atom, %.3g eV/A\033[K",
                epoch, 1000 * c->member[0].fit.rmse_e, c->member[0].fit.rmse_f);
}

static int run(struct committee *c, struct err *err)
{
    FILE *f = NULL;
    int epoch = 0;

    if (history && !(f = output_open(history, err)))
        return err->code;
    if (f)
        fprintf(f, "# member\tepoch\tloss\trmse_e meV/atom\trmse_f eV/A\n");
    for (bool more = true; more; more = committee_epoch(c)) {
        write_epoch(f, c);
        show_progress(c, epoch++);
    }
    write_epoch(f, c);
    return f ? output_close(f, history, err) : 0;
}

static int check_members(const struct committee *c, struct err *err)
{
    if (!quiet && isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    for (int k = 0; k < members; k++) {
        const struct member *m = &c->member[k];

        if (!isfinite(m->fit.loss))
            return err_set(err, ERR_NUMERIC,
                           "member %d: the loss is not finite from %d starts",
                           k + 1, m->attempts);
        if (m->attempts > 1)
            cli_say(&cli, "member %d diverged: start %d is kept", k + 1,
                    m->attempts);
    }
    return 0;
}

static const char *forces_used(const struct dataset *ds)
{
    return ds->forces ? masks[mask] : "no";
}

static const char *energy_used(const struct dataset *ds)
{
    if (names.energy)
        return names.energy;
    return ds->free_energy ? "free_energy" : "energy";
}

/* How the model was made: the same for equal input, options and seed. */
static char *describe(const struct committee *c)
{
    const struct dataset *ds = c->ds;
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);

    if (!f)
        return xstrdup("");
    fprintf(f, "tool train %s\nlabel %s\nforces %s\n", MORSEL_VERSION,
            energy_used(ds), forces_used(ds));
    fprintf(f, "loss %s\nalpha %.17g\nhuber %.17g\ndecay %.17g\n",
            losses[units], loss.alpha, loss.huber, loss.decay);
    fprintf(f, "scaling %s\noptimizer %s\nsteps %d\n", scalings[scaling],
            optimizers[optimizer], schedule.steps);
    fprintf(f, "start %s\nseed %d\nbootstrap %s\n", warm ? "warm" : "random",
            plan.seed, plan.bootstrap ? "yes" : "no");
    for (int k = 0; k < members; k++) {
        const struct member *m = &c->member[k];

        fprintf(f, "member %d epochs %d loss %.17g rmse_e %.17g rmse_f %.17g\n",
                k + 1, m->epoch, m->fit.loss, m->fit.rmse_e, m->fit.rmse_f);
    }
    fprintf(f, "frames %d\n", ds->n);
    for (int i = 0; i < ds->n; i++)
        fprintf(f, "frame %016llx\n", (unsigned long long)ds->example[i].id);
    fclose(f);
    return text;
}

static void report(const struct committee *c)
{
    if (quiet)
        return;
    cli_say(&cli, "%d frames, label %s, %s forces", c->ds->n,
            energy_used(c->ds), forces_used(c->ds));
    for (int k = 0; k < members; k++)
        cli_say(&cli, "member %d: %d epochs, %.3g meV/atom, %.3g eV/A", k + 1,
                c->member[k].epoch, 1000 * c->member[k].fit.rmse_e,
                c->member[k].fit.rmse_f);
}

/* Train m on the data and write it: 1 if it is as good as asked, or 0. */
static int train(struct dataset *ds, struct model *m, struct err *err)
{
    struct committee c;
    int ret = 0;

    dataset_scale(ds, m, (enum scaling)scaling, motion);
    dataset_reference(ds, m, (enum units)units, &loss);
    if (warm)
        ret = start_warm(m, err);
    if (ret < 0)
        return ret;
    committee_init(&c, ds, m, &loss, &schedule, &plan);
    ret = run(&c, err);
    if (ret == 0)
        ret = check_members(&c, err);
    if (ret == 0) {
        m->provenance = describe(&c);
        ret = model_save(m, output, err);
    }
    if (ret == 0) {
        report(&c);
        ret = committee_meets(&c);
    }
    committee_release(&c);
    return ret;
}

static int learn(const struct frames *frames, struct stored *s,
                 const char *path, struct model *m, struct err *err)
{
    struct dataset ds;
    int ret = dataset_build_stored(&ds, frames, s, path, &names, loss.alpha > 0,
                                   (enum force_mask)mask, m, err);

    stored_release(s); /* as large as the data set */
    if (ret < 0)
        return ret;
    ret = train(&ds, m, err);
    dataset_release(&ds);
    return ret;
}

/* The whole job: 1 if all is as asked, 0 if not, or an error. */
static int work(struct frames *frames, struct stored *s, const char *path,
                struct model *m, struct err *err)
{
    int ret = labelled_read(frames, s, path, err);

    if (ret == 0)
        ret = make_model(m, frames, s, path, err);
    if (ret == 0 && !dry_run)
        return learn(frames, s, path, m, err);
    if (ret == 0)
        ret = print_sizes(frames, path, m, err);
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
    plan.warm = warm;
    schedule.optimizer = (enum optimizer)optimizer;
    if (annealing == 0)
        schedule.period = 0;
    ret = work(&frames, &stored, i < argc ? argv[i] : "-", &m, &err);
    model_release(&m);
    stored_release(&stored);
    frames_release(&frames);
    if (ret < 0)
        return cli_fail(&cli, &err);
    return ret ? STATUS_YES : STATUS_NO;
}
