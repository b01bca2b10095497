#include "suites.h"

#include <math.h>

#include "md_fixture.h"

/* What comes from the thermostat is accounted for. */
START_TEST(heat_is_counted)
{
    double change, worst = energy_error(_i, 0.1, 2000, &change);

    ck_assert_double_lt(worst, 1e-4);
    ck_assert_double_gt(change, 2e-3);
}
END_TEST

/* Kinetic energy along a run of the cluster, in units of ndof KT / 2. */
static struct moments run_cluster(enum thermostat thermostat, int steps)
{
    struct atoms a = cluster();
    struct md m = dynamics(&a, thermostat, 0.15, 3);
    double f[5][3];
    struct moments k = {0};

    ck_assert_int_eq(m.ndof, 9);
    md_draw(&m, &a, KT);
    for (int step = 0; step < steps; step++) {
        lennard_jones(&a, f);
        md_arrive(&m, &a, f, NULL);
        if (step > 1000)
            note(&k, 2 * md_kinetic(&m) / (m.ndof * KT));
        md_depart(&m, &a, f, KT);
    }
    md_release(&m);
    atoms_release(&a);
    return k;
}

/*
 * In the canonical ensemble 2 K / KT is distributed as chi squared with ndof
 * = 9: <T> = KT, and var T = 2 T^2 / ndof.  200 000 steps are 10 000 tau, so
 * that the error of the mean is about 0.7 %, that of the variance 3 %: five
 * times that are allowed, less than a wrong ndof would do.
 */
START_TEST(thermostats_are_canonical)
{
    struct moments k = run_cluster(_i, 200000);

    ck_near(mean(&k), 1, 0.035);
    ck_near(variance(&k) * 9 / 2, 1, 0.15);
}
END_TEST

/* It holds the temperature, and K hardly fluctuates. */
START_TEST(berendsen_is_not_canonical)
{
    struct moments k = run_cluster(MD_BERENDSEN, 50000);

    ck_near(mean(&k), 1, 0.05);
    ck_assert_double_lt(variance(&k) * 9 / 2, 0.7);
}
END_TEST

/* T <- T + dt/tau (T_0 - T), on atoms that feel nothing; at most 0.81 to 1.21
 * times T in a step. */
START_TEST(berendsen_relaxes_exponentially)
{
    struct atoms a = argon(10);
    double f[10][3] = {{0}}, t = 0.5 * KT, before;
    struct md m = dynamics(&a, MD_BERENDSEN, 1, 50);

    md_draw(&m, &a, KT);
    double c = sqrt(t * m.ndof / (2 * md_kinetic(&m)));
    for (int i = 0; i < m.n; i++)
        m.mom[i] *= c;
    for (int step = 0; step < 200; step++) {
        md_depart(&m, &a, f, KT);
        md_arrive(&m, &a, f, NULL);
        t += (KT - t) / 50;
        ck_near(2 * md_kinetic(&m) / m.ndof, t, 1e-15);
    }
    before = md_kinetic(&m);
    md_depart(&m, &a, f, 1e6 * KT);
    ck_near(md_kinetic(&m) / before, 1.21, 1e-12);
    ck_near(md_conserved(&m, 0), 0.25 * KT * m.ndof, 1e-12);
    md_release(&m);
    atoms_release(&a);
}
END_TEST

/* K of few degrees of freedom that feel nothing but the thermostat. */
START_TEST(rescaling_alone_is_canonical)
{
    struct atoms a = argon(1);
    bool move[3][3] = {{true, _i > 1, _i > 2}};
    double f[1][3] = {{0}};
    struct moments k = {0}, p = {0};
    struct md m;

    a.move = move;
    m = dynamics(&a, MD_BDP, 1, 2);
    ck_assert_int_eq(m.ndof, _i);
    md_draw(&m, &a, KT);
    for (int step = 0; step < 200000; step++) {
        md_depart(&m, &a, f, KT);
        md_arrive(&m, &a, f, NULL);
        note(&k, 2 * md_kinetic(&m) / (_i * KT));
        note(&p, m.mom[0] / sqrt(m.mass[0] * KT));
    }
    /* 50 000 independent ones: 1 in 220 and 1 in 100 (_i = 1), times five */
    ck_near(mean(&k), 1, 0.03);
    ck_near(variance(&k) * _i / 2, 1, 0.07);
    if (_i == 1) /* and momenta turn round */
        ck_near(mean(&p), 0, 0.05);
    md_release(&m);
    a.move = NULL;
    atoms_release(&a);
}
END_TEST

/*
 * Where omega dt = 1, BAOAB still has <x^2> = KT / c, and <p^2> / m = KT
 * (1 - (omega dt)^2 / 4).
 */
START_TEST(langevin_is_exact_in_a_well)
{
    struct atoms a = argon(50), b = argon(50);
    double f[50][3];
    struct md m = dynamics(&a, MD_LANGEVIN, sqrt(element_mass(18)), 10);
    struct moments x = {0}, k = {0};

    m.still = m.upright = false; /* springs do hold the atoms */
    m.ndof = m.n;
    md_draw(&m, &a, KT);
    for (int step = 0; step < 20000; step++) {
        springs(&a, f);
        md_arrive(&m, &a, f, NULL);
        if (step > 100) {
            for (int i = 0; i < 50; i++)
                note(&x, (a.pos[i][0] - b.pos[i][0]) / sqrt(KT));
            note(&k, 2 * md_kinetic(&m) / (m.n * KT));
        }
        md_depart(&m, &a, f, KT);
    }
    ck_near(variance(&x), 1, 0.02);
    ck_near(mean(&k), 0.75, 0.01);
    md_release(&m);
    atoms_release(&a);
    atoms_release(&b);
}
END_TEST

TCase *md_thermostat_tests(void)
{
    TCase *heat = tcase_create("thermostat");

    tcase_add_loop_test(heat, heat_is_counted, MD_BERENDSEN, MD_NHC + 1);
    tcase_add_loop_test(heat, thermostats_are_canonical, MD_LANGEVIN,
                        MD_NHC + 1);
    tcase_add_test(heat, berendsen_is_not_canonical);
    tcase_add_test(heat, berendsen_relaxes_exponentially);
    tcase_add_loop_test(heat, rescaling_alone_is_canonical, 1, 4);
    tcase_add_test(heat, langevin_is_exact_in_a_well);
    return heat;
}
