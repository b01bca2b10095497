#include <morsel/sgp.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sgp_suite.h"
#include "suites.h"

/* Differences of fourth order. */
static const double at_step[4] = {1, -1, 2, -2};
static const double by_step[4] = {8. / 12, -8. / 12, -1. / 12, 1. / 12};

static void draw(struct rng *rng, int n, double *x)
{
    for (int i = 0; i < n; i++)
        x[i] = rng_normal(rng);
}

/* Two elements of three and two features, five environments and one. */
static void small(struct sgp *s, struct rng *rng)
{
    static const int nsf[2] = {3, 2};
    double x[15];

    sgp_init(s, 2, nsf);
    draw(rng, 15, x);
    sgp_choose(s, 0, 5, x, 9);
    draw(rng, 2, x);
    sgp_choose(s, 1, 1, x, 9);
    s->length = 0.8;
}

START_TEST(farthest_environments_come_first)
{
    static const double x[7] = {0, 1, 10, 10, 4, 1 - 0.5e-3, 6.8};
    static const double order[5] = {0, 10, 4, 6.8, 1};
    static const double more[3] = {-5, 1, 20};
    static const int nsf = 1;
    struct sgp s;

    sgp_init(&s, 1, &nsf);
    sgp_choose(&s, 0, 7, x, 3);
    ck_assert_int_eq(sgp_count(&s, 0), 3);
    ck_assert_mem_eq(s.z[0], order, 3 * sizeof *order);
    sgp_choose(&s, 0, 7, x, 20); /* twins are left out */
    ck_assert_int_eq(sgp_count(&s, 0), 5);
    ck_assert_mem_eq(s.z[0], order, sizeof order);
    sgp_choose(&s, 0, 3, more, 6);
    ck_assert_int_eq(sgp_size(&s), 6);
    ck_assert_int_eq(sgp_width(&s), 7);
    ck_assert_double_eq(s.z[0][5], 20);
    ck_assert_int_eq(sgp_most(&s), 6);
    sgp_release(&s);
}
END_TEST

START_TEST(factor_is_that_of_the_kernel)
{
    struct rng rng;
    struct sgp s;
    struct err err;
    int m = 6;

    rng_init(&rng, 1);
    small(&s, &rng);
    ck_assert_int_eq(sgp_size(&s), m);
    ck_assert_int_eq(sgp_prepare(&s, &err), 0);
    for (int i = 0; i < m; i++)
        for (int j = 0; j <= i; j++) {
            int el = i == 5;
            double sum = 0, k = 0;

            if (el != (j == 5)) /* elements are independent */
                continue;
            for (int r = 0; r <= j - 5 * el; r++)
                sum += s.l[el][(i - 5 * el) * 5 + r] *
                       s.l[el][(j - 5 * el) * 5 + r];

            k = plain_kernel(&s, el, s.z[el] + (i - 5 * el) * s.nsf[el],
                             s.z[el] + (j - 5 * el) * s.nsf[el]);
            ck_near(sum, k + (i == j) * 1e-10, 1e-14);
        }
    sgp_release(&s);
}
END_TEST

/* Environments that are equal, or so alike that the kernel is all ones. */
START_TEST(twins_have_a_factor)
{
    struct rng rng;
    struct sgp s;
    struct err err;

    rng_init(&rng, 1);
    small(&s, &rng);
    memcpy(s.z[0] + 3, s.z[0], 3 * sizeof **s.z);
    ck_assert_int_eq(sgp_prepare(&s, &err), 0);
    s.length = 1e5;
    ck_assert_int_eq(sgp_prepare(&s, &err), 0);
    sgp_release(&s);
}
END_TEST

static double plain_sum(const struct sgp *s, int el, const double *alpha,
                        const double *x)
{
    double y = 0;

    for (int m = 0; m < sgp_count(s, el); m++)
        y += alpha[s->first[el] + m] *
             plain_kernel(s, el, x, s->z[el] + m * s->nsf[el]);
    return y;
}

START_TEST(forward_is_the_sum_and_its_slope)
{
    enum { N = 4 };
    const double h = 1e-3;
    double alpha[6], x[3 * N], y[N], dydx[3 * N], work[5 * N];
    struct rng rng;
    struct sgp s;

    rng_init(&rng, 2);
    small(&s, &rng);
    draw(&rng, 6, alpha);
    for (int el = 0; el < 2; el++) {
        int nsf = s.nsf[el];

        draw(&rng, nsf * N, x);
        sgp_forward(&s, el, alpha, N, x, y, dydx, work);
        for (int i = 0; i < N; i++)
            ck_near(y[i], plain_sum(&s, el, alpha, x + i * nsf), 1e-14);
        for (int f = 0; f < nsf * N; f++) {
            double slope = 0, at = x[f];

            for (int k = 0; k < 4; k++) {
                x[f] = at + at_step[k] * h;
                slope += by_step[k] / h *
                         plain_sum(&s, el, alpha, x + f / nsf * nsf);
            }
            x[f] = at;
            ck_near(dydx[f], slope, 1e-10); /* h^4 / 30 times the fifth */
        }
    }
    s.first[1] = s.first[2] = 5; /* an element that has none */
    sgp_forward(&s, 1, alpha, 2, x, y, dydx, work);
    ck_assert_double_eq(y[1], 0);
    ck_assert_double_eq(dydx[3], 0);
    sgp_release(&s);
}
END_TEST

/* Covariances of the energy with the f(z_m), from their definition. */
static void plain_row(const struct sgp *s, const struct trio *c, double *row)
{
    memset(row, 0, (size_t)sgp_size(s) * sizeof *row);
    for (int i = 0; i < 3; i++) {
        int el = c->f.element[i];

        for (int m = 0; m < sgp_count(s, el); m++)
            row[s->first[el] + m] +=
                plain_kernel(s, el, c->x[i], s->z[el] + m * s->nsf[el]);
    }
}

/* That row and its derivatives by differences [10][m]. */
static double *plain_rows(const struct sgp *s, struct trio *c)
{
    const double h = 2e-3;
    int m = sgp_size(s);
    double *rows = xcalloc(10 * (size_t)m, sizeof *rows);
    double *row = xcalloc((size_t)m, sizeof *row);

    plain_row(s, c, rows);
    for (int r = 0; r < 9; r++) {
        double *x = &c->a.pos[r / 3][r % 3], at = *x;

        for (int k = 0; k < 4; k++) {
            *x = at + at_step[k] * h;
            trio_look(c);
            plain_row(s, c, row);
            for (int j = 0; j < m; j++)
                rows[(r + 1) * m + j] += by_step[k] / h * row[j];
        }
        *x = at;
    }
    trio_look(c);
    free(row);
    return rows;
}

START_TEST(rows_are_differences_of_covariances)
{
    struct trio c;
    struct sgp s;

    trio_init(&c);
    trio_environments(&s, &c, 4);
    s.length = 0.4;
    int m = sgp_size(&s);
    double *plain = plain_rows(&s, &c), largest = 0;
    double *rows = xcalloc(10 * (size_t)m, sizeof *rows);

    sgp_rows(&s, &c.v, rows);
    for (int i = 0; i < 10 * m; i++) {
        ck_near(rows[i], plain[i], i < m ? 1e-14 : 1e-8);
        if (i >= m)
            largest = fmax(largest, fabs(rows[i]));
    }
    ck_assert_double_gt(largest, 0.1); /* or nothing would be shown */
    free(rows);
    free(plain);
    sgp_release(&s);
    trio_release(&c);
}
END_TEST

/* <E(R) E(R')>, of features g [3][MAX] at both. */
enum { MAX = 64 };
static void keep(const struct trio *c, double (*g)[MAX])
{
    for (int i = 0; i < 3; i++)
        memcpy(g[i], c->x[i], c->d.nsf[c->f.element[i]] * sizeof(double));
}

static double energy_covariance(const struct sgp *s, const int *element,
                                double (*g)[MAX], double (*h)[MAX])
{
    double sum = 0;

    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            if (element[i] == element[j])
                sum += plain_kernel(s, element[i], g[i], h[j]);
    return sum;
}

/* k** of the derivative by coordinate r: the mixed second difference. */
static double plain_variance(const struct sgp *s, struct trio *c, int r)
{
    const double h = 1e-2;
    double g[4][3][MAX], sum = 0, *x = &c->a.pos[r / 3][r % 3], at = *x;

    for (int k = 0; k < 4; k++) {
        *x = at + at_step[k] * h;
        trio_look(c);
        keep(c, g[k]);
    }
    *x = at;
    trio_look(c);
    for (int k = 0; k < 4; k++)
        for (int l = 0; l < 4; l++)
            sum += by_step[k] * by_step[l] / h / h *
                   energy_covariance(s, c->f.element, g[k], g[l]);
    return sum;
}

/* Data of nobody: S = 1 + sum phi phi^T, phi at random; and its factor. */
static double *draw_s(struct sgp *s, struct rng *rng)
{
    int width = sgp_width(s);
    size_t size = (size_t)width * (size_t)width;
    double *full = xcalloc(size, sizeof *full);
    double *phi = xcalloc((size_t)width, sizeof *phi);

    for (int k = 0; k < 5; k++) {
        draw(rng, width, phi);
        for (int i = 0; i < width; i++)
            for (int j = 0; j < width; j++)
                full[i * width + j] += (k == 0 && i == j) + phi[i] * phi[j];
    }
    s->s = xcalloc(size, sizeof *s->s);
    for (int i = 0; i < width; i++)
        for (int j = 0; j <= i; j++) {
            double sum = full[i * width + j];

            for (int k = 0; k < j; k++)
                sum -= s->s[i * width + k] * s->s[j * width + k];
            s->s[i * width + j] =
                i == j ? sqrt(sum) : sum / s->s[j * width + j];
        }
    free(phi);
    return full;
}

/* phi.S^-1 phi - |phi_k|^2 of a row of covariances. */
static double plain_left(const struct sgp *s, const double *full,
                         const double *row, const double *counts)
{
    int m = sgp_size(s), width = sgp_width(s);
    double *phi = xcalloc((size_t)width, sizeof *phi);
    double *x = xcalloc((size_t)width, sizeof *x), left = 0;

    for (int i = 0; i < m; i++) {
        int el = i >= s->first[1], first = s->first[el], n = sgp_count(s, el);
        const double *l = s->l[el] + (i - first) * n;

        phi[i] = row[i];
        for (int j = first; j < i; j++)
            phi[i] -= l[j - first] * phi[j];
        phi[i] /= l[i - first];
        left -= phi[i] * phi[i];
    }
    for (int el = 0; el < 2; el++)
        phi[m + el] = SGP_CONSTANT * counts[el];
    plain_solve(width, full, phi, x);
    for (int i = 0; i < width; i++)
        left += phi[i] * x[i];
    free(phi);
    free(x);
    return left;
}

/*
 * The variances from nothing but k and the positions: differences of
 * covariances, and a dense S.
 */
START_TEST(deviations_are_those_of_the_theory)
{
    static const double counts[2] = {1, 2}, none[2] = {0, 0};
    double sigma_e, sigma_f[3], var;
    struct trio c;
    struct rng rng;
    struct sgp s;
    struct err err;

    rng_init(&rng, 9);
    trio_init(&c);
    trio_environments(&s, &c, 2);
    s.length = 0.4;
    s.sigma = 0.7;
    c.a.pos[1][0] += 0.4; /* where no environment is */
    c.a.pos[2][2] -= 0.3;
    trio_look(&c);
    ck_assert_int_eq(sgp_prepare(&s, &err), 0);
    double *full = draw_s(&s, &rng), *rows = plain_rows(&s, &c);
    double g[3][MAX];
    int m = sgp_size(&s);

    sgp_deviations(&s, &c.v, &sigma_e, sigma_f);
    keep(&c, g);
    var = energy_covariance(&s, c.f.element, g, g) +
          plain_left(&s, full, rows, counts);
    ck_close(sigma_e * sigma_e / 0.49, var, 1e-9);
    for (int i = 0; i < 3; i++) {
        var = 0;
        for (int r = 3 * i; r < 3 * i + 3; r++)
            var += plain_variance(&s, &c, r) +
                   plain_left(&s, full, rows + (r + 1) * m, none);
        ck_assert_double_gt(var, 0.05);
        ck_close(sigma_f[i] * sigma_f[i] / 0.49, var, 1e-5);
    }
    free(full);
    free(rows);
    sgp_release(&s);
    trio_release(&c);
}
END_TEST

START_TEST(nonsense_is_no_certainty)
{
    double sigma_e, sigma_f[3];
    struct trio c;
    struct rng rng;
    struct sgp s;
    struct err err;

    rng_init(&rng, 9);
    trio_init(&c);
    trio_environments(&s, &c, 1);
    ck_assert_int_eq(sgp_prepare(&s, &err), 0);
    free(draw_s(&s, &rng));
    s.s[0] = NAN;
    sgp_deviations(&s, &c.v, &sigma_e, sigma_f);
    ck_assert_double_infinite(sigma_e);
    ck_assert_double_infinite(sigma_f[1]);
    sgp_release(&s);
    trio_release(&c);
}
END_TEST

Suite *sgp_suite(void)
{
    Suite *s = suite_create("sgp");
    TCase *t = tcase_create("process");

    tcase_add_test(t, farthest_environments_come_first);
    tcase_add_test(t, factor_is_that_of_the_kernel);
    tcase_add_test(t, twins_have_a_factor);
    tcase_add_test(t, forward_is_the_sum_and_its_slope);
    tcase_add_test(t, rows_are_differences_of_covariances);
    tcase_add_test(t, deviations_are_those_of_the_theory);
    tcase_add_test(t, nonsense_is_no_certainty);
    suite_add_tcase(s, t);
    suite_add_tcase(s, sgp_train_tests());
    suite_add_tcase(s, sgp_trained_tests());
    suite_add_tcase(s, sgp_file_tests());
    return s;
}
