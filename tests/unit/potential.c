#include "suites.h"

Suite *potential_suite(void)
{
    return suite_create("potential");
}
