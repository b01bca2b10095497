#include "suites.h"

#include <math.h>
#include <string.h>

#include <morsel/optim.h>

#include "cases.h"

enum { MAX_DIM = 40 };

/* f and its gradient g [n] at x [n] */
typedef double function(int n, const double *x, double *g);

/* H. H. Rosenbrock, Computer J. 3, 175 (1960), as a chain of n. */
static double rosenbrock(int n, const double *x, double *g)
{
    double f = 0;

    memset(g, 0, (size_t)n * sizeof *g);
    for (int i = 0; i + 1 < n; i++) {
        double a = 1 - x[i], b = x[i + 1] - x[i] * x[i];

        f += a * a + 100 * b * b;
        g[i] += -2 * a - 400 * b * x[i];
        g[i + 1] += 200 * b;
    }
    return f;
}

/*
 * Curvatures from 1 to 1e4, the minimum at x_i = i / 7.  SciPy 1.10's L-BFGS-B
 * takes 542 evaluations from 0 to a largest slope of 1e-7 with a memory of 20.
 */
static double long_valley(int n, const double *x, double *g)
{
    double f = 0;

    for (int i = 0; i < n; i++) {
        double k = pow(10, 4.0 * i / (n - 1)), d = x[i] - i / 7.0;

        f += 0.5 * k * d * d;
        g[i] = k * d;
    }
    return f;
}

/* sum -0.4 x - log(1 - x): no value from x = 1 on; the minimum is at -1.5. */
static double wall(int n, const double *x, double *g)
{
    double f = 0;

    for (int i = 0; i < n; i++) {
        f += x[i] < 1 ? -0.4 * x[i] - log(1 - x[i]) : INFINITY;
        g[i] = x[i] < 1 ? -0.4 + 1 / (1 - x[i]) : NAN;
    }
    return f;
}

/* Slopes of 1 far from the minimum 0, where the curvature is 1. */
static double funnel(int n, const double *x, double *g)
{
    double f = 0;

    for (int i = 0; i < n; i++) {
        f += sqrt(1 + x[i] * x[i]);
        g[i] = x[i] / sqrt(1 + x[i] * x[i]);
    }
    return f;
}

/* On a value of 1e6 the bowl cannot be seen within 1e-5 of its minimum 1. */
static double high_bowl(int n, const double *x, double *g)
{
    double f = 1e6;

    for (int i = 0; i < n; i++) {
        double d = x[i] - 1;

        f += d * d * (1 + i);
        g[i] = 2 * d * (1 + i);
    }
    return f;
}

/* Its gradient has the wrong sign: there is no way down. */
static double liar(int n, const double *x, double *g)
{
    double f = high_bowl(n, x, g);

    for (int i = 0; i < n; i++)
        g[i] = -g[i];
    return f;
}

static double largest(int n, const double *x)
{
    double max = 0;

    for (int i = 0; i < n; i++)
        max = fmax(max, fabs(x[i]));
    return max;
}

static double dot(int n, const double *a, const double *b)
{
    double sum = 0;

    for (int i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

struct run {
    enum optim_status status;
    int evaluations, iterations;
    int refusals; /* values that were not finite */
    double f;
};

/* The step from x0, f0, g0 along d to what o has accepted. */
static void check_wolfe(const struct lbfgs *o, const double *d, double f0,
                        const double *g0)
{
    double slope0 = dot(o->n, g0, d), slope = dot(o->n, o->g, d);

    ck_assert_double_le(o->f, f0);
    ck_assert_double_le(fabs(slope), 0.9 * fabs(slope0) * (1 + 1e-12));
}

/*
 * Minimize; every accepted step that is not followed by a fresh start meets
 * the strong Wolfe conditions.
 */
static struct run minimize(function *fun, int n, int memory, double tol,
                           int max_evaluations, double *x)
{
    struct run run = {.status = OPTIM_GO_ON};
    struct lbfgs o;
    double g[MAX_DIM], d[MAX_DIM], g0[MAX_DIM], x0[MAX_DIM], f0;

    lbfgs_init(&o, n, memory);
    while (run.status == OPTIM_GO_ON && run.evaluations < max_evaluations) {
        run.f = fun(n, x, g);
        run.evaluations++;
        run.refusals += !isfinite(run.f);
        if (largest(n, g) <= tol)
            break;

        memcpy(d, o.d, (size_t)n * sizeof *d);
        memcpy(g0, o.g, (size_t)n * sizeof *d);
        memcpy(x0, o.x, (size_t)n * sizeof *d);
        f0 = o.f;
        run.status = lbfgs_step(&o, run.f, g, x);
        if (o.iterations > run.iterations && o.count > 0) {
            double step[MAX_DIM];

            for (int i = 0; i < n; i++)
                step[i] = o.x[i] - x0[i];
            check_wolfe(&o, d, f0, g0);
            ck_assert_double_le(o.f, f0 + 1e-4 * dot(n, step, g0));
        }
        run.iterations = o.iterations;
    }
    lbfgs_release(&o);
    return run;
}

START_TEST(lbfgs_finds_the_end_of_rosenbrocks_valley)
{
    static const int dims[] = {2, 20};
    int n = dims[_i];
    double x[MAX_DIM];
    struct run run;

    for (int i = 0; i < n; i++)
        x[i] = i % 2 ? 1 : -1.2;
    run = minimize(rosenbrock, n, 10, 1e-11, n == 2 ? 70 : 400, x);
    for (int i = 0; i < n; i++)
        ck_near(x[i], 1, 1e-10);
    ck_assert_int_eq(run.status, OPTIM_GO_ON);
}
END_TEST

START_TEST(lbfgs_walks_a_long_valley)
{
    enum { N = 30 };
    double x[N] = {0};

    minimize(long_valley, N, 20, 1e-7, 600, x);
    for (int i = 0; i < N; i++)
        ck_near(x[i], i / 7.0, 1e-7);
}
END_TEST

START_TEST(lbfgs_backs_off_from_a_wall)
{
    double x[3] = {0.9, -40, 0.5};
    struct run run = minimize(wall, 3, 5, 1e-9, 60, x);

    for (int i = 0; i < 3; i++)
        ck_near(x[i], -1.5, 1e-8);
    ck_assert_int_eq(run.status, OPTIM_GO_ON);
    ck_assert_int_gt(run.refusals, 0);
}
END_TEST

START_TEST(lbfgs_takes_longer_steps_where_it_pays)
{
    double x[2] = {1e6, -3e5};

    minimize(funnel, 2, 5, 1e-10, 100, x); /* L-BFGS-B: 75 */
    ck_near(x[0], 0, 1e-9);
    ck_near(x[1], 0, 1e-9);
}
END_TEST

START_TEST(lbfgs_stalls_where_values_are_noise)
{
    double x[5] = {3, -2, 0.5, 7, 1.3}, g[5];
    struct run run = minimize(high_bowl, 5, 5, 0, 100, x);

    ck_assert_int_eq(run.status, OPTIM_STALLED);
    for (int i = 0; i < 5; i++)
        ck_near(x[i], 1, 2e-5); /* sqrt(1e6 times rounding) */
    ck_assert_double_le(high_bowl(5, x, g), run.f);
}
END_TEST

START_TEST(lbfgs_stays_where_no_way_leads_down)
{
    double x[2] = {3, -2};
    struct run run = minimize(liar, 2, 5, 0, 100, x);

    ck_assert_int_eq(run.status, OPTIM_STALLED);
    ck_assert_int_eq(run.iterations, 0);
    ck_assert_double_eq(x[0], 3);
    ck_assert_double_eq(x[1], -2);
}
END_TEST

START_TEST(lbfgs_stalls_on_a_start_without_value)
{
    struct lbfgs o;
    double x[2] = {3, -2}, g[2] = {1, 1}, zero[2] = {0, 0};

    lbfgs_init(&o, 2, 5);
    ck_assert_int_eq(lbfgs_step(&o, NAN, g, x), OPTIM_STALLED);
    ck_assert_int_eq(lbfgs_step(&o, 1.0, zero, x), OPTIM_STALLED);
    g[0] = INFINITY;
    ck_assert_int_eq(lbfgs_step(&o, 1.0, g, x), OPTIM_STALLED);
    ck_assert_double_eq(x[0], 3);
    ck_assert_double_eq(x[1], -2);
    /* and can be given another */
    g[0] = 0.25;
    ck_assert_int_eq(lbfgs_step(&o, 1.0, g, x), OPTIM_GO_ON);
    ck_near(x[0], 3 - 0.25 / 1.25, 1e-15); /* g / |g|_1 */
    ck_near(x[1], -2 - 1 / 1.25, 1e-15);
    lbfgs_release(&o);
    lbfgs_release(&o);
}
END_TEST

START_TEST(lbfgs_is_deterministic)
{
    double x[20] = {0}, again[20] = {0};

    minimize(rosenbrock, 20, 7, 1e-8, 500, x);
    minimize(rosenbrock, 20, 7, 1e-8, 500, again);
    ck_assert_mem_eq(x, again, sizeof x);
}
END_TEST

START_TEST(adam_descends_a_quadratic)
{
    enum { N = 6 };
    double x[N] = {0}, g[N];
    struct adam o;

    adam_init(&o, N);
    for (int t = 0; t < 3000; t++) {
        for (int i = 0; i < N; i++)
            g[i] = (1 + i) * (x[i] - i / 7.0);
        adam_step(&o, cosine_rate(t, 0.05, 0, 3000, 1), g, x);
    }
    for (int i = 0; i < N; i++)
        ck_near(x[i], i / 7.0, 1e-6);
    adam_release(&o);
}
END_TEST

/*
 * By hand: after g = 2 both means are unbiased to 2 and 4, so x falls by the
 * rate.  After g = -1: m = (0.9 * 0.2 - 0.1) / (1 - 0.81) = 8/19, and
 * v = (0.999 * 0.004 + 0.001) / (1 - 0.998001) = 0.004996 / 0.001999.
 */
START_TEST(adam_makes_the_steps_of_the_paper)
{
    struct adam o;
    double x = 1, g = 2;

    adam_init(&o, 1);
    adam_step(&o, 0.1, &g, &x);
    ck_near(x, 1 - 0.1 * 2 / (2 + 1e-8), 1e-15);
    g = -1;
    adam_step(&o, 0.1, &g, &x);
    ck_near(x, 0.9 - 0.1 * (8.0 / 19) / sqrt(4996.0 / 1999), 2e-9);
    adam_release(&o);
}
END_TEST

START_TEST(cosine_rate_restarts)
{
    /* Periods of 10, 20, 40, ...: restarts at 10, 30, 70. */
    static const struct {
        int t;
        double rate;
    } known[] = {
        {0, 1},    {5, 0.6},   {10, 1},   {15, 0.6 + 0.4 * M_SQRT1_2},
        {20, 0.6}, {30, 1},    {50, 0.6}, {60, 0.6 - 0.4 * M_SQRT1_2},
        {70, 1},   {110, 0.6},
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        ck_near(cosine_rate(known[i].t, 1, 0.2, 10, 2), known[i].rate, 1e-15);
    for (int t = 0; t < 200; t++)
        if (t != 9 && t != 29 && t != 69 && t != 149)
            ck_assert_double_gt(cosine_rate(t, 1, 0.2, 10, 2),
                                cosine_rate(t + 1, 1, 0.2, 10, 2));
        else
            ck_assert_double_eq(cosine_rate(t + 1, 1, 0.2, 10, 2), 1);
    ck_assert_double_eq(cosine_rate(21, 1, 0.2, 7, 1), 1);
    /* between epochs: halfway through the second period, which has 20 */
    ck_near(cosine_rate(12.5, 1, 0.2, 10, 2), 0.2 + 0.4 * (1 + cos(M_PI / 8)),
            1e-15);
    ck_assert_double_gt(cosine_rate(2147483647, 1, 0.2, 2, 1000), 0.2);
}
END_TEST

Suite *optim_suite(void)
{
    Suite *s = suite_create("optim");
    TCase *t = tcase_create("lbfgs");

    tcase_add_loop_test(t, lbfgs_finds_the_end_of_rosenbrocks_valley, 0, 2);
    tcase_add_test(t, lbfgs_walks_a_long_valley);
    tcase_add_test(t, lbfgs_backs_off_from_a_wall);
    tcase_add_test(t, lbfgs_takes_longer_steps_where_it_pays);
    tcase_add_test(t, lbfgs_stalls_where_values_are_noise);
    tcase_add_test(t, lbfgs_stays_where_no_way_leads_down);
    tcase_add_test(t, lbfgs_stalls_on_a_start_without_value);
    tcase_add_test(t, lbfgs_is_deterministic);
    suite_add_tcase(s, t);
    suite_add_tcase(s, wolfe_case());

    t = tcase_create("adam");
    tcase_add_test(t, adam_descends_a_quadratic);
    tcase_add_test(t, adam_makes_the_steps_of_the_paper);
    tcase_add_test(t, cosine_rate_restarts);
    suite_add_tcase(s, t);
    return s;
}
