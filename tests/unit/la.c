#include "suites.h"

Suite *la_suite(void)
{
    return suite_create("la");
}
