#include <morsel/sim.h>

#include <stdlib.h>
#include <string.h>

#include "recall.h"

#define FORMAT "morsel-check"
enum { VERSION = 2 };

struct bin *checkpoint_begin(struct checkpoint *c, const char *mode)
{
    if (!c->path)
        return NULL;
    bin_release(&c->state);
    bin_init(&c->state, FORMAT, VERSION);
    c->mode = mode;
    return &c->state;
}

void checkpoint_release(struct checkpoint *c)
{
    bin_release(&c->state);
}

static int write_file(struct bin *b, const char *path, struct err *err)
{
    FILE *f = output_open(path, err);

    if (!f)
        return ERR_IO;
    if (bin_write(b, f, path, err) < 0) {
        output_discard(f, path);
        return ERR_IO;
    }
    return output_close(f, path, err);
}

int checkpoint_write(struct checkpoint *c, struct trajectory *t,
                     struct err *err)
{
    struct bin b;
    struct mark m;
    int ret;

    if (!c->path)
        return 0;
    if ((ret = trajectory_mark(t, &m, c->path, err)) < 0)
        return ret;
    bin_init(&b, FORMAT, VERSION);
    bin_put_text(&b, c->mode);
    bin_put_text(&b, m.name);
    bin_put_u64(&b, (uint64_t)m.count);
    bin_put_u64(&b, (uint64_t)m.size);
    bin_put_u32(&b, m.crc);
    bin_put_body(&b, &c->state);
    ret = write_file(&b, c->path, err);
    bin_release(&b);
    mark_release(&m);
    return ret;
}

int checkpoint_read(struct bin *b, struct mark *m, const char *path,
                    const char *mode, struct err *err)
{
    int ret = bin_read(b, path, FORMAT, VERSION, err);
    char *word;

    *m = (struct mark){.checkpoint = path};
    if (ret < 0)
        return ret;
    word = bin_get_text(b);
    m->name = bin_get_text(b);
    m->count = (int)bin_get_u64(b);
    m->size = (long)bin_get_u64(b);
    m->crc = bin_get_u32(b);
    if (b->bad || m->count < 0 || m->size < 0)
        ret = err_set(err, ERR_FORMAT, "%s: too short for a checkpoint", path);
    else if (strcmp(word, mode) != 0)
        ret = err_set(err, ERR_FORMAT, "%s: a checkpoint of %s, not of %s",
                      path, word, mode);
    free(word);
    if (ret < 0) {
        bin_release(b);
        mark_release(m);
    }
    return ret;
}

int checkpoint_end(const struct bin *b, const char *path, struct err *err)
{
    if (b->bad || b->at != b->size)
        return err_set(err, ERR_FORMAT, "%s: %s for what it holds", path,
                       b->bad ? "too short" : "too long");
    return 0;
}

/* A frame is text, whose numbers come back to the bit. */
int bin_put_frame(struct bin *b, const struct frame *f, struct err *err)
{
    char *text = frame_text(f, "checkpoint", err);

    if (!text)
        return err->code;
    bin_put_text(b, text);
    free(text);
    return 0;
}

int bin_get_frame(struct bin *b, struct frame *f, struct err *err)
{
    char *text = bin_get_text(b);
    struct text in = {.name = "checkpoint"};
    int ret;

    in.f = *text ? fmemopen(text, strlen(text), "r") : NULL;
    if (!in.f) {
        free(text);
        return err_set(err, ERR_FORMAT, "there is no frame in the checkpoint");
    }
    ret = frame_read_overlapping(&in, f, err);
    text_close(&in);
    free(text);
    if (ret == 0)
        ret = err_set(err, ERR_FORMAT, "there is no frame in the checkpoint");
    return ret < 0 ? ret : 0;
}
