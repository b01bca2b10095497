#ifndef TESTS_FUZZ_FRAMED_H
#define TESTS_FUZZ_FRAMED_H

#include <stdlib.h>
#include <string.h>

#include <morsel/util.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void framed_put(unsigned char *p, uint64_t x, int n)
{
    for (int i = 0; i < n; i++)
        p[i] = (unsigned char)(x >> 8 * i);
}

/*
 * Write a file as bin_write() does around a body of the fuzzer's, behind a
 * number of eight bytes if key is not 0: no fuzzer would guess a checksum.
 */
static inline void framed_write(const char *path, const char *format,
                                int version, uint64_t key, const uint8_t *data,
                                size_t size)
{
    size_t head = key ? 40 : 32, n = head + size + 4;
    unsigned char *file = xcalloc(n, 1);
    FILE *f = fopen(path, "wb");

    if (!f)
        abort();
    memcpy(file, format, strlen(format));
    framed_put(file + 16, version, 4);
    framed_put(file + 20, 0x01020304, 4);
    framed_put(file + 24, n, 8);
    if (key)
        framed_put(file + 32, key, 8);
    if (size)
        memcpy(file + head, data, size);
    framed_put(file + n - 4, crc32c(0, file, n - 4), 4);
    fwrite(file, 1, n, f);
    fclose(f);
    free(file);
}

#endif
