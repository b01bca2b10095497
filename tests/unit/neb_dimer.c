#include "suites.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/neb.h>

#include "neb_suite.h"

static const struct dimer_params params = {.method = RELAX_LBFGS,
                                           .max_step = 0.1,
                                           .max_rotations = 4,
                                           .min_angle = 0.05};

/* The loop of the header, to fmax; calls are counted. */
static struct dimer_walk *search(const struct atoms *a,
                                 const struct dimer_params *p,
                                 double (*mode)[3], int *calls)
{
    struct err err;
    struct dimer_walk *d = dimer_new(a, p, mode, &err);
    double(*f)[3] = xcalloc((size_t)a->natoms, sizeof *f);

    ck_assert_ptr_nonnull(d);
    for (*calls = 1; *calls < 500; ++*calls) {
        double e = muller_brown(dimer_point(d), f);
        if (dimer_take(d, e, f) == DIMER_ASKS)
            continue;
        struct saddle s = dimer_saddle(d);
        if (s.curvature < 0 && atoms_fmax(s.atoms, s.forces) < 1e-4)
            break;
        ck_assert_int_eq(dimer_step(d, &err), 0);
    }
    free(f);
    return d;
}

START_TEST(the_dimer_finds_the_saddle_of_the_band)
{
    static const double from[][2] = {{-0.7, 0.7}, {-0.75, 0.5}, {0.3, 0.2}},
                        to[][2] = {{MB_HIGH_SADDLE},
                                   {MB_HIGH_SADDLE},
                                   {MB_LOW_SADDLE}};
    struct dimer_params p = params;
    double mode[1][3] = {{1, 0.3, 0}};
    struct atoms a = muller_brown_at(from[_i / 3][0], from[_i / 3][1]);
    int calls;

    p.method = (enum relax_method)(_i % 3);
    struct dimer_walk *d = search(&a, &p, mode, &calls);
    struct saddle s = dimer_saddle(d);
    ck_assert_int_lt(calls, 250);
    ck_near(s.atoms->pos[0][0], to[_i / 3][0], 1e-4);
    ck_near(s.atoms->pos[0][1], to[_i / 3][1], 1e-4);
    ck_assert_double_eq(s.atoms->pos[0][2], 0);
    ck_near(s.energy, _i / 3 < 2 ? -0.406648 : -0.722489, 1e-6);
    dimer_free(d);
    atoms_release(&a);
}
END_TEST

/* E = x H x / 2: one rotation in a plane finds the lowest mode, since there
 * the curvature is the cosine that the rotation takes it for. */
START_TEST(one_rotation_is_exact_on_a_quadratic)
{
    static const double h[2][2] = {{3, 1.7}, {1.7, -0.8}};
    double low = 1.1 - hypot(1.9, 1.7); /* its lower eigenvalue */
    double mode[1][3] = {{cos(_i * 0.4), sin(_i * 0.4), 0}}, f[1][3] = {{0}};
    struct dimer_params p = params;
    struct atoms a = muller_brown_at(0.3, 0.2);
    struct err err;

    p.min_angle = 1e-3;
    struct dimer_walk *d = dimer_new(&a, &p, mode, &err);
    int calls = 0;
    do {
        const double *x = dimer_point(d)->pos[0];
        for (int k = 0; k < 2; k++)
            f[0][k] = -h[k][0] * x[0] - h[k][1] * x[1];
        ck_assert_int_eq(dimer_at_center(d), calls == 0);
        calls++;
    } while (dimer_take(d, 0, f) == DIMER_ASKS);
    struct saddle s = dimer_saddle(d);
    ck_assert_int_le(calls, 3);
    ck_near(s.curvature, low, 1e-5 * fabs(low)); /* angles to min_angle */
    ck_near(fabs(s.mode[0][1] * 1.7), fabs(s.mode[0][0] * (low - 3)), 5e-3);
    ck_near(norm3(s.mode[0]), 1, 1e-14);
    ck_near(s.forces[0][0], -h[0][0] * 0.3 - h[0][1] * 0.2, 1e-15);
    dimer_free(d);
    atoms_release(&a);
}
END_TEST

/* One coordinate is free: there is nothing to turn to, at any min_angle. */
START_TEST(a_dimer_that_cannot_turn_does_not)
{
    bool move[1][3] = {{true, false, false}};
    double mode[1][3] = {{0.7, 0, 0}}, f[1][3] = {{0}};
    struct dimer_params p = params;
    struct atoms a = muller_brown_at(0.3, 0.2);
    struct err err;
    int calls = 0;

    p.min_angle = 0;
    free(a.move);
    a.move = move;
    struct dimer_walk *d = dimer_new(&a, &p, mode, &err);
    do {
        f[0][0] = 1.3 * dimer_point(d)->pos[0][0];
        calls++;
    } while (dimer_take(d, 0, f) == DIMER_ASKS);
    ck_assert_int_eq(calls, 2);
    ck_near(dimer_saddle(d).curvature, -1.3, 1e-12);
    ck_assert_double_eq(dimer_saddle(d).mode[0][0], 1);
    dimer_free(d);
    a.move = NULL;
    atoms_release(&a);
}
END_TEST

/* Three free atoms: their common motion and rotation are no mode. */
START_TEST(motions_of_the_whole_are_left_out)
{
    static const double pos[3][3] = {{0, 0, 0}, {1.1, 0.2, 0}, {0.1, 1, 0.4}};
    double mode[3][3] = {{1, 0.1, 0}, {1, 0, 0.2}, {1, 0.3, 0}};
    struct atoms a;
    struct err err;

    atoms_init(&a, 3);
    memcpy(a.pos, pos, sizeof pos);
    struct dimer_walk *d = dimer_new(&a, &params, mode, &err);
    double(*n)[3] = dimer_saddle(d).mode, sum[3] = {0}, turn[3] = {0}, c[3];
    for (int i = 0; i < 3; i++) {
        double r[3];
        for (int k = 0; k < 3; k++)
            r[k] = pos[i][k] - (pos[0][k] + pos[1][k] + pos[2][k]) / 3;
        cross3(c, r, n[i]);
        for (int k = 0; k < 3; k++) {
            sum[k] += n[i][k];
            turn[k] += c[k];
        }
    }
    for (int k = 0; k < 3; k++) {
        ck_near(sum[k], 0, 1e-14);
        ck_near(turn[k], 0, 1e-14);
    }
    dimer_free(d);
    a.move = xcalloc(3, sizeof *a.move); /* nothing is left to move */
    ck_assert_ptr_null(dimer_new(&a, &params, mode, &err));
    ck_assert_str_eq(err.msg, "nothing of the dimer's mode may move");
    dimer_free(NULL);
    atoms_release(&a);
}
END_TEST

/* Three argon atoms with springs that are not harmonic, and nothing fixed. */
static double springs_between(const struct atoms *a, double (*f)[3])
{
    double e = 0;

    memset(f, 0, (size_t)a->natoms * sizeof *f);
    for (int i = 0; i < a->natoms; i++)
        for (int j = 0; j < i; j++) {
            double d[3], r;
            for (int k = 0; k < 3; k++)
                d[k] = a->pos[i][k] - a->pos[j][k];
            r = norm3(d);
            e += cos(2 * r);
            for (int k = 0; k < 3; k++) {
                f[i][k] += 2 * sin(2 * r) * d[k] / r;
                f[j][k] -= 2 * sin(2 * r) * d[k] / r;
            }
        }
    return e;
}

/* So many steps of the center. */
static void walk(struct dimer_walk *d, int steps)
{
    double f[3][3];
    struct err err;

    while (steps > 0) {
        double e = springs_between(dimer_point(d), f);
        if (dimer_take(d, e, f) == DIMER_ASKS)
            continue;
        ck_assert_int_eq(dimer_step(d, &err), 0);
        steps--;
    }
}

/* After _i / 3 steps, of which the first ones are out of a basin. */
START_TEST(a_stored_dimer_goes_on_to_the_bit)
{
    static const double pos[3][3] = {{0, 0, 0}, {1.5, 0.2, 0}, {0.1, 1.4, 0.4}};
    double mode[3][3] = {{1, 0.1, 0}, {0.2, -1, 0.2}, {0, 0.3, 0.7}};
    struct dimer_params p = params;
    struct atoms a, now;
    struct bin bin;
    struct err err;

    p.method = (enum relax_method)(_i % 3);
    atoms_init(&a, 3);
    memcpy(a.pos, pos, sizeof pos);
    struct dimer_walk *d = dimer_new(&a, &p, mode, &err), *e;
    walk(d, _i / 3);
    bin_init(&bin, "test", 1);
    size_t at = bin.at = bin.size;
    dimer_put(d, &bin);
    atoms_copy(&now, dimer_point(d));
    e = dimer_get(&now, &p, &bin, &err);
    ck_assert_ptr_nonnull(e);
    ck_assert_int_eq(checkpoint_end(&bin, "test", &err), 0);
    walk(d, 4);
    walk(e, 4);
    ck_assert_mem_eq(dimer_point(d)->pos, dimer_point(e)->pos, sizeof pos);
    ck_assert_mem_eq(dimer_saddle(d).mode, dimer_saddle(e).mode, sizeof pos);

    now.natoms = 2;
    bin.at = at;
    ck_assert_ptr_null(dimer_get(&now, &p, &bin, &err));
    ck_assert_str_eq(err.msg, "it is of other atoms");
    dimer_free(d);
    dimer_free(e);
    bin_release(&bin);
    atoms_release(&a);
    atoms_release(&now);
}
END_TEST

TCase *neb_dimer_tests(void)
{
    TCase *dimer = tcase_create("dimer");

    tcase_add_loop_test(dimer, the_dimer_finds_the_saddle_of_the_band, 0, 9);
    tcase_add_loop_test(dimer, one_rotation_is_exact_on_a_quadratic, 0, 8);
    tcase_add_test(dimer, a_dimer_that_cannot_turn_does_not);
    tcase_add_test(dimer, motions_of_the_whole_are_left_out);
    tcase_add_loop_test(dimer, a_stored_dimer_goes_on_to_the_bit, 0, 24);
    return dimer;
}
