#include "simulate.h"

#include <stdio.h>
#include <string.h>

int in_input(const struct simulate *s, const struct frame *f, int ret,
             struct err *err)
{
    return ret < 0 ? frame_err(f, s->input, ret, err) : ret;
}

/* The option that set a limit to it. */
static const char *doubt(const struct walk_limits *l)
{
    if (l->uncertainty > 0)
        return "uncertainty";
    return l->ratio > 0 ? "ratio" : "sigma-e";
}

int check_met(const struct simulate *s, struct err *err)
{
    if (!s->restart || !s->label || s->met)
        return 0;
    return err_set(err, ERR_RANGE, "no frame of '%s' is where '%s' goes on",
                   s->label, s->restart);
}

int ask(struct simulate *s, const struct frame *f, struct err *err)
{
    int ret = source_ask(&s->source, &s->trajectory, f, err);

    if (ret < 0 && !s->oracle)
        ret = in_input(s, f, ret, err);
    s->met = s->met || (ret == 0 && s->source.labelled);
    if (ret == 0 && !s->band && check_met(s, err) < 0)
        return err->code;
    if (ret == 0 && s->source.ok && !s->source.labelled &&
        walk_doubts(&s->limits) && !s->source.sigma_f)
        return err_set(err, ERR_RANGE, "--stop-%s: '%s' has no uncertainty",
                       doubt(&s->limits), s->model);
    if (ret == 0 && s->oracle && !s->source.ok && !s->quiet)
        cli_say(s->cli, "the oracle failed (%s): %s", s->source.outcome.reason,
                s->source.outcome.detail);
    return ret;
}

int check_first(const struct simulate *s, struct err *err)
{
    if (s->oracle && !s->source.ok &&
        strcmp(s->source.outcome.reason, "crash") == 0)
        return err_set(err, ERR_IO, "the oracle crashed at its first question");
    return 0;
}

int check_stress(const struct simulate *s, const char *option, struct err *err)
{
    const struct source *source = &s->source;

    if (!source->ok || source->stress)
        return 0;
    return err_set(err, ERR_RANGE, "--%s: '%s' gives no stress", option,
                   s->oracle          ? s->oracle
                   : source->labelled ? s->label
                                      : s->model);
}

int check_periodic(const struct simulate *s, const struct frame *f,
                   const char *option, struct err *err)
{
    const bool *pbc = f->atoms.pbc;

    if (pbc[0] && pbc[1] && pbc[2])
        return 0;
    err_set(err, ERR_RANGE,
            "--%s: periodic in three directions is what it takes", option);
    return in_input(s, f, ERR_RANGE, err);
}
