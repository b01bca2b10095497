#ifndef MORSEL_DFT_PHASE_H
#define MORSEL_DFT_PHASE_H

#include <complex.h>

/*
 * exp(-2 pi i m . x) = exp(-iG tau) of one point x (fractions of a) for all
 * |m_k| <= top[k], from three tables: two products each.
 */
struct phase {
    double complex *e[3]; /* [-top ... top] */
    int top[3];
};

void phase_init(struct phase *p, const double x[3], const int top[3]);
void phase_release(struct phase *p);

static inline double complex phase_at(const struct phase *p, const int m[3])
{
    return p->e[0][m[0]] * p->e[1][m[1]] * p->e[2][m[2]];
}

#endif
