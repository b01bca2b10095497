#include "dft_suite.h"

void dft_nonlocal_cases(Suite *s)
{
    (void)s;
}
