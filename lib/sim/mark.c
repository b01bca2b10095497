#include <morsel/sim.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "recall.h"

/*
 * The checksum goes over the file as it stands there, not over what was meant
 * to be written: it is read back, each byte once.
 */

void mark_release(struct mark *m)
{
    free(m->name);
    *m = (struct mark){0};
}

static int folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? (int)(slash - path) + 1 : 0;
}

/* How the checkpoint calls path: by its name if it is in the same folder,
 * which may be moved; else with a folder. */
static char *name_from(const char *checkpoint, const char *path)
{
    int n = folder_length(path);

    if (n == folder_length(checkpoint) &&
        strncmp(path, checkpoint, (size_t)n) == 0)
        return xstrdup(path + n);
    return xasprintf("%s%s", n ? "" : "./", path);
}

/* Go on with the checksum of t->f from t->size, to `size` bytes or the end. */
static int look(struct trajectory *t, long size, struct err *err)
{
    unsigned char chunk[65536];
    size_t n = 1;

    if (fseek(t->f, t->size, SEEK_SET) != 0)
        return err_errno(err, "cannot read '%s.part'", t->path);
    while (n > 0 && t->size < size) {
        size_t want = (size_t)(size - t->size);
        n = fread(chunk, 1, want < sizeof chunk ? want : sizeof chunk, t->f);
        t->crc = crc32c(t->crc, chunk, n);
        t->size += (long)n;
    }
    if (ferror(t->f) || fseek(t->f, 0, SEEK_END) != 0)
        return err_errno(err, "cannot read '%s.part'", t->path);
    return 0;
}

int trajectory_mark(struct trajectory *t, struct mark *m,
                    const char *checkpoint, struct err *err)
{
    bool whole = t->kept && output_is_kept(t->f);
    int ret = 0;

    if (whole) {
        long size;
        if ((ret = output_sync(t->f, t->path, err)) < 0)
            return ret;
        /* of labels, what has not been met again is not part of it */
        if (t->next < t->done.n)
            size = t->at[t->next];
        else if (fseek(t->f, 0, SEEK_END) != 0 || (size = ftell(t->f)) < 0)
            return err_errno(err, "cannot read '%s.part'", t->path);
        ret = look(t, size, err);
    }
    *m = (struct mark){.name = whole ? name_from(checkpoint, t->path)
                                     : xstrdup("-"),
                       .count = t->count,
                       .size = t->size,
                       .crc = t->crc};
    return ret;
}

static bool part_is_there(const char *path)
{
    char *part = xasprintf("%s.part", path);
    bool there = access(part, F_OK) == 0;

    free(part);
    return there;
}

/* The part must begin with what the mark knows. */
static int go_to(struct trajectory *t, const struct mark *mark, struct err *err)
{
    int ret = look(t, mark->size, err);
    bool whole = t->size == mark->size && t->crc == mark->crc;

    if (ret < 0)
        return ret;
    if (t->labels)
        whole = whole && mark->count <= t->done.n &&
                t->at[mark->count] == mark->size;
    if (!whole)
        return err_set(err, ERR_RANGE,
                       "'%s.part' is not what the checkpoint knows: remove it "
                       "and write to another file",
                       t->path);
    t->count = mark->count;
    t->next = t->labels ? mark->count : 0;
    return 0;
}

static bool is_same(const struct mark *mark, const char *path)
{
    char *name = name_from(mark->checkpoint, path);
    bool same = strcmp(mark->name, name) == 0;

    free(name);
    return same && strcmp(path, "-") != 0;
}

int trajectory_resume(struct trajectory *t, const char *path, bool labels,
                      const struct mark *mark, struct err *err)
{
    bool same = mark && is_same(mark, path);
    int ret = 0;

    *t = (struct trajectory){.path = path, .labels = labels, .kept = true};
    if (same && !part_is_there(path))
        return err_set(err, ERR_RANGE,
                       "'%s.part', which the checkpoint goes on with, is "
                       "gone: write to another file",
                       path);
    t->f = strcmp(path, "-") == 0 ? output_open(path, err)
                                  : output_resume(path, err);
    if (!t->f)
        return ERR_IO;
    if (!output_is_kept(t->f))
        return 0;
    if (labels)
        ret = trajectory_read(t, err);
    if (ret == 0 && same)
        ret = go_to(t, mark, err);
    if (ret == 0 && !labels)
        ret = output_cut(t->f, path, t->size, err);
    if (ret < 0)
        trajectory_fail(t);
    return ret;
}
