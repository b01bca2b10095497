#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "atoms_suite.h"
#include "suites.h"

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

TCase *neighbors_tests(void)
{
    TCase *t = tcase_create("neighbors");

    tcase_add_loop_test(t, neighbors_are_those_of_brute_force, 0, NCELLS);
    tcase_add_loop_test(t, many_bins_are_brute_force, 0, NCELLS);
    tcase_add_loop_test(t, rows_are_ordered_and_mirrored, 0, NCELLS);
    tcase_add_test(t, memory_is_used_again);
    tcase_add_test(t, fcc_has_its_shells);
    tcase_add_test(t, impossible_atoms_are_refused);
    tcase_add_test(t, far_apart_is_no_trouble);
    return t;
}
