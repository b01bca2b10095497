#ifndef VERDICT_FORCE_H
#define VERDICT_FORCE_H

#include <morsel/io.h>

/*
 * Largest force over the coordinates that may move, eV/angstrom: of an atom
 * its norm, or the paper's largest component.  NAN if a force is, and if
 * nothing may move: that says nothing about a relaxation.
 */
double largest_force(const struct atoms *a, const double (*forces)[3],
                     bool component);

/* The same of a label. */
double label_force(const struct frame *f, bool component);

#endif
