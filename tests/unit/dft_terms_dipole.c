#include "dft_suite.h"
TCase *dft_terms_dipole(void)
{
    return tcase_create("dipole");
}
