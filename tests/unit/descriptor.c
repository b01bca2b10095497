#include "suites.h"

Suite *descriptor_suite(void)
{
    return suite_create("descriptor");
}
