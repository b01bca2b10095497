#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dft_models.h"
#include "dft_suite.h"

/* R x + t. */
static void apply(const struct symmetry *s, int i, const double x[3],
                  double y[3])
{
    for (int k = 0; k < 3; k++) {
        y[k] = s->shift[i][k];
        for (int j = 0; j < 3; j++)
            y[k] += s->rotation[i][k][j] * x[j];
    }
}

START_TEST(groups_have_their_order)
{
    const struct model *m = &models[_i];
    struct crystal c;
    struct symmetry s;

    model_init(&c, m);
    model_find(&s, &c);
    ck_assert_msg(s.n == m->nops, "%s: %d operations, not %d", m->name, s.n,
                  m->nops);
    for (int k = 0; k < 3; k++) {
        for (int j = 0; j < 3; j++)
            ck_assert_int_eq(s.rotation[0][k][j], j == k);
        ck_near(s.shift[0][k], 0, 1e-300);
    }
    for (int i = 0; i < s.n; i++)
        for (int a = 0; a < c.natoms; a++) {
            int b = s.map[i * c.natoms + a];
            double y[3];

            ck_assert_int_eq(m->z[a], m->z[b]);
            ck_near(m->moment[a], m->moment[b], 1e-9);
            apply(&s, i, c.x[a], y);
            for (int k = 0; k < 3; k++)
                ck_near(remainder(y[k] - c.x[b][k], 1), 0, 1e-9);
        }
    symmetry_release(&s);
    ck_assert_int_eq(symmetry_find(&s, &c, false, 2e-5, &(struct err){0}), 0);
    ck_assert_int_eq(s.n, 1);
    symmetry_release(&s);
    crystal_release(&c);
}
END_TEST

/* An atom moved by 1e-3 bohr breaks what a tolerance of 2e-5 sees. */
START_TEST(broken_symmetry_is_seen)
{
    struct crystal c;
    struct symmetry s;

    model_init(&c, &models[3]);
    c.tau[1][0] += 1e-3;
    crystal_move(&c, (const double(*)[3])c.tau);
    model_find(&s, &c);
    ck_assert_int_eq(s.n, 8); /* 4mm along x, and the mirror in y and z */
    symmetry_release(&s);
    c.tau[1][0] -= 1e-3 - 1e-6;
    crystal_move(&c, (const double(*)[3])c.tau);
    model_find(&s, &c);
    ck_assert_int_eq(s.n, 192);
    symmetry_release(&s);
    crystal_release(&c);
}
END_TEST

/* Atoms off their places by less than the tolerance: an operation is the one
 * that is best for all of them, and the identity is exact. */
START_TEST(shifts_are_those_of_all_atoms)
{
    struct crystal c;
    struct symmetry s;
    struct rng rng;

    model_init(&c, &models[6]);
    rng_init(&rng, 5);
    for (int i = 0; i < 3 * c.natoms; i++)
        c.tau[i / 3][i % 3] += 4e-6 * rng_normal(&rng);
    crystal_move(&c, (const double(*)[3])c.tau);
    model_find(&s, &c);
    ck_assert_int_eq(s.n, 24);
    for (int i = 0; i < s.n; i++) {
        double sum[3] = {0}, y[3];

        for (int a = 0; a < c.natoms; a++) {
            apply(&s, i, c.x[a], y);
            for (int k = 0; k < 3; k++)
                sum[k] += remainder(y[k] - c.x[s.map[i * c.natoms + a]][k], 1);
        }
        for (int k = 0; k < 3; k++)
            ck_near(sum[k], 0, i ? 3e-8 : 1e-300); /* a tidy one is moved */
    }
    symmetry_release(&s);
    crystal_release(&c);
}
END_TEST

/* Is operation i after j one of them, by rotation and map? */
static bool product_is_there(const struct symmetry *s, int i, int j)
{
    for (int k = 0; k < s->n; k++) {
        int wrong = 0;

        for (int p = 0; p < 9; p++) {
            int r = 0;

            for (int q = 0; q < 3; q++)
                r += s->rotation[i][p / 3][q] * s->rotation[j][q][p % 3];
            wrong += r != s->rotation[k][p / 3][p % 3];
        }
        for (int a = 0; a < s->natoms; a++)
            wrong += s->map[k * s->natoms + a] !=
                     s->map[i * s->natoms + s->map[j * s->natoms + a]];
        if (wrong == 0)
            return true;
    }
    return false;
}

/* Noise about as large as the tolerance breaks some of the operations, of
 * crystals of four atoms: the others are a group, and true. */
START_TEST(what_noise_leaves_is_a_group)
{
    int least = 1000, most = 0;

    for (int seed = 0; seed < 200; seed++) {
        struct crystal c;
        struct symmetry s;
        struct rng rng;

        model_init(&c, &models[4]);
        rng_init(&rng, seed);
        for (int i = 0; i < 3 * c.natoms; i++)
            c.tau[i / 3][i % 3] += (seed % 2 ? 2e-5 : 4e-6) * rng_normal(&rng);
        crystal_move(&c, (const double(*)[3])c.tau);
        model_find(&s, &c);
        least = s.n < least ? s.n : least;
        most = s.n > most ? s.n : most;
        for (int i = 0; i < s.n; i++) {
            for (int j = 0; j < s.n; j++)
                ck_assert(product_is_there(&s, i, j));
            for (int a = 0; a < c.natoms; a++) {
                double y[3], d2 = 0;

                apply(&s, i, c.x[a], y);
                for (int k = 0; k < 3; k++) /* the cell is cubic, 7.5 bohr */
                    d2 += pow(
                        7.5 * remainder(y[k] - c.x[s.map[i * c.natoms + a]][k],
                                        1),
                        2);
                ck_assert_double_le(sqrt(d2), 2e-5);
            }
        }
        symmetry_release(&s);
        crystal_release(&c);
    }
    ck_assert_int_eq(least, 1);
    ck_assert_int_eq(most, 32);
}
END_TEST

START_TEST(atoms_at_one_place_are_refused)
{
    struct crystal c;
    struct symmetry s;
    struct err err;

    model_init(&c, &models[1]);
    memcpy(c.tau[1], c.tau[0], sizeof(*c.tau));
    crystal_move(&c, (const double(*)[3])c.tau);
    ck_assert_int_eq(symmetry_find(&s, &c, true, 2e-5, &err), ERR_RANGE);
    ck_assert_str_eq(err.msg, "two atoms are within 2e-05 bohr of each other");
    crystal_release(&c);
}
END_TEST

/* Diamond shifts by quarters or not at all: a grid of 10 points keeps half of
 * its operations, grids that differ in a direction those that keep it.  The
 * atom of the cube sits at 0.1, 0.2, 0.3: 9 points fit no shift. */
START_TEST(grids_keep_what_fits)
{
    static const struct {
        int model, n[3], left;
    } cases[] = {
        {1, {12, 12, 12}, 48},  {1, {10, 10, 10}, 24}, {0, {9, 9, 9}, 1},
        {3, {12, 12, 12}, 192}, {3, {12, 12, 10}, 64}, {3, {9, 9, 9}, 48},
        {5, {10, 10, 16}, 24},  {5, {10, 10, 15}, 12}, {5, {10, 12, 16}, 4}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct crystal c;
        struct symmetry s;

        model_init(&c, &models[cases[i].model]);
        model_find(&s, &c);
        symmetry_keep_grid(&s, cases[i].n);
        ck_assert_msg(s.n == cases[i].left, "case %zu: %d left, not %d", i, s.n,
                      cases[i].left);
        for (int k = 0; k < s.n; k++)
            for (int j = 0; j < 3; j++)
                ck_near(remainder(s.shift[k][j] * cases[i].n[j], 1), 0, 1e-13);
        symmetry_release(&s);
        crystal_release(&c);
    }
}
END_TEST

/* A periodic function with the point group: sum over images of cos. */
static double invariant(const struct symmetry *s, const double k[3])
{
    static const double r[2][3] = {{1, 2, 0}, {1, -1, 3}};
    double sum = 0;

    for (int i = 0; i < s->n; i++)
        for (int w = 0; w < 2; w++) {
            double phase = 0;

            for (int a = 0; a < 9; a++)
                phase += s->rotation[i][a / 3][a % 3] * r[w][a % 3] * k[a / 3];
            sum += (1 + w) * cos(2 * M_PI * phase) / s->n;
        }
    return sum;
}

struct mesh {
    int model, n[3], shift[3], ops, nk;
};

/*
 * Counted by hand: of simple cubic 2 x 2 x 2 Gamma, X, M, R; 4 x 4 x 4 ten;
 * shifted 4 x 4 x 4 (1,1,1), (1,1,3), (1,3,3), (3,3,3) eighths; of a hexagon
 * 3 x 3 Gamma, K, and the six others; without a group half of all, and those
 * with k = -k.  A shift in the plane of a hexagon leaves mmm, one along the
 * diagonal of a face-centred lattice -3m.
 */
static const struct mesh meshes[] = {
    {0, {1, 1, 1}, {0, 0, 0}, 48, 1},   {0, {2, 2, 2}, {0, 0, 0}, 48, 4},
    {0, {4, 4, 4}, {0, 0, 0}, 48, 10},  {0, {4, 4, 4}, {1, 1, 1}, 48, 4},
    {0, {2, 2, 1}, {0, 0, 0}, 16, 3},   {0, {3, 3, 3}, {1, 1, 1}, 48, 4},
    {1, {4, 4, 4}, {0, 0, 0}, 48, 8},   {1, {4, 4, 4}, {1, 1, 1}, 12, 10},
    {3, {4, 4, 4}, {0, 0, 0}, 192, 10}, {5, {3, 3, 1}, {0, 0, 0}, 24, 3},
    {5, {3, 3, 2}, {0, 0, 1}, 24, 3},   {5, {4, 4, 2}, {1, 1, 0}, 8, -1},
    {8, {2, 3, 4}, {0, 0, 0}, 1, 14},   {8, {2, 2, 2}, {1, 0, 1}, 1, 4},
    {8, {3, 4, 2}, {1, 1, 0}, 1, 12},
};
enum { NMESHES = sizeof(meshes) / sizeof(*meshes) };

START_TEST(irreducible_points_stand_for_all)
{
    const struct mesh *m = &meshes[_i];
    struct crystal c;
    struct symmetry s;
    struct kpoint *k;
    double sum = 0, all = 0, full = 0;

    model_init(&c, &models[m->model]);
    model_find(&s, &c);
    symmetry_keep_kpoints(&s, m->n, m->shift);
    ck_assert_msg(s.n == m->ops, "%d operations, not %d", s.n, m->ops);
    int nk = kpoints_grid(&s, m->n, m->shift, &k);
    if (m->nk > 0)
        ck_assert_msg(nk == m->nk, "%d points, not %d", nk, m->nk);
    for (int i = 0; i < nk; i++) {
        sum += k[i].weight;
        all += k[i].weight * invariant(&s, k[i].k);
        for (int j = 0; j < 3; j++)
            ck_assert(k[i].k[j] > -0.5 && k[i].k[j] <= 0.5);
    }
    for (int i = 0; i < m->n[0]; i++)
        for (int j = 0; j < m->n[1]; j++)
            for (int l = 0; l < m->n[2]; l++)
                full += invariant(
                    &s, (double[3]){(i + m->shift[0] / 2.0) / m->n[0],
                                    (j + m->shift[1] / 2.0) / m->n[1],
                                    (l + m->shift[2] / 2.0) / m->n[2]});
    ck_near(sum, 1, 1e-14);
    ck_near(all, full / (m->n[0] * m->n[1] * m->n[2]), 1e-13);
    free(k);
    symmetry_release(&s);
    crystal_release(&c);
}
END_TEST

START_TEST(points_without_a_group_are_as_others_have_them)
{
    struct crystal c;
    struct symmetry s;
    struct kpoint *k;

    model_init(&c, &models[8]);
    ck_assert_int_eq(symmetry_find(&s, &c, false, 1e-5, &(struct err){0}), 0);
    ck_assert_int_eq(kpoints_grid(&s, (int[3]){4, 4, 4}, (int[3]){1, 1, 1}, &k),
                     32);
    for (int i = 0; i < 32; i++) { /* one of a pair, in order, all alike */
        ck_near(k[i].weight, 1.0 / 32, 1e-15);
        ck_near(k[i].k[0], i < 16 ? 0.125 : 0.375, 1e-15);
    }
    free(k);
    ck_assert_int_eq(kpoints_grid(&s, (int[3]){3, 3, 1}, (int[3]){0, 0, 0}, &k),
                     5);
    ck_near(k[0].weight, 1.0 / 9, 1e-15);
    for (int i = 1; i < 5; i++)
        ck_near(k[i].weight, 2.0 / 9, 1e-15);
    free(k);
    symmetry_release(&s);
    crystal_release(&c);
}
END_TEST

START_TEST(spacing_gives_the_coarsest_grid)
{
    struct crystal c;
    int n[3];

    model_init(&c, &models[5]); /* |b| = 2 pi / (5 H), 2 pi / 8.1 */
    kpoints_spacing(&c, 0.3, n);
    ck_assert_int_eq(n[0], 5); /* 1.451 / 0.3 */
    ck_assert_int_eq(n[1], 5);
    ck_assert_int_eq(n[2], 3); /* 0.776 / 0.3 */
    kpoints_spacing(&c, norm3(c.b[2]) / 4, n);
    ck_assert_int_eq(n[2], 4);
    kpoints_spacing(&c, 10, n);
    ck_assert_int_eq(n[0] * n[1] * n[2], 1);
    crystal_release(&c);
}
END_TEST

void dft_symmetry_cases(Suite *s)
{
    TCase *t = tcase_create("symmetry");

    tcase_add_loop_test(t, groups_have_their_order, 0, NMODELS);
    tcase_add_test(t, broken_symmetry_is_seen);
    tcase_add_test(t, shifts_are_those_of_all_atoms);
    tcase_add_test(t, what_noise_leaves_is_a_group);
    tcase_add_test(t, atoms_at_one_place_are_refused);
    tcase_add_test(t, grids_keep_what_fits);
    tcase_add_loop_test(t, irreducible_points_stand_for_all, 0, NMESHES);
    tcase_add_test(t, points_without_a_group_are_as_others_have_them);
    tcase_add_test(t, spacing_gives_the_coarsest_grid);
    dft_symmetrize_cases(t);
    suite_add_tcase(s, t);
}
