/*
 * libFuzzer target: no body of a feature file may crash or hang
 * labelled_read(), or the data set that comes of it.  The frame with its
 * checksum is made here, since no fuzzer would guess it.
 */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <morsel/train.h>

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
    memcpy(file, "morsel-features", 15);
    put(file + 16, 1, 4);
    put(file + 20, 0x01020304, 4);
    put(file + 24, n, 8);
    if (size)
        memcpy(file + 32, data, size);
    put(file + n - 4, crc32c(0, file, n - 4), 4);
    fwrite(file, 1, n, f);
    fclose(f);
    free(file);
}

/* The data set of a model without a prior, energies alone if it must be. */
static void use(struct frames *frames, struct stored *s)
{
    struct model m = {.descriptor = s->descriptor};
    struct dataset ds;
    struct err err;

    if (dataset_build_stored(&ds, frames, s, "fuzz", NULL, s->derivatives,
                             MASK_FREE, &m, &err) == 0)
        dataset_release(&ds);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char path[64];
    struct frames frames;
    struct stored s;
    struct err err;

    if (!*path)
        snprintf(path, sizeof path, "/tmp/morsel-fuzz-%ld", (long)getpid());
    write_file(path, data, size);
    if (labelled_read(&frames, &s, path, &err) == 0) {
        use(&frames, &s);
        stored_release(&s);
        frames_release(&frames);
    }
    unlink(path);
    return 0;
}
