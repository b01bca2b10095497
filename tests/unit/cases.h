#ifndef TESTS_UNIT_CASES_H
#define TESTS_UNIT_CASES_H

#include <check.h>

/* Parts of a suite that have a file of their own. */
TCase *activation_case(void); /* of nn */
TCase *wolfe_case(void);      /* of optim */

#endif
