/* converged - is the learning done? */

#include <morsel/cli.h>
#include <morsel/io.h>
#include <morsel/verdict.h>

#include <string.h>

#include "converged/converged.h"

static const char *criterion = "fmax";
static const char *like_path, *walk_path, *previous_path;
static const char *output;
static const char *ledger;
static int round_done;
static struct limits limits = {
    .fmax = 0.05,
    .energy = 0.01,
    .sigma_e = 0.01,
    .sigma_f = 0.05,
    .force = 0.05,
    .move = 0.01,
    .barrier = 0.01,
    .samples = 1,
    .twin = 0.001,
    .end_twin = 0.02,
};

static const struct cli_opt opts[] = {
    {CLI_TEXT, 0, "criterion", "RULE", &criterion, 0, 0,
     "criteria with and, or, (): see converged(1) (fmax)", NULL},
    {CLI_REAL, 0, "fmax", "F", &limits.fmax, 0, 1e3,
     "largest force allowed, eV/angstrom (0.05)", NULL},
    {CLI_FLAG, 0, "component", NULL, &limits.component, 0, 0,
     "compare its largest component, as the paper did", NULL},
    {CLI_REAL, 0, "saddle-fmax", "F", &limits.saddle_fmax, 0, 1e3,
     "saddle-*: the same at the saddle (that of --fmax)", NULL},
    {CLI_REAL, 0, "energy", "E", &limits.energy, 0, 1e9,
     "*-energy: largest error of an energy, eV (0.01)", NULL},
    {CLI_REAL, 0, "sigma-e", "S", &limits.sigma_e, 0, 1e9,
     "sigma-e: largest ml_sigma_e, eV (0.01)", NULL},
    {CLI_REAL, 0, "sigma-f", "S", &limits.sigma_f, 0, 1e9,
     "sigma-f: largest ml_sigma_f, eV/angstrom (0.05)", NULL},
    {CLI_REAL, 0, "force-error", "F", &limits.force, 0, 1e3,
     "force-*: largest error, eV/angstrom (0.05)", NULL},
    {CLI_INT, 0, "samples", "N", &limits.samples, 1, 1e6,
     "force-*: of at least N labels (1)", NULL},
    {CLI_REAL, 0, "move", "D", &limits.move, 0, 1e3,
     "move: since the last round, angstrom (0.01)", NULL},
    {CLI_REAL, 0, "barrier", "E", &limits.barrier, 0, 1e9,
     "barrier: change since the last round, eV (0.01)", NULL},
    {CLI_TEXT, 0, "trajectory", "FILE", &walk_path, 0, 0, "of the last round",
     NULL},
    {CLI_TEXT, 0, "previous", "FILE", &previous_path, 0, 0,
     "that of the round before", NULL},
    {CLI_REAL, 0, "twin", "D", &limits.twin, 0, 10,
     "the label of an image is within D, angstrom (0.001)", NULL},
    {CLI_REAL, 0, "end-twin", "D", &limits.end_twin, 0, 10,
     "and that of an end (0.02)", NULL},
    {CLI_TEXT, 0, "like", "FILE", &like_path, 0, 0,
     "only labels of the system of FILE count", NULL},
    {CLI_TEXT, 'o', "output", "FILE", &output, 0, 0,
     "if converged, write that frame or band to FILE", NULL},
    {CLI_INT, 0, "steps", "N", &limits.steps, 0, INT32_MAX,
     "steps: how many the walk should take", NULL},
    {CLI_INT, 0, "round", "K", &round_done, 0, INT32_MAX,
     "rounds: how many are done", NULL},
    {CLI_INT, 0, "max-rounds", "N", &limits.rounds, 1, INT32_MAX,
     "rounds: how many are allowed", NULL},
    {CLI_TEXT, 0, "ledger", "FILE", &ledger, 0, 0,
     "budget: where the calls are listed", NULL},
    {CLI_INT, 0, "budget", "N", &limits.budget, 1, INT32_MAX,
     "budget: how many calls are allowed", NULL},
    {CLI_END, 0, NULL, NULL, NULL, 0, 0, NULL, NULL},
};

static const struct cli cli = {
    .name = "converged",
    .operands = "[labels ...]",
    .about = "is the learning done?",
    .opts = opts,
    .max_operands = -1,
    .example = "converged --fmax=0.05 -o final.xyz train.xyz",
};

static bool same_system(const struct atoms *a, const struct atoms *b)
{
    return a->natoms == b->natoms &&
           memcmp(a->z, b->z, (size_t)a->natoms * sizeof *a->z) == 0;
}

/*
 * Does the frame count?  1 or 0, or an error: a label without its numbers, or
 * for fmax one of another system than the first.
 */
static int admit(const struct frame *f, const struct rule *rule,
                 const struct atoms *like, const char *path, struct err *err)
{
    struct label label;

    if (!like || same_system(&f->atoms, like))
        return frame_get_label(f, NULL, &label) && label.forces
                   ? 1
                   : err_set(err, ERR_FORMAT,
                             "%s:%ld: expected a label: energy and forces",
                             path, f->line);
    if (like_path || !rule_asks(rule, CRITERION_FMAX))
        return 0;
    return err_set(err, ERR_RANGE,
                   "%s:%ld: expected the elements of the first label: say "
                   "--like=FILE to choose a system",
                   path, f->line);
}

static int read_labels(struct evidence *e, struct atoms *like,
                       const struct rule *rule, const char *path,
                       struct err *err)
{
    struct text t;
    struct frame f;
    int ret = text_open(&t, path, err);

    if (ret < 0)
        return ret;
    while ((ret = frame_read(&t, &f, err)) > 0) {
        bool one_system = like_path || rule_asks(rule, CRITERION_FMAX);

        if (one_system && like->natoms == 0)
            atoms_copy(like, &f.atoms);
        ret = admit(&f, rule, one_system ? like : NULL, path, err);
        if (ret > 0)
            frames_append(&e->labels, &f);
        frame_release(&f);
        if (ret < 0)
            break;
    }
    text_close(&t);
    return ret;
}

/* The system is that of the first frame of a file. */
static int read_like(struct atoms *like, struct err *err)
{
    struct frames s = {0};
    int ret = frames_read(&s, like_path, err);

    if (ret < 0)
        return ret;
    if (s.n == 0)
        ret = err_set(err, ERR_FORMAT, "%s:0: expected a frame", like_path);
    else
        atoms_copy(like, &s.frame[0].atoms);
    frames_release(&s);
    return ret;
}

static int read_all_labels(struct evidence *e, const struct rule *rule,
                           int argc, char **argv, int i, struct err *err)
{
    struct atoms like = {0};
    int ret = like_path ? read_like(&like, err) : 0;

    do
        if (ret == 0)
            ret = read_labels(e, &like, rule, i < argc ? argv[i] : "-", err);
    while (++i < argc);
    atoms_release(&like);
    return ret;
}

/* Every line is a call, whatever came of it. */
static int count_calls(int *calls, struct err *err)
{
    struct text t;
    int ret = text_open(&t, ledger, err);

    if (ret < 0)
        return ret;
    while ((ret = text_next(&t, err)) > 0)
        *calls += t.len > 0 && t.buf[0] != '#';
    text_close(&t);
    return ret;
}

static int gather(struct evidence *e, const struct rule *rule, int argc,
                  char **argv, int i, struct err *err)
{
    unsigned looks_at = rule_looks_at(rule);
    int ret = 0;

    e->rounds = round_done;
    if (looks_at & LOOKS_AT_LABELS)
        ret = read_all_labels(e, rule, argc, argv, i, err);
    if (ret == 0 && looks_at & LOOKS_AT_WALK)
        ret = frames_read(&e->walk, walk_path, err);
    if (ret == 0 && looks_at & LOOKS_AT_PREVIOUS)
        ret = frames_read(&e->previous, previous_path, err);
    if (ret == 0 && looks_at & LOOKS_AT_LEDGER)
        ret = count_calls(&e->calls, err);
    return ret;
}

static void print_finding(enum criterion c, const struct finding *f)
{
    const char *yes = criterion_counts(c) ? "reached" : "converged";

    printf("%s%s %.6g %s %.10g %s%s\n", criterion_name(c),
           c == CRITERION_FMAX && limits.component ? "-component" : "",
           f->value, criterion_unit(c), f->threshold, f->yes ? "" : "not-",
           yes);
}

static void find_all(const struct rule *rule, const struct evidence *e,
                     struct finding finding[NCRITERION], bool yes[NCRITERION])
{
    for (int i = 0; i < NCRITERION; i++)
        if (rule_asks(rule, (enum criterion)i)) {
            finding[i] = criterion_find((enum criterion)i, e, &limits);
            yes[i] = finding[i].yes;
        }
}

/* A line for each criterion, and one for all if there are several. */
static void print_all(const struct rule *rule,
                      const struct finding finding[NCRITERION], bool all)
{
    int n = 0, fulfilled = 0;

    for (int i = 0; i < NCRITERION; i++)
        if (rule_asks(rule, (enum criterion)i)) {
            print_finding((enum criterion)i, &finding[i]);
            fulfilled += finding[i].yes;
            n++;
        }
    if (n > 1)
        printf("verdict %d of %d %sconverged\n", fulfilled, n,
               all ? "" : "not-");
}

/* 1 for yes, 0 for no, or an error; nothing is printed before it is true. */
static int judge(const struct rule *rule, const struct evidence *e,
                 struct err *err)
{
    struct finding finding[NCRITERION];
    bool yes[NCRITERION] = {false}, all;

    find_all(rule, e, finding, yes);
    all = rule_holds(rule, yes);
    if (all && output && write_final(&cli, output, e, rule, &limits, err) < 0)
        return -1;
    print_all(rule, finding, all);
    return all;
}

/* Is everything there that a criterion needs? */
static int check_needs(const struct rule *rule, struct err *err)
{
    static const struct {
        unsigned looks_at;
        const char *words[2], *needs;
    } need[] = {
        {LOOKS_AT_ROUND, {"round", "max-rounds"}, "--round and --max-rounds"},
        {LOOKS_AT_LEDGER, {"ledger", "budget"}, "--ledger and --budget"},
        {LOOKS_AT_WALK, {"trajectory", "trajectory"}, "--trajectory"},
        {LOOKS_AT_PREVIOUS, {"previous", "previous"}, "--previous"},
    };

    if (rule_asks(rule, CRITERION_STEPS) && !cli_given(&cli, "steps"))
        return err_set(err, ERR_RANGE, "--criterion=steps needs --steps");
    for (int i = 0; i < NCRITERION; i++)
        for (size_t k = 0; k < sizeof need / sizeof *need; k++)
            if (rule_asks(rule, (enum criterion)i) &&
                criterion_looks_at((enum criterion)i) & need[k].looks_at &&
                !(cli_given(&cli, need[k].words[0]) &&
                  cli_given(&cli, need[k].words[1])))
                return err_set(err, ERR_RANGE, "--criterion=%s needs %s",
                               criterion_name((enum criterion)i),
                               need[k].needs);
    return 0;
}

static int check_usage(const struct rule *rule, bool operands, struct err *err)
{
    unsigned looks_at = rule_looks_at(rule);

    if (check_needs(rule, err) < 0)
        return err->code;
    if (!(looks_at & LOOKS_AT_LABELS) && (operands || like_path || output))
        return err_set(err, ERR_RANGE, "--criterion=%s looks at no labels",
                       criterion);
    if (output && !(looks_at & LOOKS_AT_BAND) &&
        !rule_asks(rule, CRITERION_FMAX))
        return err_set(err, ERR_RANGE,
                       "--output: no structure is verified by --criterion=%s",
                       criterion);
    if (output && strcmp(output, "-") == 0)
        return err_set(err, ERR_RANGE,
                       "--output: the answer has the standard output");
    return 0;
}

int main(int argc, char **argv)
{
    int i = cli_parse(&cli, argc, argv), ret;
    struct evidence e = {0};
    struct rule rule;
    struct err err;

    if (!cli_given(&cli, "saddle-fmax"))
        limits.saddle_fmax = limits.fmax;
    ret = rule_parse(&rule, criterion, &err);
    if (ret == 0)
        ret = check_usage(&rule, i < argc, &err);
    if (ret == 0)
        ret = gather(&e, &rule, argc, argv, i, &err);
    if (ret == 0)
        ret = judge(&rule, &e, &err);
    evidence_release(&e);
    rule_release(&rule);
    if (ret < 0 || output_close(stdout, "-", &err) < 0)
        return cli_fail(&cli, &err);
    return ret ? STATUS_YES : STATUS_NO;
}
