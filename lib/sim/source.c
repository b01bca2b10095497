#include <morsel/sim.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "recall.h"

int source_model(struct source *s, const char *path, struct err *err)
{
    *s = (struct source){0};
    return potential_read(&s->model, path, err);
}

int source_oracle(struct source *s, const char *command, struct err *err)
{
    struct command_params p = {.command = command, .keep = true};

    *s = (struct source){.labels = true};
    return engine_command(&s->oracle, &p, err);
}

void source_forget(struct source *s)
{
    prediction_release(&s->prediction);
    outcome_release(&s->outcome);
    s->ok = false;
    s->forces = NULL;
    s->sigma_f = NULL;
    s->stress = NULL;
}

void source_release(struct source *s)
{
    source_forget(s);
    if (s->oracle.release)
        s->oracle.release(&s->oracle);
    if (s->model.release)
        s->model.release(&s->model);
    *s = (struct source){0};
}

static int ask_oracle(struct source *s, const struct trajectory *t,
                      const struct frame *f, struct err *err)
{
    bool again = t->next < t->done.n;
    int ret;

    source_forget(s);
    ret = again ? trajectory_recall(t, f, &s->outcome, err)
                : engine_ask(&s->oracle, f, 0, &s->outcome, err);
    s->ok = ret == 0 && s->outcome.ok;
    s->energy = s->outcome.free_energy;
    s->forces = s->outcome.forces;
    s->stress = s->outcome.has_stress ? s->outcome.stress : NULL;
    return ret;
}

int source_ask(struct source *s, const struct trajectory *t,
               const struct frame *f, struct err *err)
{
    struct prediction *p = &s->prediction;
    int ret;

    if (s->labels)
        return ask_oracle(s, t, f, err);
    if (p->natoms != f->atoms.natoms)
        source_forget(s);
    p->want_stress = s->want_stress;
    ret = s->model.eval(&s->model, &f->atoms, p, err);
    s->ok = ret == 0;
    s->energy = p->energy;
    s->forces = p->forces;
    s->sigma_f = p->has_sigma ? p->sigma_f : NULL;
    s->stress = p->has_stress ? p->stress : NULL;
    return ret == ERR_NUMERIC ? 0 : ret; /* not finite */
}

/* Whose sigmas these are, and times what: calibrate() asks for it. */
static void put_origin(struct frame *f, const struct source *s)
{
    if (s->model.kind)
        frame_set_text(f, "ml_kind", s->model.kind);
    if (s->prediction.factor > 0)
        frame_set_real(f, "ml_factor", s->prediction.factor);
}

static void put_prediction(struct frame *f, const struct source *s)
{
    char id[17];

    frame_set_real(f, "ml_energy", s->prediction.energy);
    frame_set_column(f, "ml_forces", 3, s->prediction.forces[0]);
    if (s->stress)
        frame_set_matrix(f, "ml_stress", s->stress);
    if (s->sigma_f) {
        frame_set_real(f, "ml_sigma_e", s->prediction.sigma_e);
        frame_set_column(f, "ml_sigma_f", 1, s->sigma_f);
        put_origin(f, s);
    }
    if (s->prediction.outside)
        frame_set_real(f, "ml_outside", prediction_outside(&s->prediction));
    snprintf(id, sizeof id, "%016" PRIx64, s->model.id);
    frame_set_text(f, "model_id", id);
}

/* The level of theory is the oracle's, who may itself ask another. */
static void put_label(struct frame *f, const struct source *s)
{
    label_store(f, &s->oracle, &s->outcome);
    if (*s->outcome.engine && *s->outcome.settings) {
        frame_set_text(f, "dft_engine", s->outcome.engine);
        frame_set_text(f, "dft_settings", s->outcome.settings);
    }
}

void source_put(const struct source *s, struct frame *f)
{
    if (s->labels && (s->ok || *s->outcome.reason))
        put_label(f, s);
    else if (s->ok)
        put_prediction(f, s);
}
