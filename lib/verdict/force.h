#ifndef VERDICT_FORCE_H
#define VERDICT_FORCE_H

#include <morsel/verdict.h>

/*
 * Largest force over the coordinates that may move, eV/angstrom: of an atom
 * its norm, or the paper's largest component.  NAN if a force is, and if
 * nothing may move: that says nothing about a relaxation.
 */
double largest_force(const struct atoms *a, const double (*forces)[3],
                     bool component);

/* The same of a label. */
double label_force(const struct frame *f, bool component);

/*
 * The unit vector along the path at the saddle, t [natoms][3]: the improved
 * tangent of <morsel/neb.h>.  false if the images are not of one system or
 * coincide, or an energy is not known.
 */
bool saddle_tangent(const struct verified *v, double (*t)[3]);

#endif
