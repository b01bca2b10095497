#include "dft_suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <omp.h>

#include "dft/terms.h"
#include "dft_fixture.h"

/* Without magnetization two spins are one. */
START_TEST(half_up_and_half_down_is_unpolarised)
{
    struct xc *one = functional(functionals[_i], 1),
              *two = functional(functionals[_i], 2);
    double complex *rho[2], *v[3];
    double stress[2][3][3] = {{{0}}}, e[2];
    struct sample s;

    sample_triclinic(&s, 6);
    random_density(&s.g, rho);
    memset(rho[1], 0, s.g.ng * sizeof(*rho[1]));
    for (int i = 0; i < 3; i++)
        v[i] = xcalloc(s.g.ng, sizeof(*v[i]));
    e[0] = xc_potential(one, &s.g, rho, NULL, v);
    e[1] = xc_potential(two, &s.g, rho, NULL, v + 1);
    xc_stress(one, &s.g, rho, NULL, stress[0]);
    xc_stress(two, &s.g, rho, NULL, stress[1]);
    ck_close(e[0], e[1], 1e-12);
    for (int i = 0; i < s.g.ng; i++) {
        ck_assert_double_le(cabs(v[0][i] - v[1][i]), 1e-12);
        ck_assert_double_le(cabs(v[0][i] - v[2][i]), 1e-12);
    }
    for (int i = 0; i < 9; i++)
        ck_near(stress[0][i / 3][i % 3], stress[1][i / 3][i % 3], 1e-13);
    for (int i = 0; i < 3; i++)
        free(v[i]);
    free(rho[0]);
    free(rho[1]);
    sample_release(&s);
    xc_free(one);
    xc_free(two);
}
END_TEST

/* Exchange of parallel spins only: E[n up, 0] = E[2n] / 2 (G. L. Oliver and J.
 * P. Perdew, Phys. Rev. A 20, 397 (1979)). */
START_TEST(exchange_scales_with_spin)
{
    struct xc *one = functional("gga_x_pbe", 1);
    struct xc *two = functional("gga_x_pbe", 2);
    double complex *rho[2];
    struct sample s;
    double e;

    sample_triclinic(&s, 6);
    random_density(&s.g, rho);
    memcpy(rho[1], rho[0], s.g.ng * sizeof(*rho[0]));
    e = xc_energy(two, &s.g, rho, NULL);
    for (int i = 0; i < s.g.ng; i++)
        rho[0][i] *= 2;
    ck_close(e, xc_energy(one, &s.g, rho, NULL) / 2, 1e-12);
    free(rho[0]);
    free(rho[1]);
    sample_release(&s);
    xc_free(one);
    xc_free(two);
}
END_TEST

/*
 * At r_s = 2: Slater's exchange -3/4 (3/pi)^(1/3) n^(4/3), and -0.0448 hartree
 * of correlation (J. P. Perdew and Y. Wang, Phys. Rev. B 45, 13244 (1992)); a
 * GGA has the same energy but for digits of its parameters.
 */
START_TEST(uniform_gas)
{
    double n = 3 / (4 * M_PI * 8), x;
    struct xc *xc = functional("lda_x", 1);
    double complex *rho[1];
    struct sample s;

    sample_triclinic(&s, 6);
    rho[0] = xcalloc(s.g.ng, sizeof(*rho[0]));
    rho[0][0] = n;
    x = -0.75 * cbrt(3 / M_PI) * pow(n, 4.0 / 3) * s.g.volume;
    ck_close(xc_energy(xc, &s.g, rho, NULL), x, 1e-13);
    xc_free(xc);
    for (int i = 0; i < 2; i++) {
        xc = functional(i ? "PBE" : "LDA", 1);
        ck_near((xc_energy(xc, &s.g, rho, NULL) - x) / (n * s.g.volume),
                -0.04476, 1e-5);
        xc_free(xc);
    }
    free(rho[0]);
    sample_release(&s);
}
END_TEST

/*
 * The exact density exp(-2r) / pi of the hydrogen atom, fully polarised, has
 * n(G) = 16 / (4 + G^2)^2 / V.  LSD: E_x = -0.2680, E_c = -0.0222 (with
 * PW92); PBE: -0.3059 and -0.0060: J. P. Perdew, K. Burke and M. Ernzerhof,
 * Phys. Rev. Lett. 77, 3865 (1996), table I, and ibid. 78, 1396 (1997).  Four
 * digits; the sphere of 13/bohr leaves out 1e-4 of the cusp.
 */
START_TEST(hydrogen_atom)
{
    static const struct {
        const char *name;
        double energy;
    } published[] = {{"lda_x", -0.2680},
                     {"lda_c_pw", -0.0222},
                     {"gga_x_pbe", -0.3059},
                     {"gga_c_pbe", -0.0060}};
    static const double a[3][3] = {{11, 0, 0}, {0, 11, 0}, {0, 0, 11}};
    struct xc *xc = functional(published[_i].name, 2);
    double complex *rho[2], *v[2];
    double *r;
    struct sample s;

    sample_init(&s, a, 1, (int[1]){0}, (const double[1][3]){{0}}, 13);
    for (int i = 0; i < 2; i++) {
        rho[i] = xcalloc(s.g.ng, sizeof(*rho[i]));
        v[i] = xcalloc(s.g.ng, sizeof(*v[i]));
        for (int k = 0; k < s.g.ng; k++)
            rho[i][k] = 16 / pow(4 + s.g.g2[k], 2) / s.g.volume;
    }
    ck_near(xc_potential(xc, &s.g, rho, NULL, v), published[_i].energy, 2e-4);
    r = xcalloc(s.g.nr, sizeof(*r));
    for (int i = 0; i < 2; i++) { /* no spike where there is no spin down */
        grid_to_r(&s.g, v[i], r);
        for (long k = 0; k < s.g.nr; k++)
            ck_assert_double_le(fabs(r[k]), 10);
        free(rho[i]);
        free(v[i]);
    }
    free(r);
    sample_release(&s);
    xc_free(xc);
}
END_TEST

/* Vacuum, an absent spin, too much magnetization, a density below zero:
 * nothing that is not finite, and no energy from what is not there. */
START_TEST(what_is_not_there_does_no_harm)
{
    struct xc *xc = functional(functionals[_i], 2);
    double complex *rho[2], *v[2];
    double stress[3][3] = {{0}}, e;
    struct sample s;

    sample_triclinic(&s, 6);
    for (int how = 0; how < 5; how++) {
        random_density(&s.g, rho);
        for (int i = 0; i < s.g.ng; i++) {
            rho[0][i] *= how == 0 ? 0 : how == 1 ? -1 : 1;
            rho[1][i] = rho[0][i] * (how == 4 ? -1.3 : how == 3 ? -1 : 1);
        }
        for (int i = 0; i < 2; i++)
            v[i] = xcalloc(s.g.ng, sizeof(*v[i]));
        e = xc_potential(xc, &s.g, rho, NULL, v);
        ck_assert(isfinite(e));
        ck_assert(how > 1 ? e < 0 || strstr(functionals[_i], "gga_c") : e == 0);
        xc_stress(xc, &s.g, rho, NULL, stress);
        for (int i = 0; i < 2; i++) {
            for (int k = 0; k < s.g.ng; k++)
                ck_assert_double_le(cabs(v[i][k]), 10);
            free(v[i]);
            free(rho[i]);
        }
        for (int i = 0; i < 9; i++)
            ck_assert(isfinite(stress[i / 3][i % 3]));
    }
    sample_release(&s);
    xc_free(xc);
}
END_TEST

START_TEST(sums_do_not_depend_on_threads)
{
    struct xc *xc = functional("PBE", 2);
    double complex *rho[2], *v[2][2];
    double stress[2][3][3] = {{{0}}}, e[2];
    struct sample s;

    omp_set_num_threads(2);
    sample_triclinic(&s, 9);
    random_density(&s.g, rho);
    for (int i = 0; i < 2; i++) {
        omp_set_num_threads(1 + i);
        for (int k = 0; k < 2; k++)
            v[i][k] = xcalloc(s.g.ng, sizeof(*v[i][k]));
        e[i] = xc_potential(xc, &s.g, rho, NULL, v[i]);
        xc_stress(xc, &s.g, rho, NULL, stress[i]);
    }
    ck_assert_double_eq(e[0], e[1]);
    ck_assert_mem_eq(stress[0], stress[1], sizeof(stress[0]));
    for (int k = 0; k < 2; k++) {
        ck_assert_mem_eq(v[0][k], v[1][k], s.g.ng * sizeof(*v[0][k]));
        free(v[0][k]);
        free(v[1][k]);
        free(rho[k]);
    }
    sample_release(&s);
    xc_free(xc);
}
END_TEST

START_TEST(names_are_those_of_libxc_or_of_common_use)
{
    struct sample s;
    double complex *rho[2];
    struct xc *a = functional("pbe", 1);
    struct xc *b = functional("GGA_C_PBE+gga_x_pbe", 1);

    sample_triclinic(&s, 4);
    random_density(&s.g, rho);
    ck_close(xc_energy(a, &s.g, rho, NULL), xc_energy(b, &s.g, rho, NULL),
             1e-15);
    free(rho[0]);
    free(rho[1]);
    sample_release(&s);
    xc_free(a);
    xc_free(b);
    xc_free(NULL);
}
END_TEST

static const struct {
    const char *name, *message;
} refused[] = {
    {"PEB", "functional 'PEB': 'peb' is not known: expected LDA, PBE, PBEsol, "
            "RPBE, revPBE, BLYP, PW91 or names of libxc such as "
            "gga_x_pbe+gga_c_pbe"},
    {"", "functional '': '' is not known: expected LDA, PBE, PBEsol, RPBE, "
         "revPBE, BLYP, PW91 or names of libxc such as gga_x_pbe+gga_c_pbe"},
    {"gga_x_pbe+", "functional 'gga_x_pbe+': '' is not known: expected LDA, "
                   "PBE, PBEsol, RPBE, revPBE, BLYP, PW91 or names of libxc "
                   "such as gga_x_pbe+gga_c_pbe"},
    {"hyb_gga_xc_pbeh",
     "functional 'hyb_gga_xc_pbeh' is a hybrid: expected LDA or GGA"},
    {"MGGA_X_SCAN+mgga_c_scan",
     "functional 'mgga_x_scan' is a meta-GGA: expected LDA or GGA"},
    {"gga_k_apbe", "functional 'gga_k_apbe' is a functional of the kinetic "
                   "energy: expected LDA or GGA"},
    {"gga_xc_vv10",
     "functional 'gga_xc_vv10' has a nonlocal part: expected LDA or GGA"},
    {"lda_x_2d", "functional 'lda_x_2d' is not for three dimensions: expected "
                 "LDA or GGA"},
    {"gga_x_lb", "functional 'gga_x_lb' has no energy, only a potential: "
                 "expected LDA or GGA"},
    {"gga_x_pbe+lda_x",
     "functional 'gga_x_pbe+lda_x': 'lda_x' counts exchange twice"},
    {"gga_x_pbe+gga_xc_hcth_93",
     "functional 'gga_x_pbe+gga_xc_hcth_93': 'gga_xc_hcth_93' counts exchange "
     "twice"},
    {"lda_c_pw+lda_x+lda_c_vwn",
     "functional 'lda_c_pw+lda_x+lda_c_vwn': 'lda_c_vwn' counts correlation "
     "twice"},
};

START_TEST(what_cannot_be_computed_is_refused)
{
    struct err err;

    ck_assert_ptr_null(xc_new(refused[_i].name, 1 + _i % 2, &err));
    ck_assert_int_eq(err.code, ERR_RANGE);
    ck_assert_str_eq(err.msg, refused[_i].message);
}
END_TEST

TCase *dft_terms_xc(void)
{
    TCase *tc = tcase_create("xc");
    int nrefused = sizeof(refused) / sizeof(refused[0]);

    tcase_add_checked_fixture(tc, one_thread, NULL);
    tcase_add_loop_test(tc, half_up_and_half_down_is_unpolarised, 0,
                        NFUNCTIONALS);
    tcase_add_test(tc, exchange_scales_with_spin);
    tcase_add_test(tc, uniform_gas);
    tcase_add_loop_test(tc, hydrogen_atom, 0, 4);
    tcase_add_loop_test(tc, what_is_not_there_does_no_harm, 0, NFUNCTIONALS);
    tcase_add_test(tc, sums_do_not_depend_on_threads);
    tcase_add_test(tc, names_are_those_of_libxc_or_of_common_use);
    tcase_add_loop_test(tc, what_cannot_be_computed_is_refused, 0, nrefused);
    return tc;
}
