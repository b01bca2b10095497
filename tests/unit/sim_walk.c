#include "suites.h"

#include <math.h>

#include <morsel/sim.h>

#include "sim_suite.h"

/* Two atoms of argon, 3 angstrom apart. */
static struct atoms pair(void)
{
    struct atoms a;

    atoms_init(&a, 2);
    a.z[0] = a.z[1] = 18;
    a.pos[1][0] = 3;
    return a;
}

START_TEST(walks_end_for_every_reason)
{
    struct walk_limits l = {.fmax = 0.05, .max_steps = 3};
    struct atoms a = pair(), b = pair();
    double f[2][3] = {{0, 0, 0.1}}, sigma[2] = {0.1, 0.3}, none[2][3] = {{0}};
    bool move[2][3] = {{true, true, true}, {false, false, false}};

    ck_assert_int_eq(walk_judge(&l, 2, &a, 1, f, sigma, 0), STOP_NOT);
    ck_assert_int_eq(walk_judge(&l, 3, &a, 1, f, sigma, 0), STOP_STEPS);
    ck_assert_int_eq(walk_judge(&l, 3, &a, 1, none, NULL, 0), STOP_CONVERGED);
    ck_assert_int_eq(walk_judge(&l, 0, &a, NAN, f, NULL, 0), STOP_NAN);
    ck_assert_int_eq(walk_judge(&l, 0, &a, INFINITY, f, NULL, 0), STOP_NAN);
    l.uncertainty = 0.2;
    ck_assert_int_eq(walk_judge(&l, 0, &a, 1, f, sigma, 0), STOP_UNCERTAINTY);
    ck_assert_int_eq(walk_judge(&l, 0, &a, 1, none, sigma, 0),
                     STOP_UNCERTAINTY);
    sigma[1] = NAN;
    ck_assert_int_eq(walk_judge(&l, 0, &a, 1, none, sigma, 0),
                     STOP_UNCERTAINTY);
    ck_assert_double_nan(walk_sigma(&a, sigma));
    a.move = move; /* only atom 0 counts now */
    ck_assert_double_eq(walk_sigma(&a, sigma), 0.1);
    ck_assert_int_eq(walk_judge(&l, 0, &a, 1, f, sigma, 0), STOP_NOT);
    f[1][0] = NAN; /* but this is a sick potential */
    ck_assert_int_eq(walk_judge(&l, 0, &a, 1, f, sigma, 0), STOP_NAN);
    a.move = NULL;

    b.pos[1][0] += 0.3;
    l.displacement = 0.31;
    ck_assert_int_eq(walk_allow(&l, &a, &b), STOP_NOT);
    l.displacement = 0.29;
    ck_assert_int_eq(walk_allow(&l, &a, &b), STOP_DISPLACEMENT);
    atoms_release(&a);
    atoms_release(&b);
}
END_TEST

START_TEST(doubts_grow_with_the_force)
{
    struct walk_limits l = {0};
    struct atoms a = pair();
    double f[2][3] = {{0, 0, 2}}, sigma[2] = {0.1, 0.3};

    ck_assert(!walk_doubts(&l));
    ck_assert(!walk_uncertain(&l, &a, f, sigma, 1));
    l.ratio = 0.2; /* of 2 eV/angstrom: 0.4 */
    ck_assert(walk_doubts(&l));
    ck_assert(!walk_uncertain(&l, &a, f, sigma, 1));
    f[0][2] = 1;
    ck_assert(walk_uncertain(&l, &a, f, sigma, 1));
    l.uncertainty = 0.31; /* the larger limit holds */
    ck_assert(!walk_uncertain(&l, &a, f, sigma, 1));
    l.sigma_e = 0.5;
    ck_assert(walk_uncertain(&l, &a, f, sigma, 1));
    ck_assert(walk_uncertain(&l, &a, f, sigma, NAN));
    ck_assert(!walk_uncertain(&l, &a, f, sigma, 0.5));
    l = (struct walk_limits){.ratio = 0.2};
    f[0][2] = NAN; /* nothing is below a share of that */
    ck_assert(walk_uncertain(&l, &a, f, sigma, 0));
    atoms_release(&a);
}
END_TEST

static int eval_nan(struct potential *p, const struct atoms *a,
                    struct prediction *out, struct err *err)
{
    (void)p;
    (void)a;
    (void)out;
    return err_set(err, ERR_NUMERIC, "not finite");
}

static int eval_unknown(struct potential *p, const struct atoms *a,
                        struct prediction *out, struct err *err)
{
    (void)p;
    (void)a;
    (void)out;
    return err_set(err, ERR_RANGE, "no such element");
}

START_TEST(no_answer_is_an_answer)
{
    struct source s = {.model = {.eval = eval_nan}};
    struct trajectory t = {0};
    struct atoms a = pair();
    struct frame f;
    struct err err;

    frame_of_atoms(&f, &a);
    ck_assert_int_eq(source_ask(&s, &t, &f, &err), 0);
    ck_assert(!s.ok);
    source_put(&s, &f);
    ck_assert_int_eq(f.nkey + f.ncolumn, 0);
    s.model.eval = eval_unknown;
    ck_assert_int_eq(source_ask(&s, &t, &f, &err), ERR_RANGE);
    ck_assert_str_eq(err.msg, "no such element");
    source_release(&s);
    frame_release(&f);
    atoms_release(&a);
}
END_TEST

START_TEST(labels_of_any_name_are_stripped)
{
    static const char *const gone[] = {
        "energy",  "free_energy", "REF_energy", "MACE_Energies", "stress",
        "virial",  "dft_engine",  "reason",     "model_id",      "ml_energy",
        "ml_kind", "ml_factor",   "ml_outside", "dft_overlap",   "pressure"};
    static const char *const kept[] = {"energy_unit", "timestep", "name",
                                       "initial_magmoms"};
    double column[6] = {0};
    struct atoms a = pair();
    struct frame f;

    frame_of_atoms(&f, &a);
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        frame_set_text(&f, gone[i], "x");
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        frame_set_text(&f, kept[i], "x");
    frame_set_column(&f, "forces", 3, column);
    frame_set_column(&f, "REF_force", 3, column);
    frame_set_column(&f, "velocities", 3, column);
    frame_strip(&f);
    ck_assert_int_eq(f.nkey, 4);
    for (int i = 0; i < 4; i++)
        ck_assert_str_eq(f.key[i].name, kept[i]);
    ck_assert_int_eq(f.ncolumn, 1);
    ck_assert_str_eq(f.column[0].name, "velocities");
    frame_release(&f);
    atoms_release(&a);
}
END_TEST

TCase *sim_walk_tests(void)
{
    TCase *walk = tcase_create("walk");

    tcase_add_test(walk, walks_end_for_every_reason);
    tcase_add_test(walk, doubts_grow_with_the_force);
    tcase_add_test(walk, no_answer_is_an_answer);
    tcase_add_test(walk, labels_of_any_name_are_stripped);
    return walk;
}
