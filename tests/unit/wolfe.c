#include "cases.h"

#include <math.h>

#include <morsel/optim.h>

#include "suites.h"

/* More and Thuente's first three functions of one variable. */
static double one_variable(int k, double t, double *slope)
{
    const double beta = 2, b3 = 0.01, l = 39;

    switch (k) {
    case 0:
        *slope = (t * t - beta) / ((t * t + beta) * (t * t + beta));
        return -t / (t * t + beta);
    case 1:
        *slope = 5 * pow(t + 0.004, 4) - 8 * pow(t + 0.004, 3);
        return pow(t + 0.004, 5) - 2 * pow(t + 0.004, 4);
    default: {
        double phi0 = fabs(1 - t) <= b3 ? (t - 1) * (t - 1) / (2 * b3) + b3 / 2
                                        : fabs(1 - t);
        double dphi0 = fabs(1 - t) <= b3 ? (t - 1) / b3 : t < 1 ? -1 : 1;

        *slope = dphi0 + (1 - b3) * cos(l * M_PI / 2 * t);
        return phi0 + (1 - b3) * 2 / (l * M_PI) * sin(l * M_PI / 2 * t);
    }
    }
}

START_TEST(search_ends_at_a_wolfe_point)
{
    static const double first[] = {1e-3, 1e-1, 1, 10, 1e3};
    double slope, slope0, f, f0 = one_variable(_i / 5, 0, &slope0);
    enum wolfe_status status;
    struct wolfe w;

    wolfe_start(&w, f0, slope0, first[_i % 5]);
    do {
        f = one_variable(_i / 5, w.t, &slope);
        status = wolfe_step(&w, f, slope);
    } while (status == WOLFE_GO_ON);
    ck_assert_int_eq(status, WOLFE_DONE);
    ck_assert_double_eq(w.lo.f, f);
    ck_assert_double_le(f, f0 + 1e-4 * w.lo.t * slope0);
    ck_assert_double_le(fabs(slope), 0.9 * fabs(slope0));
    ck_assert_int_le(w.trials, 20);
}
END_TEST

/* -t down to the kink, then up steeply: no point meets both conditions. */
START_TEST(search_closes_in_on_a_kink)
{
    static const double kinks[] = {1, 50, 97};
    double kink = kinks[_i], steep = 1e6;
    enum wolfe_status status;
    struct wolfe w;

    wolfe_start(&w, 0, -1, 100);
    do
        status = w.t < kink
                     ? wolfe_step(&w, -w.t, -1)
                     : wolfe_step(&w, steep * (w.t - kink) - kink, steep);
    while (status == WOLFE_GO_ON);
    ck_assert_int_eq(status, WOLFE_FAILED);
    ck_near(w.lo.t, kink, 1e-3);
    ck_assert_double_eq(w.lo.f, -w.lo.t);
}
END_TEST

START_TEST(search_backs_off_from_what_is_no_number)
{
    static const double bad[][2] = {
        {NAN, -0.1}, {INFINITY, 0}, {-INFINITY, 0}, {-1, NAN}, {-1, -INFINITY},
    };
    struct wolfe w;

    wolfe_start(&w, 0, -1, 1);
    ck_assert_int_eq(wolfe_step(&w, bad[_i][0], bad[_i][1]), WOLFE_GO_ON);
    ck_assert_double_eq(w.t, 0.5);
    ck_assert_double_eq(w.lo.t, 0);
    ck_assert_int_eq(wolfe_step(&w, -0.3, 0.1), WOLFE_DONE);
    ck_assert_double_eq(w.lo.t, 0.5);
}
END_TEST

/* Flat beyond rounding: the first look is enough to give up. */
START_TEST(search_gives_up_where_values_are_equal)
{
    struct wolfe w;

    wolfe_start(&w, 1e6, -1e-12, 1);
    ck_assert_int_eq(wolfe_step(&w, 1e6, -0.95e-12), WOLFE_FAILED);
    ck_assert_double_eq(w.lo.t, 0);
}
END_TEST

TCase *wolfe_case(void)
{
    TCase *t = tcase_create("wolfe");

    tcase_add_loop_test(t, search_ends_at_a_wolfe_point, 0, 15);
    tcase_add_loop_test(t, search_closes_in_on_a_kink, 0, 3);
    tcase_add_loop_test(t, search_backs_off_from_what_is_no_number, 0, 5);
    tcase_add_test(t, search_gives_up_where_values_are_equal);
    return t;
}
