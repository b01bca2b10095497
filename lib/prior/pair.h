#ifndef PRIOR_PAIR_H
#define PRIOR_PAIR_H

#include <morsel/prior.h>

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
