#include <morsel/train.h>

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "suites.h"
#include "train_fixture.h"

/* Committees: heads on one trunk, and who learns which frames. */

enum { HEADS = 3 };

static void random_theta(struct fixture *x)
{
    struct rng rng;

    rng_init(&rng, 5);
    for (int k = 0; k < x->m.members; k++)
        for (int p = 0; p < x->m.nparam; p++)
            x->m.theta[k][p] = 0.4 * rng_normal(&rng);
}

/* All of the gradient by central differences of fourth order. */
START_TEST(gradient_of_heads_on_a_trunk)
{
    static double weight[HEADS][NFRAME] = {
        {2, 0, 1, 1}, {1, 1, 1, 1}, {0, 3, 0, 1}};
    static const double step[4] = {1, -1, 2, -2};
    double *w[HEADS] = {weight[0], weight[1], weight[2]};
    const double h = 1e-3;
    struct objective o;
    struct fixture x;

    set_up(&x, HEADS);
    random_theta(&x);
    x.loss.decay = 0.02;
    objective_init(&o, &x.m, &x.loss, HEADS);
    objective_look(&o, &x.ds);

    int nhead = mlp_nhead(&x.m.net[0]) + mlp_nhead(&x.m.net[1]);

    ck_assert_int_eq(o.nparam, x.m.nparam + 2 * nhead);
    double *p = xcalloc((size_t)o.nparam, sizeof *p);
    double *g = xcalloc((size_t)o.nparam, sizeof *g);
    double *scratch = xcalloc((size_t)o.nparam, sizeof *scratch);

    objective_pack(&o, x.m.theta, p);
    objective_eval(&o, w, p, g);
    for (int i = 0; i < o.nparam; i++) {
        double f[4], at = p[i];

        for (int k = 0; k < 4; k++) {
            p[i] = at + step[k] * h;
            f[k] = objective_eval(&o, w, p, scratch).loss;
        }
        p[i] = at;
        ck_close(g[i], (8 * (f[0] - f[1]) - (f[2] - f[3])) / (12 * h), 2e-8);
    }
    free(p);
    free(g);
    free(scratch);
    objective_release(&o);
    tear_down(&x);
}
END_TEST

/* What it says is what the losses of the heads say, one by one. */
START_TEST(objective_is_the_mean_over_heads)
{
    struct objective o;
    struct loss_work w;
    struct fixture x;
    double loss = 0, f2 = 0;

    set_up(&x, HEADS);
    random_theta(&x);
    objective_init(&o, &x.m, &x.loss, HEADS);
    objective_look(&o, &x.ds);
    double *p = xcalloc((size_t)o.nparam, sizeof *p);
    double *g = xcalloc((size_t)o.nparam, sizeof *g);

    objective_pack(&o, x.m.theta, p);
    objective_unpack(&o, p, x.m.theta);
    struct fit fit = objective_eval(&o, NULL, p, g);

    loss_work_init(&w, &x.ds, &x.m);
    for (int k = 0; k < HEADS; k++) {
        struct fit one =
            loss_eval(&x.ds, &x.m, &x.loss, NULL, x.m.theta[k], &w, g);

        loss += one.loss / HEADS;
        f2 += one.rmse_f * one.rmse_f / HEADS;
    }
    ck_close(fit.loss, loss, 1e-14);
    ck_close(fit.rmse_f, sqrt(f2), 1e-14);
    ck_assert_double_eq(x.m.theta[0][0], x.m.theta[2][0]);
    ck_assert_double_ne(x.m.theta[0][x.m.nparam - 1],
                        x.m.theta[2][x.m.nparam - 1]);
    free(p);
    free(g);
    loss_work_release(&w);
    objective_release(&o);
    tear_down(&x);
}
END_TEST

static void train(struct fixture *x, const struct plan *plan)
{
    static const struct schedule lbfgs = {
        .optimizer = OPTIMIZER_LBFGS, .steps = 20, .memory = 20};
    struct committee c;

    committee_init(&c, &x->ds, &x->m, &x->loss, &lbfgs, plan);
    ck_assert_int_eq(c.nmember, 1);
    double start = c.member[0].fit.loss;

    while (committee_epoch(&c))
        ;
    ck_assert_int_eq(c.member[0].attempts, 1);
    ck_assert_double_lt(c.member[0].fit.loss, start / 2);
    committee_release(&c);
}

/* One trunk, heads that differ, for any number of threads the same bits. */
START_TEST(shallow_committee_keeps_its_trunk)
{
    const struct plan plan = {
        .epochs = 5, .seed = 9, .bootstrap = BOOTSTRAP_FRESH};
    struct fixture x, y;
    struct potential p;
    struct prediction out = {0};
    struct err err;

    for (int r = 0; r < 2; r++) {
        struct fixture *f = r ? &y : &x;

        omp_set_num_threads(1 + 2 * r);
        set_up(f, HEADS);
        f->m.shared = true;
        train(f, &plan);
    }
    for (int k = 0; k < HEADS; k++) {
        ck_assert_mem_eq(x.m.theta[k], y.m.theta[k],
                         (size_t)x.m.nparam * sizeof(double));
        for (int el = 0; el < 2; el++) {
            int at = model_offset(&x.m, el), n = mlp_nparam(&x.m.net[el]);

            n -= mlp_nhead(&x.m.net[el]);
            ck_assert_mem_eq(x.m.theta[0] + at, x.m.theta[k] + at,
                             (size_t)n * sizeof(double));
        }
    }
    potential_of_model(&p, &x.m, 0);
    ck_assert_int_eq(p.eval(&p, &x.frames.frame[0].atoms, &out, &err), 0);
    ck_assert_double_gt(out.sigma_e, 1e-3);
    prediction_release(&out);
    p.release(&p);
    tear_down(&x);
    tear_down(&y);
}
END_TEST

START_TEST(bootstrap_draws_n_of_n)
{
    struct rng rng;
    double w[10], hits[10] = {0};

    rng_init(&rng, 1);
    for (int t = 0; t < 1000; t++) {
        double sum = 0;

        bootstrap_fresh(10, &rng, w);
        for (int i = 0; i < 10; i++) {
            sum += w[i];
            hits[i] += w[i];
        }
        ck_assert_double_eq(sum, 10);
    }
    for (int i = 0; i < 10; i++) /* six deviations of a binomial */
        ck_near(hits[i], 1000, 6 * sqrt(900.0));
}
END_TEST

/* A set that grows: the lists of all members grow with it, one by one. */
START_TEST(paper_bootstrap_follows_the_growth)
{
    double before[12] = {0}, w[12];
    int changed = 0;

    for (int n = 1; n <= 12; n++) {
        struct rng rng;
        double sum = 0, gone = 0;

        rng_init(&rng, 4);
        bootstrap_paper(n, 1, &rng, w);
        for (int i = 0; i < n; i++)
            sum += w[i];
        ck_assert_double_eq(sum, n);
        /* all that an old frame loses has become the new one */
        for (int i = 0; i < n - 1; i++)
            gone += fmax(0, before[i] - w[i]);
        ck_assert_double_le(gone, w[n - 1]);
        changed += gone > 0;
        memcpy(before, w, sizeof w);
    }
    ck_assert_int_gt(changed, 0);
}
END_TEST

/*
 * The expected draws of the last of n frames: an entry of the list, itself
 * last among n with probability 1/n, is replaced by it with 1/n:
 *
 *     E = n 1/n + (1 - 1/n) 1/n = 1 + 1/n - 1/n^2
 */
START_TEST(paper_bootstrap_draws_the_last_as_often)
{
    enum { N = 5, TIMES = 20000 };
    struct rng rng;
    double w[N], sum = 0;

    rng_init(&rng, 2);
    for (int t = 0; t < TIMES; t++) {
        bootstrap_paper(N, 2, &rng, w);
        sum += w[N - 1];
    }
    /* the variance of a draw is about 1; five deviations */
    ck_near(sum / TIMES, 1 + 1.0 / N - 1.0 / (N * N), 5 / sqrt(TIMES));
    bootstrap_paper(1, 3, &rng, w);
    ck_assert_double_eq(w[0], 1);
}
END_TEST

TCase *train_committee_tests(void)
{
    TCase *t = tcase_create("committee");

    tcase_add_test(t, gradient_of_heads_on_a_trunk);
    tcase_add_test(t, objective_is_the_mean_over_heads);
    tcase_add_test(t, shallow_committee_keeps_its_trunk);
    tcase_add_test(t, bootstrap_draws_n_of_n);
    tcase_add_test(t, paper_bootstrap_follows_the_growth);
    tcase_add_test(t, paper_bootstrap_draws_the_last_as_often);
    return t;
}
