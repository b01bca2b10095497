#ifndef TESTS_UNIT_ENGINE_SUITE_H
#define TESTS_UNIT_ENGINE_SUITE_H

#include <check.h>

/* The parts of the suite of the engines, a file each. */
TCase *emt_tests(void);
TCase *process_tests(void);
TCase *answer_tests(void);
TCase *shelf_tests(void);

/* Fixtures: a fresh folder for every test. */
void enter_folder(void);
void leave_folder(void);

#endif
