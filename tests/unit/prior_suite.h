#ifndef TESTS_UNIT_PRIOR_SUITE_H
#define TESTS_UNIT_PRIOR_SUITE_H

#include <check.h>

/* The parts of the suite of lib/prior. */
TCase *prior_file_tests(void);
TCase *prior_fit_tests(void);
TCase *prior_forces_tests(void);
TCase *prior_terms_tests(void);

#endif
