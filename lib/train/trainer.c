#include <morsel/train.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * A gradient this small relative to the loss, or this small a gain in an
 * epoch, is the end.  Both are near what rounding leaves of the loss.
 */
static const double least_gradient = 1e-12;
static const double least_gain = 1e-9;

/* Epochs without that gain after which Adam gives up. */
enum { PATIENCE = 50 };

static double *copy(const double *x, int n)
{
    double *y = xcalloc((size_t)n, sizeof *y);

    memcpy(y, x, (size_t)n * sizeof *y);
    return y;
}

static bool lower(double x, double y)
{
    return isfinite(x) && !(x >= y);
}

/* Evaluate where the optimizer is, and remember the lowest point. */
static double evaluate(struct trainer *t)
{
    struct fit fit = loss_eval(t->ds, t->m, t->loss, t->weight, t->theta,
                               &t->work, t->dtheta);

    if (lower(fit.loss, t->fit.loss)) {
        t->fit = fit;
        memcpy(t->best, t->theta, (size_t)t->m->nparam * sizeof *t->best);
    }
    return fit.loss;
}

void trainer_init(struct trainer *t, const struct dataset *ds,
                  const struct model *m, const struct loss *loss,
                  const struct schedule *schedule, const double *weight,
                  const double *theta)
{
    *t = (struct trainer){.ds = ds, .m = m, .loss = loss};
    t->schedule = schedule;
    t->weight = weight;
    t->theta = copy(theta, m->nparam);
    t->best = copy(theta, m->nparam);
    t->dtheta = xcalloc((size_t)m->nparam, sizeof *t->dtheta);
    loss_work_init(&t->work, ds, m);
    if (schedule->optimizer == OPTIMIZER_LBFGS)
        lbfgs_init(&t->lbfgs, m->nparam, schedule->memory);
    else
        adam_init(&t->adam, m->nparam);
    t->fit.loss = INFINITY;
    t->start = t->value = evaluate(t);
}

void trainer_release(struct trainer *t)
{
    free(t->theta);
    free(t->best);
    free(t->dtheta);
    loss_work_release(&t->work);
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
    double reals = (double)vectors * m->nparam;

    for (int i = 0; i < frames->n; i++)
        for (int a = 0; a < frames->frame[i].atoms.natoms; a++)
            count[frames->frame[i].atoms.z[a]]++;
    for (int el = 0; el < d->nelement; el++) {
        int n = count[d->z[el]];

        reals += 2.0 * n * (1 + d->nsf[el]);
        reals += n > 0 ? (double)mlp_nwork(&m->net[el], n) : 0;
    }
    return sizeof(double) * reals;
}

static double largest(const double *x, int n)
{
    double max = 0;

    for (int i = 0; i < n; i++)
        if (!(fabs(x[i]) <= max))
            max = fabs(x[i]);
    return max;
}

static bool reached(const struct trainer *t)
{
    const struct schedule *s = t->schedule;

    if (s->target_e <= 0 && s->target_f <= 0)
        return false;
    return (s->target_e <= 0 || t->fit.rmse_e <= s->target_e) &&
           (s->target_f <= 0 || t->fit.rmse_f <= s->target_f);
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
    return reached(t) || largest(t->dtheta, t->m->nparam) <=
                             least_gradient * fmax(1, t->fit.loss);
}

bool trainer_epoch(struct trainer *t)
{
    const struct schedule *s = t->schedule;
    const int patience = s->optimizer == OPTIMIZER_LBFGS ? 1 : PATIENCE;
    double before = t->fit.loss, rate = s->rate;
    int steps = 0;

    if (s->period > 0)
        rate = cosine_rate(t->epoch, s->rate, 0, s->period, s->mult);
    while (steps < s->steps && !arrived(t) && step(t, rate)) {
        t->value = evaluate(t);
        steps++;
    }
    if (steps > 0)
        t->epoch++;
    t->stalled =
        before - t->fit.loss > least_gain * before ? 0 : t->stalled + 1;
    return steps == s->steps && t->stalled < patience;
}

bool trainer_failed(const struct trainer *t)
{
    return !isfinite(t->fit.loss) || (t->epoch > 0 && t->fit.loss >= t->start);
}
