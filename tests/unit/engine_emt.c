#include <morsel/engine.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine_suite.h"
#include "suites.h"

/* All eleven elements in a crooked cell thinner than the cutoff, periodic in
 * two directions, some of them far outside it. */
static void crooked(struct atoms *a)
{
    static const int z[] = {29, 1, 6, 7, 8, 13, 28, 46, 47, 78, 79};
    static const double cell[3][3] = {
        {6.1, 0.3, 0.1}, {-0.7, 7.3, 0.4}, {0.2, 0.1, 11}};
    struct rng rng;

    atoms_init(a, 11);
    memcpy(a->z, z, sizeof z);
    memcpy(a->cell, cell, sizeof cell);
    a->pbc[0] = a->pbc[1] = true;
    rng_init(&rng, 7);
    for (int i = 0; i < 11; i++)
        for (int k = 0; k < 3; k++) {
            double at[3] = {i % 2 * 3.1, i / 2 % 2 * 3.4, i / 4 * 2.7};

            a->pos[i][k] = at[k] + 0.4 * rng_normal(&rng) + (i == 4) * 40.0;
        }
}

/* n x n x n cubes of fcc silver with nearest neighbors at r, angstrom. */
static void silver(struct atoms *a, int n, double r)
{
    static const double site[4][3] = {
        {0, 0, 0}, {0, .5, .5}, {.5, 0, .5}, {.5, .5, 0}};
    double side = r * sqrt(2);
    int i = 0;

    atoms_init(a, 4 * n * n * n);
    for (int c = 0; c < n * n * n; c++)
        for (int s = 0; s < 4; s++, i++) {
            int at[3] = {c % n, c / n % n, c / n / n};

            a->z[i] = 47;
            for (int k = 0; k < 3; k++)
                a->pos[i][k] = side * (at[k] + site[s][k]);
        }
    for (int k = 0; k < 3; k++) {
        a->cell[k][k] = side * n;
        a->pbc[k] = true;
    }
}

static double energy_of(const struct atoms *a, double (*forces)[3])
{
    struct frame f = {.atoms = *a};
    struct outcome o;
    struct engine e;
    struct err err;
    double energy;

    engine_emt(&e);
    ck_assert_int_eq(engine_ask(&e, &f, 0, &o, &err), 0);
    ck_assert(o.ok);
    energy = o.energy;
    if (forces)
        memcpy(forces, o.forces, (size_t)a->natoms * sizeof *forces);
    outcome_release(&o);
    e.release(&e);
    return energy;
}

/* beta s0 is the nearest-neighbor distance at which an atom of a crystal has
 * the energy zero and feels nothing.  Of silver, whose s0 sets the cutoff,
 * this holds but for theta(r4) = 1e-4 of the fourth shell, which is as deep in
 * the tails as exp(-eta2 beta s0). */
START_TEST(a_silver_crystal_is_the_zero_of_energy)
{
    double bohr = 0.5291772105638411, r = 1.809 * 3.01 * bohr;
    struct atoms a;

    silver(&a, 1, r);
    ck_near(energy_of(&a, NULL) / a.natoms, 0, 2e-6);
    atoms_release(&a);
}
END_TEST

START_TEST(a_lone_atom_has_its_cohesive_energy)
{
    struct atoms a;
    double f[1][3];

    atoms_init(&a, 1);
    a.z[0] = 29;
    ck_assert_double_eq(energy_of(&a, f), 3.51);
    ck_assert_double_eq(fabs(f[0][0]) + fabs(f[0][1]) + fabs(f[0][2]), 0);
    atoms_release(&a);
}
END_TEST

START_TEST(a_supercell_has_the_energy_of_its_cells)
{
    struct atoms one, many;

    silver(&one, 1, 2.7);
    silver(&many, 3, 2.7);
    ck_close(27 * energy_of(&one, NULL), energy_of(&many, NULL), 1e-12);
    atoms_release(&one);
    atoms_release(&many);
}
END_TEST

START_TEST(emt_forces_are_minus_the_gradient)
{
    const double h = 1e-5;
    double f[11][3], sum[3] = {0};
    struct atoms a;

    crooked(&a);
    energy_of(&a, f);
    for (int i = 0; i < a.natoms; i++)
        for (int k = 0; k < 3; k++) {
            double at = a.pos[i][k];

            a.pos[i][k] = at + h;
            double up = energy_of(&a, NULL);
            a.pos[i][k] = at - h;
            double down = energy_of(&a, NULL);
            a.pos[i][k] = at;
            ck_close(f[i][k], -(up - down) / (2 * h), 1e-7);
            sum[k] += f[i][k];
        }
    for (int k = 0; k < 3; k++)
        ck_near(sum[k], 0, 1e-11);
    atoms_release(&a);
}
END_TEST

/* r -> (1 + strain) r for positions and cell. */
static void stretch(struct atoms *a, int x, int y, double strain)
{
    for (int i = 0; i < a->natoms; i++)
        a->pos[i][x] += strain * a->pos[i][y];
    for (int i = 0; i < 3; i++)
        a->cell[i][x] += strain * a->cell[i][y];
}

START_TEST(stress_is_the_strain_derivative)
{
    const double h = 1e-6;
    struct engine e;
    struct outcome o;
    struct frame f = {0};
    struct err err;

    crooked(&f.atoms);
    f.atoms.pbc[2] = true;
    engine_emt(&e);
    ck_assert_int_eq(engine_ask(&e, &f, 0, &o, &err), 0);
    ck_assert(o.ok && o.has_stress);
    for (int x = 0; x < 3; x++)
        for (int y = 0; y < 3; y++) {
            struct atoms up, down;
            double volume = 6.1 * (7.3 * 11 - 0.4 * 0.1) -
                            0.3 * (-0.7 * 11 - 0.4 * 0.2) +
                            0.1 * (-0.7 * 0.1 - 7.3 * 0.2);

            atoms_copy(&up, &f.atoms);
            atoms_copy(&down, &f.atoms);
            stretch(&up, x, y, h);
            stretch(&down, x, y, -h);
            ck_close(o.stress[x][y],
                     (energy_of(&up, NULL) - energy_of(&down, NULL)) /
                         (2 * h * volume),
                     1e-7);
            atoms_release(&up);
            atoms_release(&down);
        }
    outcome_release(&o);
    atoms_release(&f.atoms);
    e.release(&e);
}
END_TEST

START_TEST(emt_agrees_with_ase)
{
    struct frames s = {0};
    struct err err;

    ck_assert_int_eq(frames_read(&s, "tests/ref/emt.xyz", &err), 0);
    ck_assert_int_eq(s.n, 9);
    for (int i = 0; i < s.n; i++) {
        const struct atoms *a = &s.frame[i].atoms;
        double(*f)[3] = xcalloc((size_t)a->natoms, sizeof *f);
        struct label label;

        ck_assert(frame_get_label(&s.frame[i], NULL, &label));
        ck_near(energy_of(a, f), label.energy, 1e-10);
        for (int k = 0; k < 3 * a->natoms; k++)
            ck_near(f[k / 3][k % 3], label.forces[k / 3][k % 3], 1e-10);
        free(f);
    }
    frames_release(&s);
}
END_TEST

START_TEST(emt_refuses_other_elements)
{
    struct frame f = {0};
    struct engine e;
    struct outcome o;
    struct err err;

    atoms_init(&f.atoms, 1);
    f.atoms.z[0] = 26;
    engine_emt(&e);
    ck_assert_int_eq(engine_ask(&e, &f, 0, &o, &err), 0);
    ck_assert(!o.ok);
    ck_assert_str_eq(o.reason, "refused");
    ck_assert_str_eq(o.detail, "EMT has no Fe: expected Al, Ni, Cu, Pd, Ag, "
                               "Pt, Au, H, C, N or O");
    outcome_release(&o);
    atoms_release(&f.atoms);
}
END_TEST

START_TEST(overlapping_atoms_are_not_asked_about)
{
    struct frame f = {0};
    struct engine e;
    struct outcome o;
    struct err err;

    atoms_init(&f.atoms, 2); /* covalent radii of copper: 1.32 angstrom */
    f.atoms.z[0] = f.atoms.z[1] = 29;
    f.atoms.pos[1][2] = 0.49 * 2.64;
    engine_emt(&e);
    ck_assert_int_eq(engine_ask(&e, &f, 0.5, &o, &err), 0);
    ck_assert(!o.ok);
    ck_assert_str_eq(o.reason, "overlap");
    ck_assert_str_eq(o.detail, "atoms 1 (Cu) and 2 (Cu) are at 0.49 of their "
                               "covalent radii");
    outcome_release(&o);
    ck_assert_int_eq(engine_ask(&e, &f, 0.48, &o, &err), 0);
    ck_assert(o.ok);
    outcome_release(&o);
    ck_assert_int_eq(engine_ask(&e, &f, 0, &o, &err), 0);
    ck_assert(o.ok);
    outcome_release(&o);
    atoms_release(&f.atoms);
}
END_TEST

START_TEST(numbers_that_are_not_finite_are_refused)
{
    struct frame f = {0};
    double forces[2][3] = {{0, 0, 0.3}, {0, 0.4, 0}};
    struct outcome o = {.ok = true, .forces = forces};

    f.atoms.natoms = 2;
    engine_accept(&f, &o);
    ck_assert(o.ok);
    ck_assert_str_eq(o.detail, "the forces add up to 0.5 eV/angstrom");
    forces[1][2] = NAN;
    engine_accept(&f, &o);
    ck_assert(!o.ok);
    ck_assert_str_eq(o.reason, "nan");
    ck_assert_str_eq(o.detail, "the force on atom 2 is not finite");
    forces[1][2] = 0;
    o = (struct outcome){.ok = true, .forces = forces, .energy = INFINITY};
    engine_accept(&f, &o);
    ck_assert(!o.ok);
    ck_assert_str_eq(o.detail, "the energy is not finite");
}
END_TEST

TCase *emt_tests(void)
{
    TCase *t = tcase_create("emt");

    tcase_add_test(t, a_silver_crystal_is_the_zero_of_energy);
    tcase_add_test(t, a_lone_atom_has_its_cohesive_energy);
    tcase_add_test(t, a_supercell_has_the_energy_of_its_cells);
    tcase_add_test(t, emt_forces_are_minus_the_gradient);
    tcase_add_test(t, stress_is_the_strain_derivative);
    tcase_add_test(t, emt_agrees_with_ase);
    tcase_add_test(t, emt_refuses_other_elements);
    tcase_add_test(t, overlapping_atoms_are_not_asked_about);
    tcase_add_test(t, numbers_that_are_not_finite_are_refused);
    return t;
}
