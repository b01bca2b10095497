#include <stdlib.h>
#include <string.h>

#include "select_suite.h"
#include "suites.h"

/* |det| of the r <= 3 rows of x [][r]. */
static double det(const double *x, int r, const int *row)
{
    const double *a = x + r * row[0], *b = x + r * row[1];

    return r == 2 ? fabs(a[0] * b[1] - a[1] * b[0])
                  : volume3(a, b, x + r * row[2]);
}

/* Rows of (1 + x^2)-shaped noise, so that volumes differ much. */
static void random_rows(double *x, int n, uint64_t seed)
{
    struct rng rng;

    rng_init(&rng, seed);
    for (int i = 0; i < n; i++)
        x[i] = rng_normal(&rng);
}

/* The largest |det| of any three of nrow rows. */
static double largest_det(const double *x, int nrow)
{
    double most = 0;

    for (int i = 0; i < nrow; i++)
        for (int j = 0; j < i; j++)
            for (int k = 0; k < j; k++)
                most = fmax(most, det(x, 3, (int[]){i, j, k}));
    return most;
}

/*
 * Theorem (Goreinov and Tyrtyshnikov 2001): a submatrix all of whose |c_ij| are
 * at most 1 has a volume of at least r^(-r/2) of the largest: 0.192 for r = 3.
 * By brute force over the 364 choices of 3 of 14 rows.
 */
START_TEST(the_volume_is_near_the_largest)
{
    enum { N = 14, R = 3, TIMES = 100 };
    int best = 0;

    for (uint64_t seed = 0; seed < TIMES; seed++) {
        double x[N * R], most, found;
        struct maxvol m;

        random_rows(x, N * R, seed);
        most = largest_det(x, N);
        maxvol_init(&m, x, N, R, 1e-4);
        maxvol_improve(&m, 0, N, 1e-9);
        for (int i = 0; i < N; i++)
            ck_assert_double_le(maxvol_grade(&m, i, NULL), 1 + 2e-9);
        found = det(x, R, m.row);
        ck_assert_double_ge(found, most * pow(R, -R / 2.) * (1 - 1e-9));
        best += found > most * (1 - 1e-9);
        maxvol_release(&m);
    }
    ck_assert_int_ge(best, TIMES / 2); /* and mostly it is the largest */
}
END_TEST

/* What is largest is seen at a glance: rows 1, 4 and 6. */
START_TEST(the_largest_volume_is_found)
{
    static const double x[] = {1,  .2, 0, 9,  1,  0, .5, .5, .5, 2,  1, 1,
                               .3, -7, 0, .1, .2, 3, 1,  0,  8,  -1, 2, 1};
    struct maxvol m;
    bool in[8] = {false};

    maxvol_init(&m, x, 8, 3, 0.01);
    maxvol_improve(&m, 0, 8, 1e-3);
    for (int j = 0; j < 3; j++)
        in[m.row[j]] = true;
    ck_assert(in[1] && in[4] && in[6]);
    ck_near(det(x, 3, m.row), largest_det(x, 8), 1e-12);
    maxvol_release(&m);
}
END_TEST

/* Each exchange multiplies |det| by the grade, and b stays x A^-1. */
START_TEST(the_grade_is_the_gain_of_an_exchange)
{
    enum { N = 9, R = 2 };
    double x[N * R];
    struct maxvol m;

    random_rows(x, N * R, 11);
    maxvol_init(&m, x, N, R, 1e-2);
    maxvol_improve(&m, 0, 4, 1e-9);
    ck_assert(m.row[0] >= 0 && m.row[1] >= 0);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < R; k++) {
            double sum = 0;

            for (int j = 0; j < R; j++)
                sum += m.b[i * R + j] * x[m.row[j] * R + k];
            ck_near(sum, x[i * R + k], 1e-12);
        }
    for (int i = 4; i < N; i++) {
        int row[R], j;
        double before = det(x, R, m.row), grade = maxvol_grade(&m, i, &j);

        memcpy(row, m.row, sizeof row);
        row[j] = i;
        ck_near(det(x, R, row) / before, grade, 1e-12);
    }
    maxvol_release(&m);
}
END_TEST

/* Without rows for a direction, the 0.01 of the start are told from 0.02. */
START_TEST(an_unknown_direction_has_a_large_grade)
{
    static const double x[] = {1, 0, 1, 0.009, 1, 0.02, 1, 1};
    struct maxvol m;

    maxvol_init(&m, x, 4, 2, 0.01);
    maxvol_improve(&m, 0, 2, 1e-3);
    ck_assert(m.row[0] >= 0 && m.row[1] == -1);
    ck_near(maxvol_grade(&m, 2, NULL), 2, 0.02 * 50);
    ck_assert_double_ge(maxvol_grade(&m, 2, NULL), 1.1);
    ck_assert_double_ge(maxvol_grade(&m, 3, NULL), 50);
    maxvol_release(&m);
}
END_TEST

/* One function of the distance alone, linear enough over 2 ... 3 angstrom. */
static void one_function(struct descriptor *d)
{
    static const int z = 29;
    struct err err;

    ck_assert_int_eq(descriptor_named(d, "fine", &z, 1, &err), 0);
    d->nsf[0] = 1;
    d->sf[0][0] = (struct sf){.type = SF_G2, .z1 = 29, .eta = 0};
    descriptor_plan(d);
}

/*
 * In one dimension: of points at 0, 1, ... 10 with 2 known, farthest is 10,
 * then 6 (in the middle of 2 and 10), then 0, 4 or 8.  A cutoff function is no
 * straight line, but the order of these is not in doubt.
 */
START_TEST(the_farthest_point_is_chosen_first)
{
    struct query query = plain_query;
    struct frames pool = {0}, known = {0};
    struct descriptor d;
    struct selection s;

    one_function(&d);
    for (int k = 0; k <= 10; k++)
        pool_add_dimer(&pool, 2.5 + 0.1 * k, 0, 0, -1);
    pool_add_dimer(&known, 0, 2.7, 0, -1); /* turned: the features do not see */
    query.how = SELECT_FARTHEST;
    query.last = false;
    query.set = &d;
    choose(&s, &pool, &known, &query, 1);
    ck_assert_int_eq(s.n, 3);
    ck_assert(s.index[0] == 10 && s.index[1] == 6);
    ck_assert(s.index[2] == 0 || s.index[2] == 4 || s.index[2] == 8);
    ck_assert_str_eq(s.query[0], "farthest");
    ck_assert(s.score[0] > 1.8 * s.score[1] && s.score[1] > s.score[2]);
    selection_release(&s);

    query.n = 100; /* frame 2 is no twin, but nothing new */
    choose(&s, &pool, &known, &query, 1);
    ck_assert_int_eq(s.n, 10);
    ck_assert_int_eq(s.ncertain, 1);
    for (int k = 0; k < s.n; k++)
        ck_assert_int_ne(s.index[k], 2);
    selection_release(&s);

    query.twin = 0.25; /* chosen ones are as far apart as asked, always */
    choose(&s, &pool, &known, &query, 1);
    for (int i = 0; i < s.n; i++)
        for (int j = 0; j < i; j++)
            ck_assert_int_ge(abs(s.index[i] - s.index[j]), 3);
    selection_release(&s);
    descriptor_release(&d);
    frames_release(&pool);
    frames_release(&known);
}
END_TEST

START_TEST(where_nothing_is_known_the_last_is_first)
{
    struct query query = plain_query;
    struct frames pool = {0}, none = {0};
    struct descriptor d;
    struct selection s;

    one_function(&d);
    for (int k = 0; k <= 10; k++)
        pool_add_dimer(&pool, 2.5 + 0.1 * k, 0, 0, -1);
    query.how = SELECT_FARTHEST;
    query.last = false;
    query.n = 2;
    query.set = &d;
    choose(&s, &pool, &none, &query, 1);
    ck_assert(s.index[0] == 10 && s.index[1] == 0);
    ck_assert(isinf(s.score[0]) && isfinite(s.score[1]));
    selection_release(&s);
    descriptor_release(&d);
    frames_release(&pool);
}
END_TEST

/*
 * A line a + b x is fixed best by its ends: with one function, and nothing
 * known, the two extremes are chosen, and then nothing extrapolates.  With the
 * ends known, a point outside by a tenth of their distance has the grade 1.1.
 */
START_TEST(maxvol_takes_the_ends_of_a_line)
{
    struct query query = plain_query;
    struct frames pool = {0}, known = {0};
    struct descriptor d;
    struct selection s;

    one_function(&d);
    for (int k = 0; k <= 10; k++)
        pool_add_dimer(&pool, 2.5 + 0.1 * ((k + 4) % 11), 0, 0, -1);
    query.how = SELECT_MAXVOL;
    query.last = false;
    query.n = 100;
    query.grade = 1;
    query.set = &d;
    choose(&s, &pool, &known, &query, 1);
    ck_assert_int_eq(s.n, 2);
    ck_assert(s.index[0] + s.index[1] == 6 + 7 && s.index[0] != s.index[1]);
    ck_assert_str_eq(s.query[0], "maxvol");
    ck_assert_int_eq(s.ncertain, 9);
    selection_release(&s);

    pool_add_dimer(&known, 2.6, 0, 0, -1);
    pool_add_dimer(&known, 3.5, 0, 0, -1);
    choose(&s, &pool, &known, &query, 1); /* 2.5 alone is beyond */
    ck_assert_int_eq(s.n, 1);
    ck_assert_int_eq(s.index[0], 7);
    ck_near(s.score[0], 1.1, 0.04);
    selection_release(&s);
    query.grade = 1.2;
    choose(&s, &pool, &known, &query, 1);
    ck_assert_int_eq(s.n, 0);
    selection_release(&s);
    descriptor_release(&d);
    frames_release(&pool);
    frames_release(&known);
}
END_TEST

START_TEST(an_element_without_functions_is_an_error)
{
    struct query query = plain_query;
    struct frames pool = {0}, none = {0};
    struct descriptor d;
    struct selection s;
    struct rng rng;
    struct err err;

    one_function(&d);
    rng_init(&rng, 1);
    pool_add_dimer(&pool, 2.5, 0, 0, -1);
    pool.frame[0].atoms.z[1] = 6;
    query.set = &d;
    for (int k = 0; k < 2; k++) {
        query.how = k ? SELECT_MAXVOL : SELECT_FARTHEST;
        ck_assert_int_eq(select_frames(&s, &pool, &none, &query, &rng, &err),
                         ERR_RANGE);
        ck_assert_ptr_nonnull(strstr(err.msg, "atom 2 is C"));
    }
    descriptor_release(&d);
    frames_release(&pool);
}
END_TEST

TCase *select_space_tests(void)
{
    TCase *tc = tcase_create("feature space");

    tcase_add_test(tc, the_volume_is_near_the_largest);
    tcase_add_test(tc, the_largest_volume_is_found);
    tcase_add_test(tc, the_grade_is_the_gain_of_an_exchange);
    tcase_add_test(tc, an_unknown_direction_has_a_large_grade);
    tcase_add_test(tc, the_farthest_point_is_chosen_first);
    tcase_add_test(tc, where_nothing_is_known_the_last_is_first);
    tcase_add_test(tc, maxvol_takes_the_ends_of_a_line);
    tcase_add_test(tc, an_element_without_functions_is_an_error);
    return tc;
}
