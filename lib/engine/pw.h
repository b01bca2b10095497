#ifndef MORSEL_ENGINE_PW_H
#define MORSEL_ENGINE_PW_H

#include <morsel/dft.h>

/*
 * What a calculation found and what one would take, a line per number: its
 * name, its value, its unit.  dft-single(1) explains the names.  Number n is
 * that of the frame, from 1.
 */
void pw_tell_result(FILE *to, int n, const struct dft_result *r);
void pw_tell_estimate(FILE *to, int n, const struct atoms *a,
                      const struct dft_estimate *e);

#endif
