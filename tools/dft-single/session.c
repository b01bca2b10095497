#include "session.h"

#include <string.h>

int session_open(struct session *s, struct err *err)
{
    int ret;

    if (s->failed && strcmp(s->failed, s->output) == 0 &&
        strcmp(s->output, "-") != 0)
        return err_set(err, ERR_RANGE, "--failed and --output are both '%s'",
                       s->output);
    if (s->estimate) {
        s->estimates = output_open(s->output, err);
        return s->estimates ? 0 : ERR_IO;
    }
    ret = shelf_open(&s->good, s->output, &s->engine, err);
    if (ret == 0 && s->failed && strcmp(s->failed, s->output) == 0) {
        s->bad = &s->good;
    } else if (ret == 0 && s->failed) {
        ret = shelf_open(&s->rest, s->failed, &s->engine, err);
        s->bad = &s->rest;
    }
    if (ret == 0)
        ret = ledger_open(&s->lines, s->ledger, err);
    if (ret == 0 && s->good.n > 0)
        ret = ledger_mend(&s->lines, &s->engine, &s->good.last, err);
    if (ret == 0 && s->rest.n > 0)
        ret = ledger_mend(&s->lines, &s->engine, &s->rest.last, err);
    return ret;
}

int session_close(struct session *s, int ret, struct err *err)
{
    if (s->engine.release)
        s->engine.release(&s->engine);
    if (s->estimates && ret == 0)
        return output_close(s->estimates, s->output, err);
    if (s->estimates)
        output_discard(s->estimates, s->output);
    if (ret == 0 && s->bad == &s->rest)
        ret = shelf_close(&s->rest, err);
    if (ret == 0)
        ret = shelf_close(&s->good, err);
    shelf_leave(&s->rest);
    shelf_leave(&s->good);
    ledger_close(&s->lines);
    return ret;
}

/* Was the frame finished by an earlier run? */
static bool finished(struct session *s, const struct frame *f)
{
    uint64_t id = atoms_hash(&f->atoms);

    if (shelf_take(&s->good, id)) {
        tally_add(&s->tally, "kept", true);
        return true;
    }
    if (s->bad && shelf_take(s->bad, id)) {
        tally_add(&s->tally, "failed-before", false);
        return true;
    }
    return false;
}

/* Say why there is no label, unless whoever asks gets that for an answer. */
static void complain(const struct session *s, const struct frame *f,
                     const struct outcome *o)
{
    if (s->bad != &s->good)
        cli_say(s->cli, "%s:%ld: %s: %s", s->input, f->line, o->reason,
                o->detail);
}

/* Write what came out, the label before the line about it: a label that is
 * lost is computed a second time. */
static int put(struct session *s, struct frame *f, const struct outcome *o,
               struct err *err)
{
    int ret = 0;

    tally_add(&s->tally, o->ok ? "ok" : o->reason, o->ok);
    if (!o->ok)
        complain(s, f, o);
    else if (*o->detail && !s->quiet && !s->noted++)
        cli_say(s->cli, "%s:%ld: %s", s->input, f->line, o->detail);
    label_store(f, &s->engine, o);
    if (o->ok)
        ret = shelf_add(&s->good, f, err);
    else if (s->bad)
        ret = shelf_add(s->bad, f, err);
    return ret;
}

/* Tell what a frame would take, or why it will have no label. */
static int estimate_frame(struct session *s, const struct frame *f,
                          struct err *err)
{
    int ret = engine_pw_estimate(&s->engine, f, s->estimates, err);

    if (ret != ERR_RANGE)
        return ret;
    cli_say(s->cli, "%s:%ld: refused: %s", s->input, f->line, err->msg);
    return 0;
}

/* Ask until there is a label, at most `tries` times. */
static int label_frame(struct session *s, struct frame *f, struct err *err)
{
    bool last = finished(s, f);
    int ret = 0;

    label_strip(f);
    for (int i = 1; !last && ret == 0; i++) {
        struct outcome o;

        ret = engine_ask(&s->engine, f, s->overlap, &o, err);
        last = i == s->tries || !outcome_may_change(&o);
        if (ret == 0 && last)
            ret = put(s, f, &o, err);
        if (ret == 0)
            ret = ledger_add(&s->lines, &s->engine, f, &o, err);
        outcome_release(&o);
    }
    return ret;
}

/* The guard against a batch that is wrong as a whole. */
static int check_failures(const struct session *s, struct err *err)
{
    if (s->max_failed < 0 || s->tally.failed <= s->max_failed)
        return 0;
    return err_set(err, ERR_RANGE, "stopped: %d frames failed, --max-failed=%d",
                   s->tally.failed, s->max_failed);
}

int session_run(struct session *s, struct err *err)
{
    int first = 1, step = 1,
        ret = cli_task("task", s->task, &first, &step, err);
    struct text in;
    struct frame f;

    if (ret == 0)
        ret = text_open(&in, s->input, err);
    if (ret < 0)
        return ret;
    for (long n = 1; (ret = frame_read(&in, &f, err)) > 0; n++) {
        if (n % step == first % step)
            ret = s->estimate ? estimate_frame(s, &f, err)
                              : label_frame(s, &f, err);
        if (ret == 0)
            ret = check_failures(s, err);
        frame_release(&f);
        if (ret < 0)
            break;
    }
    text_close(&in);
    return ret;
}
