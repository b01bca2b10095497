#include "dft_suite.h"

#include <math.h>
#include <string.h>

#include "dft/terms.h"
#include "dft_fixture.h"

/* Positions in units of a cubic cell of side length. */
static void cube(struct sample *s, double length, int natoms,
                 const int *species, const double (*x)[3])
{
    double a[3][3] = {{length, 0, 0}, {0, length, 0}, {0, 0, length}};

    sample_init(s, (const double(*)[3])a, natoms, species, x, 1);
}

/* NaCl: -1.747564594633182 q^2 / d a pair (E. Madelung's constant). */
START_TEST(rock_salt_has_its_madelung_constant)
{
    static const double x[8][3] = {
        {0, 0, 0},       {0, 0.5, 0.5}, {0.5, 0, 0.5}, {0.5, 0.5, 0},
        {0.5, 0.5, 0.5}, {0.5, 0, 0},   {0, 0.5, 0},   {0, 0, 0.5}};
    struct sample s;

    cube(&s, 7, 8, (int[8]){0, 0, 0, 0, 2, 2, 2, 2}, x);
    ck_close(ewald_energy(&s.c, 0), -4 * 1.747564594633182 * 9 / 3.5, 1e-13);
    sample_release(&s);
}
END_TEST

/* A simple cubic lattice in its background: -1.41864873974031 q^2 / a (half of
 * 2.837297479..., B. R. A. Nijboer and T. W. Ruijgrok, J. Stat. Phys. 53, 361
 * (1988)). */
START_TEST(cubic_lattice_in_a_background)
{
    struct sample s;

    cube(&s, 7, 1, (int[1]){0}, (const double[1][3]){{0.3, -1.2, 2.1}});
    ck_close(ewald_energy(&s.c, 0), -2.837297479480619 / 2 * 9 / 7, 1e-13);
    sample_release(&s);
}
END_TEST

/*
 * "Ewald energy" of ABINIT 9.6.2 for four cells, which were converted to and
 * from its units by the constants of CODATA 2014.
 */
struct reference {
    int natoms, species[5];
    double x[5][3];    /* angstrom */
    double cell[3][3]; /* angstrom */
    double energy;     /* eV */
};

#define BOHR_2014 0.52917721067
#define HARTREE_2014 27.21138602

static const struct reference references[] = {
    /* O on Al(100): charges 3, 6 */
    {5,
     {0, 0, 0, 0, 1},
     {{1.42965719, 1.43410051, 5.58877564},
      {-0.02450112, 0.0015228, 7.63967647},
      {1.40094834, 1.44907889, 9.63988708},
      {-0.01282941, 0.04000833, 11.67774519},
      {1.40791422, 1.43339032, 12.42403379}},
     {{2.8637824638055176, 0, 0}, {0, 2.8637824638055176, 0}, {0, 0, 18}},
     897.4798549156986},
    /* Al4 */
    {4,
     {0, 0, 0, 0},
     {{0.08, -0.03, 0.05},
      {-0.04, 2.085, 2.045},
      {2.025, -0.05, 1.9549999999999998},
      {2.0549999999999997, 2.065, -0.02}},
     {{4.05, 0, 0}, {0, 4.05, 0}, {0, 0, 4.05}},
     -292.9854831799727},
    /* Si2, here with charges of 3 for 4 */
    {2,
     {0, 0},
     {{0, 0, 0}, {1.4275, 1.3275, 1.4075}},
     {{0, 2.715, 2.715}, {2.715, 0, 2.715}, {2.715, 2.715, 0}},
     -228.45253498209718 * 9 / 16},
    /* He, here with a charge of 3 for 2 */
    {1,
     {0},
     {{3, 3.2, 3.4}},
     {{6.5, 0, 0}, {0, 6.5, 0}, {0, 0, 6.5}},
     -12.571100757694067 * 9 / 4},
};

static void reference_sample(const struct reference *r, struct sample *s)
{
    struct sample box;
    double cell[3][3], x[5][3];

    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            cell[i][k] = r->cell[i][k] / BOHR_2014;
    sample_init(&box, (const double(*)[3])cell, 1, (int[1]){0},
                (const double[1][3]){{0}}, 1);
    for (int a = 0; a < r->natoms; a++)
        for (int k = 0; k < 3; k++)
            x[a][k] = dot3(r->x[a], box.c.b[k]) / BOHR_2014 / (2 * M_PI);
    sample_release(&box);
    sample_init(s, (const double(*)[3])cell, r->natoms, r->species,
                (const double(*)[3])x, 1);
}

START_TEST(agrees_with_abinit)
{
    const struct reference *r = &references[_i];
    struct sample s;

    reference_sample(r, &s);
    ck_near(ewald_energy(&s.c, 0), r->energy / HARTREE_2014, 3e-9);
    sample_release(&s);
}
END_TEST

/* 1e-12 of the energy, from an eighth to eight times the best splitting; also
 * of an elongated and of an oblique cell. */
START_TEST(no_result_depends_on_the_splitting)
{
    static const double slab[3][3] = {{9, 1, 0}, {-1, 9.5, 0}, {0, 0, 76}};
    static const double x[4][3] = {
        {0, 0, 0.01}, {0.5, 0.5, 0.06}, {0, 0.1, -0.05}, {0.4, 0.5, 0.9}};
    double best, e0, f0[4][3] = {{0}}, s0[3][3] = {{0}};
    struct sample s;

    if (_i)
        sample_init(&s, slab, 4, (int[4]){0, 1, 0, 2}, x, 1);
    else
        sample_triclinic(&s, 1);
    best = cbrt(1000 / (s.c.volume * s.c.volume));
    e0 = ewald_energy(&s.c, best);
    ewald_forces(&s.c, best, f0);
    ewald_stress(&s.c, best, s0);
    for (double eta = best / 8; eta < 9 * best; eta *= 2) {
        double f[4][3] = {{0}}, stress[3][3] = {{0}};

        ck_near(ewald_energy(&s.c, eta), e0, 1e-12 * fabs(e0));
        ewald_forces(&s.c, eta, f);
        ewald_stress(&s.c, eta, stress);
        for (int a = 0; a < 4; a++)
            for (int k = 0; k < 3; k++)
                ck_close(f[a][k], f0[a][k], 1e-12);
        for (int i = 0; i < 3; i++)
            for (int k = 0; k < 3; k++)
                ck_close(stress[i][k], s0[i][k], 1e-12);
    }
    sample_release(&s);
}
END_TEST

/* The energy of n cells is n times that of one. */
START_TEST(energy_is_extensive)
{
    static const double x[1][3] = {{0.2, 0.1, 0.4}};
    static const double two[2][3] = {{0.1, 0.1, 0.4}, {0.6, 0.1, 0.4}};
    double a[3][3] = {{5, 0.4, 0.1}, {0.2, 6, -0.3}, {1.5, 0, 7}}, e;
    struct sample s;

    sample_init(&s, (const double(*)[3])a, 1, (int[1]){1}, x, 1);
    e = ewald_energy(&s.c, 0);
    sample_release(&s);
    for (int k = 0; k < 3; k++)
        a[0][k] *= 2;
    sample_init(&s, (const double(*)[3])a, 2, (int[2]){1, 1}, two, 1);
    ck_close(ewald_energy(&s.c, 0), 2 * e, 1e-13);
    sample_release(&s);
}
END_TEST

TCase *dft_terms_ewald(void)
{
    TCase *tc = tcase_create("ewald");
    int n = sizeof(references) / sizeof(references[0]);

    tcase_add_test(tc, rock_salt_has_its_madelung_constant);
    tcase_add_test(tc, cubic_lattice_in_a_background);
    tcase_add_loop_test(tc, agrees_with_abinit, 0, n);
    tcase_add_loop_test(tc, no_result_depends_on_the_splitting, 0, 2);
    tcase_add_test(tc, energy_is_extensive);
    return tc;
}
