#include "train.h"

/* Errors of p on the frames that x->before has, or would have. */
static int measure(const struct train *t, const struct frames *frames,
                   const char *provenance, struct potential *p,
                   struct errors *e, struct err *err)
{
    int ret = 0;

    for (int i = 0; i < frames->n && ret == 0; i++) {
        const struct frame *f = &frames->frame[i];

        if (provenance_has(provenance, atoms_hash(&f->atoms)))
            ret = errors_add(e, p, f, &t->names, err);
    }
    return ret;
}

int compare(const struct train *t, const struct frames *frames, struct model *m,
            struct comparison *c, struct err *err)
{
    struct potential old, new;
    int ret;

    if (!t->before)
        return 0;
    ret = potential_read(&old, t->before, err);
    if (ret < 0)
        return ret;
    c->id = old.id;
    ret = measure(t, frames, old.provenance, &old, &c->before, err);
    if (ret == 0) {
        potential_of_model(&new, m, 0);
        ret = measure(t, frames, old.provenance, &new, &c->now, err);
        model_of_potential(m, &new);
    }
    old.release(&old);
    return ret;
}
