#include <stdlib.h>
#include <string.h>

#include "select_suite.h"
#include "suites.h"

/* Dimers along y at these positions. */
static void walk_to(struct frames *s, int n, const double *y,
                    const double *sigma)
{
    *s = (struct frames){0};
    for (int k = 0; k < n; k++)
        pool_add_dimer(s, 2.5, y[k], 0, sigma ? sigma[k] : -1);
}

static struct query query_of(enum strategy how, int n)
{
    struct query q = plain_query;

    q.how = how;
    q.n = n;
    q.last = false;
    return q;
}

static void ck_chosen(const struct selection *s, int n, const int *index,
                      const char *const *query)
{
    ck_assert_int_eq(s->n, n);
    for (int i = 0; i < n; i++) {
        ck_assert_int_eq(s->index[i], index[i]);
        if (query)
            ck_assert_str_eq(s->query[i], query[i]);
    }
}

/*
 * A walk of length 4 that rushes through the first three quarters and creeps
 * through the last: in steps it is mostly creeping, in length it is not.
 */
START_TEST(parts_are_of_equal_length)
{
    static const double y[] = {0,    0.5, 1.4,  2.4, 3.0, 3.1, 3.2, 3.3,
                               3.35, 3.4, 3.45, 3.5, 3.6, 3.7, 3.8, 4};
    static const char *const why[] = {"last", "stratum", "stratum", "stratum",
                                      "stratum"};
    struct query q = query_of(SELECT_STRATIFIED, 5);
    struct frames pool, none = {0};
    struct selection s;

    walk_to(&pool, 16, y, NULL);
    choose(&s, &pool, &none, &q, 1);
    ck_chosen(&s, 5, (int[]){15, 1, 2, 3, 11}, why);
    selection_release(&s);
    frames_release(&pool);
}
END_TEST

START_TEST(the_most_uncertain_of_a_part_is_its_frame)
{
    static const double y[] = {0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2};
    static const double sigma[] = {3, 0, 1, 0, 2, 0.1, 0.2, 9};
    struct query q = query_of(SELECT_STRATIFIED, 3);
    struct frames pool, none = {0}, known = {0};
    struct selection s;

    walk_to(&pool, 8, y, sigma);
    choose(&s, &pool, &none, &q, 1);
    ck_chosen(&s, 3, (int[]){7, 0, 4}, NULL);
    selection_release(&s);
    frames_append(&known, &pool.frame[0]); /* then the next of its part */
    choose(&s, &pool, &known, &q, 1);
    ck_chosen(&s, 3, (int[]){7, 2, 4}, NULL);
    selection_release(&s);
    frames_release(&pool);
    frames_release(&known);
}
END_TEST

/* From one system to another there is no way, and no length. */
START_TEST(walks_of_two_systems_are_joined)
{
    static const double y[] = {0, 1, 2, 0, 1, 2};
    struct query q = query_of(SELECT_STRATIFIED, 5);
    struct frames pool, none = {0};
    struct selection s;

    walk_to(&pool, 6, y, NULL);
    for (int k = 3; k < 6; k++)
        pool.frame[k].atoms.z[1] = 6;
    choose(&s, &pool, &none, &q, 1);
    ck_chosen(&s, 5, (int[]){5, 0, 1, 2, 4}, NULL);
    selection_release(&s);
    frames_release(&pool);
}
END_TEST

/*
 * Append a band of n images at y = 0, 1, 2 ... + shift, with these energies
 * and, if not NULL, uncertainties.
 */
static void band_add(struct frames *s, int n, int step, double shift,
                     const double *energy, const double *sigma)
{
    for (int i = 0; i < n; i++) {
        struct frame *f;

        pool_add_dimer(s, 2.5, i + shift, 0, sigma ? sigma[i] : -1);
        f = &s->frame[s->n - 1];
        frame_set_int(f, "image", i);
        frame_set_int(f, "step", step);
        frame_set_real(f, "ml_energy", energy[i]);
    }
}

static const double hill[] = {0.0, 0.3, 0.8, 0.7, 0.1};

START_TEST(the_last_band_is_found)
{
    struct frames s = {0};
    int first = -1, n = -1;

    ck_assert(!last_band(&s, &first, &n));
    pool_add_dimer(&s, 2, 0, 0, -1); /* a walk to an end comes before */
    frame_set_int(&s.frame[0], "walk", 1);
    ck_assert(!last_band(&s, &first, &n));
    band_add(&s, 5, 0, 0, hill, NULL);
    band_add(&s, 5, 1, 0.1, hill, NULL);
    ck_assert(last_band(&s, &first, &n));
    ck_assert(first == 6 && n == 5);
    ck_assert_int_eq(highest_image(&s.frame[first], n), 2);
    frame_set_int(&s.frame[5], "image", 5); /* a band of six, cut */
    ck_assert(!last_band(&s, &first, &n));
    frame_set_int(&s.frame[5], "image", 4);
    frame_set_int(&s.frame[8], "step", 0); /* two bands, mixed */
    ck_assert(!last_band(&s, &first, &n));
    frame_set_int(&s.frame[8], "step", 1);
    frame_set_int(&s.frame[8], "image", 1);
    ck_assert(!last_band(&s, &first, &n));
    frames_release(&s);
}
END_TEST

START_TEST(the_rule_of_the_paper)
{
    static const double slope[] = {0.0, 0.1, 0.2, 0.3, 0.4};
    static const char *const top[] = {"initial", "saddle", "final"};
    static const char *const mid[] = {"initial", "middle", "final"};
    struct query q = query_of(SELECT_NEB_PAPER, 3);
    struct frames pool = {0}, none = {0};
    struct selection s;

    band_add(&pool, 5, 3, 0, slope, NULL);
    choose(&s, &pool, &none, &q, 1);
    ck_chosen(&s, 3, (int[]){0, 2, 4}, mid);
    selection_release(&s);
    band_add(&pool, 5, 4, 0.1, (double[]){0, 0.1, 0.2, 0.3, 0}, NULL);
    choose(&s, &pool, &none, &q, 1);
    ck_chosen(&s, 3, (int[]){5, 8, 9}, top);
    selection_release(&s);
    frames_release(&pool);
}
END_TEST

/* A label of frame i of pool, moved by dy, with a force of f. */
static void label_of(struct frames *known, const struct frames *pool, int i,
                     double dy, double f)
{
    double forces[6] = {0, 0, 0, 0, f, 0};
    struct frame *l;

    frames_append(known, &pool->frame[i]);
    l = &known->frame[known->n - 1];
    l->atoms.pos[1][1] += dy;
    frame_set_real(l, "energy", -1);
    frame_set_column(l, "forces", 3, forces);
}

/* An end is asked for until a label near by has small forces. */
START_TEST(settled_ends_are_not_asked_again)
{
    struct query q = query_of(SELECT_NEB, 3);
    struct frames pool = {0}, known = {0};
    struct selection s;

    q.end_twin = 0.02;
    q.end_fmax = 0.05;
    band_add(&pool, 5, 3, 0, hill, NULL);
    choose(&s, &pool, &known, &q, 1);
    ck_chosen(&s, 3, (int[]){0, 4, 2},
              (const char *const[]){"initial", "final", "saddle"});
    selection_release(&s);

    label_of(&known, &pool, 0, 0.01, 0.04);   /* settled */
    label_of(&known, &pool, 4, -0.011, 0.06); /* not yet a minimum */
    choose(&s, &pool, &known, &q, 1);
    ck_chosen(&s, 2, (int[]){4, 2}, (const char *const[]){"final", "saddle"});
    ck_assert_int_eq(s.ncertain, 1 + 2);
    selection_release(&s);

    label_of(&known, &pool, 4, 0.03, 0.01); /* a minimum, but elsewhere */
    choose(&s, &pool, &known, &q, 1);
    ck_assert_int_eq(s.index[0], 4);
    selection_release(&s);
    label_of(&known, &pool, 4, 0.005, 0.01);
    label_of(&known, &pool, 2, 0.0005, 0.3); /* a twin of the saddle */
    choose(&s, &pool, &known, &q, 1);
    ck_chosen(&s, 1, (int[]){1}, NULL); /* farther from its label than 3 */
    ck_assert_int_eq(s.ntwin, 1);
    selection_release(&s);
    frames_release(&pool);
    frames_release(&known);
}
END_TEST

/* All ends settled: the most uncertain until the highest can be trusted. */
START_TEST(uncertain_images_come_before_an_uncertain_saddle)
{
    static const double doubt[] = {9, 0.5, 0.2, 0.1, 9};
    static const double trust[] = {9, 0.5, 0.04, 0.03, 9};
    static const double sure[] = {9, 0.01, 0.04, 0.03, 9};
    struct query q = query_of(SELECT_NEB, 2);
    struct frames pool = {0}, known = {0};
    struct selection s;

    q.threshold = 0.05;
    q.end_twin = 0.02;
    q.end_fmax = 0.05;
    band_add(&pool, 5, 1, 0, hill, doubt);
    label_of(&known, &pool, 0, 0, 0);
    label_of(&known, &pool, 4, 0, 0);
    choose(&s, &pool, &known, &q, 1);
    ck_chosen(&s, 2, (int[]){1, 2},
              (const char *const[]){"least-known", "saddle"});
    selection_release(&s);

    q.ceiling = 0.3; /* image 1 is too wild */
    choose(&s, &pool, &known, &q, 1);
    ck_chosen(&s, 2, (int[]){2, 3}, NULL);
    selection_release(&s);
    q.ceiling = INFINITY;

    band_add(&pool, 5, 2, 0, hill, trust);
    choose(&s, &pool, &known, &q, 1);
    ck_chosen(&s, 2, (int[]){7, 6},
              (const char *const[]){"saddle", "least-known"});
    selection_release(&s);

    band_add(&pool, 5, 3, 0, hill, sure); /* what is certain is not asked */
    choose(&s, &pool, &known, &q, 1);
    ck_chosen(&s, 1, (int[]){12}, (const char *const[]){"saddle"});
    ck_assert_int_eq(s.ncertain, 2 + 2);
    selection_release(&s);

    label_of(&known, &pool, 12, 0, 0.3); /* but if nothing else is left */
    choose(&s, &pool, &known, &q, 1);
    ck_chosen(&s, 1, (int[]){13}, (const char *const[]){"least-known"});
    selection_release(&s);
    frames_release(&pool);
    frames_release(&known);
}
END_TEST

/* What is certain of it is no news, where it does not tell of the saddle. */
START_TEST(an_idle_saddle_is_not_asked)
{
    static const double doubt[] = {0, 0.1, 0.2, 0.9, 0};
    struct query q = query_of(SELECT_NEB, 1);
    struct frames pool = {0}, known = {0};
    struct selection s;

    q.threshold = 1;
    q.end_twin = q.end_fmax = 0.1;
    band_add(&pool, 5, 1, 0, hill, doubt);
    label_of(&known, &pool, 0, 0, 0);
    label_of(&known, &pool, 4, 0, 0);
    choose(&s, &pool, &known, &q, 1);
    ck_chosen(&s, 1, (int[]){2}, (const char *const[]){"saddle"});
    selection_release(&s);
    frame_set_bool(&pool.frame[2], "converged_band", false);
    choose(&s, &pool, &known, &q, 1); /* 0.9 > 4 * 0.2 */
    ck_chosen(&s, 1, (int[]){3}, (const char *const[]){"least-known"});
    selection_release(&s);
    frame_set_bool(&pool.frame[2], "converged_band", true);
    pool.frame[2].atoms.pos[1][1] = 0.1; /* it has slid into the first end */
    choose(&s, &pool, &known, &q, 1);
    ck_chosen(&s, 1, (int[]){3}, (const char *const[]){"least-known"});
    selection_release(&s);
    frames_release(&pool);
    frames_release(&known);
}
END_TEST

/* Both walks have led to one end: the model knows of no barrier between. */
START_TEST(a_walk_astray_is_asked_where_least_known)
{
    static const double sigma[] = {0.1, 0.5, 0.3, 0.0};
    struct query q = query_of(SELECT_NEB, 1);
    struct frames pool = {0}, known = {0};
    struct selection s;

    q.end_twin = q.end_fmax = 0.1;
    for (int k = 0; k < 4; k++) {
        pool_add_dimer(&pool, 2.5, k, 0, sigma[k]);
        frame_set_int(&pool.frame[k], "walk", 2);
    }
    choose(&s, &pool, &known, &q, 1);
    ck_chosen(&s, 1, (int[]){3}, (const char *const[]){"last"});
    selection_release(&s);
    label_of(&known, &pool, 3, 0.05, 0.2); /* not a minimum yet */
    choose(&s, &pool, &known, &q, 1);
    ck_chosen(&s, 1, (int[]){3}, (const char *const[]){"last"});
    selection_release(&s);
    label_of(&known, &pool, 3, 0.05, 0.02);
    choose(&s, &pool, &known, &q, 1);
    ck_chosen(&s, 1, (int[]){1}, (const char *const[]){"uncertain"});
    selection_release(&s);
    q.ceiling = 0.4;
    choose(&s, &pool, &known, &q, 1);
    ck_chosen(&s, 1, (int[]){2}, NULL);
    selection_release(&s);
    frames_release(&pool);
    frames_release(&known);
}
END_TEST

START_TEST(without_a_band_there_is_nothing_to_ask)
{
    static const enum strategy hows[] = {SELECT_NEB, SELECT_NEB_PAPER};
    struct frames pool = {0}, none = {0};
    struct selection s;
    struct rng rng;
    struct err err;

    rng_init(&rng, 1);
    pool_add_dimer(&pool, 2, 0, 0, -1);
    for (int k = 0; k < 2; k++) {
        struct query q = query_of(hows[k], 3);

        ck_assert_int_eq(select_frames(&s, &pool, &none, &q, &rng, &err),
                         ERR_RANGE);
        ck_assert_ptr_nonnull(strstr(err.msg, "expected a band"));
    }
    frames_release(&pool);
}
END_TEST

/* The walk to an end has failed: that is what to learn about. */
START_TEST(a_failed_walk_to_an_end_is_asked_about)
{
    struct query q = query_of(SELECT_NEB, 2);
    struct frames pool = {0}, none = {0};
    struct selection s;

    for (int k = 0; k < 4; k++) {
        pool_add_dimer(&pool, 2.5 + 0.1 * k, 0, 0, -1);
        frame_set_int(&pool.frame[k], "walk", 2);
    }
    choose(&s, &pool, &none, &q, 1);
    ck_assert(s.n == 2 && s.index[0] == 3 && s.index[1] < 3);
    ck_assert_str_eq(s.query[0], "last");
    ck_assert_str_eq(s.query[1], "random");
    selection_release(&s);
    frames_release(&pool);
}
END_TEST

TCase *select_walk_tests(void)
{
    TCase *tc = tcase_create("walks and bands");

    tcase_add_test(tc, parts_are_of_equal_length);
    tcase_add_test(tc, the_most_uncertain_of_a_part_is_its_frame);
    tcase_add_test(tc, walks_of_two_systems_are_joined);
    tcase_add_test(tc, the_last_band_is_found);
    tcase_add_test(tc, the_rule_of_the_paper);
    tcase_add_test(tc, settled_ends_are_not_asked_again);
    tcase_add_test(tc, uncertain_images_come_before_an_uncertain_saddle);
    tcase_add_test(tc, an_idle_saddle_is_not_asked);
    tcase_add_test(tc, a_walk_astray_is_asked_where_least_known);
    tcase_add_test(tc, a_failed_walk_to_an_end_is_asked_about);
    tcase_add_test(tc, without_a_band_there_is_nothing_to_ask);
    return tc;
}
