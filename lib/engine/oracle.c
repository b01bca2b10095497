#include <morsel/engine.h>

#include <stdlib.h>
#include <string.h>

static void store(const struct outcome *from, struct prediction *to, int natoms)
{
    if (!to->forces) {
        to->forces = xcalloc((size_t)natoms, sizeof *to->forces);
        to->sigma_f = xcalloc((size_t)natoms, sizeof *to->sigma_f);
    }
    to->natoms = natoms;
    to->members = 1;
    to->energy = from->free_energy; /* what the forces derive from */
    memcpy(to->forces, from->forces, (size_t)natoms * sizeof *to->forces);
}

static int oracle_eval(struct potential *p, const struct atoms *a,
                       struct prediction *out, struct err *err)
{
    struct frame f;
    struct outcome label;
    int ret;

    frame_of_atoms(&f, a);
    ret = engine_ask(p->self, &f, 0, &label, err);
    if (ret == 0 && !label.ok)
        ret = err_set(err, ERR_RANGE, "%s: %s", label.reason, label.detail);
    if (ret == 0)
        store(&label, out, a->natoms);
    outcome_release(&label);
    frame_release(&f);
    return ret;
}

static void oracle_release(struct potential *p)
{
    struct engine *e = p->self;

    e->release(e);
    free(e);
    *p = (struct potential){0};
}

void potential_of_engine(struct potential *p, struct engine *e)
{
    struct engine *own = xcalloc(1, sizeof *own);

    *own = *e;
    *e = (struct engine){0};
    *p = (struct potential){
        .eval = oracle_eval, .release = oracle_release, .self = own};
}
