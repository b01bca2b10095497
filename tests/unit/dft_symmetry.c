#include "dft_suite.h"

void dft_symmetry_cases(Suite *s)
{
    (void)s;
}
