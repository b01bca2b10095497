#include "answer.h"
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * An answer holds little more than the question; a program that says more
 * than this has run wild.
 */
enum { ANSWER_FACTOR = 64, ANSWER_ROOM = 1 << 20 };

/* How long a program that was kept alive may take to end, s. */
enum { FAREWELL = 10 };

struct command {
    char **argv;
    char *name; /* for messages */
    bool keep;
    double timeout;
    struct process process;
    int to, from; /* its standard input and output; -1: closed */
};

/* A question and the answer as far as it has come. */
struct exchange {
    const char *question;
    size_t size, sent;
    char *answer;
    size_t got, room;
    int lines;    /* newlines in the answer */
    int expected; /* lines of a whole answer; 0: all until the end */
    double deadline;
};

enum step { GOES_ON, WHOLE, ENDED, TOO_LATE, TOO_LONG };

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void hang_up(struct command *c)
{
    close_end(&c->to);
    close_end(&c->from);
    process_stop(&c->process);
}

static int call(struct command *c, struct err *err)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1}, ret;

    if (process_pipe(in) != 0 || process_pipe(out) != 0) {
        ret = err_errno(err, "cannot run '%s'", c->name);
    } else {
        int fd[3] = {in[0], out[1], STDERR_FILENO};

        ret = process_start(&c->process, c->argv, NULL, fd, err);
    }
    close_end(&in[0]);
    close_end(&out[1]);
    c->to = in[1];
    c->from = out[0];
    if (ret < 0) {
        hang_up(c);
        return ret;
    }
    fcntl(c->to, F_SETFL, O_NONBLOCK);
    fcntl(c->from, F_SETFL, O_NONBLOCK);
    return 0;
}

/* Send what the pipe takes; a program need not read all it is sent. */
static void send_some(struct command *c, struct exchange *x)
{
    ssize_t n = write(c->to, x->question + x->sent, x->size - x->sent);

    if (n > 0)
        x->sent += (size_t)n;
    else if (n < 0 && errno != EAGAIN && errno != EINTR)
        x->sent = x->size;
    if (x->sent == x->size && !x->expected)
        close_end(&c->to);
}

static enum step receive_some(struct command *c, struct exchange *x)
{
    if (x->room - x->got < 2) {
        x->room = x->room ? 2 * x->room : 1 << 16;
        if (x->room > ANSWER_ROOM + ANSWER_FACTOR * x->size)
            return TOO_LONG;
        x->answer = xrealloc(x->answer, x->room, 1);
    }
    ssize_t n = read(c->from, x->answer + x->got, x->room - x->got - 1);

    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? GOES_ON : ENDED;
    if (n == 0)
        return ENDED;
    for (ssize_t i = 0; i < n; i++)
        x->lines += x->answer[x->got + (size_t)i] == '\n';
    x->got += (size_t)n;
    x->answer[x->got] = '\0';
    return x->expected && x->lines >= x->expected ? WHOLE : GOES_ON;
}

/* Wait for the program to listen or to speak. */
static enum step advance(struct command *c, struct exchange *x)
{
    bool more = c->to >= 0 && x->sent < x->size;
    struct pollfd fd[2] = {{.fd = c->from, .events = POLLIN},
                           {.fd = more ? c->to : -1, .events = POLLOUT}};
    double left = x->deadline - process_clock();
    int wait = left < 3600 ? (int)(1000 * left) + 1 : 3600000;

    if (x->deadline > 0 && left <= 0)
        return TOO_LATE;
    if (poll(fd, 2, x->deadline > 0 ? wait : -1) <= 0)
        return GOES_ON;
    if (fd[1].revents)
        send_some(c, x);
    return fd[0].revents ? receive_some(c, x) : GOES_ON;
}

/* Talk until there is an answer or can be none.  A program that does not
 * listen must not end us, so SIGPIPE is ignored meanwhile. */
static enum step talk(struct command *c, struct exchange *x)
{
    struct sigaction before, ignore = {.sa_handler = SIG_IGN};
    enum step step = GOES_ON;

    sigaction(SIGPIPE, &ignore, &before);
    while (step == GOES_ON)
        step = advance(c, x);
    sigaction(SIGPIPE, &before, NULL);
    return step;
}

/* What is left to say when the exchange is over: did the program end, and
 * well?  A program that is kept goes on after a whole answer only. */
static bool ended_well(struct command *c, const struct exchange *x,
                       enum step step, struct outcome *out)
{
    struct ending end;

    if (step == WHOLE)
        return true;
    close_end(&c->to);
    close_end(&c->from);
    if (step == TOO_LONG) {
        process_stop(&c->process);
        outcome_fail(out, "parse", "the answer is longer than %zu bytes",
                     x->got);
        return false;
    }
    process_wait(&c->process, x->deadline, &end);
    if (step == TOO_LATE)
        end.timed_out = true;
    if (!process_ended_well(&end, c->name, out))
        return false;
    if (c->keep)
        outcome_fail(out, "crash", "%s ended without an answer", c->name);
    return !c->keep;
}

static int ask(struct command *c, const struct frame *f, const char *question,
               size_t size, struct outcome *out, struct err *err)
{
    struct exchange x = {.question = question,
                         .size = size,
                         .expected = c->keep ? f->atoms.natoms + 2 : 0};
    enum step step;

    if (c->process.pid == 0) {
        int ret = call(c, err);

        if (ret < 0)
            return ret;
    }
    if (c->timeout > 0)
        x.deadline = process_clock() + c->timeout;
    step = talk(c, &x);
    if (ended_well(c, &x, step, out)) {
        answer_parse(x.answer, x.got, c->name, f, out);
        if (c->keep && !out->ok && strcmp(out->reason, "parse") == 0)
            hang_up(c); /* we do not know where its next answer begins */
    }
    free(x.answer);
    return 0;
}

static int command_label(struct engine *e, const struct frame *f,
                         struct outcome *out, struct err *err)
{
    char *question = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&question, &size);
    int ret;

    if (!memory)
        return err_errno(err, "no memory for a frame");
    ret = frame_write(f, memory, "a frame", err);
    fclose(memory);
    if (ret == 0)
        ret = ask(e->self, f, question, size, out, err);
    free(question);
    return ret;
}

static void command_release(struct engine *e)
{
    struct command *c = e->self;

    if (c) {
        struct ending end;

        close_end(&c->to);
        close_end(&c->from);
        if (c->process.pid > 0)
            process_wait(&c->process, process_clock() + FAREWELL, &end);
        command_free(c->argv);
        free(c->name);
        free(c);
    }
    *e = (struct engine){0};
}

int engine_command(struct engine *e, const struct command_params *p,
                   struct err *err)
{
    char **argv = command_split(p->command, err);

    *e = (struct engine){0};
    if (!argv)
        return err->code;
    struct command *c = xcalloc(1, sizeof *c);
    *c = (struct command){.argv = argv,
                          .name = xstrdup(argv[0]),
                          .keep = p->keep,
                          .timeout = p->timeout,
                          .to = -1,
                          .from = -1};
    *e = (struct engine){.name = "command",
                         .label = command_label,
                         .release = command_release,
                         .self = c};
    engine_settings(e, p->command);
    return 0;
}
