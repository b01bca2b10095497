#include <morsel/train.h>

#include <stdlib.h>

#include "committee.h"

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

/* The frames of member k, and where its weights start. */
static void draw(const struct committee *c, int k, int attempt)
{
    const struct plan *plan = &c->plan;
    struct rng rng;

    if (plan->bootstrap == BOOTSTRAP_PAPER) {
        /* in another attempt the same frames */
        member_rng(&rng, plan->seed, k, -1);
        bootstrap_paper(c->n, plan->initial, &rng, c->weight[k]);
    }
    member_rng(&rng, plan->seed, k, attempt);
    if (plan->bootstrap == BOOTSTRAP_FRESH)
        bootstrap_fresh(c->n, &rng, c->weight[k]);
    if (!plan->warm || attempt > 0)
        initial_weights(c->m, &rng, c->m->theta[k]);
}

void committee_draw(struct committee *c, const struct member *member)
{
    for (int k = 0; k < member->heads; k++)
        draw(c, member->first + k, member->attempts);
}

double *const *committee_weight(const struct committee *c,
                                const struct member *member)
{
    return c->weight ? c->weight + member->first : NULL;
}

/* Begin the next attempt. */
static void start(struct committee *c, struct member *member)
{
    committee_draw(c, member);
    trainer_release(&member->trainer);
    trainer_init(&member->trainer, c->ds, c->m, c->loss, c->schedule,
                 member->heads, committee_weight(c, member),
                 c->m->theta + member->first);
    member->attempts++;
    member->epoch = 0;
    member->fit = member->trainer.fit;
    member->advanced = true;
}

void committee_alloc(struct committee *c, int n, struct model *m,
                     const struct loss *loss, const struct schedule *schedule,
                     const struct plan *plan)
{
    *c = (struct committee){.n = n, .m = m, .loss = loss};
    c->schedule = schedule;
    c->plan = *plan;
    c->nmember = m->shared ? 1 : m->members;
    c->member = xcalloc((size_t)c->nmember, sizeof *c->member);
    if (plan->bootstrap != BOOTSTRAP_NONE) {
        c->weight = xcalloc((size_t)m->members, sizeof *c->weight);
        for (int k = 0; k < m->members; k++)
            c->weight[k] = xcalloc((size_t)n, sizeof **c->weight);
    }
    for (int k = 0; k < c->nmember; k++) {
        c->member[k].first = k;
        c->member[k].heads = m->shared ? m->members : 1;
    }
}

void committee_init(struct committee *c, const struct dataset *ds,
                    struct model *m, const struct loss *loss,
                    const struct schedule *schedule, const struct plan *plan)
{
    committee_alloc(c, ds->n, m, loss, schedule, plan);
    c->ds = ds;
    for (int k = 0; k < c->nmember; k++)
        start(c, &c->member[k]);
}

void committee_release(struct committee *c)
{
    for (int k = 0; c->member && k < c->nmember; k++)
        trainer_release(&c->member[k].trainer);
    for (int k = 0; c->weight && k < c->m->members; k++)
        free(c->weight[k]);
    free(c->weight);
    free(c->member);
    *c = (struct committee){0};
}

static void advance(struct committee *c, struct member *member)
{
    struct trainer *t = &member->trainer;
    bool more = t->epoch < c->plan.epochs && trainer_epoch(t);

    member->advanced = t->epoch > member->epoch;
    member->epoch = t->epoch;
    member->fit = t->fit;
    if (more)
        return;
    if (trainer_failed(t) && member->attempts < MAX_ATTEMPTS) {
        start(c, member);
        return;
    }
    objective_unpack(&t->objective, t->best, c->m->theta + member->first);
    trainer_release(t);
    member->done = true;
}

bool committee_epoch(struct committee *c)
{
    bool more = false;

#pragma omp parallel for schedule(dynamic) if (c->nmember > 1)
    for (int k = 0; k < c->nmember; k++) {
        c->member[k].advanced = false;
        if (!c->member[k].done)
            advance(c, &c->member[k]);
    }
    for (int k = 0; k < c->nmember; k++)
        more = more || !c->member[k].done;
    return more;
}

bool schedule_met(const struct schedule *s, const struct fit *fit)
{
    return (s->target_e <= 0 || fit->rmse_e <= s->target_e) &&
           (s->target_f <= 0 || fit->rmse_f <= s->target_f);
}

bool committee_meets(const struct committee *c)
{
    for (int k = 0; k < c->nmember; k++)
        if (!schedule_met(c->schedule, &c->member[k].fit))
            return false;
    return true;
}
