#include <morsel/select.h>
#include <morsel/verdict.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "suites.h"

static const struct limits ordinary = {.fmax = 0.05,
                                       .saddle_fmax = 0.06,
                                       .energy = 0.01,
                                       .sigma_e = 0.02,
                                       .sigma_f = 0.1,
                                       .force = 0.3,
                                       .move = 0.04,
                                       .barrier = 0.03,
                                       .rounds = 5,
                                       .budget = 7,
                                       .samples = 1,
                                       .twin = 0.001,
                                       .end_twin = 0.02};

static bool holds(const char *text, const bool yes[NCRITERION])
{
    struct rule r;
    struct err err;
    bool is;

    ck_assert_msg(rule_parse(&r, text, &err) == 0, "%s", err.msg);
    is = rule_holds(&r, yes);
    rule_release(&r);
    return is;
}

/* All values of three criteria, against the same said in C. */
START_TEST(and_binds_tighter_than_or)
{
    for (int bits = 0; bits < 8; bits++) {
        bool a = bits & 1, b = bits & 2, c = bits & 4;
        bool yes[NCRITERION] = {false};

        yes[CRITERION_FMAX] = a;
        yes[CRITERION_MOVE] = b;
        yes[CRITERION_BUDGET] = c;
        ck_assert(holds("fmax", yes) == a);
        ck_assert(holds("fmax or move and budget", yes) == (a || (b && c)));
        ck_assert(holds("fmax and move or budget", yes) == ((a && b) || c));
        ck_assert(holds(" (fmax or move)and budget", yes) == ((a || b) && c));
        ck_assert(holds("fmax and((move)or budget) ", yes) == (a && (b || c)));
        ck_assert(holds("fmax or fmax and move or budget", yes) == (a || c));
        ck_assert(!holds("change", yes)); /* move and barrier */
        ck_assert(holds("change or budget", yes) == c);
    }
}
END_TEST

START_TEST(a_group_is_all_of_its_criteria)
{
    static const struct {
        const char *name;
        enum criterion of[2];
    } groups[] = {
        {"neb", {CRITERION_ENDS_FMAX, CRITERION_SADDLE_FMAX}},
        {"neb-paper", {CRITERION_ENDS_ENERGY, CRITERION_SADDLE_ENERGY}},
        {"committee", {CRITERION_SIGMA_E, CRITERION_SIGMA_F}},
        {"md", {CRITERION_FORCE_RMSE, CRITERION_SIGMA_F}},
        {"change", {CRITERION_MOVE, CRITERION_BARRIER}},
    };

    for (int g = 0; g < 5; g++)
        for (int bits = 0; bits < 4; bits++) {
            bool yes[NCRITERION] = {false};

            yes[groups[g].of[0]] = bits & 1;
            yes[groups[g].of[1]] = bits & 2;
            ck_assert(holds(groups[g].name, yes) == (bits == 3));
        }
}
END_TEST

START_TEST(what_is_no_rule_is_refused)
{
    static const char *const bad[][2] = {
        {"", "expected a criterion before ''"},
        {"fmax and", "expected a criterion before ''"},
        {"and fmax", "expected a criterion before 'and fmax'"},
        {"fmax budget", "expected and, or before 'budget'"},
        {"(fmax", "expected a parenthesis before ''"},
        {"fmax)", "expected and, or before ')'"},
        {"()", "expected a criterion before ')'"},
        {"fmx or budget", "'fmx' is not one of fmax, ends-fmax, "},
        {"neb-pape", "rounds, budget, neb, neb-paper, committee, md, change"},
        {"((((((((((((((((((((((fmax))))))))))))))))))))))",
         "expected fewer parentheses"},
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct rule r;
        struct err err;

        ck_assert_int_eq(rule_parse(&r, bad[i][0], &err), ERR_FORMAT);
        ck_assert_msg(strstr(err.msg, bad[i][1]), "'%s' has no '%s'", err.msg,
                      bad[i][1]);
    }
}
END_TEST

/* Two atoms in a box of 10; the second one may move in x and y. */
static void frame_at(struct frame *f, double x, double y)
{
    struct atoms a;

    atoms_init(&a, 2);
    a.z[0] = 29;
    a.z[1] = 8;
    for (int k = 0; k < 3; k++) {
        a.cell[k][k] = 10;
        a.pbc[k] = true;
    }
    a.pos[1][0] = x;
    a.pos[1][1] = y;
    a.pos[1][2] = 3;
    a.move = xcalloc(2, sizeof *a.move);
    a.move[1][0] = a.move[1][1] = true;
    frame_of_atoms(f, &a);
    atoms_release(&a);
}

static void add_image(struct frames *s, int i, double x, double y, double e)
{
    struct frame f;

    frame_at(&f, x, y);
    frame_set_int(&f, "image", i);
    frame_set_int(&f, "step", 4);
    frame_set_real(&f, "ml_energy", e);
    frames_append(s, &f);
    frame_release(&f);
}

/* A label; the fixed atom, and the fixed coordinate, are under large forces. */
static struct frame *add_label(struct frames *s, double x, double y, double e,
                               double fx, double fy)
{
    double forces[6] = {7, 8, 9, fx, fy, 11};
    struct frame f;

    frame_at(&f, x, y);
    frame_set_real(&f, "energy", e);
    frame_set_column(&f, "forces", 3, forces);
    frames_append(s, &f);
    frame_release(&f);
    return &s->frame[s->n - 1];
}

/*
 * Five images along x, the highest in the middle, through the boundary of the
 * cell; the path turns at the top.
 */
static void bent_band(struct frames *s)
{
    add_image(s, 0, 8.0, 1.0, 0.0);
    add_image(s, 1, 9.0, 1.0, 0.3);
    add_image(s, 2, 0.0, 1.0, 0.8);
    add_image(s, 3, 0.6, 1.8, 0.5);
    add_image(s, 4, 1.2, 2.6, 0.1);
}

static double value(enum criterion c, const struct evidence *e)
{
    struct finding f = criterion_find(c, e, &ordinary);

    ck_assert(!(isnan(f.value) && f.yes));
    return f.value;
}

/*
 * At image 2 d+ = (0.6, 0.8) and d- = (1, 0), |V+ - V| = 0.3 and |V- - V| =
 * 0.5; V+ is higher than V-, so d+ has the larger weight: t is along (0.6,
 * 0.4).
 */
START_TEST(a_band_is_verified_by_its_labels)
{
    static const enum criterion all[] = {
        CRITERION_ENDS_FMAX,     CRITERION_ENDS_ENERGY,
        CRITERION_SADDLE_FMAX,   CRITERION_SADDLE_TANGENT,
        CRITERION_SADDLE_NORMAL, CRITERION_SADDLE_ENERGY};
    struct evidence e = {0};
    struct finding f;

    bent_band(&e.walk);
    for (int k = 0; k < 6; k++)
        ck_assert(isnan(value(all[k], &e)));
    add_label(&e.labels, 8, 1, -0.004, 0.03, 0.04);
    ck_assert(isnan(value(CRITERION_ENDS_FMAX, &e))); /* of both */
    add_label(&e.labels, 1.2, 2.6, 0.106, 0, 0.01);
    ck_near(value(CRITERION_ENDS_FMAX, &e), 0.05, 1e-12);
    ck_near(value(CRITERION_ENDS_ENERGY, &e), 0.006, 1e-12);
    ck_assert(isnan(value(CRITERION_SADDLE_ENERGY, &e)));
    add_label(&e.labels, 0.0005, 1, 0.815, 0.6, 0.4); /* along the tangent */
    f = criterion_find(CRITERION_SADDLE_ENERGY, &e, &ordinary);
    ck_near(f.value, 0.015, 1e-12);
    ck_assert(!f.yes && f.threshold == 0.01);
    ck_near(value(CRITERION_SADDLE_FMAX, &e), sqrt(0.52), 1e-12);
    ck_near(value(CRITERION_SADDLE_TANGENT, &e), sqrt(0.52), 1e-12);
    ck_near(value(CRITERION_SADDLE_NORMAL, &e), 0, 1e-12);
    add_label(&e.labels, 0, 1, 0.809, -0.04, 0.06); /* normal to it; nearer */
    ck_near(value(CRITERION_SADDLE_ENERGY, &e), 0.009, 1e-12);
    ck_near(value(CRITERION_SADDLE_TANGENT, &e), 0, 1e-12);
    ck_near(value(CRITERION_SADDLE_NORMAL, &e), sqrt(0.0052), 1e-12);
    evidence_release(&e);
}
END_TEST

/* Of labels near an end, the one that says it is a minimum; none beyond. */
START_TEST(an_end_is_verified_from_near_by)
{
    struct evidence e = {0};
    struct verified v;

    bent_band(&e.walk);
    add_label(&e.labels, 1.2, 2.6, 0.1, 0, 0);
    add_label(&e.labels, 8.021, 1, 0, 0.01, 0);
    ck_assert(isnan(value(CRITERION_ENDS_FMAX, &e)));
    add_label(&e.labels, 8, 1, 0, 0.09, 0);
    ck_near(value(CRITERION_ENDS_FMAX, &e), 0.09, 1e-12);
    add_label(&e.labels, 7.985, 1, 0.002, 0.02, 1e-15);
    ck_near(value(CRITERION_ENDS_FMAX, &e), 0.02, 1e-12);
    ck_near(value(CRITERION_ENDS_ENERGY, &e), 0.002, 1e-12);
    band_verify(&v, &e, &ordinary);
    ck_assert(v.n == 5 && v.saddle == 2);
    ck_assert_ptr_eq(v.label[0], &e.labels.frame[3]);
    ck_assert_ptr_eq(v.label[4], &e.labels.frame[0]);
    ck_assert(!v.label[1] && !v.label[2] && !v.label[3]);
    verified_release(&v);
    evidence_release(&e);
}
END_TEST

/* A model that sees a well between two ends has its highest image beside one. */
START_TEST(an_end_is_no_saddle)
{
    struct limits near = ordinary;
    struct evidence e = {0};

    add_image(&e.walk, 0, 8.0, 1.0, 0.0);
    add_image(&e.walk, 1, 9.0, 1.0, -0.3);
    add_image(&e.walk, 2, 0.0, 1.0, -0.8);
    add_image(&e.walk, 3, 1.19, 2.6, 0.101);
    add_image(&e.walk, 4, 1.2, 2.6, 0.1);
    add_label(&e.labels, 8, 1, 0, 0, 0);
    add_label(&e.labels, 1.2, 2.6, 0.1, 0, 0.01);
    add_label(&e.labels, 1.19, 2.6, 0.1, 0.02, 0);
    ck_near(value(CRITERION_ENDS_FMAX, &e), 0.01, 1e-12);
    for (int c = CRITERION_SADDLE_FMAX; c <= CRITERION_SADDLE_ENERGY; c++)
        ck_assert(isnan(value((enum criterion)c, &e)));
    near.end_twin = 0.009;
    ck_assert(isnan(criterion_find(CRITERION_SADDLE_FMAX, &e, &near).value));
    frame_set_real(&e.labels.frame[2], "energy", 0.1001); /* above both ends */
    ck_near(criterion_find(CRITERION_SADDLE_FMAX, &e, &near).value, 0.02,
            1e-12);
    evidence_release(&e);
}
END_TEST

/* What is no band, or has lost its energies, certifies nothing. */
START_TEST(a_broken_band_certifies_nothing)
{
    struct evidence e = {0};

    bent_band(&e.walk);
    add_label(&e.labels, 8, 1, 0, 0, 0);
    add_label(&e.labels, 0, 1, 0.8, 0, 0);
    add_label(&e.labels, 1.2, 2.6, 0.1, 0, 0);
    ck_near(value(CRITERION_SADDLE_FMAX, &e), 0, 1e-15);
    ck_near(value(CRITERION_SADDLE_TANGENT, &e), 0, 1e-15);
    frame_drop(&e.walk.frame[2], "ml_energy");
    ck_assert(isnan(value(CRITERION_SADDLE_ENERGY, &e)));
    ck_assert(isnan(value(CRITERION_SADDLE_TANGENT, &e)));
    frame_drop(&e.walk.frame[4], "image");
    frame_drop(&e.walk.frame[3], "image");
    frame_set_int(&e.walk.frame[2], "image", 0);
    for (int c = CRITERION_ENDS_FMAX; c <= CRITERION_SADDLE_ENERGY; c++)
        ck_assert(isnan(value((enum criterion)c, &e)));
    evidence_release(&e);
}
END_TEST

static void set_sigma(struct frame *f, double e, double sf)
{
    double s[2] = {99, sf}; /* of the fixed atom, and of the other */

    frame_set_real(f, "ml_sigma_e", e);
    frame_set_column(f, "ml_sigma_f", 1, s);
}

START_TEST(the_committee_must_agree_everywhere)
{
    struct evidence e = {0};
    struct frame f;

    ck_assert(isnan(value(CRITERION_SIGMA_F, &e))); /* nothing is no proof */
    for (int i = 0; i < 3; i++) {
        frame_at(&f, 1 + i, 1);
        set_sigma(&f, 0.001 * i, i == 1 ? 0.2 : 0.1);
        frames_append(&e.walk, &f);
        frame_release(&f);
    }
    ck_near(value(CRITERION_SIGMA_E, &e), 0.002, 1e-15);
    ck_near(value(CRITERION_SIGMA_F, &e), 0.2, 1e-15);
    bent_band(&e.walk); /* of a band only the last, and all of it */
    for (int i = 3; i < 7; i++)
        set_sigma(&e.walk.frame[i], 0.01, 0.05);
    ck_assert(isnan(value(CRITERION_SIGMA_F, &e)));
    ck_assert(isnan(value(CRITERION_SIGMA_E, &e)));
    set_sigma(&e.walk.frame[7], 0.02, 0.08);
    ck_near(value(CRITERION_SIGMA_F, &e), 0.08, 1e-15);
    ck_near(value(CRITERION_SIGMA_E, &e), 0.02, 1e-15);
    ck_assert(criterion_find(CRITERION_SIGMA_E, &e, &ordinary).yes);
    set_sigma(&e.walk.frame[4], 0.01, NAN);
    ck_assert(isnan(value(CRITERION_SIGMA_F, &e)));
    evidence_release(&e);
}
END_TEST

/* Two samples and a label that nobody predicted: free components alone. */
START_TEST(force_errors_are_of_what_was_predicted)
{
    const double ml[2][6] = {{0, 0, 0, 0.1, 0.2, 0}, {0, 0, 0, 0.4, 0, 0}};
    struct evidence e = {0};
    struct limits l = ordinary;

    add_label(&e.labels, 1, 1, 0, 5, 5);
    ck_assert(isnan(value(CRITERION_FORCE_MAE, &e)));
    frame_set_column(add_label(&e.labels, 2, 1, 0, 0.3, 0.1), "ml_forces", 3,
                     ml[0]);
    frame_set_column(add_label(&e.labels, 3, 1, 0, 0.0, 0.0), "ml_forces", 3,
                     ml[1]);
    ck_near(value(CRITERION_FORCE_MAE, &e), (0.2 + 0.1 + 0.4) / 4, 1e-15);
    ck_near(value(CRITERION_FORCE_RMSE, &e), sqrt((0.04 + 0.01 + 0.16) / 4),
            1e-15);
    ck_assert(criterion_find(CRITERION_FORCE_RMSE, &e, &l).yes);
    l.samples = 3;
    ck_assert(!criterion_find(CRITERION_FORCE_RMSE, &e, &l).yes);
    evidence_release(&e);
}
END_TEST

START_TEST(moves_are_from_round_to_round)
{
    struct evidence e = {0};
    struct frame f;

    for (int k = 0; k < 2; k++) {
        frame_at(&f, 5, 5 + k);
        frames_append(k ? &e.walk : &e.previous, &f);
        frame_release(&f);
        ck_assert(k || isnan(value(CRITERION_MOVE, &e)));
    }
    frame_at(&f, 5.03, 5.04);
    frames_append(&e.previous, &f);
    frame_release(&f);
    ck_near(value(CRITERION_MOVE, &e), hypot(0.03, 0.96), 1e-12);
    ck_assert(isnan(value(CRITERION_BARRIER, &e)));

    bent_band(&e.walk);
    ck_assert(isinf(value(CRITERION_MOVE, &e))); /* a band, and none */
    ck_assert(isnan(value(CRITERION_BARRIER, &e)));
    bent_band(&e.previous);
    ck_near(value(CRITERION_MOVE, &e), 0, 1e-12);
    e.previous.frame[5].atoms.pos[1][1] += 0.07;
    frame_set_real(&e.previous.frame[4], "ml_energy", 0.75);
    frame_set_real(&e.previous.frame[2], "ml_energy", 0.03);
    ck_near(value(CRITERION_MOVE, &e), 0.07, 1e-12);
    ck_near(value(CRITERION_BARRIER, &e), 0.08, 1e-12);
    evidence_release(&e);
}
END_TEST

START_TEST(limits_are_reached_from_below)
{
    struct evidence e = {.rounds = 5, .calls = 6};

    ck_assert(criterion_find(CRITERION_ROUNDS, &e, &ordinary).yes);
    ck_assert(!criterion_find(CRITERION_BUDGET, &e, &ordinary).yes);
}
END_TEST

Suite *verdict_suite(void)
{
    Suite *s = suite_create("verdict");
    TCase *rules = tcase_create("rules");
    TCase *criteria = tcase_create("criteria");

    tcase_add_test(rules, and_binds_tighter_than_or);
    tcase_add_test(rules, a_group_is_all_of_its_criteria);
    tcase_add_test(rules, what_is_no_rule_is_refused);
    suite_add_tcase(s, rules);
    tcase_add_test(criteria, a_band_is_verified_by_its_labels);
    tcase_add_test(criteria, an_end_is_verified_from_near_by);
    tcase_add_test(criteria, an_end_is_no_saddle);
    tcase_add_test(criteria, a_broken_band_certifies_nothing);
    tcase_add_test(criteria, the_committee_must_agree_everywhere);
    tcase_add_test(criteria, force_errors_are_of_what_was_predicted);
    tcase_add_test(criteria, moves_are_from_round_to_round);
    tcase_add_test(criteria, limits_are_reached_from_below);
    suite_add_tcase(s, criteria);
    return s;
}
