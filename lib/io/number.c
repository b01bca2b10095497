#include "number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/util.h>

__extension__ typedef unsigned __int128 u128;

/* 10^k, k = 0 ... 19: all that fit in 64 bits. */
enum { MAX_POWER = 19 };
static const uint64_t power10[MAX_POWER + 1] = {
    1u,
    10u,
    100u,
    1000u,
    10000u,
    100000u,
    1000000u,
    10000000u,
    100000000u,
    1000000000u,
    10000000000u,
    100000000000u,
    1000000000000u,
    10000000000000u,
    100000000000000u,
    1000000000000000u,
    10000000000000000u,
    100000000000000000u,
    1000000000000000000u,
    10000000000000000000u,
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool scan_int(const char *s, size_t n, int64_t *value)
{
    size_t i = n > 0 && (s[0] == '-' || s[0] == '+');
    uint64_t v = 0, limit = INT64_MAX;

    limit += n > 0 && s[0] == '-';
    if (i == n)
        return false;
    for (; i < n; i++) {
        uint64_t digit = (uint64_t)(s[i] - '0');

        if (!is_digit(s[i]) || v > (limit - digit) / 10)
            return false;
        v = 10 * v + digit;
    }
    *value = s[0] == '-' ? (int64_t)(0 - v) : (int64_t)v;
    return true;
}

bool scan_plain_int(const char *s, size_t n, int64_t *value)
{
    size_t i = n > 0 && (s[0] == '-' || s[0] == '+');

    return (n - i < 2 || s[i] != '0') && scan_int(s, n, value);
}

bool scan_bool(const char *s, size_t n, bool *value)
{
    static const char *const words[] = {"T", "true",  "True",  "TRUE",
                                        "F", "false", "False", "FALSE"};

    for (int i = 0; i < 8; i++)
        if (strlen(words[i]) == n && memcmp(words[i], s, n) == 0) {
            *value = i < 4;
            return true;
        }
    return false;
}

/* The number of bits of x > 0. */
static int bits(u128 x)
{
    uint64_t high = (uint64_t)(x >> 64);

    return high ? 128 - __builtin_clzll(high)
                : 64 - __builtin_clzll((uint64_t)x);
}

/*
 * x 2^e rounded to the nearest double, ties to even, where `more` says that
 * the true value lies a little above x.  x has more than 53 bits, or `more` is
 * false; the result is a normal number.
 */
static double round_binary(u128 x, int e, bool more)
{
    int shift = bits(x) - 53;

    if (shift <= 0)
        return ldexp((double)(uint64_t)x, e);

    u128 rest = x & (((u128)1 << shift) - 1), half = (u128)1 << (shift - 1);
    uint64_t m = (uint64_t)(x >> shift);

    if (rest > half || (rest == half && (more || (m & 1))))
        m++;
    return ldexp((double)m, e + shift);
}

/*
 * m 10^k, |k| <= 19, exactly rounded, by integers: for k < 0 the quotient of
 * m and 10^-k, both shifted to fill 64 bits, has at least 63, and whether its
 * remainder is zero is all that is needed beyond.
 */
static double scale_decimal(uint64_t m, int k)
{
    if (m == 0)
        return 0.0;
    if (k >= 0)
        return round_binary((u128)m * power10[k], 0, false);

    int up = __builtin_clzll(m), down = __builtin_clzll(power10[-k]);
    uint64_t d = power10[-k] << down;
    u128 n = (u128)(m << up) << 63;
    u128 q = n / d;

    return round_binary(q, down - up - 63, n != q * d);
}

/* Any spelling the quick way cannot take: strtod, on a copy with e for d. */
static bool scan_slowly(const char *s, size_t n, double *value)
{
    char small[128], *copy = n < sizeof small ? small : xcalloc(n + 1, 1);
    bool good;

    for (size_t i = 0; i < n; i++)
        copy[i] = (char)(s[i] == 'd' || s[i] == 'D' ? 'e' : s[i]);
    copy[n] = '\0';
    good = parse_real(copy, value) == 0;
    if (copy != small)
        free(copy);
    return good;
}

/* [e|E|d|D][+-]digits from s[i] to the end, added to *k. */
static bool scan_exponent(const char *s, size_t n, size_t i, int *k)
{
    int e = 0, sign = 1;

    if (!strchr("eEdD", s[i]) || s[i] == '\0' || ++i == n)
        return false;
    if (s[i] == '-' || s[i] == '+')
        sign = s[i++] == '-' ? -1 : 1;
    if (i == n)
        return false;
    for (; i < n; i++) {
        if (!is_digit(s[i]))
            return false;
        if (e < 100000)
            e = 10 * e + (s[i] - '0');
    }
    *k += sign * e;
    return true;
}

bool scan_real(const char *s, size_t n, double *value)
{
    size_t i = n > 0 && (s[0] == '-' || s[0] == '+');
    size_t start = i, point, digits;
    uint64_t m = 0;
    double x;
    int k;

    while (i < n && is_digit(s[i]))
        m = 10 * m + (uint64_t)(s[i++] - '0');
    digits = i - start;
    if (i < n && s[i] == '.') {
        point = ++i;
        while (i < n && is_digit(s[i]))
            m = 10 * m + (uint64_t)(s[i++] - '0');
        digits += i - point;
        k = i - point < 1000000000 ? -(int)(i - point) : -1000000000;
    } else {
        k = 0;
    }
    if (digits == 0 || (i < n && !scan_exponent(s, n, i, &k)))
        return false;
    if (digits > 19 || k < -MAX_POWER || k > MAX_POWER) {
        if (digits > 19 || m != 0)
            return scan_slowly(s, n, value);
        k = 0;
    }
    if (m >> 53 == 0 && k <= 0)
        x = (double)m / (double)power10[-k]; /* both exact: one rounding */
    else
        x = scale_decimal(m, k);
    *value = s[0] == '-' ? -x : x;
    return true;
}

/* digits[n] with the decimal point after the first `point` of them. */
static size_t place_point(char *s, const char *digits, int n, int point)
{
    char *p = s;

    if (point < -4 || point > 17) {
        *p++ = digits[0];
        if (n > 1) {
            *p++ = '.';
            memcpy(p, digits + 1, (size_t)(n - 1));
            p += n - 1;
        }
        return (size_t)(p - s) + (size_t)snprintf(p, 8, "e%+03d", point - 1);
    }
    if (point <= 0) {
        *p++ = '0';
        *p++ = '.';
        for (int i = point; i < 0; i++)
            *p++ = '0';
        memcpy(p, digits, (size_t)n);
        return (size_t)(p + n - s);
    }
    for (int i = 0; i < point; i++)
        *p++ = (char)(i < n ? digits[i] : '0');
    *p++ = '.';
    if (point >= n)
        *p++ = '0';
    for (int i = point; i < n; i++)
        *p++ = digits[i];
    return (size_t)(p - s);
}

/* The p digits of m, without the zeros at their end; returns how many. */
static int split_digits(char digits[20], uint64_t m, int p)
{
    for (int i = p - 1; i >= 0; i--, m /= 10)
        digits[i] = (char)('0' + m % 10);
    while (p > 1 && digits[p - 1] == '0')
        p--;
    return p;
}

/*
 * x > 0 to p digits: x = m 10^(point - p), 10^(p-1) <= m < 10^p, rounded to
 * the nearest.  Where x = f 2^e times a power of ten fits in 128 bits, that is
 * from 1e-3 to 1e15; false elsewhere.
 */
static bool round_decimal(double x, int p, uint64_t *m, int *point)
{
    int e;
    uint64_t f = (uint64_t)ldexp(frexp(x, &e), 53);

    if (x < 1e-3 || x >= 1e15)
        return false;
    e -= 53; /* x = f 2^e, -62 <= e < 0 */
    for (*point = (int)floor(log10(x)) + 1; p >= *point; ++*point) {
        u128 y = (u128)f * power10[p - *point];
        u128 rest = y & (((u128)1 << -e) - 1), half = (u128)1 << (-e - 1);

        *m = (uint64_t)(y >> -e);
        if (rest > half || (rest == half && (*m & 1)))
            ++*m;
        if (*m < power10[p])
            return *m >= power10[p - 1];
    }
    return false;
}

/* The same by printf, for any x. */
static void round_slowly(double x, int p, uint64_t *m, int *point)
{
    char s[40]; /* d.ddde+xx */

    snprintf(s, sizeof s, "%.*e", p - 1, x);
    *point = atoi(s + p + 2) + 1;
    *m = (uint64_t)(s[0] - '0');
    for (int i = 2; i <= p; i++)
        *m = 10 * *m + (uint64_t)(s[i] - '0');
}

/* m 10^k, correctly rounded. */
static double from_decimal(uint64_t m, int k)
{
    char s[40];

    if (k >= -MAX_POWER && k <= MAX_POWER)
        return scale_decimal(m, k);
    snprintf(s, sizeof s, "%llue%d", (unsigned long long)m, k);
    return strtod(s, NULL);
}

size_t format_real(char s[REAL_ROOM], double x)
{
    size_t sign = signbit(x) ? 1 : 0;
    char digits[20];
    uint64_t m;
    int point, p = 15;

    s[0] = '-';
    x = fabs(x);
    if (x == 0) {
        s[sign] = s[sign + 2] = '0';
        s[sign + 1] = '.';
        return sign + 3;
    }
    for (;; p++) {
        if (!round_decimal(x, p, &m, &point))
            round_slowly(x, p, &m, &point);
        if (p == 17 || from_decimal(m, point - p) == x)
            break;
    }
    p = split_digits(digits, m, p);
    return sign + place_point(s + sign, digits, p, point);
}

size_t format_int(char s[INT_ROOM], int64_t i)
{
    return (size_t)snprintf(s, INT_ROOM, "%lld", (long long)i);
}
