#include "dft_suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/units.h>
#include <omp.h>

#include "dft/terms.h"
#include "dft_fixture.h"

/* Every term as a function of the sample and one field: energy, forces
 * (NULL: none), stress.  scaled: is the field a density, which scales as 1/volume? */
struct term {
    double (*energy)(const struct sample *s, const double complex *f);
    void (*forces)(const struct sample *s, const double complex *f,
                   double (*forces)[3]);
    void (*stress)(const struct sample *s, const double complex *f,
                   double stress[3][3]);
    bool scaled;
};

static double ewald_e(const struct sample *s, const double complex *f)
{
    (void)f;
    return ewald_energy(&s->c, 0);
}

static void ewald_f(const struct sample *s, const double complex *f,
                    double (*forces)[3])
{
    (void)f;
    ewald_forces(&s->c, 0, forces);
}

static void ewald_s(const struct sample *s, const double complex *f,
                    double stress[3][3])
{
    (void)f;
    ewald_stress(&s->c, 0, stress);
}

static double hartree_e(const struct sample *s, const double complex *f)
{
    return hartree_energy(&s->g, f);
}

static void hartree_s(const struct sample *s, const double complex *f,
                      double stress[3][3])
{
    hartree_stress(&s->g, f, stress);
}

static double local_e(const struct sample *s, const double complex *f)
{
    return local_energy(&s->c, &s->g, f);
}

static void local_f(const struct sample *s, const double complex *f,
                    double (*forces)[3])
{
    local_forces(&s->c, &s->g, f, forces);
}

static void local_s(const struct sample *s, const double complex *f,
                    double stress[3][3])
{
    local_stress(&s->c, &s->g, f, stress);
}

/* int v rho_atoms of a fixed v(G). */
static double product(const struct sample *s, enum pseudo_part part,
                      const double complex *v)
{
    double complex *f = xcalloc(s->g.ng, sizeof(*f));
    double e;

    superpose(&s->c, &s->g, part, NULL, f);
    e = s->g.volume * field_dot(&s->g, v, f);
    free(f);
    return e;
}

static double core_e(const struct sample *s, const double complex *f)
{
    return product(s, PSEUDO_CORE, f);
}

static void core_f(const struct sample *s, const double complex *f,
                   double (*forces)[3])
{
    superpose_forces(&s->c, &s->g, PSEUDO_CORE, f, forces);
}

static void core_s(const struct sample *s, const double complex *f,
                   double stress[3][3])
{
    superpose_stress(&s->c, &s->g, PSEUDO_CORE, f, stress);
}

static double density_e(const struct sample *s, const double complex *f)
{
    return product(s, PSEUDO_DENSITY, f);
}

static void density_f(const struct sample *s, const double complex *f,
                      double (*forces)[3])
{
    superpose_forces(&s->c, &s->g, PSEUDO_DENSITY, f, forces);
}

static void density_s(const struct sample *s, const double complex *f,
                      double stress[3][3])
{
    superpose_stress(&s->c, &s->g, PSEUDO_DENSITY, f, stress);
}

static const struct term terms[] = {
    {ewald_e, ewald_f, ewald_s, false},
    {hartree_e, NULL, hartree_s, true},
    {local_e, local_f, local_s, true},
    {core_e, core_f, core_s, false},
    {density_e, density_f, density_s, false},
};

enum { NTERMS = sizeof(terms) / sizeof(terms[0]) };

START_TEST(forces_are_minus_the_derivative)
{
    const struct term *t = &terms[_i];
    double forces[4][3] = {{0}}, h = 5e-3;
    double complex *f;
    struct sample s;

    sample_triclinic(&s, 6);
    f = random_field(&s.g, 3, 0.06, 0.2);
    if (t->forces)
        t->forces(&s, f, forces);
    for (int a = 0; a < s.c.natoms; a++)
        for (int k = 0; k < 3; k++) {
            double e[4], x0 = s.c.tau[a][k];

            for (int i = 0; i < 4; i++) {
                sample_displace(&s, a, k,
                                x0 + h * difference_at[i] - s.c.tau[a][k]);
                e[i] = t->energy(&s, f);
            }
            sample_displace(&s, a, k, x0 - s.c.tau[a][k]);
            ck_close(forces[a][k], -difference(e, h), 1e-8);
        }
    free(f);
    sample_release(&s);
}
END_TEST

static double strained(const struct term *t, const struct sample *s, int j,
                       int k, double eps, const double complex *f)
{
    struct sample to;
    double complex *scaled = xcalloc(s->g.ng, sizeof(*scaled));
    double e;

    sample_strain(s, j, k, eps, &to);
    for (int i = 0; i < s->g.ng; i++)
        scaled[i] = f[i] * (t->scaled ? s->g.volume / to.g.volume : 1);
    e = t->energy(&to, scaled);
    free(scaled);
    strain_release(&to);
    return e;
}

START_TEST(stress_is_the_derivative_by_strain)
{
    const struct term *t = &terms[_i];
    double stress[3][3] = {{0}}, h = 2e-3;
    double complex *f;
    struct sample s;

    sample_triclinic(&s, 6);
    f = random_field(&s.g, 3, 0.06, 0.2);
    t->stress(&s, f, stress);
    for (int j = 0; j < 3; j++)
        for (int k = 0; k < 3; k++) {
            double e[4];

            for (int i = 0; i < 4; i++)
                e[i] = strained(t, &s, j, k, h * difference_at[i], f);
            ck_close(stress[j][k], difference(e, h) / s.g.volume, 1e-9);
        }
    free(f);
    sample_release(&s);
}
END_TEST

/* Of Hartree's and the local energy, of no more than second order in rho. */
START_TEST(potential_is_the_derivative_by_the_density)
{
    struct sample s;
    double complex *rho, *d, *v;
    double e[2];

    sample_triclinic(&s, 6);
    rho = random_field(&s.g, 3, 0.06, 0.2);
    d = random_field(&s.g, 4, 0.01, 0.1);
    v = xcalloc(s.g.ng, sizeof(*v));
    hartree_potential(&s.g, rho, v);
    local_potential(&s.c, &s.g, v);
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < s.g.ng; j++)
            rho[j] += (i ? 2 : -1) * d[j];
        e[i] = hartree_energy(&s.g, rho) + local_energy(&s.c, &s.g, rho);
    }
    ck_close((e[1] - e[0]) / 2, s.g.volume * field_dot(&s.g, v, d), 1e-12);
    free(rho);
    free(d);
    free(v);
    sample_release(&s);
}
END_TEST

/*
 * Neutral atoms with Gaussian ions (width a) and electrons (width b) that do
 * not overlap do not interact: the energy, with its constants, is that of
 *
 *     sum Z^2 (1 / (2 sqrt(pi) b) - sqrt(2/pi) / sqrt(a^2 + b^2)).
 */
START_TEST(neutral_atoms_do_not_interact)
{
    static const double cell[3][3] = {
        {8.5, 0.4, 0}, {-0.3, 8.7, 0.8}, {0.2, 0.5, 17.5}};
    static const double x[2][3] = {{0.1, 0.2, 0.9}, {0.15, 0.25, 0.4}};
    struct sample s;
    double complex *rho;
    double e, sum = 0;

    sample_init(&s, cell, 2, (int[2]){0, 1}, x, 9);
    rho = xcalloc(s.g.ng, sizeof(*rho));
    superpose(&s.c, &s.g, PSEUDO_DENSITY, NULL, rho);
    e = hartree_energy(&s.g, rho) + local_energy(&s.c, &s.g, rho) +
        ewald_energy(&s.c, 0);
    for (int i = 0; i < 2; i++) {
        double z = i ? 6 : 3, a = i ? 0.45 : 0.6, b = 1.5 * a;

        sum +=
            z * z *
            (1 / (2 * sqrt(M_PI) * b) - sqrt(2 / M_PI) / sqrt(a * a + b * b));
    }
    ck_near(e, sum, 1e-7);
    free(rho);
    sample_release(&s);
}
END_TEST

/*
 * A uniform density meets the "alpha Z" term only: psp_core of ABINIT 9.6.2,
 * in eV, for Al4 and Si2 with GTH potentials of PBE (units converted by the
 * constants of CODATA 2014).
 */
START_TEST(uniform_density_has_the_alpha_z_energy)
{
    static const struct {
        int z, n, electrons;
        double a[3][3]; /* angstrom */
        double energy;
    } cell[] = {{13,
                 4,
                 12,
                 {{4.05, 0, 0}, {0, 4.05, 0}, {0, 0, 4.05}},
                 -20.4693111381512},
                {14,
                 2,
                 8,
                 {{0, 2.715, 2.715}, {2.715, 0, 2.715}, {2.715, 2.715, 0}},
                 -5.714575858356088}};
    const double bohr = 0.52917721067, hartree = 27.21138602;
    const struct pseudo *of[MAX_Z + 1] = {0};
    double complex *rho;
    struct pseudo p;
    struct atoms atoms;
    struct crystal c;
    struct grid g;
    struct err err;

    ck_assert_int_eq(pseudo_builtin(&p, cell[_i].z, "PBE", 0, &err), 0);
    of[cell[_i].z] = &p;
    atoms_init(&atoms, cell[_i].n);
    memcpy(atoms.cell, cell[_i].a, sizeof(atoms.cell));
    for (int i = 0; i < atoms.natoms; i++) {
        atoms.z[i] = cell[_i].z;
        atoms.pos[i][0] = i;
    }
    for (int i = 0; i < 9; i++) /* ours, as long in bohr as theirs */
        atoms.cell[i / 3][i % 3] *= ANGSTROM_PER_BOHR / bohr;
    crystal_init(&c, &atoms, of, NULL);
    ck_assert_int_eq(grid_init(&g, &c, 3, (int[3]){0, 0, 0}, &err), 0);
    rho = xcalloc(g.ng, sizeof(*rho));
    rho[0] = cell[_i].electrons / c.volume;
    ck_near(local_energy(&c, &g, rho), cell[_i].energy / hartree, 1e-9);
    free(rho);
    grid_release(&g);
    crystal_release(&c);
    atoms_release(&atoms);
    pseudo_release(&p);
}
END_TEST

/* weight Z (2 pi b^2)^(-3/2) exp(-r^2 / 2 b^2) and images, at the points. */
START_TEST(superposed_atoms_are_gaussians)
{
    static const double weight[4] = {1, -0.5, 0.3, 2};
    struct sample s;
    double complex *rho;
    double *r;

    sample_triclinic(&s, 11);
    rho = xcalloc(s.g.ng, sizeof(*rho));
    r = xcalloc(s.g.nr, sizeof(*r));
    superpose(&s.c, &s.g, PSEUDO_DENSITY, weight, rho);
    grid_to_r(&s.g, rho, r);
    for (int p = 0; p < 6; p++) {
        int at[3] = {2 * p, p, (5 * p) % s.g.n[2]};
        double sum = 0;

        for (int a = 0; a < 4; a++)
            for (int n = 0; n < 729; n++) {
                int m[3] = {n % 9 - 4, n / 9 % 9 - 4, n / 81 - 4};
                double z = a == 1 ? 6 : 3, b = a == 1 ? 0.675 : 0.9, d[3];

                for (int k = 0; k < 3; k++) {
                    d[k] = -s.c.tau[a][k];
                    for (int i = 0; i < 3; i++)
                        d[k] += ((double)at[i] / s.g.n[i] + m[i]) * s.c.a[i][k];
                }
                sum += weight[a] * z * pow(2 * M_PI * b * b, -1.5) *
                       exp(-dot3(d, d) / (2 * b * b));
            }
        ck_near(r[(at[0] * s.g.n[1] + at[1]) * s.g.n[2] + at[2]], sum, 1e-9);
    }
    free(r);
    free(rho);
    sample_release(&s);
}
END_TEST

/* To the bit. */
START_TEST(sums_do_not_depend_on_threads)
{
    struct sample s;
    double complex *f, *v[2];
    double forces[2][4][3] = {{{0}}}, stress[2][3][3] = {{{0}}}, e[2];

    omp_set_num_threads(2);
    sample_triclinic(&s, 11);
    f = random_field(&s.g, 3, 0.06, 0.2);
    for (int i = 0; i < 2; i++) {
        omp_set_num_threads(1 + i);
        v[i] = xcalloc(s.g.ng, sizeof(*v[i]));
        local_potential(&s.c, &s.g, v[i]);
        local_forces(&s.c, &s.g, f, forces[i]);
        ewald_forces(&s.c, 0, forces[i]);
        local_stress(&s.c, &s.g, f, stress[i]);
        ewald_stress(&s.c, 0, stress[i]);
        e[i] = ewald_energy(&s.c, 0);
    }
    ck_assert_mem_eq(v[0], v[1], s.g.ng * sizeof(*v[0]));
    ck_assert_mem_eq(forces[0], forces[1], sizeof(forces[0]));
    ck_assert_mem_eq(stress[0], stress[1], sizeof(stress[0]));
    ck_assert_double_eq(e[0], e[1]);
    free(f);
    free(v[0]);
    free(v[1]);
    sample_release(&s);
}
END_TEST

void dft_terms_cases(Suite *s)
{
    TCase *tc = tcase_create("terms");

    tcase_add_checked_fixture(tc, one_thread, NULL);
    tcase_add_loop_test(tc, forces_are_minus_the_derivative, 0, NTERMS);
    tcase_add_loop_test(tc, stress_is_the_derivative_by_strain, 0, NTERMS);
    tcase_add_test(tc, potential_is_the_derivative_by_the_density);
    tcase_add_test(tc, neutral_atoms_do_not_interact);
    tcase_add_loop_test(tc, uniform_density_has_the_alpha_z_energy, 0, 2);
    tcase_add_test(tc, superposed_atoms_are_gaussians);
    tcase_add_test(tc, sums_do_not_depend_on_threads);
    suite_add_tcase(s, tc);
    suite_add_tcase(s, dft_terms_ewald());
    suite_add_tcase(s, dft_terms_xc());
    suite_add_tcase(s, dft_terms_xc_derivative());
    suite_add_tcase(s, dft_terms_dipole());
}
