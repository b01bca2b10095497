#ifndef TESTS_UNIT_SIM_SUITE_H
#define TESTS_UNIT_SIM_SUITE_H

#include <check.h>

/* The methods on R^n, by themselves. */
TCase *sim_method_tests(void);

/* When walks end, and what is asked and written on the way. */
TCase *sim_walk_tests(void);

/* What another process goes on from. */
TCase *sim_checkpoint_tests(void);
/* Atoms and cell together. */
TCase *sim_cell_tests(void);

#endif
