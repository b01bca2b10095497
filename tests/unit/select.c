#include <morsel/select.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "select_suite.h"
#include "suites.h"

enum { NFRAME = 8 };

/* Two copper atoms 2.5 + 0.1 k apart, of uncertainty sigma; k = 0 ... n - 1. */
static void walk(struct frames *s, int n, const double *sigma)
{
    *s = (struct frames){0};
    for (int k = 0; k < n; k++) {
        struct atoms a;
        struct frame f;

        atoms_init(&a, 2);
        a.z[0] = a.z[1] = 29;
        a.pos[1][2] = 2.5 + 0.1 * k;
        frame_of_atoms(&f, &a);
        if (sigma) {
            double both[2] = {0.3 * sigma[k], sigma[k]};

            frame_set_column(&f, "ml_sigma_f", 1, both);
        }
        frames_append(s, &f);
        frame_release(&f);
        atoms_release(&a);
    }
}

void pool_add_dimer(struct frames *s, double x, double y, double z,
                    double sigma)
{
    struct atoms a;
    struct frame f;

    atoms_init(&a, 2);
    a.z[0] = a.z[1] = 29;
    a.pos[1][0] = x;
    a.pos[1][1] = y;
    a.pos[1][2] = z;
    frame_of_atoms(&f, &a);
    if (sigma >= 0) {
        double both[2] = {0, sigma};

        frame_set_column(&f, "ml_sigma_f", 1, both);
    }
    frames_append(s, &f);
    frame_release(&f);
    atoms_release(&a);
}

const struct query plain_query = {.how = SELECT_RANDOM,
                                  .last = true,
                                  .n = 3,
                                  .twin = 0.001,
                                  .ceiling = INFINITY,
                                  .preflight = {.overlap = 0.5}};

void choose(struct selection *s, const struct frames *pool,
            const struct frames *known, const struct query *query,
            uint64_t seed)
{
    struct rng rng;
    struct err err;

    rng_init(&rng, seed);
    ck_assert_int_eq(select_frames(s, pool, known, query, &rng, &err), 0);
}

static bool chosen(const struct selection *s, int index)
{
    for (int i = 0; i < s->n; i++)
        if (s->index[i] == index)
            return true;
    return false;
}

START_TEST(the_last_comes_first_and_none_twice)
{
    struct frames pool, none = {0};

    walk(&pool, NFRAME, NULL);
    for (uint64_t seed = 0; seed < 100; seed++) {
        struct selection s;

        choose(&s, &pool, &none, &plain_query, seed);
        ck_assert_int_eq(s.n, 3);
        ck_assert_int_eq(s.index[0], NFRAME - 1);
        ck_assert_str_eq(s.query[0], "last");
        ck_assert_str_eq(s.query[1], "random");
        ck_assert(s.index[1] != s.index[2]);
        ck_assert(s.index[1] != NFRAME - 1 && s.index[2] != NFRAME - 1);
        selection_release(&s);
    }
    frames_release(&pool);
}
END_TEST

/*
 * Each of 8 frames is among 3 of 8 with probability 3/8: 1500 of 4000 draws,
 * standard deviation 31; six of them are 184.
 */
START_TEST(random_frames_are_equally_likely)
{
    struct query query = plain_query;
    struct frames pool, none = {0};
    int count[NFRAME] = {0};

    query.last = false;
    walk(&pool, NFRAME, NULL);
    for (uint64_t seed = 0; seed < 4000; seed++) {
        struct selection s;

        choose(&s, &pool, &none, &query, seed);
        for (int i = 0; i < s.n; i++)
            count[s.index[i]]++;
        selection_release(&s);
    }
    for (int k = 0; k < NFRAME; k++)
        ck_assert_int_le(abs(count[k] - 1500), 184);
    frames_release(&pool);
}
END_TEST

START_TEST(the_same_seed_chooses_the_same)
{
    struct frames pool, none = {0};
    struct selection s, t;
    bool differs = false;

    walk(&pool, NFRAME, NULL);
    choose(&s, &pool, &none, &plain_query, 7);
    for (uint64_t seed = 7; seed < 27; seed++) {
        choose(&t, &pool, &none, &plain_query, seed);
        if (memcmp(s.index, t.index, 3 * sizeof *s.index) != 0) {
            ck_assert_int_ne((int)seed, 7);
            differs = true;
        }
        selection_release(&t);
    }
    ck_assert(differs);
    selection_release(&s);
    frames_release(&pool);
}
END_TEST

START_TEST(a_count_beyond_the_pool_takes_it_all)
{
    struct query query = plain_query;
    struct frames pool, none = {0};
    struct selection s;

    walk(&pool, NFRAME, NULL);
    query.n = 100;
    choose(&s, &pool, &none, &query, 1);
    ck_assert_int_eq(s.n, NFRAME);
    for (int k = 0; k < NFRAME; k++)
        ck_assert(chosen(&s, k));
    selection_release(&s);
    frames_release(&pool);
}
END_TEST

/* Frame 0 and the last are labelled; frame 5 differs by less than a twin. */
START_TEST(twins_of_labelled_frames_are_passed_over)
{
    struct query query = plain_query;
    struct frames pool, known = {0};
    struct selection s;

    walk(&pool, NFRAME, NULL);
    frames_append(&known, &pool.frame[0]);
    frames_append(&known, &pool.frame[NFRAME - 1]);
    frames_append(&known, &pool.frame[5]);
    known.frame[2].atoms.pos[1][0] += 0.0009;
    query.n = 100;
    choose(&s, &pool, &known, &query, 1);
    ck_assert_int_eq(s.n, NFRAME - 3);
    ck_assert_int_eq(s.ntwin, 3);
    ck_assert_int_eq(s.index[0], NFRAME - 2);
    ck_assert_str_eq(s.query[0], "near-last");
    ck_assert(!chosen(&s, 0) && !chosen(&s, 5) && !chosen(&s, NFRAME - 1));
    selection_release(&s);

    known.frame[2].atoms.pos[1][0] += 0.0002; /* 0.0011: not a twin */
    choose(&s, &pool, &known, &query, 1);
    ck_assert(chosen(&s, 5));
    selection_release(&s);
    frames_release(&pool);
    frames_release(&known);
}
END_TEST

START_TEST(of_twins_in_the_pool_one_is_chosen)
{
    struct query query = plain_query;
    struct frames pool, none = {0};
    struct selection s;

    walk(&pool, 3, NULL);
    pool.frame[0].atoms.pos[1][2] = pool.frame[1].atoms.pos[1][2];
    pool.frame[2].atoms.pos[1][2] = pool.frame[1].atoms.pos[1][2];
    choose(&s, &pool, &none, &query, 1);
    ck_assert_int_eq(s.n, 1);
    ck_assert_int_eq(s.index[0], 2);
    ck_assert_int_eq(s.ntwin, 2);
    selection_release(&s);
    frames_release(&pool);
}
END_TEST

/* Covalent radius of copper 1.32 angstrom: half of two of them is 1.32. */
START_TEST(unphysical_frames_are_passed_over)
{
    struct query query = plain_query;
    struct frames pool, none = {0};
    struct selection s;

    walk(&pool, NFRAME, NULL);
    for (int k = 0; k < NFRAME; k++)
        pool.frame[k].atoms.pos[1][2] = k < 3 ? 1.33 + 0.1 * k : 1.31 - 0.1 * k;
    query.n = 100;
    choose(&s, &pool, &none, &query, 1);
    ck_assert_int_eq(s.n, 3);
    ck_assert_int_eq(s.nunphysical, NFRAME - 3);
    ck_assert_int_eq(s.index[0], 2);
    ck_assert_str_eq(s.query[0], "near-last");
    selection_release(&s);
    query.preflight.overlap = 0.6;
    choose(&s, &pool, &none, &query, 1);
    ck_assert_int_eq(s.n, 0);
    ck_assert_int_eq(s.nunphysical, NFRAME);
    ck_assert_int_eq(s.refusal[0].index, NFRAME - 1);
    ck_assert_str_eq(s.refusal[0].why,
                     "atoms 1 (Cu) and 2 (Cu) are 0.61 angstrom apart, 0.231 "
                     "sums of their radii, less than 0.6");
    selection_release(&s);
    frames_release(&pool);
}
END_TEST

START_TEST(the_most_uncertain_come_first)
{
    static const double sigma[NFRAME] = {0.1, 0.7, 0.05, 0.3, 0.9, 0.2, 0, 0.8};
    struct query query = plain_query;
    struct frames pool, none = {0};
    struct selection s;

    walk(&pool, NFRAME, sigma);
    query.how = SELECT_UNCERTAIN;
    query.last = false;
    choose(&s, &pool, &none, &query, 1);
    ck_assert_int_eq(s.n, 3);
    ck_assert(s.index[0] == 4 && s.index[1] == 7 && s.index[2] == 1);
    ck_assert_str_eq(s.query[0], "uncertain");
    selection_release(&s);

    query.last = true; /* and not taken twice */
    choose(&s, &pool, &none, &query, 1);
    ck_assert(s.index[0] == 7 && s.index[1] == 4 && s.index[2] == 1);
    ck_assert_str_eq(s.query[0], "last");
    selection_release(&s);

    query.n = 100;
    query.threshold = 0.3; /* above it are three; at it is not above */
    query.last = false;
    choose(&s, &pool, &none, &query, 1);
    ck_assert_int_eq(s.n, 3);
    ck_assert_int_eq(s.ncertain, NFRAME - 3);
    selection_release(&s);
    frames_release(&pool);
}
END_TEST

START_TEST(what_is_not_a_number_is_the_most_uncertain)
{
    double sigma[4] = {0.1, 1e9, NAN, 0.2};
    struct query query = plain_query;
    struct frames pool, none = {0};
    struct selection s;
    double x;

    walk(&pool, 4, sigma);
    query.how = SELECT_UNCERTAIN;
    query.last = false;
    query.threshold = 0.5;
    choose(&s, &pool, &none, &query, 1);
    ck_assert_int_eq(s.n, 2);
    ck_assert(s.index[0] == 2 && s.index[1] == 1);
    ck_assert(frame_uncertainty(&pool.frame[2], &x) && isnan(x));
    selection_release(&s);
    frames_release(&pool);
}
END_TEST

/* Between 0.1 and 0.5, both counted as neither certain nor wild. */
START_TEST(a_band_has_a_floor_and_a_ceiling)
{
    static const double sigma[NFRAME] = {0.1,  0.3, 0.05, 0.5,
                                         0.51, NAN, 0.2,  9};
    static const enum strategy hows[] = {SELECT_BAND, SELECT_UNCERTAIN};
    struct query query = plain_query;
    struct frames pool, none = {0};
    struct selection s;
    int first[NFRAME] = {0};

    walk(&pool, NFRAME, sigma);
    query.last = false;
    query.threshold = 0.1;
    query.ceiling = 0.5;
    query.n = 100;
    for (int k = 0; k < 2; k++) {
        query.how = hows[k];
        choose(&s, &pool, &none, &query, 1);
        ck_assert_int_eq(s.n, 3);
        ck_assert(chosen(&s, 1) && chosen(&s, 3) && chosen(&s, 6));
        ck_assert(s.ncertain == 2 && s.nwild == 3);
        if (k == 1)
            ck_assert(s.index[0] == 3 && s.index[1] == 1);
        selection_release(&s);
    }
    query.how = SELECT_BAND; /* which is at random: 300 +- 14 of 900 each */
    query.n = 1;
    for (uint64_t seed = 0; seed < 900; seed++) {
        choose(&s, &pool, &none, &query, seed);
        ck_assert_str_eq(s.query[0], "band");
        first[s.index[0]]++;
        selection_release(&s);
    }
    ck_assert(abs(first[1] - 300) < 84 && abs(first[3] - 300) < 84);
    frames_release(&pool);
}
END_TEST

START_TEST(all_are_chosen_in_their_order)
{
    struct query query = plain_query;
    struct frames pool, none = {0};
    struct selection s;

    walk(&pool, NFRAME, NULL);
    query.how = SELECT_ALL;
    query.last = false;
    query.n = NFRAME;
    choose(&s, &pool, &none, &query, 1);
    ck_assert_int_eq(s.n, NFRAME);
    for (int k = 0; k < NFRAME; k++)
        ck_assert_int_eq(s.index[k], k);
    selection_release(&s);
    frames_release(&pool);
}
END_TEST

START_TEST(atoms_that_may_not_move_are_never_uncertain)
{
    static bool move[2][3] = {{false, true, false}, {false, false, false}};
    static const double sigma = 0.4;
    struct frames pool;
    double x;

    walk(&pool, 1, &sigma); /* 0.12 and 0.4 */
    ck_assert(frame_uncertainty(&pool.frame[0], &x) && x == 0.4);
    pool.frame[0].atoms.move = move;
    ck_assert(frame_uncertainty(&pool.frame[0], &x) && x == 0.3 * 0.4);
    pool.frame[0].atoms.move = NULL;
    frame_drop(&pool.frame[0], "ml_sigma_f");
    ck_assert(!frame_uncertainty(&pool.frame[0], &x));
    frames_release(&pool);
}
END_TEST

START_TEST(an_empty_pool_gives_nothing)
{
    struct frames none = {0};
    struct selection s;

    choose(&s, &none, &none, &plain_query, 1);
    ck_assert_int_eq(s.n, 0);
    selection_release(&s);
}
END_TEST

Suite *select_suite(void)
{
    Suite *s = suite_create("select");
    TCase *tc = tcase_create("strategies");

    tcase_add_test(tc, the_last_comes_first_and_none_twice);
    tcase_add_test(tc, random_frames_are_equally_likely);
    tcase_add_test(tc, the_same_seed_chooses_the_same);
    tcase_add_test(tc, a_count_beyond_the_pool_takes_it_all);
    tcase_add_test(tc, twins_of_labelled_frames_are_passed_over);
    tcase_add_test(tc, of_twins_in_the_pool_one_is_chosen);
    tcase_add_test(tc, unphysical_frames_are_passed_over);
    tcase_add_test(tc, the_most_uncertain_come_first);
    tcase_add_test(tc, what_is_not_a_number_is_the_most_uncertain);
    tcase_add_test(tc, a_band_has_a_floor_and_a_ceiling);
    tcase_add_test(tc, all_are_chosen_in_their_order);
    tcase_add_test(tc, atoms_that_may_not_move_are_never_uncertain);
    tcase_add_test(tc, an_empty_pool_gives_nothing);
    suite_add_tcase(s, tc);
    suite_add_tcase(s, select_space_tests());
    suite_add_tcase(s, select_walk_tests());
    suite_add_tcase(s, select_preflight_tests());
    return s;
}
