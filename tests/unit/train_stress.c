#include <morsel/train.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "suites.h"
#include "train_fixture.h"

/* Stress as a label. */

/* A symmetric stress for every frame, out of the air. */
static void label_all(struct frames *s)
{
    for (int i = 0; i < s->n; i++) {
        double t[3][3];

        for (int r = 0; r < 3; r++)
            for (int c = 0; c < 3; c++)
                t[r][c] = 0.02 * sin(1 + i + 3 * r * c + r + c);
        frame_set_matrix(&s->frame[i], "stress", t);
    }
}

static void build(struct fixture *x)
{
    struct err err;

    ck_assert_int_eq(dataset_build(&x->ds, &x->frames, "t.xyz", NULL,
                                   DERIVE_STRAIN, MASK_ALL, &x->m, &err),
                     0);
    dataset_scale(&x->ds, &x->m, SCALING_RANGE, 0);
    x->loss = (struct loss){.alpha = 0.07, .beta = 1.3};
    dataset_reference(&x->ds, &x->m, UNITS_ROBUST, &x->loss);
}

static void set_up_stress(struct fixture *x)
{
    struct rng rng;

    make_frames(&x->frames, NFRAME);
    make_model(&x->m, ACT_TANH, 1);
    label_all(&x->frames);
    build(x);
    rng_init(&rng, 5);
    for (int p = 0; p < x->m.nparam; p++)
        x->m.theta[0][p] = 0.4 * rng_normal(&rng);
}

static struct fit fit_of(const struct fixture *x)
{
    struct loss_work w;
    double *g = xcalloc((size_t)x->m.nparam, sizeof *g);

    loss_work_init(&w, &x->ds, &x->m);
    struct fit fit =
        loss_eval(&x->ds, &x->m, &x->loss, NULL, x->m.theta[0], &w, g);
    loss_work_release(&w);
    free(g);
    return fit;
}

/* As that of energies and forces; plain, with Huber, and of stress alone. */
START_TEST(gradient_with_stress)
{
    static const double weight[NFRAME] = {2, 0, 1, 3};
    struct fixture x;

    set_up_stress(&x);
    x.loss.huber = _i == 1 ? 0.5 : 0;
    x.loss.alpha = _i == 2 ? 0 : x.loss.alpha;
    x.loss.u_e *= 0.7;
    check_gradient(&x, weight);
    tear_down(&x);
}
END_TEST

/* What the loss says of stress is what the potential predicts. */
START_TEST(loss_is_that_of_the_potential)
{
    struct prediction out = {.want_stress = true};
    struct fixture x;
    struct potential p;
    struct err err;
    double s2 = 0, sum = 0;

    set_up_stress(&x);
    struct fit with = fit_of(&x);
    double beta = x.loss.beta;
    x.loss.beta = 0;
    struct fit without = fit_of(&x);

    potential_of_model(&p, &x.m, 0);
    for (int i = 0; i < x.frames.n; i++) {
        const struct frame *f = &x.frames.frame[i];
        const struct atoms *a = &f->atoms;
        double v = volume3(a->cell[0], a->cell[1], a->cell[2]), label[3][3];
        double d2 = 0;

        ck_assert(frame_get_matrix(f, "stress", label));
        ck_assert_int_eq(p.eval(&p, a, &out, &err), 0);
        for (int c = 0; c < 9; c++)
            d2 += pow(out.stress[c / 3][c % 3] - label[c / 3][c % 3], 2);
        s2 += d2;
        sum += d2 * pow(v / (a->natoms * x.loss.u_e), 2) / 2;
    }
    ck_close(with.rmse_s, sqrt(s2 / (9 * x.frames.n)), 1e-12);
    ck_assert_double_eq(without.rmse_s, with.rmse_s);
    ck_close(with.loss - without.loss, beta / 9 * sum, 1e-12);
    prediction_release(&out);
    p.release(&p);
    tear_down(&x);
}
END_TEST

/* Of a slab, and where there is none; and a virial is a stress. */
START_TEST(frames_without_stress_do_not_count)
{
    struct fixture x;
    double t[3][3], want[6];

    set_up_stress(&x);
    memcpy(want, x.ds.example[1].dedstrain, sizeof want);
    dataset_release(&x.ds);

    struct frame *f = &x.frames.frame[1];
    double v = volume3(f->atoms.cell[0], f->atoms.cell[1], f->atoms.cell[2]);

    ck_assert(frame_get_matrix(f, "stress", t));
    for (int c = 0; c < 9; c++)
        t[c / 3][c % 3] *= -v;
    frame_drop(f, "stress");
    frame_set_matrix(f, "virial", t);
    frame_drop(&x.frames.frame[0], "stress");
    x.frames.frame[3].atoms.pbc[2] = false;
    build(&x);
    ck_assert(!x.ds.example[0].has_stress && !x.ds.example[3].has_stress);
    ck_assert(x.ds.example[1].has_stress && x.ds.example[2].has_stress);
    for (int c = 0; c < 6; c++)
        ck_close(x.ds.example[1].dedstrain[c], want[c], 1e-13);
    ck_assert_double_gt(fit_of(&x).rmse_s, 0);
    tear_down(&x);
}
END_TEST

/* Energies and forces of a set do not know about stress. */
START_TEST(stress_unasked_is_left_alone)
{
    struct fixture x;
    struct err err;

    set_up_stress(&x);
    dataset_release(&x.ds);
    ck_assert_int_eq(dataset_build(&x.ds, &x.frames, "t.xyz", NULL,
                                   DERIVE_POSITIONS, MASK_ALL, &x.m, &err),
                     0);
    for (int i = 0; i < x.ds.n; i++)
        ck_assert(!x.ds.example[i].has_stress && !x.ds.example[i].strain);
    ck_assert_double_eq(fit_of(&x).rmse_s, 0);
    tear_down(&x);
}
END_TEST

TCase *train_stress_tests(void)
{
    TCase *t = tcase_create("stress");

    tcase_add_loop_test(t, gradient_with_stress, 0, 3);
    tcase_add_test(t, loss_is_that_of_the_potential);
    tcase_add_test(t, frames_without_stress_do_not_count);
    tcase_add_test(t, stress_unasked_is_left_alone);
    return t;
}
