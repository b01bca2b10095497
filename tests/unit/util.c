#include "suites.h"

Suite *util_suite(void)
{
    return suite_create("util");
}
