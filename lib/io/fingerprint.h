#ifndef IO_FINGERPRINT_H
#define IO_FINGERPRINT_H

#include <morsel/atoms.h>

/*
 * Numbers that do not change when atoms are turned, moved, wrapped or put in
 * another order: sums over atoms of what each sees around it, within 6
 * angstrom, as it is and squared, and the scalar products of the periodic
 * cell vectors.  Two frames of equal composition that share them are, but for
 * a mirror, one geometry.
 */
enum { FINGERPRINT_SHELLS = 3 };

struct fingerprint {
    double x[2 * FINGERPRINT_SHELLS];
    double metric[3][3]; /* angstrom^2, lower half */
};

void fingerprint(struct fingerprint *f, const struct atoms *a);
bool fingerprint_same(const struct fingerprint *f, const struct fingerprint *g);

#endif
