#include <morsel/la.h>

#include <cblas.h>
#include <omp.h>

void la_threads(int n)
{
    if (n > 0)
        omp_set_num_threads(n);
    openblas_set_num_threads(1);
}
