#ifndef MORSEL_DESCRIPTOR_KERNEL_H
#define MORSEL_DESCRIPTOR_KERNEL_H

#include <morsel/descriptor.h>

/*
 * fc(r) and its derivative dfc (1/angstrom) for 0 <= r; both 0 from rc on.
 */
double cutoff_eval(const struct cutoff *c, double r, double *dfc);

/*
 * The surroundings of one atom within the cutoff, as the kernels want them,
 * and where their results go.
 */
struct site {
    int i;          /* the atom */
    int n;          /* neighbors */
    int *z;         /* [n] their elements */
    double (*d)[3]; /* [n][3] where they are, seen from the atom, angstrom */
    double *r;      /* [n] |d| */
    int *dep;       /* [n] offset of their derivatives; -1: the atom itself */
    int self;       /* offset of the derivatives by the atom itself */
};

/*
 * Values g[n] of n functions of a site, and the blocks of derivatives in dg,
 * unless it is NULL; added to what is there.  The plain version follows the
 * formulas term by term.
 */
void kernel_plain(const struct site *s, const struct cutoff *c,
                  const struct sf *sf, int n, double *g, double *dg);

#endif
