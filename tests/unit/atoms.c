#include "suites.h"

Suite *atoms_suite(void)
{
    return suite_create("atoms");
}
