/* sample - choose the frames of a trajectory to be labelled next */

#include <morsel/cli.h>
#include <morsel/io.h>
#include <morsel/la.h>
#include <morsel/select.h>

#include <inttypes.h>

#include "sample/sample.h"

static const char *output = "-";
static int count = 2;
static int strategy;
static const char *known_path;
static double twin = 0.001;
static double threshold, ceiling;
static const char *set_name = "fine";
static double grade = 1;
static double end_twin = 0.02, end_fmax = 0.05;
static bool preflight;
static double overlap = 0.5, lost = 4, vacuum;
static int max_atoms = 1000;
static int seed, threads;
static bool quiet;

static const struct {
    enum strategy how;
    bool last;
} rules[] = {
    {SELECT_RANDOM, true},    {SELECT_RANDOM, false},
    {SELECT_LAST, true},      {SELECT_UNCERTAIN, false},
    {SELECT_UNCERTAIN, true}, {SELECT_BAND, false},
    {SELECT_BAND, true},      {SELECT_FARTHEST, false},
    {SELECT_FARTHEST, true},  {SELECT_MAXVOL, false},
    {SELECT_MAXVOL, true},    {SELECT_STRATIFIED, false},
    {SELECT_NEB, false},      {SELECT_NEB_PAPER, false},
    {SELECT_ALL, false},
};
static const char *const strategies[] = {
    "last+random", "random",     "last",     "uncertain",     "last+uncertain",
    "band",        "last+band",  "farthest", "last+farthest", "maxvol",
    "last+maxvol", "stratified", "neb",      "neb-paper",     "all",
    NULL,
};

static const struct cli_opt opts[] = {
    {CLI_TEXT, 'o', "output", "FILE", &output, 0, 0, "write FILE, not stdout",
     NULL},
    {CLI_INT, 'n', "count", "N", &count, 1, 1e6,
     "choose at most N frames (2; neb: 1; all: all)", NULL},
    {CLI_CHOICE, 0, "strategy", "HOW", &strategy, 0, 0,
     "whom to ask: see sample(1) (last+random)", strategies},
    {CLI_TEXT, 0, "known", "FILE", &known_path, 0, 0,
     "labelled frames: choose no twin of them", NULL},
    {CLI_REAL, 0, "twin", "D", &twin, 0, 10,
     "twins differ by at most D, angstrom (0.001)", NULL},
    {CLI_REAL, 0, "threshold", "S", &threshold, 0, 1e9,
     "ml_sigma_f up to S is certain (0; neb: any)", NULL},
    {CLI_REAL, 0, "ceiling", "S", &ceiling, 0, 1e9,
     "ml_sigma_f above S is too wild (none is)", NULL},
    {CLI_TEXT, 0, "features", "SET", &set_name, 0, 0,
     "farthest, maxvol: fine, paper, neb, FILE (fine)", NULL},
    {CLI_REAL, 0, "grade", "G", &grade, 1, 1e9,
     "maxvol: what is not above grade G is known (1)", NULL},
    {CLI_REAL, 0, "end-twin", "D", &end_twin, 0, 10,
     "neb: an end is settled by a label within D (0.02)", NULL},
    {CLI_REAL, 0, "end-fmax", "F", &end_fmax, 0, 1e3,
     "neb: with forces up to F, eV/angstrom (0.05)", NULL},
    {CLI_REAL, 0, "overlap", "X", &overlap, 0, 2,
     "refuse atoms closer than X sums of radii (0.5)", NULL},
    {CLI_FLAG, 0, "preflight", NULL, &preflight, 0, 0,
     "refuse all that is unphysical, and go on", NULL},
    {CLI_REAL, 0, "lost", "X", &lost, 0, 1e3,
     "preflight: atoms alone within X sums of radii (4)", NULL},
    {CLI_INT, 0, "max-atoms", "N", &max_atoms, 1, INT32_MAX,
     "preflight: more than N atoms (1000)", NULL},
    {CLI_REAL, 0, "vacuum", "W", &vacuum, 0, 1e3,
     "preflight: vacuum thinner than W, angstrom (0)", NULL},
    {CLI_INT, 's', "seed", "N", &seed, 0, INT32_MAX,
     "seed of the random choice (0)", NULL},
    {CLI_INT, 'j', "threads", "N", &threads, 0, 1024,
     "threads; 0: all cores (0)", NULL},
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

/* An option that the strategy would not look at is a mistake. */
static int check_usage(struct err *err)
{
    enum strategy how = rules[strategy].how;
    const struct {
        const char *word;
        bool applies;
        const char *for_what;
    } limited[] = {
        {"ceiling", strategy_uncertain(how) || how == SELECT_NEB,
         "the strategies uncertain, band and neb"},
        {"features", strategy_features(how), "farthest and maxvol"},
        {"grade", how == SELECT_MAXVOL, "maxvol"},
        {"end-twin", how == SELECT_NEB, "neb"},
        {"end-fmax", how == SELECT_NEB, "neb"},
        {"lost", preflight, "--preflight"},
        {"max-atoms", preflight, "--preflight"},
        {"vacuum", preflight, "--preflight"},
    };

    for (size_t i = 0; i < sizeof limited / sizeof *limited; i++)
        if (!limited[i].applies && cli_given(&cli, limited[i].word))
            return err_set(err, ERR_RANGE, "--%s is for %s", limited[i].word,
                           limited[i].for_what);
    if (cli_given(&cli, "ceiling") && ceiling < threshold)
        return err_set(err, ERR_RANGE, "--ceiling is below --threshold");
    return 0;
}

/* Without uncertainties there is nothing to rank by. */
static int check_ranks(const struct pool *p, struct err *err)
{
    double sigma;

    for (int i = 0; i < p->frames.n; i++)
        if (!frame_uncertainty(&p->frames.frame[i], &sigma))
            return err_set(err, ERR_FORMAT,
                           "%s:%ld: expected a column ml_sigma_f: '%s' needs "
                           "a model that tells how sure it is",
                           p->path[i], p->frames.frame[i].line,
                           strategies[strategy]);
    return 0;
}

static int read_pool(struct pool *pool, int argc, char **argv, int i,
                     struct err *err)
{
    do
        if (pool_add(pool, i < argc ? argv[i] : "-", preflight, &cli, err) < 0)
            return -1;
    while (++i < argc);
    if (pool->frames.n == 0 && pool->nbroken == 0)
        return err_set(err, ERR_FORMAT, "expected frames: there are none");
    return strategy_uncertain(rules[strategy].how) ? check_ranks(pool, err) : 0;
}

/* The functions that describe the atoms, for all elements of all frames. */
static int find_set(struct descriptor *set, const struct frames *pool,
                    const struct frames *known, struct err *err)
{
    const struct frames *both[2] = {pool, known};
    bool seen[MAX_Z + 1] = {false};
    int z[MAX_Z], n = 0;

    for (int k = 0; k < 2; k++)
        for (int i = 0; i < both[k]->n; i++)
            for (int j = 0; j < both[k]->frame[i].atoms.natoms; j++)
                seen[both[k]->frame[i].atoms.z[j]] = true;
    for (int e = 1; e <= MAX_Z; e++)
        if (seen[e])
            z[n++] = e;
    return descriptor_find(set, set_name, z, n, err);
}

static void say_chosen(const struct query *q, const struct frame *f,
                       const struct selection *s, int i, int n)
{
    double sigma;
    int step, image;
    char walk[64] = "", rank[96] = "", score[64] = "";

    if (frame_get_int(f, "image", &image))
        snprintf(walk, sizeof walk, " (image %d)", image);
    else if (frame_get_int(f, "step", &step))
        snprintf(walk, sizeof walk, " (step %d)", step);
    if (frame_uncertainty(f, &sigma))
        snprintf(rank, sizeof rank,
                 ", ml_sigma_f %.4g eV/angstrom (threshold %g)", sigma,
                 q->threshold);
    if (!isnan(s->score[i]))
        snprintf(score, sizeof score, " %.4g", s->score[i]);
    cli_say(&cli, "frame %d of %d%s: %s%s%s", s->index[i] + 1, n, walk,
            s->query[i], score, rank);
}

/* The first of the unphysical ones, or all. */
static void say_refused(const struct pool *p, const struct selection *s)
{
    int most = preflight ? s->nunphysical : 5;

    for (int i = 0; i < s->nunphysical && i < most; i++) {
        int k = s->refusal[i].index;

        cli_say(&cli, "%s:%ld: refused: %s", p->path[k],
                p->frames.frame[k].line, s->refusal[i].why);
    }
    if (s->nunphysical > most)
        cli_say(&cli, "and %d more", s->nunphysical - most);
}

static void say_why_nothing(const struct query *q, const struct selection *s,
                            int n)
{
    cli_say(&cli,
            "nothing worth asking: of %d frames, %d are twins of known ones "
            "(%g angstrom), %d unphysical (atoms closer than %g sums of "
            "radii), %d certain (threshold %g eV/angstrom), %d too wild",
            n, s->ntwin, twin, s->nunphysical, overlap, s->ncertain,
            q->threshold, s->nwild);
}

/* How the pool divides into certain, worth asking and wild. */
static void say_band(const struct selection *s, int n)
{
    if (rules[strategy].how == SELECT_BAND)
        cli_say(&cli,
                "of %d frames %d certain (up to %g eV/angstrom), %d too wild "
                "(above %g)",
                n, s->ncertain, threshold, s->nwild,
                cli_given(&cli, "ceiling") ? ceiling : INFINITY);
}

static void mark(struct frame *f, const struct selection *s, int i)
{
    const char *measure =
        rules[strategy].how == SELECT_MAXVOL ? "grade" : "novelty";
    char id[17];

    snprintf(id, sizeof id, "%016" PRIx64, atoms_hash(&f->atoms));
    if (rules[strategy].how != SELECT_ALL || !frame_get_text(f, "query"))
        frame_set_text(f, "query", s->query[i]);
    frame_set_text(f, "morsel_id", id);
    if (isfinite(s->score[i]))
        frame_set_real(f, measure, s->score[i]);
    else
        frame_drop(f, measure);
}

static int write_chosen(const struct query *q, const struct frames *pool,
                        const struct selection *s, FILE *out, struct err *err)
{
    for (int i = 0; i < s->n; i++) {
        struct frame *f = &pool->frame[s->index[i]];

        mark(f, s, i);
        if (!quiet && rules[strategy].how != SELECT_ALL)
            say_chosen(q, f, s, i, pool->n);
        if (frame_write(f, out, output, err) < 0)
            return -1;
    }
    return 0;
}

static int write_output(const struct query *q, const struct frames *pool,
                        const struct selection *s, struct err *err)
{
    FILE *out = output_open(output, err);

    if (!out)
        return -1;
    if (write_chosen(q, pool, s, out, err) < 0) {
        output_discard(out, output);
        return -1;
    }
    return output_close(out, output, err);
}

static struct query make_query(const struct pool *pool,
                               const struct descriptor *set)
{
    enum strategy how = rules[strategy].how;
    struct query q = {.how = how,
                      .last = rules[strategy].last,
                      .n = count,
                      .twin = twin,
                      .threshold = threshold,
                      .ceiling =
                          cli_given(&cli, "ceiling") ? ceiling : INFINITY,
                      .grade = grade,
                      .end_twin = end_twin,
                      .end_fmax = end_fmax,
                      .set = set,
                      .preflight = {.overlap = overlap}};

    if (preflight)
        q.preflight = (struct preflight){.overlap = overlap,
                                         .lost = lost,
                                         .vacuum = vacuum,
                                         .length = 200,
                                         .angle = 5,
                                         .packing = 4,
                                         .max_atoms = max_atoms,
                                         .boxes = true};
    if (!cli_given(&cli, "count") && strategy_bands(how))
        q.n = how == SELECT_NEB ? 1 : 3;
    if (!cli_given(&cli, "threshold") && how == SELECT_NEB)
        q.threshold = INFINITY;
    if (!cli_given(&cli, "count") && how == SELECT_ALL)
        q.n = pool->frames.n;
    return q;
}

/* Of `all` every frame is asked for, so that each that is refused is a no. */
static int verdict(const struct pool *p, const struct selection *s)
{
    if (rules[strategy].how == SELECT_ALL && s->nunphysical + p->nbroken > 0)
        return STATUS_NO;
    return s->n > 0 ? STATUS_YES : STATUS_NO;
}

static int choose(struct pool *pool, const struct frames *known,
                  const struct descriptor *set, struct err *err)
{
    const struct query query = make_query(pool, set);
    struct selection s;
    struct rng rng;
    int ret;

    rng_init(&rng, (uint64_t)seed);
    ret = select_frames(&s, &pool->frames, known, &query, &rng, err);
    if (ret < 0)
        return ret;
    if (!quiet) {
        say_refused(pool, &s);
        say_band(&s, pool->frames.n);
    }
    ret = write_output(&query, &pool->frames, &s, err);
    if (ret == 0 && s.n == 0)
        say_why_nothing(&query, &s, pool->frames.n);
    if (ret == 0)
        ret = verdict(pool, &s);
    selection_release(&s);
    return ret;
}

int main(int argc, char **argv)
{
    int i = cli_parse(&cli, argc, argv), status = -1;
    struct frames known = {0};
    struct descriptor set = {0};
    struct pool pool = {0};
    struct err err;

    la_threads(threads);
    if (check_usage(&err) == 0 &&
        (!known_path || frames_read(&known, known_path, &err) == 0) &&
        read_pool(&pool, argc, argv, i, &err) == 0 &&
        (!strategy_features(rules[strategy].how) ||
         find_set(&set, &pool.frames, &known, &err) == 0))
        status = choose(&pool, &known, &set, &err);
    descriptor_release(&set);
    frames_release(&known);
    pool_release(&pool);
    return status < 0 ? cli_fail(&cli, &err) : status;
}
