#ifndef ENGINE_PROCESS_H
#define ENGINE_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include <morsel/engine.h>
#include <morsel/util.h>

/*
 * Other people's programs, run without a shell.
 *
 * A program leads a process group of its own.  When its time is up the whole
 * group gets SIGTERM and, PROCESS_GRACE seconds later, SIGKILL; whatever of
 * the group is left when the program itself has ended is killed too.  When
 * SIGHUP, SIGINT or SIGTERM comes to us, all groups end the same way before
 * that signal does what it did before.
 */
enum { PROCESS_GRACE = 2 };

/*
 * Split a command into words at blanks.  '...' keeps all it holds, "..." all
 * but \" and \\, and outside of quotes a backslash keeps the next letter.
 * Nothing else is special: $ ` ; | > and * are letters, no shell ever sees
 * them.  Returns the words, NULL after the last (the caller frees them with
 * command_free), or NULL with err if a quote is not closed or there is no
 * word.
 */
char **command_split(const char *command, struct err *err);
void command_free(char **words);

/* What to run. */
struct run {
    char *const *argv;  /* words, NULL after the last */
    const char *folder; /* run in it; NULL: where we are */
    const char *input;  /* file for the standard input; NULL: /dev/null */
    const char *output; /* file for the standard output, made anew; NULL:
                           /dev/null */
    const char *errors; /* the same for the standard error; NULL: goes where
                           the output goes */
    double timeout;     /* s; 0: none */
};

/* How it ended. */
struct ending {
    bool timed_out;
    int status; /* exit status, or -1 if a signal ended it */
    int signal; /* that signal, or 0 */
    double seconds;
};

/*
 * Run a program to its end.  Paths of run, and argv[0] if there is a slash
 * in it, are relative to our folder, not to run->folder.  Returns 0 with *end
 * filled in, however the program ended, or ERR_IO if it could not be started
 * at all ("cannot run 'pw.x': No such file or directory") or a file of run
 * not be opened.
 */
int process_run(const struct run *run, struct ending *end,
                struct err *err) MORSEL_MUST_CHECK;

/*
 * True if the program ended by itself with status 0; otherwise fills in the
 * failure: `timeout`, or `crash` with the status or the signal.
 */
bool process_ended_well(const struct ending *end, const char *program,
                        struct outcome *out);

/* The parts of process_run(), for a program that is talked to. */
struct process {
    pid_t pid; /* of the program and its group; 0: none */
    double started;
};

/*
 * Start argv in folder (NULL: here) with fd[0..2] as its standard input,
 * output and error.  fd stay open here, and are the caller's.
 */
int process_start(struct process *p, char *const *argv, const char *folder,
                  const int fd[3], struct err *err) MORSEL_MUST_CHECK;

/*
 * Wait until it has ended, at most until `deadline` on process_clock() (0: for
 * ever); then end it.  p is empty afterwards.  Cannot fail.
 */
void process_wait(struct process *p, double deadline, struct ending *end);

/* End it now: TERM, grace, KILL.  An empty p is accepted. */
void process_stop(struct process *p);

/* A pipe whose ends no other program inherits; -1 and errno on failure. */
int process_pipe(int fd[2]);

/* Seconds on a clock that only goes forward. */
double process_clock(void);

#endif
