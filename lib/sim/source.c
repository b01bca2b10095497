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
    s->ok = s->labelled = false;
    s->forces = NULL;
    s->sigma_f = NULL;
    s->stress = NULL;
}

void source_release(struct source *s)
{
    source_forget(s);
    frames_release(&s->given);
    if (s->oracle.release)
        s->oracle.release(&s->oracle);
    if (s->model.release)
        s->model.release(&s->model);
    *s = (struct source){0};
}

int source_give(struct source *s, const char *path, struct err *err)
{
    struct outcome o = {0};
    int ret = frames_read(&s->given, path, err);

    for (int i = 0; ret == 0 && i < s->given.n; i++) {
        outcome_take(&o, &s->given.frame[i]);
        if (!o.ok)
            ret = err_set(err, ERR_FORMAT, "%s:%ld: the frame has no label",
                          path, s->given.frame[i].line);
        outcome_release(&o);
    }
    return ret;
}

/* The frame with a label for the atoms of f, or NULL. */
static const struct frame *find_given(const struct source *s,
                                      const struct frame *f)
{
    uint64_t id = s->given.n ? atoms_hash(&f->atoms) : 0;

    for (int i = 0; i < s->given.n; i++)
        if (atoms_hash(&s->given.frame[i].atoms) == id)
            return &s->given.frame[i];
    return NULL;
}

/* A label: of an earlier run, of those that were given, or of the oracle. */
static int ask_label(struct source *s, const struct trajectory *t,
                     const struct frame *f, const struct frame *given,
                     struct err *err)
{
    int ret = 0;

    source_forget(s);
    if (t->next < t->done.n)
        ret = trajectory_recall(t, f, &s->outcome, err);
    else if (given)
        outcome_take(&s->outcome, given);
    else
        ret = engine_ask(&s->oracle, f, 0, &s->outcome, err);
    s->ok = s->labelled = ret == 0 && s->outcome.ok;
    s->energy = s->outcome.free_energy;
    s->forces = s->outcome.forces;
    s->stress = s->outcome.has_stress ? s->outcome.stress : NULL;
    return ret;
}

int source_ask(struct source *s, const struct trajectory *t,
               const struct frame *f, struct err *err)
{
    const struct frame *given = find_given(s, f);
    struct prediction *p = &s->prediction;
    int ret;

    if (s->labels || given)
        return ask_label(s, t, f, given, err);
    if (p->natoms != f->atoms.natoms)
        source_forget(s);
    p->want_stress = s->want_stress;
    p->later = s->later;
    s->labelled = false;
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

static void put_prediction(struct frame *f, struct source *s)
{
    char id[17];

    if (!s->sigma_f && s->model.sigmas) { /* they were to come later */
        s->model.sigmas(&s->model, &s->prediction);
        s->sigma_f = s->prediction.sigma_f;
    }
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

/* The level of theory is that of who answered, who may have asked another. */
static void put_label(struct frame *f, const struct source *s)
{
    static const struct engine someone = {.name = "someone"};
    bool known = *s->outcome.engine && *s->outcome.settings;

    label_store(f, s->labels ? &s->oracle : &someone, &s->outcome);
    if (known) {
        frame_set_text(f, "dft_engine", s->outcome.engine);
        frame_set_text(f, "dft_settings", s->outcome.settings);
    } else if (!s->labels) {
        frame_drop(f, "dft_engine");
        frame_drop(f, "dft_settings");
    }
}

void source_put(struct source *s, struct frame *f)
{
    if (s->labelled || (s->labels && *s->outcome.reason))
        put_label(f, s);
    else if (s->ok)
        put_prediction(f, s);
}
