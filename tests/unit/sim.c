#include "suites.h"

Suite *sim_suite(void)
{
    return suite_create("sim");
}
