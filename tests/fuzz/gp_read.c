/*
 * libFuzzer target: no body of a Gaussian process may crash or hang
 * potential_read(), or a prediction by what comes of it.  The frame with its
 * checksum, the units and the kind are made here.
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
    static const char units[] = "eV angstrom", kind[] = "gp";
    size_t head = 32 + 8 + strlen(units) + 8 + strlen(kind);
    size_t n = head + size + 4;
    unsigned char *file = xcalloc(n, 1), *p = file + 32;
    FILE *f = fopen(path, "wb");

    if (!f)
        abort();
    memcpy(file, "morsel-model", 12);
    put(file + 16, 3, 4);
    put(file + 20, 0x01020304, 4);
    put(file + 24, n, 8);
    put(p, strlen(units), 8);
    memcpy(p + 8, units, strlen(units));
    p += 8 + strlen(units);
    put(p, strlen(kind), 8);
    memcpy(p + 8, kind, strlen(kind));
    if (size)
        memcpy(file + head, data, size);
    put(file + n - 4, crc32c(0, file, n - 4), 4);
    fwrite(file, 1, n, f);
    fclose(f);
    free(file);
}

/* As many atoms as a small one may have, of one element, in a row. */
static void use(struct potential *p)
{
    struct prediction out = {0};
    struct err err;

    for (int n = 1; n <= 4; n++) {
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char path[64];
    struct potential p;
    struct err err;

    if (!*path)
        snprintf(path, sizeof path, "/tmp/morsel-fuzz-gp-%ld", (long)getpid());
    write_file(path, data, size);
    if (potential_read(&p, path, &err) == 0)
        use(&p);
    unlink(path);
    return 0;
}
