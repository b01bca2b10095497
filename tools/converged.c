/* converged - is the relaxation done? */

#include <morsel/cli.h>
#include <morsel/io.h>

#include <math.h>
#include <string.h>

enum criterion { CRITERION_FMAX, CRITERION_ROUNDS, CRITERION_BUDGET };

static int criterion = CRITERION_FMAX;
static double threshold = 0.05;
static bool component;
static const char *like_path;
static const char *output;
static int round_done, max_rounds;
static const char *ledger;
static int budget;

static const char *const criteria[] = {
    [CRITERION_FMAX] = "fmax",
    [CRITERION_ROUNDS] = "rounds",
    [CRITERION_BUDGET] = "budget",
    NULL,
};

static const struct cli_opt opts[] = {
    {CLI_CHOICE, 0, "criterion", "WHAT", &criterion, 0, 0,
     "fmax, rounds or budget (fmax)", criteria},
    {CLI_REAL, 0, "fmax", "F", &threshold, 0, 1e3,
     "largest force allowed, eV/angstrom (0.05)", NULL},
    {CLI_FLAG, 0, "component", NULL, &component, 0, 0,
     "compare its largest component, as the paper did", NULL},
    {CLI_TEXT, 0, "like", "FILE", &like_path, 0, 0,
     "only labels of the system of FILE count", NULL},
    {CLI_TEXT, 'o', "output", "FILE", &output, 0, 0,
     "if converged, write that frame to FILE", NULL},
    {CLI_INT, 0, "round", "K", &round_done, 0, INT32_MAX,
     "rounds: how many are done", NULL},
    {CLI_INT, 0, "max-rounds", "N", &max_rounds, 1, INT32_MAX,
     "rounds: how many are allowed", NULL},
    {CLI_TEXT, 0, "ledger", "FILE", &ledger, 0, 0,
     "budget: where the calls are listed", NULL},
    {CLI_INT, 0, "budget", "N", &budget, 1, INT32_MAX,
     "budget: how many calls are allowed", NULL},
    {CLI_END, 0, NULL, NULL, NULL, 0, 0, NULL, NULL},
};

static const struct cli cli = {
    .name = "converged",
    .operands = "[labels ...]",
    .about = "is the relaxation done?",
    .opts = opts,
    .max_operands = -1,
    .example = "converged --fmax=0.05 -o final.xyz train.xyz",
};

/* The label with the smallest force so far. */
struct best {
    struct frame frame;
    double f;          /* eV/angstrom; NAN: there is none */
    struct atoms like; /* the system; natoms = 0: not known yet */
};

static bool same_system(const struct atoms *a, const struct atoms *b)
{
    return a->natoms == b->natoms &&
           memcmp(a->z, b->z, (size_t)a->natoms * sizeof *a->z) == 0;
}

/*
 * Largest force over the coordinates that may move, eV/angstrom: of an atom
 * its norm, or the paper's largest component.  NAN if a force is, and if
 * nothing may move: that says nothing about a relaxation.
 */
static double largest_force(const struct atoms *a, const double (*forces)[3])
{
    double largest = NAN;

    for (int i = 0; i < a->natoms; i++) {
        double norm2 = 0, most = 0;
        bool moves = false;

        for (int k = 0; k < 3; k++) {
            if (a->move && !a->move[i][k])
                continue;
            moves = true;
            norm2 += forces[i][k] * forces[i][k];
            most = fmax(most, fabs(forces[i][k]));
        }
        if (isnan(norm2))
            return NAN;
        if (moves)
            largest = fmax(largest, component ? most : sqrt(norm2));
    }
    return largest;
}

/* Look at one label; f is taken over or released. */
static int look_at(struct best *best, struct frame *f, const char *path,
                   struct err *err)
{
    struct label label;
    double force = NAN;
    int ret = 0;

    if (best->like.natoms == 0)
        atoms_copy(&best->like, &f->atoms);
    if (same_system(&f->atoms, &best->like)) {
        if (!frame_get_label(f, NULL, &label) || !label.forces)
            ret = err_set(err, ERR_FORMAT,
                          "%s:%ld: expected a label: energy and forces", path,
                          f->line);
        else
            force = largest_force(&f->atoms, label.forces);
    } else if (!like_path) {
        ret = err_set(err, ERR_RANGE,
                      "%s:%ld: expected the elements of the first label: say "
                      "--like=FILE to choose a system",
                      path, f->line);
    }
    if (force < best->f || (isnan(best->f) && !isnan(force))) {
        frame_release(&best->frame);
        best->frame = *f;
        best->f = force;
    } else {
        frame_release(f);
    }
    return ret;
}

static int look_through(struct best *best, const char *path, struct err *err)
{
    struct text t;
    struct frame f;
    int ret = text_open(&t, path, err);

    if (ret < 0)
        return ret;
    while ((ret = frame_read(&t, &f, err)) > 0)
        if ((ret = look_at(best, &f, path, err)) < 0)
            break;
    text_close(&t);
    return ret;
}

/* The system is that of the first frame of a file. */
static int read_like(struct best *best, struct err *err)
{
    struct frames s = {0};
    int ret = frames_read(&s, like_path, err);

    if (ret < 0)
        return ret;
    if (s.n == 0)
        ret = err_set(err, ERR_FORMAT, "%s:0: expected a frame", like_path);
    else
        atoms_copy(&best->like, &s.frame[0].atoms);
    frames_release(&s);
    return ret;
}

static int write_final(const struct best *best, struct err *err)
{
    FILE *out = output_open(output, err);

    if (!out)
        return -1;
    if (frame_write(&best->frame, out, output, err) < 0) {
        output_discard(out, output);
        return -1;
    }
    return output_close(out, output, err);
}

/* Each of these returns 1 for yes, 0 for no, or an error. */
static int by_force(int argc, char **argv, int i, struct err *err)
{
    struct best best = {.f = NAN};
    int ret = like_path ? read_like(&best, err) : 0;
    bool yes;

    do
        if (ret == 0)
            ret = look_through(&best, i < argc ? argv[i] : "-", err);
    while (++i < argc);
    yes = best.f <= threshold;
    if (ret == 0 && yes && output)
        ret = write_final(&best, err);
    if (ret == 0)
        printf("%s %.6g eV/angstrom %g %s\n",
               component ? "fmax-component" : "fmax", best.f, threshold,
               yes ? "converged" : "not-converged");
    frame_release(&best.frame);
    atoms_release(&best.like);
    return ret < 0 ? ret : yes;
}

static int limit(const char *what, int used, int allowed)
{
    bool yes = used >= allowed;

    printf("%s %d %s %d %s\n", what, used,
           criterion == CRITERION_ROUNDS ? "rounds" : "calls", allowed,
           yes ? "reached" : "not-reached");
    return yes;
}

/* Every line is a call, whatever came of it. */
static int by_budget(struct err *err)
{
    struct text t;
    int calls = 0, ret = text_open(&t, ledger, err);

    if (ret < 0)
        return ret;
    while ((ret = text_next(&t, err)) > 0)
        calls += t.len > 0 && t.buf[0] != '#';
    text_close(&t);
    return ret < 0 ? ret : limit("budget", calls, budget);
}

/* Is everything there that the criterion needs, and nothing else? */
static int check_usage(bool operands, struct err *err)
{
    const char *what = criteria[criterion];

    if (criterion == CRITERION_ROUNDS &&
        !(cli_given(&cli, "round") && cli_given(&cli, "max-rounds")))
        return err_set(err, ERR_RANGE,
                       "--criterion=rounds needs --round and --max-rounds");
    if (criterion == CRITERION_BUDGET &&
        !(cli_given(&cli, "ledger") && cli_given(&cli, "budget")))
        return err_set(err, ERR_RANGE,
                       "--criterion=budget needs --ledger and --budget");
    if (criterion != CRITERION_FMAX && (operands || output || like_path))
        return err_set(err, ERR_RANGE, "--criterion=%s looks at no labels",
                       what);
    if (output && strcmp(output, "-") == 0)
        return err_set(err, ERR_RANGE,
                       "--output: the answer has the standard output");
    return 0;
}

int main(int argc, char **argv)
{
    int i = cli_parse(&cli, argc, argv), yes;
    struct err err;

    if (check_usage(i < argc, &err) < 0)
        return cli_fail(&cli, &err);
    if (criterion == CRITERION_FMAX)
        yes = by_force(argc, argv, i, &err);
    else if (criterion == CRITERION_ROUNDS)
        yes = limit("rounds", round_done, max_rounds);
    else
        yes = by_budget(&err);
    if (yes < 0 || output_close(stdout, "-", &err) < 0)
        return cli_fail(&cli, &err);
    return yes ? STATUS_YES : STATUS_NO;
}
