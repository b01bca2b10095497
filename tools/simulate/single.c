#include "simulate.h"

/* Predictions or labels for a frame that stays where it is. */
static int single(struct simulate *s, struct frame *f, struct err *err)
{
    int ret;

    s->source.want_stress = true;
    if (s->oracle)
        label_strip(f); /* nobody shall answer by an echo */
    if ((ret = ask(s, f, err)) < 0)
        return ret;
    source_put(&s->source, f);
    if (!s->source.ok) {
        frame_set_text(f, "reason",
                       stop_name(s->oracle ? STOP_FAILED : STOP_NAN));
        s->yes = false;
    }
    return trajectory_put(&s->trajectory, f, err);
}

int simulate_single(struct simulate *s, struct err *err)
{
    struct text in;
    struct frame f;
    int ret = text_open(&in, s->input, err);

    if (ret < 0)
        return ret;
    while ((ret = frame_read(&in, &f, err)) > 0) {
        ret = single(s, &f, err);
        frame_release(&f);
        if (ret < 0)
            break;
    }
    text_close(&in);
    return ret;
}
