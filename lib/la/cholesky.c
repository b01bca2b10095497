#include <morsel/la.h>

#include <cblas.h>
#include <lapacke.h>

/*
 * LAPACK reads columns: our lower triangle is the upper one of its matrix,
 * whose factor a = u^T u is our a = l l^T with l = u transposed, in place.
 */
int la_cholesky(int n, double *a, struct err *err)
{
    int info = LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'U', n, a, n);

    return info ? err_set(err, ERR_NUMERIC,
                          "%d x %d matrix: not positive definite (dpotrf %d)",
                          n, n, info)
                : 0;
}

void la_solve_lower(enum la_op op, int n, const double *l, int k, double *x)
{
    la_dsolve_lower(op, n, l, k, x, n);
}

void la_dsolve_lower(enum la_op op, int n, const double *l, int k, double *x,
                     int ldx)
{
    cblas_dtrsm(CblasColMajor, CblasLeft, CblasUpper,
                op == LA_N ? CblasTrans : CblasNoTrans, CblasNonUnit, n, k, 1,
                l, n, x, ldx);
}
