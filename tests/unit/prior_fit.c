#include <morsel/prior.h>

#include <math.h>

#include "prior_suite.h"
#include "suites.h"

enum { NPOINT = 9 };

/* Points of a Morse curve, with its slopes or without. */
static void curve(const struct morse *m, struct dimer *point, bool slopes)
{
    for (int n = 0; n < NPOINT; n++) {
        point[n].r = m->re * (0.7 + 0.07 * n);
        point[n].e = morse_phi(m, point[n].r, &point[n].de);
        if (!slopes)
            point[n].de = NAN;
    }
}

START_TEST(a_fit_finds_the_morse_curve_it_was_given)
{
    static const struct morse m[] = {{2.77, 2.218, 1.385},
                                     {8.93, 1.286, 1.892},
                                     {0.02, 3.5, 2.1},
                                     {1.13, 5.12, 0.22}};

    for (int k = 0; k < 8; k++) {
        struct dimer point[NPOINT];
        struct morse_fit fit;
        struct err err;

        curve(&m[k / 2], point, k % 2);
        ck_assert_int_eq(
            morse_fit(&fit, point, NPOINT, FIT_LEAST_SQUARES, 0.5, &err), 0);
        ck_near(fit.m.d / m[k / 2].d, 1, 1e-6);
        ck_near(fit.m.re / m[k / 2].re, 1, 1e-6);
        ck_near(fit.m.a / m[k / 2].a, 1, 1e-6);
        ck_assert(!fit.unbound && fit.rms_e < 1e-7);
        ck_assert_int_eq(fit.nforce, k % 2 ? NPOINT : 0);
        ck_assert_int_eq(isnan(fit.rms_f), k % 2 == 0);
    }
}
END_TEST

/*
 * Over many noisy data sets the scatter of the parameters is what the
 * standard errors say: the mean of (deviation / error)^2 is N / (N - 2) for
 * Student's t with N degrees of freedom, 6 here, and 400 sets give it to
 * about 15 %.
 */
START_TEST(standard_errors_are_the_scatter)
{
    static const struct morse m = {2.77, 2.218, 1.385};
    double sum[3] = {0};
    struct rng rng;

    rng_init(&rng, 1);
    for (int set = 0; set < 400; set++) {
        struct dimer point[NPOINT];
        struct morse_fit fit;
        struct err err;

        curve(&m, point, false);
        for (int n = 0; n < NPOINT; n++)
            point[n].e += 0.01 * rng_normal(&rng);
        ck_assert_int_eq(
            morse_fit(&fit, point, NPOINT, FIT_LEAST_SQUARES, 0, &err), 0);
        sum[0] += pow((fit.m.d - m.d) / fit.error.d, 2) / 400;
        sum[1] += pow((fit.m.re - m.re) / fit.error.re, 2) / 400;
        sum[2] += pow((fit.m.a - m.a) / fit.error.a, 2) / 400;
    }
    for (int k = 0; k < 3; k++)
        ck_near(sum[k], 6.0 / 4, 0.45);
}
END_TEST

/*
 * O2 by the paper's recipe: points of figure S2 of the paper, read off to
 * 5 meV, its D and re, and its a, 2.2172.
 */
START_TEST(the_papers_recipe_gives_the_papers_a)
{
    static const double e[] = {5.338, -4.658, -8.068, -8.7783, -8.385, -7.552};
    static const double at[] = {0.7, 0.8, 0.9, 1.0, 1.1, 1.2};
    struct dimer point[6];
    struct morse_fit fit;
    struct err err;

    for (int n = 0; n < 6; n++)
        point[n] = (struct dimer){8, 8, 1.226336376471405 * at[n], e[n], NAN};
    ck_assert_int_eq(morse_fit(&fit, point, 6, FIT_PAPER, 1, &err), 0);
    ck_assert(fit.m.d == 8.7783 && fit.m.re == point[3].r);
    ck_assert(fit.error.d == 0 && fit.error.re == 0);
    ck_near(fit.m.a, 2.2172, 1e-3);
}
END_TEST

START_TEST(a_pair_that_does_not_bind_keeps_its_wall)
{
    static const struct morse wall = {0.5, 2.0, 1.5};
    struct dimer point[NPOINT];
    struct morse_fit fit;
    struct err err;

    for (int n = 0; n < NPOINT; n++) {
        point[n].r = 1.1 + 0.1 * n;
        point[n].e = 0.6 + morse_phi(&wall, point[n].r, &point[n].de);
    }
    ck_assert_int_eq(
        morse_fit(&fit, point, NPOINT, FIT_LEAST_SQUARES, 0.5, &err), 0);
    ck_assert(fit.unbound && fit.m.d == MORSE_UNBOUND);
    ck_assert_int_eq(fit.nparam, 2);
    double slope, want;
    morse_phi(&fit.m, 1.1, &slope);
    ck_near(slope / point[0].de, 1, 0.05);
    ck_assert_double_lt(point[0].de, -5); /* steep enough to be a test */
    morse_phi(&fit.m, 1.5, &want);
    ck_near(want / point[4].de, 1, 0.2);
}
END_TEST

/* Force and energy of two atoms along a crooked line, across the border. */
START_TEST(two_atoms_are_a_dimer)
{
    static const double f[2][3] = {{-0.2, 0.5, 0.1}, {0.2, -0.5, -0.1}};
    struct atoms a;
    struct dimer x;
    struct err err;

    dimer_atoms(&a, 29, 6, 1.9, 2.1);
    ck_assert(a.cell[0][0] == 10 && a.pbc[2]);
    ck_assert_int_eq(dimer_of_atoms(&x, &a, -3, NULL, &err), 0);
    ck_near(x.r, 1.9, 1e-14);
    ck_assert(x.z1 == 6 && x.z2 == 29 && x.e == -3 && isnan(x.de));
    for (int k = 0; k < 3; k++)
        a.pos[1][k] = a.pos[0][k] + (double[]){1.2, -9.1, 0.8}[k];
    ck_assert_int_eq(dimer_of_atoms(&x, &a, -3, f, &err), 0);
    ck_near(x.r, 1.7, 1e-14); /* (1.2, 0.9, 0.8) */
    ck_near(x.de, (-0.2 * 1.2 + 0.5 * 0.9 + 0.1 * 0.8) / 1.7, 1e-14);

    a.cell[2][2] = 2.0; /* an image 1.92 away the other way */
    ck_assert_int_eq(dimer_of_atoms(&x, &a, -3, f, &err), ERR_RANGE);
    a.natoms = 1;
    ck_assert_int_eq(dimer_of_atoms(&x, &a, -3, f, &err), ERR_RANGE);
    atoms_release(&a);
    ck_near(dimer_length(29, 6), 1.7519, 5e-5);
    ck_near(dimer_length(54, 54), 2 * element_radius(54), 1e-15);
}
END_TEST

START_TEST(a_fit_without_enough_points_is_refused)
{
    static const struct morse m = {2.77, 2.218, 1.385};
    struct dimer point[NPOINT];
    struct morse_fit fit;
    struct err err;

    curve(&m, point, false);
    ck_assert_int_eq(morse_fit(&fit, point, 2, FIT_LEAST_SQUARES, 0, &err),
                     ERR_RANGE);
    ck_assert_str_eq(err.msg, "2 energies and 0 forces are too few: a Morse "
                              "curve needs three");
    ck_assert_int_eq(morse_fit(&fit, point, 3, FIT_LEAST_SQUARES, 0, &err), 0);
    ck_assert(isnan(fit.error.d) && isnan(fit.error.a));
    for (int n = 0; n < NPOINT; n++)
        point[n].r = 2.2; /* one distance, many answers */
    ck_assert_int_eq(morse_fit(&fit, point, NPOINT, FIT_LEAST_SQUARES, 0, &err),
                     ERR_NUMERIC);
}
END_TEST

TCase *prior_fit_tests(void)
{
    TCase *tc = tcase_create("fit");

    tcase_add_test(tc, a_fit_finds_the_morse_curve_it_was_given);
    tcase_add_test(tc, standard_errors_are_the_scatter);
    tcase_add_test(tc, the_papers_recipe_gives_the_papers_a);
    tcase_add_test(tc, a_pair_that_does_not_bind_keeps_its_wall);
    tcase_add_test(tc, two_atoms_are_a_dimer);
    tcase_add_test(tc, a_fit_without_enough_points_is_refused);
    return tc;
}
