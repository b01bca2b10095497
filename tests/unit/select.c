#include "suites.h"

Suite *select_suite(void)
{
    return suite_create("select");
}
