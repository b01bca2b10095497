#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/atoms.h>

#include "suites.h"

/* Cells to try: rows, periodicity. */
static const struct {
    const char *name;
    double cell[3][3];
    bool pbc[3];
} cells[] = {
    {"cubic", {{5.1, 0, 0}, {0, 5.1, 0}, {0, 0, 5.1}}, {true, true, true}},
    {"slab", {{5.135, 0, 0}, {0, 5.135, 0}, {0, 0, 20.3}}, {true, true, false}},
    {"triclinic",
     {{4.3, 0.2, -0.1}, {1.7, 3.9, 0.3}, {-0.6, 1.1, 5.7}},
     {true, true, true}},
    {"left-handed",
     {{1.7, 3.9, 0.3}, {4.3, 0.2, -0.1}, {-0.6, 1.1, 5.7}},
     {true, true, true}},
    {"skewed",
     {{4.3, 0.2, -0.1}, {31.8, 5.3, -0.4}, {-44.6, 23.1, 7.7}},
     {true, true, true}},
    {"wire", {{0, 0, 0}, {0.4, 2.9, 0.3}, {0, 0, 0}}, {false, true, false}},
    {"sheet",
     {{3.3, 0.1, 0.7}, {0, 0, 0}, {-1.2, 0.3, 4.1}},
     {true, false, true}},
    {"small", {{1.1, 0, 0.1}, {0, 1.3, 0}, {0.2, 0, 1.2}}, {true, true, true}},
    {"wide", {{19, 0, 0}, {0, 23, 0}, {2, 0, 31}}, {true, true, true}},
    {"none", {{0}}, {false, false, false}},
};
enum { NCELLS = sizeof cells / sizeof *cells };

/* n atoms at random in a box about the cell, some of them far outside. */
static void random_atoms(struct atoms *a, int c, int n, uint64_t seed)
{
    struct rng r;

    rng_init(&r, seed);
    atoms_init(a, n);
    memcpy(a->cell, cells[c].cell, sizeof a->cell);
    memcpy(a->pbc, cells[c].pbc, sizeof a->pbc);
    for (int i = 0; i < n; i++) {
        a->z[i] = i % 2 ? 6 : 29;
        for (int k = 0; k < 3; k++)
            a->pos[i][k] = 9 * rng_uniform(&r) - 2;
        if (i % 5 == 4) /* seventeen cells away */
            for (int k = 0; k < 3; k++)
                a->pos[i][k] += a->pbc[1] ? -17 * a->cell[1][k] : 0;
    }
}

static double dot(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/*
 * The part u of lattice vector i that is normal to the other periodic ones:
 * planes are |u| apart, and u . x / |u|^2 is the coordinate of x along i.
 */
static void normal_part(const struct atoms *a, int i, double u[3])
{
    double w[2][3];
    int n = 0;

    memcpy(u, a->cell[i], 3 * sizeof *u);
    for (int j = 0; j < 3; j++)
        if (j != i && a->pbc[j])
            memcpy(w[n++], a->cell[j], sizeof *w);
    if (n == 2) {
        double f = dot(w[0], w[1]) / dot(w[0], w[0]);

        for (int k = 0; k < 3; k++)
            w[1][k] -= f * w[0][k];
    }
    for (int m = 0; m < n; m++) {
        double f = dot(u, w[m]) / dot(w[m], w[m]);

        for (int k = 0; k < 3; k++)
            u[k] -= f * w[m][k];
    }
}

struct pair {
    int i, j;
    double d[3];
};

static int by_pair(const void *x, const void *y)
{
    const struct pair *p = x, *q = y;

    if (p->i != q->i)
        return p->i - q->i;
    if (p->j != q->j)
        return p->j - q->j;
    for (int k = 0; k < 3; k++) /* images of one atom are not that near */
        if (fabs(p->d[k] - q->d[k]) > 1e-6)
            return p->d[k] < q->d[k] ? -1 : 1;
    return 0;
}

/* Images low ... high of lattice vector k may bring d within the cutoff. */
static void image_range(const struct atoms *a, int k, const double d[3],
                        double cutoff, int *low, int *high)
{
    double u[3], x, c;

    *low = *high = 0;
    if (!a->pbc[k])
        return;
    normal_part(a, k, u);
    x = dot(u, d) / dot(u, u);
    c = cutoff / sqrt(dot(u, u)) + 1e-9;
    *low = (int)ceil(-x - c);
    *high = (int)floor(-x + c);
}

/* All pairs by trying every image: n of them, the caller frees. */
static struct pair *brute_force(const struct atoms *a, double cutoff, int *n)
{
    struct pair *list = xcalloc(1, sizeof *list);
    int room = 1, low[3], high[3], s[3];

    *n = 0;
    for (int m = 0; m < a->natoms * a->natoms; m++) {
        int i = m / a->natoms, j = m % a->natoms;
        double d[3];

        for (int k = 0; k < 3; k++)
            d[k] = a->pos[j][k] - a->pos[i][k];
        for (int k = 0; k < 3; k++)
            image_range(a, k, d, cutoff, &low[k], &high[k]);
        for (s[0] = low[0]; s[0] <= high[0]; s[0]++)
            for (s[1] = low[1]; s[1] <= high[1]; s[1]++)
                for (s[2] = low[2]; s[2] <= high[2]; s[2]++) {
                    struct pair p = {.i = i, .j = j};

                    for (int k = 0; k < 3; k++)
                        p.d[k] = d[k] + s[0] * a->cell[0][k] +
                                 s[1] * a->cell[1][k] + s[2] * a->cell[2][k];
                    double r = sqrt(dot(p.d, p.d));
                    if (r == 0 || r >= cutoff)
                        continue;
                    if (*n == room) {
                        room *= 2;
                        list = xrealloc(list, (size_t)room, sizeof *list);
                    }
                    list[(*n)++] = p;
                }
    }
    qsort(list, (size_t)*n, sizeof *list, by_pair);
    return list;
}

static struct pair *pairs_of(const struct neighbors *nb, int *n)
{
    struct pair *list;

    *n = nb->first[nb->natoms];
    list = xcalloc((size_t)*n, sizeof *list);
    for (int i = 0; i < nb->natoms; i++)
        for (int e = nb->first[i]; e < nb->first[i + 1]; e++) {
            list[e] = (struct pair){.i = i, .j = nb->j[e]};
            memcpy(list[e].d, nb->d[e], sizeof list[e].d);
        }
    qsort(list, (size_t)*n, sizeof *list, by_pair);
    return list;
}

static void find(struct neighbors *nb, const struct atoms *a, double cutoff)
{
    struct err err;

    if (neighbors_find(nb, a, cutoff, &err) < 0)
        ck_abort_msg("%s", err.msg);
}

static void check_brute_force(const struct atoms *a, double cutoff,
                              const char *name)
{
    struct neighbors nb = {0};
    int n, m;

    find(&nb, a, cutoff);
    struct pair *want = brute_force(a, cutoff, &n), *got = pairs_of(&nb, &m);
    ck_assert_msg(n == m, "%s, %g: %d pairs, not %d", name, cutoff, m, n);
    for (int p = 0; p < n; p++) {
        ck_assert_int_eq(got[p].i, want[p].i);
        ck_assert_int_eq(got[p].j, want[p].j);
        for (int k = 0; k < 3; k++) /* positions reach a thousand angstrom */
            ck_near(got[p].d[k], want[p].d[k], 1e-11);
    }
    free(want);
    free(got);
    neighbors_release(&nb);
}

START_TEST(neighbors_are_those_of_brute_force)
{
    struct atoms a;

    random_atoms(&a, _i, 7, 41 + (uint64_t)_i);
    check_brute_force(&a, 3.1, cells[_i].name);
    check_brute_force(&a, 6.2, cells[_i].name);
    atoms_release(&a);
    random_atoms(&a, _i, 1, 5);
    check_brute_force(&a, 5.3, cells[_i].name);
    atoms_release(&a);
}
END_TEST

/* Enough atoms for many bins, along each direction or along one. */
START_TEST(many_bins_are_brute_force)
{
    struct atoms a;
    struct rng r;

    rng_init(&r, 7);
    random_atoms(&a, _i, 150, 77);
    for (int i = 0; i < a.natoms; i++)
        for (int k = 0; k < 3; k++)
            a.pos[i][k] = 40 * rng_uniform(&r) - 8 + (k == 2 ? i * 0.3 : 0);
    if (strcmp(cells[_i].name, "small") != 0)
        check_brute_force(&a, 2.7, cells[_i].name);
    atoms_release(&a);
}
END_TEST

/* In order, seen from both sides, and of the stated length. */
START_TEST(rows_are_ordered_and_mirrored)
{
    struct neighbors nb = {0};
    struct atoms a;

    random_atoms(&a, _i, 6, 99);
    find(&nb, &a, 4.9);
    for (int i = 0; i < a.natoms; i++)
        for (int e = nb.first[i]; e < nb.first[i + 1]; e++) {
            int j = nb.j[e], mirrors = 0;

            ck_assert(e == nb.first[i] || nb.j[e - 1] <= j);
            ck_assert_double_eq(nb.r[e], sqrt(dot(nb.d[e], nb.d[e])));
            for (int f = nb.first[j]; f < nb.first[j + 1]; f++)
                mirrors += nb.j[f] == i && nb.d[f][0] == -nb.d[e][0] &&
                           nb.d[f][1] == -nb.d[e][1] &&
                           nb.d[f][2] == -nb.d[e][2];
            ck_assert_int_eq(mirrors, 1);
        }
    neighbors_release(&nb);
    atoms_release(&a);
}
END_TEST

/* A list of one frame used again for a smaller and a larger one. */
START_TEST(memory_is_used_again)
{
    struct neighbors nb = {0}, fresh = {0};
    struct atoms a;

    for (int n = 9; n > 0; n = n == 9 ? 2 : n == 2 ? 14 : 0) {
        random_atoms(&a, 1, n, 3);
        find(&nb, &a, 5.5);
        find(&fresh, &a, 5.5);
        ck_assert_int_eq(nb.first[n], fresh.first[n]);
        ck_assert_mem_eq(nb.d, fresh.d, (size_t)nb.first[n] * sizeof *nb.d);
        neighbors_release(&fresh);
        atoms_release(&a);
    }
    neighbors_release(&nb);
}
END_TEST

START_TEST(fcc_has_its_shells)
{
    const double half = 1.805;
    const struct {
        double cutoff;
        int n;
    } shells[] = {{2.5, 0}, {2.6, 12}, {3.65, 18}, {4.5, 42}, {5.2, 54}};
    struct neighbors nb = {0};
    struct atoms a;

    atoms_init(&a, 1);
    a.z[0] = 29;
    a.pos[0][0] = 123.4;
    for (int i = 0; i < 3; i++) {
        a.pbc[i] = true;
        for (int k = 0; k < 3; k++)
            a.cell[i][k] = i == k ? 0 : half;
    }
    for (size_t s = 0; s < sizeof shells / sizeof *shells; s++) {
        find(&nb, &a, shells[s].cutoff);
        ck_assert_int_eq(nb.first[1], shells[s].n);
    }
    neighbors_release(&nb);
    atoms_release(&a);
}
END_TEST

static void refuses(const struct atoms *a, const char *message)
{
    struct neighbors nb = {0};
    struct err err = {0};

    ck_assert_int_eq(neighbors_find(&nb, a, 6, &err), ERR_RANGE);
    ck_assert_str_eq(err.msg, message);
    ck_assert_ptr_null(nb.first);
}

START_TEST(impossible_atoms_are_refused)
{
    struct atoms a;

    atoms_init(&a, 3);
    for (int i = 0; i < 3; i++) {
        a.z[i] = 29;
        a.pos[i][0] = 2 * i;
        a.cell[i][i] = 7;
        a.pbc[i] = true;
    }
    a.cell[1][1] = 0;
    refuses(&a, "direction 2 is periodic, but its lattice vector is 0 "
                "angstrom long");
    a.cell[1][0] = 14;
    refuses(&a, "the periodic lattice vectors are linearly dependent");
    a.cell[1][1] = 7;
    a.pos[2][1] = NAN;
    refuses(&a, "atom 3 is at nan angstrom: outside all bounds");
    a.pos[2][1] = 1e300;
    refuses(&a, "atom 3 is at 1e+300 angstrom: outside all bounds");
    a.pos[2][1] = 70; /* ten cells above atom 2 */
    a.pos[2][0] = 2;
    refuses(&a, "atoms 2 and 3 are at the same place");
    for (int i = 0; i < 3; i++)
        a.cell[i][i] = 0.002;
    refuses(&a, "the cell is too small for a cutoff of 6 angstrom: "
                "2.16216e+11 images of it are within");
    atoms_release(&a);
}
END_TEST

START_TEST(far_apart_is_no_trouble)
{
    struct neighbors nb = {0};
    struct atoms a;

    atoms_init(&a, 4);
    for (int i = 0; i < 4; i++)
        a.z[i] = 29;
    a.pos[1][0] = 1e9;
    a.pos[2][1] = -1e9;
    a.pos[3][2] = 5;
    find(&nb, &a, 6);
    ck_assert_int_eq(nb.first[4], 2);
    ck_assert_int_eq(nb.j[0], 3);
    neighbors_release(&nb);
    atoms_release(&a);
}
END_TEST

START_TEST(displacement_is_to_the_nearest_image)
{
    struct atoms a, b;

    random_atoms(&a, _i, 5, 12);
    atoms_copy(&b, &a);
    ck_assert_double_eq(atoms_displacement(&a, &b), 0);
    for (int k = 0; k < 3; k++) /* a lattice vector away, and 0.13 */
        for (int m = 0; m < 3; m++)
            b.pos[3][k] += a.pbc[m] ? (m - 2) * a.cell[m][k] : 0;
    b.pos[3][1] += 0.13;
    ck_near(atoms_displacement(&a, &b), 0.13, 1e-12);
    b.z[0]++;
    ck_assert(isinf(atoms_displacement(&a, &b)));
    b.z[0]--;
    b.cell[1][2] += 2e-6;
    ck_assert(isinf(atoms_displacement(&a, &b)));
    atoms_release(&a);
    atoms_release(&b);
}
END_TEST

START_TEST(hash_is_of_content)
{
    struct atoms a, b;

    random_atoms(&a, 2, 4, 1);
    atoms_copy(&b, &a);
    a.pos[0][0] = 0.0;
    b.pos[0][0] = -0.0;
    ck_assert_uint_eq(atoms_hash(&a), atoms_hash(&b));
    b.pos[0][0] = 5e-324;
    ck_assert_uint_ne(atoms_hash(&a), atoms_hash(&b));
    b.pos[0][0] = 0;
    b.pbc[2] = false;
    ck_assert_uint_ne(atoms_hash(&a), atoms_hash(&b));
    b.pbc[2] = true;
    b.z[3] = 7;
    ck_assert_uint_ne(atoms_hash(&a), atoms_hash(&b));
    b.z[3] = a.z[3];
    b.move = xcalloc(4, sizeof *b.move);
    ck_assert_uint_eq(atoms_hash(&a), atoms_hash(&b));
    atoms_release(&a);
    atoms_release(&b);
}
END_TEST

START_TEST(fmax_is_over_what_may_move)
{
    double f[2][3] = {{3, 4, 0}, {0, 0, 12}};
    struct atoms a;

    atoms_init(&a, 2);
    ck_assert_double_eq(atoms_fmax(&a, f), 12);
    a.move = xcalloc(2, sizeof *a.move);
    ck_assert_double_eq(atoms_fmax(&a, f), 0);
    a.move[0][0] = a.move[0][1] = true;
    ck_assert_double_eq(atoms_fmax(&a, f), 5);
    f[0][0] = NAN;
    ck_assert(isnan(atoms_fmax(&a, f)));
    f[0][0] = INFINITY;
    ck_assert(isinf(atoms_fmax(&a, f)));
    atoms_release(&a);
}
END_TEST

START_TEST(closest_is_in_covalent_radii)
{
    struct atoms a;
    int i, j;

    atoms_init(&a, 3);
    a.z[0] = 29;
    a.z[1] = 6;
    a.z[2] = 29;
    a.pos[1][0] = 2.08; /* 1.32 + 0.76 */
    a.pos[2][0] = 4.72; /* two radii of copper */
    a.pos[2][1] = 0.1;
    ck_near(atoms_closest(&a, &i, &j), 1, 1e-15);
    ck_assert_int_eq(i + j, 1);
    a.pos[1][0] = 40; /* farther than the first cutoff tried */
    a.pos[2][0] = 87;
    ck_near(atoms_closest(&a, NULL, NULL), 40 / 2.08, 1e-13);
    a.pos[1][0] = 87;
    a.pos[1][1] = 0.1;
    ck_assert_double_eq(atoms_closest(&a, &i, &j), 0);
    ck_assert_int_eq(i, 1);
    ck_assert_int_eq(j, 2);
    atoms_release(&a);

    atoms_init(&a, 1);
    a.z[0] = 1;
    ck_assert(isinf(atoms_closest(&a, NULL, NULL)));
    a.pbc[1] = true;
    a.cell[1][2] = 3.1;
    ck_near(atoms_closest(&a, NULL, NULL), 5, 1e-14);
    atoms_release(&a);
}
END_TEST

START_TEST(elements_are_known_both_ways)
{
    ck_assert_int_eq(element_number("Cu"), 29);
    ck_assert_int_eq(element_number("Og"), MAX_Z);
    ck_assert_int_eq(element_number("cu"), 0);
    ck_assert_int_eq(element_number(""), 0);
    ck_assert_int_eq(element_number("X"), 0);
    for (int z = 1; z <= MAX_Z; z++) {
        ck_assert_int_eq(element_number(element_symbol(z)), z);
        ck_assert(element_radius(z) >= 0.28 && element_radius(z) <= 2.6);
        ck_assert(element_mass(z) > z); /* protons, and then some */
    }
    ck_assert_double_eq(element_radius(6), 0.76);
    ck_assert_double_eq(element_mass(29), 63.546);
}
END_TEST

Suite *atoms_suite(void)
{
    Suite *s = suite_create("atoms");
    TCase *t = tcase_create("neighbors");

    tcase_add_loop_test(t, neighbors_are_those_of_brute_force, 0, NCELLS);
    tcase_add_loop_test(t, many_bins_are_brute_force, 0, NCELLS);
    tcase_add_loop_test(t, rows_are_ordered_and_mirrored, 0, NCELLS);
    tcase_add_test(t, memory_is_used_again);
    tcase_add_test(t, fcc_has_its_shells);
    tcase_add_test(t, impossible_atoms_are_refused);
    tcase_add_test(t, far_apart_is_no_trouble);
    suite_add_tcase(s, t);
    t = tcase_create("atoms");
    tcase_add_loop_test(t, displacement_is_to_the_nearest_image, 0, NCELLS);
    tcase_add_test(t, hash_is_of_content);
    tcase_add_test(t, fmax_is_over_what_may_move);
    tcase_add_test(t, closest_is_in_covalent_radii);
    tcase_add_test(t, elements_are_known_both_ways);
    suite_add_tcase(s, t);
    return s;
}
