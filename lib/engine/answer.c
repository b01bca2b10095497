#include "answer.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Atoms of the answer may differ from those asked by this, angstrom: what
 * programs lose that print six decimals. */
#define SAME 1e-6

/* Does the text hold a word like nan or -inf, which no number may be? */
static bool has_nan(const char *text)
{
    const char *between = " \t\r\n\"'{}[](),:=";

    for (const char *s = text; *s; s += strcspn(s, between)) {
        s += strspn(s, between);
        s += *s == '+' || *s == '-';
        size_t n = strcspn(s, between);

        if (n == 3 && (!strncasecmp(s, "nan", 3) || !strncasecmp(s, "inf", 3)))
            return true;
        if (!*s)
            break;
    }
    return false;
}

/* A failure told by the program: one word of small letters, or `refused`. */
static void take_failure(const struct frame *f, const char *reason,
                         struct outcome *out)
{
    const char *detail = frame_get_text(f, "fail_detail");
    bool word = *reason && strlen(reason) < sizeof out->reason;

    for (const char *s = reason; *s; s++)
        word = word && islower((unsigned char)*s);
    outcome_fail(out, word ? reason : "refused", "%s",
                 detail ? detail : "the program gave no detail");
}

static void copy_text(char *to, size_t room, const struct frame *f,
                      const char *key)
{
    const char *text = frame_get_text(f, key);

    snprintf(to, room, "%s", text ? text : "");
}

void outcome_source(struct outcome *out, const struct frame *f)
{
    copy_text(out->engine, sizeof out->engine, f, "dft_engine");
    copy_text(out->settings, sizeof out->settings, f, "dft_settings");
}

void outcome_take(struct outcome *out, const struct frame *f)
{
    const double *forces = frame_get_column(f, "forces", 3);
    size_t size = (size_t)f->atoms.natoms * sizeof *out->forces;
    bool free_energy = frame_get_real(f, "free_energy", &out->free_energy);
    bool energy = frame_get_real(f, "energy", &out->energy);

    if (!free_energy && !energy) {
        outcome_fail(out, "parse", "the answer has no energy");
        return;
    }
    if (!forces) {
        outcome_fail(out, "parse", "the answer has no forces");
        return;
    }
    if (!free_energy)
        out->free_energy = out->energy;
    if (!energy)
        out->energy = out->free_energy;
    out->has_stress = frame_get_matrix(f, "stress", out->stress);
    out->forces = xcalloc((size_t)f->atoms.natoms, sizeof *out->forces);
    memcpy(out->forces, forces, size);
    outcome_source(out, f);
    out->ok = true;
}

void answer_take(const struct frame *answer, const struct frame *asked,
                 struct outcome *out)
{
    const char *reason = frame_get_text(answer, "fail_reason");
    bool converged = true;
    double moved = atoms_displacement(&asked->atoms, &answer->atoms);

    frame_get_bool(answer, "converged", &converged);
    if (reason)
        take_failure(answer, reason, out);
    else if (!converged)
        outcome_fail(out, "scf", "the program says converged=F");
    else if (answer->atoms.natoms != asked->atoms.natoms)
        outcome_fail(out, "mismatch", "the answer is about %d atoms, not %d",
                     answer->atoms.natoms, asked->atoms.natoms);
    else if (isinf(moved))
        outcome_fail(out, "mismatch",
                     "the answer is about other atoms or another cell");
    else if (moved > SAME)
        outcome_fail(out, "mismatch",
                     "an atom of the answer is %.3g angstrom from where it "
                     "was asked",
                     moved);
    else
        outcome_take(out, answer);
}

void answer_parse(const char *text, size_t size, const char *name,
                  const struct frame *asked, struct outcome *out)
{
    struct text t = {.name = name};
    struct frame f = {0}, more;
    struct err err;
    int ret;

    if (size == 0) {
        outcome_fail(out, "parse", "the program gave no answer");
        return;
    }
    if (text[size - 1] != '\n') {
        outcome_fail(out, "parse",
                     "the answer is cut: its last line does not "
                     "end");
        return;
    }
    t.f = fmemopen((void *)text, size, "r");
    ret = t.f ? frame_read(&t, &f, &err) : err_errno(&err, "no memory");
    if (ret < 0)
        outcome_fail(out, has_nan(text) ? "nan" : "parse", "%s", err.msg);
    else if (ret == 0)
        outcome_fail(out, "parse", "the program gave no answer");
    else
        answer_take(&f, asked, out);
    if (ret > 0) {
        ret = frame_read(&t, &more, &err);
        if (ret > 0)
            frame_release(&more);
        if (ret != 0) {
            free(out->forces);
            out->forces = NULL;
            outcome_fail(out, "parse", "there is more than one answer");
        }
        frame_release(&f);
    }
    text_close(&t);
}
