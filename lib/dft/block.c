#include "block.h"

#include <morsel/la.h>

/* <a|b> conj(a) b^T: row-major [na][n] and [nb][n]; zgemm has no plain
 * conjugate, so it is the conjugate of b a^H, transposed. */
void block_inner(bool real, int n, int na, const double complex *a, int nb,
                 const double complex *b, void *c, int ldc)
{
    if (real) {
        la_dgemm(LA_N, LA_T, na, nb, 2 * n, 1, (const double *)a, 2 * n,
                 (const double *)b, 2 * n, 0, c, ldc);
        return;
    }
    double complex *z = c;

    la_zgemm(LA_N, LA_H, na, nb, n, 1, a, n, b, n, 0, z, ldc);
    for (int i = 0; i < na; i++)
        for (int j = 0; j < nb; j++)
            z[(size_t)i * ldc + j] = conj(z[(size_t)i * ldc + j]);
}

void block_combine(bool real, int n, int na, const double complex *a, int nb,
                   const void *c, int ldc, double beta, double complex *b)
{
    if (real)
        la_dgemm(LA_T, LA_N, nb, 2 * n, na, 1, c, ldc, (const double *)a, 2 * n,
                 beta, (double *)b, 2 * n);
    else
        la_zgemm(LA_T, LA_N, nb, n, na, 1, c, ldc, a, n, beta, b, n);
}
