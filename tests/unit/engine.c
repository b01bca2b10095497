#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/process.h"
#include "engine_suite.h"
#include "suites.h"

static char folder[32], *top;

void enter_folder(void)
{
    strcpy(folder, "/tmp/morsel-XXXXXX");
    top = realpath(".", NULL);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
}

void leave_folder(void)
{
    char *const rm[] = {(char *)"rm", (char *)"-rf", folder, NULL};
    struct ending end;
    struct err err;

    ck_assert_int_eq(chdir(top), 0);
    free(top);
    ck_assert_int_eq(process_run(&(struct run){.argv = rm}, &end, &err), 0);
}

Suite *engine_suite(void)
{
    Suite *s = suite_create("engine");

    suite_add_tcase(s, emt_tests());
    suite_add_tcase(s, process_tests());
    suite_add_tcase(s, answer_tests());
    suite_add_tcase(s, shelf_tests());
    return s;
}
