#include "block.h"

#include <stdlib.h>
#include <string.h>

#include <omp.h>

#include <morsel/la.h>

/* Is it worth the while of a second thread? */
static bool large(int n, int na, int nb)
{
    return (double)n * na * nb > 1e5;
}

/* Thread t's share of n: [*first, *first + return), in steps of eight. */
static int share(int n, int *first)
{
    int nthreads = omp_get_num_threads(), t = omp_get_thread_num();
    int eights = (n + 7) / 8,
        end = 8 * (int)((long)eights * (t + 1) / nthreads);

    *first = 8 * (int)((long)eights * t / nthreads);
    return (end < n ? end : n) - *first;
}

/*
 * <a|b> is conj(a) b^T of the rows.  zgemm has no plain conjugate: it makes
 * (a b+), whose conjugate this is.
 */
static void inner(bool real, int n, int na, const double complex *a, int nb,
                  const double complex *b, void *c, int ldc)
{
    double complex *z = c;

    if (na <= 0 || nb <= 0)
        return;
    if (real) {
        la_dgemm(LA_N, LA_T, na, nb, 2 * n, 1, (const double *)a, 2 * n,
                 (const double *)b, 2 * n, 0, c, ldc);
        return;
    }
    la_zgemm(LA_N, LA_H, na, nb, n, 1, a, n, b, n, 0, z, ldc);
    for (int i = 0; i < na; i++)
        for (int j = 0; j < nb; j++)
            z[(size_t)i * ldc + j] = conj(z[(size_t)i * ldc + j]);
}

/* Threads share the longer side of c: sums over n stay whole, and so the
 * same from any number of threads. */
void block_inner(bool real, int n, int na, const double complex *a, int nb,
                 const double complex *b, void *c, int ldc)
{
    size_t size = block_size(real);

#pragma omp parallel if (large(n, na, nb))
    {
        int first, count = share(na > nb ? na : nb, &first);
        size_t skip = (size_t)first * n;

        if (na > nb)
            inner(real, n, count, a + skip, nb, b,
                  (char *)c + (size_t)first * ldc * size, ldc);
        else
            inner(real, n, na, a, count, b + skip, (char *)c + first * size,
                  ldc);
    }
}

/* Threads share the plane waves. */
void block_combine(bool real, int n, int na, const double complex *a, int nb,
                   const void *c, int ldc, double beta, double complex *b)
{
    if (na <= 0 || nb <= 0)
        return;
#pragma omp parallel if (large(n, na, nb))
    {
        int first, count = share(n, &first);

        if (count > 0 && real)
            la_dgemm(LA_T, LA_N, nb, 2 * count, na, 1, c, ldc,
                     (const double *)(a + first), 2 * n, beta,
                     (double *)(b + first), 2 * n);
        else if (count > 0)
            la_zgemm(LA_T, LA_N, nb, count, na, 1, c, ldc, a + first, n, beta,
                     b + first, n);
    }
}

/* to[n][n] = the upper triangle of from. */
static void *copy_upper(bool real, int n, const void *from, int ld)
{
    size_t size = block_size(real);
    char *to = xcalloc((size_t)n * n, size);

    for (int i = 0; i < n; i++)
        memcpy(to + ((size_t)i * n + i) * size,
               (const char *)from + ((size_t)i * ld + i) * size,
               (n - i) * size);
    return to;
}

int block_eig(bool real, int n, const void *h, const void *s, int ld, int nev,
              double *w, void *v, struct err *err)
{
    void *a = copy_upper(real, n, h, ld);
    void *b = s ? copy_upper(real, n, s, ld) : NULL;
    double *all = xcalloc(n, sizeof(*all));
    int ret = real ? la_deig(n, a, n, b, n, nev, all, v, err)
                   : la_zeig(n, a, n, b, n, nev, all, v, err);

    if (ret == 0)
        memcpy(w, all, nev * sizeof(*w));
    free(a);
    free(b);
    free(all);
    return ret;
}
