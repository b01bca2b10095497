#ifndef PRIOR_LIMITS_H
#define PRIOR_LIMITS_H

#include <morsel/prior.h>

/* Is it within the limits of prior.h?  NaN is not. */
bool reach_allowed(enum term_kind kind, const struct reach *reach);

#endif
