#include "suites.h"

Suite *prior_suite(void)
{
    return suite_create("prior");
}
