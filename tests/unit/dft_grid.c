#include "dft_suite.h"

void dft_grid_cases(Suite *s)
{
    (void)s;
}
