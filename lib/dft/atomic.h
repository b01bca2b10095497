#ifndef MORSEL_DFT_ATOMIC_H
#define MORSEL_DFT_ATOMIC_H

#include "basis.h"
#include "phase.h"

/*
 * Functions that sit on atoms -- projectors, orbitals -- in the plane waves of
 * one k point,
 *
 *     volume^-1/2 (-i)^l f_il(|k+G|) Y_lm(k+G) exp(-i(k+G) tau),
 *
 * kept as the basis keeps vectors.  They are real functions of r, so in a
 * real basis their scalar products with real states are real, too.  Those of
 * an atom stand together: radial part i, and for each m = -l ... l.
 */

/* Radial functions, their l, and the number of functions with all their m. */
int atomic_radial(const struct pseudo *p, enum pseudo_part part, const int **l);
int atomic_count(const struct pseudo *p, enum pseudo_part part);

/* The same of all atoms, and the functions themselves: to[n][npw]. */
int atomic_total(const struct crystal *c, enum pseudo_part part);
void atomic_fill(const struct crystal *c, const struct basis *b,
                 enum pseudo_part part, double complex *to);

/* volume^-1/2, times sqrt(2) where plane wave i stands for two. */
double atomic_scale(const struct crystal *c, const struct basis *b, int i);

/*
 * The phases of all atoms, [natoms]: phase_at(&p[a], m) is exp(-i(k+G) tau_a).
 */
struct phase *atomic_phases(const struct crystal *c, const struct basis *b);
void atomic_phases_free(const struct crystal *c, struct phase *p);

/* (-i)^l */
static inline double complex minus_i_to(int l)
{
    static const double complex power[4] = {1, -I, -1, I};

    return power[l & 3];
}

#endif
