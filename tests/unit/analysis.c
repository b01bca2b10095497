#include "suites.h"

#include <math.h>
#include <stdlib.h>

#include <morsel/analysis.h>

/* n x n x n cubic cells of gold, of 4 angstrom. */
static struct atoms crystal(int n)
{
    static const double at[4][3] = {{0, 0, 0}, {0, 2, 2}, {2, 0, 2}, {2, 2, 0}};
    struct atoms a;

    atoms_init(&a, 4 * n * n * n);
    for (int i = 0; i < a.natoms; i++) {
        int cell = i / 4, c[3] = {cell % n, cell / n % n, cell / n / n};
        a.z[i] = 79;
        for (int k = 0; k < 3; k++)
            a.pos[i][k] = at[i % 4][k] + 4 * c[k];
    }
    for (int k = 0; k < 3; k++) {
        a.pbc[k] = true;
        a.cell[k][k] = 4 * n;
    }
    return a;
}

/*
 * Shells of 12, 6, 24, 12 atoms at a / sqrt(2), a, a sqrt(3/2), a sqrt(2), in
 * the smallest cell, too, where most of them are images.
 */
START_TEST(shells_of_a_crystal)
{
    struct atoms a = crystal(_i);
    struct rdf r;
    struct err err;

    rdf_init(&r, &a, 6, 60);
    ck_assert_int_eq(r.e.n, 1);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(rdf_add(&r, &a, 0, &err), 0);
    ck_near(r.volume / r.frames, 64.0 * _i * _i * _i, 1e-9);
    ck_near(rdf_within(&r, 0, 0, 27), 0, 1e-15);
    ck_near(rdf_within(&r, 0, 0, 28), 12, 1e-12); /* 2.8284 */
    ck_near(rdf_within(&r, 0, 0, 40), 18, 1e-12); /* 4 */
    ck_near(rdf_within(&r, 0, 0, 48), 42, 1e-12); /* 4.899 */
    ck_near(rdf_within(&r, 0, 0, 56), 54, 1e-12); /* 5.6569 */
    /* by hand: 12 / (4/64 * 4 pi / 3 (2.9^3 - 2.8^3)) */
    ck_near(rdf_g(&r, 0, 0, 28), 12 / (M_PI / 12 * (24.389 - 21.952)), 1e-9);
    ck_near(rdf_g(&r, 0, 0, 30), 0, 1e-15);
    rdf_release(&r);
    atoms_release(&a);
}
END_TEST

/* Random points of two kinds: g = 1, whatever the shares. */
START_TEST(an_ideal_gas_has_no_structure)
{
    struct atoms a;
    struct rdf r;
    struct rng rng;
    struct err err;

    atoms_init(&a, 200);
    for (int k = 0; k < 3; k++) {
        a.pbc[k] = true;
        a.cell[k][k] = 12;
    }
    a.cell[1][0] = 5; /* skewed: the volume is the same */
    for (int i = 0; i < 200; i++)
        a.z[i] = i < 150 ? 18 : 2;
    rng_init(&rng, 1);
    rdf_init(&r, &a, 5, 5);
    for (int frame = 0; frame < 200; frame++) {
        for (int i = 0; i < 600; i++)
            a.pos[i / 3][i % 3] = 12 * rng_uniform(&rng);
        ck_assert_int_eq(rdf_add(&r, &a, 0, &err), 0);
    }
    ck_assert_int_eq(r.e.z[0], 2); /* in ascending order */
    ck_assert_int_eq(r.e.count[0], 50);
    /* the last bin has 50 * 50 * 200 * 0.15 / 2 = 37 000 pairs of helium */
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++)
            ck_near(rdf_g(&r, i, j, 4), 1, 0.03);
    ck_close(rdf_g(&r, 0, 1, 4), rdf_g(&r, 1, 0, 4), 1e-12);
    rdf_release(&r);
    atoms_release(&a);
}
END_TEST

START_TEST(volumes_without_a_cell)
{
    struct atoms a = crystal(1);
    double r = element_radius(79);

    ck_near(atoms_volume(&a), 64, 1e-12);
    a.pbc[2] = false;
    ck_near(atoms_volume(&a), 16 * (2 + 2 * r), 1e-12);
    a.cell[2][2] = 0; /* it does not matter */
    ck_near(atoms_volume(&a), 16 * (2 + 2 * r), 1e-12);
    a.pbc[0] = a.pbc[1] = false;
    ck_near(atoms_volume(&a), pow(2 + 2 * r, 3), 1e-9);
    atoms_release(&a);
}
END_TEST

START_TEST(closest_of_each_pair_of_elements)
{
    struct atoms a = crystal(1);
    struct elements e;
    struct neighbors nb = {0};
    double closest[4];
    struct err err;

    a.z[3] = 29;
    elements_find(&e, &a);
    ck_assert_int_eq(elements_index(&e, 79), 1);
    ck_assert_int_eq(elements_index(&e, 1), -1);
    ck_assert_int_eq(closest_pairs(&a, &e, 3.9, &nb, closest, &err), 0);
    ck_assert_double_infinite(closest[0]); /* its image is at 4 */
    ck_near(closest[1], sqrt(8), 1e-12);
    ck_near(closest[2], sqrt(8), 1e-12);
    ck_near(closest[3], sqrt(8), 1e-12);
    neighbors_release(&nb);
    atoms_release(&a);
}
END_TEST

/* Gold flies along x, wrapped into the cell; helium rests, or so it seems. */
START_TEST(free_flight_is_ballistic)
{
    struct atoms a = crystal(1);
    double v = 0.7, mass[4] = {3, 1, 1, 1};
    struct msd m, still;
    struct err err;

    a.z[0] = 2;
    msd_init(&m, 4);
    msd_init(&still, 4);
    for (int frame = 0; frame < 30; frame++) {
        for (int i = 1; i < 4; i++)
            a.pos[i][0] = fmod(i + v * frame, 4);
        ck_assert_int_eq(msd_add(&m, &a, mass, false, &err), 0);
        ck_assert_int_eq(msd_add(&still, &a, mass, true, &err), 0);
    }
    for (int lag = 0; lag < 20; lag++) {
        double x2 = v * lag * v * lag;
        ck_near(msd_at(&m, &a, 79, lag), x2, 1e-11);
        ck_near(msd_at(&m, &a, 2, lag), 0, 1e-11);
        ck_near(msd_at(&m, &a, 0, lag), 0.75 * x2, 1e-11);
        /* the center moves at v / 2 */
        ck_near(msd_at(&still, &a, 79, lag), x2 / 4, 1e-11);
        ck_near(msd_at(&still, &a, 2, lag), x2 / 4, 1e-11);
    }
    msd_release(&m);
    msd_release(&still);
    atoms_release(&a);
}
END_TEST

/*
 * x <- c x + noise: the error of the mean of n is that of n (1 - c) / (1 + c)
 * independent ones; without blocks it would be too small by 4.4 at c = 0.9.
 */
START_TEST(errors_know_of_correlations)
{
    enum { N = 1 << 17 };
    double c = _i / 10.0, *x = xcalloc(N, sizeof *x), now = 0;
    struct average a;
    struct rng rng;

    rng_init(&rng, 3);
    for (int i = 0; i < N; i++)
        x[i] = now = c * now + sqrt(1 - c * c) * rng_normal(&rng);
    a = series_average(x, N);
    ck_near(a.error / sqrt((1 + c) / (1 - c) / N), 1.15, 0.25);
    ck_near(a.mean, 0, 4 * a.error);
    ck_assert_double_lt(a.least, -3);
    ck_assert_double_gt(a.largest, 3);
    free(x);
}
END_TEST

START_TEST(few_values_have_no_error)
{
    double x[4] = {1, 2, 3, 6};
    struct average a = series_average(x, 4);

    ck_near(a.mean, 3, 1e-15);
    ck_assert_double_nan(a.error);
    ck_near(a.least, 1, 1e-15);
    ck_near(a.largest, 6, 1e-15);
}
END_TEST

START_TEST(slopes)
{
    double t[4] = {0, 1, 2, 3}, line[4] = {5, 3, 1, -1}, x[4] = {0, 1, 1, 2};
    struct slope s = series_slope(t, line, 4);

    ck_near(s.slope, -2, 1e-14);
    ck_near(s.error, 0, 1e-14);
    s = series_slope(t, x, 4); /* residuals -.1 .3 -.3 .1: sqrt(.2 / 2 / 5) */
    ck_near(s.slope, 0.6, 1e-14);
    ck_near(s.error, sqrt(0.02), 1e-14);
    ck_assert_double_nan(series_slope(t, x, 2).slope);
}
END_TEST

Suite *analysis_suite(void)
{
    Suite *suite = suite_create("analysis");
    TCase *all = tcase_create("analysis");

    tcase_add_loop_test(all, shells_of_a_crystal, 1, 4);
    tcase_add_test(all, an_ideal_gas_has_no_structure);
    tcase_add_test(all, volumes_without_a_cell);
    tcase_add_test(all, closest_of_each_pair_of_elements);
    tcase_add_test(all, free_flight_is_ballistic);
    tcase_add_loop_test(all, errors_know_of_correlations, 0, 10);
    tcase_add_test(all, few_values_have_no_error);
    tcase_add_test(all, slopes);
    suite_add_tcase(suite, all);
    return suite;
}
