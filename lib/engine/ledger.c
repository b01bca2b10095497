#include <morsel/engine.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "answer.h"

static const char header[] =
    "# morsel-ledger 1: date\tid\tengine\tsettings\tresult\tscf\tseconds\t"
    "energy\tfmax\tdetail\n";

static int write_all(int fd, const char *s, size_t n)
{
    ssize_t done;

    while ((done = write(fd, s, n)) < 0 && errno == EINTR)
        ;
    if (done >= 0 && (size_t)done < n)
        errno = ENOSPC; /* a file takes less only where there is no room */
    if (done != (ssize_t)n)
        return -1;
    return fsync(fd) == 0 || errno == EINVAL ? 0 : -1; /* a pipe has none */
}

/* A new ledger begins with its header: whoever has the lock sees to it. */
static int begin(int fd)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct stat st;
    int ret, saved;

    while ((ret = fcntl(fd, F_SETLKW, &lock)) < 0 && errno == EINTR)
        ;
    if (ret < 0 && errno != ENOLCK)
        return -1;
    ret = fstat(fd, &st);
    if (ret == 0 && S_ISREG(st.st_mode) && st.st_size == 0)
        ret = write_all(fd, header, sizeof header - 1);
    saved = errno;
    lock.l_type = F_UNLCK;
    fcntl(fd, F_SETLK, &lock);
    errno = saved;
    return ret;
}

int ledger_open(struct ledger *l, const char *path, struct err *err)
{
    *l = (struct ledger){.path = path, .fd = -1};
    if (!path)
        return 0;
    l->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (l->fd < 0 || begin(l->fd) < 0)
        return err_errno(err, "cannot open '%s'", path);
    return 0;
}

void ledger_close(struct ledger *l)
{
    if (l->path && l->fd >= 0)
        close(l->fd);
    *l = (struct ledger){0};
}

static void now(char text[32])
{
    time_t t = time(NULL);
    struct tm tm;

    strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t, &tm));
}

/* A detail may say anything; a field must not. */
static void one_field(char *s)
{
    for (; *s; s++)
        if (*s < ' ' || *s == 0x7f)
            *s = ' ';
}

int ledger_add(const struct ledger *l, const struct engine *e,
               const struct frame *f, const struct outcome *o, struct err *err)
{
    char date[32], numbers[64] = "-\t-", *line, detail[sizeof o->detail];
    int ret;

    if (!l->path)
        return 0;
    now(date);
    if (o->ok)
        snprintf(numbers, sizeof numbers, "%.10f\t%.6f", o->energy,
                 atoms_fmax(&f->atoms, o->forces));
    memcpy(detail, o->detail, sizeof detail);
    one_field(detail);
    line = xasprintf("%s\t%016" PRIx64 "\t%s\t%s\t%s\t%d\t%.3f\t%s\t%s\n", date,
                     atoms_hash(&f->atoms), e->name, e->settings,
                     o->ok ? "ok" : o->reason, o->scf_steps, o->seconds,
                     numbers, *detail ? detail : "-");
    ret = write_all(l->fd, line, strlen(line));
    free(line);
    return ret < 0 ? err_errno(err, "cannot write '%s'", l->path) : 0;
}

/* The first columns of the ledger's lines, between tabs. */
enum { ID = 1, ENGINE, SETTINGS, RESULT, NCOLUMN };

static bool is_line_of(char *line, const char *const want[NCOLUMN])
{
    for (int i = 0; i < NCOLUMN; i++) {
        size_t n = strcspn(line, "\t");

        if (want[i] && (strlen(want[i]) != n || memcmp(line, want[i], n) != 0))
            return false;
        line += n + (line[n] == '\t');
    }
    return true;
}

/* 1 if there is such a line, 0 or an error. */
static int find_line(const struct ledger *l, const char *const want[NCOLUMN],
                     struct err *err)
{
    struct text t;
    int ret = text_open(&t, l->path, err);

    if (ret < 0)
        return ret;
    while ((ret = text_next(&t, err)) > 0)
        if (is_line_of(t.buf, want))
            break;
    text_close(&t);
    return ret;
}

int ledger_mend(const struct ledger *l, const struct engine *e,
                const struct frame *f, struct err *err)
{
    struct outcome o = {0};
    struct stat st;
    char id[17];
    int ret;

    if (!l->path || fstat(l->fd, &st) < 0 || !S_ISREG(st.st_mode))
        return 0; /* what was said to a pipe is gone */
    answer_take(f, f, &o);
    snprintf(id, sizeof id, "%016" PRIx64, atoms_hash(&f->atoms));
    ret = find_line(l,
                    (const char *[NCOLUMN]){[ID] = id,
                                            [ENGINE] = e->name,
                                            [SETTINGS] = e->settings,
                                            [RESULT] = o.ok ? "ok" : o.reason},
                    err);
    if (ret == 0) {
        snprintf(o.detail, sizeof o.detail,
                 "killed before this line; time not known");
        ret = ledger_add(l, e, f, &o, err);
    }
    outcome_release(&o);
    return ret < 0 ? ret : 0;
}
