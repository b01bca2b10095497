/*
 * libFuzzer target: no body of a model file may crash or hang model_read(),
 * or the potential that comes of it.  The frame with its checksum is made
 * here, since no fuzzer would guess it.
 */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <morsel/potential.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put(unsigned char *p, uint64_t x, int n)
{
    for (int i = 0; i < n; i++)
        p[i] = (unsigned char)(x >> 8 * i);
}

static void write_file(const char *path, const uint8_t *data, size_t size)
{
    size_t n = 32 + size + 4;
    unsigned char *file = xcalloc(n, 1);
    FILE *f = fopen(path, "wb");

    if (!f)
        abort();
    memcpy(file, "morsel-model", 12);
    put(file + 16, 2, 4);
    put(file + 20, 0x01020304, 4);
    put(file + 24, n, 8);
    if (size)
        memcpy(file + 32, data, size);
    put(file + n - 4, crc32c(0, file, n - 4), 4);
    fwrite(file, 1, n, f);
    fclose(f);
    free(file);
}

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
    write_file(path, data, size);
    if (model_read(&m, NULL, path, &err) == 0)
        use(&m);
    unlink(path);
    return 0;
}
