#include <morsel/train.h>

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "numbers.h"
#include "suites.h"

/* Some frames of two elements and two compositions, labels out of the air. */
enum { NFRAME = 4 };

static void make_frame(struct frame *f, int natoms, struct rng *rng)
{
    static const double cell[3][3] = {
        {4.9, 0.3, -0.2}, {0.7, 5.3, 0.4}, {-0.5, 0.1, 6.1}};
    static const double pos[4][3] = {
        {0.1, 0.2, 0.3}, {2.4, 2.2, 0.9}, {1.3, 0.4, 2.9}, {3.3, 3.1, 3.4}};
    struct atoms a;
    double forces[12];

    atoms_init(&a, natoms);
    memcpy(a.cell, cell, sizeof cell);
    a.move = xcalloc((size_t)natoms, sizeof *a.move);
    for (int i = 0; i < natoms; i++) {
        a.pbc[i % 3] = true;
        a.z[i] = i == 2 ? 6 : 29;
        for (int c = 0; c < 3; c++) {
            a.pos[i][c] = pos[i][c] + 0.1 * rng_normal(rng);
            a.move[i][c] = (i + c) % 3 != 0;
            forces[3 * i + c] = rng_normal(rng);
        }
    }
    frame_of_atoms(f, &a);
    frame_set_real(f, "energy", -4.2 * natoms + rng_normal(rng));
    frame_set_column(f, "forces", 3, forces);
    f->line = 1;
    atoms_release(&a);
}

static void make_frames(struct frames *s, int n)
{
    struct rng rng;

    *s = (struct frames){0};
    rng_init(&rng, 3);
    for (int i = 0; i < n; i++) {
        struct frame f;

        make_frame(&f, 3 + i % 2, &rng);
        frames_append(s, &f);
        frame_release(&f);
    }
}

static void make_model(struct model *m, enum activation act, int members)
{
    static const int z[2] = {6, 29};
    struct err err;

    *m = (struct model){0};
    ck_assert_int_eq(descriptor_named(&m->descriptor, "paper", z, 2, &err), 0);
    ck_assert_int_eq(prior_published(&m->prior, z, 2, 4.5, 6.3, &err), 0);
    m->net = xcalloc(2, sizeof *m->net);
    for (int el = 0; el < 2; el++) {
        m->net[el] = (struct mlp){.act = act, .nlayer = 3};
        m->net[el].width[0] = m->descriptor.nsf[el];
        m->net[el].width[1] = 4;
        m->net[el].width[2] = 3 + el;
        m->net[el].width[3] = 1;
    }
    model_alloc(m, members);
}

struct fixture {
    struct frames frames;
    struct model m;
    struct dataset ds;
    struct loss loss;
};

static void set_up_mask(struct fixture *x, enum activation act, int members,
                        bool forces, enum force_mask mask, int nframe)
{
    struct err err;

    make_frames(&x->frames, nframe);
    make_model(&x->m, act, members);
    ck_assert_int_eq(dataset_build(&x->ds, &x->frames, "t.xyz", NULL, forces,
                                   mask, &x->m, &err),
                     0);
    dataset_scale(&x->ds, &x->m, SCALING_RANGE, 0);
    x->loss = (struct loss){.alpha = 0.07};
    dataset_reference(&x->ds, &x->m, UNITS_ROBUST, &x->loss);
}

static void set_up(struct fixture *x, int members)
{
    set_up_mask(x, ACT_TANH, members, true, MASK_ALL, NFRAME);
}

static void tear_down(struct fixture *x)
{
    dataset_release(&x->ds);
    model_release(&x->m);
    frames_release(&x->frames);
}

/*
 * The whole gradient against central differences of fourth order, in each of
 * the ways that the loss can be put together.
 */
static void check_gradient(enum activation act, bool forces,
                           enum force_mask mask, double huber, double decay,
                           const double *weight)
{
    const double h = 1e-3;
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

    double *theta = x.m.theta[0];
    double *g = xcalloc((size_t)x.m.nparam, sizeof *g);
    double *scratch = xcalloc((size_t)x.m.nparam, sizeof *scratch);

    for (int p = 0; p < x.m.nparam; p++)
        theta[p] = 0.4 * rng_normal(&rng);
    struct fit fit = loss_eval(&x.ds, &x.m, &x.loss, weight, theta, &w, g);

    ck_assert_double_gt(fit.loss, 0.01);
    for (int p = 0; p < x.m.nparam; p++) {
        static const double step[4] = {1, -1, 2, -2};
        double f[4], at = theta[p];

        for (int k = 0; k < 4; k++) {
            theta[p] = at + step[k] * h;
            f[k] = loss_eval(&x.ds, &x.m, &x.loss, weight, theta, &w, scratch)
                       .loss;
        }
        theta[p] = at;
        ck_close(g[p], (8 * (f[0] - f[1]) - (f[2] - f[3])) / (12 * h), 2e-8);
    }
    free(g);
    free(scratch);
    loss_work_release(&w);
    tear_down(&x);
}

START_TEST(gradient_of_the_loss)
{
    check_gradient(ACT_TANH, true, MASK_ALL, 0, 0, NULL);
}
END_TEST

START_TEST(gradient_with_free_forces_only)
{
    check_gradient(ACT_TANH, true, MASK_FREE, 0, 0, NULL);
}
END_TEST

START_TEST(gradient_of_energies_only)
{
    check_gradient(ACT_TANH, false, MASK_ALL, 0, 0, NULL);
}
END_TEST

START_TEST(gradient_with_huber)
{
    check_gradient(ACT_TANH, true, MASK_ALL, 0.5, 0, NULL);
}
END_TEST

START_TEST(gradient_with_decay_and_weights)
{
    static const double weight[NFRAME] = {2, 0, 1, 3};

    check_gradient(ACT_TANH, true, MASK_ALL, 0, 0.3, weight);
}
END_TEST

START_TEST(gradient_of_each_activation)
{
    check_gradient((enum activation)_i, true, MASK_ALL, 0, 0, NULL);
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

START_TEST(features_fill_the_range)
{
    struct fixture x;

    set_up(&x, 1);
    for (int el = 0; el < 2; el++)
        for (int k = 0; k < x.ds.nsf[el]; k++) {
            double low = 1e9, high = -1e9;

            for (int r = 0; r < x.ds.nrow[el]; r++) {
                double v = x.ds.x[el][r * x.ds.nsf[el] + k];

                low = fmin(low, v);
                high = fmax(high, v);
            }
            if (x.m.high[el][k] - x.m.low[el][k] > 1e-8) {
                ck_near(low, -1, 1e-9);
                ck_near(high, 1, 1e-9);
            } else {
                ck_near(low, 0, 1e-8);
                ck_near(high, 0, 1e-8);
                ck_assert_double_eq(x.m.scale[el][k], 1);
            }
        }
    tear_down(&x);
}
END_TEST

/* One frame: its carbon stands alone, so none of its features varies. */
START_TEST(single_atom_of_an_element_is_scaled)
{
    struct fixture x;
    struct err err;

    set_up_mask(&x, ACT_TANH, 1, true, MASK_ALL, 1);
    for (int k = 0; k < x.ds.nsf[0]; k++) {
        ck_assert_double_eq(x.ds.x[0][k], 0);
        ck_assert_double_eq(x.m.scale[0][k], 1);
    }
    dataset_release(&x.ds);
    ck_assert_int_eq(
        dataset_build(&x.ds, &x.frames, "", NULL, true, MASK_ALL, &x.m, &err),
        0);
    double raw = x.ds.x[0][4];

    dataset_scale(&x.ds, &x.m, SCALING_PAPER, 0);
    ck_assert_double_eq(x.ds.x[0][4], raw);
    ck_assert_double_eq(x.m.shift[0][4], 0);
    tear_down(&x);
}
END_TEST

/* Moved at random by 0.05 angstrom, every feature changes by 1 or less. */
START_TEST(motion_bounds_the_derivatives)
{
    struct fixture x;
    struct err err;
    bool reached = false;

    set_up_mask(&x, ACT_TANH, 1, true, MASK_ALL, 1);
    dataset_release(&x.ds);
    ck_assert_int_eq(
        dataset_build(&x.ds, &x.frames, "", NULL, true, MASK_ALL, &x.m, &err),
        0);
    dataset_scale(&x.ds, &x.m, SCALING_MOTION, 0.05);
    const struct example *e = &x.ds.example[0];

    for (int k = 0; k < x.ds.nsf[1]; k++) {
        const double *jac = e->jac;
        double sum = 0;

        for (int a = 0; a < e->natoms; a++)
            for (int b = e->dep[a]; b < e->dep[a + 1]; b++)
                for (int c = 0; c < 3; c++, jac += x.ds.nsf[e->element[a]])
                    if (e->element[a] == 1)
                        sum += jac[k] * jac[k];
        sum = 0.05 * sqrt(sum / 3 / x.ds.nrow[1]);
        ck_assert_double_le(sum, 1 + 1e-9);
        reached = reached || sum > 0.999;
    }
    ck_assert(reached);
    tear_down(&x);
}
END_TEST

/* Energies that are sums over atoms leave nothing to learn. */
START_TEST(atomic_energies_are_found)
{
    struct fixture x;

    make_frames(&x.frames, 3);
    make_model(&x.m, ACT_TANH, 1);
    prior_release(&x.m.prior);
    for (int i = 0; i < 3; i++) {
        int n = x.frames.frame[i].atoms.natoms;

        frame_set_real(&x.frames.frame[i], "energy", -9.25 - 3.5 * (n - 1));
    }
    struct err err;

    ck_assert_int_eq(
        dataset_build(&x.ds, &x.frames, "", NULL, true, MASK_ALL, &x.m, &err),
        0);
    dataset_reference(&x.ds, &x.m, UNITS_ROBUST, &x.loss);
    ck_near(x.m.e0[0], -9.25, 1e-10);
    ck_near(x.m.e0[1], -3.5, 1e-10);
    for (int i = 0; i < 3; i++)
        ck_near(x.ds.example[i].energy, 0, 1e-10);
    tear_down(&x);
}
END_TEST

START_TEST(one_composition_shares_the_mean)
{
    struct fixture x;
    struct err err;
    struct loss loss;

    make_frames(&x.frames, 1);
    make_model(&x.m, ACT_TANH, 1);
    prior_release(&x.m.prior);
    frame_set_real(&x.frames.frame[0], "energy", -12);
    ck_assert_int_eq(
        dataset_build(&x.ds, &x.frames, "", NULL, true, MASK_ALL, &x.m, &err),
        0);
    dataset_reference(&x.ds, &x.m, UNITS_ROBUST, &loss);
    ck_near(x.m.e0[0], -4, 1e-12);
    ck_near(x.m.e0[1], -4, 1e-12);
    tear_down(&x);
}
END_TEST

/* t_i / N_i of 1, 2 and 6: mean 3, deviation sqrt((4 + 1 + 9) / 2). */
START_TEST(paper_units_by_hand)
{
    struct fixture x;
    struct err err;
    struct loss loss;

    make_frames(&x.frames, 3);
    make_model(&x.m, ACT_TANH, 1);
    prior_release(&x.m.prior);
    frame_set_real(&x.frames.frame[0], "energy", 3);
    frame_set_real(&x.frames.frame[1], "energy", 8);
    frame_set_real(&x.frames.frame[2], "energy", 18);
    ck_assert_int_eq(
        dataset_build(&x.ds, &x.frames, "", NULL, true, MASK_ALL, &x.m, &err),
        0);
    dataset_reference(&x.ds, &x.m, UNITS_PAPER, &loss);
    ck_near(x.m.e0[0], 3, 1e-13);
    ck_near(x.m.e0[1], 3, 1e-13);
    ck_near(x.m.unit, sqrt(7), 1e-13);
    ck_near(loss.u_e, sqrt(7), 1e-13);
    ck_near(loss.u_f, sqrt(7), 1e-13);
    tear_down(&x);
}
END_TEST

/* Two frames of equal energy: the paper's unit is 1, ours that of forces. */
START_TEST(equal_energies_do_not_blow_up)
{
    struct fixture x;
    struct err err;
    struct loss loss;

    make_frames(&x.frames, 1);
    struct frame copy;

    frame_copy(&copy, &x.frames.frame[0]);
    frames_append(&x.frames, &copy);
    frame_release(&copy);
    make_model(&x.m, ACT_TANH, 1);
    ck_assert_int_eq(
        dataset_build(&x.ds, &x.frames, "", NULL, true, MASK_ALL, &x.m, &err),
        0);
    dataset_reference(&x.ds, &x.m, UNITS_ROBUST, &loss);
    ck_assert_double_ge(loss.u_f, 0.01);
    ck_assert_double_eq(x.m.unit, loss.u_f);
    tear_down(&x);
}
END_TEST

static void must_refuse(struct frames *s, bool forces,
                        const struct label_names *names, int code,
                        const char *msg)
{
    struct dataset ds;
    struct model m;
    struct err err;

    make_model(&m, ACT_TANH, 1);
    ck_assert_int_eq(
        dataset_build(&ds, s, "t.xyz", names, forces, MASK_ALL, &m, &err),
        code);
    ck_assert_str_eq(err.msg, msg);
    ck_assert_ptr_null(ds.example);
    model_release(&m);
    frames_release(s);
}

START_TEST(bad_frames_are_refused)
{
    const struct label_names own = {.energy = "dft", .forces = NULL};
    const struct label_names column = {.energy = NULL, .forces = "f"};
    struct frames s;

    make_frames(&s, 2);
    frame_drop(&s.frame[1], "energy");
    s.frame[1].line = 8;
    must_refuse(&s, true, NULL, ERR_FORMAT,
                "t.xyz:8: expected a frame with the key 'free_energy' or "
                "'energy'");
    make_frames(&s, 2);
    must_refuse(&s, true, &own, ERR_FORMAT,
                "t.xyz:1: expected a frame with the key 'dft'");
    make_frames(&s, 2);
    frame_drop(&s.frame[0], "forces");
    must_refuse(&s, true, NULL, ERR_FORMAT,
                "t.xyz:1: expected a frame with the column 'forces' of three "
                "reals");
    make_frames(&s, 2);
    must_refuse(&s, true, &column, ERR_FORMAT,
                "t.xyz:1: expected a frame with the column 'f' of three "
                "reals");
    make_frames(&s, 2);
    frame_set_real(&s.frame[1], "free_energy", -3);
    must_refuse(&s, true, NULL, ERR_FORMAT,
                "t.xyz:1: expected 'energy', as in the frames before, not "
                "'free_energy'");
    make_frames(&s, 2);
    s.frame[1].atoms.z[0] = 8;
    must_refuse(&s, true, NULL, ERR_RANGE,
                "t.xyz:1: the descriptor has no functions for O");
    make_frames(&s, 1);
    double forces[9] = {0, 0, 0, 0, -1e8, 0, 0, 0, 0};

    frame_set_column(&s.frame[0], "forces", 3, forces);
    must_refuse(&s, true, NULL, ERR_RANGE,
                "t.xyz:1: a force of -1e+08 eV/angstrom on atom 2 is not a "
                "label to learn");
}
END_TEST

/* Of several bad frames the first is named, whichever thread finds it. */
START_TEST(first_bad_geometry_is_named)
{
    struct frames s;
    struct dataset ds;
    struct model m;
    struct err err;

    make_frames(&s, 4);
    make_model(&m, ACT_TANH, 1);
    for (int i = 1; i < 4; i++) {
        struct atoms *a = &s.frame[i].atoms;

        memcpy(a->pos[1], a->pos[0], sizeof a->pos[1]);
        s.frame[i].line = 10 * i;
    }
    ck_assert_int_eq(
        dataset_build(&ds, &s, "t.xyz", NULL, true, MASK_ALL, &m, &err),
        ERR_RANGE);
    ck_assert_int_eq(strncmp(err.msg, "t.xyz:10: ", 10), 0);
    model_release(&m);
    frames_release(&s);
}
END_TEST

/* The estimate counts every array that grows with the data. */
START_TEST(memory_is_known_beforehand)
{
    struct fixture x;
    struct err err;
    double bytes, n = 0;

    set_up(&x, 1);
    ck_assert_int_eq(dataset_bytes(&x.frames, "", &x.m, &bytes, &err), 0);
    for (int i = 0; i < x.ds.n; i++) {
        const struct example *e = &x.ds.example[i];

        for (int a = 0; a < e->natoms; a++)
            n += x.ds.nsf[e->element[a]] *
                     (1 + 3.0 * (e->dep[a + 1] - e->dep[a])) +
                 6;
    }
    ck_assert_double_eq(bytes, 8 * n);
    tear_down(&x);
}
END_TEST

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
    const struct plan plan = {.epochs = 4, .seed = 9, .bootstrap = true};
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

START_TEST(bootstrap_draws_n_of_n)
{
    struct rng rng;
    double w[10], hits[10] = {0};

    rng_init(&rng, 1);
    for (int t = 0; t < 1000; t++) {
        double sum = 0;

        bootstrap(10, &rng, w);
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
    old.prior.rc += 1;
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

/*
 * Numbers of another program for given weights: tests/ref says whose.  The
 * order of its functions is element pairs outermost.
 */
static void reference_descriptor(struct descriptor *d)
{
    static const double eta[4] = {0.05, 0, 0, 5.0};
    static const int pair[3][2] = {{6, 6}, {6, 29}, {29, 29}};
    const double rc2 = 36;

    *d = (struct descriptor){.nelement = 2};
    d->cutoff = (struct cutoff){.type = CUTOFF_COSINE, .rc = 6};
    d->z = xcalloc(2, sizeof *d->z);
    d->nsf = xcalloc(2, sizeof *d->nsf);
    d->sf = xcalloc(2, sizeof *d->sf);
    for (int el = 0; el < 2; el++) {
        struct sf *sf = d->sf[el] = xcalloc(20, sizeof *sf);

        d->z[el] = el ? 29 : 6;
        d->nsf[el] = 20;
        for (int k = 0; k < 8; k++)
            *sf++ = (struct sf){.type = SF_G2,
                                .z1 = k < 4 ? 6 : 29,
                                .eta = eta[0] * pow(100, k % 4 / 3.0) / rc2};
        for (int k = 0; k < 12; k++)
            *sf++ = (struct sf){.type = SF_G4,
                                .z1 = pair[k / 4][0],
                                .z2 = pair[k / 4][1],
                                .eta = 0.005 / rc2,
                                .zeta = k % 4 < 2 ? 1 : 4,
                                .lambda = k % 2 ? -1 : 1};
    }
}

static void reference_frames(const char *text, struct frames *s, int n)
{
    *s = (struct frames){0};
    for (int i = 0; i < n; i++) {
        struct atoms a;
        struct frame f;
        double e, forces[39];

        atoms_init(&a, 13);
        for (int k = 0; k < 13; k++)
            a.z[k] = k < 12 ? 29 : 6;
        a.pbc[0] = a.pbc[1] = true;
        numbers_of(text, i, "positions", 39, a.pos[0]);
        numbers_of(text, i, "cell", 9, a.cell[0]);
        numbers_of(text, i, "energy_ref", 1, &e);
        numbers_of(text, i, "forces_ref", 39, forces);
        frame_of_atoms(&f, &a);
        frame_set_real(&f, "energy", e);
        frame_set_column(&f, "forces", 3, forces);
        frames_append(s, &f);
        frame_release(&f);
        atoms_release(&a);
    }
}

static void reference_model(const char *text, struct model *m)
{
    double hidden[4] = {0};
    int n = numbers_count(text, "hidden");

    *m = (struct model){0};
    reference_descriptor(&m->descriptor);
    numbers_after(text, "hidden", n, hidden);
    m->net = xcalloc(2, sizeof *m->net);
    for (int el = 0; el < 2; el++) {
        m->net[el] = (struct mlp){.act = ACT_TANH, .nlayer = n + 1};
        m->net[el].width[0] = 20;
        for (int l = 0; l < n; l++)
            m->net[el].width[l + 1] = (int)hidden[l];
        m->net[el].width[n + 1] = 1;
    }
    model_alloc(m, 1);
    numbers_after(text, "weights C", m->nparam / 2, m->theta[0]);
    numbers_after(text, "weights Cu", m->nparam / 2,
                  m->theta[0] + m->nparam / 2);
}

static void check_predictions(const char *text, struct model *m,
                              const struct frames *s)
{
    struct prediction out = {0};
    struct potential p;
    struct err err;
    double *e = xcalloc((size_t)s->n, sizeof *e), forces[39];

    potential_of_model(&p, m, 0);
    numbers_after(text, "energies", s->n, e);
    for (int i = 0; i < s->n; i++) {
        ck_assert_int_eq(p.eval(&p, &s->frame[i].atoms, &out, &err), 0);
        ck_close(out.energy, e[i], 1e-10);
        numbers_of(text, i, "forces", 39, forces);
        for (int k = 0; k < 39; k++)
            ck_close(out.forces[k / 3][k % 3], forces[k], 1e-10);
    }
    prediction_release(&out);
    p.release(&p);
    free(e);
}

static void check_reference(const char *path)
{
    struct loss loss = {.u_e = 1, .u_f = 1, .alpha = 0.04};
    struct frames frames;
    struct dataset ds;
    struct loss_work w;
    struct model m;
    struct err err;
    char *text = numbers_file(path);
    double n, value;

    ck_assert_ptr_nonnull(text);
    numbers_after(text, "nframes", 1, &n);
    numbers_after(text, "loss", 1, &value);
    reference_frames(text, &frames, (int)n);
    reference_model(text, &m);
    ck_assert_int_eq(
        dataset_build(&ds, &frames, "", NULL, true, MASK_ALL, &m, &err), 0);
    dataset_scale(&ds, &m, SCALING_RANGE, 0);
    double *g = xcalloc((size_t)m.nparam, sizeof *g);
    double *ref = xcalloc((size_t)m.nparam, sizeof *ref);

    loss_work_init(&w, &ds, &m);
    struct fit fit = loss_eval(&ds, &m, &loss, NULL, m.theta[0], &w, g);

    ck_close(fit.loss, value, 1e-10);
    numbers_after(text, "loss_gradient C", m.nparam / 2, ref);
    numbers_after(text, "loss_gradient Cu", m.nparam / 2, ref + m.nparam / 2);
    for (int p = 0; p < m.nparam; p++)
        ck_close(g[p], ref[p], 1e-10);
    check_predictions(text, &m, &frames);
    loss_work_release(&w);
    dataset_release(&ds);
    model_release(&m);
    frames_release(&frames);
    free(g);
    free(ref);
    free(text);
}

START_TEST(two_hidden_layers_as_another_program)
{
    check_reference("tests/ref/bpnn-3frames.json");
}
END_TEST

START_TEST(three_hidden_layers_as_another_program)
{
    check_reference("tests/ref/bpnn-5frames-3hidden.json");
}
END_TEST

Suite *train_suite(void)
{
    Suite *s = suite_create("train");
    TCase *t = tcase_create("loss");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, gradient_of_the_loss);
    tcase_add_test(t, gradient_with_free_forces_only);
    tcase_add_test(t, gradient_of_energies_only);
    tcase_add_test(t, gradient_with_huber);
    tcase_add_test(t, gradient_with_decay_and_weights);
    tcase_add_loop_test(t, gradient_of_each_activation, 0, ACT_LINEAR + 1);
    tcase_add_test(t, huber_bounds_a_bad_label);
    tcase_add_test(t, fit_is_that_of_the_potential);
    tcase_add_test(t, masked_forces_do_not_count);
    tcase_add_test(t, two_hidden_layers_as_another_program);
    tcase_add_test(t, three_hidden_layers_as_another_program);
    suite_add_tcase(s, t);

    t = tcase_create("dataset");
    tcase_add_test(t, features_fill_the_range);
    tcase_add_test(t, single_atom_of_an_element_is_scaled);
    tcase_add_test(t, motion_bounds_the_derivatives);
    tcase_add_test(t, atomic_energies_are_found);
    tcase_add_test(t, one_composition_shares_the_mean);
    tcase_add_test(t, paper_units_by_hand);
    tcase_add_test(t, equal_energies_do_not_blow_up);
    tcase_add_test(t, bad_frames_are_refused);
    tcase_add_test(t, first_bad_geometry_is_named);
    tcase_add_test(t, memory_is_known_beforehand);
    suite_add_tcase(s, t);

    t = tcase_create("trainer");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, lbfgs_learns_the_labels);
    tcase_add_test(t, adam_learns_the_labels);
    tcase_add_test(t, best_state_is_kept);
    tcase_add_test(t, targets_end_the_training);
    tcase_add_test(t, diverged_member_starts_again);
    tcase_add_test(t, threads_do_not_matter);
    tcase_add_test(t, members_do_not_know_each_other);
    tcase_add_test(t, bootstrap_draws_n_of_n);
    tcase_add_test(t, warm_start_predicts_the_same);
    tcase_add_test(t, warm_start_refuses_another_model);
    suite_add_tcase(s, t);
    return s;
}
