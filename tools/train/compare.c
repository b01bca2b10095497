#include "train.h"

/* Errors of p on the frames that are in the provenance. */
static int measure(const struct train *t, struct pool *pool,
                   const char *provenance, struct potential *p,
                   struct errors *e, struct err *err)
{
    int ret = 0;

    for (int i = 0; i < pool->n && ret == 0; i++) {
        const struct frame *f = pool_get(pool, i, err);

        if (!f)
            ret = err->code;
        else if (provenance_has(provenance, atoms_hash(&f->atoms)))
            ret = errors_add(e, p, f, &t->names, err);
    }
    return ret;
}

int compare(const struct train *t, struct pool *pool, struct model *m,
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
    ret = measure(t, pool, old.provenance, &old, &c->before, err);
    if (ret == 0) {
        potential_of_model(&new, m, 0);
        ret = measure(t, pool, old.provenance, &new, &c->now, err);
        model_of_potential(m, &new);
    }
    old.release(&old);
    return ret;
}
