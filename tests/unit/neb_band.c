#include "suites.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/neb.h>

#include "neb_suite.h"

/* Atoms of copper at these places, in a cube of 5 angstrom. */
static struct atoms coppers(int n, const double (*pos)[3])
{
    struct atoms a;

    atoms_init(&a, n);
    for (int i = 0; i < n; i++) {
        a.z[i] = 29;
        memcpy(a.pos[i], pos[i], sizeof pos[i]);
    }
    for (int k = 0; k < 3; k++) {
        a.cell[k][k] = 5;
        a.pbc[k] = k < 2;
    }
    return a;
}

static struct band band_of(const double (*first)[3], const double (*last)[3],
                           int natoms, int n)
{
    struct atoms a = coppers(natoms, first), b = coppers(natoms, last);
    const struct atoms *ends[] = {&a, &b};
    struct band band;
    struct err err;

    ck_assert_int_eq(band_unwrap(&a, &b, &err), 0);
    band_init(&band, ends, 2, n);
    atoms_release(&a);
    atoms_release(&b);
    return band;
}

START_TEST(atoms_go_to_the_nearest_image)
{
    static const double first[][3] = {{4.8, 0.1, 1}, {1, 1, 4.9}},
                        last[][3] = {{0.3, 4.9, 1}, {1, 1, 0.2}};
    struct band b = band_of(first, last, 2, 3);

    ck_near(b.image[2].pos[0][0], 5.3, 1e-14);
    ck_near(b.image[2].pos[0][1], -0.1, 1e-14);
    ck_near(b.image[1].pos[0][0], 5.05, 1e-14);
    ck_near(b.image[1].pos[0][1], 0, 1e-14);
    ck_near(b.image[2].pos[1][2], 0.2, 1e-14); /* z is not periodic */
    band_release(&b);
}
END_TEST

/* A hop by half the cell, plus what relaxation did to it: 2.5 + 2e-5. */
START_TEST(half_a_cell_goes_as_given)
{
    static const double first[][3] = {{1, 0, 0}}, last[][3] = {{3.50002, 0, 0}},
                        far[][3] = {{3.6, 0, 0}};
    struct band b = band_of(first, last, 1, 3);

    ck_assert_double_eq(b.image[2].pos[0][0], 3.50002);
    band_release(&b);
    b = band_of(first, far, 1, 3);
    ck_near(b.image[2].pos[0][0], -1.4, 1e-15);
    band_release(&b);
}
END_TEST

START_TEST(only_alike_atoms_make_a_band)
{
    static const double pos[][3] = {{0}, {2, 2, 2}};
    struct atoms a = coppers(2, pos), b = coppers(2, pos), c = coppers(1, pos);
    struct err err;

    ck_assert_int_eq(band_unwrap(&a, &c, &err), ERR_RANGE);
    ck_assert_str_eq(err.msg, "an image of 2 atoms and one of 1 are no band");
    b.z[1] = 8;
    ck_assert_int_eq(band_unwrap(&a, &b, &err), ERR_RANGE);
    ck_assert_str_eq(err.msg, "atom 1 is Cu in one image and O in another: all "
                              "must list the same atoms in the same order");
    b.z[1] = 29;
    b.cell[2][0] = 1e-5;
    ck_assert_int_eq(band_unwrap(&a, &b, &err), ERR_RANGE);
    ck_assert_str_eq(err.msg,
                     "the images differ in their cell: all must have the same");
    b.cell[2][0] = 1e-7;
    ck_assert_int_eq(band_unwrap(&a, &b, &err), 0);
    b.pbc[2] = true;
    ck_assert_int_eq(band_unwrap(&a, &b, &err), ERR_RANGE);
    ck_assert_str_eq(err.msg,
                     "the images differ in pbc: all must have the same");
    atoms_release(&a);
    atoms_release(&b);
    atoms_release(&c);
}
END_TEST

START_TEST(a_coordinate_moves_if_it_may_in_both)
{
    static const double pos[][3] = {{0}, {2, 2, 2}};
    struct atoms a = coppers(2, pos), b = coppers(2, pos);
    const struct atoms *ends[] = {&a, &b};
    struct band band;

    a.move = xcalloc(2, sizeof *a.move);
    memset(a.move, true, 2 * sizeof *a.move);
    a.move[1][2] = false;
    band_init(&band, ends, 2, 4);
    for (int i = 0; i < 4; i++)
        for (int n = 0; n < 6; n++)
            ck_assert_int_eq(band.all.move[2 * i + n / 3][n % 3],
                             i > 0 && i < 3 && n != 5);
    for (int n = 0; n < 6; n++) /* images show the mask, the ends, too */
        ck_assert_int_eq(band.image[0].move[n / 3][n % 3], n != 5);
    band_release(&band);
    atoms_release(&a);
    atoms_release(&b);
}
END_TEST

/* Three atoms change places in a ring; and an exchange that is none: an
 * adatom pushes an atom of the surface out, and takes its place. */
START_TEST(atoms_in_another_order_are_noticed)
{
    static const double ring[][3] = {
        {0, 0, 0}, {2, 0, 0.1}, {0, 2, 0.2}, {2, 2, 3}};
    static const double turned[][3] = {
        {2.1, 0, 0}, {0, 2.1, 0.1}, {0.1, 0, 0.2}, {2, 2, 3.2}};
    static const double surface[][3] = {{0, 0, 0}, {1.2, 1.2, 1.8}};
    static const double pushed[][3] = {{-1.2, -1.2, 1.8}, {0, 0, 0}};
    int i = -1, j = -1;
    struct band b = band_of(ring, turned, 4, 3);

    ck_assert(band_misordered(&b, &i, &j));
    ck_assert_int_eq(i, 0);
    ck_assert_int_eq(j, 2);
    for (int n = 0; n < 3; n++)
        b.image[0].z[n] = 30 + n; /* three elements cannot */
    ck_assert(!band_misordered(&b, &i, &j));
    band_release(&b);
    b = band_of(surface, pushed, 2, 3);
    ck_assert(!band_misordered(&b, &i, &j));
    band_release(&b);
}
END_TEST

/* Shortest distance of atoms 0 and 1 on the way, images joined by lines. */
static double closest(const struct band *b)
{
    double least = INFINITY;

    for (int i = 0; i + 1 < b->nimages; i++)
        for (int s = 0; s <= 100; s++) {
            double d[3];
            for (int k = 0; k < 3; k++) {
                double u = b->image[i].pos[1][k] - b->image[i].pos[0][k];
                double v =
                    b->image[i + 1].pos[1][k] - b->image[i + 1].pos[0][k];
                d[k] = u + (v - u) * s / 100;
            }
            least = fmin(least, norm3(d));
        }
    return least;
}

/* Two atoms change places: on straight lines they meet. */
START_TEST(idpp_lets_no_atoms_pass_through_each_other)
{
    static const double first[][3] = {{0, 0, 0}, {2.2, 0, 0}},
                        last[][3] = {{2.2, 0, 0}, {0, 0, 0}};
    struct band b = band_of(first, last, 2, 5 + 2 * _i);

    ck_assert_double_lt(closest(&b), 1e-10);
    idpp_relax(&b);
    ck_assert_double_gt(closest(&b), 1.5);
    for (int n = 0; n < 2; n++)
        for (int k = 0; k < 3; k++) {
            ck_assert_double_eq(b.image[0].pos[n][k], first[n][k]);
            ck_assert_double_eq(b.image[b.nimages - 1].pos[n][k], last[n][k]);
        }
    band_release(&b);
}
END_TEST

/* Half way all distances are halfway, here to be had: by hand.  The two
 * atoms are a hinge about a fixed one. */
START_TEST(idpp_keeps_a_bond)
{
    static const double first[][3] = {{0, 0, 0}, {1.5, 0, 0}},
                        last[][3] = {{0, 0, 0}, {0, 1.5, 0}};
    struct atoms a = coppers(2, first), c = coppers(2, last);
    const struct atoms *ends[] = {&a, &c};
    struct band b;

    a.pbc[0] = a.pbc[1] = c.pbc[0] = c.pbc[1] = false;
    a.move = xcalloc(2, sizeof *a.move);
    a.move[1][0] = a.move[1][1] = a.move[1][2] = true;
    band_init(&b, ends, 2, 5);
    ck_assert_double_lt(closest(&b), 1.07);
    idpp_relax(&b);
    for (int i = 0; i < 5; i++)
        ck_near(norm3(b.image[i].pos[1]), 1.5, 0.005);
    ck_assert_double_eq(norm3(b.image[2].pos[0]), 0);
    band_release(&b);
    atoms_release(&a);
    atoms_release(&c);
}
END_TEST

/* An atom that passes its own neighbor's image across the boundary. */
START_TEST(idpp_sees_periodic_images)
{
    static const double first[][3] = {{0, 2.5, 0}, {3, 2.5, 0}},
                        last[][3] = {{0, 2.5, 0}, {5.3, 2.5, 2}};
    struct atoms a = coppers(2, first), c = coppers(2, last);
    const struct atoms *ends[] = {&a, &c};
    struct band b;
    double d[3] = {5, 2.5, 0}, least = INFINITY;

    a.move = xcalloc(2, sizeof *a.move);
    a.move[1][0] = a.move[1][1] = a.move[1][2] = true;
    band_init(&b, ends, 2, 7);
    idpp_relax(&b);
    for (int i = 0; i < 7; i++) {
        double u[3];
        for (int k = 0; k < 3; k++)
            u[k] = b.image[i].pos[1][k] - d[k];
        least = fmin(least, norm3(u));
    }
    ck_assert_double_gt(least, 1.85); /* on a line 1.36 */
    band_release(&b);
    atoms_release(&a);
    atoms_release(&c);
}
END_TEST

TCase *neb_band_tests(void)
{
    TCase *band = tcase_create("band");

    tcase_add_test(band, atoms_go_to_the_nearest_image);
    tcase_add_test(band, half_a_cell_goes_as_given);
    tcase_add_test(band, only_alike_atoms_make_a_band);
    tcase_add_test(band, a_coordinate_moves_if_it_may_in_both);
    tcase_add_test(band, atoms_in_another_order_are_noticed);
    tcase_add_loop_test(band, idpp_lets_no_atoms_pass_through_each_other, 0, 3);
    tcase_add_test(band, idpp_keeps_a_bond);
    tcase_add_test(band, idpp_sees_periodic_images);
    return band;
}
