#include "dft_suite.h"

void dft_scf_cases(Suite *s)
{
    (void)s;
}
