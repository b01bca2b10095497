#ifndef ENGINE_ANSWER_H
#define ENGINE_ANSWER_H

#include <morsel/engine.h>

/*
 * Labelled frames as answers.  A label is taken from the answer to `asked`
 * only if both are about the same atoms: species and their order, cell, pbc,
 * and positions to 1e-6 angstrom or a lattice vector.  An answer may also say
 * why there is no label, by fail_reason and fail_detail, or by converged=F.
 */
void answer_take(const struct frame *answer, const struct frame *asked,
                 struct outcome *out);

/*
 * The same from text, NUL behind its last byte, which must hold one frame and
 * end in a newline: what was cut off is told.  name is for messages.
 */
void answer_parse(const char *text, size_t size, const char *name,
                  const struct frame *asked, struct outcome *out);

#endif
