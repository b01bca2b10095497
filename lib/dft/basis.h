#ifndef MORSEL_DFT_BASIS_H
#define MORSEL_DFT_BASIS_H

#include <complex.h>

#include "crystal.h"

/*
 * The plane waves of one k point, |k+G|^2 / 2 <= ecut, and how the vectors of
 * their coefficients are kept.
 *
 * psi(r) = volume^-1/2 sum_G c(G) exp(i(k+G)r), sum |c|^2 = 1.
 *
 * Where 2k is a reciprocal lattice vector K, psi can be real: c(-G-K) = c(G)*.
 * Then (`real`) one G of each pair is kept, multiplied by sqrt(2) (but for
 * G = -G-K, that is G = 0 at k = 0, which comes first and has no imaginary
 * part).  The npw complex numbers are 2 npw real ones whose scalar product is
 * that of the functions: everything between vectors is real linear algebra.
 */
struct basis {
    double k[3];   /* fractions of b */
    double weight; /* of the point; all points add up to 1 */
    bool real;
    int shift[3];    /* K = shift . b, if real */
    int npw;         /* numbers kept */
    int nfull;       /* plane waves */
    int (*m)[3];     /* [npw] G = m . b */
    double (*q)[3];  /* [npw] k + G, 1/bohr */
    double *kinetic; /* [npw] |k+G|^2 / 2, hartree */
};

/* real: use that psi is real if it can be. */
void basis_init(struct basis *b, const struct crystal *c, const double k[3],
                double weight, double ecut, bool real);
void basis_release(struct basis *b);

#endif
