#ifndef TESTS_UNIT_DESCRIPTOR_FIXTURE_H
#define TESTS_UNIT_DESCRIPTOR_FIXTURE_H

#include <check.h>

#include <morsel/descriptor.h>

/* The parts of the suite that are about sets and their files, and strain. */
TCase *descriptor_set_tests(void);
TCase *descriptor_strain_tests(void);

/*
 * Sets to try: every type, both cutoffs, whole and crooked zeta and gamma, an
 * eta beyond what the polynomial holds, sets that differ by element.
 */
enum { NSETS = 4, NELEMENTS = 3 };
extern const char *const sets[NSETS];
extern const int elements[NELEMENTS]; /* atomic numbers, for all sets */

void set_of(struct descriptor *d, const char *string);

/* Seven atoms in a skewed cell that is smaller than the cutoff. */
void crooked(struct atoms *a);

void compute(struct features *f, const struct descriptor *d,
             const struct atoms *a, enum derivatives which);

/* dG_i / dpos[j] in direction k of function m, 0 where there is no block. */
double derivative(const struct features *f, int i, int j, int k, int m);

#endif
