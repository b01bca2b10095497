#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/process.h"
#include "engine_suite.h"
#include "suites.h"

static char *content(const char *path)
{
    static char text[4096];
    FILE *f = fopen(path, "re");
    size_t n;

    ck_assert_ptr_nonnull(f);
    n = fread(text, 1, sizeof text - 1, f);
    text[n] = '\0';
    fclose(f);
    return text;
}

static void pause_briefly(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
}

/* Run a shell script with its output in ./out. */
static struct ending run_script(const char *script, double timeout)
{
    char *const argv[] = {(char *)"sh", (char *)"-c", (char *)script, NULL};
    struct run run = {.argv = argv, .output = "out", .timeout = timeout};
    struct ending end;
    struct err err;

    ck_assert_int_eq(process_run(&run, &end, &err), 0);
    return end;
}

START_TEST(commands_are_split_without_a_shell)
{
    static const struct {
        const char *command, *words; /* between bars */
    } table[] = {
        {"pw.x", "|pw.x|"},
        {"  mpirun -n 4\tpw.x ", "|mpirun|-n|4|pw.x|"},
        {"a 'b c' \"d e\"f", "|a|b c|d ef|"},
        {"a '' \"\"", "|a|||"},
        {"a\\ b '\\' \"\\\"\\x\"", "|a b|\\|\"\\x|"},
        {"a;touch pwned", "|a;touch|pwned|"},
        {"$(id) `id` *.c > x & | ~", "|$(id)|`id`|*.c|>|x|&|||~|"},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct err err;
        char **words = command_split(table[i].command, &err);
        char joined[100] = "|";

        ck_assert_ptr_nonnull(words);
        for (char **w = words; *w; w++)
            strcat(strcat(joined, *w), "|");
        ck_assert_str_eq(joined, table[i].words);
        command_free(words);
    }
}
END_TEST

START_TEST(half_quoted_and_empty_commands_are_refused)
{
    static const char *const table[][2] = {
        {"", "command '': expected a program"},
        {" \t", "command ' ?': expected a program"},
        {"a 'b", "command 'a 'b': expected a closing quote"},
        {"a \"b", "command 'a \"b': expected a closing quote"},
        {"a b\\", "command 'a b\\': expected a letter after the backslash"},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct err err;

        ck_assert_ptr_null(command_split(table[i][0], &err));
        ck_assert_str_eq(err.msg, table[i][1]);
    }
}
END_TEST

START_TEST(the_end_of_a_program_is_told)
{
    static const struct {
        const char *script, *reason, *detail;
    } table[] = {
        {"exit 0", "", ""},
        {"exit 3", "crash", "sh left with status 3"},
        {"kill -9 $$", "crash", "sh was ended by signal 9 (Killed)"},
        {"kill -11 $$", "crash",
         "sh was ended by signal 11 (Segmentation fault)"},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct ending end = run_script(table[i].script, 0);
        struct outcome o = {0};

        ck_assert_int_eq(process_ended_well(&end, "sh", &o), i == 0);
        ck_assert_str_eq(o.reason, table[i].reason);
        ck_assert_str_eq(o.detail, table[i].detail);
    }
}
END_TEST

START_TEST(a_program_that_is_not_there_is_an_error)
{
    char *const argv[] = {(char *)"no-such-program", NULL};
    char *const here[] = {(char *)"./no-such-program", NULL};
    struct ending end;
    struct err err;

    ck_assert_int_eq(process_run(&(struct run){.argv = argv}, &end, &err),
                     ERR_IO);
    ck_assert_str_eq(err.msg, "cannot run 'no-such-program': No such file or "
                              "directory");
    ck_assert_int_eq(process_run(&(struct run){.argv = here}, &end, &err),
                     ERR_IO);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1); /* no zombie */
    ck_assert_int_eq(errno, ECHILD);
}
END_TEST

/* Is the process whose number is in the file `name` dead, or soon? */
static bool is_gone(const char *name)
{
    char path[64];
    int pid = atoi(content(name));

    ck_assert_int_gt(pid, 0);
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    for (int i = 0; i < 100; i++) {
        if (access(path, F_OK) != 0 || strstr(content(path), ") Z "))
            return true; /* gone, or not yet buried */
        pause_briefly();
    }
    return false;
}

START_TEST(time_is_limited_for_the_whole_group)
{
    struct ending end = run_script("sleep 71 & echo $! >child; sleep 72", 0.2);
    struct outcome o = {0};

    ck_assert(end.timed_out);
    ck_assert(end.seconds >= 0.2 && end.seconds < 2);
    ck_assert(!process_ended_well(&end, "sh", &o));
    ck_assert_str_eq(o.reason, "timeout");
    ck_assert(is_gone("child"));
}
END_TEST

START_TEST(a_program_that_ignores_the_request_is_killed)
{
    struct ending end =
        run_script("trap '' TERM; while :; do sleep 0.1; done", 0.1);

    ck_assert(end.timed_out);
    ck_assert_int_eq(end.signal, SIGKILL);
}
END_TEST

START_TEST(nothing_is_left_behind_a_program_that_ended)
{
    ck_assert_int_eq(run_script("sleep 71 & echo $! >child", 0).status, 0);
    ck_assert(is_gone("child"));
}
END_TEST

START_TEST(a_program_runs_in_its_folder_with_its_files)
{
    char *const argv[] = {(char *)"sh", (char *)"-c",
                          (char *)"pwd; cat; echo loud >&2", NULL};
    struct run run = {.argv = argv,
                      .folder = "/usr",
                      .input = "in",
                      .output = "out",
                      .errors = "errors"};
    FILE *f = fopen("in", "we");
    struct ending end;
    struct err err;

    fputs("input\n", f);
    fclose(f);
    ck_assert_int_eq(symlink("/etc/passwd", "errors"), 0); /* not followed */
    ck_assert_int_eq(process_run(&run, &end, &err), 0);
    ck_assert_int_eq(end.status, 0);
    ck_assert_str_eq(content("out"), "/usr\ninput\n");
    ck_assert_str_eq(content("errors"), "loud\n");
    run.input = "not-there";
    ck_assert_int_eq(process_run(&run, &end, &err), ERR_IO);
    ck_assert_str_eq(err.msg,
                     "cannot open 'not-there': No such file or directory");
}
END_TEST

/* What a program must not inherit: our files. */
START_TEST(our_files_stay_ours)
{
    struct err err;
    FILE *f = output_open("result", &err);

    run_script("ls -l /proc/self/fd", 0);
    ck_assert_ptr_null(strstr(content("out"), "result"));
    output_discard(f, "result");
}
END_TEST

/* A process that waits for a program and gets a signal takes it along, and
 * ends by the signal itself. */
START_TEST(a_signal_to_us_ends_our_programs)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        signal(SIGTERM, SIG_DFL); /* Check handles it */
        run_script("sleep 71 & echo $! >child; echo $$ >self; sleep 72", 0);
        _exit(0);
    }
    while (access("self", F_OK) != 0 || !*content("self"))
        pause_briefly();
    ck_assert_int_eq(kill(pid, SIGTERM), 0);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    ck_assert(is_gone("child") && is_gone("self"));
}
END_TEST

TCase *process_tests(void)
{
    TCase *t = tcase_create("process");

    tcase_add_checked_fixture(t, enter_folder, leave_folder);
    tcase_add_test(t, commands_are_split_without_a_shell);
    tcase_add_test(t, half_quoted_and_empty_commands_are_refused);
    tcase_add_test(t, the_end_of_a_program_is_told);
    tcase_add_test(t, a_program_that_is_not_there_is_an_error);
    tcase_add_test(t, time_is_limited_for_the_whole_group);
    tcase_add_test(t, a_program_that_ignores_the_request_is_killed);
    tcase_add_test(t, nothing_is_left_behind_a_program_that_ended);
    tcase_add_test(t, a_program_runs_in_its_folder_with_its_files);
    tcase_add_test(t, our_files_stay_ours);
    tcase_add_test(t, a_signal_to_us_ends_our_programs);
    return t;
}
