#include "suites.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/sim.h>

#include "sim_suite.h"

/*
 * Morse's potential, D = 1 eV, a = 1/angstrom, r_e = 2.5 angstrom, between all
 * atoms and their images within two cells each way: smooth in the cell.
 * Energy; forces and stress may be NULL.
 */
static double morse_crystal(const struct atoms *a, double (*forces)[3],
                            double stress[3][3])
{
    double e = 0, volume = volume3(a->cell[0], a->cell[1], a->cell[2]);

    if (forces)
        memset(forces, 0, (size_t)a->natoms * sizeof *forces);
    if (stress)
        memset(stress, 0, 9 * sizeof stress[0][0]);
    for (int n = 0; n < 125 * a->natoms * a->natoms; n++) {
        int i = n / 125 % a->natoms, j = n / 125 / a->natoms, s = n % 125;
        int t[3] = {s % 5 - 2, s / 5 % 5 - 2, s / 25 - 2};
        double d[3], r;
        if (i == j && s == 62)
            continue;
        for (int k = 0; k < 3; k++)
            d[k] = a->pos[j][k] - a->pos[i][k] + t[0] * a->cell[0][k] +
                   t[1] * a->cell[1][k] + t[2] * a->cell[2][k];
        r = norm3(d);
        double w = exp(2.5 - r); /* each pair is met twice */
        double slope = 0.5 * (2 * w - 2 * w * w);
        e += 0.5 * (w * w - 2 * w);
        for (int k = 0; k < 3; k++) {
            if (forces) {
                forces[i][k] += slope * d[k] / r;
                forces[j][k] -= slope * d[k] / r;
            }
            for (int m = 0; stress && m < 3; m++)
                stress[k][m] += slope * d[k] * d[m] / r / volume;
        }
    }
    return e;
}

static struct atoms crooked(void)
{
    static const double cell[3][3] = {
        {3.1, 0.2, -0.1}, {0.4, 2.8, 0.3}, {-0.2, 0.1, 3.5}};
    struct atoms a;

    atoms_init(&a, 2);
    memcpy(a.cell, cell, sizeof cell);
    a.pbc[0] = a.pbc[1] = a.pbc[2] = true;
    a.pos[0][0] = 0.3;
    a.pos[1][0] = 1.7;
    a.pos[1][1] = 1.2;
    a.pos[1][2] = 1.9;
    return a;
}

/* Forces on atoms and cell are the derivative of the energy by them. */
START_TEST(forces_on_the_cell_are_the_gradient)
{
    const double h = 1e-5;
    struct atoms a = crooked();
    double f[2][3], stress[3][3];
    struct cell c;

    cell_init(&c, CELL_FULL, &a);
    morse_crystal(&a, f, stress);
    cell_take(&c, &a, f, stress);
    for (int i = 0; i < 9; i++) /* somewhere else, sheared and turned */
        c.x.pos[2 + i / 3][i % 3] += 0.1 * sin(3.7 * i);
    cell_give(&c, &a);
    morse_crystal(&a, f, stress);
    cell_take(&c, &a, f, stress);
    for (int i = 0; i < 15; i++) {
        double *x = &c.x.pos[i / 3][i % 3], e[2];
        for (int side = 0; side < 2; side++) {
            *x += side ? -2 * h : h;
            cell_give(&c, &a);
            e[side] = morse_crystal(&a, NULL, NULL);
        }
        *x += h;
        ck_near(c.forces[i / 3][i % 3], -(e[0] - e[1]) / (2 * h), 1e-8);
    }
    cell_release(&c);
    atoms_release(&a);
}
END_TEST

/* Each mode finds a minimum of what it may change, and nothing else. */
START_TEST(modes_change_what_they_may)
{
    static const enum cell_mode modes[] = {CELL_FULL, CELL_VOLUME, CELL_XY};
    struct atoms a = crooked(), start;
    double f[2][3], stress[3][3], before;
    struct relax *r = relax_new(RELAX_BFGS, 5, 0.2);
    struct cell c;
    struct err err;
    int steps = 0;

    a.cell[0][2] = a.cell[1][2] = 0;
    atoms_copy(&start, &a);
    before = morse_crystal(&a, f, stress);
    cell_init(&c, modes[_i], &a);
    for (; steps < 400; steps++) {
        morse_crystal(&a, f, stress);
        cell_take(&c, &a, f, stress);
        if (atoms_fmax(&c.x, c.forces) < 1e-6)
            break;
        ck_assert_int_eq(relax_step(r, &c.x, c.forces, &err), 0);
        cell_give(&c, &a);
    }
    ck_assert_int_lt(steps, 400);
    ck_assert_double_lt(morse_crystal(&a, f, stress), before);
    double volume = volume3(a.cell[0], a.cell[1], a.cell[2]);
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++) {
            if (modes[_i] == CELL_FULL ||
                (modes[_i] == CELL_XY && i < 2 && k < 2))
                ck_near(stress[i][k] * volume / 2, 0, 2e-6);
            if (modes[_i] == CELL_VOLUME)
                ck_near(a.cell[i][k] / c.deform[0][0], start.cell[i][k], 1e-12);
            if (modes[_i] == CELL_XY && (k == 2))
                ck_assert_double_eq(a.cell[i][k], start.cell[i][k]);
        }
    if (modes[_i] == CELL_VOLUME)
        ck_near(stress[0][0] + stress[1][1] + stress[2][2], 0, 1e-5);
    cell_release(&c);
    relax_free(r);
    atoms_release(&a);
    atoms_release(&start);
}
END_TEST

TCase *sim_cell_tests(void)
{
    TCase *cell = tcase_create("cell");

    tcase_add_test(cell, forces_on_the_cell_are_the_gradient);
    tcase_add_loop_test(cell, modes_change_what_they_may, 0, 3);
    return cell;
}
