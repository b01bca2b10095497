#ifndef MORSEL_DFT_BLOCK_H
#define MORSEL_DFT_BLOCK_H

#include <complex.h>
#include <stdbool.h>

#include <morsel/util.h>

/*
 * Linear algebra of blocks of vectors: n complex numbers each, one vector
 * after the other.  real: the vectors are 2n real numbers (see basis.h), and
 * so are the small matrices: double where they are double complex otherwise,
 * hence void *.  Row-major.  Threads inside, unless the caller is one of
 * several.
 */
static inline size_t block_size(bool real)
{
    return real ? sizeof(double) : sizeof(double complex);
}

/* c[na][nb] = <a_i | b_j>; row stride ldc (elements of c). */
void block_inner(bool real, int n, int na, const double complex *a, int nb,
                 const double complex *b, void *c, int ldc);

/* b_j = beta b_j + sum_i a_i c[i][j], c[na][nb] with row stride ldc. */
void block_combine(bool real, int n, int na, const double complex *a, int nb,
                   const void *c, int ldc, double beta, double complex *b);

/*
 * The lowest nev solutions of h v = w s v, both n x n Hermitian with row
 * stride ld (upper triangles read: h[i][j], i <= j), s NULL for 1.  w[nev],
 * v[n][nev] with row stride nev: column j is the vector of w[j], v+ s v = 1.
 * ERR_NUMERIC if s is not positive definite.
 */
int block_eig(bool real, int n, const void *h, const void *s, int ld, int nev,
              double *w, void *v, struct err *err) MORSEL_MUST_CHECK;

#endif
