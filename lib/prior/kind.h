#ifndef PRIOR_KIND_H
#define PRIOR_KIND_H

/* Names of the kinds of terms in a file, by enum term_kind. */
extern const char *const prior_kinds[4]; /* ends with NULL */

#endif
