#include <morsel/prior.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "prior_suite.h"
#include "suites.h"

static const int cu_c_o[3] = {29, 6, 8};

static double energy_of(const struct prior *p, const struct atoms *a,
                        double (*forces)[3])
{
    struct neighbors nb = {0};
    struct err err;

    ck_assert_int_eq(neighbors_find(&nb, a, p->rc, &err), 0);
    double e = prior_eval(p, a, &nb, forces);
    neighbors_release(&nb);
    return e;
}

static void published(struct prior *p, const int *z, int n, double rs,
                      double rc)
{
    struct err err;

    ck_assert_int_eq(prior_published(p, z, n, rs, rc, &err), 0);
}

/*
 * Four atoms in a crooked cell thinner than the cutoff, periodic in two
 * directions, one of them of an element that the prior may not know.
 */
static void crooked(struct atoms *a)
{
    static const double pos[4][3] = {
        {0.1, 0.2, 0.3}, {2.1, 0.7, 5.4}, {0.6, 1.9, 1.1}, {-4.2, 3.7, 8.6}};
    static const double cell[3][3] = {
        {4.1, 0.3, 0.1}, {-0.7, 5.3, 0.4}, {0.2, 0.1, 11}};
    static const int z[4] = {29, 6, 8, 29};

    atoms_init(a, 4);
    memcpy(a->pos, pos, sizeof pos);
    memcpy(a->cell, cell, sizeof cell);
    memcpy(a->z, z, sizeof z);
    a->pbc[0] = a->pbc[1] = true;
}

static void two(struct atoms *a, int z1, int z2, double r)
{
    atoms_init(a, 2);
    a->z[0] = z1;
    a->z[1] = z2;
    a->pos[1][0] = r * 0.36; /* (9, 12, 20) / 25 */
    a->pos[1][1] = r * 0.48;
    a->pos[1][2] = r * 0.8;
}

/* E(r) of a dimer, and dE/dr from the forces. */
static double dimer(const struct prior *p, int z1, int z2, double r,
                    double *slope)
{
    double f[2][3] = {{0}};
    struct atoms a;

    two(&a, z1, z2, r);
    double e = energy_of(p, &a, f);
    *slope = f[0][0] * 0.36 + f[0][1] * 0.48 + f[0][2] * 0.8;
    atoms_release(&a);
    return e;
}

START_TEST(forces_are_minus_the_gradient)
{
    static const double rs[] = {3.1, 6.6}, rc[] = {6.6, 6.6};
    const double h = 1e-5;

    for (int c = 0; c < 2; c++) {
        double f[4][3] = {{0}};
        struct prior p;
        struct atoms a;

        crooked(&a);
        published(&p, cu_c_o, 3, rs[c], rc[c]);
        energy_of(&p, &a, f);
        for (int k = 0; k < 3; k++) {
            for (int i = 0; i < 4; i++) {
                a.pos[i][k] += h;
                double up = energy_of(&p, &a, NULL);
                a.pos[i][k] -= 2 * h;
                double down = energy_of(&p, &a, NULL);
                a.pos[i][k] += h;
                ck_close(f[i][k], -(up - down) / (2 * h), 1e-8);
            }
            ck_near(f[0][k] + f[1][k] + f[2][k] + f[3][k], 0, 1e-12);
        }
        prior_release(&p);
        atoms_release(&a);
    }
}
END_TEST

/* Forces are added, and a longer list of neighbors changes nothing. */
START_TEST(adds_to_the_forces_it_is_given)
{
    double f[4][3] = {{0}}, g[4][3];
    struct neighbors nb = {0};
    struct prior p;
    struct atoms a;
    struct err err;

    crooked(&a);
    published(&p, cu_c_o, 3, 3.1, 6.6);
    double e = energy_of(&p, &a, f);
    for (int i = 0; i < 12; i++)
        g[i / 3][i % 3] = 0.7 * i;
    ck_assert_int_eq(neighbors_find(&nb, &a, 8.3, &err), 0);
    ck_near(prior_eval(&p, &a, &nb, g), e, 1e-11);
    for (int i = 0; i < 12; i++)
        ck_near(g[i / 3][i % 3] - 0.7 * i, f[i / 3][i % 3], 1e-11);
    neighbors_release(&nb);
    prior_release(&p);
    atoms_release(&a);
}
END_TEST

/* -D at re, 0 at sigma, curvature 2 D a^2: phi by hand. */
START_TEST(a_dimer_is_a_morse_curve)
{
    struct prior p;
    struct morse m;
    double slope, up, down;

    ck_assert(morse_published(29, &m));
    published(&p, cu_c_o, 3, 5.0, 6.6);
    ck_near(dimer(&p, 29, 29, m.re, &slope), -m.d, 1e-14);
    ck_near(slope, 0, 1e-14);
    ck_near(dimer(&p, 29, 29, m.re - log(2) / m.a, &slope), 0, 1e-13);
    dimer(&p, 29, 29, m.re + 1e-5, &up);
    dimer(&p, 29, 29, m.re - 1e-5, &down);
    ck_near((up - down) / 2e-5, 2 * m.d * m.a * m.a, 1e-8);
    prior_release(&p);
}
END_TEST

/*
 * Value, slope and curvature are continuous at rs and rc: the one-sided
 * limits differ by third derivatives, 60 D / (rc - rs)^3 times the step.
 */
START_TEST(the_switch_is_smooth_to_second_order)
{
    const double h = 1e-5, at[] = {5.0, 6.6};
    struct prior p;

    published(&p, cu_c_o, 3, 5.0, 6.6);
    for (int n = 0; n < 2; n++) {
        double s[4], e[4], r = at[n];

        for (int k = 0; k < 4; k++)
            e[k] = dimer(&p, 29, 29, r + (k - 1.5) * h, &s[k]);
        ck_near(e[2], e[1] + h * s[1], 1e-9);
        ck_near(s[2], s[1], 1e-5);
        ck_near((s[3] - s[2]) / h, (s[1] - s[0]) / h, 60 * h);
    }
    prior_release(&p);
}
END_TEST

START_TEST(without_a_switch_the_cut_is_sharp)
{
    struct morse m, cu, c;
    struct prior p;
    double slope, want;

    ck_assert(morse_published(29, &cu) && morse_published(6, &c));
    m = morse_mix(&cu, &c, MIX_MEAN);
    published(&p, cu_c_o, 3, 6.0, 6.0);
    ck_near(dimer(&p, 29, 6, 5.999999, &slope), morse_phi(&m, 5.999999, &want),
            1e-14);
    ck_near(slope, want, 1e-14);
    ck_assert_double_lt(dimer(&p, 29, 6, 5.999999, &slope), -0.004);
    ck_assert(dimer(&p, 29, 6, 6.000001, &slope) == 0 && slope == 0);
    prior_release(&p);
}
END_TEST

/* No element lets atoms fall into each other: the wall rises inwards. */
START_TEST(the_wall_is_monotonic_for_every_published_element)
{
    int n = 0;

    for (int z = 1; z <= MAX_Z; z++) {
        struct prior p;
        struct morse m;

        if (!morse_published(z, &m))
            continue;
        n++;
        published(&p, &z, 1, PRIOR_RS, PRIOR_RC);
        double slope, last = -INFINITY;
        for (double r = fmin(m.re, PRIOR_RS); r > 0.05; r *= 0.97) {
            double e = dimer(&p, z, z, r, &slope);
            ck_assert_double_gt(e, last);
            ck_assert_double_le(slope, 1e-12);
            last = e;
        }
        prior_release(&p);
    }
    ck_assert_int_eq(n, 61);
}
END_TEST

/* Cu-C of the paper: D 4.977 eV, re 1.7519, 1/a the mean of the inverses. */
START_TEST(elements_mix_as_in_the_paper)
{
    struct morse cu, c, m;

    ck_assert(morse_published(29, &cu) && morse_published(6, &c));
    m = morse_mix(&cu, &c, MIX_MEAN);
    ck_near(m.d, 4.977, 5e-4);
    ck_near(m.re, 1.7519, 5e-5);
    ck_near(m.a, 1.5992, 5e-5);
    ck_near(m.re - log(2) / m.a,
            (cu.re - log(2) / cu.a + c.re - log(2) / c.a) / 2, 1e-15);
}
END_TEST

START_TEST(unknown_elements_do_not_interact)
{
    double f[4][3] = {{0}};
    struct prior p, none = {0};
    struct atoms a;

    crooked(&a);
    published(&p, cu_c_o, 2, 3.1, 6.6); /* the oxygen is not listed */
    double with = energy_of(&p, &a, f);
    ck_assert(f[2][0] == 0 && f[2][1] == 0 && f[2][2] == 0);
    a.pos[2][0] += 0.4;
    ck_assert(energy_of(&p, &a, NULL) == with);
    none.rc = 6.6;
    ck_assert(energy_of(&none, &a, NULL) == 0);
    prior_release(&p);
    atoms_release(&a);
}
END_TEST

/* A chain of images of one atom: E = 1/2 sum_n phi(|n| L) = sum_{n>0}. */
START_TEST(an_atom_meets_its_own_images)
{
    const double length = 2.3;
    double f[1][3] = {{0}}, slope, want = 0;
    struct prior p;
    struct atoms a;

    atoms_init(&a, 1);
    a.z[0] = 29;
    a.pbc[1] = true;
    a.cell[1][1] = length;
    published(&p, cu_c_o, 1, 5.0, 6.6);
    for (int n = 1; n * length < 6.6; n++)
        want += dimer(&p, 29, 29, n * length, &slope);
    ck_near(energy_of(&p, &a, f), want, 1e-14);
    ck_assert(f[0][0] == 0 && f[0][1] == 0 && f[0][2] == 0);
    prior_release(&p);
    atoms_release(&a);
}
END_TEST

START_TEST(elements_without_parameters_are_named)
{
    static const int z[] = {29, 54};
    struct prior p;
    struct err err;

    ck_assert_int_eq(prior_published(&p, z, 2, 5, 6.6, &err), ERR_RANGE);
    ck_assert_str_eq(err.msg, "there are no published Morse parameters of Xe: "
                              "fit some to its dimer (fit-morse)");
    ck_assert_int_eq(p.nterm, 0);
}
END_TEST

/* Other people's numbers ---------------------------------------------------- */

/* The numbers of the array after the next "key" at or behind *at. */
static int numbers(const char **at, const char *key, double *x, int max)
{
    const char *s = strstr(*at, key);
    int n = 0;

    ck_assert_ptr_nonnull(s);
    s += strlen(key);
    while (*s != '"' && *s != '}' && *s) {
        char *end;
        double value = strtod(s, &end);

        if (end != s) {
            ck_assert_int_lt(n, max);
            x[n++] = value;
        }
        s = end != s ? end : s + 1;
    }
    *at = s;
    return n;
}

static void read_atoms(const char **at, struct atoms *a)
{
    const char *s = strstr(*at, "\"symbols\": ["), *end = strchr(s, ']');
    int z[64], n = 0;

    for (s = strchr(s, '['); (s = strchr(s, '"')) && s < end; n++) {
        char symbol[4] = {0};

        memcpy(symbol, s + 1, strcspn(s + 1, "\""));
        z[n] = element_number(symbol);
        s += strlen(symbol) + 2;
    }
    *at = end;
    atoms_init(a, n);
    memcpy(a->z, z, (size_t)n * sizeof *z);
    ck_assert_int_eq(numbers(at, "\"positions\":", a->pos[0], 3 * n), 3 * n);
    ck_assert_int_eq(numbers(at, "\"cell\":", a->cell[0], 9), 9);
    s = strstr(*at, "\"pbc\": [") + 7;
    for (int k = 0; k < 3; k++) {
        a->pbc[k] = s[1] == 't';
        s = strchr(s, k < 2 ? ',' : ']') + 1;
    }
}

static void compare(const char **at, const struct atoms *a, double rc)
{
    static const int z[] = {29, 6, 8, 7, 1, 13, 28, 46, 47, 78, 79};
    double e[1], f[3 * 64], mine[64][3] = {{0}};
    struct prior p;

    published(&p, z, 11, rc, rc);
    ck_assert_int_eq(numbers(at, "_energy\":", e, 1), 1);
    ck_assert_int_eq(numbers(at, "_forces\":", f, 192), 3 * a->natoms);
    double energy = energy_of(&p, a, mine);
    ck_close(energy, e[0], 1e-12);
    for (int i = 0; i < 3 * a->natoms; i++)
        ck_close(mine[i / 3][i % 3], f[i], 1e-12);
    prior_release(&p);
}

/* How many cases the file has; 0: no file. */
static int compare_file(const char *path)
{
    FILE *file = fopen(path, "r");
    char *buf = NULL;
    size_t room = 0;
    int n = 0;

    if (!file)
        return 0;
    ck_assert(getdelim(&buf, &room, '\0', file) > 0);
    fclose(file);
    for (const char *at = buf; (at = strstr(at, "\"name\":")); n++) {
        struct atoms a;

        read_atoms(&at, &a);
        compare(&at, &a, 6.0);
        compare(&at, &a, 6.6);
        atoms_release(&a);
    }
    free(buf);
    return n;
}

START_TEST(agrees_with_amptorch)
{
    ck_assert_int_eq(compare_file("tests/ref/morse.json"), 4);
    if (compare_file("../shared/reference/mlp/morse.json") == 0)
        puts("skipped: ../shared/reference/mlp/morse.json");
}
END_TEST

Suite *prior_suite(void)
{
    Suite *s = suite_create("prior");
    TCase *tc = tcase_create("morse");

    tcase_add_test(tc, forces_are_minus_the_gradient);
    tcase_add_test(tc, adds_to_the_forces_it_is_given);
    tcase_add_test(tc, a_dimer_is_a_morse_curve);
    tcase_add_test(tc, the_switch_is_smooth_to_second_order);
    tcase_add_test(tc, without_a_switch_the_cut_is_sharp);
    tcase_add_test(tc, the_wall_is_monotonic_for_every_published_element);
    tcase_add_test(tc, elements_mix_as_in_the_paper);
    tcase_add_test(tc, unknown_elements_do_not_interact);
    tcase_add_test(tc, an_atom_meets_its_own_images);
    tcase_add_test(tc, elements_without_parameters_are_named);
    tcase_add_test(tc, agrees_with_amptorch);
    suite_add_tcase(s, tc);
    suite_add_tcase(s, prior_terms_tests());
    suite_add_tcase(s, prior_forces_tests());
    suite_add_tcase(s, prior_file_tests());
    suite_add_tcase(s, prior_fit_tests());
    return s;
}
