#include "suites.h"

#include <math.h>
#include <string.h>

#include "sim/method.h"
#include "sim_suite.h"

/* The step of a Newton method on a quadratic whose Hessian it knows. */
START_TEST(bfgs_learns_a_quadratic_exactly)
{
    enum { N = 6 };
    double q[N][N], x[N], f[N], dx[N], minimum[N];
    struct hessian b;
    struct rng rng;
    struct err err;

    rng_init(&rng, 7);
    for (int i = 0; i < N; i++)
        for (int j = 0; j <= i; j++)
            q[i][j] = q[j][i] = (i == j ? 40 : 0) + 4 * rng_normal(&rng);
    for (int i = 0; i < N; i++) {
        minimum[i] = rng_normal(&rng);
        x[i] = minimum[i] + 0.1 * rng_normal(&rng);
    }
    hessian_init(&b, N);
    for (int step = 0; step < 40; step++) {
        for (int i = 0; i < N; i++) {
            f[i] = 0;
            for (int j = 0; j < N; j++)
                f[i] -= q[i][j] * (x[j] - minimum[j]);
        }
        ck_assert_int_eq(hessian_step(&b, x, f, dx, &err), 0);
        for (int i = 0; i < N; i++)
            x[i] += dx[i];
        for (int i = 0; step == 0 && i < N; i++)
            ck_near(dx[i], f[i] / RELAX_ALPHA, 1e-15);
    }
    for (int i = 0; i < N; i++)
        ck_near(x[i], minimum[i], 1e-7);
    hessian_release(&b);
}
END_TEST

/* After an update with s and y the model says H s = y. */
START_TEST(bfgs_meets_the_secant_condition)
{
    enum { N = 5 };
    double x[N] = {0}, f[N], x1[N], f1[N], dx[N];
    struct hessian b;
    struct rng rng;
    struct err err;

    rng_init(&rng, 11);
    hessian_init(&b, N);
    for (int i = 0; i < N; i++)
        f[i] = rng_normal(&rng);
    for (int step = 0; step < 10; step++) {
        ck_assert_int_eq(hessian_step(&b, x, f, dx, &err), 0);
        for (int i = 0; i < N; i++) {
            x1[i] = x[i] + 0.1 * rng_normal(&rng);
            f1[i] = f[i] - 60 * (x1[i] - x[i]) + 0.3 * rng_normal(&rng);
        }
        ck_assert_int_eq(hessian_step(&b, x1, f1, dx, &err), 0);
        for (int i = 0; i < N; i++) {
            double hs = 0;
            for (int j = 0; j < N; j++)
                hs += b.h[i * N + j] * (x1[j] - x[j]);
            ck_near(hs, f[i] - f1[i], 1e-11);
        }
        memcpy(x, x1, sizeof x);
        memcpy(f, f1, sizeof f);
    }
    hessian_release(&b);
}
END_TEST

/* The ring of pairs: with more steps than memory the oldest are gone. */
START_TEST(lbfgs_forgets)
{
    enum { STEPS = 2 * HISTORY_MEMORY + 30 };
    double x[2] = {0, 0}, f[2], dx[2];
    struct history b;

    history_init(&b, 2);
    for (int step = 0; step < STEPS; step++) {
        x[0] = step;
        x[1] = step * step;
        f[0] = -x[0];
        f[1] = -3 * x[1];
        history_step(&b, x, f, dx);
    }
    ck_assert_int_eq(b.count, HISTORY_MEMORY);
    int oldest = STEPS - 1 - HISTORY_MEMORY; /* from here to the next */
    ck_assert_double_eq(b.s[2 * b.oldest + 1], 2 * oldest + 1);
    ck_assert_double_eq(b.y[2 * b.oldest + 1], 3 * (2 * oldest + 1));
    history_release(&b);
}
END_TEST

/* By hand: mass 1, dt 0.1, and half of it after going uphill. */
START_TEST(fire_by_hand)
{
    double f[1] = {2}, dx[1];
    struct fire b;

    fire_init(&b, 1);
    fire_step(&b, f, dx);
    ck_near(b.v[0], 0.2, 1e-16);
    ck_near(dx[0], 0.02, 1e-16);
    fire_step(&b, f, dx); /* v and f are parallel: mixing changes nothing */
    ck_near(b.v[0], 0.4, 1e-15);
    f[0] = -1; /* uphill */
    fire_step(&b, f, dx);
    ck_near(b.dt, 0.05, 1e-16);
    ck_near(b.v[0], -0.05, 1e-16);
    for (int i = 0; i < 6; i++)
        fire_step(&b, f, dx);
    ck_near(b.dt, 0.05, 1e-16);
    fire_step(&b, f, dx); /* the seventh: more than N_min downhill */
    ck_near(b.dt, 0.055, 1e-16);
    ck_near(b.a, 0.099, 1e-16);
    fire_release(&b);
}
END_TEST

TCase *sim_method_tests(void)
{
    TCase *method = tcase_create("method");

    tcase_add_test(method, bfgs_learns_a_quadratic_exactly);
    tcase_add_test(method, bfgs_meets_the_secant_condition);
    tcase_add_test(method, lbfgs_forgets);
    tcase_add_test(method, fire_by_hand);
    return method;
}
