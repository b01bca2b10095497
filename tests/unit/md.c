#include "suites.h"

#include <math.h>
#include <string.h>

#include <morsel/md.h>
#include <morsel/units.h>

/*
 * Springs of 1 eV/angstrom^2 to where each atom of argon was put, on a line
 * 5 angstrom apart: omega = 1 / sqrt(m), and every answer is known.
 */
static void springs(const struct atoms *a, double (*f)[3])
{
    for (int i = 0; i < a->natoms; i++)
        for (int k = 0; k < 3; k++)
            f[i][k] = (k == 0 ? 5.0 * i : 0) - a->pos[i][k];
}

static struct atoms argon(int natoms)
{
    struct atoms a;

    atoms_init(&a, natoms);
    for (int i = 0; i < natoms; i++) {
        a.z[i] = 18;
        a.pos[i][0] = 5.0 * i;
    }
    return a;
}

/* Lennard-Jones, epsilon = 0.1 eV, sigma = 2 angstrom, no cutoff. */
static double lennard_jones(const struct atoms *a, double (*f)[3])
{
    double e = 0;

    memset(f, 0, (size_t)a->natoms * sizeof *f);
    for (int i = 0; i < a->natoms; i++)
        for (int j = 0; j < i; j++) {
            double d[3], s2, s6;
            for (int k = 0; k < 3; k++)
                d[k] = a->pos[i][k] - a->pos[j][k];
            s2 = 4 / dot3(d, d);
            s6 = s2 * s2 * s2;
            e += 0.4 * (s6 * s6 - s6);
            for (int k = 0; k < 3; k++) {
                double fk = 0.1 * (12 * s6 * s6 - 6 * s6) * s2 * d[k];
                f[i][k] += fk;
                f[j][k] -= fk;
            }
        }
    return e;
}

/* A square pyramid of five, near its minimum. */
static struct atoms cluster(void)
{
    static const double at[5][3] = {
        {0, 0, 0}, {2.2, 0, 0}, {0, 2.2, 0}, {2.2, 2.2, 0}, {1.1, 1.1, 1.6}};
    struct atoms a = argon(5);

    memcpy(a.pos, at, sizeof at);
    return a;
}

static const double kt = 0.004; /* 46 K: solid */

static struct md dynamics(const struct atoms *a, enum thermostat thermostat,
                          double dt, double tau)
{
    struct md_params p = {.thermostat = thermostat, .dt = dt, .tau = tau};
    struct md m;

    md_init(&m, &p, a, NULL, 7);
    return m;
}

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
        md_arrive(&m, &a, f);
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

/* The largest change of what is conserved, and of the energy (out). */
static double energy_error(enum thermostat thermostat, double dt, int steps,
                           double *change)
{
    struct atoms a = cluster();
    struct md m = dynamics(&a, thermostat, dt, 10);
    double f[5][3], first = 0, total = 0, worst = 0;

    *change = 0;
    md_draw(&m, &a, kt);
    for (int step = 0; step <= steps; step++) {
        double e = lennard_jones(&a, f);
        md_arrive(&m, &a, f);
        double now = md_conserved(&m, e), sum = e + md_kinetic(&m);
        if (step == 0) {
            first = now;
            total = sum;
        }
        worst = fmax(worst, fabs(now - first));
        *change = fmax(*change, fabs(sum - total));
        md_depart(&m, &a, f, kt);
    }
    md_release(&m);
    atoms_release(&a);
    return worst;
}

/* Half the step, a quarter of the error. */
START_TEST(errors_are_of_second_order)
{
    double change, rough = energy_error(_i, 0.2, 500, &change);
    double fine = energy_error(_i, 0.1, 1000, &change);

    ck_assert_double_gt(rough / fine, 3.4);
    ck_assert_double_lt(rough / fine, 4.6);
}
END_TEST

/* What comes from the thermostat is accounted for. */
START_TEST(heat_is_counted)
{
    double change, worst = energy_error(_i, 0.1, 2000, &change);

    ck_assert_double_lt(worst, 1e-4);
    ck_assert_double_gt(change, 2e-3);
}
END_TEST

/* Momenta and chain reversed, it goes back the way it came. */
START_TEST(time_can_be_reversed)
{
    struct atoms a = cluster(), first;
    struct md m = dynamics(&a, _i, 0.1, 10);
    double f[5][3];

    md_draw(&m, &a, kt);
    atoms_copy(&first, &a);
    for (int step = 0; step < 2000; step++) {
        lennard_jones(&a, f);
        md_arrive(&m, &a, f);
        if (step == 1000) {
            ck_assert_double_gt(atoms_displacement(&a, &first), 0.01);
            for (int i = 0; i < m.n; i++)
                m.mom[i] *= -1;
            for (int k = 0; k < MD_CHAIN; k++)
                m.v[k] *= -1;
        }
        md_depart(&m, &a, f, kt);
    }
    ck_assert_double_lt(atoms_displacement(&a, &first), 1e-10);
    md_release(&m);
    atoms_release(&a);
    atoms_release(&first);
}
END_TEST

struct moments {
    double n, sum, square;
};

static void note(struct moments *s, double x)
{
    s->n++;
    s->sum += x;
    s->square += x * x;
}

static double mean(const struct moments *s)
{
    return s->sum / s->n;
}

static double variance(const struct moments *s)
{
    return s->square / s->n - mean(s) * mean(s);
}

/* Kinetic energy along a run of the cluster, in units of ndof kt / 2. */
static struct moments run_cluster(enum thermostat thermostat, int steps)
{
    struct atoms a = cluster();
    struct md m = dynamics(&a, thermostat, 0.15, 3);
    double f[5][3];
    struct moments k = {0};

    ck_assert_int_eq(m.ndof, 9);
    md_draw(&m, &a, kt);
    for (int step = 0; step < steps; step++) {
        lennard_jones(&a, f);
        md_arrive(&m, &a, f);
        if (step > 1000)
            note(&k, 2 * md_kinetic(&m) / (m.ndof * kt));
        md_depart(&m, &a, f, kt);
    }
    md_release(&m);
    atoms_release(&a);
    return k;
}

/*
 * In the canonical ensemble 2 K / kt is distributed as chi squared with ndof
 * = 9: <T> = kt, and var T = 2 T^2 / ndof.  200 000 steps are 10 000 tau, so
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
    double f[10][3] = {{0}}, t = 0.5 * kt, before;
    struct md m = dynamics(&a, MD_BERENDSEN, 1, 50);

    md_draw(&m, &a, kt);
    double c = sqrt(t * m.ndof / (2 * md_kinetic(&m)));
    for (int i = 0; i < m.n; i++)
        m.mom[i] *= c;
    for (int step = 0; step < 200; step++) {
        md_depart(&m, &a, f, kt);
        md_arrive(&m, &a, f);
        t += (kt - t) / 50;
        ck_near(2 * md_kinetic(&m) / m.ndof, t, 1e-15);
    }
    before = md_kinetic(&m);
    md_depart(&m, &a, f, 1e6 * kt);
    ck_near(md_kinetic(&m) / before, 1.21, 1e-12);
    ck_near(md_conserved(&m, 0), 0.25 * kt * m.ndof, 1e-12);
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
    md_draw(&m, &a, kt);
    for (int step = 0; step < 200000; step++) {
        md_depart(&m, &a, f, kt);
        md_arrive(&m, &a, f);
        note(&k, 2 * md_kinetic(&m) / (_i * kt));
        note(&p, m.mom[0] / sqrt(m.mass[0] * kt));
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
 * Where omega dt = 1, BAOAB still has <x^2> = kt / c, and <p^2> / m = kt
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
    md_draw(&m, &a, kt);
    for (int step = 0; step < 20000; step++) {
        springs(&a, f);
        md_arrive(&m, &a, f);
        if (step > 100) {
            for (int i = 0; i < 50; i++)
                note(&x, (a.pos[i][0] - b.pos[i][0]) / sqrt(kt));
            note(&k, 2 * md_kinetic(&m) / (m.n * kt));
        }
        md_depart(&m, &a, f, kt);
    }
    ck_near(variance(&x), 1, 0.02);
    ck_near(mean(&k), 0.75, 0.01);
    md_release(&m);
    atoms_release(&a);
    atoms_release(&b);
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

    md_draw(&m, &a, kt);
    ck_assert_double_lt(drift(&m, &a), 1e-13);
    for (int i = 0; i < 15; i++)
        momenta[i] = i * i;
    md_take(&m, &a, momenta);
    ck_assert_double_lt(drift(&m, &a), 1e-12);
    md_draw(&m, &a, kt);
    for (int step = 0; step < 1000; step++) {
        lennard_jones(&a, f);
        f[0][0] += 1e-3; /* as from a coarse grid */
        md_arrive(&m, &a, f);
        md_depart(&m, &a, f, kt);
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

/* Maxwell and Boltzmann, without drift: <2 K> = ndof kt, over many draws. */
START_TEST(velocities_are_drawn_at_their_temperature)
{
    struct atoms a = cluster();
    double mass[5] = {1, 4, 16, 64, 256};
    struct md_params p = {.dt = 1};
    struct moments k = {0};
    struct md m;

    md_init(&m, &p, &a, mass, 1);
    for (int i = 0; i < 20000; i++) {
        md_draw(&m, &a, kt);
        note(&k, md_temperature(&m) * EV_PER_KELVIN / kt);
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
    md_draw(&m, &a, kt);
    for (int step = 0; step < 100; step++) {
        lennard_jones(&a, f);
        md_arrive(&m, &a, f);
        md_depart(&m, &a, f, kt);
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
        md_arrive(m, a, f);
        md_depart(m, a, f, kt);
    }
}

START_TEST(a_stored_state_goes_on_to_the_bit)
{
    struct atoms a = cluster(), b;
    struct md m = dynamics(&a, _i, 0.15, 3), n = dynamics(&a, _i, 0.15, 3);
    struct atoms pair = argon(2);
    struct bin bin;
    struct err err;

    md_draw(&m, &a, kt);
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
    TCase *verlet = tcase_create("verlet"), *heat = tcase_create("thermostat");
    TCase *count = tcase_create("momenta");

    tcase_add_test(verlet, verlet_in_a_well_is_a_cosine);
    tcase_add_loop_test(verlet, errors_are_of_second_order, MD_NVE, MD_NVE + 1);
    tcase_add_loop_test(verlet, errors_are_of_second_order, MD_NHC, MD_NHC + 1);
    tcase_add_loop_test(heat, heat_is_counted, MD_BERENDSEN, MD_NHC + 1);
    tcase_add_loop_test(verlet, time_can_be_reversed, MD_NVE, MD_NVE + 1);
    tcase_add_loop_test(verlet, time_can_be_reversed, MD_NHC, MD_NHC + 1);
    tcase_add_loop_test(heat, thermostats_are_canonical, MD_LANGEVIN,
                        MD_NHC + 1);
    tcase_add_test(heat, berendsen_is_not_canonical);
    tcase_add_test(heat, berendsen_relaxes_exponentially);
    tcase_add_loop_test(heat, rescaling_alone_is_canonical, 1, 4);
    tcase_add_test(heat, langevin_is_exact_in_a_well);
    tcase_add_loop_test(count, nothing_flies_away, MD_NVE, MD_NHC + 1);
    tcase_add_test(count, degrees_of_freedom_are_counted);
    tcase_add_test(count, velocities_are_drawn_at_their_temperature);
    tcase_add_loop_test(count, fixed_coordinates_stay, MD_NVE, MD_NHC + 1);
    tcase_add_loop_test(count, a_stored_state_goes_on_to_the_bit, MD_NVE,
                        MD_NHC + 1);
    suite_add_tcase(suite, verlet);
    suite_add_tcase(suite, heat);
    suite_add_tcase(suite, count);
    return suite;
}
