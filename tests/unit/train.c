#include <morsel/train.h>

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "suites.h"
#include "train_fixture.h"

static const struct schedule lbfgs = {
    .optimizer = OPTIMIZER_LBFGS, .steps = 20, .memory = 20};

static void train(struct fixture *x, const struct schedule *s,
                  const struct plan *plan, struct member *last)
{
    struct committee c;

    committee_init(&c, &x->ds, &x->m, &x->loss, s, plan);
    while (committee_epoch(&c))
        ;
    for (int k = 0; last && k < x->m.members; k++)
        last[k] = c.member[k];
    committee_release(&c);
}

START_TEST(lbfgs_learns_the_labels)
{
    const struct plan plan = {.epochs = 100, .seed = 2};
    struct fixture x;
    struct member member;

    set_up(&x, 1);
    x.loss.alpha = 0.001; /* labels out of the air: energies can be learnt */
    train(&x, &lbfgs, &plan, &member);
    ck_assert_int_eq(member.attempts, 1);
    ck_assert_double_lt(member.fit.rmse_e, 0.02);
    tear_down(&x);
}
END_TEST

START_TEST(adam_learns_the_labels)
{
    const struct schedule adam = {.optimizer = OPTIMIZER_ADAM,
                                  .steps = 20,
                                  .rate = 0.02,
                                  .period = 10,
                                  .mult = 2};
    const struct plan plan = {.epochs = 70, .seed = 2};
    struct fixture x;
    struct member member;

    set_up(&x, 1);
    x.loss.alpha = 0.001;
    train(&x, &adam, &plan, &member);
    ck_assert_double_lt(member.fit.rmse_e, 0.05);
    tear_down(&x);
}
END_TEST

/* The weights that come back are those of the lowest loss seen. */
START_TEST(best_state_is_kept)
{
    const struct schedule wild = {
        .optimizer = OPTIMIZER_ADAM, .steps = 20, .rate = 3};
    const struct plan plan = {.epochs = 3, .seed = 2};
    struct fixture x;
    struct member member;
    struct loss_work w;

    set_up(&x, 1);
    train(&x, &wild, &plan, &member);
    double *g = xcalloc((size_t)x.m.nparam, sizeof *g);

    loss_work_init(&w, &x.ds, &x.m);
    struct fit fit = loss_eval(&x.ds, &x.m, &x.loss, NULL, x.m.theta[0], &w, g);

    ck_assert_double_eq(fit.loss, member.fit.loss);
    free(g);
    loss_work_release(&w);
    tear_down(&x);
}
END_TEST

START_TEST(targets_end_the_training)
{
    struct schedule s = lbfgs;
    const struct plan plan = {.epochs = 100, .seed = 2};
    struct fixture x;
    struct member member;

    set_up(&x, 1);
    x.loss.alpha = 0.001;
    s.target_e = 0.3;
    train(&x, &s, &plan, &member);
    ck_assert_double_le(member.fit.rmse_e, 0.3);
    ck_assert_double_gt(member.fit.rmse_e, 0.02);
    ck_assert_int_lt(member.epoch, 20);
    tear_down(&x);
}
END_TEST

/* From weights whose loss is not a number there is only another start. */
START_TEST(diverged_member_starts_again)
{
    const struct plan plan = {.epochs = 5, .seed = 2, .warm = true};
    struct fixture x;
    struct member member[2];

    set_up(&x, 2);
    x.m.theta[1][0] = NAN;
    train(&x, &lbfgs, &plan, member);
    ck_assert_int_eq(member[0].attempts, 1);
    ck_assert_int_eq(member[1].attempts, 2);
    ck_assert(isfinite(member[1].fit.loss));
    for (int p = 0; p < x.m.nparam; p++)
        ck_assert(isfinite(x.m.theta[1][p]));
    tear_down(&x);
}
END_TEST

/* The same bits for 1 and 3 threads, and members that differ. */
START_TEST(threads_do_not_matter)
{
    const struct plan plan = {
        .epochs = 4, .seed = 9, .bootstrap = BOOTSTRAP_FRESH};
    struct fixture x, y;
    size_t size;

    omp_set_num_threads(1);
    set_up(&x, 3);
    train(&x, &lbfgs, &plan, NULL);
    omp_set_num_threads(3);
    set_up(&y, 3);
    train(&y, &lbfgs, &plan, NULL);
    size = (size_t)x.m.nparam * sizeof(double);
    for (int k = 0; k < 3; k++)
        ck_assert_mem_eq(x.m.theta[k], y.m.theta[k], size);
    ck_assert_mem_ne(x.m.theta[0], x.m.theta[1], size);
    tear_down(&x);
    tear_down(&y);
}
END_TEST

/* A member is the same whoever else sits on the committee. */
START_TEST(members_do_not_know_each_other)
{
    const struct plan plan = {.epochs = 4, .seed = 9};
    struct fixture x, y;

    set_up(&x, 1);
    train(&x, &lbfgs, &plan, NULL);
    set_up(&y, 3);
    train(&y, &lbfgs, &plan, NULL);
    ck_assert_mem_eq(x.m.theta[0], y.m.theta[0],
                     (size_t)x.m.nparam * sizeof(double));
    tear_down(&x);
    tear_down(&y);
}
END_TEST

static double energy(struct model *m, const struct atoms *a, double *force)
{
    struct potential p;
    struct prediction out = {0};
    struct err err;
    double e;

    potential_of_model(&p, m, 0);
    ck_assert_int_eq(p.eval(&p, a, &out, &err), 0);
    e = out.energy;
    *force = out.forces[1][2];
    prediction_release(&out);
    p.release(&p);
    return e;
}

/* More frames, other ranges, unit and e0: the same function. */
START_TEST(warm_start_predicts_the_same)
{
    const struct plan plan = {.epochs = 3, .seed = 5};
    struct fixture x, y;
    struct err err;
    double fx, fy;

    set_up_mask(&x, ACT_TANH, 1, true, MASK_ALL, 2);
    train(&x, &lbfgs, &plan, NULL);
    set_up_mask(&y, ACT_TANH, 1, true, MASK_ALL, 6);
    ck_assert_double_gt(fabs(x.m.unit - y.m.unit), 1e-3);
    ck_assert_int_eq(warm_start(&y.m, &x.m, &err), 0);

    double ex = energy(&x.m, &y.frames.frame[5].atoms, &fx);
    double ey = energy(&y.m, &y.frames.frame[5].atoms, &fy);

    ck_close(ex, ey, 1e-10);
    ck_close(fx, fy, 1e-9);
    tear_down(&x);
    tear_down(&y);
}
END_TEST

START_TEST(warm_start_refuses_another_model)
{
    struct model m, old;
    struct err err;

    make_model(&m, ACT_TANH, 1);
    make_model(&old, ACT_SILU, 1);
    ck_assert_int_eq(warm_start(&m, &old, &err), ERR_RANGE);
    ck_assert_str_eq(err.msg,
                     "the model to start from has another network shape");
    old.net[0].act = old.net[1].act = ACT_TANH;
    old.prior.term[0].reach.rc += 1;
    ck_assert_int_eq(warm_start(&m, &old, &err), ERR_RANGE);
    ck_assert_str_eq(err.msg, "the model to start from has another prior");
    old.descriptor.cutoff.rc -= 1;
    ck_assert_int_eq(warm_start(&m, &old, &err), ERR_RANGE);
    ck_assert_str_eq(err.msg, "the model to start from has another set of "
                              "symmetry functions or elements");
    model_release(&m);
    model_release(&old);
}
END_TEST

Suite *train_suite(void)
{
    Suite *s = suite_create("train");
    TCase *t = tcase_create("trainer");

    tcase_add_test(t, lbfgs_learns_the_labels);
    tcase_add_test(t, adam_learns_the_labels);
    tcase_add_test(t, best_state_is_kept);
    tcase_add_test(t, targets_end_the_training);
    tcase_add_test(t, diverged_member_starts_again);
    tcase_add_test(t, threads_do_not_matter);
    tcase_add_test(t, members_do_not_know_each_other);
    tcase_add_test(t, warm_start_predicts_the_same);
    tcase_add_test(t, warm_start_refuses_another_model);
    suite_add_tcase(s, t);
    suite_add_tcase(s, train_loss_tests());
    suite_add_tcase(s, train_stream_tests());
    suite_add_tcase(s, train_calibrate_tests());
    suite_add_tcase(s, train_committee_tests());
    suite_add_tcase(s, train_dataset_tests());
    suite_add_tcase(s, train_reference_tests());
    suite_add_tcase(s, train_stored_tests());
    suite_add_tcase(s, train_stress_tests());
    return s;
}
