#include "damage.h"

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <morsel/util.h>

void damage_file(char *path)
{
    int fd;

    memset(path + strlen(path) - 6, 'X', 6);
    fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(close(fd), 0);
}

void damage_write(const char *path, const unsigned char *data, size_t size)
{
    int fd = open(path, O_WRONLY); /* O_TRUNC would wait for the disk */

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, data, size), (ssize_t)size);
    ck_assert_int_eq(ftruncate(fd, (off_t)size), 0);
    ck_assert_int_eq(close(fd), 0);
}

void damage_prefixes(const char *path, const unsigned char *data, size_t size,
                     void (*refuse)(void))
{
    for (size_t n = 0; n < size; n++) {
        damage_write(path, data, n);
        refuse();
    }
}

static void flip(unsigned char *data, size_t bit)
{
    data[bit / 8] ^= (unsigned char)(1 << bit % 8);
}

void damage_flips(const char *path, unsigned char *data, size_t size,
                  void (*refuse)(void))
{
    for (size_t i = 0; i < 8 * size; i++) {
        flip(data, i);
        damage_write(path, data, size);
        refuse();
        flip(data, i);
    }
}

int damage_mended(const char *path, unsigned char *data, size_t size,
                  size_t step, bool (*read)(void))
{
    int taken = 0;

    for (size_t i = 0; i < 8 * (size - 4); i += step) {
        uint32_t crc;

        flip(data, i);
        crc = crc32c(0, data, size - 4);
        for (int k = 0; k < 4; k++)
            data[size - 4 + k] = (unsigned char)(crc >> 8 * k);
        damage_write(path, data, size);
        taken += read();
        flip(data, i);
    }
    return taken;
}
