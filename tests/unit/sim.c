#include "suites.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/sim.h>

#include "sim/method.h"
#include "sim_suite.h"

/*
 * Potentials of which everything is known.  Each returns the energy (eV) and
 * fills in the forces (eV/angstrom).
 */
typedef double (*analytic)(const struct atoms *a, double (*forces)[3]);

/* Lennard-Jones, epsilon = 0.1 eV, sigma = 2 angstrom, no cutoff. */
static double lennard_jones(const struct atoms *a, double (*forces)[3])
{
    double e = 0;

    memset(forces, 0, (size_t)a->natoms * sizeof *forces);
    for (int i = 0; i < a->natoms; i++)
        for (int j = 0; j < i; j++) {
            double d[3], r2 = 0;
            for (int k = 0; k < 3; k++) {
                d[k] = a->pos[i][k] - a->pos[j][k];
                r2 += d[k] * d[k];
            }
            double s6 = pow(4 / r2, 3);
            e += 0.4 * (s6 * s6 - s6);
            for (int k = 0; k < 3; k++) {
                double f = 0.4 * (12 * s6 * s6 - 6 * s6) / r2 * d[k];
                forces[i][k] += f;
                forces[j][k] -= f;
            }
        }
    return e;
}

/* Each atom on its own spring, 20 to 120 eV/angstrom^2, to (1, 2, 3) + 4 i. */
static double springs(const struct atoms *a, double (*forces)[3])
{
    double e = 0;

    for (int i = 0; i < a->natoms; i++)
        for (int k = 0; k < 3; k++) {
            double c = 20 + 50.0 * ((i + 2 * k) % 3);
            double x = a->pos[i][k] - (k + 1 + 4 * i);
            e += 0.5 * c * x * x;
            forces[i][k] = -c * x;
        }
    return e;
}

/* All pairs attract: E = 5 eV/angstrom sum r, down to r = 0. */
static double attraction(const struct atoms *a, double (*forces)[3])
{
    double e = 0;

    memset(forces, 0, (size_t)a->natoms * sizeof *forces);
    for (int i = 0; i < a->natoms; i++)
        for (int j = 0; j < i; j++) {
            double d[3], r = 0;
            for (int k = 0; k < 3; k++)
                d[k] = a->pos[j][k] - a->pos[i][k];
            r = sqrt(dot(3, d, d));
            e += 5 * r;
            for (int k = 0; k < 3; k++) {
                forces[i][k] += 5 * d[k] / r;
                forces[j][k] -= 5 * d[k] / r;
            }
        }
    return e;
}

static struct atoms argon(int natoms, uint64_t seed)
{
    struct atoms a;
    struct rng rng;

    rng_init(&rng, seed);
    atoms_init(&a, natoms);
    for (int i = 0; i < natoms; i++) {
        a.z[i] = 18;
        for (int k = 0; k < 3; k++) /* a grid, rattled */
            a.pos[i][k] = 2.3 * (k == 0   ? i % 2
                                 : k == 1 ? i / 2 % 2
                                          : i / 4) +
                          0.3 * rng_uniform(&rng);
    }
    return a;
}

/* A walk as the header has it; every step is kept within max_step. */
static enum stop walk(enum relax_method method, double max_step,
                      const struct walk_limits *l, analytic potential,
                      struct atoms *a, int *steps, double *energy)
{
    struct relax *r = relax_new(method, a->natoms, max_step);
    double(*f)[3] = xcalloc((size_t)a->natoms, sizeof *f);
    struct atoms first, last;
    struct err err;
    enum stop stop;
    int step = 0;

    atoms_copy(&first, a);
    stop = walk_allow(l, &first, a);
    for (; !stop; step++) {
        *energy = potential(a, f);
        stop = walk_judge(l, step, a, *energy, f, NULL, 0);
        if (stop)
            break;
        atoms_copy(&last, a);
        ck_assert_int_eq(relax_step(r, a, f, &err), 0);
        ck_assert_double_le(atoms_displacement(&last, a), max_step + 1e-13);
        atoms_release(&last);
        stop = walk_allow(l, &first, a);
    }
    *steps = step;
    atoms_release(&first);
    free(f);
    relax_free(r);
    return stop;
}

static const enum relax_method methods[] = {RELAX_BFGS, RELAX_LBFGS,
                                            RELAX_FIRE};

START_TEST(all_methods_find_the_minimum_of_springs)
{
    struct walk_limits l = {.fmax = 1e-6, .max_steps = 2000};
    struct atoms a = argon(5, 1);
    double energy;
    int steps;

    ck_assert_int_eq(walk(methods[_i], 0.2, &l, springs, &a, &steps, &energy),
                     STOP_CONVERGED);
    for (int i = 0; i < 5; i++)
        for (int k = 0; k < 3; k++) /* |x| = |f| / c, c >= 20 */
            ck_near(a.pos[i][k], k + 1 + 4 * i, 1e-6 / 20);
    atoms_release(&a);
}
END_TEST

/* Minimum of 2 atoms: -epsilon at 2^(1/6) sigma. */
START_TEST(all_methods_find_the_dimer)
{
    struct walk_limits l = {.fmax = 1e-6, .max_steps = 2000};
    struct atoms a = argon(2, 3);
    double energy, d[3];
    int steps;

    ck_assert_int_eq(
        walk(methods[_i], 0.2, &l, lennard_jones, &a, &steps, &energy),
        STOP_CONVERGED);
    ck_near(energy, -0.1, 1e-10);
    for (int k = 0; k < 3; k++)
        d[k] = a.pos[1][k] - a.pos[0][k];
    ck_near(sqrt(dot(3, d, d)), 2 * pow(2, 1.0 / 6), 1e-6);
    atoms_release(&a);
}
END_TEST

/* 8 atoms have several minima; each is one, and lower than the start. */
START_TEST(all_methods_relax_clusters)
{
    struct walk_limits l = {.fmax = 1e-5, .max_steps = 3000};
    double before, energy, f[8][3];
    int steps;

    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct atoms a = argon(8, seed);
        before = lennard_jones(&a, f);
        ck_assert_int_eq(
            walk(methods[_i], 0.2, &l, lennard_jones, &a, &steps, &energy),
            STOP_CONVERGED);
        ck_assert_double_lt(energy, before);
        ck_assert_double_lt(energy, -1.7); /* epsilon times 17 contacts */
        atoms_release(&a);
    }
}
END_TEST

/* Without a bound the two are one method, up to rounding (J. Nocedal). */
START_TEST(lbfgs_takes_the_steps_of_bfgs)
{
    struct relax *full = relax_new(RELAX_BFGS, 8, 0.2);
    struct relax *limited = relax_new(RELAX_LBFGS, 8, 0.2);
    struct atoms a = argon(8, 2), b = argon(8, 2);
    double f[8][3];
    struct err err;

    for (int step = 0; step < 12; step++) {
        lennard_jones(&a, f);
        ck_assert_int_eq(relax_step(full, &a, f, &err), 0);
        lennard_jones(&b, f);
        ck_assert_int_eq(relax_step(limited, &b, f, &err), 0);
        for (int i = 0; i < 8; i++)
            for (int k = 0; k < 3; k++)
                ck_near(a.pos[i][k], b.pos[i][k], 1e-9);
    }
    atoms_release(&a);
    atoms_release(&b);
    relax_free(full);
    relax_free(limited);
}
END_TEST

START_TEST(fixed_coordinates_never_move)
{
    struct walk_limits l = {.fmax = 1e-4, .max_steps = 100};
    struct atoms a = argon(6, 4), b = argon(6, 4);
    double energy;
    int steps;

    a.move = xcalloc(6, sizeof *a.move);
    for (int i = 0; i < 6; i++)
        for (int k = 0; k < 3; k++)
            a.move[i][k] = i > 1 && (i != 2 || k == 2); /* 2: along z only */
    walk(methods[_i], 0.2, &l, lennard_jones, &a, &steps, &energy);
    ck_assert_int_gt(steps, 3);
    for (int i = 0; i < 6; i++)
        for (int k = 0; k < 3; k++)
            if (a.move[i][k])
                ck_assert_double_ne(a.pos[i][k], b.pos[i][k]);
            else
                ck_assert_double_eq(a.pos[i][k], b.pos[i][k]);
    atoms_release(&a);
    atoms_release(&b);
}
END_TEST

START_TEST(nothing_free_is_relaxed_at_once)
{
    struct walk_limits l = {.fmax = 0.05, .max_steps = 5};
    struct atoms a = argon(3, 5);
    double energy, f[3][3] = {{1, 1, 1}};
    struct relax *r = relax_new(methods[_i], 3, 0.2);
    struct err err;
    int steps;

    a.move = xcalloc(3, sizeof *a.move);
    ck_assert_int_eq(relax_step(r, &a, f, &err), 0);
    ck_assert_int_eq(
        walk(methods[_i], 0.2, &l, lennard_jones, &a, &steps, &energy),
        STOP_CONVERGED);
    ck_assert_int_eq(steps, 0);
    relax_free(r);
    atoms_release(&a);
}
END_TEST

/* A long step keeps its direction. */
START_TEST(long_steps_are_scaled_as_a_whole)
{
    double f[2][3] = {{300, 0, 0}, {0, 30, 40}};
    struct atoms a, b;
    struct relax *r = relax_new(methods[_i], 2, 0.1);
    struct err err;

    atoms_init(&a, 2);
    a.pos[1][2] = 2;
    atoms_copy(&b, &a);
    ck_assert_int_eq(relax_step(r, &a, f, &err), 0);
    double bound =
        methods[_i] == RELAX_FIRE ? 0.1 * 300 / sqrt(300 * 300 + 50 * 50) : 0.1;
    ck_near(a.pos[0][0] - b.pos[0][0], bound, 1e-15);
    ck_near(a.pos[1][1] - b.pos[1][1], bound / 10, 1e-15);
    ck_near(a.pos[1][2] - b.pos[1][2], bound / 7.5, 1e-15);
    relax_free(r);
    atoms_release(&a);
    atoms_release(&b);
}
END_TEST

START_TEST(attraction_ends_in_a_collision)
{
    struct walk_limits l = {.fmax = 0.05, .max_steps = 500, .collision = 0.5};
    struct atoms a = argon(2, 6);
    double energy;
    int steps;

    ck_assert_int_eq(
        walk(methods[_i], 0.2, &l, attraction, &a, &steps, &energy),
        STOP_COLLISION);
    ck_assert_int_gt(steps, 0);
    ck_assert_double_lt(atoms_closest(&a, NULL, NULL), 0.5);
    ck_assert_double_gt(atoms_closest(&a, NULL, NULL),
                        0.5 - 0.4 / (2 * element_radius(18)));
    atoms_release(&a);
}
END_TEST

START_TEST(forces_must_be_finite)
{
    struct relax *r = relax_new(methods[_i], 2, 0.2);
    struct atoms a = argon(2, 1), b = argon(2, 1);
    double f[2][3] = {{0}, {0, NAN, 0}};
    struct err err;

    ck_assert_int_eq(relax_step(r, &a, f, &err), ERR_NUMERIC);
    ck_assert_str_eq(err.msg, "the force on atom 2 is not finite");
    ck_assert_mem_eq(a.pos, b.pos, 2 * sizeof *a.pos);
    relax_free(r);
    relax_free(NULL);
    atoms_release(&a);
    atoms_release(&b);
}
END_TEST

/* Where the forces do not change there is nothing to divide by. */
START_TEST(constant_forces_do_no_harm)
{
    struct relax *r = relax_new(methods[_i], 1, 0.2);
    double f[1][3] = {{7, 0, 0}};
    struct atoms a;
    struct err err;

    atoms_init(&a, 1);
    for (int step = 0; step < 5; step++)
        ck_assert_int_eq(relax_step(r, &a, f, &err), 0);
    if (methods[_i] != RELAX_FIRE)
        ck_near(a.pos[0][0], 0.5, 1e-12); /* five times f / alpha */
    ck_assert_double_gt(a.pos[0][0], 0.3);
    relax_free(r);
    atoms_release(&a);
}
END_TEST

Suite *sim_suite(void)
{
    Suite *suite = suite_create("sim");
    TCase *relax = tcase_create("relax");

    tcase_add_loop_test(relax, all_methods_find_the_minimum_of_springs, 0, 3);
    tcase_add_loop_test(relax, all_methods_find_the_dimer, 0, 3);
    tcase_add_loop_test(relax, all_methods_relax_clusters, 0, 3);
    tcase_add_test(relax, lbfgs_takes_the_steps_of_bfgs);
    tcase_add_loop_test(relax, fixed_coordinates_never_move, 0, 3);
    tcase_add_loop_test(relax, nothing_free_is_relaxed_at_once, 0, 3);
    tcase_add_loop_test(relax, long_steps_are_scaled_as_a_whole, 0, 3);
    tcase_add_loop_test(relax, forces_must_be_finite, 0, 3);
    tcase_add_loop_test(relax, constant_forces_do_no_harm, 0, 3);
    tcase_add_loop_test(relax, attraction_ends_in_a_collision, 0, 3);
    suite_add_tcase(suite, relax);
    suite_add_tcase(suite, sim_method_tests());
    suite_add_tcase(suite, sim_walk_tests());
    suite_add_tcase(suite, sim_checkpoint_tests());
    suite_add_tcase(suite, sim_cell_tests());
    return suite;
}
