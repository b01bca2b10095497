#ifndef MORSEL_LA_H
#define MORSEL_LA_H

#include <complex.h>

#include <morsel/util.h>

/*
 * The one place that decides who owns the cores: OpenMP gets n threads (0:
 * all cores, or OMP_NUM_THREADS), and BLAS one in each.  Call it before
 * anything computes.
 */
void la_threads(int n);

/*
 * Dense linear algebra: the few BLAS and LAPACK calls the project makes, in
 * its own words.  All matrices are row-major and packed; "a is m x k" means
 * a[i * k + j].  BLAS and LAPACK are called from lib/la only.
 */

enum la_op { LA_N, LA_T, LA_H }; /* as it is, transposed, its adjoint */

/* c <- alpha op(a) op(b) + beta c, with op(a) m x k, op(b) k x n, c m x n. */
void la_gemm(enum la_op op_a, enum la_op op_b, int m, int n, int k,
             double alpha, const double *a, const double *b, double beta,
             double *c);

/* The same with rows lda, ldb, ldc numbers apart; and of complex matrices. */
void la_dgemm(enum la_op op_a, enum la_op op_b, int m, int n, int k,
              double alpha, const double *a, int lda, const double *b, int ldb,
              double beta, double *c, int ldc);
void la_zgemm(enum la_op op_a, enum la_op op_b, int m, int n, int k,
              double alpha, const double complex *a, int lda,
              const double complex *b, int ldb, double beta, double complex *c,
              int ldc);

/* x . y, and y <- a x + y, of vectors [n]. */
double la_dot(int n, const double *x, const double *y);
void la_axpy(int n, double a, const double *x, double *y);

/*
 * Eigenvalues w[n], ascending, and orthonormal eigenvectors of the symmetric
 * n x n matrix a, which they replace: row i of a is the vector of w[i].
 * Returns 0 or ERR_NUMERIC if the iteration fails (LAPACK dsyevd).
 */
int la_eig_sym(int n, double *a, double *w, struct err *err) MORSEL_MUST_CHECK;

/*
 * The lowest nev solutions of a v = w b v, a symmetric (Hermitian) and b
 * positive definite, n x n with rows lda and ldb numbers apart; b NULL: 1.
 * Their upper triangles are read, both matrices destroyed.  w[n] ascending, all of them; v[n][nev]:
 * column j is the vector of w[j], v+ b v = 1.  ERR_NUMERIC if b is not
 * positive definite or the iteration fails (LAPACK potrf, sygst, syevd).
 */
int la_deig(int n, double *a, int lda, double *b, int ldb, int nev, double *w,
            double *v, struct err *err) MORSEL_MUST_CHECK;
int la_zeig(int n, double complex *a, int lda, double complex *b, int ldb,
            int nev, double *w, double complex *v,
            struct err *err) MORSEL_MUST_CHECK;

/*
 * The Cholesky factor: the lower triangle of a, which alone is read, becomes
 * that of l, a = l l^T.  ERR_NUMERIC if a is not positive definite; then a is
 * destroyed.
 */
int la_cholesky(int n, double *a, struct err *err) MORSEL_MUST_CHECK;

/* Each row of x [k][n] becomes l^-1 (LA_N) or l^-T (LA_T) times it. */
void la_solve_lower(enum la_op op, int n, const double *l, int k, double *x);

/* The same with rows of x ldx numbers apart. */
void la_dsolve_lower(enum la_op op, int n, const double *l, int k, double *x,
                     int ldx);

#endif
