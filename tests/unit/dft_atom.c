#include "dft_suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/atoms.h>

#include "dft/atom.h"
#include "dft/gth.h"

/* Eigenvalues of an isotropic oscillator: 2n + l + 3/2, but for what a
 * geometric series of exponents leaves out. */
START_TEST(an_oscillator_has_its_levels)
{
    struct atom *a = xcalloc(1, sizeof(*a));
    struct gaussians *b = xcalloc(1, sizeof(*b));
    struct level level[2];
    double v[ATOM_POINTS];
    struct err err;

    a->sharp = 20;
    for (int k = 0; k < ATOM_POINTS; k++)
        v[k] = pow((k + 1) * ATOM_STEP, 2) / 2;
    for (int l = 0; l <= PSEUDO_MAX_L; l++) {
        int n = 2;

        ck_assert_int_eq(gaussians_init(b, l, a, &err), 0);
        ck_assert_int_eq(gaussians_solve(b, v, &n, level, &err), 0);
        ck_assert_int_eq(n, 2);
        for (int i = 0; i < 2; i++)
            ck_near(level[i].energy / (2 * i + l + 1.5), 1, 3e-4);
    }
    free(a);
    free(b);
}
END_TEST

static struct atom solve(const char *symbol, const char *functional, int q)
{
    struct pseudo p;
    struct atom a;
    struct err err;

    ck_assert_msg(
        pseudo_builtin(&p, element_number(symbol), functional, q, &err) == 0,
        "%s", err.msg);
    gth_atom(&a, &p);
    ck_assert_int_eq(atom_solve(&a, &err), 0);
    ck_assert(a.converged);
    pseudo_release(&p);
    return a;
}

/*
 * Valence levels of all-electron atoms in LDA (Vosko, Wilk and Nusair): S.
 * Kotochigova, Z. H. Levine, E. L. Shirley, M. D. Stiles and C. W. Clark,
 * Phys. Rev. A 55, 191 (1997), hartree.  Potentials are fitted to 1e-3 of
 * them in the Pade form of LDA, which differs by up to 5e-4.
 */
START_TEST(levels_are_those_of_all_electrons)
{
    static const struct {
        const char *symbol;
        int i, l;
        double energy;
    } known[] = {
        {"H", 0, 0, -0.233471},  {"He", 0, 0, -0.570425},
        {"C", 0, 0, -0.500866},  {"C", 1, 1, -0.199186},
        {"O", 0, 0, -0.871362},  {"O", 1, 1, -0.338381},
        {"Na", 2, 0, -0.103415}, {"Al", 0, 0, -0.286883},
        {"Al", 1, 1, -0.102545}, {"Si", 0, 0, -0.398139},
        {"Si", 1, 1, -0.153293},
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct atom a = solve(known[i].symbol, "LDA", 0);
        const struct level *level = &a.level[known[i].i];

        ck_assert_int_eq(level->l, known[i].l);
        ck_near(level->energy, known[i].energy, 2e-3);
        atom_release(&a);
    }
}
END_TEST

/* No table of configurations is needed: what is filled is right. */
START_TEST(ground_states_are_filled)
{
    static const struct {
        const char *symbol;
        double s, p, d; /* electrons */
    } known[] = {
        {"C", 2, 2, 0},   {"Al", 2, 1, 0}, {"O", 2, 4, 0},      {"Na", 3, 6, 0},
        {"Cu", 1, 0, 10}, {"Pt", 3, 6, 9}, {"Ni", 3.5, 6, 8.5},
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct atom a = solve(known[i].symbol, "PBE", 0);
        double of[4] = {0};

        for (int k = 0; k < a.nlevels; k++)
            of[a.level[k].l] += a.level[k].occupation;
        ck_near(of[0], known[i].s, 0.5);
        ck_near(of[1], known[i].p, 0.05);
        ck_near(of[2], known[i].d, 0.5);
        atom_release(&a);
    }
}
END_TEST

/* The lowest empty level is there, too: 3p of Na and Al's 3p, half full. */
START_TEST(bound_levels_are_kept_even_if_empty)
{
    struct atom a = solve("Na", "PBE", 9);

    ck_assert_int_eq(a.nlevels, 4);
    ck_assert_int_eq(a.level[3].l, 1);
    ck_assert(a.level[3].energy < 0);
    atom_release(&a);
}
END_TEST

/* All of PBE, a quarter of the others. */
START_TEST(every_atom_has_its_electrons)
{
    struct text t = {.name = "table"};
    struct gth g;
    struct err err;
    int n = 0;

    t.f = fmemopen((void *)gth_potentials, gth_potentials_size, "r");
    ck_assert_int_eq(gth_open(&t, &err), 0);
    while (gth_next(&g, &t, &err) > 0) {
        struct pseudo p = {0};
        struct atom a;
        double sum = 0, occupations = 0;

        if (strcmp(g.functional, "PBE") != 0 && n++ % 4)
            continue;
        gth_analytic(&p, &g);
        gth_atom(&a, &p);
        ck_assert_int_eq(atom_solve(&a, &err), 0);
        ck_assert_msg(a.converged, "%s q%d", element_symbol(g.z), g.zion);

        for (int k = 0; k < ATOM_POINTS; k++)
            sum += a.electrons[k];
        for (int i = 0; i < a.nlevels; i++)
            occupations += a.level[i].occupation;
        ck_near(sum, a.zion, 1e-3 * a.zion);
        ck_near(occupations, a.zion, 0.03);
        atom_release(&a);
        pseudo_release(&p);
    }
    text_close(&t);
}
END_TEST

/* In reciprocal space: f(0) = zion, slopes, and norms by Parseval. */
START_TEST(density_and_orbitals_are_transformed)
{
    struct pseudo p;
    struct err err;
    double h = 0.02, slope, below, above;

    ck_assert_int_eq(pseudo_builtin(&p, 29, "PBE", 11, &err), 0);
    ck_near(pseudo_eval(&p, PSEUDO_DENSITY, 0, 0, NULL), 11, 1e-9);
    below = pseudo_eval(&p, PSEUDO_DENSITY, 0, 1.99, NULL);
    above = pseudo_eval(&p, PSEUDO_DENSITY, 0, 2.01, NULL);
    pseudo_eval(&p, PSEUDO_DENSITY, 0, 2, &slope);
    ck_near(slope, (above - below) / 0.02, 1e-3);
    ck_assert_int_ge(p.norbitals, 2);
    for (int i = 0; i < p.norbitals; i++) {
        double sum = 0;

        for (double q = h; q < 40; q += h) {
            double f = pseudo_eval(&p, PSEUDO_ORBITAL, i, q, NULL);

            sum += h * q * q * f * f / (8 * M_PI * M_PI * M_PI);
        }
        ck_near(sum, 1, 1e-4);
    }
    pseudo_release(&p);
}
END_TEST

void dft_atom_cases(Suite *s)
{
    TCase *t = tcase_create("atom");

    tcase_add_test(t, an_oscillator_has_its_levels);
    tcase_add_test(t, levels_are_those_of_all_electrons);
    tcase_add_test(t, ground_states_are_filled);
    tcase_add_test(t, bound_levels_are_kept_even_if_empty);
    tcase_add_test(t, every_atom_has_its_electrons);
    tcase_add_test(t, density_and_orbitals_are_transformed);
    suite_add_tcase(s, t);
}
