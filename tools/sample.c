/* sample - choose the frames of a trajectory to be labelled next */

#include <morsel/cli.h>
#include <morsel/io.h>
#include <morsel/select.h>

#include <inttypes.h>

static const char *output = "-";
static int count = 2;
static int strategy = SELECT_LAST_RANDOM;
static const char *known_path;
static double twin = 0.001;
static double overlap = 0.5;
static double threshold;
static int seed;
static bool quiet;

static const char *const strategies[] = {
    [SELECT_RANDOM] = "random",
    [SELECT_LAST] = "last",
    [SELECT_LAST_RANDOM] = "last+random",
    [SELECT_UNCERTAIN] = "uncertain",
    [SELECT_LAST_UNCERTAIN] = "last+uncertain",
    NULL,
};

static const struct cli_opt opts[] = {
    {CLI_TEXT, 'o', "output", "FILE", &output, 0, 0, "write FILE, not stdout",
     NULL},
    {CLI_INT, 'n', "count", "N", &count, 1, 1e6, "choose at most N frames (2)",
     NULL},
    {CLI_CHOICE, 0, "strategy", "HOW", &strategy, 0, 0,
     "last, random, uncertain, + (last+random)", strategies},
    {CLI_TEXT, 0, "known", "FILE", &known_path, 0, 0,
     "labelled frames: choose no twin of them", NULL},
    {CLI_REAL, 0, "twin", "D", &twin, 0, 10,
     "twins differ by at most D, angstrom (0.001)", NULL},
    {CLI_REAL, 0, "overlap", "X", &overlap, 0, 2,
     "refuse atoms closer than X sums of radii (0.5)", NULL},
    {CLI_REAL, 0, "threshold", "S", &threshold, 0, 1e9,
     "uncertain: ml_sigma_f above S, eV/angstrom (0)", NULL},
    {CLI_INT, 's', "seed", "N", &seed, 0, INT32_MAX,
     "seed of the random choice (0)", NULL},
    {CLI_FLAG, 'q', "quiet", NULL, &quiet, 0, 0, "do not say what was chosen",
     NULL},
    {CLI_END, 0, NULL, NULL, NULL, 0, 0, NULL, NULL},
};

static const struct cli cli = {
    .name = "sample",
    .operands = "[trajectory ...]",
    .about = "choose the frames of a trajectory to be labelled next",
    .opts = opts,
    .max_operands = -1,
    .example = "sample -n 2 --known=train.xyz -o ask.xyz traj.xyz",
};

/* Without uncertainties there is nothing to rank by. */
static int check_ranks(const struct frames *s, const char *path,
                       struct err *err)
{
    double sigma;

    for (int i = 0; i < s->n; i++)
        if (!frame_uncertainty(&s->frame[i], &sigma))
            return err_set(err, ERR_FORMAT,
                           "%s:%ld: expected a column ml_sigma_f: '%s' needs "
                           "the model of a committee",
                           path, s->frame[i].line, strategies[strategy]);
    return 0;
}

static int add_file(struct frames *pool, const char *path, struct err *err)
{
    struct frames s = {0};
    int ret = frames_read(&s, path, err);

    if (ret < 0)
        return ret;
    if (strategy_uncertain((enum strategy)strategy))
        ret = check_ranks(&s, path, err);
    for (int i = 0; ret == 0 && i < s.n; i++)
        frames_append(pool, &s.frame[i]);
    frames_release(&s);
    return ret;
}

static int read_pool(struct frames *pool, int argc, char **argv, int i,
                     struct err *err)
{
    do
        if (add_file(pool, i < argc ? argv[i] : "-", err) < 0)
            return -1;
    while (++i < argc);
    if (pool->n == 0)
        return err_set(err, ERR_FORMAT, "expected frames: there are none");
    return 0;
}

static void say_chosen(const struct frame *f, int index, int n,
                       const char *query)
{
    double sigma;
    int step;
    char walk[32] = "", rank[96] = "";

    if (frame_get_int(f, "step", &step))
        snprintf(walk, sizeof walk, " (step %d)", step);
    if (frame_uncertainty(f, &sigma))
        snprintf(rank, sizeof rank,
                 ", ml_sigma_f %.4g eV/angstrom (threshold %g)", sigma,
                 threshold);
    cli_say(&cli, "frame %d of %d%s: %s%s", index + 1, n, walk, query, rank);
}

static void say_why_nothing(const struct selection *s, int n)
{
    cli_say(&cli,
            "nothing worth asking: of %d frames, %d are twins of known ones "
            "(%g angstrom), %d unphysical (atoms closer than %g sums of "
            "radii), %d certain (threshold %g eV/angstrom)",
            n, s->ntwin, twin, s->nunphysical, overlap, s->ncertain, threshold);
}

static int write_chosen(const struct frames *pool, const struct selection *s,
                        FILE *out, struct err *err)
{
    for (int i = 0; i < s->n; i++) {
        struct frame *f = &pool->frame[s->index[i]];
        char id[17];

        if (!quiet)
            say_chosen(f, s->index[i], pool->n, s->query[i]);
        snprintf(id, sizeof id, "%016" PRIx64, atoms_hash(&f->atoms));
        frame_set_text(f, "query", s->query[i]);
        frame_set_text(f, "morsel_id", id);
        if (frame_write(f, out, output, err) < 0)
            return -1;
    }
    return 0;
}

static int write_output(const struct frames *pool, const struct selection *s,
                        struct err *err)
{
    FILE *out = output_open(output, err);

    if (!out)
        return -1;
    if (write_chosen(pool, s, out, err) < 0) {
        output_discard(out, output);
        return -1;
    }
    return output_close(out, output, err);
}

static int choose(const struct frames *pool, const struct frames *known,
                  struct err *err)
{
    const struct query query = {.how = (enum strategy)strategy,
                                .n = count,
                                .twin = twin,
                                .overlap = overlap,
                                .threshold = threshold};
    struct selection s;
    struct rng rng;
    int ret;

    rng_init(&rng, (uint64_t)seed);
    select_frames(&s, pool, known, &query, &rng);
    ret = write_output(pool, &s, err);
    if (ret == 0 && s.n == 0)
        say_why_nothing(&s, pool->n);
    if (ret == 0)
        ret = s.n > 0 ? STATUS_YES : STATUS_NO;
    selection_release(&s);
    return ret;
}

int main(int argc, char **argv)
{
    int i = cli_parse(&cli, argc, argv), status = -1;
    struct frames pool = {0}, known = {0};
    struct err err;

    if ((!known_path || frames_read(&known, known_path, &err) == 0) &&
        read_pool(&pool, argc, argv, i, &err) == 0)
        status = choose(&pool, &known, &err);
    frames_release(&known);
    frames_release(&pool);
    return status < 0 ? cli_fail(&cli, &err) : status;
}
