#include "io_suite.h"
#include "suites.h"

#define BOX "Lattice=\"9 0 0 0 9 0 0 0 9\" " PROPS
#define PAIR "\nCu 0 0 0 \nCu 0 0 2.5\n"

/* What merge_add() says to the second of two frames. */
static int merge_two(const char *first, const char *second, bool mixed,
                     struct err *err)
{
    struct merge m;
    struct frame f;
    int ret;

    merge_init(&m);
    m.mixed = mixed;
    read_text(&f, first);
    ck_assert_int_eq(merge_add(&m, &f, "a", err), MERGE_TAKEN);
    read_text(&f, second);
    ret = merge_add(&m, &f, "b", err);
    if (ret != MERGE_TAKEN)
        frame_release(&f);
    merge_release(&m);
    return ret;
}

START_TEST(frames_are_merged_by_the_rules)
{
    static const char first[] = "2\n" BOX " energy=-50" PAIR;
    static const struct {
        const char *second;
        int result;
        const char *message;
    } cases[] = {
        {first, MERGE_TWIN, "b:1: twin of a:1"},
        {"2\n" BOX " energy=-50\nCu 9 -9 0\nCu 18 0 2.5005\n", MERGE_TWIN,
         "b:1: twin of a:1"},
        {"2\n" BOX " energy=-50.01\nCu 0 0 0\nCu 0 0 2.52\n", MERGE_TAKEN, ""},
        {"2\n" BOX " energy=-50\nCu 0 0 0\nAg 0 0 2.5\n", MERGE_TAKEN, ""},
        {"2\n" BOX PAIR, MERGE_REFUSED, "b:1: no energy"},
        {"2\n" BOX " energy=-50\nCu 0 0 0\nCu 0 0 1.2\n", MERGE_REFUSED,
         "b:1: atoms 1 and 2 are at 0.45 of the sum of their covalent radii"},
        {"2\n" BOX ":forces:R:3 energy=-50\nCu 0 0 0 0 0 1\n"
         "Cu 0 0 2.6 0 0 0\n",
         MERGE_REFUSED, "b:1: the forces add up to 1 eV/angstrom"},
        {"1\n" PROPS " energy=-1\nCu 1e7 0 0\n", MERGE_REFUSED,
         "b:1: an atom is beyond 1e6 angstrom"},
        {"2\n" BOX " energy=-51" PAIR, ERR_RANGE,
         "b:1: energy -51, but -50 in a:1 for the same geometry"},
        {"2\n" BOX " energy=-51\nCu 1 4 4\nCu 3.5 4 4\n", ERR_RANGE,
         "b:1: energy -51, but -50 in a:1 for the same geometry"},
        {"2\n" BOX " energy=-50\nCu 1 4 4\nCu 3.5 4 4\n", MERGE_TAKEN, ""},
        {"2\n" BOX " energy=-3.675\nCu 0 0 0\nCu 0 0 2.51\n", ERR_RANGE,
         "b:1: energy -3.675, but -50 in a:1: as rydberg and eV"},
        {"2\n" BOX " energy=-1153\nCu 0 0 0\nCu 0 0 2.51\n", ERR_RANGE,
         "b:1: energy -1153, but -50 in a:1: as eV and kcal/mol"},
    };
    struct err err;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        err.msg[0] = '\0';
        ck_assert_int_eq(merge_two(first, cases[i].second, false, &err),
                         cases[i].result);
        ck_assert_str_eq(err.msg, cases[i].message);
    }
}
END_TEST

START_TEST(levels_of_theory_do_not_mix)
{
    static const char a[] = "2\n" BOX " energy=-5 dft_settings=ab" PAIR;
    static const char b[] =
        "2\n" BOX " energy=-6 dft_settings=cd\nCu 0 0 0\nCu 0 0 2.6\n";
    struct err err;

    ck_assert_int_eq(merge_two(a, b, false, &err), ERR_RANGE);
    ck_assert_str_eq(err.msg, "b:1: dft_settings is 'cd', but 'ab' in a:1");
    ck_assert_int_eq(merge_two(a, b, true, &err), MERGE_TAKEN);
}
TCase *io_merge_tests(void)
{
    TCase *tc = tcase_create("merge");

    tcase_add_test(tc, frames_are_merged_by_the_rules);
    tcase_add_test(tc, levels_of_theory_do_not_mix);
    return tc;
}
