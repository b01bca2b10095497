#include "train.h"

#include <stdio.h>

static const char *forces_used(const struct train *t, const struct dataset *ds)
{
    return ds->forces ? masks[t->mask] : "no";
}

static const char *energy_used(const struct train *t, const struct dataset *ds)
{
    if (t->names.energy)
        return t->names.energy;
    return ds->free_energy ? "free_energy" : "energy";
}

/* The same for equal input, options and seed. */
char *describe(const struct train *t, const struct committee *c)
{
    const struct dataset *ds = c->ds;
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);

    if (!f)
        return xstrdup("");
    fprintf(f, "tool train %s\nlabel %s\nforces %s\n", MORSEL_VERSION,
            energy_used(t, ds), forces_used(t, ds));
    fprintf(f, "loss %s\nalpha %.17g\nhuber %.17g\ndecay %.17g\n",
            losses[t->units], t->loss.alpha, t->loss.huber, t->loss.decay);
    fprintf(f, "scaling %s\noptimizer %s\nsteps %d\n", scalings[t->scaling],
            optimizers[t->schedule.optimizer], t->schedule.steps);
    fprintf(f, "start %s\nseed %d\ncommittee %s\nbootstrap %s\n",
            t->warm ? "warm" : "random", t->plan.seed, kinds[t->kind],
            bootstraps[t->bootstrap]);
    for (int k = 0; k < c->nmember; k++) {
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

void report(const struct train *t, const struct committee *c)
{
    if (t->quiet)
        return;
    cli_say(t->cli, "%d frames, label %s, %s forces", c->ds->n,
            energy_used(t, c->ds), forces_used(t, c->ds));
    for (int k = 0; k < c->nmember; k++)
        cli_say(t->cli, "%s %d: %d epochs, %.3g meV/atom, %.3g eV/A",
                c->m->shared ? "heads on trunk" : "member", k + 1,
                c->member[k].epoch, 1000 * c->member[k].fit.rmse_e,
                c->member[k].fit.rmse_f);
}
