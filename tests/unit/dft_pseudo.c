#include "dft_suite.h"

void dft_pseudo_cases(Suite *s)
{
    (void)s;
}
