#ifndef TESTS_UNIT_QE_H
#define TESTS_UNIT_QE_H

#include <check.h>
#include <stdio.h>

#include <morsel/io.h>

/* The two frames of tests/ref/qe, whose README tells what was computed. */
void make_al2(struct frame *f);
void make_h2(struct frame *f);

/* All of a file, from its beginning, as text; the caller frees it. */
char *slurp(FILE *f);

TCase *qe_input_tests(void);
TCase *qe_pseudo_tests(void);

#endif
