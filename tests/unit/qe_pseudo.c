#include "suites.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/qe.h"
#include "qe.h"

static const struct qe_params params = {
    .ecut = 190, .dual = 4, .kgrid = {1, 1, 1}, .conv = 1e-8, .max_scf = 100};

static void touch(const char *folder, const char *name)
{
    char *path = xasprintf("%s/%s", folder, name);
    FILE *f = fopen(path, "w");

    fprintf(f, "%s", name);
    fclose(f);
    free(path);
}

static void remove_file(const char *folder, const char *name)
{
    char *path = xasprintf("%s/%s", folder, name);

    ck_assert_int_eq(unlink(path), 0);
    free(path);
}

START_TEST(potentials_are_found_by_name)
{
    static const char *const names[] = {"C.pbe-n-rrkjus_psl.1.0.0.UPF",
                                        "C.pbe-n-rrkjus_psl.1.0.0.in",
                                        "cu_pbe_v1.2.uspp.F.UPF",
                                        "O.upf",
                                        "O-2.upf",
                                        "Xx.upf",
                                        "README"};
    char folder[] = "/tmp/morsel-test-XXXXXX", want[200];
    struct qe_params p = params;
    struct qe_settings s;
    struct err err;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        touch(folder, names[i]);
    p.pseudo_dir = folder;
    ck_assert_int_eq(qe_settings_init(&s, &p, &err), 0);
    ck_assert_int_eq(qe_pseudo_check(&s, 6, &err), 0);
    ck_assert_ptr_nonnull(strstr(s.pseudo[6].path, "/C.pbe-n-rrkjus_psl.1"));
    ck_assert_int_eq(qe_pseudo_check(&s, 29, &err), 0);
    ck_assert_int_eq(qe_pseudo_check(&s, 1, &err), ERR_RANGE);
    snprintf(want, sizeof want, "no potential for H in '%s'", folder);
    ck_assert_str_eq(err.msg, want);
    ck_assert_int_eq(qe_pseudo_check(&s, 8, &err), ERR_RANGE);
    ck_assert_ptr_nonnull(strstr(err.msg, "2 potentials for O in"));
    ck_assert_ptr_nonnull(strstr(err.msg, "O.upf"));
    ck_assert_ptr_nonnull(strstr(err.msg, "O-2.upf"));
    qe_settings_release(&s);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        remove_file(folder, names[i]);
    ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

static const struct {
    const char *list, *message;
} bad_list[] = {
    {NULL, "pw.x needs potentials: --pseudo-dir=FOLDER"},
    {"Cu", "potentials: expected Element=file at 'Cu'"},
    {"Zz=a.upf", "potentials: expected Element=file at 'Zz'"},
    {"Cu=", "potentials: expected Element=file at 'Cu'"},
    {"Cu=/nowhere/Cu.upf",
     "cannot open '/nowhere/Cu.upf': No such file or directory"},
    {"Cu=/dev/null,Cu=/dev/null", "potentials: two files for Cu"},
};

START_TEST(bad_lists_of_potentials_are_refused)
{
    struct qe_params p = params;
    struct qe_settings s;
    struct err err;

    p.pseudo = bad_list[_i].list;
    ck_assert_int_lt(qe_settings_init(&s, &p, &err), 0);
    ck_assert_str_eq(err.msg, bad_list[_i].message);
}
END_TEST

#define COUNT(x) ((int)(sizeof(x) / sizeof *(x)))

TCase *qe_pseudo_tests(void)
{
    TCase *in = tcase_create("potentials");

    tcase_add_test(in, potentials_are_found_by_name);
    tcase_add_loop_test(in, bad_lists_of_potentials_are_refused, 0,
                        COUNT(bad_list));
    return in;
}
