#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/answer.h"
#include "engine_suite.h"
#include "suites.h"

#define FORCES "Properties=species:S:1:pos:R:3:forces:R:3 "
#define ROWS                                                                   \
    "Cu 0 0 0 0 0 1\n"                                                         \
    "Cu 0 0 2.5 0 0 -1\n"

/* A copper dimer along z. */
static void dimer(struct frame *f)
{
    *f = (struct frame){0};
    atoms_init(&f->atoms, 2);
    f->atoms.z[0] = f->atoms.z[1] = 29;
    f->atoms.pos[1][2] = 2.5;
}

START_TEST(answers_are_taken_or_refused_with_a_reason)
{
    static const struct {
        const char *text, *reason, *detail;
    } table[] = {
        {"2\n" FORCES "energy=-1 pbc=\"F F F\"\n" ROWS, "", ""},
        {"", "parse", "the program gave no answer"},
        {"2\n" FORCES "energy=-1 pbc=\"F F F\"\nCu 0 0 0 0 0 1\nCu 0 0 2.5 0 0",
         "parse", "the answer is cut: its last line does not end"},
        {"2\n" FORCES "energy=-1 pbc=\"F F F\"\nCu 0 0 0 0 0 1\n", "parse",
         NULL},
        {"2\n" FORCES "energy=-1 pbc=\"F F F\"\nCu 0 0 0 0 0 nan\n"
         "Cu 0 0 2.5 0 0 -1\n",
         "nan", NULL},
        {"2\n" FORCES "energy=NaN pbc=\"F F F\"\n" ROWS, "nan", NULL},
        {"2\n" FORCES "pbc=\"F F F\"\n" ROWS, "parse",
         "the answer has no energy"},
        {"2\nenergy=-1 pbc=\"F F F\"\nCu 0 0 0\nCu 0 0 2.5\n", "parse",
         "the answer has no forces"},
        {"1\n" FORCES "energy=-1 pbc=\"F F F\"\nCu 0 0 0 0 0 1\n", "mismatch",
         "the answer is about 1 atoms, not 2"},
        {"2\n" FORCES "energy=-1 pbc=\"F F F\"\nCu 0 0 0 0 0 1\n"
         "Ni 0 0 2.5 0 0 -1\n",
         "mismatch", "the answer is about other atoms or another cell"},
        {"2\n" FORCES "energy=-1 pbc=\"F F F\"\nCu 0 0 0 0 0 1\n"
         "Cu 0 0 2.51 0 0 -1\n",
         "mismatch",
         "an atom of the answer is 0.01 angstrom from where it was asked"},
        {"2\n" FORCES "energy=-1 converged=F pbc=\"F F F\"\n" ROWS, "scf",
         "the program says converged=F"},
        {"2\nfail_reason=memory fail_detail=\"too big\" pbc=\"F F F\"\n"
         "Cu 0 0 0\nCu 0 0 2.5\n",
         "memory", "too big"},
        {"2\nfail_reason=\"a; rm b\" pbc=\"F F F\"\nCu 0 0 0\nCu 0 0 2.5\n",
         "refused", "the program gave no detail"},
        {"2\n" FORCES "energy=-1 pbc=\"F F F\"\n" ROWS "2\n" FORCES
         "energy=-1 pbc=\"F F F\"\n" ROWS,
         "parse", "there is more than one answer"},
    };
    struct frame asked;

    dimer(&asked);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct outcome o = {0};

        answer_parse(table[i].text, strlen(table[i].text), "program", &asked,
                     &o);
        ck_assert_msg(o.ok == (i == 0), "row %zu", i);
        ck_assert_str_eq(o.reason, table[i].reason);
        if (table[i].detail)
            ck_assert_str_eq(o.detail, table[i].detail);
        outcome_release(&o);
    }
    frame_release(&asked);
}
END_TEST

START_TEST(a_label_is_taken_as_it_is)
{
    const char *text =
        "2\n" FORCES "energy=-1.25 free_energy=-1.5 pbc=\"F F F\" "
        "Lattice=\"9 0 0 0 9 0 0 0 9\" "
        "stress=\"1 2 3 2 4 5 3 5 6\"\n" ROWS;
    struct frame asked;
    struct outcome o = {0};

    dimer(&asked);
    for (int k = 0; k < 3; k++)
        asked.atoms.cell[k][k] = 9;
    answer_parse(text, strlen(text), "program", &asked, &o);
    ck_assert_str_eq(o.detail, "");
    ck_assert(o.ok && o.has_stress);
    ck_assert_double_eq(o.energy, -1.25);
    ck_assert_double_eq(o.free_energy, -1.5);
    ck_assert_double_eq(o.forces[0][2], 1);
    ck_assert_double_eq(o.forces[1][2], -1);
    ck_assert_double_eq(o.stress[2][1], 5);
    outcome_release(&o);

    label_strip(&asked);
    frame_release(&asked);
}
END_TEST

/* Every prefix of an answer is refused but the whole. */
START_TEST(no_answer_that_was_cut_is_taken)
{
    const char *text = "2\n" FORCES "energy=-1 pbc=\"F F F\"\n" ROWS;
    struct frame asked;

    dimer(&asked);
    for (size_t n = 0; n <= strlen(text); n++) {
        struct outcome o = {0};
        char *cut = xcalloc(n + 1, 1);

        memcpy(cut, text, n);
        answer_parse(cut, n, "program", &asked, &o);
        ck_assert_msg(o.ok == (n == strlen(text)), "%zu bytes", n);
        if (!o.ok)
            ck_assert_str_eq(o.reason, "parse");
        outcome_release(&o);
        free(cut);
    }
    frame_release(&asked);
}
END_TEST

/* The frame of the dimer at distance r, labelled by `engine`. */
static void known(FILE *f, double r, const char *engine)
{
    fprintf(f,
            "2\n" FORCES "energy=%g dft_engine=%s dft_settings=0123 "
            "pbc=\"F F F\"\nCu 0 0 0 0 0 1\nCu 0 0 %g 0 0 -1\n",
            r, engine, r);
}

START_TEST(a_replay_gives_the_nearest_label)
{
    struct frame asked;
    struct engine e;
    struct outcome o;
    struct err err;
    FILE *f = fopen("known.xyz", "we");

    known(f, 2.4, "qe");
    known(f, 2.52, "qe");
    fclose(f);
    dimer(&asked);
    ck_assert_int_eq(engine_replay(&e, "known.xyz", 0.05, &err), 0);
    ck_assert_str_eq(e.name, "qe");
    ck_assert_str_eq(e.settings, "0123");
    ck_assert_int_eq(engine_ask(&e, &asked, 0, &o, &err), 0);
    ck_assert(o.ok);
    ck_assert_double_eq(o.energy, 2.52);
    outcome_release(&o);

    asked.atoms.pos[1][2] = 2.6;
    ck_assert_int_eq(engine_ask(&e, &asked, 0, &o, &err), 0);
    ck_assert_str_eq(o.reason, "replay");
    ck_assert_str_eq(o.detail,
                     "the nearest labelled frame is 0.08 angstrom away");
    outcome_release(&o);

    asked.atoms.z[0] = 28;
    ck_assert_int_eq(engine_ask(&e, &asked, 0, &o, &err), 0);
    ck_assert_str_eq(o.detail, "no labelled frame has these atoms");
    outcome_release(&o);
    e.release(&e);
    frame_release(&asked);
}
END_TEST

START_TEST(a_replay_is_of_one_level_of_theory)
{
    struct engine e;
    struct err err;
    FILE *f = fopen("known.xyz", "we");

    known(f, 2.4, "qe");
    known(f, 2.5, "emt");
    fclose(f);
    ck_assert_int_eq(engine_replay(&e, "known.xyz", 0.05, &err), ERR_RANGE);
    ck_assert_str_eq(err.msg, "known.xyz:5: expected dft_engine=qe, "
                              "dft_settings=0123 as in the first frame");
    f = fopen("known.xyz", "we");
    fputs("1\npbc=\"F F F\"\nCu 0 0 0\n", f);
    fclose(f);
    ck_assert_int_eq(engine_replay(&e, "known.xyz", 0.05, &err), ERR_RANGE);
    ck_assert_str_eq(err.msg, "known.xyz: no frame has energy and forces");
}
END_TEST

TCase *answer_tests(void)
{
    TCase *t = tcase_create("answer");

    tcase_add_checked_fixture(t, enter_folder, leave_folder);
    tcase_add_test(t, answers_are_taken_or_refused_with_a_reason);
    tcase_add_test(t, a_label_is_taken_as_it_is);
    tcase_add_test(t, no_answer_that_was_cut_is_taken);
    tcase_add_test(t, a_replay_gives_the_nearest_label);
    tcase_add_test(t, a_replay_is_of_one_level_of_theory);
    return t;
}
