/*
 * libFuzzer target: no body of a model file may crash or hang model_read(),
 * or the potential that comes of it.
 */

#include <unistd.h>

#include <morsel/potential.h>

#include "framed.h"

/* Two atoms of the first element, 2 angstrom apart, and no larger set. */
static void use(struct model *m)
{
    struct prediction out = {0};
    struct potential p;
    struct atoms a;
    struct err err;

    if (m->descriptor.cutoff.rc > 10 || m->nparam * m->members > 10000) {
        model_release(m);
        return;
    }
    atoms_init(&a, 2);
    a.z[0] = a.z[1] = m->descriptor.z[0];
    a.pos[1][0] = 2;
    potential_of_model(&p, m, 0);
    (void)!p.eval(&p, &a, &out, &err);
    prediction_release(&out);
    p.release(&p);
    atoms_release(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char path[64];
    struct model m;
    struct err err;

    if (!*path)
        snprintf(path, sizeof path, "/tmp/morsel-fuzz-%ld", (long)getpid());
    framed_write(path, "morsel-model", 3, 0, data, size);
    if (model_read(&m, NULL, path, &err) == 0)
        use(&m);
    unlink(path);
    return 0;
}
