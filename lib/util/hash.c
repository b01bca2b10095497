#include <morsel/util.h>

#include <string.h>

uint64_t hash_bytes(uint64_t hash, const void *data, size_t n)
{
    const unsigned char *p = data;

    for (size_t i = 0; i < n; i++)
        hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
    return hash;
}

uint64_t hash_text(uint64_t hash, const char *s)
{
    return hash_bytes(hash, s, strlen(s) + 1);
}

/*
 * CRC-32C: the remainder modulo the Castagnoli polynomial, bits reflected.
 * table[k][b] is what byte b leaves when k zero bytes follow it, so that eight
 * bytes go at once: M. E. Kounavis and F. L. Berry, IEEE Trans. Comput. 57,
 * 1550 (2008).
 */
static void remainders(uint32_t table[8][256])
{
    for (uint32_t b = 0; b < 256; b++) {
        table[0][b] = b;
        for (int bit = 0; bit < 8; bit++)
            table[0][b] = table[0][b] >> 1 ^ (table[0][b] & 1 ? 0x82f63b78 : 0);
    }
    for (int k = 1; k < 8; k++)
        for (int b = 0; b < 256; b++)
            table[k][b] =
                table[k - 1][b] >> 8 ^ table[0][table[k - 1][b] & 255];
}

uint32_t crc32c(uint32_t crc, const void *data, size_t n)
{
    const unsigned char *p = data;
    uint32_t table[8][256];

    remainders(table);
    crc = ~crc;
    for (; n >= 8; n -= 8, p += 8) {
        crc ^= p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
               (uint32_t)p[3] << 24;
        crc = table[7][crc & 255] ^ table[6][crc >> 8 & 255] ^
              table[5][crc >> 16 & 255] ^ table[4][crc >> 24] ^ table[3][p[4]] ^
              table[2][p[5]] ^ table[1][p[6]] ^ table[0][p[7]];
    }
    for (; n > 0; n--, p++)
        crc = crc >> 8 ^ table[0][(crc ^ *p) & 255];
    return ~crc;
}

/* The product of two polynomials modulo that one; bit 31 is x^0. */
static uint32_t multiply(uint32_t a, uint32_t b)
{
    uint32_t product = 0;

    for (uint32_t bit = UINT32_C(1) << 31; bit; bit >>= 1) {
        product ^= a & bit ? b : 0;
        b = b >> 1 ^ (b & 1 ? 0x82f63b78 : 0);
    }
    return product;
}

/* n bytes behind multiply by x^(8 n): M. Adler's crc32_combine() of zlib. */
uint32_t crc32c_join(uint32_t first, uint32_t second, size_t n)
{
    uint32_t power = UINT32_C(1) << 23; /* x^8 */

    for (; n > 0; n >>= 1) {
        if (n & 1)
            first = multiply(first, power);
        power = multiply(power, power);
    }
    return first ^ second;
}
