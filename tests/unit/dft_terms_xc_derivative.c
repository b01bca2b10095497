#include "dft_suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dft/terms.h"
#include "dft_fixture.h"

static double lowest(const struct grid *g, double complex *const *rho)
{
    double *n = xcalloc(g->nr, sizeof(*n)), *m = xcalloc(g->nr, sizeof(*m));
    double low = INFINITY;

    grid_to_r(g, rho[0], n);
    grid_to_r(g, rho[1], m);
    for (long i = 0; i < g->nr; i++)
        low = fmin(low, n[i] - fabs(m[i]));
    free(n);
    free(m);
    return low;
}

/* Both spins at once: up + 2 d, down - d for one step. */
START_TEST(potential_is_the_derivative_of_the_energy)
{
    int nspin = 1 + _i % 2, with_core = _i / 2 % 2;
    struct xc *xc = functional(functionals[_i / 4], nspin);
    struct sample s;
    double complex *rho[2], *d, *core, *v[2];
    double e[4], h = 0.01, by_v = 0;

    sample_triclinic(&s, 6);
    random_density(&s.g, rho);
    ck_assert_double_ge(lowest(&s.g, rho), 0.004);
    d = random_field(&s.g, 7, 0.01, 0.01);
    core = random_field(&s.g, 8, 0.02, 0.002);
    for (int i = 0; i < 2; i++)
        v[i] = xcalloc(s.g.ng, sizeof(*v[i]));
    e[0] = xc_potential(xc, &s.g, rho, with_core ? core : NULL, v);
    ck_close(e[0], xc_energy(xc, &s.g, rho, with_core ? core : NULL), 1e-14);
    for (int i = 0; i < nspin; i++)
        by_v += (i ? -1 : nspin) * s.g.volume * field_dot(&s.g, v[i], d);
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < s.g.ng; j++) {
            rho[0][j] += h * difference_at[i] * d[j];
            rho[1][j] += 3 * h * difference_at[i] * d[j];
        }
        e[i] = xc_energy(xc, &s.g, rho, with_core ? core : NULL);
        for (int j = 0; j < s.g.ng; j++) {
            rho[0][j] -= h * difference_at[i] * d[j];
            rho[1][j] -= 3 * h * difference_at[i] * d[j];
        }
    }
    ck_near(by_v, difference(e, h), 1e-9);
    for (int i = 0; i < 2; i++) {
        free(rho[i]);
        free(v[i]);
    }
    free(d);
    free(core);
    sample_release(&s);
    xc_free(xc);
}
END_TEST

/* The energy of the strained sample, its core charges superposed anew. */
static double strained(struct xc *xc, const struct sample *s, int j, int k,
                       double eps, double complex *const *rho, bool core)
{
    double complex *to_rho[2], *charge = NULL;
    struct sample to;
    double e;

    sample_strain(s, j, k, eps, &to);
    for (int i = 0; i < 2; i++) {
        to_rho[i] = xcalloc(s->g.ng, sizeof(*to_rho[i]));
        for (int n = 0; n < s->g.ng; n++)
            to_rho[i][n] = rho[i][n] * s->g.volume / to.g.volume;
    }
    if (core) {
        charge = xcalloc(s->g.ng, sizeof(*charge));
        superpose(&to.c, &to.g, PSEUDO_CORE, NULL, charge);
    }
    e = xc_energy(xc, &to.g, to_rho, charge);
    free(to_rho[0]);
    free(to_rho[1]);
    free(charge);
    strain_release(&to);
    return e;
}

/* xc_stress() and what the core charge adds. */
static void whole_stress(struct xc *xc, int nspin, const struct sample *s,
                         double complex *const *rho, bool core,
                         double stress[3][3])
{
    double complex *charge = NULL, *v[2];

    if (core) {
        charge = xcalloc(s->g.ng, sizeof(*charge));
        superpose(&s->c, &s->g, PSEUDO_CORE, NULL, charge);
    }
    xc_stress(xc, &s->g, rho, charge, stress);
    if (!core)
        return;
    for (int i = 0; i < 2; i++)
        v[i] = xcalloc(s->g.ng, sizeof(*v[i]));
    xc_potential(xc, &s->g, rho, charge, v);
    for (int i = 0; i < s->g.ng; i++)
        v[0][i] = nspin == 2 ? (v[0][i] + v[1][i]) / 2 : v[0][i];
    superpose_stress(&s->c, &s->g, PSEUDO_CORE, v[0], stress);
    free(v[0]);
    free(v[1]);
    free(charge);
}

START_TEST(stress_is_the_derivative_by_strain)
{
    static const char *const some[] = {"LDA", "PBE", "BLYP"};
    int nspin = 1 + _i % 2;
    bool core = _i / 2 % 2;
    struct xc *xc = functional(some[_i / 4], nspin);
    double stress[3][3] = {{0}}, h = 4e-3, e[4];
    double complex *rho[2];
    struct sample s;

    sample_triclinic(&s, 6);
    random_density(&s.g, rho);
    whole_stress(xc, nspin, &s, rho, core, stress);
    for (int j = 0; j < 3; j++)
        for (int k = 0; k < 3; k++) {
            for (int i = 0; i < 4; i++)
                e[i] = strained(xc, &s, j, k, h * difference_at[i], rho, core);
            ck_near(stress[j][k], difference(e, h) / s.g.volume, 1e-10);
        }
    free(rho[0]);
    free(rho[1]);
    sample_release(&s);
    xc_free(xc);
}
END_TEST

/* Forces on the core charges: superpose_forces() of the mean potential. */
START_TEST(forces_on_the_core_are_minus_the_derivative)
{
    struct xc *xc = functional("PBE", 2);
    double forces[4][3] = {{0}}, h = 4e-3;
    double complex *rho[2], *core, *v[2];
    struct sample s;

    sample_triclinic(&s, 6);
    random_density(&s.g, rho);
    core = xcalloc(s.g.ng, sizeof(*core));
    superpose(&s.c, &s.g, PSEUDO_CORE, NULL, core);
    for (int i = 0; i < 2; i++)
        v[i] = xcalloc(s.g.ng, sizeof(*v[i]));
    xc_potential(xc, &s.g, rho, core, v);
    for (int i = 0; i < s.g.ng; i++)
        v[0][i] = (v[0][i] + v[1][i]) / 2;
    superpose_forces(&s.c, &s.g, PSEUDO_CORE, v[0], forces);
    for (int a = 0; a < 4; a += 3)
        for (int k = 0; k < 3; k++) {
            double e[4], at = 0;

            for (int i = 0; i < 4; i++) {
                sample_displace(&s, a, k, h * difference_at[i] - at);
                at = h * difference_at[i];
                memset(core, 0, s.g.ng * sizeof(*core));
                superpose(&s.c, &s.g, PSEUDO_CORE, NULL, core);
                e[i] = xc_energy(xc, &s.g, rho, core);
            }
            sample_displace(&s, a, k, -at);
            ck_near(forces[a][k], -difference(e, h), 1e-8);
        }
    for (int i = 0; i < 2; i++) {
        free(rho[i]);
        free(v[i]);
    }
    free(core);
    sample_release(&s);
    xc_free(xc);
}
END_TEST

TCase *dft_terms_xc_derivative(void)
{
    TCase *tc = tcase_create("xc-derivative");

    tcase_add_checked_fixture(tc, one_thread, NULL);
    tcase_add_loop_test(tc, potential_is_the_derivative_of_the_energy, 0,
                        4 * NFUNCTIONALS);
    tcase_add_loop_test(tc, stress_is_the_derivative_by_strain, 0, 12);
    tcase_add_test(tc, forces_on_the_core_are_minus_the_derivative);
    return tc;
}
