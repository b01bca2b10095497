#include "cases.h"

#include <math.h>
#include <stdbool.h>

#include "nn/activation.h"
#include "suites.h"

enum { NACT = ACT_LINEAR + 1 };

/* The distance from a to b in units of the last place of b. */
static double ulps(double a, double b)
{
    int e;

    frexp(b, &e);
    return fabs(a - b) / ldexp(1, (e < -1021 ? -1021 : e) - 53);
}

START_TEST(tanh_is_within_three_ulps_of_glibc)
{
    enum { N = 250 };
    double h[N], x[N], slope[N], curv[N];

    for (int k = -1074; k < 1024; k++) {
        double worst = 0;
        bool signs = true;

        for (int i = 0; i < N; i++)
            x[i] = h[i] = (i % 2 ? 1 : -1) * ldexp(1 + i / 251.0, k);
        activate(ACT_TANH, N, h, slope, curv);
        for (int i = 0; i < N; i++) {
            worst = fmax(worst, ulps(h[i], tanh(x[i])));
            signs = signs && signbit(h[i]) == signbit(x[i]);
        }
        ck_assert_double_le(worst, 3);
        ck_assert(signs);
    }
}
END_TEST

START_TEST(tanh_of_special_values)
{
    double h[] = {0.0, -0.0, INFINITY, -INFINITY, NAN, 1e308, 5e-324};
    double slope[7], curv[7];

    activate(ACT_TANH, 7, h, slope, curv);
    ck_assert_double_eq(h[0], 0);
    ck_assert_double_eq(h[1], 0);
    ck_assert_int_ne(signbit(h[1]), 0);
    ck_assert_double_eq(h[2], 1);
    ck_assert_double_eq(h[3], -1);
    ck_assert_double_nan(h[4]);
    ck_assert_double_eq(h[5], 1);
    ck_assert_double_eq(h[6], 5e-324);
    ck_assert_double_eq(slope[0], 1);
    ck_assert_double_eq(slope[2], 0);
}
END_TEST

/* Values at 0.7 to 17 digits, by mpmath 1.2 with 40 digits. */
static const struct known {
    enum activation act;
    double s, slope, curv;
} known[] = {
    {ACT_TANH, 0.60436777711716347, 0.63473958998245862, -0.76723231009191656},
    {ACT_SIGMOID, 0.6681877721681661, 0.22171287329310905,
     -0.074578788440341806},
    {ACT_SOFTPLUS, 1.1031860488854579, 0.6681877721681661, 0.22171287329310905},
    {ACT_SILU, 0.46773144051771624, 0.82338678347334242, 0.39122059467797885},
    {ACT_LINEAR, 0.7, 1, 0},
};

START_TEST(activations_at_a_point)
{
    double h = 0.7, slope, curv;

    activate(known[_i].act, 1, &h, &slope, &curv);
    ck_near(h, known[_i].s, 2e-16);
    ck_near(slope, known[_i].slope, 2e-16);
    ck_near(curv, known[_i].curv, 3e-16);
}
END_TEST

START_TEST(activations_do_not_overflow)
{
    double h[] = {-800, 800}, slope[2], curv[2];
    double low = _i == ACT_TANH ? -1 : _i == ACT_LINEAR ? -800 : 0;
    double high = _i == ACT_TANH || _i == ACT_SIGMOID ? 1 : 800;

    activate(_i, 2, h, slope, curv);
    ck_near(h[0], low, 1e-300);
    ck_assert_double_eq(h[1], high);
    ck_assert_double_eq(slope[1], high == 800);
    ck_near(curv[0], 0, 1e-300);
    ck_near(curv[1], 0, 1e-300);
}
END_TEST

START_TEST(nan_stays_nan)
{
    double h = NAN, slope, curv;

    activate(_i, 1, &h, &slope, &curv);
    ck_assert_double_nan(h);
}
END_TEST

TCase *activation_case(void)
{
    TCase *t = tcase_create("activation");
    int nknown = sizeof known / sizeof *known;

    tcase_add_test(t, tanh_is_within_three_ulps_of_glibc);
    tcase_add_test(t, tanh_of_special_values);
    tcase_add_loop_test(t, activations_at_a_point, 0, nknown);
    tcase_add_loop_test(t, activations_do_not_overflow, 0, NACT);
    tcase_add_loop_test(t, nan_stays_nan, 0, NACT);
    return t;
}
