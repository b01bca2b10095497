#ifndef TESTS_UNIT_PLAIN_H
#define TESTS_UNIT_PLAIN_H

#include <morsel/descriptor.h>

/*
 * Features of atom i term by term as the formulas of descriptor.h have them:
 * g[n] of its n functions, and dg[natoms][3][n] unless it is NULL.  What the
 * fast kernel is tested against.
 */
void plain_features(const struct descriptor *d, const struct atoms *a,
                    const struct neighbors *nb, int i, double *g, double *dg);

#endif
