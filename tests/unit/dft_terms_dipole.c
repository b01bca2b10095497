#include "dft_suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dft/terms.h"
#include "dft_fixture.h"

/*
 * A slab with a dipole in a cell of length bohr: neutral Gaussian atoms, the
 * electrons of which are all shifted by delta along the normal.
 */
enum { NATOMS = 3 };
static const double electrons = 12, delta = -0.3;

static void slab(struct sample *s, double length, double z0, double delta_z,
                 double complex **rho)
{
    double a[3][3] = {{4.5, 0.4, 0}, {-0.5, 4.8, 0}, {0, 0, length}};
    double x[NATOMS][3] = {{0, 0, z0 / length},
                           {0.5, 0.4, (z0 + 3) / length},
                           {0.1, 0.1, (z0 + 5.5) / length}};

    sample_init(s, (const double(*)[3])a, NATOMS, (int[NATOMS]){0, 0, 1},
                (const double(*)[3])x, 10);
    *rho = xcalloc(s->g.ng, sizeof(**rho));
    superpose(&s->c, &s->g, PSEUDO_DENSITY, NULL, *rho);
    for (int i = 0; i < s->g.ng; i++)
        (*rho)[i] *= cexp(-I * s->g.g[i][2] * delta_z);
}

static void set_up(struct dipole *d, const struct sample *s)
{
    struct err err;

    ck_assert_msg(dipole_init(d, &s->c, &err) == 0, "%s", err.msg);
}

/* Electrons count as negative: p = -electrons delta.  Wherever in the cell. */
START_TEST(moment_is_charge_times_distance)
{
    struct sample s;
    struct dipole d;
    double complex *rho;

    slab(&s, 30, 9.0 * _i - 3, delta, &rho);
    set_up(&d, &s);
    ck_near(d.length, 30, 1e-12);
    ck_near(remainder(d.jump - (9.0 * _i - 3 + 5.5 + 12.25) / 30, 1), 0, 1e-12);
    ck_close(dipole_energy(&d, &s.c, &s.g, rho),
             2 * M_PI / s.g.volume * pow(electrons * delta, 2), 1e-7);
    ck_near(d.moment, -electrons * delta, 1e-7);
    free(rho);
    sample_release(&s);
}
END_TEST

static double electrostatic(const struct sample *s, const double complex *rho)
{
    return hartree_energy(&s->g, rho) + local_energy(&s->c, &s->g, rho) +
           ewald_energy(&s->c, 0);
}

/*
 * With the correction the energy of a slab is that of one alone: the length
 * of the cell does not matter, while without it E has a part 2 pi p^2 / V,
 * here 0.06 hartree apart.
 */
START_TEST(energy_does_not_depend_on_the_vacuum)
{
    static const double length[2] = {28, 43};
    double plain[2], whole[2];

    for (int i = 0; i < 2; i++) {
        struct sample s;
        struct dipole d;
        double complex *rho;

        slab(&s, length[i], 3, delta, &rho);
        set_up(&d, &s);
        plain[i] = electrostatic(&s, rho);
        whole[i] = plain[i] + dipole_energy(&d, &s.c, &s.g, rho);
        free(rho);
        sample_release(&s);
    }
    ck_assert_double_ge(fabs(plain[0] - plain[1]), 0.01);
    ck_near(whole[0], whole[1], 1e-7);
}
END_TEST

/* Where in the vacuum the jump lies does not matter. */
START_TEST(jump_is_anywhere_in_the_vacuum)
{
    struct sample s;
    struct dipole d;
    double complex *rho;
    double e;

    slab(&s, 34, 3, delta, &rho);
    set_up(&d, &s);
    e = dipole_energy(&d, &s.c, &s.g, rho);
    for (int i = -1; i <= 1; i += 2) {
        struct dipole other = d;

        other.jump += i * 0.1;
        ck_near(dipole_energy(&other, &s.c, &s.g, rho), e, 1e-8);
    }
    free(rho);
    sample_release(&s);
}
END_TEST

/* Of second order in rho. */
START_TEST(potential_is_the_derivative_by_the_density)
{
    struct sample s;
    struct dipole d;
    double complex *rho, *change, *v;
    double e[2];

    slab(&s, 30, 0, delta, &rho);
    set_up(&d, &s);
    change = random_field(&s.g, 11, 0, 0.01);
    v = xcalloc(s.g.ng, sizeof(*v));
    dipole_potential(&d, &s.c, &s.g, rho, v);
    for (int i = 0; i < 2; i++) {
        for (int k = 0; k < s.g.ng; k++)
            rho[k] += (i ? 2 : -1) * change[k];
        e[i] = dipole_energy(&d, &s.c, &s.g, rho);
    }
    ck_near((e[1] - e[0]) / 2, s.g.volume * field_dot(&s.g, v, change), 1e-12);
    ck_assert_double_ge(fabs(e[1] - e[0]), 1e-4);
    free(rho);
    free(change);
    free(v);
    sample_release(&s);
}
END_TEST

/* A field of 4 pi p / V inside the slab, on electrons downwards for p > 0. */
START_TEST(potential_is_a_ramp_in_the_slab)
{
    struct sample s;
    struct dipole d;
    double complex *rho, *v;
    double *r, field;

    slab(&s, 30, 8, delta, &rho);
    set_up(&d, &s);
    v = xcalloc(s.g.ng, sizeof(*v));
    r = xcalloc(s.g.nr, sizeof(*r));
    dipole_potential(&d, &s.c, &s.g, rho, v);
    grid_to_r(&s.g, v, r);
    field = (r[s.g.n[2] / 2] - r[s.g.n[2] / 4]) * s.g.n[2] / 30 /
            (s.g.n[2] / 2 - s.g.n[2] / 4);
    ck_near(field, -4 * M_PI * d.moment / s.g.volume, 0.05 * fabs(field));
    free(rho);
    free(v);
    free(r);
    sample_release(&s);
}
END_TEST

START_TEST(forces_are_minus_the_derivative)
{
    struct sample s;
    struct dipole d;
    double complex *rho;
    double forces[NATOMS][3] = {{0}}, h = 0.01;

    slab(&s, 30, 0, delta, &rho);
    set_up(&d, &s);
    dipole_forces(&d, &s.c, &s.g, rho, forces);
    for (int a = 0; a < NATOMS; a++)
        for (int k = 0; k < 3; k++) {
            double e[2];

            for (int i = 0; i < 2; i++) {
                sample_displace(&s, a, k, i ? 2 * h : -h);
                e[i] = dipole_energy(&d, &s.c, &s.g, rho);
            }
            sample_displace(&s, a, k, -h);
            ck_near(forces[a][k], -(e[1] - e[0]) / (2 * h), 1e-11);
            ck_assert(k == 2 ? fabs(forces[a][k]) > 0.01
                             : fabs(forces[a][k]) < 1e-12);
        }
    free(rho);
    sample_release(&s);
}
END_TEST

START_TEST(slabs_that_are_none_are_refused)
{
    static const double x[2][3] = {{0, 0, 0.2}, {0, 0, 0.7}};
    double a[3][3] = {{6, 0, 0}, {0, 6, 0.01}, {0, 0, 15}};
    struct dipole d;
    struct sample s;
    struct err err;

    sample_init(&s, (const double(*)[3])a, 1, (int[1]){0}, x, 2);
    ck_assert_int_eq(dipole_init(&d, &s.c, &err), ERR_RANGE);
    ck_assert_str_eq(err.msg,
                     "dipole correction: expected the third lattice vector "
                     "normal to the first and second");
    sample_release(&s);
    a[1][2] = 0;
    sample_init(&s, (const double(*)[3])a, 2, (int[2]){0, 0}, x, 2);
    ck_assert_int_eq(dipole_init(&d, &s.c, &err), ERR_RANGE);
    ck_assert_str_eq(err.msg,
                     "dipole correction: the widest gap between atoms along "
                     "the third lattice vector is 3.97 angstrom: expected at "
                     "least 4 of vacuum");
    sample_release(&s);
    a[2][2] = 15.2;
    sample_init(&s, (const double(*)[3])a, 2, (int[2]){0, 0}, x, 2);
    ck_assert_int_eq(dipole_init(&d, &s.c, &err), 0);
    sample_release(&s);
}
END_TEST

TCase *dft_terms_dipole(void)
{
    TCase *tc = tcase_create("dipole");

    tcase_add_checked_fixture(tc, one_thread, NULL);
    tcase_add_loop_test(tc, moment_is_charge_times_distance, 0, 4);
    tcase_add_test(tc, energy_does_not_depend_on_the_vacuum);
    tcase_add_test(tc, jump_is_anywhere_in_the_vacuum);
    tcase_add_test(tc, potential_is_the_derivative_by_the_density);
    tcase_add_test(tc, potential_is_a_ramp_in_the_slab);
    tcase_add_test(tc, forces_are_minus_the_derivative);
    tcase_add_test(tc, slabs_that_are_none_are_refused);
    return tc;
}
