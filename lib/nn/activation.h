#ifndef NN_ACTIVATION_H
#define NN_ACTIVATION_H

#include <morsel/nn.h>

/*
 * Replace each of h[n] by s(h), and store s'(h) in slope[n] and s''(h) in
 * curv[n].
 */
void activate(enum activation act, int n, double *h, double *slope,
              double *curv);

#endif
