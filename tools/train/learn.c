#include "train.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int start_warm(const struct train *t, struct model *m, struct err *err)
{
    struct model old;
    int ret = model_read(&old, NULL, t->warm, err);

    if (ret == 0) {
        ret = warm_start(m, &old, err);
        model_release(&old);
    }
    return ret;
}

void begin_history(FILE *f, bool stress)
{
    if (f)
        fprintf(f, "# member\tepoch\tloss\trmse_e meV/atom\trmse_f eV/A%s\n",
                stress ? "\trmse_s eV/A^3" : "");
}

void write_fit(FILE *f, int member, int epoch, const struct fit *fit,
               bool stress)
{
    fprintf(f, "%d\t%d\t%.10g\t%.10g\t%.10g", member, epoch, fit->loss,
            1000 * fit->rmse_e, fit->rmse_f);
    if (stress)
        fprintf(f, "\t%.10g", fit->rmse_s);
    putc('\n', f);
}

/* One line: nothing goes on by epochs. */
int write_history(const struct train *t, const struct fit *fit, bool stress,
                  struct err *err)
{
    FILE *f = output_open(t->history, err);

    if (!f)
        return err->code;
    begin_history(f, stress);
    write_fit(f, 1, 0, fit, stress);
    return output_close(f, t->history, err);
}

void write_epoch(FILE *f, const struct committee *c, bool stress)
{
    for (int k = 0; f && k < c->nmember; k++)
        if (c->member[k].advanced)
            write_fit(f, k + 1, c->member[k].epoch, &c->member[k].fit, stress);
}

void show_progress(const struct train *t, const struct committee *c, int epoch)
{
    if (!t->quiet && epoch % 10 == 0 && isatty(STDERR_FILENO))
        fprintf(stderr, "\repoch %d: member 1: %.3g meV/atom, %.3g eV/A\033[K",
                epoch, 1000 * c->member[0].fit.rmse_e, c->member[0].fit.rmse_f);
}

static int run(const struct train *t, struct committee *c, struct err *err)
{
    FILE *f = NULL;
    int epoch = 0;

    if (t->history && !(f = output_open(t->history, err)))
        return err->code;
    begin_history(f, c->ds->stress);
    for (bool more = true; more; more = committee_epoch(c)) {
        write_epoch(f, c, c->ds->stress);
        show_progress(t, c, epoch++);
    }
    write_epoch(f, c, c->ds->stress);
    return f ? output_close(f, t->history, err) : 0;
}

int check_members(const struct train *t, const struct committee *c,
                  struct err *err)
{
    if (!t->quiet && isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    for (int k = 0; k < c->nmember; k++) {
        const struct member *m = &c->member[k];

        if (!isfinite(m->fit.loss))
            return err_set(err, ERR_NUMERIC,
                           "member %d: the loss is not finite from %d starts",
                           k + 1, m->attempts);
        if (m->attempts > 1)
            cli_say(t->cli, "member %d diverged: start %d is kept", k + 1,
                    m->attempts);
    }
    return 0;
}

int finish(const struct train *t, struct pool *pool, const struct learnt *l,
           const struct committee *c, struct err *err)
{
    struct comparison x = {0};
    struct model *m = c->m;
    struct potential p;
    int ret = calibrate_pool(&m->calibration, pool, &t->names, "network", err);

    if (ret == 0) {
        potential_of_model(&p, m, 0);
        ret = compare(t, pool, &p, &x, err);
        model_of_potential(m, &p);
    }
    if (ret == 0) {
        m->provenance = describe(t, l, c, &x);
        ret = model_save(m, t->output, err);
    }
    if (ret == 0)
        report(t, l, c, &x);
    if (ret == 0 && t->verbose)
        ret = report_pairs(t, pool, "network", err);
    comparison_release(&x);
    return ret;
}

static int finish_dataset(const struct train *t, const struct frames *frames,
                          const struct committee *c, struct err *err)
{
    const struct dataset *ds = c->ds;
    struct pool pool = {.n = frames->n, .frames = frames};
    uint64_t *id = xcalloc((size_t)ds->n, sizeof *id);
    struct learnt l = {ds->n,           ds->forces,       ds->stress,
                       ds->free_energy, count_stress(ds), id};

    for (int i = 0; i < ds->n; i++)
        id[i] = ds->example[i].id;
    int ret = finish(t, &pool, &l, c, err);

    free(id);
    return ret;
}

static int fit(const struct train *t, const struct frames *frames,
               struct dataset *ds, struct model *m, struct err *err)
{
    struct loss loss = t->loss;
    struct committee c;
    int ret = 0;

    dataset_scale(ds, m, (enum scaling)t->scaling, t->motion);
    dataset_reference(ds, m, (enum units)t->units, &loss);
    if (t->warm)
        ret = start_warm(t, m, err);
    if (ret < 0)
        return ret;
    committee_init(&c, ds, m, &loss, &t->schedule, &t->plan);
    ret = run(t, &c, err);
    if (ret == 0)
        ret = check_members(t, &c, err);
    if (ret == 0)
        ret = finish_dataset(t, frames, &c, err);
    if (ret == 0)
        ret = committee_meets(&c);
    committee_release(&c);
    return ret;
}

enum derivatives labels_wanted(const struct train *t)
{
    if (t->loss.beta > 0)
        return DERIVE_STRAIN;
    return t->loss.alpha > 0 ? DERIVE_POSITIONS : DERIVE_NOTHING;
}

int no_stress(const struct train *t, struct err *err)
{
    return err_set(
        err, ERR_FORMAT,
        "%s: --stress-weight: expected a frame with a stress that is "
        "periodic in three directions",
        t->input);
}

int learn(const struct train *t, const struct frames *frames, struct stored *s,
          struct model *m, struct err *err)
{
    struct dataset ds;
    int ret = dataset_build_stored(&ds, frames, s, t->input, &t->names,
                                   labels_wanted(t), (enum force_mask)t->mask,
                                   m, err);

    stored_release(s); /* as large as the data set */
    if (ret < 0)
        return ret;
    if (ds.stress && count_stress(&ds) == 0)
        ret = no_stress(t, err);
    if (ret == 0)
        ret = fit(t, frames, &ds, m, err);
    dataset_release(&ds);
    return ret;
}
