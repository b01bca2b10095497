#include <stdlib.h>
#include <string.h>

#include "suites.h"

struct text text_of(const char *name, const char *string)
{
    struct text t = {.name = name};

    t.f = fmemopen((void *)string, strlen(string), "r");
    ck_assert_ptr_nonnull(t.f);
    return t;
}

int main(void)
{
    SRunner *runner = srunner_create(util_suite());
    int failed;

    srunner_add_suite(runner, la_suite());
    srunner_add_suite(runner, atoms_suite());
    srunner_add_suite(runner, io_suite());
    srunner_add_suite(runner, optim_suite());
    srunner_add_suite(runner, descriptor_suite());
    srunner_add_suite(runner, nn_suite());
    srunner_add_suite(runner, prior_suite());
    srunner_add_suite(runner, gp_suite());
    srunner_add_suite(runner, sgp_suite());
    srunner_add_suite(runner, potential_suite());
    srunner_add_suite(runner, train_suite());
    srunner_add_suite(runner, sim_suite());
    srunner_add_suite(runner, md_suite());
    srunner_add_suite(runner, analysis_suite());
    srunner_add_suite(runner, neb_suite());
    srunner_add_suite(runner, select_suite());
    srunner_add_suite(runner, verdict_suite());
    srunner_add_suite(runner, engine_suite());
    srunner_add_suite(runner, qe_suite());
    srunner_add_suite(runner, dft_suite());
    srunner_run_all(runner, CK_ENV); /* CK_VERBOSITY, CK_RUN_SUITE, ... */
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
