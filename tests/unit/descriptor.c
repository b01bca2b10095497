#include <math.h>
#include <stdlib.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include "descriptor_fixture.h"
#include "plain.h"
#include "suites.h"

/*
 * Sums of a few hundred terms of size 1, both kernels with a rounding or two
 * each: 1e-13 of the larger, as the sums themselves may be large.
 */
START_TEST(kernel_is_the_formulas)
{
    struct neighbors nb = {0};
    struct features f = {0};
    struct descriptor d;
    struct atoms a;
    struct err err;
    double g[100], dg[7 * 3 * 100];

    crooked(&a);
    set_of(&d, sets[_i]);
    ck_assert_int_eq(neighbors_find(&nb, &a, 7.1, &err), 0); /* too many */
    ck_assert_int_eq(features_compute(&f, &d, &a, &nb, true, &err), 0);
    for (int i = 0; i < a.natoms; i++) {
        int n = f.first[i + 1] - f.first[i];

        ck_assert_int_eq(n, d.nsf[f.element[i]]);
        ck_assert_int_le(n, 100);
        plain_features(&d, &a, &nb, i, g, dg);
        for (int m = 0; m < n; m++) {
            ck_close(f.g[f.first[i] + m], g[m], 1e-13);
            for (int j = 0; j < a.natoms; j++)
                for (int k = 0; k < 3; k++)
                    ck_close(derivative(&f, i, j, k, m),
                             dg[(3 * j + k) * n + m], 1e-13);
        }
    }
    features_release(&f);
    neighbors_release(&nb);
    descriptor_release(&d);
    atoms_release(&a);
}
END_TEST

/* A central difference is good to h^2 g''' / 6 + 1e-16 g / h. */
START_TEST(derivatives_are_finite_differences)
{
    const double h = 1e-5;
    struct features f = {0}, up = {0}, down = {0};
    struct descriptor d;
    struct atoms a;

    crooked(&a);
    set_of(&d, sets[_i]);
    compute(&f, &d, &a, true);
    for (int j = 0; j < a.natoms; j++)
        for (int k = 0; k < 3; k++) {
            double x = a.pos[j][k];

            a.pos[j][k] = x + h;
            compute(&up, &d, &a, false);
            a.pos[j][k] = x - h;
            compute(&down, &d, &a, false);
            a.pos[j][k] = x;
            for (int i = 0; i < a.natoms; i++)
                for (int m = 0; m < f.first[i + 1] - f.first[i]; m++) {
                    int p = f.first[i] + m;

                    ck_close(derivative(&f, i, j, k, m),
                             (up.g[p] - down.g[p]) / (2 * h), 1e-8);
                }
        }
    features_release(&f);
    features_release(&up);
    features_release(&down);
    descriptor_release(&d);
    atoms_release(&a);
}
END_TEST

/* The atoms a depends on are itself and its neighbors, in ascending order. */
START_TEST(blocks_are_in_order)
{
    struct features f = {0};
    struct descriptor d;
    struct atoms a;
    int at = 0;

    crooked(&a);
    set_of(&d, sets[2]);
    compute(&f, &d, &a, true);
    for (int i = 0; i < a.natoms; i++) {
        bool self = false;

        for (int e = f.dep[i]; e < f.dep[i + 1]; e++) {
            ck_assert_int_eq(f.block[e], at);
            at += 3 * (f.first[i + 1] - f.first[i]);
            ck_assert(e == f.dep[i] || f.atom[e] > f.atom[e - 1]);
            self = self || f.atom[e] == i;
        }
        ck_assert(self);
    }
    features_release(&f);
    descriptor_release(&d);
    atoms_release(&a);
}
END_TEST

/* Turn about (1, 2, 2) / 3 by the angle of cos 0.6, then shift. */
static void move(struct atoms *a)
{
    const double u[3] = {1 / 3., 2 / 3., 2 / 3.}, c = 0.6, s = 0.8;
    const double shift[3] = {17.3, -4.1, 0.7};
    double m[3][3] = {
        {c + u[0] * u[0] * (1 - c), u[0] * u[1] * (1 - c) - u[2] * s,
         u[0] * u[2] * (1 - c) + u[1] * s},
        {u[1] * u[0] * (1 - c) + u[2] * s, c + u[1] * u[1] * (1 - c),
         u[1] * u[2] * (1 - c) - u[0] * s},
        {u[2] * u[0] * (1 - c) - u[1] * s, u[2] * u[1] * (1 - c) + u[0] * s,
         c + u[2] * u[2] * (1 - c)}};

    for (int i = -3; i < a->natoms; i++) {
        double *x = i < 0 ? a->cell[i + 3] : a->pos[i], y[3];

        for (int k = 0; k < 3; k++)
            y[k] = m[k][0] * x[0] + m[k][1] * x[1] + m[k][2] * x[2] +
                   (i < 0 ? 0 : shift[k]);
        memcpy(x, y, sizeof y);
    }
}

START_TEST(motion_changes_nothing)
{
    struct features f = {0}, g = {0};
    struct descriptor d;
    struct atoms a;

    crooked(&a);
    set_of(&d, sets[_i]);
    compute(&f, &d, &a, false);
    move(&a);
    compute(&g, &d, &a, false);
    for (int p = 0; p < f.first[a.natoms]; p++)
        ck_close(f.g[p], g.g[p], 1e-12);
    features_release(&f);
    features_release(&g);
    descriptor_release(&d);
    atoms_release(&a);
}
END_TEST

/* The atoms in reverse order, twice along the first lattice vector. */
START_TEST(supercell_and_order_change_nothing)
{
    struct features f = {0}, g = {0};
    struct descriptor d;
    struct atoms a, b;

    crooked(&a);
    atoms_init(&b, 14);
    memcpy(b.cell, a.cell, sizeof b.cell);
    memcpy(b.pbc, a.pbc, sizeof b.pbc);
    for (int i = 0; i < 14; i++) {
        b.z[i] = a.z[6 - i % 7];
        for (int k = 0; k < 3; k++)
            b.pos[i][k] = a.pos[6 - i % 7][k] + i / 7 * a.cell[0][k];
    }
    for (int k = 0; k < 3; k++)
        b.cell[0][k] *= 2;
    set_of(&d, sets[_i]);
    compute(&f, &d, &a, true);
    compute(&g, &d, &b, true);
    for (int i = 0; i < 14; i++)
        for (int m = 0; m < g.first[i + 1] - g.first[i]; m++) {
            int l = 6 - i % 7;

            ck_close(f.g[f.first[l] + m], g.g[g.first[i] + m], 1e-12);
            for (int j = 0; j < 7; j++)
                ck_close(derivative(&f, l, 6 - j, 1, m),
                         derivative(&g, i, j, 1, m) +
                             derivative(&g, i, j + 7, 1, m),
                         1e-12);
        }
    features_release(&f);
    features_release(&g);
    descriptor_release(&d);
    atoms_release(&a);
    atoms_release(&b);
}
END_TEST

/*
 * A right triangle of 3, 4, 5 with rc 10 and eta 0: fc(3) fc(4) fc(5) = 0.7939
 * 0.6545 0.5, the cosines 0, 0.6, 0.8.
 */
START_TEST(right_triangle)
{
    struct features f = {0};
    struct descriptor d;
    struct atoms a;

    atoms_init(&a, 3);
    for (int i = 0; i < 3; i++)
        a.z[i] = 29;
    a.pos[1][0] = 3;
    a.pos[2][2] = 4;
    set_of(&d, "morsel-set 1\ncutoff cosine 10\n"
               "G2 Cu eta 0\n"
               "G4 Cu Cu eta 0 zeta 2 lambda -1\n"
               "end\n");
    compute(&f, &d, &a, false);
    double f3 = 0.5 * (1 + cos(0.3 * M_PI)), f4 = 0.5 * (1 + cos(0.4 * M_PI));
    ck_near(f.g[0], f3 + f4, 1e-15);
    ck_near(f.g[1], 0.5 * f3 * f4 * 0.5, 1e-15);
    ck_near(f.g[2], f3 + 0.5, 1e-15);
    ck_near(f.g[3], 0.5 * 0.4 * 0.4 * f3 * f4 * 0.5, 1e-15);
    ck_near(f.g[5], 0.5 * 0.2 * 0.2 * f3 * f4 * 0.5, 1e-15);
    features_release(&f);
    descriptor_release(&d);
    atoms_release(&a);
}
END_TEST

START_TEST(forces_are_the_chain_rule)
{
    double dedg[7 * 40], forces[7][3], sum[3] = {0};
    struct features f = {0};
    struct descriptor d;
    struct atoms a;

    crooked(&a);
    set_of(&d, sets[3]);
    compute(&f, &d, &a, true);
    ck_assert_int_le(f.first[7], 7 * 40);
    for (int p = 0; p < f.first[7]; p++)
        dedg[p] = cos(1 + p);
    for (int j = 0; j < 7; j++)
        for (int k = 0; k < 3; k++)
            forces[j][k] = 10 + j;
    features_forces(&f, dedg, forces);
    for (int j = 0; j < 7; j++)
        for (int k = 0; k < 3; k++) {
            double want = 10 + j;

            for (int i = 0; i < 7; i++)
                for (int m = 0; m < f.first[i + 1] - f.first[i]; m++)
                    want -= derivative(&f, i, j, k, m) * dedg[f.first[i] + m];
            ck_close(forces[j][k], want, 1e-13);
            sum[k] += forces[j][k] - 10 - j;
        }
    for (int k = 0; k < 3; k++)
        ck_near(sum[k], 0, 1e-11);
    features_release(&f);
    descriptor_release(&d);
    atoms_release(&a);
}
END_TEST

#ifdef _OPENMP
START_TEST(threads_change_not_a_bit)
{
    struct features one = {0}, three = {0};
    struct descriptor d;
    struct atoms a;

    crooked(&a);
    set_of(&d, sets[0]);
    omp_set_num_threads(1);
    compute(&one, &d, &a, true);
    omp_set_num_threads(3);
    compute(&three, &d, &a, true);
    ck_assert_mem_eq(one.g, three.g, (size_t)one.first[7] * sizeof *one.g);
    ck_assert_mem_eq(one.dg, three.dg,
                     (size_t)one.block[one.dep[7] - 1] * sizeof *one.dg);
    features_release(&one);
    features_release(&three);
    descriptor_release(&d);
    atoms_release(&a);
}
END_TEST
#endif

START_TEST(unknown_element_is_refused)
{
    struct neighbors nb = {0};
    struct features f = {0};
    struct descriptor d;
    struct atoms a;
    struct err err;

    crooked(&a);
    a.z[4] = 79;
    set_of(&d, sets[0]);
    ck_assert_int_eq(neighbors_find(&nb, &a, 6, &err), 0);
    ck_assert_int_eq(features_compute(&f, &d, &a, &nb, true, &err), ERR_RANGE);
    ck_assert_str_eq(err.msg, "atom 5 is Au, which is not one of the elements "
                              "C, Cu, O");
    neighbors_release(&nb);
    descriptor_release(&d);
    atoms_release(&a);
}
END_TEST

Suite *descriptor_suite(void)
{
    Suite *s = suite_create("descriptor");
    TCase *t = tcase_create("features");

    tcase_add_loop_test(t, kernel_is_the_formulas, 0, NSETS);
    tcase_add_loop_test(t, derivatives_are_finite_differences, 0, NSETS);
    tcase_add_loop_test(t, motion_changes_nothing, 0, NSETS);
    tcase_add_loop_test(t, supercell_and_order_change_nothing, 0, NSETS);
    tcase_add_test(t, blocks_are_in_order);
    tcase_add_test(t, right_triangle);
    tcase_add_test(t, forces_are_the_chain_rule);
#ifdef _OPENMP
    tcase_add_test(t, threads_change_not_a_bit);
#endif
    tcase_add_test(t, unknown_element_is_refused);
    suite_add_tcase(s, t);
    suite_add_tcase(s, descriptor_set_tests());
    suite_add_tcase(s, descriptor_strain_tests());
    return s;
}
