#include "dft_suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <morsel/atoms.h>

#include "dft/gth.h"
#include "dft/pseudo.h"

static const char folder[] = "../shared/pseudo";

static struct pseudo builtin(const char *symbol, const char *functional, int q)
{
    struct pseudo p;
    struct err err;

    ck_assert_msg(
        pseudo_builtin(&p, element_number(symbol), functional, q, &err) == 0,
        "%s", err.msg);
    return p;
}

/* j_l(x) by the power series below 1, by recursion above. */
static double bessel(int l, double x)
{
    double term = 1, sum = 0, j0, j1;

    if (x > l + 1) {
        j0 = sin(x) / x;
        j1 = (j0 - cos(x)) / x;
        for (int i = 0; i < l; i++) {
            double next = (2 * i + 3) / x * j1 - j0;

            j0 = j1;
            j1 = next;
        }
        return j0;
    }
    for (int i = 1; i <= l; i++)
        term *= x / (2 * i + 1);
    for (int k = 1; k < 60; k++) {
        sum += term;
        term *= -x * x / 2 / k / (2 * l + 2 * k + 1);
    }
    return sum;
}

/* int f(q) against the definition, in real space, by the trapezoidal rule,
 * which for these functions converges faster than any power of the step. */
START_TEST(gaussians_are_transformed_in_closed_form)
{
    static const struct gth_channel channel = {.a = 0.55, .n = 3};
    struct gth g = {.z = 29,
                    .zion = 11,
                    .rloc = 0.53,
                    .nc = 4,
                    .c = {3.1, -0.7, 0.2, -0.05}};
    struct pseudo p = {0};
    struct err err;
    static const double h = 0.01;

    for (int l = 0; l <= PSEUDO_MAX_L; l++)
        g.channel[l] = channel;
    ck_assert_int_eq(gth_make(&p, &g, &err), 0);
    ck_assert_int_eq(p.nbeta, 12);
    for (double q = 0.1; q < 15; q *= 1.7) {
        double sum = 0;

        for (int i = 0; i < 12; i++) {
            sum = 0;
            for (double r = h; r < 8; r += h)
                sum += 4 * M_PI * h * r * r * bessel(p.l[i], q * r) *
                       gth_projector(&g, p.l[i], i % 3, r);
            ck_near(pseudo_eval(&p, PSEUDO_BETA, i, q, NULL), sum, 1e-12);
        }
        sum = -4 * M_PI * g.zion / (q * q) * exp(-q * q / 4);
        for (double r = h; r < 8; r += h)
            sum += 4 * M_PI * h * r * r * bessel(0, q * r) *
                   (gth_local(&g, r) + g.zion * erf(r) / r);
        ck_near(pseudo_eval(&p, PSEUDO_LOCAL, 0, q, NULL), sum, 1e-10);
    }
    pseudo_release(&p);
}
END_TEST

/* Parseval: int r^2 beta^2 dr = int q^2 f^2 dq / (8 pi^3). */
START_TEST(projectors_of_the_table_are_normalized)
{
    struct pseudo p = builtin("Pt", "PBE", 18);

    for (int i = 0; i < p.nbeta; i++) {
        double sum = 0, h = 0.01;

        for (double q = h; q < 60; q += h) {
            double f = pseudo_eval(&p, PSEUDO_BETA, i, q, NULL);

            sum += h * q * q * f * f / (8 * M_PI * M_PI * M_PI);
        }
        ck_near(sum, 1, 1e-9);
    }
    pseudo_release(&p);
}
END_TEST

static void check_slope(const struct pseudo *p, enum pseudo_part part, int i,
                        double q)
{
    static const double h = 1e-4;
    double slope, at[4];

    for (int k = 0; k < 4; k++)
        at[k] = pseudo_eval(p, part, i, q + (k < 2 ? k - 2 : k - 1) * h, NULL);
    pseudo_eval(p, part, i, q, &slope);
    ck_close(slope, (at[0] - 8 * at[1] + 8 * at[2] - at[3]) / (12 * h), 1e-8);
}

START_TEST(slopes_are_those_of_the_functions)
{
    struct pseudo p = builtin("Ce", "PBE", 12);

    for (double q = 0.3; q < 20; q *= 1.5) {
        check_slope(&p, PSEUDO_LOCAL, 0, q);
        for (int i = 0; i < p.nbeta; i++)
            check_slope(&p, PSEUDO_BETA, i, q);
    }
    pseudo_release(&p);
}
END_TEST

START_TEST(alpha_z_is_the_limit_at_zero)
{
    struct pseudo p = builtin("Al", "LDA", 0);
    double slope, q = 1e-3;
    double limit = pseudo_eval(&p, PSEUDO_LOCAL, 0, 0, &slope);

    ck_assert(slope == 0);
    ck_near(pseudo_eval(&p, PSEUDO_LOCAL, 0, q, NULL) +
                4 * M_PI * p.zion / (q * q),
            limit, 1e-4);
    pseudo_release(&p);
}
END_TEST

START_TEST(the_table_goes_from_hydrogen_to_radon)
{
    for (int z = 1; z <= 86; z++) {
        struct pseudo lda = builtin(element_symbol(z), "LDA", 0);
        struct pseudo pbe = builtin(element_symbol(z), "PBE", 0);

        ck_assert_int_eq(lda.z, z);
        ck_assert_str_eq(lda.functional, "LDA");
        ck_assert_str_eq(pbe.functional, "PBE");
        ck_assert(lda.hash != pbe.hash);
        ck_assert(pbe.zion >= 1 && pbe.zion <= z);
        pseudo_release(&lda);
        pseudo_release(&pbe);
    }
}
END_TEST

START_TEST(what_the_table_has_not_is_said)
{
    struct pseudo p;
    struct err err;

    ck_assert_int_eq(pseudo_builtin(&p, 29, "PBE", 12, &err), ERR_RANGE);
    ck_assert_str_eq(err.msg,
                     "no built-in potential for Cu in PBE with 12 electrons; "
                     "there is LDA q11, LDA q1, LDA q19, PBE q11, PBE q19, "
                     "BLYP q11, BLYP q19");
    ck_assert_int_eq(pseudo_builtin(&p, 94, "PBE", 0, &err), ERR_RANGE);
    ck_assert_str_eq(err.msg, "no built-in potential for Pu");
}
END_TEST

START_TEST(a_functional_takes_what_everybody_gives_it)
{
    static const struct {
        const char *functional, *potential;
        bool fits;
    } rule[] = {
        {"PBE", "PBE", true},
        {"RPBE", "PBE", true},
        {"PBEsol", "PBE", true},
        {"PBEsol", "PBEsol", true},
        {"PBE", "PBEsol", false},
        {"LDA", "PBE", false},
        {"PBE", "LDA", false},
        {"BLYP", "PBE", false},
        {"BLYP", "BLYP", true},
        {"PBE", "", true},
        {"gga_x_wc+gga_c_pbe", "PBE", true},
        {"gga_x_wc+gga_c_pbe", "LDA", false},
        {"lda_x+lda_c_vwn", "LDA", true},
        {"lda_x+lda_c_vwn", "PBE", false},
    };
    struct pseudo p = {.source = "x.upf"};
    struct err err;

    for (size_t i = 0; i < sizeof rule / sizeof *rule; i++) {
        strcpy(p.functional, rule[i].potential);
        ck_assert_msg((pseudo_fits(&p, rule[i].functional, &err) == 0) ==
                          rule[i].fits,
                      "%s with %s", rule[i].functional, rule[i].potential);
    }
    strcpy(p.functional, "LDA");
    ck_assert_int_eq(pseudo_fits(&p, "RPBE", &err), ERR_RANGE);
    ck_assert_str_eq(err.msg,
                     "potential x.upf is for LDA, the calculation is with "
                     "RPBE");
}
END_TEST

START_TEST(names_of_functionals_are_understood)
{
    static const char *const said[][2] = {
        {"SLA PW PBX PBC", "PBE"},
        {"SLA-PW-PBX-PBC", "PBE"},
        {" pbe ", "PBE"},
        {"SLA  PZ   NOGX NOGC", "LDA"},
        {"PADE", "LDA"},
        {"PBESOL", "PBEsol"},
        {"sla+lyp+b88+blyp", "BLYP"},
        {"gga_x_wc", "gga_x_wc"},
    };
    char name[32];

    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        pseudo_functional(said[i][0], name);
        ck_assert_str_eq(name, said[i][1]);
    }
}
END_TEST

/* Bit by bit: the same numbers take the same way. */
static void check_same(const struct pseudo *a, const struct pseudo *b)
{
    ck_assert_int_eq(a->z, b->z);
    ck_assert(a->zion == b->zion);
    ck_assert_str_eq(a->functional, b->functional);
    ck_assert_int_eq(a->nbeta, b->nbeta);
    for (int i = 0; i < a->nbeta * a->nbeta; i++)
        ck_assert(a->d[i] == b->d[i]);
    for (double q = 0; q < 20; q += 0.37) {
        ck_assert(pseudo_eval(a, PSEUDO_LOCAL, 0, q, NULL) ==
                  pseudo_eval(b, PSEUDO_LOCAL, 0, q, NULL));
        for (int i = 0; i < a->nbeta; i++)
            ck_assert(pseudo_eval(a, PSEUDO_BETA, i, q, NULL) ==
                      pseudo_eval(b, PSEUDO_BETA, i, q, NULL));
    }
}

START_TEST(files_of_abinit_are_the_entries_of_the_table)
{
    static const struct {
        const char *symbol, *functional;
        int q;
    } file[] = {
        {"H", "PBE", 1},   {"Cu", "PBE", 11}, {"Pt", "PADE", 18},
        {"Ni", "PBE", 18}, {"Na", "PADE", 9}, {"Pt", "PBE", 10},
    };

    if (access(folder, R_OK) != 0) {
        fprintf(stderr, "skipped: no %s\n", folder);
        return;
    }
    for (size_t i = 0; i < sizeof file / sizeof *file; i++) {
        struct pseudo a, b;
        struct err err;
        char *path = xasprintf("%s/gth/%s-%s-q%d.gth", folder, file[i].symbol,
                               file[i].functional, file[i].q);

        ck_assert_msg(pseudo_read(&a, path, 20, &err) == 0, "%s", err.msg);
        b = builtin(file[i].symbol, file[i].functional, file[i].q);
        check_same(&a, &b);
        pseudo_release(&a);
        pseudo_release(&b);
        free(path);
    }
}
END_TEST

void dft_pseudo_cases(Suite *s)
{
    TCase *t = tcase_create("pseudo");

    tcase_add_test(t, gaussians_are_transformed_in_closed_form);
    tcase_add_test(t, projectors_of_the_table_are_normalized);
    tcase_add_test(t, slopes_are_those_of_the_functions);
    tcase_add_test(t, alpha_z_is_the_limit_at_zero);
    tcase_add_test(t, the_table_goes_from_hydrogen_to_radon);
    tcase_add_test(t, what_the_table_has_not_is_said);
    tcase_add_test(t, a_functional_takes_what_everybody_gives_it);
    tcase_add_test(t, names_of_functionals_are_understood);
    tcase_add_test(t, files_of_abinit_are_the_entries_of_the_table);
    suite_add_tcase(s, t);
}
