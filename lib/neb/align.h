#ifndef NEB_ALIGN_H
#define NEB_ALIGN_H

#include <morsel/atoms.h>

/* d <- the shortest vector from one point to the images of another; its
 * norm. */
double nearest(const struct lattice *l, const double from[3],
               const double to[3], double d[3]);

/* Is to - from itself within TIE of that? */
bool nearest_given(const struct lattice *l, const double from[3],
                   const double to[3], double d[3]);

#endif
