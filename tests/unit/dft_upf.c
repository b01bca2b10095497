#include "dft_suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <morsel/units.h>

#include "dft/gth.h"
#include "dft/radial.h"
#include "dft/upf.h"

static const char folder[] = "../shared/pseudo";

/* Sums over 700 points, sampled by more than a hundred panels. */
START_TEST(tables_are_the_sums)
{
    enum { N = 701 };
    struct radial f[RADIAL_MAX_L + 1];
    double r[N];
    struct rng rng;

    rng_init(&rng, 1);
    for (int k = 0; k < N; k++)
        r[k] = 0.0143 * k;
    for (int l = 0; l <= RADIAL_MAX_L; l++) {
        radial_init(&f[l], l, N, r);
        for (int k = 0; k < N; k++)
            f[l].w[k] = 0.18 * pow(r[k], 2 + l) * exp(-r[k] * r[k] / 3);
    }
    radial_tabulate(f, RADIAL_MAX_L + 1, 20);
    for (int l = 0; l <= RADIAL_MAX_L; l++) {
        double scale = 0, slopes = 0, slope, exact;

        for (double q = 0; q < 5; q += 0.1) {
            scale = fmax(scale, fabs(radial_sum(&f[l], q, &exact)));
            slopes = fmax(slopes, fabs(exact));
        }
        for (int i = 0; i < 200; i++) {
            double q = 21 * rng_uniform(&rng);
            double sum = radial_sum(&f[l], q, &exact);

            ck_near(radial_eval(&f[l], q, &slope), sum, 1e-11 * scale);
            ck_near(slope, exact, 1e-9 * slopes);
        }
        /* where a table ends the sum goes on, and at 0 nothing is special */
        ck_near(radial_eval(&f[l], 30, NULL), radial_sum(&f[l], 30, NULL),
                1e-15 * scale);
        radial_eval(&f[l], 0, &slope);
        radial_sum(&f[l], 0, &exact);
        ck_near(slope, exact, 1e-9 * slopes);
    }
    for (int l = 0; l <= RADIAL_MAX_L; l++)
        radial_release(&f[l]);
}
END_TEST

START_TEST(bessel_functions_are_known)
{
    /* M. Abramowitz and I. A. Stegun, table 10.1: j_0 ... j_2 at 1 and 5 */
    static const double at1[] = {0.84147098480789650665, 0.30116867893975678925,
                                 0.06203505201137386110};
    static const double at5[] = {-0.19178485493262769378,
                                 -0.09508940807917079162,
                                 0.13473121008512521881};
    double j[RADIAL_MAX_L + 2], below[RADIAL_MAX_L + 2];

    radial_bessel(RADIAL_MAX_L + 1, 1, j);
    for (int l = 0; l < 3; l++)
        ck_near(j[l], at1[l], 1e-15);
    radial_bessel(RADIAL_MAX_L + 1, 5, j);
    for (int l = 0; l < 3; l++)
        ck_near(j[l], at5[l], 1e-15);
    radial_bessel(RADIAL_MAX_L + 1, 2, j);
    radial_bessel(RADIAL_MAX_L + 1, 2 * (1 - 1e-15), below);
    for (int l = 0; l <= RADIAL_MAX_L + 1; l++)
        ck_near(j[l], below[l], 1e-14);
}
END_TEST

/* A file like those of ONCVPSP or of ld1.x, of a potential known in closed
 * form ------------------------------------------------------------------- */

enum { MESH = 1201 };

static const struct gth oxygen = {
    .z = 8,
    .zion = 6,
    .functional = "PBE",
    .rloc = 0.24455430,
    .nc = 2,
    .c = {-16.66721480, 2.48731132},
    .channel = {{.a = 0.22095592, .n = 1, .h = {{18.33745811}}},
                {.a = 0.4, .n = 2, .h = {{2, -1}, {-1, 0.5}}}},
};

static void put(FILE *f, const char *tag, const char *attributes, int n,
                const double *x)
{
    fprintf(f, "<%s%s>\n", tag, attributes);
    for (int k = 0; k < n; k++)
        fprintf(f, "%22.14E%s", x[k], k % 4 == 3 ? "\n" : "");
    fprintf(f, "\n</%s>\n", tag);
}

static void put_mesh(FILE *f, bool log_mesh, double *r, double *rab)
{
    for (int k = 0; k < MESH; k++) {
        r[k] = log_mesh ? exp(-7 + 0.008 * k) : 0.01 * k;
        rab[k] = log_mesh ? 0.008 * r[k] : 0.01;
    }
    fprintf(f, "<PP_MESH>\n");
    put(f, "PP_R", "", MESH, r);
    put(f, "PP_RAB", " type=\"real\"\n size=\"1201\"", MESH, rab);
    fprintf(f, "</PP_MESH>\n");
}

static void put_nonlocal(FILE *f, const double *r)
{
    static const int l[] = {0, 1, 1}, n[] = {0, 0, 1};
    double x[MESH], d[9] = {2 * 18.33745811, 0, 0, 0, 4, -2, 0, -2, 1};

    fprintf(f, "<PP_NONLOCAL>\n");
    for (int i = 0; i < 3; i++) {
        char tag[16], attributes[80];

        for (int k = 0; k < MESH; k++)
            x[k] = r[k] * gth_projector(&oxygen, l[i], n[i], r[k]);
        snprintf(tag, sizeof tag, "PP_BETA.%d", i + 1);
        snprintf(attributes, sizeof attributes,
                 " angular_momentum=\"%d\"\n cutoff_radius_index=\" 1101\" >",
                 l[i]);
        attributes[strlen(attributes) - 1] = '\0';
        put(f, tag, attributes, MESH, x);
    }
    put(f, "PP_DIJ", "", 9, d);
    fprintf(f, "</PP_NONLOCAL>\n");
}

static char *make_upf(bool log_mesh)
{
    double r[MESH], rab[MESH], x[MESH];
    char *text;
    size_t size;
    FILE *f = open_memstream(&text, &size);

    fprintf(f, "<UPF version=\"2.0.1\">\n<!-- a > b -->\n<PP_INFO>\n"
               "if a < b & c <PP_INPUTFILE> x </PP_INPUTFILE>\n</PP_INFO>\n"
               "<PP_HEADER generated=\"by 'hand' > all\" element=\" O\"\n"
               "pseudo_type=\"NC\" relativistic=\"scalar\" "
               "is_ultrasoft=\"F\"\nis_paw='.false.' has_so=\"F\" "
               "core_correction=\".TRUE.\"\nfunctional=\"SLA-PW-PBX-PBC\" "
               "z_valence=\"    6.00\"\nmesh_size=\" 1201\" "
               "wfc_cutoff=\"8.0D+01\"\nnumber_of_wfc=\"1\" "
               "number_of_proj=\"3\"/>\n");
    put_mesh(f, log_mesh, r, rab);
    for (int k = 0; k < MESH; k++)
        x[k] = exp(-r[k] * r[k]);
    put(f, "PP_NLCC", "", MESH, x);
    for (int k = 0; k < MESH; k++)
        x[k] = 2 * gth_local(&oxygen, r[k]);
    put(f, "PP_LOCAL", "", MESH, x);
    put_nonlocal(f, r);
    for (int k = 0; k < MESH; k++)
        x[k] = sqrt(32) * r[k] * exp(-2 * r[k]);
    fprintf(f, "<PP_PSWFC>\n");
    put(f, "PP_CHI.1", " l=\"0\" occupation=\"2.0\"", MESH, x);
    fprintf(f, "</PP_PSWFC>\n");
    for (int k = 0; k < MESH; k++)
        x[k] *= 6 * x[k];
    put(f, "PP_RHOATOM", "", MESH, x);
    fprintf(f, "</UPF>\n");
    fclose(f);
    return text;
}

static int read_text(struct pseudo *p, const char *text, struct err *err)
{
    struct upf u;
    int ret = upf_parse(&u, "x.upf", text, strlen(text), err);

    *p = (struct pseudo){.source = "x.upf"};
    if (ret == 0)
        ret = upf_make(p, &u, 20, err);
    upf_free(&u);
    return ret;
}

/*
 * Errors of Simpson's rule: (h/w)^4 / 180 of functions of width w = 0.2 on
 * steps of 0.01, that is 3e-8, and less on the logarithmic mesh.
 */
static void check_upf(const struct pseudo *p, const struct pseudo *exact)
{
    static const enum pseudo_part parts[] = {PSEUDO_LOCAL, PSEUDO_BETA,
                                             PSEUDO_BETA, PSEUDO_BETA};
    double slope, s;

    for (double q = 0; q < 20; q = 1.4 * q + 0.05)
        for (int i = 0; i < 4; i++) {
            int k = i ? i - 1 : 0;
            double f = pseudo_eval(p, parts[i], k, q, &slope);

            ck_close(f, pseudo_eval(exact, parts[i], k, q, &s), 1e-6);
            ck_close(slope, s, 1e-6);
        }
    for (int i = 0; i < 9; i++)
        ck_near(p->d[i], exact->d[i], 1e-14);
}

START_TEST(a_file_is_the_potential_it_is_of)
{
    struct pseudo exact = {0};
    struct err err;

    ck_assert_int_eq(gth_make(&exact, &oxygen, &err), 0);
    for (int i = 0; i < 2; i++) {
        char *text = make_upf(i);
        struct pseudo p;
        double q = 1.7;

        ck_assert_msg(read_text(&p, text, &err) == 0, "%s", err.msg);
        ck_assert_int_eq(p.z, 8);
        ck_assert(p.zion == 6 && p.core && p.ecut_hint == 40);
        ck_assert_str_eq(p.functional, "PBE");
        ck_assert_int_eq(p.nbeta, 3);
        check_upf(&p, &exact);
        ck_near(pseudo_eval(&p, PSEUDO_CORE, 0, q, NULL),
                pow(M_PI, 1.5) * exp(-q * q / 4), 1e-7);
        ck_near(pseudo_eval(&p, PSEUDO_DENSITY, 0, q, NULL),
                6 * pow(1 + q * q / 16, -2), 1e-7);
        ck_near(pseudo_eval(&p, PSEUDO_ORBITAL, 0, q, NULL),
                16 * M_PI * sqrt(32) * pow(4 + q * q, -2), 1e-6);
        ck_near(p.core_radius, exact.core_radius, 0.02);
        pseudo_release(&p);
        free(text);
    }
    pseudo_release(&exact);
}
END_TEST

/* text with the first `from` replaced; both stay the caller's. */
static char *replace(const char *text, const char *from, const char *to)
{
    const char *p = strstr(text, from);

    ck_assert_msg(p != NULL, "no '%s'", from);
    return xasprintf("%.*s%s%s", (int)(p - text), text, to, p + strlen(from));
}

START_TEST(without_a_density_the_atom_is_solved)
{
    char *text = make_upf(false);
    char *bare = replace(text, "<PP_RHOATOM>", "<PP_X>");
    char *gone = replace(bare, "</PP_RHOATOM>", "</PP_X>");
    struct pseudo p;
    struct err err;

    ck_assert_msg(read_text(&p, gone, &err) == 0, "%s", err.msg);
    ck_near(pseudo_eval(&p, PSEUDO_DENSITY, 0, 0, NULL), 6, 1e-9);
    ck_assert_int_ge(p.norbitals, 2);
    pseudo_release(&p);
    free(text);
    free(bare);
    free(gone);
}
END_TEST

START_TEST(what_cannot_be_used_is_refused)
{
    static const char only[] = ": today norm-conserving, scalar-relativistic "
                               "potentials only";
    static const struct {
        const char *from, *to, *message;
    } wrong[] = {
        {"pseudo_type=\"NC\"", "pseudo_type=\"US\"", "an ultrasoft potential"},
        {"is_ultrasoft=\"F\"", "is_ultrasoft=\"T\"", "an ultrasoft potential"},
        {"is_paw='.false.'", "is_paw='.true.'", "a PAW data set"},
        {"has_so=\"F\"", "has_so=\"true\"",
         "a potential with spin-orbit coupling"},
        {"relativistic=\"scalar\"", "relativistic=\"full\"",
         "a potential with spin-orbit coupling"},
        {"pseudo_type=\"NC\"", "pseudo_type=\"1/r\"",
         "a bare Coulomb potential"},
        {"pseudo_type=\"NC\"", "pseudo_type=\"ZZ\"", "potential of type 'ZZ'"},
    };
    char *text = make_upf(false);

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char *changed = replace(text, wrong[i].from, wrong[i].to);
        char *message = xasprintf("x.upf:6: %s%s", wrong[i].message, only);
        struct pseudo p;
        struct err err;

        ck_assert_int_eq(read_text(&p, changed, &err), ERR_RANGE);
        ck_assert_str_eq(err.msg, message);
        free(changed);
        free(message);
    }
    free(text);
}
END_TEST

START_TEST(bad_files_are_refused_with_their_line)
{
    static const struct {
        const char *from, *to, *message;
    } wrong[] = {
        {"version=\"2.0.1\"", "version=\"1.0\"",
         ":1: expected UPF version 2, not '1.0'"},
        {"<UPF version=\"2.0.1\">", "<PP_INFO>",
         ":1: UPF version 1: upfconv.x of Quantum ESPRESSO makes it version "
         "2"},
        {"</PP_INFO>", "", ":3: no </PP_INFO> follows"},
        {"element=\" O\"", "element=\"Xy\"",
         ":6: expected an element, not 'Xy'"},
        {"z_valence=\"    6.00\"", "z_valence=\"9\"",
         ":6: z_valence: expected up to 8"},
        {"z_valence=\"    6.00\"", "z_valence=\"nan\"",
         ":9: z_valence: expected a number, not 'nan'"},
        {"mesh_size=\" 1201\"", "mesh_size=\"1e9\"",
         ":10: mesh_size: expected 3 to 20000, not '1e9'"},
        {"mesh_size=\" 1201\"", "mesh_size=\"1200\"", "more than 1200 numbers"},
        {"mesh_size=\" 1201\"", "mesh_size=\"1202\"",
         "PP_R: expected 1202 numbers, not 1201"},
        {"number_of_proj=\"3\"", "number_of_proj=\"2\"",
         "PP_BETA.3: the header has 2 of these"},
        {"number_of_proj=\"3\"", "number_of_proj=\"65\"",
         ":11: number_of_proj: expected 0 to 64, not '65'"},
        {"<PP_BETA.2", "<PP_BETA.1", "a second PP_BETA.1"},
        {"angular_momentum=\"1\"", "angular_momentum=\"4\"",
         "angular_momentum: expected 0 to 3, not '4'"},
        {"angular_momentum=\"1\"", "angular_momentum=\"2\"",
         "PP_DIJ couples l = 2 and l = 1"},
        {"  1.00000000000000E-02", "  NaN", "expected a number, not 'NaN'"},
        {"  1.00000000000000E-02", "  5.0", "the mesh does not ascend"},
        {"  1.00000000000000E-02", "  5.0E400", "expected a number"},
        {"</PP_MESH>", "</PP_MASH>", "unexpected </PP_MASH>"},
        {"</PP_R>", "</PP_Q>", "expected </PP_R>"},
        {"</UPF>", "", "the file ends before </UPF>"},
    };
    char *text = make_upf(false);

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char *changed = replace(text, wrong[i].from, wrong[i].to);
        struct pseudo p;
        struct err err;

        ck_assert_int_lt(read_text(&p, changed, &err), 0);
        ck_assert_msg(strncmp(err.msg, "x.upf:", 6) == 0 &&
                          strstr(err.msg, wrong[i].message),
                      "'%s', not '%s'", err.msg, wrong[i].message);
        free(changed);
    }
    free(text);
}
END_TEST

/* A file that was cut, anywhere. */
START_TEST(truncated_files_are_refused)
{
    char *text = make_upf(false);
    size_t n = strlen(text);

    for (size_t i = 0; i < 100; i++) {
        struct upf u;
        struct err err;
        char *cut = xstrdup(text);

        cut[i < 50 ? i * 20 : i * (n / 100)] = '\0';
        ck_assert_int_lt(upf_parse(&u, "x", cut, strlen(cut), &err), 0);
        free(cut);
    }
    free(text);
}
END_TEST

/*
 * ABINIT's psp_core, N sum alpha / volume in eV, of the same potentials in
 * its own format: tables of the two end at other radii (6 and 10 bohr), so 3
 * meV.
 */
START_TEST(alpha_z_of_files_is_that_of_abinit)
{
    static const struct {
        const char *file;
        int natoms;
        double electrons, a, fcc, psp_core;
    } known[] = {
        {"nc-dojo/Si.upf", 2, 4, 5.43, 4, 15.060208405532219},
        {"nc-sg15/Si.upf", 2, 4, 5.43, 4, -5.558645618430331},
        {"nc-dojo/Al.upf", 4, 3, 4.05, 1, 11.891593045286006},
    };

    if (access(folder, R_OK) != 0) {
        fprintf(stderr, "skipped: no %s\n", folder);
        return;
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        double volume = pow(known[i].a / ANGSTROM_PER_BOHR, 3) / known[i].fcc;
        char *path = xasprintf("%s/%s", folder, known[i].file);
        struct pseudo p;
        struct err err;

        ck_assert_msg(pseudo_read(&p, path, 20, &err) == 0, "%s", err.msg);
        ck_near(pseudo_eval(&p, PSEUDO_LOCAL, 0, 0, NULL) *
                    pow(known[i].natoms, 2) * known[i].electrons / volume *
                    EV_PER_HARTREE,
                known[i].psp_core, 3e-3);
        ck_assert_str_eq(p.functional, "PBE");
        pseudo_release(&p);
        free(path);
    }
}
END_TEST

void dft_upf_cases(Suite *s)
{
    TCase *t = tcase_create("upf");

    tcase_add_test(t, bessel_functions_are_known);
    tcase_add_test(t, tables_are_the_sums);
    tcase_add_test(t, a_file_is_the_potential_it_is_of);
    tcase_add_test(t, without_a_density_the_atom_is_solved);
    tcase_add_test(t, what_cannot_be_used_is_refused);
    tcase_add_test(t, bad_files_are_refused_with_their_line);
    tcase_add_test(t, truncated_files_are_refused);
    tcase_add_test(t, alpha_z_of_files_is_that_of_abinit);
    suite_add_tcase(s, t);
}
