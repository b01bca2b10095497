#include "committee.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * A gradient this small relative to the loss, or this small a gain in an
 * epoch, is the end.  Both are near what rounding leaves of the loss.
 */
static const double least_gradient = 1e-12;

static bool lower(double x, double y)
{
    return isfinite(x) && !(x >= y);
}

/* Evaluate where the optimizer is, and remember the lowest point. */
static double evaluate(struct trainer *t)
{
    struct objective *o = &t->objective;
    struct fit fit = objective_eval(o, t->weight, t->theta, t->dtheta);

    if (lower(fit.loss, t->fit.loss)) {
        t->fit = fit;
        memcpy(t->best, t->theta, (size_t)o->nparam * sizeof *t->best);
    }
    return fit.loss;
}

void trainer_alloc(struct trainer *t, const struct model *m,
                   const struct loss *loss, const struct schedule *schedule,
                   int heads, double *const *weight, double *const *theta)
{
    size_t n = (size_t)objective_nparam(m, heads);

    *t = (struct trainer){.schedule = schedule, .weight = weight};
    objective_init(&t->objective, m, loss, heads);
    t->theta = xcalloc(n, sizeof *t->theta);
    t->best = xcalloc(n, sizeof *t->best);
    t->dtheta = xcalloc(n, sizeof *t->dtheta);
    objective_pack(&t->objective, theta, t->theta);
    memcpy(t->best, t->theta, n * sizeof *t->best);
    if (schedule->optimizer == OPTIMIZER_LBFGS)
        lbfgs_init(&t->lbfgs, (int)n, schedule->memory);
    else
        adam_init(&t->adam, (int)n);
    t->fit.loss = INFINITY;
}

void trainer_init(struct trainer *t, const struct dataset *ds,
                  const struct model *m, const struct loss *loss,
                  const struct schedule *schedule, int heads,
                  double *const *weight, double *const *theta)
{
    trainer_alloc(t, m, loss, schedule, heads, weight, theta);
    objective_look(&t->objective, ds);
    t->start = t->value = evaluate(t);
}

void trainer_release(struct trainer *t)
{
    free(t->theta);
    free(t->best);
    free(t->dtheta);
    objective_release(&t->objective);
    if (t->schedule && t->schedule->optimizer == OPTIMIZER_LBFGS)
        lbfgs_release(&t->lbfgs);
    else
        adam_release(&t->adam);
    *t = (struct trainer){0};
}

double trainer_bytes(const struct frames *frames, const struct model *m,
                     const struct schedule *schedule)
{
    const struct descriptor *d = &m->descriptor;
    int count[MAX_Z + 1] = {0}; /* atoms of an element */
    int vectors =
        3 +
        (schedule->optimizer == OPTIMIZER_LBFGS ? 2 * schedule->memory + 4 : 2);
    int heads = m->shared ? m->members : 1;
    double reals = (double)vectors * objective_nparam(m, heads);

    for (int i = 0; i < frames->n; i++)
        for (int a = 0; a < frames->frame[i].atoms.natoms; a++)
            count[frames->frame[i].atoms.z[a]]++;
    for (int el = 0; el < d->nelement; el++) {
        int n = count[d->z[el]];

        reals += heads * 2.0 * n * (1 + d->nsf[el]);
        reals += n > 0 ? heads * (double)mlp_nwork(&m->net[el], n) : 0;
    }
    reals += 2.0 * heads * m->nparam;
    return sizeof(double) * reals * (m->shared ? 1 : m->members);
}

static double largest(const double *x, int n)
{
    double max = 0;

    for (int i = 0; i < n; i++)
        if (!(fabs(x[i]) <= max))
            max = fabs(x[i]);
    return max;
}

bool fit_meets(const struct fit *fit, const struct schedule *s)
{
    return (s->target_e > 0 || s->target_f > 0) && schedule_met(s, fit);
}

/* Move theta from the value and gradient there: false if it cannot go on. */
static bool step(struct trainer *t, double rate)
{
    if (t->schedule->optimizer == OPTIMIZER_LBFGS)
        return lbfgs_step(&t->lbfgs, t->value, t->dtheta, t->theta) ==
               OPTIM_GO_ON;
    if (!isfinite(t->value))
        return false;
    adam_step(&t->adam, rate, t->dtheta, t->theta);
    return true;
}

/* Nothing left to gain here: targets met, or a flat place. */
static bool arrived(const struct trainer *t)
{
    return fit_meets(&t->fit, t->schedule) ||
           largest(t->dtheta, t->objective.nparam) <=
               least_gradient * fmax(1, t->fit.loss);
}

int schedule_patience(const struct schedule *s, int epoch)
{
    int period = s->period;

    for (; period > 0 && epoch >= period; period *= s->mult) {
        epoch -= period;
        if (period > INT_MAX / s->mult)
            break;
    }
    return period > INT_MAX - PATIENCE ? INT_MAX : PATIENCE + period;
}

/* SGDR: the rate follows the cosine from step to step, not epoch to epoch. */
double schedule_rate(const struct schedule *s, double at)
{
    return s->period > 0 ? cosine_rate(at, s->rate, 0, s->period, s->mult)
                         : s->rate;
}

static double rate_at(const struct trainer *t, int step)
{
    return schedule_rate(t->schedule,
                         t->epoch + (double)step / t->schedule->steps);
}

bool trainer_epoch(struct trainer *t)
{
    const struct schedule *s = t->schedule;
    int patience =
        s->optimizer == OPTIMIZER_LBFGS ? 1 : schedule_patience(s, t->epoch);
    double before = t->fit.loss;
    int steps = 0;

    while (steps < s->steps && !arrived(t) && step(t, rate_at(t, steps))) {
        t->value = evaluate(t);
        steps++;
    }
    if (steps > 0)
        t->epoch++;
    t->stalled =
        before - t->fit.loss > LEAST_GAIN * before ? 0 : t->stalled + 1;
    return steps == s->steps && t->stalled < patience;
}

bool trainer_failed(const struct trainer *t)
{
    return !isfinite(t->fit.loss) || (t->epoch > 0 && t->fit.loss >= t->start);
}
