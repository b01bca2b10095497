#include "dft_suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <morsel/atoms.h>
#include <morsel/units.h>

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

/* And the built-in text is well formed to its end. */
START_TEST(the_table_goes_from_hydrogen_to_radon)
{
    static const char *const functionals[] = {"LDA", "PBE"};
    bool there[2][87] = {{false}};
    struct text t = {.name = "table"};
    struct gth g;
    struct err err;
    int ret;

    t.f = fmemopen((void *)gth_potentials, gth_potentials_size, "r");
    ck_assert_int_eq(gth_open(&t, &err), 0);
    while ((ret = gth_next(&g, &t, &err)) > 0)
        for (int i = 0; i < 2; i++)
            if (strcmp(g.functional, functionals[i]) == 0)
                there[i][g.z] = true;
    ck_assert_msg(ret == 0, "%s", err.msg);
    for (int z = 1; z <= 86; z++)
        ck_assert(there[0][z] && there[1][z]);
    text_close(&t);
}
END_TEST

START_TEST(entries_of_the_table_are_told_apart)
{
    struct pseudo small = builtin("Cu", "PBE", 0);
    struct pseudo large = builtin("Cu", "RPBE", 19);

    ck_assert(small.zion == 11 && large.zion == 19);
    ck_assert_str_eq(large.functional, "PBE");
    ck_assert_str_eq(large.source, "Cu GTH-PBE-q19");
    ck_assert(small.hash != large.hash);
    pseudo_release(&small);
    pseudo_release(&large);
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

static char *write_file(const char *name, const char *text)
{
    char *path = xasprintf("/tmp/morsel-%d-%s", (int)getpid(), name);
    FILE *f = fopen(path, "w");

    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
    return path;
}

/* Al, PBE: the same numbers in three formats. */
START_TEST(three_formats_say_the_same)
{
    static const char *const text[] = {
        "# a comment\nmorsel-pseudo 1\n\npotential Al PBE 3\n"
        "local 0.45 -7.55476126\n"
        "s 0.48743529 6.95993832 -1.88883584 2.43847659\n"
        "p 0.56218949 1.86529857 # l = 1\nend\n",
        "Al GTH-PBE-q3 GTH-PBE\n    2    1\n"
        "     0.45000000    1    -7.55476126\n    2\n"
        "     0.48743529    2     6.95993832    -1.88883584\n"
        "                                        2.43847659\n"
        "     0.56218949    1     1.86529857\n#\n",
        "Al\n 13 3 70301 zatom,zion,pspdat\n"
        "10 11 1 0 2001 0 pspcod\n 0.45 1 -7.55476126 rloc nloc c1\n 2\n"
        " 0.48743529 2 6.95993832 -1.88883584\n 2.43847659\n"
        " 0.56218949 1 1.86529857\n 0.0 k\n",
    };
    struct pseudo b = builtin("Al", "PBE", 3);

    for (int i = 0; i < 3; i++) {
        struct pseudo a;
        struct err err;
        char *path = write_file("al", text[i]);

        ck_assert_msg(pseudo_read(&a, path, 20, &err) == 0, "%s", err.msg);
        check_same(&a, &b);
        pseudo_release(&a);
        unlink(path);
        free(path);
    }
    pseudo_release(&b);
}
END_TEST

START_TEST(bad_text_is_refused_with_its_line)
{
    static const struct {
        const char *text, *message;
    } wrong[] = {
        {"morsel-pseudo 1\n", ":1: the file ends before 'potential'"},
        {"morsel-pseudo 1\npotential Xx PBE 3\n",
         ":2: expected 'potential ELEMENT FUNCTIONAL ELECTRONS'"},
        {"morsel-pseudo 1\npotential H PBE 1\nlocal 0.2 1 2 3 4 5\nend\n",
         ":3: expected at most 4 numbers after RLOC"},
        {"morsel-pseudo 1\npotential H PBE 1\nlocal 0.2\ns 1 1 2\nend\n",
         ":4: expected 1, 3 or 6 numbers after R, not 2"},
        {"morsel-pseudo 1\npotential H PBE 1\nlocal 0.2\ng 1 1\nend\n",
         ":4: expected local, s, p, d, f or end"},
        {"morsel-pseudo 1\npotential H PBE 2\nlocal 0.2\nend\n",
         ":4: expected from 1 to Z valence electrons"},
        {"morsel-pseudo 1\npotential H PBE 1\nend\n",
         ":3: expected a radius of the local part from 0.01 to 10 bohr"},
        {"morsel-pseudo 1\npotential H PBE 1\nlocal 0.2\n",
         ":3: the file ends before 'end'"},
        {"morsel-pseudo 1\npotential H PBE 1\nlocal nan\nend\n",
         ":3: expected 'local RLOC C1 ... C4'"},
        {"morsel-pseudo 1\npotential H PBE 1\nlocal 0.2\nend\nlocal 1\n",
         ":5: expected one potential in the file"},
        {"title\n 13 3 7\n 3 11 1 0\n",
         ":3: expected pspcod 10: GTH with all coefficients"},
        {"title\n 13 3 7\n10 11 1 0\n 0.45 1\n", ":4: expected 1 coefficients"},
        {"H GTH-PBE-q1\n1\n 0.2 5 1 1 1 1 1\n 0\n",
         ":3: expected a number from 0 to 4, not '5'"},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char *path = write_file("bad", wrong[i].text);
        char *message = xasprintf("%s%s", path, wrong[i].message);
        struct pseudo p;
        struct err err;

        ck_assert_int_eq(pseudo_read(&p, path, 20, &err), ERR_FORMAT);
        ck_assert_str_eq(err.msg, message);
        unlink(path);
        free(path);
        free(message);
    }
}
END_TEST

START_TEST(one_file_of_a_folder_is_found)
{
    char *dir = xasprintf("/tmp/morsel-%d-dir", (int)getpid()), *path, *name;
    static const char *const files[] = {"cu_ONCV_PBE-1.2.UPF", "C.upf",
                                        "C-PBE-q4.gth", "Cu.txt", "Co.upf"};
    struct err err;

    ck_assert_int_eq(mkdir(dir, 0700), 0);
    for (int i = 0; i < 5; i++) {
        name = xasprintf("%s/%s", dir, files[i]);
        fclose(fopen(name, "w"));
        free(name);
    }
    ck_assert_int_eq(pseudo_find(dir, 29, &path, &err), 0);
    name = xasprintf("%s/%s", dir, files[0]);
    ck_assert_str_eq(path, name);
    free(path);
    free(name);
    ck_assert_int_eq(pseudo_find(dir, 8, &path, &err), ERR_RANGE);
    ck_assert_ptr_nonnull(strstr(err.msg, "no potential for O in '"));
    ck_assert_int_eq(pseudo_find(dir, 6, &path, &err), ERR_RANGE);
    ck_assert_ptr_nonnull(strstr(err.msg, "2 potentials for C in '"));
    ck_assert_ptr_nonnull(strstr(err.msg, "C-PBE-q4.gth"));
    for (int i = 0; i < 5; i++) {
        name = xasprintf("%s/%s", dir, files[i]);
        unlink(name);
        free(name);
    }
    rmdir(dir);
    free(dir);
}
END_TEST

/* Bonds of molecules are not an overlap, atoms on the way to fusion are. */
START_TEST(cores_are_of_a_sensible_size)
{
    static const struct {
        const char *a, *b;
        double distance; /* angstrom */
        bool overlap;
    } pair[] = {
        {"Cu", "Cu", 2.2, false}, {"Cu", "Cu", 1.2, true},
        {"C", "Cu", 1.7, false},  {"C", "Cu", 0.6, true},
        {"H", "H", 0.74, false},  {"N", "N", 1.10, false},
        {"C", "O", 1.13, false},  {"O", "H", 0.96, false},
        {"F", "F", 1.41, false},  {"H", "H", 0.3, true},
        {"Al", "O", 1.6, false},  {"Pb", "O", 1.92, false},
    };

    for (size_t i = 0; i < sizeof pair / sizeof *pair; i++) {
        struct pseudo a = builtin(pair[i].a, "PBE", 0);
        struct pseudo b = builtin(pair[i].b, "PBE", 0);

        ck_assert_msg((a.core_radius + b.core_radius >
                       pair[i].distance / ANGSTROM_PER_BOHR) == pair[i].overlap,
                      "%s-%s at %g", pair[i].a, pair[i].b, pair[i].distance);
        pseudo_release(&a);
        pseudo_release(&b);
    }
}
END_TEST

/*
 * ABINIT's psp_core, N sum alpha / volume, of Si2 in a cubic cell of 5.43
 * angstrom with the same potential (LDA, q4), eV.
 */
START_TEST(alpha_z_is_that_of_abinit)
{
    struct pseudo p = builtin("Si", "LDA", 4);
    double volume = 2 * pow(2.715 / ANGSTROM_PER_BOHR, 3);

    ck_near(8 * 2 * pseudo_eval(&p, PSEUDO_LOCAL, 0, 0, NULL) / volume *
                EV_PER_HARTREE,
            -8.021595783953236, 1e-6);
    pseudo_release(&p);
}
END_TEST

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

static double gaussian_orbital(const struct pseudo *p, enum pseudo_part part,
                               int i, double q, double *slope)
{
    (void)p, (void)i;
    ck_assert_int_eq(part, PSEUDO_ORBITAL);
    ck_assert_ptr_null(slope);
    return exp(-q * q / 2);
}

/* int q^2 exp(-q^2) and int q^4 exp(-q^2) from 0 to q. */
static double second(double q)
{
    return sqrt(M_PI) / 4 * erf(q) - q / 2 * exp(-q * q);
}

static double fourth(double q)
{
    return 3 * sqrt(M_PI) / 8 * erf(q) -
           exp(-q * q) * (q * q * q / 2 + 3 * q / 4);
}

START_TEST(tail_of_a_gaussian)
{
    double occupation = 2;
    struct pseudo p = {.norbitals = 1,
                       .orbital_occupation = &occupation,
                       .eval = gaussian_orbital};

    for (double q = 1; q < 4; q += 0.5) {
        double exact =
            occupation * (fourth(2 * q) - fourth(q)) / 2 / second(2 * q);

        ck_near(pseudo_tail(&p, q * q / 2), exact, 1e-2 * exact);
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
    tcase_add_test(t, entries_of_the_table_are_told_apart);
    tcase_add_test(t, three_formats_say_the_same);
    tcase_add_test(t, bad_text_is_refused_with_its_line);
    tcase_add_test(t, one_file_of_a_folder_is_found);
    tcase_add_test(t, cores_are_of_a_sensible_size);
    tcase_add_test(t, alpha_z_is_that_of_abinit);
    tcase_add_test(t, what_the_table_has_not_is_said);
    tcase_add_test(t, a_functional_takes_what_everybody_gives_it);
    tcase_add_test(t, names_of_functionals_are_understood);
    tcase_add_test(t, files_of_abinit_are_the_entries_of_the_table);
    tcase_add_test(t, tail_of_a_gaussian);
    suite_add_tcase(s, t);
}
