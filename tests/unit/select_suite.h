#ifndef TESTS_UNIT_SELECT_SUITE_H
#define TESTS_UNIT_SELECT_SUITE_H

#include <check.h>

#include <morsel/select.h>

/* A copper dimer, its second atom at x, y, z, with uncertainty sigma >= 0. */
void pool_add_dimer(struct frames *s, double x, double y, double z,
                    double sigma);

/* Choose with a generator of this seed. */
void choose(struct selection *s, const struct frames *pool,
            const struct frames *known, const struct query *query,
            uint64_t seed);

/* At most three, nothing unphysical, no twins within 0.001 angstrom. */
extern const struct query plain_query;

TCase *select_space_tests(void); /* distances and volumes in feature space */
TCase *select_walk_tests(void);  /* parts of walks, and bands */
TCase *select_preflight_tests(void);

#endif
