#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/number.h"
#include "io_suite.h"
#include "suites.h"

START_TEST(reals_are_rounded_as_strtod_does)
{
    struct rng rng;
    char s[64];
    double x;

    rng_init(&rng, 1);
    for (int i = 0; i < 50000; i++) {
        int digits = 1 + rng_below(&rng, 20), e = rng_below(&rng, 50) - 25;
        char *p = s;

        for (int k = 0; k < digits; k++) {
            *p++ = (char)('0' + rng_below(&rng, 10));
            if (k == digits / 2)
                *p++ = '.';
        }
        sprintf(p, "e%d", e);
        ck_assert(scan_real(s, strlen(s), &x));
        if (x != strtod(s, NULL))
            ck_abort_msg("%s read as %.17g", s, x);
    }
}
END_TEST

/* 1 + 2^-53 lies halfway between two doubles: even wins, a hair more does
 * not. */
START_TEST(ties_go_to_even)
{
    static const struct {
        const char *s;
        double x;
    } cases[] = {
        {"9007199254740993", 9007199254740992.0},
        {"9007199254740995", 9007199254740996.0},
        {"9007199254740993.00", 9007199254740992.0},
        {"9007199254740993.01", 9007199254740994.0},
        {"1.00000000000000011102230246251565404", 1.0},
        {"1.000000000000000111", 1.0},
        {"1.0000000000000001111", 1.0000000000000002},
        {"-2.5d-1", -0.25},
        {"1.e2", 100},
        {".5E+01", 5},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double x;

        ck_assert(scan_real(cases[i].s, strlen(cases[i].s), &x));
        if (x != cases[i].x)
            ck_abort_msg("%s read as %.17g", cases[i].s, x);
    }
}
END_TEST

/* The digits of a number from the first that is not zero to the last. */
static void significant(char *to, const char *s)
{
    size_t n = 0;

    for (; *s && *s != 'e'; s++)
        if (*s >= '0' && *s <= '9' && (n > 0 || *s != '0'))
            to[n++] = *s;
    while (n > 0 && to[n - 1] == '0')
        n--;
    to[n] = '\0';
}

double random_real(struct rng *rng, int i)
{
    uint64_t bits = rng_next(rng);
    double x;

    if (i % 4 == 0) {
        memcpy(&x, &bits, sizeof x);
        return isfinite(x) ? x : 0;
    }
    x = rng_normal(rng) * pow(10, rng_below(rng, 20) - 10);
    return i % 4 == 1 ? rint(x * 1e8) / 1e8 : x; /* digits as ASE gives */
}

/* As few digits as the first of %.15g, %.16g and %.17g that comes back. */
START_TEST(reals_come_back_to_the_bit)
{
    struct rng rng;

    rng_init(&rng, 2);
    for (int i = 0; i < 50000; i++) {
        char s[REAL_ROOM + 1], plain[40], ours[40], theirs[40];
        double x = random_real(&rng, i), back;
        size_t n = format_real(s, x);

        ck_assert_uint_lt(n, REAL_ROOM);
        s[n] = '\0';
        ck_assert(scan_real(s, n, &back));
        ck_assert_int_eq(memcmp(&x, &back, sizeof x), 0);
        ck_assert_ptr_nonnull(strpbrk(s, ".e"));
        for (int p = 15; p <= 17; p++) {
            snprintf(plain, sizeof plain, "%.*g", p, x);
            if (strtod(plain, NULL) == x)
                break;
        }
        significant(ours, s);
        significant(theirs, plain);
        ck_assert_str_eq(ours, theirs);
    }
}
END_TEST

TCase *io_number_tests(void)
{
    TCase *tc = tcase_create("number");

    tcase_add_test(tc, reals_are_rounded_as_strtod_does);
    tcase_add_test(tc, ties_go_to_even);
    tcase_add_test(tc, reals_come_back_to_the_bit);
    return tc;
}
