#ifndef LIB_SGP_KERNEL_H
#define LIB_SGP_KERNEL_H

#include <morsel/sgp.h>

/* w^2 = n l^2 of k = exp(-|x - x'|^2 / (2 w^2)). */
double kernel_width2(const struct sgp *s, int element);

/* k(x, z_m) for the environments of an element, k [sgp_count()] (out). */
void kernel_row(const struct sgp *s, int element, const double *x, double *k);

#endif
