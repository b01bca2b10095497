#include "dft_suite.h"

void dft_wave_cases(Suite *s)
{
    (void)s;
}
