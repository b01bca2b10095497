#ifndef LIB_PRIOR_TERM_H
#define LIB_PRIOR_TERM_H

#include <morsel/prior.h>

/* Names of the kinds of terms in a file, by enum term_kind. */
extern const char *const prior_kinds[4]; /* ends with NULL */

/* Is it within the limits of prior.h?  NaN is not. */
bool reach_allowed(enum term_kind kind, const struct reach *reach);

/* The switch s of a pair at r < rc, and its derivative ds, 1/angstrom. */
double prior_switch(const struct prior_pair *q, double r, double *ds);

/*
 * phi(r), or its slope, of a Morse curve; row: its derivatives by ln D, ln re
 * and ln a.
 */
enum { MORSE_NPAR = 3 };
double morse_phi_row(const struct morse *m, double r, double row[MORSE_NPAR]);
double morse_slope_row(const struct morse *m, double r, double row[MORSE_NPAR]);

#endif
