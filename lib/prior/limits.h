#ifndef PRIOR_LIMITS_H
#define PRIOR_LIMITS_H

#include <morsel/prior.h>

/* Is it within the limits of prior.h?  NaN is not. */
bool morse_allowed(const struct morse *m);
bool switch_allowed(double rs, double rc);

#endif
