#include <string.h>

#include "select_suite.h"
#include "suites.h"

static const struct preflight strict = {.overlap = 0.5,
                                        .lost = 3,
                                        .vacuum = 8,
                                        .length = 50,
                                        .angle = 5,
                                        .packing = 4,
                                        .max_atoms = 8,
                                        .boxes = true};

/* Two layers of copper, 2.5 x 2.5 x 20 angstrom, periodic in x and y. */
static void slab(struct atoms *a)
{
    atoms_init(a, 2);
    a->z[0] = a->z[1] = 29;
    a->pos[1][0] = a->pos[1][1] = 1.25;
    a->pos[1][2] = 1.8;
    a->cell[0][0] = a->cell[1][1] = 2.5;
    a->cell[2][2] = 20;
    a->pbc[0] = a->pbc[1] = true;
}

/* The frame of `change` is refused, for a reason that has this in it. */
static void ck_refused(void (*change)(struct atoms *a), const char *why)
{
    struct atoms a;
    struct err err = {.msg = ""};

    slab(&a);
    ck_assert_int_eq(preflight_check(&strict, &a, &err), 0);
    change(&a);
    ck_assert_int_eq(preflight_check(&strict, &a, &err), ERR_RANGE);
    ck_assert_msg(strstr(err.msg, why), "'%s' has no '%s'", err.msg, why);
    atoms_release(&a);
}

static void collide(struct atoms *a)
{
    a->pos[1][0] = 0.5;
    a->pos[1][1] = 0;
    a->pos[1][2] = 1.2;
}
static void collide_with_image(struct atoms *a)
{
    a->pos[1][0] = 2.3;
    a->pos[1][1] = 2.4;
    a->pos[1][2] = 1;
}
static void stick_out(struct atoms *a)
{
    a->pos[1][0] = a->pos[1][1] = 0;
    a->pos[1][2] = 20.9;
}
static void fly(struct atoms *a)
{
    a->pos[1][2] = 10; /* 3 sums of radii are 7.92 */
}
static void thin(struct atoms *a)
{
    a->cell[2][2] = 9.7; /* 1.8 of the slab, 7.9 of vacuum */
}
static void not_a_number(struct atoms *a)
{
    a->pos[1][1] = NAN;
}
static void endless_cell(struct atoms *a)
{
    a->cell[1][0] = INFINITY;
}
static void no_vector(struct atoms *a)
{
    a->cell[0][0] = 0;
}
static void dependent(struct atoms *a)
{
    memcpy(a->cell[1], a->cell[0], sizeof a->cell[0]);
}
static void skew(struct atoms *a)
{
    a->cell[1][0] = 2.5 * 19; /* tan(3.01 degrees) = 1/19 */
    a->cell[1][1] = 2.5;
}
static void long_vector(struct atoms *a)
{
    a->cell[2][2] = 51;
}

/*
 * Spheres of 1.32 angstrom: two are 19.3 angstrom^3.  In a body-centered cell
 * of 4.7 they fill 4.1 times, while atoms are 1.45 apart, 0.55 sums of radii.
 */
static void squeeze(struct atoms *a)
{
    const double l = 1.675;

    a->pbc[2] = true;
    a->cell[0][0] = a->cell[1][1] = a->cell[2][2] = l;
    for (int k = 0; k < 3; k++)
        a->pos[1][k] = l / 2;
}

START_TEST(what_is_unphysical_is_refused)
{
    ck_refused(collide, "atoms 1 (Cu) and 2 (Cu) are 1.3 angstrom apart, 0.492 "
                        "sums of their radii, less than 0.5");
    ck_refused(collide_with_image, "are 1.02 angstrom apart, 0.388");
    ck_refused(stick_out, "are 0.9 angstrom apart where the box, which is not "
                          "periodic, is repeated");
    ck_refused(fly, "atom 1 (Cu) is alone: no other is within 3 sums");
    ck_refused(thin, "the vacuum along lattice vector 3 is 7.9 angstrom wide, "
                     "less than 8");
    ck_refused(not_a_number, "the position of atom 2 is not finite");
    ck_refused(endless_cell, "lattice vector 2 is not finite");
    ck_refused(no_vector, "direction 1 is periodic, but its lattice vector is "
                          "0 angstrom long");
    ck_refused(dependent, "linearly dependent");
    ck_refused(skew, "lattice vectors 1 and 2 are 3.01 degrees from parallel, "
                     "less than 5");
    ck_refused(long_vector, "lattice vector 3 is 51 angstrom long, more than "
                            "50");
    ck_refused(squeeze, "fill it 4.1 times, more than 4");
}
END_TEST

START_TEST(a_count_beyond_reason_is_refused)
{
    struct atoms a;
    struct err err;

    atoms_init(&a, 9);
    for (int i = 0; i < 9; i++) {
        a.z[i] = 29;
        a.pos[i][0] = 2.5 * i;
    }
    ck_assert_int_eq(preflight_check(&strict, &a, &err), ERR_RANGE);
    ck_assert_str_eq(err.msg, "9 atoms are more than 8");
    a.natoms = 8;
    ck_assert_int_eq(preflight_check(&strict, &a, &err), 0);
    a.natoms = 0;
    ck_assert_int_eq(preflight_check(&strict, &a, &err), ERR_RANGE);
    a.natoms = 9;
    atoms_release(&a);
}
END_TEST

/* A lone atom has nobody to be lost from; layers of a crystal are no vacuum. */
START_TEST(what_is_ordinary_passes)
{
    struct atoms a;
    struct err err;

    atoms_init(&a, 1);
    a.z[0] = 6;
    ck_assert_int_eq(preflight_check(&strict, &a, &err), 0);
    for (int k = 0; k < 3; k++) {
        a.cell[k][k] = 3;
        a.pbc[k] = true;
    }
    ck_assert_int_eq(preflight_check(&strict, &a, &err), 0);
    a.cell[2][2] = 3.9;
    ck_assert_int_eq(preflight_check(&strict, &a, &err), 0);
    a.cell[2][2] = 4.1;
    ck_assert_int_eq(preflight_check(&strict, &a, &err), ERR_RANGE);
    atoms_release(&a);
}
END_TEST

TCase *select_preflight_tests(void)
{
    TCase *tc = tcase_create("preflight");

    tcase_add_test(tc, what_is_unphysical_is_refused);
    tcase_add_test(tc, a_count_beyond_reason_is_refused);
    tcase_add_test(tc, what_is_ordinary_passes);
    return tc;
}
