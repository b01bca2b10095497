/*
 * libFuzzer target: no body of a checkpoint may crash, hang or take more
 * memory than a few times its size.  The frame with its checksum is made
 * here, since no fuzzer would guess it; the key is the first eight bytes.
 */

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../lib/dft/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put(unsigned char *p, uint64_t x, int n)
{
    for (int i = 0; i < n; i++)
        p[i] = (unsigned char)(x >> 8 * i);
}

static void write_file(const char *path, const uint8_t *data, size_t size)
{
    size_t n = 32 + 8 + size + 4;
    unsigned char *file = xcalloc(n, 1);
    FILE *f = fopen(path, "wb");

    if (!f)
        abort();
    memcpy(file, "morsel-dft", 10);
    put(file + 16, 1, 4);
    put(file + 20, 0x01020304, 4);
    put(file + 24, n, 8);
    put(file + 32, 1, 8);
    if (size)
        memcpy(file + 40, data, size);
    put(file + n - 4, crc32c(0, file, n - 4), 4);
    fwrite(file, 1, n, f);
    fclose(f);
    free(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char dir[64], path[128];
    struct memory m = {0};

    if (!*dir) {
        snprintf(dir, sizeof dir, "/tmp/morsel-fuzz-%ld", (long)getpid());
        snprintf(path, sizeof path, "%s/%016x.dft", dir, 1);
    }
    if (mkdir(dir, 0700) < 0)
        abort();
    write_file(path, data, size);
    memory_read(&m, dir, 1);
    memory_release(&m);
    unlink(path);
    rmdir(dir);
    return 0;
}
