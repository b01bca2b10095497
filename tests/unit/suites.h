#ifndef TESTS_UNIT_SUITES_H
#define TESTS_UNIT_SUITES_H

#include <check.h>

#include <morsel/util.h>

/* One suite per domain of the library. */
Suite *util_suite(void);
Suite *la_suite(void);
Suite *atoms_suite(void);
Suite *io_suite(void);
Suite *optim_suite(void);
Suite *descriptor_suite(void);
Suite *nn_suite(void);
Suite *prior_suite(void);
Suite *gp_suite(void);
Suite *sgp_suite(void);
Suite *potential_suite(void);
Suite *train_suite(void);
Suite *sim_suite(void);
Suite *md_suite(void);
Suite *analysis_suite(void);
Suite *neb_suite(void);
Suite *select_suite(void);
Suite *verdict_suite(void);
Suite *engine_suite(void);
Suite *qe_suite(void);
Suite *dft_suite(void);

/* A text to read from, in memory. */
struct text text_of(const char *name, const char *string);

/* |x - y| <= tol, and both printed when not. */
#define ck_near(x, y, tol) ck_assert_double_eq_tol(x, y, tol)

/* The same relative to the larger, absolute below 1. */
#define ck_close(x, y, tol)                                                   \
    ck_assert_double_le(fabs((x) - (y)),                                      \
                        (tol)*fmax(1, fmax(fabs(x), fabs(y))))

#endif
