#include <morsel/train.h>

#include <stdlib.h>

/* morsel-features(5), version 1. */
static const char format[] = "morsel-features";
enum { VERSION = 1 };

void stored_begin(struct bin *b, const struct descriptor *d,
                  enum derivatives which)
{
    bin_init(b, format, VERSION);
    descriptor_put(d, b);
    bin_put_u32(b, which);
}

int stored_put(struct bin *b, const struct frame *frame,
               const struct features *f, enum derivatives which,
               const char *path, struct err *err)
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    int ret;

    if (!memory)
        return err_errno(err, "cannot write '%s'", path);
    ret = frame_write(frame, memory, path, err);
    if (fclose(memory) != 0 && ret == 0)
        ret = err_errno(err, "cannot write '%s'", path);
    if (ret == 0) {
        bin_put_u32(b, 1);
        bin_put_text(b, text);
        bin_put_u64(b, features_size(f, which));
        features_put(f, which, b);
    }
    free(text);
    return ret;
}

int stored_end(struct bin *b, FILE *f, const char *path, struct err *err)
{
    bin_put_u32(b, 0); /* no more frames */
    return bin_write(b, f, path, err);
}

void stored_release(struct stored *s)
{
    descriptor_release(&s->descriptor);
    bin_release(&s->bin);
    free(s->block);
    *s = (struct stored){0};
}

static int damaged(const struct text *t, const char *what, struct err *err)
{
    return err_set(err, ERR_FORMAT, "%s: damaged: %s", t->name, what);
}

/* Go over n bytes. */
static void skip(struct bin *b, size_t n)
{
    if (n > b->size - b->at)
        b->bad = true;
    else
        b->at += n;
}

/* The one frame that t has. */
static int get_frame(struct frame *f, struct text *t, struct err *err)
{
    struct frame more;
    int ret = frame_read(t, f, err);

    if (ret <= 0)
        return ret < 0 ? ret : damaged(t, "expected a frame", err);
    ret = frame_read(t, &more, err);
    if (ret > 0) {
        frame_release(&more);
        ret = damaged(t, "expected one frame", err);
    }
    if (ret < 0)
        frame_release(f);
    return ret;
}

/* The next frame, and where its features are; t counts the lines of all. */
static int get_next(struct stored *s, struct frame *f, size_t block[2],
                    struct text *t, struct err *err)
{
    struct bin *b = &s->bin;
    size_t n = (size_t)bin_get_count(b, INT32_MAX, 1);
    unsigned char *p = b->data + b->at;
    int ret;

    skip(b, n);
    t->f = n > 0 && !b->bad ? fmemopen(p, n, "r") : NULL;
    if (!t->f)
        return damaged(t, "expected a frame", err);
    ret = get_frame(f, t, err);
    fclose(t->f);
    t->f = NULL;
    n = (size_t)bin_get_u64(b);
    block[0] = b->at;
    skip(b, n);
    block[1] = b->at;
    return ret;
}

static int get_all(struct stored *s, struct frames *frames, struct text *t,
                   struct err *err)
{
    uint32_t more;

    while ((more = bin_get_u32(&s->bin)) == 1) {
        int i = frames->n;

        if (i == frames->room) {
            size_t room = i ? 2 * (size_t)i : 16;

            frames->room = (int)room;
            frames->frame =
                xrealloc(frames->frame, room, sizeof *frames->frame);
            s->block = xrealloc(s->block, room, sizeof *s->block);
        }
        if (get_next(s, &frames->frame[i], s->block[i], t, err) < 0)
            return err->code;
        frames->n++;
    }
    if (s->bin.bad || more != 0 || s->bin.at != s->bin.size)
        return damaged(t, "expected another frame, or the end", err);
    return 0;
}

static int read_stored(struct stored *s, struct frames *frames, struct text *t,
                       struct err *err)
{
    struct text part = {.name = t->name};
    int ret = bin_read_stream(&s->bin, t->f, t->name, format, VERSION, err);

    if (ret < 0)
        return ret;
    descriptor_get(&s->descriptor, &s->bin);
    uint32_t which = bin_get_u32(&s->bin);

    if (s->bin.bad || which > DERIVE_STRAIN)
        return damaged(t, "expected a set of functions", err);
    s->derivatives = (enum derivatives)which;
    ret = get_all(s, frames, &part, err);
    text_close(&part);
    return ret;
}

int labelled_read(struct frames *frames, struct stored *s, const char *path,
                  struct err *err)
{
    struct text t;
    int ret = text_open(&t, path, err), c;

    *frames = (struct frames){0};
    *s = (struct stored){0};
    if (ret < 0)
        return ret;
    /* A frame begins with a number, so that one letter tells them apart. */
    c = getc(t.f);
    if (c != EOF)
        ungetc(c, t.f);
    ret = c == format[0] ? read_stored(s, frames, &t, err)
                         : frames_read_text(frames, &t, err);
    text_close(&t);
    if (ret == 0 && frames->n == 0)
        ret = err_set(err, ERR_FORMAT, "%s: expected at least one frame", path);
    if (ret < 0) {
        stored_release(s);
        frames_release(frames);
    }
    return ret;
}

int stored_set(struct stored *s, struct descriptor *d, const char *name,
               const char *path, const int *z, int n, struct err *err)
{
    struct descriptor named = {0};
    int ret;

    if (!s->bin.data)
        return descriptor_find(d, name ? name : "fine", z, n, err);
    *d = s->descriptor;
    s->descriptor = (struct descriptor){0};
    if (!name)
        return 0;
    ret = descriptor_find(&named, name, d->z, d->nelement, err);
    if (ret == 0 && !descriptor_same(d, &named))
        ret = err_set(err, ERR_RANGE,
                      "%s: the features are of another set than '%s'", path,
                      name);
    descriptor_release(&named);
    if (ret < 0)
        descriptor_release(d);
    return ret;
}

int stored_get(const struct stored *s, int i, const struct descriptor *d,
               const struct atoms *a, struct features *f, struct err *err)
{
    struct bin b = {.data = s->bin.data};

    b.at = s->block[i][0];
    b.size = s->block[i][1];
    features_get(f, d, a, s->derivatives, &b);
    if (!b.bad && b.at == b.size)
        return 0;
    features_release(f);
    return err_set(err, ERR_FORMAT,
                   "damaged: expected the features of these atoms");
}
