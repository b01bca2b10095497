#include "suites.h"

#include <math.h>
#include <string.h>

#include <morsel/units.h>

#include "md_fixture.h"

/*
 * x_k = x_0 cos k theta with cos theta = 1 - (omega dt)^2 / 2: what velocity
 * Verlet does in a harmonic well, exactly, at any time step.
 */
START_TEST(verlet_in_a_well_is_a_cosine)
{
    struct atoms a = argon(1);
    double mass = 4, f[1][3];
    struct md_params p = {.thermostat = MD_NVE, .dt = 1.3};
    double theta = acos(1 - p.dt * p.dt / mass / 2);
    struct md m;

    md_init(&m, &p, &a, &mass, 0);
    a.pos[0][1] = 0.1;
    for (int step = 0; step < 1000; step++) {
        springs(&a, f);
        md_arrive(&m, &a, f, NULL);
        ck_near(a.pos[0][1], 0.1 * cos(step * theta), 1e-12);
        /* p = m sin(theta) / dt (-x_0 sin k theta) */
        ck_near(m.mom[1], -mass * sin(theta) / p.dt * 0.1 * sin(step * theta),
                1e-12);
        md_depart(&m, &a, f, 0);
    }
    md_release(&m);
    atoms_release(&a);
}
END_TEST

/* Half the step, a quarter of the error. */
START_TEST(errors_are_of_second_order)
{
    double change, rough = energy_error(_i, 0.2, 500, &change);
    double fine = energy_error(_i, 0.1, 1000, &change);

    ck_assert_double_gt(rough / fine, 3.4);
    ck_assert_double_lt(rough / fine, 4.6);
}
END_TEST

/* Momenta and chain reversed, it goes back the way it came. */
START_TEST(time_can_be_reversed)
{
    struct atoms a = cluster(), first;
    struct md m = dynamics(&a, _i, 0.1, 10);
    double f[5][3];

    md_draw(&m, &a, KT);
    atoms_copy(&first, &a);
    for (int step = 0; step < 2000; step++) {
        lennard_jones(&a, f);
        md_arrive(&m, &a, f, NULL);
        if (step == 1000) {
            ck_assert_double_gt(atoms_displacement(&a, &first), 0.01);
            for (int i = 0; i < m.n; i++)
                m.mom[i] *= -1;
            for (int k = 0; k < MD_CHAIN; k++)
                m.v[k] *= -1;
        }
        md_depart(&m, &a, f, KT);
    }
    ck_assert_double_lt(atoms_displacement(&a, &first), 1e-10);
    md_release(&m);
    atoms_release(&a);
    atoms_release(&first);
}
END_TEST

/* Sums of momenta and of angular momenta about the origin. */
static double drift(const struct md *m, const struct atoms *a)
{
    double total[3] = {0}, moment[3] = {0}, l[3];

    for (int i = 0; i < a->natoms; i++) {
        cross3(l, a->pos[i], m->mom + 3 * i);
        for (int k = 0; k < 3; k++) {
            total[k] += m->mom[3 * i + k];
            moment[k] += l[k];
        }
    }
    return norm3(total) + norm3(moment);
}

START_TEST(nothing_flies_away)
{
    struct atoms a = cluster();
    struct md m = dynamics(&a, _i, 0.15, 3);
    double f[5][3], momenta[15];

    md_draw(&m, &a, KT);
    ck_assert_double_lt(drift(&m, &a), 1e-13);
    for (int i = 0; i < 15; i++)
        momenta[i] = i * i;
    md_take(&m, &a, momenta);
    ck_assert_double_lt(drift(&m, &a), 1e-12);
    md_draw(&m, &a, KT);
    for (int step = 0; step < 1000; step++) {
        lennard_jones(&a, f);
        f[0][0] += 1e-3; /* as from a coarse grid */
        md_arrive(&m, &a, f, NULL);
        md_depart(&m, &a, f, KT);
    }
    ck_assert_double_lt(drift(&m, &a), 1e-12);
    md_release(&m);
    atoms_release(&a);
}
END_TEST

START_TEST(degrees_of_freedom_are_counted)
{
    struct atoms a = cluster(), pair = argon(2), one = argon(1);
    struct md_params p = {.dt = 1};
    bool move[5][3];
    struct md m;

    memset(move, true, sizeof move);
#define NDOF(atoms, n)                                                         \
    do {                                                                       \
        md_init(&m, &p, &(atoms), NULL, 0);                                    \
        ck_assert_int_eq(m.ndof, n);                                           \
        md_release(&m);                                                        \
    } while (0)
    NDOF(a, 9);
    NDOF(pair, 1);
    NDOF(one, 3);
    a.pbc[2] = true;
    NDOF(a, 12);
    a.move = move;
    NDOF(a, 12);
    move[1][1] = false;
    NDOF(a, 14);
    memset(move, false, sizeof move);
    NDOF(a, 0);
    p.drift = MD_DRIFT_KEEP;
    a.move = NULL;
    NDOF(a, 15);
    a.move = NULL;
    atoms_release(&a);
    atoms_release(&pair);
    atoms_release(&one);
}
END_TEST

/* Maxwell and Boltzmann, without drift: <2 K> = ndof KT, over many draws. */
START_TEST(velocities_are_drawn_at_their_temperature)
{
    struct atoms a = cluster();
    double mass[5] = {1, 4, 16, 64, 256};
    struct md_params p = {.dt = 1};
    struct moments k = {0};
    struct md m;

    md_init(&m, &p, &a, mass, 1);
    for (int i = 0; i < 20000; i++) {
        md_draw(&m, &a, KT);
        note(&k, md_temperature(&m) * EV_PER_KELVIN / KT);
    }
    /* sqrt(2 / 9 / 20000) = 0.0033 */
    ck_near(mean(&k), 1, 0.015);
    ck_near(variance(&k) * 9 / 2, 1, 0.08);
    md_release(&m);
    atoms_release(&a);
}
END_TEST

START_TEST(fixed_coordinates_stay)
{
    bool move[5][3] = {{true, false, true},
                       {false, false, false},
                       {true},
                       {true, true, true},
                       {true, true, true}};
    struct atoms a = cluster(), first;
    double f[5][3], momenta[15];
    struct md m;

    a.move = move;
    m = dynamics(&a, _i, 0.15, 3);
    ck_assert_int_eq(m.ndof, 9);
    a.move = NULL;
    atoms_copy(&first, &a);
    md_draw(&m, &a, KT);
    for (int step = 0; step < 100; step++) {
        lennard_jones(&a, f);
        md_arrive(&m, &a, f, NULL);
        md_depart(&m, &a, f, KT);
    }
    md_give(&m, momenta);
    for (int i = 0; i < 15; i++) {
        if (move[i / 3][i % 3])
            ck_assert_double_ne(a.pos[i / 3][i % 3], first.pos[i / 3][i % 3]);
        else
            ck_assert_double_eq(a.pos[i / 3][i % 3], first.pos[i / 3][i % 3]);
        ck_assert_int_eq(momenta[i] != 0, move[i / 3][i % 3]);
    }
    md_release(&m);
    atoms_release(&a);
    atoms_release(&first);
}
END_TEST

static void go(struct md *m, struct atoms *a, int steps)
{
    double f[5][3];

    for (int step = 0; step < steps; step++) {
        lennard_jones(a, f);
        md_arrive(m, a, f, NULL);
        md_depart(m, a, f, KT);
    }
}

START_TEST(a_stored_state_goes_on_to_the_bit)
{
    struct atoms a = cluster(), b;
    struct md m = dynamics(&a, _i, 0.15, 3), n = dynamics(&a, _i, 0.15, 3);
    struct atoms pair = argon(2);
    struct bin bin;
    struct err err;

    md_draw(&m, &a, KT);
    go(&m, &a, 50);
    bin_init(&bin, "test", 1);
    bin.at = bin.size;
    md_put(&m, &bin);
    atoms_copy(&b, &a);
    go(&m, &a, 50);
    size_t at = bin.at;
    ck_assert_int_eq(md_get(&n, &bin, &err), 0);
    go(&n, &b, 50);
    ck_assert_mem_eq(a.pos, b.pos, sizeof(double[5][3]));
    ck_assert_mem_eq(m.mom, n.mom, sizeof(double[5][3]));
    ck_assert_double_eq(m.heat, n.heat);

    struct md wrong[] = {dynamics(&a, (_i + 1) % 5, 0.15, 3),
                         dynamics(&a, _i, 0.1, 3),
                         dynamics(&pair, _i, 0.15, 3)};
    const char *why[] = {"it is of another thermostat",
                         "it is of another time step",
                         "it is of other free coordinates"};
    for (int i = 0; i < 3; i++) {
        bin.at = at;
        ck_assert_int_eq(md_get(&wrong[i], &bin, &err), ERR_FORMAT);
        ck_assert_str_eq(err.msg, why[i]);
        md_release(&wrong[i]);
    }
    bin_release(&bin);
    md_release(&m);
    md_release(&n);
    atoms_release(&a);
    atoms_release(&b);
    atoms_release(&pair);
}
END_TEST

Suite *md_suite(void)
{
    Suite *suite = suite_create("md");
    TCase *verlet = tcase_create("verlet"), *count = tcase_create("momenta");

    tcase_add_test(verlet, verlet_in_a_well_is_a_cosine);
    tcase_add_loop_test(verlet, errors_are_of_second_order, MD_NVE, MD_NVE + 1);
    tcase_add_loop_test(verlet, errors_are_of_second_order, MD_NHC, MD_NHC + 1);
    tcase_add_loop_test(verlet, time_can_be_reversed, MD_NVE, MD_NVE + 1);
    tcase_add_loop_test(verlet, time_can_be_reversed, MD_NHC, MD_NHC + 1);
    tcase_add_loop_test(count, nothing_flies_away, MD_NVE, MD_NHC + 1);
    tcase_add_test(count, degrees_of_freedom_are_counted);
    tcase_add_test(count, velocities_are_drawn_at_their_temperature);
    tcase_add_loop_test(count, fixed_coordinates_stay, MD_NVE, MD_NHC + 1);
    tcase_add_loop_test(count, a_stored_state_goes_on_to_the_bit, MD_NVE,
                        MD_NHC + 1);
    suite_add_tcase(suite, verlet);
    suite_add_tcase(suite, count);
    suite_add_tcase(suite, md_thermostat_tests());
    suite_add_tcase(suite, md_barostat_tests());
    return suite;
}
