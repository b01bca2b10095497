#include <math.h>
#include <string.h>

#include "atoms_suite.h"
#include "suites.h"

const struct cell cells[NCELLS] = {
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

void random_atoms(struct atoms *a, int c, int n, uint64_t seed)
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
    TCase *t = tcase_create("atoms");

    suite_add_tcase(s, neighbors_tests());
    tcase_add_loop_test(t, displacement_is_to_the_nearest_image, 0, NCELLS);
    tcase_add_test(t, hash_is_of_content);
    tcase_add_test(t, fmax_is_over_what_may_move);
    tcase_add_test(t, closest_is_in_covalent_radii);
    tcase_add_test(t, elements_are_known_both_ways);
    suite_add_tcase(s, t);
    return s;
}
