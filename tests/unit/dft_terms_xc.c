#include "dft_suite.h"
TCase *dft_terms_xc(void)
{
    return tcase_create("xc");
}
