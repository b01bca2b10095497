#include "sgp_suite.h"
TCase *sgp_train_tests(void)
{
    return tcase_create("train");
}
