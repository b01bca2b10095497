#ifndef MORSEL_DESCRIPTOR_SET_H
#define MORSEL_DESCRIPTOR_SET_H

#include <morsel/descriptor.h>

/* What sets of functions may hold; read, and checked in binary files. */
enum { MAX_SF = 10000 };
#define MIN_RC 0.1   /* angstrom */
#define MAX_RC 100.0 /* angstrom */
#define MIN_GAMMA 2.0
#define MAX_GAMMA 100.0
#define MAX_ETA 1e6 /* 1/angstrom^2 */
#define MAX_RS 1e3  /* angstrom */
#define MAX_ZETA 1e3

/* A descriptor of the elements z[n] without functions. */
void descriptor_init(struct descriptor *d, const int *z, int n);

#endif
