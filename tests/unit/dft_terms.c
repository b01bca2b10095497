#include "dft_suite.h"

void dft_terms_cases(Suite *s)
{
    (void)s;
}
