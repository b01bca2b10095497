#include "suites.h"

Suite *nn_suite(void)
{
    return suite_create("nn");
}
