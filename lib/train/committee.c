#include <morsel/train.h>

#include <stdlib.h>
#include <string.h>

void bootstrap(int n, struct rng *rng, double *weight)
{
    memset(weight, 0, (size_t)n * sizeof *weight);
    for (int i = 0; i < n; i++)
        weight[rng_below(rng, n)]++;
}

void initial_weights(const struct model *m, struct rng *rng, double *theta)
{
    for (int el = 0; el < m->descriptor.nelement; el++)
        mlp_init(&m->net[el], INIT_FAN_IN, rng, theta + model_offset(m, el));
}

/* Hashing keeps the sequences of neighboring seeds and members apart. */
static void member_rng(struct rng *rng, int seed, int member, int attempt)
{
    int id[3] = {seed, member, attempt};

    rng_init(rng, hash_bytes(HASH_START, id, sizeof id));
}

/* Begin the next attempt of member k. */
static void start(struct committee *c, int k)
{
    struct member *member = &c->member[k];
    double *theta = c->m->theta[k];
    struct rng rng;

    member_rng(&rng, c->plan.seed, k, member->attempts);
    if (c->plan.bootstrap)
        bootstrap(c->ds->n, &rng, member->weight);
    if (!c->plan.warm || member->attempts > 0)
        initial_weights(c->m, &rng, theta);
    trainer_release(&member->trainer);
    trainer_init(&member->trainer, c->ds, c->m, c->loss, c->schedule,
                 member->weight, theta);
    member->attempts++;
    member->epoch = 0;
    member->fit = member->trainer.fit;
    member->advanced = true;
}

void committee_init(struct committee *c, const struct dataset *ds,
                    struct model *m, const struct loss *loss,
                    const struct schedule *schedule, const struct plan *plan)
{
    *c = (struct committee){.ds = ds, .m = m, .loss = loss};
    c->schedule = schedule;
    c->plan = *plan;
    c->member = xcalloc((size_t)m->members, sizeof *c->member);
    for (int k = 0; k < m->members; k++) {
        if (plan->bootstrap)
            c->member[k].weight =
                xcalloc((size_t)ds->n, sizeof *c->member[k].weight);
        start(c, k);
    }
}

void committee_release(struct committee *c)
{
    for (int k = 0; c->member && k < c->m->members; k++) {
        trainer_release(&c->member[k].trainer);
        free(c->member[k].weight);
    }
    free(c->member);
    *c = (struct committee){0};
}

static void advance(struct committee *c, int k)
{
    struct member *member = &c->member[k];
    struct trainer *t = &member->trainer;
    bool more = t->epoch < c->plan.epochs && trainer_epoch(t);

    member->advanced = t->epoch > member->epoch;
    member->epoch = t->epoch;
    member->fit = t->fit;
    if (more)
        return;
    if (trainer_failed(t) && member->attempts < MAX_ATTEMPTS) {
        start(c, k);
        return;
    }
    memcpy(c->m->theta[k], t->best, (size_t)c->m->nparam * sizeof *t->best);
    trainer_release(t);
    member->done = true;
}

bool committee_epoch(struct committee *c)
{
    bool more = false;

#pragma omp parallel for schedule(dynamic)
    for (int k = 0; k < c->m->members; k++) {
        c->member[k].advanced = false;
        if (!c->member[k].done)
            advance(c, k);
    }
    for (int k = 0; k < c->m->members; k++)
        more = more || !c->member[k].done;
    return more;
}

bool committee_meets(const struct committee *c)
{
    const struct schedule *s = c->schedule;

    for (int k = 0; k < c->m->members; k++) {
        const struct fit *fit = &c->member[k].fit;

        if ((s->target_e > 0 && fit->rmse_e > s->target_e) ||
            (s->target_f > 0 && fit->rmse_f > s->target_f))
            return false;
    }
    return true;
}
