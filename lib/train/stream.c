#include "committee.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dataset.h"

/* The frames of number index[n], in memory. */
static int get_frames(struct archive *a, const int *index, int n,
                      struct frames *frames, struct err *err)
{
    int ret = 0;

    *frames = (struct frames){0};
    frames->frame = xcalloc((size_t)n, sizeof *frames->frame);
    for (; ret == 0 && frames->n < n; frames->n += ret == 0)
        ret = archive_get(a, index[frames->n], &frames->frame[frames->n], err);
    if (ret < 0)
        frames_release(frames);
    return ret;
}

int stream_get(struct stream *s, const int *index, int n, struct dataset *ds,
               struct err *err)
{
    struct stored part = s->a->s;
    struct frames frames;
    int ret = get_frames(s->a, index, n, &frames, err);

    if (ret < 0)
        return ret;
    part.place = NULL;
    if (part.f) {
        part.n = n;
        part.place = xcalloc((size_t)n, sizeof *part.place);
        for (int i = 0; i < n; i++)
            part.place[i] = s->a->s.place[index[i]];
    }
    ret = dataset_build_part(ds, &frames, &part, s->path, s->names, s->labels,
                             s->mask, s->m, err);
    if (ret == 0 && s->label_known && ds->free_energy != s->free_energy) {
        ret = err_set(err, ERR_FORMAT,
                      "%s:%ld: expected '%s', as in the frames before, not "
                      "'%s'",
                      s->path, frames.frame[0].line,
                      s->free_energy ? "free_energy" : "energy",
                      s->free_energy ? "energy" : "free_energy");
        dataset_release(ds);
    }
    free(part.place);
    frames_release(&frames);
    return ret;
}

/* The number of the first of batch b, and how many it has. */
static int batch_of(const struct stream *s, int b, int *n)
{
    int first = b * s->batch, left = s->a->n - first;

    *n = left < s->batch ? left : s->batch;
    return first;
}

int stream_batches(const struct stream *s)
{
    return (s->a->n + s->batch - 1) / s->batch;
}

void stream_init(struct stream *s, struct archive *a, int batch)
{
    *s = (struct stream){.a = a, .batch = batch < a->n ? batch : a->n};
    s->id = xcalloc((size_t)a->n, sizeof *s->id);
    s->order = xcalloc((size_t)a->n, sizeof *s->order);
    for (int i = 0; i < a->n; i++)
        s->order[i] = i;
}

void stream_release(struct stream *s)
{
    free(s->id);
    free(s->order);
    *s = (struct stream){0};
}

int stream_measure(struct stream *s, struct model *m, enum scaling how,
                   double motion, enum units units, struct loss *loss,
                   struct err *err)
{
    struct scaling_sums sums;
    struct reference r;
    int ret = 0;

    s->m = m;
    scaling_begin(&sums, m);
    reference_begin(&r, s->a->n, m->descriptor.nelement);
    for (int b = 0; ret == 0 && b < stream_batches(s); b++) {
        struct dataset ds;
        int n, first = batch_of(s, b, &n);

        ret = stream_get(s, s->order + first, n, &ds, err);
        if (ret < 0)
            break;
        s->free_energy = ds.free_energy;
        s->label_known = true;
        for (int i = 0; i < n; i++) {
            s->id[first + i] = ds.example[i].id;
            s->nstress += ds.example[i].has_stress;
        }
        scaling_add(&sums, &ds, m);
        reference_add(&r, &ds);
        dataset_release(&ds);
    }
    for (int el = 0; ret == 0 && s->a->s.f && el < sums.nelement; el++)
        if (sums.nrow[el] == 0)
            ret = no_atom_of(s->path, m->descriptor.z[el], err);
    scaling_end(&sums, m, how, motion);
    reference_end(&r, m, units, loss);
    return ret;
}

/* A batch as the networks see it, and in w the weights of its frames. */
static int next_batch(struct stream *s, const struct committee *c, int b,
                      struct dataset *ds, double **w, struct err *err)
{
    int n, first = batch_of(s, b, &n);
    int ret = stream_get(s, s->order + first, n, ds, err);

    if (ret < 0)
        return ret;
    dataset_apply_scale(ds, s->m);
    dataset_apply_reference(ds, s->m);
    for (int k = 0; c->weight && k < s->m->members; k++)
        for (int i = 0; i < n; i++)
            w[k][i] = c->weight[k][s->order[first + i]];
    return 0;
}

/* Sums over batches of what a fit says. */
struct running {
    double loss, e2, f2, s2, nforce, nstress;
};

static void add_fit(struct running *r, const struct fit *fit,
                    const struct dataset *ds)
{
    double nforce = 0, nstress = 0;

    for (int i = 0; i < ds->n; i++) {
        nforce += ds->example[i].ncount;
        nstress += ds->example[i].has_stress;
    }
    r->loss += fit->loss;
    r->e2 += fit->rmse_e * fit->rmse_e * ds->n;
    r->f2 += fit->rmse_f * fit->rmse_f * nforce;
    r->s2 += fit->rmse_s * fit->rmse_s * nstress;
    r->nforce += nforce;
    r->nstress += nstress;
}

static struct fit mean_of(const struct running *r, int n)
{
    return (struct fit){
        .loss = r->loss,
        .rmse_e = sqrt(r->e2 / n),
        .rmse_f = r->nforce > 0 ? sqrt(r->f2 / r->nforce) : 0,
        .rmse_s = r->nstress > 0 ? sqrt(r->s2 / r->nstress) : 0,
    };
}

/* One member on one batch, at p: its loss and gradient, and a step if asked. */
static void learn_batch(struct member *member, const struct dataset *ds,
                        double **w, double *p, double rate, struct running *r)
{
    struct trainer *t = &member->trainer;
    struct fit fit;

    objective_look(&t->objective, ds);
    fit = objective_eval(&t->objective, w ? w + member->first : NULL, p,
                         t->dtheta);
    add_fit(r, &fit, ds);
    if (rate > 0 && isfinite(fit.loss))
        adam_step(&t->adam, rate, t->dtheta, p);
}

static double **batch_weights(const struct stream *s, const struct committee *c)
{
    double **w = NULL;

    if (c->weight)
        w = xcalloc((size_t)s->m->members, sizeof *w);
    for (int k = 0; w && k < s->m->members; k++)
        w[k] = xcalloc((size_t)s->batch, sizeof **w);
    return w;
}

static void free_weights(const struct stream *s, double **w)
{
    for (int k = 0; w && k < s->m->members; k++)
        free(w[k]);
    free(w);
}

/*
 * All batches once, for the members that `take` part.  With learn they make a
 * step on each; without, it is said how well their best weights fit.
 */
static int pass(struct stream *s, struct committee *c, bool learn,
                struct running *r, struct err *err)
{
    double **w = batch_weights(s, c);
    int nbatch = stream_batches(s), ret = 0;

    for (int b = 0; ret == 0 && b < nbatch; b++) {
        struct dataset ds;

        ret = next_batch(s, c, b, &ds, w, err);
        if (ret < 0)
            break;
        /* the penalty on weights is that of the whole set, once */
        struct loss loss = *c->loss;

        loss.decay *= (double)ds.n / s->a->n;
#pragma omp parallel for schedule(dynamic) if (c->nmember > 1)
        for (int k = 0; k < c->nmember; k++) {
            struct member *member = &c->member[k];
            struct trainer *t = &member->trainer;
            double at = t->epoch + (double)b / nbatch;

            if (learn && member->done)
                continue;
            t->objective.loss = &loss;
            learn_batch(member, &ds, w, learn ? t->theta : t->best,
                        learn ? schedule_rate(c->schedule, at) : 0, &r[k]);
        }
        dataset_release(&ds);
    }
    free_weights(s, w);
    return ret;
}

/* The order of the frames in an epoch, by seed and epoch alone. */
static void shuffle(struct stream *s, int seed, int epoch)
{
    int id[3] = {seed, -2, epoch};
    struct rng rng;

    rng_init(&rng, hash_bytes(HASH_START, id, sizeof id));
    for (int i = 0; i < s->a->n; i++)
        s->order[i] = i;
    for (int i = s->a->n - 1; i > 0; i--) {
        int j = rng_below(&rng, i + 1), k = s->order[i];

        s->order[i] = s->order[j];
        s->order[j] = k;
    }
}

static void start(struct committee *c, struct member *member)
{
    struct trainer *t = &member->trainer;

    committee_draw(c, member);
    trainer_release(t);
    trainer_alloc(t, c->m, c->loss, c->schedule, member->heads,
                  committee_weight(c, member), c->m->theta + member->first);
    member->attempts++;
    member->fit = t->fit;
}

void stream_begin(struct stream *s, struct committee *c, struct model *m,
                  const struct loss *loss, const struct schedule *schedule,
                  const struct plan *plan)
{
    committee_alloc(c, s->a->n, m, loss, schedule, plan);
    for (int k = 0; k < c->nmember; k++) {
        start(c, &c->member[k]);
        c->member[k].done = plan->epochs == 0;
    }
}

/* After an epoch that fitted so on its way. */
static void conclude(struct committee *c, struct member *member,
                     const struct fit *fit)
{
    struct trainer *t = &member->trainer;
    const struct schedule *s = c->schedule;
    size_t size = (size_t)t->objective.nparam * sizeof *t->best;

    member->epoch = ++t->epoch;
    member->advanced = true;
    if (!isfinite(fit->loss)) {
        if (member->attempts < MAX_ATTEMPTS)
            start(c, member);
        else
            member->done = true;
        return;
    }
    t->stalled =
        fit->loss < (1 - LEAST_GAIN) * t->fit.loss ? 0 : t->stalled + 1;
    if (fit->loss < t->fit.loss) {
        t->fit = *fit;
        memcpy(t->best, t->theta, size);
    }
    member->fit = t->fit;
    member->done = t->epoch >= c->plan.epochs ||
                   t->stalled >= schedule_patience(s, t->epoch) ||
                   fit_meets(&t->fit, s);
}

int stream_epoch(struct stream *s, struct committee *c, struct err *err)
{
    struct running *r = xcalloc((size_t)c->nmember, sizeof *r);
    int ret = 0, more = 0;

    for (int k = 0; k < c->nmember; k++) {
        c->member[k].advanced = false;
        more += !c->member[k].done;
    }
    if (more > 0) {
        shuffle(s, c->plan.seed, s->epoch++);
        ret = pass(s, c, true, r, err);
    }
    for (int k = 0; ret == 0 && k < c->nmember; k++)
        if (!c->member[k].done) {
            struct fit fit = mean_of(&r[k], s->a->n);

            conclude(c, &c->member[k], &fit);
        }
    free(r);
    return ret < 0 ? ret : more > 0;
}

int stream_end(struct stream *s, struct committee *c, struct err *err)
{
    struct running *r = xcalloc((size_t)c->nmember, sizeof *r);
    int ret;

    for (int i = 0; i < s->a->n; i++)
        s->order[i] = i;
    ret = pass(s, c, false, r, err);
    for (int k = 0; ret == 0 && k < c->nmember; k++) {
        struct member *member = &c->member[k];

        member->fit = mean_of(&r[k], s->a->n);
        objective_unpack(&member->trainer.objective, member->trainer.best,
                         c->m->theta + member->first);
    }
    free(r);
    return ret;
}

int stream_bytes(struct stream *s, const struct model *m,
                 const struct schedule *schedule, double *bytes,
                 struct err *err)
{
    double largest = 0, index;
    struct frames one = {.n = 1};
    struct frame f, most = {0};
    int ret = 0;

    for (int i = 0; i < s->a->n; i++) {
        double now;

        ret = archive_get(s->a, i, &f, err);
        if (ret < 0)
            break;
        one.frame = &f;
        ret = dataset_bytes(&one, s->path, s->labels, m, &now, err);
        if (ret == 0 && now > largest) {
            struct frame smaller = most;

            largest = now;
            most = f;
            f = smaller;
        }
        frame_release(&f);
        if (ret < 0)
            break;
    }
    if (ret == 0) {
        /* places, ids, order, and of the reference an energy and the atoms */
        index =
            (double)s->a->n *
            (double)(sizeof *s->a->place + sizeof *s->id + sizeof *s->order +
                     8 * (1 + (size_t)m->descriptor.nelement));
        one.frame = &most;
        /* of each frame the data, and twice as they are read */
        *bytes = index + 3 * s->batch * largest +
                 s->batch * trainer_bytes(&one, m, schedule);
    }
    frame_release(&most);
    return ret;
}
