/*
 * libFuzzer target: no body of a sparse Gaussian process may crash or hang
 * potential_read(), or a prediction by what comes of it.  The set of functions
 * is made here: after it the body goes on with the prior.
 */

#include <unistd.h>

#include <morsel/potential.h>

#include "framed.h"

/* Up to three atoms, of one element, in a row. */
static void use(struct potential *p)
{
    struct prediction out = {0};
    struct err err;

    for (int n = 1; n <= 3; n++) {
        struct atoms a;

        atoms_init(&a, n);
        for (int i = 0; i < n; i++) {
            a.z[i] = 29;
            a.pos[i][0] = 2.3 * i;
        }
        (void)!p->eval(p, &a, &out, &err);
        atoms_release(&a);
    }
    prediction_release(&out);
    p->release(p);
}

/* What comes before the fuzzer's part, without the frame of a file. */
static void begin(struct bin *b)
{
    static const int z = 29;
    struct descriptor d;
    struct err err;

    bin_init(b, "", 0);
    b->size = 0;
    bin_put_text(b, "eV angstrom");
    bin_put_text(b, "sgp");
    if (descriptor_named(&d, "neb", &z, 1, &err) < 0)
        abort();
    descriptor_put(&d, b);
    descriptor_release(&d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char path[64];
    struct potential p;
    struct bin b;
    struct err err;
    uint8_t *body;

    if (!*path)
        snprintf(path, sizeof path, "/tmp/morsel-fuzz-sgp-%ld", (long)getpid());
    begin(&b);
    body = xcalloc(b.size + size, 1);
    memcpy(body, b.data, b.size);
    if (size)
        memcpy(body + b.size, data, size);
    framed_write(path, "morsel-model", 3, 0, body, b.size + size);
    free(body);
    bin_release(&b);
    if (potential_read(&p, path, &err) == 0)
        use(&p);
    unlink(path);
    return 0;
}
