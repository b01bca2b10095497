#include <morsel/train.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "suites.h"
#include "train_fixture.h"

/*
 * The whole gradient against central differences of fourth order, in each of
 * the ways that the loss can be put together.
 */
static void check_loss(enum activation act, bool forces, enum force_mask mask,
                       double huber, double decay, const double *weight)
{
    struct fixture x;
    struct loss_work w;
    struct rng rng;

    set_up_mask(&x, act, 1, forces, mask, NFRAME);
    x.loss.huber = huber;
    x.loss.decay = decay;
    x.loss.u_e *= 0.7;
    x.loss.u_f *= 0.6;
    loss_work_init(&w, &x.ds, &x.m);
    rng_init(&rng, 5);
    double *g = xcalloc((size_t)x.m.nparam, sizeof *g);

    for (int p = 0; p < x.m.nparam; p++)
        x.m.theta[0][p] = 0.4 * rng_normal(&rng);
    ck_assert_double_gt(
        loss_eval(&x.ds, &x.m, &x.loss, weight, x.m.theta[0], &w, g).loss,
        0.01);
    free(g);
    loss_work_release(&w);
    check_gradient(&x, weight);
    tear_down(&x);
}

START_TEST(gradient_of_the_loss)
{
    check_loss(ACT_TANH, true, MASK_ALL, 0, 0, NULL);
}
END_TEST

START_TEST(gradient_with_free_forces_only)
{
    check_loss(ACT_TANH, true, MASK_FREE, 0, 0, NULL);
}
END_TEST

START_TEST(gradient_of_energies_only)
{
    check_loss(ACT_TANH, false, MASK_ALL, 0, 0, NULL);
}
END_TEST

START_TEST(gradient_with_huber)
{
    check_loss(ACT_TANH, true, MASK_ALL, 0.5, 0, NULL);
}
END_TEST

START_TEST(gradient_with_decay_and_weights)
{
    static const double weight[NFRAME] = {2, 0, 1, 3};

    check_loss(ACT_TANH, true, MASK_ALL, 0, 0.3, weight);
}
END_TEST

START_TEST(gradient_of_each_activation)
{
    check_loss((enum activation)_i, true, MASK_ALL, 0, 0, NULL);
}
END_TEST

/* rho by hand: half the square, then the line that touches it. */
START_TEST(huber_bounds_a_bad_label)
{
    struct fixture x;
    struct loss_work w;
    struct frame *f;
    double *g, plain, bounded;
    struct err err;

    set_up(&x, 1);
    dataset_release(&x.ds);
    f = &x.frames.frame[1];
    frame_set_real(f, "energy", -900);
    ck_assert_int_eq(dataset_build(&x.ds, &x.frames, "t.xyz", NULL, false,
                                   MASK_ALL, &x.m, &err),
                     0);
    x.loss = (struct loss){.u_e = 2, .u_f = 1};
    g = xcalloc((size_t)x.m.nparam, sizeof *g);
    loss_work_init(&w, &x.ds, &x.m);
    plain = bounded = 0;
    for (int i = 0; i < x.ds.n; i++) {
        double e = fabs(x.ds.example[i].energy) / x.ds.example[i].natoms / 2;

        plain += e * e / 2;
        bounded += e > 1.5 ? 1.5 * (e - 0.75) : e * e / 2;
    }
    struct fit fit = loss_eval(&x.ds, &x.m, &x.loss, NULL, x.m.theta[0], &w, g);

    ck_close(fit.loss, plain, 1e-13); /* all weights are 0 */
    x.loss.huber = 1.5;
    fit = loss_eval(&x.ds, &x.m, &x.loss, NULL, x.m.theta[0], &w, g);
    ck_close(fit.loss, bounded, 1e-13);
    ck_assert_double_lt(bounded, plain / 10);
    free(g);
    loss_work_release(&w);
    tear_down(&x);
}
END_TEST

/* What the data set says of the errors is what the potential predicts. */
START_TEST(fit_is_that_of_the_potential)
{
    struct fixture x;
    struct loss_work w;
    struct potential p;
    struct prediction out = {0};
    struct rng rng;
    struct err err;
    double e2 = 0, f2 = 0;
    int n = 0;

    set_up(&x, 1);
    rng_init(&rng, 4);
    initial_weights(&x.m, &rng, x.m.theta[0]);
    double *g = xcalloc((size_t)x.m.nparam, sizeof *g);

    loss_work_init(&w, &x.ds, &x.m);
    struct fit fit = loss_eval(&x.ds, &x.m, &x.loss, NULL, x.m.theta[0], &w, g);

    free(g);
    loss_work_release(&w);
    potential_of_model(&p, &x.m, 0);
    for (int i = 0; i < x.frames.n; i++) {
        const struct frame *f = &x.frames.frame[i];
        struct label label;

        ck_assert(frame_get_label(f, NULL, &label));
        ck_assert_int_eq(p.eval(&p, &f->atoms, &out, &err), 0);
        e2 += pow((out.energy - label.energy) / f->atoms.natoms, 2);
        for (int a = 0; a < f->atoms.natoms; a++)
            for (int c = 0; c < 3; c++, n++)
                f2 += pow(out.forces[a][c] - label.forces[a][c], 2);
    }
    ck_close(fit.rmse_e, sqrt(e2 / x.frames.n), 1e-12);
    ck_close(fit.rmse_f, sqrt(f2 / n), 1e-12);
    prediction_release(&out);
    p.release(&p);
    tear_down(&x);
}
END_TEST

START_TEST(masked_forces_do_not_count)
{
    struct fixture x, y;
    struct loss_work w;
    double *g;

    set_up_mask(&x, ACT_TANH, 1, true, MASK_FREE, NFRAME);
    make_frames(&y.frames, NFRAME);
    g = xcalloc((size_t)x.m.nparam, sizeof *g);
    loss_work_init(&w, &x.ds, &x.m);
    struct fit a = loss_eval(&x.ds, &x.m, &x.loss, NULL, x.m.theta[0], &w, g);

    for (int i = 0; i < NFRAME; i++) {
        struct example *e = &x.ds.example[i];
        const struct atoms *at = &y.frames.frame[i].atoms;
        int free_components = 0;

        for (int k = 0; k < at->natoms; k++)
            for (int c = 0; c < 3; c++) {
                free_components += at->move[k][c];
                if (!at->move[k][c])
                    e->forces[k][c] += 1e3;
            }
        ck_assert_int_eq(e->ncount, free_components);
    }
    struct fit b = loss_eval(&x.ds, &x.m, &x.loss, NULL, x.m.theta[0], &w, g);

    ck_assert_double_eq(a.loss, b.loss);
    ck_assert_double_eq(a.rmse_f, b.rmse_f);
    free(g);
    loss_work_release(&w);
    frames_release(&y.frames);
    tear_down(&x);
}
END_TEST

TCase *train_loss_tests(void)
{
    TCase *t = tcase_create("loss");

    tcase_add_test(t, gradient_of_the_loss);
    tcase_add_test(t, gradient_with_free_forces_only);
    tcase_add_test(t, gradient_of_energies_only);
    tcase_add_test(t, gradient_with_huber);
    tcase_add_test(t, gradient_with_decay_and_weights);
    tcase_add_loop_test(t, gradient_of_each_activation, 0, ACT_LINEAR + 1);
    tcase_add_test(t, huber_bounds_a_bad_label);
    tcase_add_test(t, fit_is_that_of_the_potential);
    tcase_add_test(t, masked_forces_do_not_count);
    return t;
}
