#ifndef MORSEL_DFT_ATOMIC_H
#define MORSEL_DFT_ATOMIC_H

#include "basis.h"

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

/* exp(-i(k+G) tau): products of tables along the three axes. */
struct phases {
    const struct basis *basis;
    int least[3];      /* m of the first entry */
    int span;          /* entries of an axis */
    double complex *e; /* [natoms][3][span] */
};
void phases_init(struct phases *t, const struct crystal *c,
                 const struct basis *b);
void phases_release(struct phases *t);

/* Of atom a, at n plane waves from first on. */
void phases_get(const struct phases *t, int a, int first, int n,
                double complex *phase);

#endif
