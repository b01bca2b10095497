#include "suites.h"

#include <math.h>
#include <string.h>

#include <morsel/la.h>

/* op(a) op(b) with the four pairs of operations, by the definition. */
START_TEST(gemm_is_a_sum_of_products)
{
    enum { M = 3, N = 4, K = 5 };
    enum la_op op_a = _i / 2 ? LA_T : LA_N, op_b = _i % 2 ? LA_T : LA_N;
    double a[M * K], b[K * N], c[M * N], old[M * N];

    for (int i = 0; i < M * K; i++)
        a[i] = sin(1.3 * i + 0.2);
    for (int i = 0; i < K * N; i++)
        b[i] = cos(0.7 * i - 0.4);
    for (int i = 0; i < M * N; i++)
        old[i] = c[i] = 0.11 * i - 0.5;
    la_gemm(op_a, op_b, M, N, K, 1.7, a, b, -0.3, c);
    for (int i = 0; i < M; i++)
        for (int j = 0; j < N; j++) {
            double sum = 0;

            for (int k = 0; k < K; k++)
                sum += (op_a == LA_N ? a[i * K + k] : a[k * M + i]) *
                       (op_b == LA_N ? b[k * N + j] : b[j * K + k]);
            ck_near(c[i * N + j], 1.7 * sum - 0.3 * old[i * N + j], 1e-14);
        }
}
END_TEST

/* beta = 0 means that what is in c is not read, even if it is no number. */
START_TEST(gemm_overwrites_with_beta_zero)
{
    double a = 3, b = 5, c = NAN;

    la_gemm(LA_N, LA_N, 1, 1, 1, 2, &a, &b, 0, &c);
    ck_assert_double_eq(c, 30);
}
END_TEST

START_TEST(vectors_are_multiplied_and_added)
{
    const double x[3] = {1.5, -2, 3};
    double y[3] = {4, 0.25, -1};

    ck_assert_double_eq(la_dot(3, x, y), 2.5);
    la_axpy(3, -2, x, y);
    ck_assert_double_eq(y[0], 1);
    ck_assert_double_eq(y[1], 4.25);
    ck_assert_double_eq(y[2], -7);
    ck_assert_double_eq(la_dot(0, x, y), 0);
}
END_TEST

/* The chain 2, -1: w_k = 2 - 2 cos(k pi / (n + 1)), known in closed form. */
START_TEST(eigenvectors_are_rows)
{
    enum { N = 6 };
    double a[N * N] = {0}, v[N * N], w[N];
    struct err err;

    for (int i = 0; i < N; i++) {
        a[i * N + i] = 2;
        if (i + 1 < N)
            a[i * N + i + 1] = a[(i + 1) * N + i] = -1;
    }
    memcpy(v, a, sizeof v);
    ck_assert_int_eq(la_eig_sym(N, v, w, &err), 0);
    for (int k = 0; k < N; k++) {
        const double *row = v + k * N;

        ck_near(w[k], 2 - 2 * cos((k + 1) * M_PI / (N + 1)), 1e-14);
        for (int l = 0; l < N; l++)
            ck_near(la_dot(N, row, v + l * N), k == l, 1e-14);
        for (int i = 0; i < N; i++)
            ck_near(la_dot(N, a + i * N, row), w[k] * row[i], 1e-14);
    }
}
END_TEST

START_TEST(eigenvalues_of_no_numbers_are_an_error)
{
    double a[4] = {NAN, 1, 1, 2}, w[2];
    struct err err;

    ck_assert_int_eq(la_eig_sym(2, a, w, &err), ERR_NUMERIC);
    ck_assert_str_eq(err.msg,
                     "eigenvalues of a 2 x 2 matrix: dsyevd failed (-5)");
}
END_TEST

Suite *la_suite(void)
{
    Suite *s = suite_create("la");
    TCase *t = tcase_create("la");

    tcase_add_loop_test(t, gemm_is_a_sum_of_products, 0, 4);
    tcase_add_test(t, gemm_overwrites_with_beta_zero);
    tcase_add_test(t, vectors_are_multiplied_and_added);
    tcase_add_test(t, eigenvectors_are_rows);
    tcase_add_test(t, eigenvalues_of_no_numbers_are_an_error);
    suite_add_tcase(s, t);
    return s;
}
