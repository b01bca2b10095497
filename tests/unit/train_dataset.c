#include <morsel/train.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "suites.h"
#include "train_fixture.h"

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
    ck_assert_int_eq(
        dataset_bytes(&x.frames, "", DERIVE_POSITIONS, &x.m, &bytes, &err), 0);
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

TCase *train_dataset_tests(void)
{
    TCase *t = tcase_create("dataset");

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
    return t;
}
