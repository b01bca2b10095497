#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif

/*
 * The groups that are running, for the signal handler: the one piece of
 * static state of the domain, since a handler has no other way to know.
 */
enum { MAX_GROUPS = 64 };
static volatile pid_t running[MAX_GROUPS]; /* 0: a free place */
static const int fatal[] = {SIGHUP, SIGINT, SIGTERM};
enum { NFATAL = sizeof fatal / sizeof *fatal };
static struct sigaction before[NFATAL];

double process_clock(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void nap(double seconds)
{
    struct timespec t = {.tv_nsec = (long)(seconds * 1e9)};

    nanosleep(&t, NULL);
}

/* Has the program ended?  It stays a zombie, so that its group keeps its
 * number until group_end() has seen to the rest of it. */
static bool has_ended(pid_t pid)
{
    siginfo_t info = {.si_pid = 0};

    while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT | WNOHANG) < 0)
        if (errno != EINTR)
            return true; /* not our child: nothing to wait for */
    return info.si_pid == pid;
}

/* TERM to a group that runs, KILL after the grace or to what is left of it;
 * safe in a signal handler. */
static void group_end(pid_t pid)
{
    const double step = 0.01;

    if (!has_ended(pid)) {
        kill(-pid, SIGTERM);
        kill(-pid, SIGCONT); /* a stopped one cannot hear */
        for (double t = 0; t < PROCESS_GRACE && !has_ended(pid); t += step)
            nap(step);
    }
    kill(-pid, SIGKILL);
}

static void reap(pid_t pid, int *status)
{
    while (waitpid(pid, status, 0) < 0)
        if (errno != EINTR) {
            *status = 0;
            return;
        }
}

/* End all groups, then let the signal do what it did before. */
static void end_groups(int sig)
{
    int saved = errno, status;

    for (int i = 0; i < MAX_GROUPS; i++)
        if (running[i] > 0) {
            group_end(running[i]);
            reap(running[i], &status);
            running[i] = 0;
        }
    for (int i = 0; i < NFATAL; i++)
        if (fatal[i] == sig)
            sigaction(sig, &before[i], NULL);
    raise(sig); /* comes when we return */
    errno = saved;
}

/* Handle the fatal signals, those excepted that are ignored (nohup). */
static void catch_signals(void)
{
    struct sigaction now, ours = {.sa_handler = end_groups};

    sigemptyset(&ours.sa_mask);
    for (int i = 0; i < NFATAL; i++)
        sigaddset(&ours.sa_mask, fatal[i]);
    for (int i = 0; i < NFATAL; i++) {
        sigaction(fatal[i], NULL, &now);
        if (now.sa_handler == SIG_IGN || now.sa_handler == end_groups)
            continue;
        before[i] = now;
        sigaction(fatal[i], &ours, NULL);
    }
}

static void block_signals(sigset_t *old)
{
    sigset_t set;

    sigemptyset(&set);
    for (int i = 0; i < NFATAL; i++)
        sigaddset(&set, fatal[i]);
    sigprocmask(SIG_BLOCK, &set, old);
}

static int free_place(void)
{
    int i = 0;

    while (i < MAX_GROUPS && running[i])
        i++;
    return i;
}

static void forget(pid_t pid)
{
    for (int i = 0; i < MAX_GROUPS; i++)
        if (running[i] == pid)
            running[i] = 0;
}

/* In the child: become the program, or tell why not through fd report. */
static _Noreturn void become(const char *path, char *const *argv,
                             const char *folder, const int fd[3],
                             const sigset_t *mask, int report)
{
    struct sigaction usual = {.sa_handler = SIG_DFL};
    int why;

    setpgid(0, 0);
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* if we are killed and cannot tell it */
#endif
    for (int i = 0; i < NFATAL; i++) {
        struct sigaction now;

        sigaction(fatal[i], NULL, &now);
        if (now.sa_handler != SIG_IGN)
            sigaction(fatal[i], &usual, NULL);
    }
    sigaction(SIGPIPE, &usual, NULL);
    sigprocmask(SIG_SETMASK, mask, NULL);
    for (int i = 0; i < 3; i++)
        if (dup2(fd[i], i) < 0 && fd[i] != i) /* ours may be closed */
            goto failed;
    if (folder && chdir(folder) != 0)
        goto failed;
    execvp(path, argv);
failed:
    why = errno;
    while (write(report, &why, sizeof why) < 0 && errno == EINTR)
        ;
    _exit(127);
}

/* The same file at a number that is not 0, 1 or 2 and that programs do not
 * inherit; closes fd. */
static int private_file(int fd)
{
    int high = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3), saved = errno;

    if (fd >= 0)
        close(fd);
    errno = saved;
    return high;
}

int process_pipe(int fd[2])
{
    if (pipe(fd) != 0)
        return -1;
    fd[0] = private_file(fd[0]);
    fd[1] = private_file(fd[1]);
    return fd[0] < 0 || fd[1] < 0 ? -1 : 0;
}

/* errno of the child's failure to start, 0 if it has started. */
static int why_not(int fd)
{
    int why = 0;
    ssize_t n;

    while ((n = read(fd, &why, sizeof why)) < 0 && errno == EINTR)
        ;
    return n == (ssize_t)sizeof why ? why : 0;
}

/* argv[0], made absolute if it is a path: the child changes its folder. */
static char *program_path(const char *word)
{
    char *path = strchr(word, '/') ? realpath(word, NULL) : NULL;

    return path ? path : xstrdup(word);
}

int process_start(struct process *p, char *const *argv, const char *folder,
                  const int fd[3], struct err *err)
{
    int place = free_place(), report[2], status, why;
    char *path = program_path(argv[0]);
    sigset_t mask;
    pid_t pid;

    *p = (struct process){0};
    if (place == MAX_GROUPS || process_pipe(report) != 0) {
        free(path);
        return err_set(err, ERR_IO, "cannot run '%s': too many programs run",
                       argv[0]);
    }
    catch_signals();
    block_signals(&mask);
    pid = fork();
    if (pid == 0)
        become(path, argv, folder, fd, &mask, report[1]);
    why = pid < 0 ? errno : 0;
    if (pid > 0) {
        setpgid(pid, pid); /* both do: whoever comes first */
        running[place] = pid;
    }
    sigprocmask(SIG_SETMASK, &mask, NULL);
    free(path);
    close(report[1]);
    if (pid > 0)
        why = why_not(report[0]);
    close(report[0]);
    if (why) {
        if (pid > 0) {
            reap(pid, &status);
            forget(pid);
        }
        errno = why;
        return err_errno(err, "cannot run '%s'", argv[0]);
    }
    *p = (struct process){.pid = pid, .started = process_clock()};
    return 0;
}

/* Clean up behind a program that has ended, or end it. */
static int finish(struct process *p)
{
    sigset_t mask;
    int status;

    block_signals(&mask); /* the handler must not reap it a second time */
    group_end(p->pid);
    reap(p->pid, &status);
    forget(p->pid);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    p->pid = 0;
    return status;
}

void process_wait(struct process *p, double deadline, struct ending *end)
{
    double pause = 2e-4, left = 0;
    int status;

    *end = (struct ending){0};
    while (!has_ended(p->pid) && !end->timed_out) {
        left = deadline - process_clock();
        end->timed_out = deadline > 0 && left <= 0;
        if (!end->timed_out)
            nap(deadline > 0 && left < pause ? left : pause);
        pause = pause < 0.02 ? 1.2 * pause : pause;
    }
    end->seconds = process_clock() - p->started;
    status = finish(p);
    end->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    end->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

void process_stop(struct process *p)
{
    if (p->pid > 0)
        finish(p);
}

/* Open file i of a run; those that are written are made anew, so that an old
 * output is never taken for a new one. */
static int open_file(int i, const char *name)
{
    const int made = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;

    if (!name)
        return private_file(open("/dev/null", O_RDWR | O_CLOEXEC));
    if (i == 0)
        return private_file(open(name, O_RDONLY | O_CLOEXEC));
    unlink(name);
    return private_file(open(name, made, 0666));
}

static int open_files(const struct run *run, int fd[3], struct err *err)
{
    const char *name[3] = {run->input, run->output, run->errors};

    for (int i = 0; i < 3; i++)
        fd[i] = -1;
    for (int i = 0; i < 3; i++) {
        if (i == 2 && !name[i])
            fd[i] = fcntl(fd[1], F_DUPFD_CLOEXEC, 3);
        else
            fd[i] = open_file(i, name[i]);
        if (fd[i] < 0)
            return err_errno(err, "cannot open '%s'",
                             name[i] ? name[i] : "/dev/null");
    }
    return 0;
}

int process_run(const struct run *run, struct ending *end, struct err *err)
{
    struct process p;
    int fd[3], ret = open_files(run, fd, err);

    if (ret == 0)
        ret = process_start(&p, run->argv, run->folder, fd, err);
    for (int i = 0; i < 3; i++)
        if (fd[i] >= 0)
            close(fd[i]);
    if (ret == 0)
        process_wait(&p, run->timeout > 0 ? p.started + run->timeout : 0, end);
    return ret;
}

bool process_ended_well(const struct ending *end, const char *program,
                        struct outcome *out)
{
    if (end->timed_out)
        outcome_fail(out, "timeout", "%s was stopped after %.1f s", program,
                     end->seconds);
    else if (end->signal)
        outcome_fail(out, "crash", "%s was ended by signal %d (%s)", program,
                     end->signal, strsignal(end->signal));
    else if (end->status != 0)
        outcome_fail(out, "crash", "%s left with status %d", program,
                     end->status);
    else
        return true;
    return false;
}
