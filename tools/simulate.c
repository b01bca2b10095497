/* simulate - move atoms as a model, or an oracle, says */

#include <stdlib.h>
#include <string.h>

#include <morsel/cli.h>
#include <morsel/engine.h>
#include <morsel/io.h>
#include <morsel/la.h>
#include <morsel/sim.h>

static const char *const methods[] = {"bfgs", "lbfgs", "fire", NULL};

static const char *model_path, *oracle, *fix;
static const char *output = "-", *input = "-";
static int method, threads, every = 1;
static double max_step = 0.2, fix_below;
static struct walk_limits limits = {
    .fmax = 0.05, .max_steps = 200, .collision = 0.5};
static bool quiet, verbose;

static const struct cli_opt opts[] = {
    {CLI_TEXT, 'm', "model", "FILE", &model_path, 0, 0, "ask this model", NULL},
    {CLI_TEXT, 0, "oracle", "COMMAND", &oracle, 0, 0,
     "ask a program that labels frames", NULL},
    {CLI_CHOICE, 0, "method", "NAME", &method, 0, 0,
     "bfgs, lbfgs or fire (bfgs)", methods},
    {CLI_REAL, 0, "fmax", "F", &limits.fmax, 1e-6, 100,
     "relaxed below this force, eV/angstrom (0.05)", NULL},
    {CLI_REAL, 0, "max-step", "D", &max_step, 1e-4, 1,
     "longest move of an atom in a step, angstrom (0.2)", NULL},
    {CLI_INT, 0, "max-steps", "N", &limits.max_steps, 0, 1e6,
     "give up after N steps (200)", NULL},
    {CLI_REAL, 0, "stop-uncertainty", "S", &limits.uncertainty, 0, 1e3,
     "stop if sigma_f of a free atom > S (0: never)", NULL},
    {CLI_REAL, 0, "max-displacement", "D", &limits.displacement, 0, 1e3,
     "stop before an atom is D from its start (0: no)", NULL},
    {CLI_REAL, 0, "collision", "X", &limits.collision, 0, 2,
     "closest approach, in sums of covalent radii (0.5)", NULL},
    {CLI_TEXT, 0, "fix", "LIST", &fix, 0, 0,
     "hold these atoms, from 0, as in 0-3,7", NULL},
    {CLI_REAL, 0, "fix-below", "Z", &fix_below, -1e6, 1e6,
     "hold the atoms with z below Z, angstrom", NULL},
    {CLI_INT, 0, "every", "N", &every, 1, 1e6,
     "write first, every Nth and last step (1)", NULL},
    {CLI_TEXT, 'o', "output", "FILE", &output, 0, 0,
     "write FILE, not the standard output", NULL},
    {CLI_INT, 'j', "threads", "N", &threads, 0, 1024,
     "threads (0: one per core)", NULL},
    {CLI_FLAG, 'q', "quiet", NULL, &quiet, 0, 0, "no remarks", NULL},
    {CLI_FLAG, 'v', "verbose", NULL, &verbose, 0, 0,
     "a line per step to the standard error", NULL},
    {0},
};

static const struct cli cli = {
    .name = "simulate",
    .operands = "single|relax [file]",
    .about = "move atoms as a model, or an oracle, says",
    .opts = opts,
    .min_operands = 1,
    .max_operands = 2,
    .example = "simulate relax --model=model -o traj.xyz start.xyz",
};

/* Energy and forces at f; s->ok tells whether there are any. */
static int ask(struct source *s, const struct trajectory *t,
               const struct frame *f, struct err *err)
{
    char why[sizeof err->msg];
    int ret = source_ask(s, t, f, err);

    if (ret < 0 && !oracle) {
        snprintf(why, sizeof why, "%s", err->msg);
        ret = err_set(err, ret, "%s:%ld: %s", input, f->line, why);
    }
    if (ret == 0 && s->ok && limits.uncertainty > 0 && !s->sigma_f)
        return err_set(err, ERR_RANGE,
                       "--stop-uncertainty: '%s' has no uncertainty",
                       model_path);
    if (ret == 0 && oracle && !s->ok && !quiet)
        cli_say(&cli, "the oracle failed (%s): %s", s->outcome.reason,
                s->outcome.detail);
    return ret;
}

/* Predictions or labels for a frame that stays where it is. */
static int single(struct frame *f, struct source *s, struct trajectory *t,
                  bool *yes, struct err *err)
{
    int ret;

    if (oracle)
        label_strip(f); /* nobody shall answer by an echo */
    if ((ret = ask(s, t, f, err)) < 0)
        return ret;
    source_put(s, f);
    if (!s->ok) {
        frame_set_text(f, "reason", stop_name(oracle ? STOP_FAILED : STOP_NAN));
        *yes = false;
    }
    return trajectory_put(t, f, err);
}

/* Atoms of f in the list, "0-3,7", may not move. */
static int hold_list(struct frame *f, struct err *err)
{
    int n, ret = 0;
    char **range = cli_split(fix, &n);

    for (int i = 0; i < n && ret == 0; i++) {
        char *dash = strchr(range[i], '-');
        int from = 0, to = 0;
        if (dash)
            *dash = '\0';
        if (parse_int(range[i], &from) < 0 ||
            parse_int(dash ? dash + 1 : range[i], &to) < 0 || from < 0 ||
            to < from || to >= f->atoms.natoms)
            ret = err_set(err, ERR_RANGE,
                          "--fix: '%s' is not a list of atoms from 0 to %d",
                          fix, f->atoms.natoms - 1);
        for (int k = from; ret == 0 && k <= to; k++)
            memset(f->atoms.move[k], 0, sizeof f->atoms.move[k]);
    }
    cli_free(range);
    return ret;
}

static int hold(struct frame *f, struct err *err)
{
    struct atoms *a = &f->atoms;
    size_t n = (size_t)a->natoms;
    bool below = cli_given(&cli, "fix-below");

    if (!a->move && (fix || below)) {
        a->move = xcalloc(n, sizeof *a->move);
        memset(a->move, true, n * sizeof *a->move);
    }
    for (int i = 0; below && i < a->natoms; i++)
        if (a->pos[i][2] < fix_below)
            memset(a->move[i], false, sizeof a->move[i]);
    return fix ? hold_list(f, err) : 0;
}

/* Many programs write a slab without saying which of its atoms are fixed. */
static void remark_slab(const struct atoms *a)
{
    static bool said;
    int periodic = a->pbc[0] + a->pbc[1] + a->pbc[2];
    bool fixed = false;

    for (int i = 0; a->move && i < 3 * a->natoms; i++)
        fixed = fixed || !a->move[i / 3][i % 3];
    if (!fixed && !quiet && !said && (periodic == 1 || periodic == 2)) {
        cli_say(&cli, "no atom is fixed, though this looks like a slab: "
                      "move_mask, --fix and --fix-below hold atoms");
        said = true;
    }
}

struct walk {
    struct frame frame; /* where it is, without labels */
    struct atoms start;
    struct relax *relax;
    int number, step; /* number 0: the only walk */
    enum stop stop;
};

static int put_step(const struct walk *w, const struct source *s,
                    struct trajectory *t, struct err *err)
{
    double fmax = s->ok ? atoms_fmax(&w->frame.atoms, s->forces) : 0;
    struct frame f;
    int ret;

    if (verbose && s->ok)
        cli_say(&cli, "step %d: energy %.6f eV, fmax %.4f eV/angstrom%s%s",
                w->step, s->energy, fmax, w->stop ? ", " : "",
                stop_name(w->stop));
    if (!w->stop && w->step % every != 0)
        return 0;
    frame_copy(&f, &w->frame);
    if (w->number)
        frame_set_int(&f, "walk", w->number);
    frame_set_int(&f, "step", w->step);
    source_put(s, &f);
    if (w->stop) {
        frame_set_bool(&f, "relaxed", w->stop == STOP_CONVERGED);
        frame_set_text(&f, "reason", stop_name(w->stop));
        if (s->ok)
            frame_set_real(&f, oracle ? "fmax" : "ml_fmax", fmax);
        if (s->ok && s->sigma_f)
            frame_set_real(&f, "ml_sigma_max",
                           walk_sigma(&w->frame.atoms, s->sigma_f));
    }
    ret = trajectory_put(t, &f, err);
    frame_release(&f);
    return ret;
}

/* Ask where the atoms are, choose where they go, write, go. */
static int take_step(struct walk *w, struct source *s, struct trajectory *t,
                     struct err *err)
{
    struct atoms *a = &w->frame.atoms, next;
    int ret = ask(s, t, &w->frame, err);

    if (ret == 0 && oracle && w->step == 0 && !s->ok &&
        strcmp(s->outcome.reason, "crash") == 0)
        ret = err_set(err, ERR_IO, "the oracle crashed at its first question");
    if (ret < 0)
        return ret;
    atoms_copy(&next, a);
    if (!s->ok)
        w->stop = oracle ? STOP_FAILED : STOP_NAN;
    else
        w->stop =
            walk_judge(&limits, w->step, a, s->energy, s->forces, s->sigma_f);
    if (!w->stop && (ret = relax_step(w->relax, &next, s->forces, err)) == 0)
        w->stop = walk_allow(&limits, &w->start, &next);
    if (ret == 0)
        ret = put_step(w, s, t, err);
    if (!w->stop) {
        memcpy(a->pos, next.pos, (size_t)a->natoms * sizeof *a->pos);
        w->step++;
    }
    atoms_release(&next);
    return ret;
}

static int relax(const struct frame *f, int number, struct source *s,
                 struct trajectory *t, bool *yes, struct err *err)
{
    struct walk w = {.number = number};
    int ret;

    frame_copy(&w.frame, f);
    frame_strip(&w.frame);
    if ((ret = hold(&w.frame, err)) < 0)
        goto out;
    remark_slab(&w.frame.atoms);
    atoms_copy(&w.start, &w.frame.atoms);
    w.relax = relax_new((enum relax_method)method, w.start.natoms, max_step);
    w.stop = walk_allow(&limits, &w.start, &w.start);
    if (w.stop) { /* not worth a question */
        source_forget(s);
        ret = put_step(&w, s, t, err);
    }
    while (ret == 0 && !w.stop)
        ret = take_step(&w, s, t, err);
    if (ret == 0 && w.stop != STOP_CONVERGED) {
        *yes = false;
        if (!quiet)
            cli_say(&cli, "not relaxed: %s after %d step%s", stop_name(w.stop),
                    w.step, w.step == 1 ? "" : "s");
    }
out:
    relax_free(w.relax);
    atoms_release(&w.start);
    frame_release(&w.frame);
    return ret;
}

static int single_all(struct source *s, struct trajectory *t, bool *yes,
                      struct err *err)
{
    struct text in;
    struct frame f;
    int ret = text_open(&in, input, err);

    if (ret < 0)
        return ret;
    while ((ret = frame_read(&in, &f, err)) > 0) {
        ret = single(&f, s, t, yes, err);
        frame_release(&f);
        if (ret < 0)
            break;
    }
    text_close(&in);
    return ret;
}

static int relax_all(struct source *s, struct trajectory *t, bool *yes,
                     struct err *err)
{
    struct frames all = {0};
    int ret = frames_read(&all, input, err);

    if (ret == 0 && all.n == 0)
        ret = err_set(err, ERR_FORMAT, "there is no frame in '%s'", input);
    for (int i = 0; i < all.n && ret == 0; i++)
        ret = relax(&all.frame[i], all.n > 1 ? i + 1 : 0, s, t, yes, err);
    frames_release(&all);
    return ret;
}

/* What the option table cannot say. */
static int check_usage(const char *mode, struct err *err)
{
    if (strcmp(mode, "md") == 0 || strcmp(mode, "neb") == 0 ||
        strcmp(mode, "dimer") == 0)
        return err_set(err, ERR_RANGE, "'%s' is not there yet", mode);
    if (strcmp(mode, "single") != 0 && strcmp(mode, "relax") != 0)
        return err_set(err, ERR_RANGE, "'%s' is not single or relax", mode);
    if (!model_path == !oracle)
        return err_set(err, ERR_RANGE, "one of --model and --oracle is needed");
    if (oracle && limits.uncertainty > 0)
        return err_set(err, ERR_RANGE,
                       "--stop-uncertainty: an oracle has no uncertainty");
    if (oracle && every != 1)
        return err_set(err, ERR_RANGE,
                       "--every: each label of an oracle is kept");
    return 0;
}

static int source_open(struct source *s, struct err *err)
{
    return oracle ? source_oracle(s, oracle, err)
                  : source_model(s, model_path, err);
}

int main(int argc, char **argv)
{
    int i = cli_parse(&cli, argc, argv);
    const char *mode = argv[i];
    struct source s;
    struct trajectory t;
    struct err err;
    bool yes = true;
    int ret;

    if (check_usage(mode, &err) < 0)
        return cli_fail(&cli, &err);
    if (i + 1 < argc)
        input = argv[i + 1];
    la_threads(threads);
    if (source_open(&s, &err) < 0)
        return cli_fail(&cli, &err);
    if ((ret = trajectory_open(&t, output, oracle, &err)) == 0) {
        if (t.done.n > 0 && !quiet)
            cli_say(&cli, "going on after %d frames of '%s.part'", t.done.n,
                    output);
        ret = strcmp(mode, "relax") == 0 ? relax_all(&s, &t, &yes, &err)
                                         : single_all(&s, &t, &yes, &err);
        if (ret == 0)
            ret = trajectory_close(&t, &err);
        else
            trajectory_fail(&t);
    }
    source_release(&s);
    if (ret < 0)
        return cli_fail(&cli, &err);
    return yes ? STATUS_YES : STATUS_NO;
}
