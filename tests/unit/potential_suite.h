#ifndef TESTS_UNIT_POTENTIAL_SUITE_H
#define TESTS_UNIT_POTENTIAL_SUITE_H

#include <check.h>

#include <morsel/potential.h>

/* A committee with random weights, and everything else crooked. */
void random_model(struct model *m, int members, bool prior);
void share_trunk(struct model *m);

/* Parts of the suite of lib/potential. */
TCase *potential_file_tests(void);
TCase *potential_stress_tests(void);

#endif
