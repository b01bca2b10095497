#include <morsel/potential.h>

#include <math.h>
#include <string.h>

#include "potential_suite.h"
#include "suites.h"

/* Stress: the derivative of the energy by strain, over the volume. */

/* One to three atoms in a crooked cell, smaller than the cutoff. */
static void crooked(struct atoms *a, int natoms)
{
    static const double cell[3][3] = {
        {4.9, 0.3, -0.2}, {1.7, 5.3, 0.4}, {-0.5, 2.1, 6.1}};
    static const double pos[3][3] = {
        {0.1, 0.2, 0.3}, {2.4, 2.2, 0.9}, {1.3, 0.4, 2.9}};

    atoms_init(a, natoms);
    memcpy(a->cell, cell, sizeof cell);
    memcpy(a->pos, pos, (size_t)natoms * sizeof *a->pos);
    for (int i = 0; i < natoms; i++)
        a->z[i] = i == 2 ? 6 : 29;
    for (int c = 0; c < 3; c++)
        a->pbc[c] = true;
}

static void eval(struct potential *p, const struct atoms *a,
                 struct prediction *out)
{
    struct err err;

    ck_assert_int_eq(p->eval(p, a, out, &err), 0);
}

/* The energy of x -> x + h e_r (e_c . x). */
static double energy_strained(struct potential *p, const struct atoms *a, int r,
                              int c, double h)
{
    struct prediction out = {0};
    struct atoms s;

    atoms_copy(&s, a);
    for (int i = 0; i < 3; i++)
        s.cell[i][r] += h * a->cell[i][c];
    for (int i = 0; i < a->natoms; i++)
        s.pos[i][r] += h * a->pos[i][c];
    eval(p, &s, &out);
    double energy = out.energy;
    prediction_release(&out);
    atoms_release(&s);
    return energy;
}

/*
 * Of a committee and its prior, in cells of three atoms and of one, on which
 * there are no forces.  A central difference of fourth order; strains that
 * turn are among them.
 */
START_TEST(stress_is_the_derivative_by_strain)
{
    const double h = 1e-3;
    struct prediction out = {.want_stress = true};
    struct potential p;
    struct model m;
    struct atoms a;

    crooked(&a, _i ? 1 : 3);
    random_model(&m, 3, true);
    potential_of_model(&p, &m, 0);
    double v = volume3(a.cell[0], a.cell[1], a.cell[2]);
    eval(&p, &a, &out);
    ck_assert(out.has_stress && out.want_stress);
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 3; c++) {
            double near = energy_strained(&p, &a, r, c, h) -
                          energy_strained(&p, &a, r, c, -h);
            double far = energy_strained(&p, &a, r, c, 2 * h) -
                         energy_strained(&p, &a, r, c, -2 * h);

            ck_close(out.stress[r][c] * v, (8 * near - far) / (12 * h), 1e-7);
            ck_assert_double_eq(out.stress[r][c], out.stress[c][r]);
        }
    prediction_release(&out);
    p.release(&p);
    atoms_release(&a);
}
END_TEST

/* A supercell, a shift and another choice of vectors change nothing. */
START_TEST(stress_belongs_to_the_crystal)
{
    struct prediction one = {.want_stress = true}, out = one;
    struct potential p;
    struct model m;
    struct atoms a, b;

    crooked(&a, 3);
    atoms_init(&b, 6);
    for (int i = 0; i < 6; i++) {
        b.z[i] = a.z[i % 3];
        for (int c = 0; c < 3; c++)
            b.pos[i][c] = 3.3 + a.pos[i % 3][c] + i / 3 * a.cell[1][c];
    }
    for (int c = 0; c < 3; c++) {
        b.pbc[c] = true;
        b.cell[0][c] = a.cell[0][c] + a.cell[2][c];
        b.cell[1][c] = a.cell[2][c]; /* left-handed */
        b.cell[2][c] = 2 * a.cell[1][c];
    }
    random_model(&m, 2, true);
    potential_of_model(&p, &m, 0);
    eval(&p, &a, &one);
    eval(&p, &b, &out);
    for (int i = 0; i < 9; i++)
        ck_near(out.stress[i / 3][i % 3], one.stress[i / 3][i % 3], 1e-12);
    prediction_release(&one);
    prediction_release(&out);
    p.release(&p);
    atoms_release(&a);
    atoms_release(&b);
}
END_TEST

/* Not of a slab, and not unasked; and no other number changes. */
START_TEST(stress_is_of_crystals_that_ask)
{
    struct prediction plain = {0}, out = {.want_stress = true};
    struct potential p;
    struct model m;
    struct atoms a;

    crooked(&a, 3);
    random_model(&m, 2, true);
    potential_of_model(&p, &m, 0);
    eval(&p, &a, &plain);
    ck_assert(!plain.has_stress);
    eval(&p, &a, &out);
    ck_assert(out.has_stress);
    ck_assert_double_eq(out.energy, plain.energy);
    ck_assert_mem_eq(out.forces, plain.forces, 3 * sizeof *out.forces);
    a.pbc[2] = false;
    eval(&p, &a, &out);
    ck_assert(!out.has_stress && out.want_stress);
    prediction_release(&plain);
    prediction_release(&out);
    p.release(&p);
    atoms_release(&a);
}
END_TEST

TCase *potential_stress_tests(void)
{
    TCase *t = tcase_create("stress");

    tcase_add_loop_test(t, stress_is_the_derivative_by_strain, 0, 2);
    tcase_add_test(t, stress_belongs_to_the_crystal);
    tcase_add_test(t, stress_is_of_crystals_that_ask);
    return t;
}
