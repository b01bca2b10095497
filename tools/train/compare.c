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

int compare(const struct train *t, struct pool *pool, struct potential *p,
            struct comparison *c, struct err *err)
{
    struct potential old;
    int ret;

    if (!t->before)
        return 0;
    ret = potential_read(&old, t->before, err);
    if (ret < 0)
        return ret;
    c->id = old.id;
    ret = measure(t, pool, old.provenance, &old, &c->before, err);
    if (ret == 0)
        ret = measure(t, pool, old.provenance, p, &c->now, err);
    old.release(&old);
    return ret;
}

void comparison_release(struct comparison *c)
{
    errors_release(&c->before);
    errors_release(&c->now);
}
