#include <morsel/la.h>

#include <cblas.h>
#include <lapacke.h>

/*
 * LAPACK reads columns.  The upper triangle of our rows is the lower one of
 * its columns, of the transposed matrix: of a itself if it is real, of its
 * conjugate if it is Hermitian, whose vectors are the conjugate ones.  The
 * factor b = l l+ of that is our u+ u with u = l transposed, in place.
 */
static int failed(struct err *err, int n, const char *what, int info)
{
    return err_set(err, ERR_NUMERIC, "%d x %d matrix: %s failed (%d)%s", n, n,
                   what, info,
                   info > 0 ? ": not positive definite or no convergence" : "");
}

int la_deig(int n, double *a, int lda, double *b, int ldb, int nev, double *w,
            double *v, struct err *err)
{
    int info = 0;

    if (b) {
        info = LAPACKE_dpotrf(LAPACK_COL_MAJOR, 'L', n, b, ldb);
        if (info)
            return failed(err, n, "dpotrf", info);
        info = LAPACKE_dsygst(LAPACK_COL_MAJOR, 1, 'L', n, a, lda, b, ldb);
        if (info)
            return failed(err, n, "dsygst", info);
    }
    info = LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'V', 'L', n, a, lda, w);
    if (info)
        return failed(err, n, "dsyevd", info);
    if (b)
        cblas_dtrsm(CblasColMajor, CblasLeft, CblasLower, CblasTrans,
                    CblasNonUnit, n, nev, 1, b, ldb, a, lda);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < nev; j++)
            v[(size_t)i * nev + j] = a[(size_t)j * lda + i];
    return 0;
}

int la_zeig(int n, double complex *a, int lda, double complex *b, int ldb,
            int nev, double *w, double complex *v, struct err *err)
{
    const double complex one = 1;
    int info = 0;

    if (b) {
        info = LAPACKE_zpotrf(LAPACK_COL_MAJOR, 'L', n, b, ldb);
        if (info)
            return failed(err, n, "zpotrf", info);
        info = LAPACKE_zhegst(LAPACK_COL_MAJOR, 1, 'L', n, a, lda, b, ldb);
        if (info)
            return failed(err, n, "zhegst", info);
    }
    info = LAPACKE_zheevd(LAPACK_COL_MAJOR, 'V', 'L', n, a, lda, w);
    if (info)
        return failed(err, n, "zheevd", info);
    if (b)
        cblas_ztrsm(CblasColMajor, CblasLeft, CblasLower, CblasConjTrans,
                    CblasNonUnit, n, nev, &one, b, ldb, a, lda);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < nev; j++)
            v[(size_t)i * nev + j] = conj(a[(size_t)j * lda + i]);
    return 0;
}
