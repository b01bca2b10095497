#include <morsel/prior.h>

#include <math.h>
#include <string.h>

#include "prior_suite.h"
#include "suites.h"

enum { NPOINT = 9 };

static const struct fit_how usual = {.w = 0.5, .misfit = 0.1};
static const struct fit_how even = {.even = true};
static const struct fit_how papers = {.method = FIT_PAPER, .w = 1};

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
        ck_assert_int_eq(morse_fit(&fit, point, NPOINT, &usual, &err), 0);
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
 * Over many noisy data sets the true parameters are within the intervals 95
 * times in 100: in 2000 sets the deviation of that is 0.5, and three of them
 * are allowed.  The scatter itself is that of Student's t with 6 degrees of
 * freedom, whose variance is 6 / 4.
 */
START_TEST(intervals_hold_the_truth_95_times_in_100)
{
    static const struct morse m = {2.77, 2.218, 1.385};
    enum { SETS = 2000 };
    int inside[3] = {0};
    double sum[3] = {0};
    struct rng rng;

    rng_init(&rng, 1);
    for (int set = 0; set < SETS; set++) {
        struct dimer point[NPOINT];
        struct morse_fit fit;
        struct err err;

        curve(&m, point, false);
        for (int n = 0; n < NPOINT; n++)
            point[n].e += 0.01 * rng_normal(&rng);
        ck_assert_int_eq(morse_fit(&fit, point, NPOINT, &even, &err), 0);

        double off[3] = {(fit.m.d - m.d) / fit.error.d,
                         (fit.m.re - m.re) / fit.error.re,
                         (fit.m.a - m.a) / fit.error.a};

        for (int k = 0; k < 3; k++) {
            inside[k] += fabs(off[k]) <= 1;
            sum[k] += pow(off[k] * student_95(6), 2) / SETS;
        }
    }
    for (int k = 0; k < 3; k++) {
        ck_near(inside[k], 0.95 * SETS, 0.015 * SETS);
        ck_near(sum[k], 6.0 / 4, 0.2);
    }
}
END_TEST

/* t of 1 and 10 from the table; 11, 20 and 100 from tables of others. */
START_TEST(student_is_student)
{
    ck_near(student_95(1), 12.7062, 1e-4);
    ck_near(student_95(10), 2.2281, 1e-4);
    ck_near(student_95(11), 2.2010, 2e-4);
    ck_near(student_95(20), 2.0860, 1e-4);
    ck_near(student_95(100), 1.9840, 1e-4);
    ck_near(student_95(1000000), 1.9600, 1e-4);
}
END_TEST

/*
 * With weights the curve is true to the well, where a Morse curve cannot be
 * right everywhere: here one whose wall is twice as steep as its well says.
 */
START_TEST(the_well_counts_most)
{
    static const struct morse m = {2.77, 2.218, 1.385};
    struct fit_how how = even;
    struct dimer point[NPOINT];
    struct morse_fit fit[2];
    struct err err;

    curve(&m, point, false);
    for (int n = 0; n < 3; n++)
        point[n].e += 0.3 * (3 - n);
    for (int k = 0; k < 2; k++) {
        how.even = k == 0;
        ck_assert_int_eq(morse_fit(&fit[k], point, NPOINT, &how, &err), 0);
    }
    ck_assert_double_lt(fabs(fit[1].m.re - m.re), fabs(fit[0].m.re - m.re));
    ck_assert_double_lt(fabs(fit[1].m.d - m.d), fabs(fit[0].m.d - m.d));
    ck_assert_double_gt(fit[1].rms_e, fit[0].rms_e);
}
END_TEST

/* Two states: every other point lies 1.5 eV higher. */
START_TEST(what_is_no_morse_curve_is_refused)
{
    static const struct morse m = {2.77, 2.218, 1.385};
    struct fit_how how = usual;
    struct dimer point[NPOINT];
    struct morse_fit fit;
    struct err err;

    curve(&m, point, false);
    for (int n = 1; n < NPOINT; n += 2)
        point[n].e += 1.5;
    ck_assert_int_eq(morse_fit(&fit, point, NPOINT, &how, &err), ERR_NUMERIC);
    ck_assert_msg(strstr(err.msg, "no Morse curve: the best is off by") ==
                          err.msg &&
                      strstr(err.msg, "more than 0.1 of its depth"),
                  "%s", err.msg);
    how.misfit = 0;
    ck_assert_int_eq(morse_fit(&fit, point, NPOINT, &how, &err), 0);
}
END_TEST

/* H 2S, N 4S, O 3P, Cr 7S, Cu 2S, Pd 1S, Gd 9D, Pt 3D, U 5L; O2 is a triplet,
 * N2 and CO are not. */
START_TEST(lone_atoms_follow_hund)
{
    static const int z[] = {1, 7, 8, 24, 29, 46, 64, 78, 92, 2, 10, 18, 54, 86};
    static const int two_s[] = {1, 3, 2, 6, 1, 0, 8, 2, 4, 0, 0, 0, 0, 0};

    for (int k = 0; k < 14; k++)
        ck_assert_int_eq(atom_moment(z[k]), two_s[k]);
    for (int n = 1; n < MAX_Z;
         n++) /* an odd number of electrons is not paired */
        ck_assert_int_eq((atom_moment(n) - n) % 2, 0);
    ck_assert_int_eq(dimer_moment(8, 8), 1);
    ck_assert_int_eq(dimer_moment(7, 7), 0);
    ck_assert_int_eq(dimer_moment(6, 8), 0);
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
    ck_assert_int_eq(morse_fit(&fit, point, 6, &papers, &err), 0);
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
    ck_assert_int_eq(morse_fit(&fit, point, NPOINT, &usual, &err), 0);
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
    ck_assert_int_eq(morse_fit(&fit, point, 2, &even, &err), ERR_RANGE);
    ck_assert_str_eq(err.msg, "2 energies and 0 forces are too few: a Morse "
                              "curve needs three");
    ck_assert_int_eq(morse_fit(&fit, point, 3, &even, &err), 0);
    ck_assert(isnan(fit.error.d) && isnan(fit.error.a));
    for (int n = 0; n < NPOINT; n++)
        point[n].r = 2.2; /* one distance, many answers */
    ck_assert_int_eq(morse_fit(&fit, point, NPOINT, &even, &err), ERR_NUMERIC);
}
END_TEST

TCase *prior_fit_tests(void)
{
    TCase *tc = tcase_create("fit");

    tcase_add_test(tc, a_fit_finds_the_morse_curve_it_was_given);
    tcase_add_test(tc, intervals_hold_the_truth_95_times_in_100);
    tcase_add_test(tc, student_is_student);
    tcase_add_test(tc, the_well_counts_most);
    tcase_add_test(tc, what_is_no_morse_curve_is_refused);
    tcase_add_test(tc, lone_atoms_follow_hund);
    tcase_add_test(tc, the_papers_recipe_gives_the_papers_a);
    tcase_add_test(tc, a_pair_that_does_not_bind_keeps_its_wall);
    tcase_add_test(tc, two_atoms_are_a_dimer);
    tcase_add_test(tc, a_fit_without_enough_points_is_refused);
    return tc;
}
