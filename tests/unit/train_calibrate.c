#include <morsel/train.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "suites.h"
#include "train_fixture.h"

/* Calibration of sigmas by errors, and the comparison of two models. */

/*
 * n frames of `natoms` atoms, labelled, and predicted with errors of
 * scale * sigma: Gaussian, sigma^2 / 3 in each direction.  The last atom does
 * not move, and is far off.
 */
static void predicted_frames(struct frames *s, int n, int natoms, double scale,
                             double factor)
{
    struct rng rng;

    *s = (struct frames){0};
    rng_init(&rng, 8);
    for (int i = 0; i < n; i++) {
        double forces[3 * 8], ml[3 * 8], sigma[8];
        double size = exp(2 * rng_normal(&rng));
        struct atoms a;
        struct frame f;

        atoms_init(&a, natoms + 1);
        a.move = xcalloc((size_t)natoms + 1, sizeof *a.move);
        for (int k = 0; k <= natoms; k++) {
            a.z[k] = 29;
            a.pos[k][0] = 3 * k;
            sigma[k] = size * (0.5 + rng_uniform(&rng));
            for (int c = 0; c < 3; c++) {
                forces[3 * k + c] = rng_normal(&rng);
                ml[3 * k + c] =
                    forces[3 * k + c] + (k == natoms ? 50 : scale * sigma[k]) *
                                            rng_normal(&rng) / sqrt(3);
                a.move[k][c] = k < natoms;
            }
            sigma[k] *= factor;
        }
        frame_of_atoms(&f, &a);
        frame_set_real(&f, "energy", 1);
        frame_set_column(&f, "forces", 3, forces);
        frame_set_column(&f, "ml_forces", 3, ml);
        frame_set_column(&f, "ml_sigma_f", 1, sigma);
        if (factor != 1)
            frame_set_real(&f, "ml_factor", factor);
        frames_append(s, &f);
        frame_release(&f);
        atoms_release(&a);
    }
}

static void of_frames(struct calibration *c, const struct frames *s)
{
    struct pool pool = {.n = s->n, .frames = s};
    struct err err;

    ck_assert_int_eq(calibrate_pool(c, &pool, NULL, "network", &err), 0);
    pool_release(&pool);
}

/*
 * The variance of ln q of nu = 3 natoms degrees of freedom is about 2 / nu, and
 * half the logarithm is taken: five deviations are 5 sqrt(1 / (2 nu n)).
 */
START_TEST(factor_is_that_of_the_errors)
{
    static const double scale[2] = {2.7, 0.4};
    const int n = 900, natoms = 1 + 6 * (_i / 2);
    double truth = scale[_i % 2], c;
    struct calibration k;
    struct frames s;

    predicted_frames(&s, n, natoms, truth, 1);
    of_frames(&k, &s);
    ck_assert_int_eq(k.frames, n);
    ck_assert_int_eq(k.atoms, n * natoms);
    c = log(k.factor) * (n + CALIBRATION_PRIOR) / n; /* without shrinking */
    ck_near(c, log(truth), 5 / sqrt(6.0 * natoms * n));
    /* a chi-squared of three degrees below 3 and below 12 */
    ck_near(k.within[0], 0.6084, 0.05);
    ck_near(k.within[1], 0.9926, 0.01);
    frames_release(&s);
}
END_TEST

/* With the factor of its time or without: the same bare sigmas. */
START_TEST(factors_do_not_pile_up)
{
    struct calibration bare, multiplied;
    struct frames s;

    predicted_frames(&s, 5, 4, 1.9, 1);
    of_frames(&bare, &s);
    frames_release(&s);
    predicted_frames(&s, 5, 4, 1.9, 6.5);
    of_frames(&multiplied, &s);
    frames_release(&s);
    ck_close(bare.factor, multiplied.factor, 1e-13);
}
END_TEST

/* By hand: one pair, one atom, an error of 4 where sigma is 2. */
START_TEST(one_pair_by_hand)
{
    double ratio = 2, psi = 0.03648997397857652; /* psi(3/2) */
    struct calibration_pair p = {1, &ratio, 4, 2};
    struct calibration c;

    calibrate(&c, &p, 1);
    ck_close(c.factor, exp((log(4) - psi + log(1.5)) / 6), 1e-11);
    ck_assert_double_eq(c.within[0], 0); /* the others say 1 */
    ck_assert_double_eq(c.within[1], 1);
    calibrate(&c, NULL, 0);
    ck_assert_double_eq(c.factor, 1);
    ck_assert_int_eq(c.frames, 0);
}
END_TEST

START_TEST(pairs_that_say_nothing)
{
    struct calibration_pair p;
    struct frames s;
    struct frame *f;
    double zero[5] = {0}, odd[5] = {1, NAN, 1, 1, 1};

    predicted_frames(&s, 1, 4, 2, 1);
    f = &s.frame[0];
    ck_assert(calibration_pair(&p, f, NULL, "network"));
    calibration_pair_release(&p);
    frame_set_text(f, "ml_kind", "gp");
    ck_assert(!calibration_pair(&p, f, NULL, "network"));
    ck_assert(calibration_pair(&p, f, NULL, "gp"));
    calibration_pair_release(&p);
    ck_assert(calibration_pair(&p, f, NULL, NULL));
    calibration_pair_release(&p);
    frame_set_column(f, "ml_sigma_f", 1, zero);
    ck_assert(!calibration_pair(&p, f, NULL, "gp"));
    frame_set_column(f, "ml_sigma_f", 1, odd);
    ck_assert(!calibration_pair(&p, f, NULL, "gp"));
    frames_release(&s);
    make_frames(&s, 1); /* no prediction */
    ck_assert(!calibration_pair(&p, &s.frame[0], NULL, "network"));
    frames_release(&s);
}
END_TEST

START_TEST(worse_is_by_factor_and_margin)
{
    static const struct {
        double e[2], f[2]; /* before, now */
        bool worse;
    } known[] = {
        {{0.001, 0.001}, {0.1, 0.1}, false},
        {{0.001, 0.0001}, {0.1, 0.14}, false}, /* not by the factor */
        {{0.001, 0.001}, {0.1, 0.16}, true},
        {{0.001, 0.001}, {0.001, 0.009}, false}, /* not by the margin */
        {{0.0001, 0.0009}, {0.1, 0.05}, false},
        {{0.0001, 0.0012}, {0.1, 0.05}, true},
        {{0.001, 0.001}, {0.1, INFINITY}, true},
        {{0.001, 0.001}, {INFINITY, 0.1}, false},
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct errors x[2] = {{.nframe = 2, .nforce = 3},
                              {.nframe = 2, .nforce = 3}};

        for (int k = 0; k < 2; k++) {
            x[k].e2 = 2 * pow(known[i].e[k], 2);
            x[k].f2 = 3 * pow(known[i].f[k], 2);
        }
        ck_assert_int_eq(errors_worse(&x[1], &x[0]), known[i].worse);
    }
}
END_TEST

/* The errors of the potential are those that training has seen. */
START_TEST(errors_are_those_of_the_fit)
{
    struct errors e = {0};
    struct loss_work w;
    struct fixture x;
    struct potential p;
    struct rng rng;
    struct err err;

    set_up(&x, 1);
    rng_init(&rng, 4);
    initial_weights(&x.m, &rng, x.m.theta[0]);
    double *g = xcalloc((size_t)x.m.nparam, sizeof *g);

    loss_work_init(&w, &x.ds, &x.m);
    struct fit fit = loss_eval(&x.ds, &x.m, &x.loss, NULL, x.m.theta[0], &w, g);

    potential_of_model(&p, &x.m, 0);
    for (int i = 0; i < x.frames.n; i++)
        ck_assert_int_eq(errors_add(&e, &p, &x.frames.frame[i], NULL, &err), 0);
    ck_close(errors_energy(&e), fit.rmse_e, 1e-12);
    ck_close(errors_force(&e), fit.rmse_f, 1e-12);
    errors_release(&e);
    free(g);
    loss_work_release(&w);
    p.release(&p);
    tear_down(&x);
}
END_TEST

START_TEST(provenance_names_frames)
{
    const char *text = "seed 1\nframes 2\nframe 00000000000000ab\n"
                       "frame 0123456789abcdef\n";

    ck_assert(provenance_has(text, 0xab));
    ck_assert(provenance_has(text, UINT64_C(0x0123456789abcdef)));
    ck_assert(!provenance_has(text, 0xabc));
    ck_assert(provenance_has("seed 1\n", 0xabc));
    ck_assert(provenance_has(NULL, 0xabc));
}
END_TEST

TCase *train_calibrate_tests(void)
{
    TCase *t = tcase_create("calibrate");

    tcase_add_loop_test(t, factor_is_that_of_the_errors, 0, 4);
    tcase_add_test(t, factors_do_not_pile_up);
    tcase_add_test(t, one_pair_by_hand);
    tcase_add_test(t, pairs_that_say_nothing);
    tcase_add_test(t, worse_is_by_factor_and_margin);
    tcase_add_test(t, errors_are_those_of_the_fit);
    tcase_add_test(t, provenance_names_frames);
    return t;
}
