#include "dft_suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <omp.h>

#include "dft/basis.h"
#include "dft/phase.h"
#include "dft_fixture.h"

static const double GMAX = 5;

/* f(r) at the points of the grid is the sum of the waves of the sphere. */
START_TEST(transform_is_a_sum_of_waves)
{
    struct sample s;
    double complex *f;
    double *r;

    sample_triclinic(&s, GMAX);
    f = random_field(&s.g, 1, 0.3, 1);
    r = xcalloc(s.g.nr, sizeof(*r));
    grid_to_r(&s.g, f, r);
    for (int t = 0; t < 5; t++) {
        int i[3] = {t, (3 * t + 1) % s.g.n[1], (7 * t) % s.g.n[2]};
        double sum = creal(f[0]);

        for (int j = 1; j < s.g.ng; j++) {
            double gr = 0;

            for (int k = 0; k < 3; k++)
                gr += 2 * M_PI * s.g.m[j][k] * i[k] / s.g.n[k];
            sum += 2 * creal(f[j] * cexp(I * gr));
        }
        ck_near(r[(i[0] * s.g.n[1] + i[1]) * s.g.n[2] + i[2]], sum, 1e-12);
    }
    free(r);
    free(f);
    sample_release(&s);
}
END_TEST

/* To r and back; and int f h d3r = volume sum f* h: the weights. */
START_TEST(transforms_invert_and_keep_products)
{
    struct sample s;
    double complex *f, *h, *back;
    double *fr, *hr, sum = 0;

    sample_triclinic(&s, GMAX);
    f = random_field(&s.g, 1, 0.3, 1);
    h = random_field(&s.g, 2, -0.2, 1);
    back = xcalloc(s.g.ng, sizeof(*back));
    fr = xcalloc(s.g.nr, sizeof(*fr));
    hr = xcalloc(s.g.nr, sizeof(*hr));
    grid_to_r(&s.g, f, fr);
    grid_to_r(&s.g, h, hr);
    for (long i = 0; i < s.g.nr; i++)
        sum += fr[i] * hr[i] * s.g.dv;
    ck_close(sum, s.g.volume * field_dot(&s.g, f, h), 1e-13);
    grid_to_g(&s.g, fr, back);
    for (int i = 0; i < s.g.ng; i++)
        ck_assert_double_le(cabs(back[i] - f[i]), 1e-15);
    free(fr);
    free(hr);
    free(back);
    free(f);
    free(h);
    sample_release(&s);
}
END_TEST

/* An odd address, and threads with an inactive region inside. */
START_TEST(transforms_take_any_array_and_thread)
{
    struct sample s;
    double complex *f;
    double *r;

    omp_set_num_threads(2);
    sample_triclinic(&s, GMAX);
    f = random_field(&s.g, 1, 0.3, 1);
    r = xcalloc(5 * s.g.nr + 5, sizeof(*r));
    grid_to_r(&s.g, f, r);
#pragma omp parallel for
    for (int i = 1; i < 5; i++)
#pragma omp parallel num_threads(1)
        for (int again = 0; again < 20; again++)
            grid_to_r(&s.g, f, r + i * s.g.nr + i);
    for (int i = 1; i < 5; i++)
        for (long j = 0; j < s.g.nr; j++)
            ck_near(r[i * s.g.nr + i + j], r[j], 1e-13);
    free(r);
    free(f);
    sample_release(&s);
}
END_TEST

/* All G of the sphere, once, in ascending order; shells of equal length. */
START_TEST(sphere_holds_one_of_each_pair)
{
    struct sample s;
    int all = 0;

    sample_triclinic(&s, GMAX);
    for (int m0 = -9; m0 <= 9; m0++)
        for (int m1 = -9; m1 <= 9; m1++)
            for (int m2 = -9; m2 <= 9; m2++) {
                int m[3] = {m0, m1, m2}, at = grid_find(&s.g, m);
                double g[3];

                crystal_reciprocal(&s.c, (double[3]){m0, m1, m2}, g);
                all += norm3(g) <= GMAX;
                ck_assert_int_eq(at != s.g.ng, norm3(g) <= GMAX);
                if (at == s.g.ng)
                    continue;
                for (int k = 0; k < 3; k++)
                    ck_assert_int_eq(m[k], at < 0 ? -s.g.m[-1 - at][k]
                                                  : s.g.m[at][k]);
            }
    ck_assert_int_eq(all, 2 * s.g.ng - 1);
    for (int k = 0; k < 3; k++)
        ck_assert_int_eq(s.g.m[0][k], 0);
    for (int i = 0; i < s.g.ng; i++) {
        ck_close(s.g.q[s.g.shell[i]], norm3(s.g.g[i]), 1e-12);
        ck_assert(i == 0 || s.g.g2[i] >= s.g.g2[i - 1] * (1 - 1e-10));
    }
    ck_assert_int_eq(s.g.shell[s.g.ng - 1], s.g.nshells - 1);
    sample_release(&s);
}
END_TEST

/* Simple cubic: shells of 6, 12, 8, 6, 24 vectors, half of them kept. */
START_TEST(shells_of_a_cube)
{
    static const double a[3][3] = {{7, 0, 0}, {0, 7, 0}, {0, 0, 7}};
    static const int first[] = {0, 1, 4, 10, 14, 17, 29};
    struct sample s;

    sample_init(&s, a, 1, (int[1]){0}, (const double[1][3]){{0}}, GMAX);
    for (int i = 0; i < 6; i++) {
        ck_assert_int_eq(s.g.shell[first[i]], i);
        ck_assert_int_eq(s.g.shell[first[i + 1] - 1], i);
        ck_close(s.g.q[i], 2 * M_PI / 7 * sqrt(i), 1e-14);
    }
    sample_release(&s);
}
END_TEST

START_TEST(phases_are_exponentials)
{
    struct sample s;
    struct phase p;

    sample_triclinic(&s, GMAX);
    for (int a = 0; a < s.c.natoms; a++) {
        phase_init(&p, s.c.x[a], s.g.n);
        for (int i = 0; i < s.g.ng; i++) {
            double complex e = cexp(-I * dot3(s.g.g[i], s.c.tau[a]));

            ck_assert_double_le(cabs(phase_at(&p, s.g.m[i]) - e), 1e-13);
        }
        phase_release(&p);
    }
    sample_release(&s);
}
END_TEST

START_TEST(points_hold_the_sphere)
{
    struct sample s;
    struct grid g;
    struct err err;
    int n[3], more[3];

    sample_triclinic(&s, GMAX);
    grid_points(&s.c, GMAX, 0, n);
    grid_points(&s.c, GMAX, 4, more);
    for (int k = 0; k < 3; k++) {
        int top = 0;

        for (int i = 0; i < s.g.ng; i++)
            top = abs(s.g.m[i][k]) > top ? abs(s.g.m[i][k]) : top;
        ck_assert_int_ge(n[k], 2 * top + 1);
        ck_assert_int_ge(more[k], n[k]);
        ck_assert_int_eq(s.g.n[k], n[k]);
    }
    n[1] = 5;
    ck_assert_int_eq(grid_init(&g, &s.c, GMAX, n, &err), ERR_RANGE);
    ck_assert_ptr_nonnull(strstr(err.msg, "x 5 x"));
    ck_assert_ptr_nonnull(strstr(err.msg, "expected at least"));
    sample_release(&s);
}
END_TEST

START_TEST(radial_tables_are_those_of_the_pseudopotential)
{
    struct sample s;
    double *f, *df;

    sample_triclinic(&s, GMAX);
    f = xcalloc(s.g.ng, sizeof(*f));
    df = xcalloc(s.g.ng, sizeof(*df));
    grid_radial(&s.g, &s.pseudo[1], PSEUDO_LOCAL, f, df);
    for (int i = 0; i < s.g.ng; i += 7) {
        double slope, q = norm3(s.g.g[i]);

        ck_close(f[i], pseudo_eval(&s.pseudo[1], PSEUDO_LOCAL, 0, q, &slope),
                 1e-12);
        ck_close(df[i], slope, 1e-12);
    }
    free(f);
    free(df);
    sample_release(&s);
}
END_TEST

START_TEST(reciprocal_lattice_of_either_hand)
{
    struct sample s;
    double a[3][3] = {{5.6, 0.3, -0.4}, {1.1, 6.2, 0.5}, {-0.7, 0.8, 5.1}};
    double x[1][3] = {{0.3, -1.2, 2.7}};

    for (int hand = 0; hand < 2; hand++) {
        sample_init(&s, (const double(*)[3])a, 1, (int[1]){0},
                    (const double(*)[3])x, 2);
        for (int i = 0; i < 3; i++) {
            for (int k = 0; k < 3; k++)
                ck_near(dot3(s.c.a[i], s.c.b[k]), i == k ? 2 * M_PI : 0, 1e-13);
            ck_near(s.c.x[0][i], x[0][i], 1e-13);
        }
        ck_close(s.c.volume, volume3(a[0], a[1], a[2]), 1e-13);
        sample_displace(&s, 0, 1, 0.7);
        ck_near(s.c.x[0][2], x[0][2] + 0.7 * s.c.b[2][1] / (2 * M_PI), 1e-13);
        sample_release(&s);
        for (int k = 0; k < 3; k++) { /* the other hand */
            double t = a[0][k];

            a[0][k] = a[1][k];
            a[1][k] = t;
        }
    }
}
END_TEST

static int count_waves(const struct crystal *c, const double k[3], double ecut)
{
    int n = 0;

    for (int m0 = -9; m0 <= 9; m0++)
        for (int m1 = -9; m1 <= 9; m1++)
            for (int m2 = -9; m2 <= 9; m2++) {
                double q[3];

                crystal_reciprocal(
                    c, (double[3]){m0 + k[0], m1 + k[1], m2 + k[2]}, q);
                n += dot3(q, q) / 2 <= ecut;
            }
    return n;
}

/* The plane waves are those in the sphere; where 2k is a G, half of them, and
 * -G-K is never there when G is. */
START_TEST(basis_is_a_sphere_or_half_of_it)
{
    static const double k[][3] = {
        {0, 0, 0}, {0.5, 0, 0}, {0.5, -0.5, 0.5}, {1, 0, 0}, {0.2, -0.3, 0.4}};
    static const bool alone[] = {true, false, false, true, false};
    struct sample s;
    struct basis b;
    double ecut = 4.5;

    sample_triclinic(&s, GMAX);
    for (int real = 0; real < 2; real++) {
        int half = real && _i < 4;

        basis_init(&b, &s.c, k[_i], 1, ecut, real);
        ck_assert_int_eq(b.real, half);
        ck_assert_int_eq(b.nfull, count_waves(&s.c, k[_i], ecut));
        ck_assert_int_eq(b.npw, !half ? b.nfull : (b.nfull + alone[_i]) / 2);
        for (int i = 0; i < b.npw; i++) {
            double m[3], q[3];

            for (int d = 0; d < 3; d++)
                m[d] = b.m[i][d] + k[_i][d];
            crystal_reciprocal(&s.c, m, q);
            for (int d = 0; d < 3; d++)
                ck_near(b.q[i][d], q[d], 1e-13);
            ck_near(b.kinetic[i], dot3(q, q) / 2, 1e-13);
            for (int j = 0; j < i && half; j++)
                ck_assert(b.m[i][0] != -b.m[j][0] - b.shift[0] ||
                          b.m[i][1] != -b.m[j][1] - b.shift[1] ||
                          b.m[i][2] != -b.m[j][2] - b.shift[2]);
        }
        basis_release(&b);
    }
    sample_release(&s);
}
END_TEST

void dft_grid_cases(Suite *s)
{
    TCase *tc = tcase_create("grid");

    tcase_add_test(tc, transform_is_a_sum_of_waves);
    tcase_add_test(tc, transforms_invert_and_keep_products);
    tcase_add_test(tc, transforms_take_any_array_and_thread);
    tcase_add_test(tc, sphere_holds_one_of_each_pair);
    tcase_add_test(tc, shells_of_a_cube);
    tcase_add_test(tc, phases_are_exponentials);
    tcase_add_test(tc, points_hold_the_sphere);
    tcase_add_test(tc, radial_tables_are_those_of_the_pseudopotential);
    tcase_add_test(tc, reciprocal_lattice_of_either_hand);
    tcase_add_loop_test(tc, basis_is_a_sphere_or_half_of_it, 0, 5);
    suite_add_tcase(s, tc);
}
