#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor_fixture.h"
#include "plain.h"
#include "suites.h"

/* The derivatives of features by strain. */

static const int component[3][3] = {{0, 5, 4}, {5, 1, 3}, {4, 3, 2}};

static double strain_of(const struct features *f, int i, int a, int b, int m)
{
    int n = f->first[i + 1] - f->first[i];

    return f->strain[6 * f->first[i] + component[a][b] * n + m];
}

/* Row a of x -> x + h e_a (e_b . x), of cell and positions. */
static void strained(struct atoms *to, const struct atoms *from, int a, int b,
                     double h)
{
    atoms_copy(to, from);
    for (int i = 0; i < 3; i++)
        to->cell[i][a] += h * from->cell[i][b];
    for (int i = 0; i < from->natoms; i++)
        to->pos[i][a] += h * from->pos[i][b];
}

/* The crooked cell, periodic in three directions, or in two; and one atom in
 * a skewed cell with its images four shells deep. */
enum { NCASE = 3 };
static void a_case(struct atoms *a, int n)
{
    static const double cell[3][3] = {
        {2.4, 0.1, -0.3}, {0.9, 2.5, 0.2}, {-1.1, 0.7, 2.2}};

    if (n < 2) {
        crooked(a);
        a->pbc[1] = n == 0;
        return;
    }
    atoms_init(a, 1);
    a->z[0] = 29;
    memcpy(a->cell, cell, sizeof cell);
    for (int k = 0; k < 3; k++)
        a->pbc[k] = true;
}

/*
 * Also of strains that turn: T is symmetric.  Errors of central differences as
 * in those by positions, times the lengths of some hundred neighbors.
 */
START_TEST(strain_is_a_finite_difference)
{
    const double h = 1e-5;
    struct features f = {0}, up = {0}, down = {0};
    struct descriptor d;
    struct atoms a, s;

    a_case(&a, _i % NCASE);
    set_of(&d, sets[_i / NCASE]);
    compute(&f, &d, &a, DERIVE_STRAIN);
    for (int x = 0; x < 3; x++)
        for (int y = 0; y < 3; y++) {
            strained(&s, &a, x, y, h);
            compute(&up, &d, &s, DERIVE_NOTHING);
            atoms_release(&s);
            strained(&s, &a, x, y, -h);
            compute(&down, &d, &s, DERIVE_NOTHING);
            atoms_release(&s);
            for (int i = 0; i < a.natoms; i++)
                for (int m = 0; m < f.first[i + 1] - f.first[i]; m++) {
                    int p = f.first[i] + m;

                    ck_close(strain_of(&f, i, x, y, m),
                             (up.g[p] - down.g[p]) / (2 * h), 3e-8);
                }
        }
    features_release(&f);
    features_release(&up);
    features_release(&down);
    descriptor_release(&d);
    atoms_release(&a);
}
END_TEST

/* Atom i and all that is within rc, images and all, with no cell. */
static void cluster(struct atoms *c, const struct atoms *a,
                    const struct neighbors *nb, int i)
{
    int n = nb->first[i + 1] - nb->first[i];

    atoms_init(c, n + 1);
    c->z[0] = a->z[i];
    for (int k = 0; k < n; k++) {
        int e = nb->first[i] + k;

        c->z[k + 1] = a->z[nb->j[e]];
        memcpy(c->pos[k + 1], nb->d[e], sizeof *c->pos);
    }
}

/* Of the formulas, term by term: sum_j dG/dx_j (x) x_j, atom i at 0. */
START_TEST(strain_is_that_of_a_cluster)
{
    struct neighbors nb = {0}, open = {0};
    struct features f = {0};
    struct descriptor d;
    struct atoms a, c;
    struct err err;
    double g[100];

    a_case(&a, 0);
    set_of(&d, sets[_i]);
    compute(&f, &d, &a, DERIVE_STRAIN);
    ck_assert_int_eq(neighbors_find(&nb, &a, d.cutoff.rc, &err), 0);
    for (int i = 0; i < a.natoms; i++) {
        int n = f.first[i + 1] - f.first[i];

        cluster(&c, &a, &nb, i);
        ck_assert_int_eq(neighbors_find(&open, &c, d.cutoff.rc, &err), 0);
        double *dg = xcalloc((size_t)(3 * n * c.natoms), sizeof *dg);
        plain_features(&d, &c, &open, 0, g, dg);
        for (int m = 0; m < n; m++)
            for (int x = 0; x < 3; x++)
                for (int y = 0; y < 3; y++) {
                    double sum = 0;

                    for (int j = 1; j < c.natoms; j++)
                        sum += dg[(3 * j + x) * n + m] * c.pos[j][y];
                    ck_close(strain_of(&f, i, x, y, m), sum, 1e-12);
                }
        free(dg);
        atoms_release(&c);
    }
    neighbors_release(&nb);
    neighbors_release(&open);
    features_release(&f);
    descriptor_release(&d);
    atoms_release(&a);
}
END_TEST

/* A simple cubic lattice, cutoff between its first and second shell: along x
 * two neighbors, and T_xx = 2 a fc'(a), fc' = -(pi / 2 rc) sin(pi a / rc). */
START_TEST(cubic_lattice_by_hand)
{
    struct features f = {0};
    struct descriptor d;
    struct atoms a;

    atoms_init(&a, 1);
    a.z[0] = 29;
    for (int k = 0; k < 3; k++) {
        a.cell[k][k] = 2.5;
        a.pbc[k] = true;
    }
    set_of(&d, "morsel-set 1\ncutoff cosine 3\nG2 Cu eta 0\nend\n");
    compute(&f, &d, &a, DERIVE_STRAIN);
    for (int x = 0; x < 3; x++)
        for (int y = 0; y < 3; y++)
            ck_near(strain_of(&f, 0, x, y, 0),
                    x == y ? -5 * M_PI / 6 * sin(M_PI * 2.5 / 3) : 0, 1e-14);
    features_release(&f);
    descriptor_release(&d);
    atoms_release(&a);
}
END_TEST

START_TEST(energy_strain_is_the_chain_rule)
{
    double dedg[7 * 40], sum[3][3] = {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}};
    struct features f = {0};
    struct descriptor d;
    struct atoms a;

    a_case(&a, 0);
    set_of(&d, sets[3]);
    compute(&f, &d, &a, DERIVE_STRAIN);
    ck_assert_int_le(f.first[7], 7 * 40);
    for (int p = 0; p < f.first[7]; p++)
        dedg[p] = cos(1 + p);
    features_strain(&f, dedg, sum);
    for (int x = 0; x < 3; x++)
        for (int y = 0; y < 3; y++) {
            double want = 3 * x + y + 1;

            for (int i = 0; i < 7; i++)
                for (int m = 0; m < f.first[i + 1] - f.first[i]; m++)
                    want += strain_of(&f, i, x, y, m) * dedg[f.first[i] + m];
            ck_close(sum[x][y], want, 1e-13);
        }
    features_release(&f);
    descriptor_release(&d);
    atoms_release(&a);
}
END_TEST

/* Strain costs nothing where it is not asked for, and changes nothing else. */
START_TEST(strain_comes_only_when_asked)
{
    struct features f = {0}, g = {0};
    struct descriptor d;
    struct atoms a;

    a_case(&a, 0);
    set_of(&d, sets[0]);
    compute(&f, &d, &a, DERIVE_POSITIONS);
    compute(&g, &d, &a, DERIVE_STRAIN);
    ck_assert_ptr_null(f.strain);
    ck_assert_mem_eq(f.g, g.g, (size_t)f.first[7] * sizeof *f.g);
    ck_assert_mem_eq(f.dg, g.dg, (size_t)f.block[f.dep[7] - 1] * sizeof *f.dg);
    features_release(&f);
    features_release(&g);
    descriptor_release(&d);
    atoms_release(&a);
}
END_TEST

TCase *descriptor_strain_tests(void)
{
    TCase *t = tcase_create("strain");

    tcase_add_loop_test(t, strain_is_a_finite_difference, 0, NSETS * NCASE);
    tcase_add_loop_test(t, strain_is_that_of_a_cluster, 0, NSETS);
    tcase_add_test(t, cubic_lattice_by_hand);
    tcase_add_test(t, energy_strain_is_the_chain_rule);
    tcase_add_test(t, strain_comes_only_when_asked);
    return t;
}
