#include "suites.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/nn.h>

#include "../ref/nn_cu_atom.h"
#include "cases.h"

/* Networks of 0, 1, 2 and 3 hidden layers of unequal widths. */
enum { NDEPTH = 4, NACT = ACT_LINEAR + 1, NROW = 5 };
static struct mlp net_of(int depth, enum activation act)
{
    static const struct mlp nets[NDEPTH] = {
        {0, 1, {4, 1}},
        {0, 2, {4, 7, 1}},
        {0, 3, {4, 7, 3, 1}},
        {0, 4, {4, 7, 3, 6, 1}},
    };
    struct mlp net = nets[depth];

    net.act = act;
    return net;
}

/* A network, a batch, and all that is computed of them. */
struct batch {
    struct mlp net;
    int nparam, nin; /* nin: numbers in x */
    double *theta, *dtheta, *x, *v, *dydx, *work;
    double y[NROW], dldy[NROW];
};

static double *random_reals(struct rng *r, int n, double scale)
{
    double *x = xcalloc((size_t)n, sizeof *x);

    for (int i = 0; i < n; i++)
        x[i] = scale * (2 * rng_uniform(r) - 1);
    return x;
}

static void batch_init(struct batch *b, struct mlp net)
{
    struct rng r;

    rng_init(&r, 17);
    b->net = net;
    b->nparam = mlp_nparam(&net);
    b->nin = NROW * net.width[0];
    b->theta = random_reals(&r, b->nparam, 0.9);
    b->dtheta = xcalloc((size_t)b->nparam, sizeof(double));
    b->x = random_reals(&r, b->nin, 1.3);
    b->v = random_reals(&r, b->nin, 1.1);
    b->dydx = xcalloc((size_t)b->nin, sizeof(double));
    b->work = xcalloc(mlp_nwork(&net, NROW), sizeof(double));
    for (int i = 0; i < NROW; i++)
        b->dldy[i] = 0.3 + 0.37 * i;
}

static void batch_release(struct batch *b)
{
    free(b->theta);
    free(b->dtheta);
    free(b->x);
    free(b->v);
    free(b->dydx);
    free(b->work);
}

static double dot(int n, const double *a, const double *b)
{
    double sum = 0;

    for (int i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

static void forward(struct batch *b)
{
    mlp_forward(&b->net, b->theta, NROW, b->x, b->y, b->dydx, b->work);
}

/* J = sum dldy y + v . dydx, of which mlp_backward() gives the gradient. */
static double objective(struct batch *b)
{
    forward(b);
    return dot(NROW, b->dldy, b->y) + dot(b->nin, b->v, b->dydx);
}

static void backward(struct batch *b, const double *v)
{
    memset(b->dtheta, 0, (size_t)b->nparam * sizeof *b->dtheta);
    mlp_backward(&b->net, b->theta, NROW, b->x, b->dldy, v, b->work, b->dtheta);
}

/*
 * (f(x + h) - f(x - h)) / 2h with one step of Richardson's: its error is
 * h^4 f^(5) / 7 of the series and some 1e-15 / h of rounding, and the tests
 * below allow 1e-10.
 */
static double slope_of(double (*f)(struct batch *), struct batch *b, double *x)
{
    const double h = 3e-4;
    double old = *x, d[2];

    for (int i = 0; i < 2; i++) {
        double step = h * (i + 1);

        *x = old + step;
        d[i] = f(b);
        *x = old - step;
        d[i] = (d[i] - f(b)) / (2 * step);
    }
    *x = old;
    return (4 * d[0] - d[1]) / 3;
}

static double sum_y(struct batch *b)
{
    forward(b);
    return b->y[0] + b->y[1] + b->y[2] + b->y[3] + b->y[4];
}

static double weighted_y(struct batch *b)
{
    forward(b);
    return dot(NROW, b->dldy, b->y);
}

START_TEST(slopes_are_the_derivative_of_values)
{
    struct batch b;

    batch_init(&b, net_of(_i / NACT, _i % NACT));
    double *dydx = xcalloc((size_t)b.nin, sizeof *dydx);
    forward(&b);
    memcpy(dydx, b.dydx, (size_t)b.nin * sizeof *dydx);
    for (int i = 0; i < b.nin; i++)
        ck_near(dydx[i], slope_of(sum_y, &b, &b.x[i]), 1e-10);
    free(dydx);
    batch_release(&b);
}
END_TEST

START_TEST(gradient_of_values_matches_differences)
{
    struct batch b;

    batch_init(&b, net_of(_i / NACT, _i % NACT));
    mlp_forward(&b.net, b.theta, NROW, b.x, b.y, NULL, b.work);
    backward(&b, NULL);
    for (int i = 0; i < b.nparam; i++)
        ck_near(b.dtheta[i], slope_of(weighted_y, &b, &b.theta[i]), 1e-10);
    batch_release(&b);
}
END_TEST

START_TEST(gradient_of_values_and_slopes_matches_differences)
{
    struct batch b;

    batch_init(&b, net_of(_i / NACT, _i % NACT));
    forward(&b);
    backward(&b, b.v);
    for (int i = 0; i < b.nparam; i++)
        ck_near(b.dtheta[i], slope_of(objective, &b, &b.theta[i]), 1e-10);
    batch_release(&b);
}
END_TEST

/* The part of v is d/dt of the gradient of sum y at x + t v. */
START_TEST(second_order_part_is_the_first_along_v)
{
    const double h = 3e-4;
    struct batch b;

    batch_init(&b, net_of(_i / NACT, _i % NACT));
    double *d[4], *second = xcalloc((size_t)b.nparam, sizeof *second);
    double *x = xcalloc((size_t)b.nin, sizeof *x);

    forward(&b);
    memset(b.dldy, 0, sizeof b.dldy);
    backward(&b, b.v);
    memcpy(second, b.dtheta, (size_t)b.nparam * sizeof *second);

    memcpy(x, b.x, (size_t)b.nin * sizeof *x);
    for (int i = 0; i < NROW; i++)
        b.dldy[i] = 1;
    for (int k = 0; k < 4; k++) {
        static const int steps[4] = {-2, -1, 1, 2};

        for (int i = 0; i < b.nin; i++)
            b.x[i] = x[i] + steps[k] * h * b.v[i];
        forward(&b);
        backward(&b, NULL);
        d[k] = xcalloc((size_t)b.nparam, sizeof(double));
        memcpy(d[k], b.dtheta, (size_t)b.nparam * sizeof(double));
    }
    for (int i = 0; i < b.nparam; i++)
        ck_near(second[i],
                (d[0][i] - 8 * d[1][i] + 8 * d[2][i] - d[3][i]) / (12 * h),
                1e-10);
    for (int k = 0; k < 4; k++)
        free(d[k]);
    free(second);
    free(x);
    batch_release(&b);
}
END_TEST

START_TEST(batch_is_the_sum_of_its_rows)
{
    struct batch b;
    int nin;

    batch_init(&b, net_of(3, _i));
    nin = b.net.width[0];
    double *dtheta = xcalloc((size_t)b.nparam, sizeof *dtheta);
    double y, *dydx = xcalloc((size_t)nin, sizeof *dydx);
    double *work = xcalloc(mlp_nwork(&b.net, 1), sizeof *work);

    forward(&b);
    backward(&b, b.v);
    for (int i = 0; i < NROW; i++) {
        mlp_forward(&b.net, b.theta, 1, b.x + i * nin, &y, dydx, work);
        mlp_backward(&b.net, b.theta, 1, b.x + i * nin, &b.dldy[i],
                     b.v + i * nin, work, dtheta);
        ck_near(y, b.y[i], 1e-13);
        for (int j = 0; j < nin; j++)
            ck_near(dydx[j], b.dydx[i * nin + j], 1e-13);
    }
    for (int i = 0; i < b.nparam; i++)
        ck_near(dtheta[i], b.dtheta[i], 1e-12);
    free(dtheta);
    free(dydx);
    free(work);
    batch_release(&b);
}
END_TEST

/* What is in dtheta stays, and a second call adds the same again. */
START_TEST(backward_adds_and_can_be_repeated)
{
    struct batch b;

    batch_init(&b, net_of(2, ACT_SILU));
    double *once = xcalloc((size_t)b.nparam, sizeof *once);
    forward(&b);
    backward(&b, b.v);
    memcpy(once, b.dtheta, (size_t)b.nparam * sizeof *once);
    mlp_backward(&b.net, b.theta, NROW, b.x, b.dldy, b.v, b.work, b.dtheta);
    for (int i = 0; i < b.nparam; i++)
        ck_near(b.dtheta[i], 2 * once[i], 1e-13);
    free(once);
    batch_release(&b);
}
END_TEST

/* A head on the trunk of another theta: the same as going all the way. */
START_TEST(head_is_a_forward_with_its_trunk)
{
    struct batch b;

    batch_init(&b, net_of(3, _i));
    forward(&b);
    int nhead = mlp_nhead(&b.net), first = b.nparam - nhead;
    double *dydx = xcalloc((size_t)b.nin, sizeof *dydx), y[NROW];

    ck_assert_int_eq(nhead, b.net.width[b.net.nlayer - 1] + 1);
    for (int round = 0; round < 2; round++) {
        for (int p = first; p < b.nparam; p++)
            b.theta[p] = 0.7 * cos(3 * p + round);
        mlp_head(&b.net, b.theta, NROW, y, dydx, b.work);
        double *work = xcalloc(mlp_nwork(&b.net, NROW), sizeof *work);

        mlp_forward(&b.net, b.theta, NROW, b.x, b.y, b.dydx, work);
        ck_assert_mem_eq(y, b.y, sizeof y);
        ck_assert_mem_eq(dydx, b.dydx, (size_t)b.nin * sizeof *dydx);
        free(work);
    }
    free(dydx);
    batch_release(&b);
}
END_TEST

START_TEST(no_rows_are_no_work)
{
    struct batch b;

    batch_init(&b, net_of(2, ACT_TANH));
    ck_assert_uint_eq(mlp_nwork(&b.net, 0), 0);
    mlp_forward(&b.net, b.theta, 0, b.x, b.y, b.dydx, b.work);
    mlp_backward(&b.net, b.theta, 0, b.x, b.dldy, b.v, b.work, b.dtheta);
    for (int i = 0; i < b.nparam; i++)
        ck_assert_double_eq(b.dtheta[i], 0);
    batch_release(&b);
}
END_TEST

/* y = (x W1^T + b1) w2 + b2 with numbers for a head to multiply. */
START_TEST(linear_net_is_exact)
{
    struct mlp net = {ACT_LINEAR, 2, {2, 2, 1}};
    const double theta[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    const double x[] = {10, -1}, v[] = {3, 5}, dldy = 2;
    double y, dydx[2], dtheta[9] = {0}, work[64];
    /* h = (13, 32), hdot = (13, 29), slope (31, 46) */
    const double expected[] = {2 * 7 * 10 + 7 * 3,
                               2 * 7 * -1 + 7 * 5,
                               2 * 8 * 10 + 8 * 3,
                               2 * 8 * -1 + 8 * 5,
                               2 * 7,
                               2 * 8,
                               2 * 13 + 13,
                               2 * 32 + 29,
                               2};

    ck_assert_int_eq(mlp_nparam(&net), 9);
    ck_assert_uint_le(mlp_nwork(&net, 1), 64);
    mlp_forward(&net, theta, 1, x, &y, dydx, work);
    ck_assert_double_eq(y, 7 * 13 + 8 * 32 + 9);
    ck_assert_double_eq(dydx[0], 31);
    ck_assert_double_eq(dydx[1], 46);
    mlp_backward(&net, theta, 1, x, &dldy, v, work, dtheta);
    for (int i = 0; i < 9; i++)
        ck_assert_double_eq(dtheta[i], expected[i]);
}
END_TEST

/* A row beside copies of itself, so that the products are of many rows. */
START_TEST(reference_atom_is_reproduced)
{
    enum { N = 7, NPARAM = sizeof ref_theta / sizeof *ref_theta };
    struct mlp net = {ACT_TANH, 4, {20, 20, 20, 20, 1}};
    double x[N * 20], v[N * 20], dydx[N * 20], y[N], dldy[N];
    double dtheta[NPARAM] = {0}, along = 0;
    double *work = xcalloc(mlp_nwork(&net, N), sizeof *work);

    ck_assert_int_eq(mlp_nparam(&net), NPARAM);
    for (int i = 0; i < N * 20; i++) {
        x[i] = ref_x[i % 20];
        v[i] = cos(1 + 0.37 * (i % 20));
    }
    for (int i = 0; i < N; i++)
        dldy[i] = 2;
    mlp_forward(&net, ref_theta, N, x, y, dydx, work);
    for (int i = 0; i < N; i++)
        ck_near(y[i], ref_y, 1e-14);
    for (int i = 0; i < N * 20; i++)
        ck_near(dydx[i], ref_dydx[i % 20], 1e-15);
    mlp_backward(&net, ref_theta, N, x, dldy, v, work, dtheta);
    for (int i = 0; i < NPARAM; i++)
        along += sin(1 + 0.11 * i) * dtheta[i];
    ck_near(along / N, ref_gradient_along, 1e-13);
    free(work);
}
END_TEST

START_TEST(weights_start_within_their_bounds)
{
    struct mlp net = {ACT_TANH, 2, {16, 38, 1}};
    double theta[16 * 38 + 38 + 38 + 1], sum = 0, largest = 0;
    struct rng r;

    rng_init(&r, 3);
    mlp_init(&net, INIT_FAN_IN, &r, theta);
    for (int i = 0; i < 17 * 38; i++) {
        largest = fmax(largest, fabs(theta[i]));
        sum += theta[i] * theta[i];
    }
    ck_assert_double_le(largest, 0.25);
    /* Variance of a uniform number: bound^2 / 3, here of 646 of them. */
    ck_near(sum / (17 * 38), 0.0625 / 3, 4 * 0.0625 / 3 * sqrt(0.8 / 646));
    for (int i = 17 * 38; i < 18 * 38 + 1; i++)
        ck_assert_double_le(fabs(theta[i]), 1 / sqrt(38));

    mlp_init(&net, INIT_GLOROT, &r, theta);
    largest = 0;
    for (int i = 0; i < 16 * 38; i++)
        largest = fmax(largest, fabs(theta[i]));
    ck_near(largest, 1.0 / 3, 0.01); /* sqrt(6 / 54) */
    for (int i = 16 * 38; i < 17 * 38; i++)
        ck_assert_double_eq(theta[i], 0);
    ck_assert_double_eq(theta[18 * 38], 0);
}
END_TEST

Suite *nn_suite(void)
{
    Suite *s = suite_create("nn");
    TCase *t = tcase_create("mlp");

    tcase_add_loop_test(t, slopes_are_the_derivative_of_values, 0,
                        NDEPTH * NACT);
    tcase_add_loop_test(t, gradient_of_values_matches_differences, 0,
                        NDEPTH * NACT);
    tcase_add_loop_test(t, gradient_of_values_and_slopes_matches_differences, 0,
                        NDEPTH * NACT);
    tcase_add_loop_test(t, second_order_part_is_the_first_along_v, 0,
                        NDEPTH * NACT);
    tcase_add_loop_test(t, batch_is_the_sum_of_its_rows, 0, NACT);
    tcase_add_test(t, backward_adds_and_can_be_repeated);
    tcase_add_loop_test(t, head_is_a_forward_with_its_trunk, 0, NACT);
    tcase_add_test(t, no_rows_are_no_work);
    tcase_add_test(t, linear_net_is_exact);
    tcase_add_test(t, reference_atom_is_reproduced);
    tcase_add_test(t, weights_start_within_their_bounds);
    suite_add_tcase(s, t);

    suite_add_tcase(s, activation_case());
    return s;
}
