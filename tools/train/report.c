#include "train.h"

#include <stdio.h>

int count_stress(const struct dataset *ds)
{
    int n = 0;

    for (int i = 0; i < ds->n; i++)
        n += ds->example[i].has_stress;
    return n;
}

static const char *forces_used(const struct train *t, const struct learnt *l)
{
    return l->forces ? masks[t->mask] : "no";
}

const char *energy_used(const struct train *t, const struct learnt *l)
{
    if (t->names.energy)
        return t->names.energy;
    return l->free_energy ? "free_energy" : "energy";
}

static void put_calibration(FILE *f, const struct calibration *c)
{
    if (c->frames > 0)
        fprintf(f, "calibration %.17g frames %d atoms %d within %.17g %.17g\n",
                c->factor, c->frames, c->atoms, c->within[0], c->within[1]);
}

static void put_comparison(FILE *f, const struct comparison *x)
{
    if (x->id)
        fprintf(f,
                "before %016llx frames %d rmse_e %.17g now %.17g "
                "rmse_f %.17g now %.17g worse %s\n",
                (unsigned long long)x->id, x->before.nframe,
                errors_energy(&x->before), errors_energy(&x->now),
                errors_force(&x->before), errors_force(&x->now),
                errors_worse(&x->now, &x->before) ? "yes" : "no");
}

void put_common(FILE *f, const struct calibration *k,
                const struct comparison *x, const struct learnt *l)
{
    put_calibration(f, k);
    put_comparison(f, x);
    fprintf(f, "frames %d\n", l->n);
    for (int i = 0; i < l->n; i++)
        fprintf(f, "frame %016llx\n", (unsigned long long)l->id[i]);
}

/* The same for equal input, options and seed. */
char *describe(const struct train *t, const struct learnt *l,
               const struct committee *c, const struct comparison *x)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);

    if (!f)
        return xstrdup("");
    fprintf(f, "tool train %s\nlabel %s\nforces %s\n", MORSEL_VERSION,
            energy_used(t, l), forces_used(t, l));
    fprintf(f, "loss %s\nalpha %.17g\nhuber %.17g\ndecay %.17g\n",
            losses[t->units], t->loss.alpha, t->loss.huber, t->loss.decay);
    if (l->stress)
        fprintf(f, "stress_weight %.17g\nstress %d\n", t->loss.beta,
                l->nstress);
    if (t->batch > 0)
        fprintf(f, "batch %d\n", t->batch);
    fprintf(f, "scaling %s\noptimizer %s\nsteps %d\n", scalings[t->scaling],
            optimizers[t->schedule.optimizer], t->schedule.steps);
    fprintf(f, "start %s\nseed %d\ncommittee %s\nbootstrap %s\n",
            t->warm ? "warm" : "random", t->plan.seed, kinds[t->kind],
            bootstraps[t->bootstrap]);
    for (int k = 0; k < c->nmember; k++) {
        const struct member *m = &c->member[k];

        fprintf(f, "member %d epochs %d loss %.17g rmse_e %.17g rmse_f %.17g",
                k + 1, m->epoch, m->fit.loss, m->fit.rmse_e, m->fit.rmse_f);
        if (l->stress)
            fprintf(f, " rmse_s %.17g", m->fit.rmse_s);
        putc('\n', f);
    }
    put_common(f, &c->m->calibration, x, l);
    fclose(f);
    return text;
}

/* This is said in any case: whoever asked wants to know. */
void report_worse(const struct train *t, const struct comparison *x)
{
    if (x->id && errors_worse(&x->now, &x->before))
        cli_say(t->cli,
                "worse than %s on %d old frames: %.3g meV/atom and %.3g eV/A, "
                "which had %.3g and %.3g",
                t->before, x->before.nframe, 1000 * errors_energy(&x->now),
                errors_force(&x->now), 1000 * errors_energy(&x->before),
                errors_force(&x->before));
}

void report_calibration(const struct train *t, const struct calibration *k)
{
    if (k->frames > 0)
        cli_say(t->cli,
                "sigmas times %.3g, from %d frames: %.0f %% of %d atoms "
                "within 1, %.0f %% within 2",
                k->factor, k->frames, 100 * k->within[0], k->atoms,
                100 * k->within[1]);
}

void report(const struct train *t, const struct learnt *l,
            const struct committee *c, const struct comparison *x)
{
    report_worse(t, x);
    if (t->quiet)
        return;
    cli_say(t->cli, "%d frames, label %s, %s forces", l->n, energy_used(t, l),
            forces_used(t, l));
    for (int i = 0; i < c->nmember; i++)
        cli_say(t->cli, "%s %d: %d epochs, %.3g meV/atom, %.3g eV/A",
                c->m->shared ? "heads on trunk" : "member", i + 1,
                c->member[i].epoch, 1000 * c->member[i].fit.rmse_e,
                c->member[i].fit.rmse_f);
    for (int i = 0; l->stress && i < c->nmember; i++)
        cli_say(t->cli, "stress of %d frames: member %d: %.3g eV/A^3",
                l->nstress, i + 1, c->member[i].fit.rmse_s);
    report_calibration(t, &c->m->calibration);
}

int report_pairs(const struct train *t, struct pool *pool, const char *kind,
                 struct err *err)
{
    for (int i = 0; i < pool->n; i++) {
        const struct frame *f = pool_get(pool, i, err);
        struct calibration_pair p;

        if (!f)
            return err->code;
        if (!calibration_pair(&p, f, &t->names, kind))
            continue;
        cli_say(t->cli, "%s:%ld: error %.3g, bare sigma %.3g eV/A", t->input,
                f->line, p.error, p.sigma);
        calibration_pair_release(&p);
    }
    return 0;
}
