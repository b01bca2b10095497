#include <morsel/train.h>

#include <stdlib.h>

#include "stored.h"

static int cannot_write(const struct stored_out *o, struct err *err)
{
    return err_errno(err, "cannot write '%s'", o->path);
}

/* Write what the piece holds, and forget it. */
static int flush(struct stored_out *o, struct err *err)
{
    struct bin *b = &o->piece;

    if (fwrite(b->data, 1, b->size, o->body) != b->size)
        return cannot_write(o, err);
    o->crc = crc32c(o->crc, b->data, b->size);
    o->size += b->size;
    b->size = 0;
    return 0;
}

/*
 * The length stands first and is known last.  A file of our own is mended in
 * the end; for everything else the body waits in a temporary file.
 */
int stored_begin(struct stored_out *o, FILE *f, const char *path,
                 const struct descriptor *d, enum derivatives which,
                 struct err *err)
{
    *o = (struct stored_out){.f = f, .body = f, .path = path};
    bin_init(&o->head, STORED_FORMAT, STORED_VERSION);
    if (!output_is_kept(f))
        o->body = tmpfile();
    else if (fwrite(o->head.data, 1, o->head.size, f) != o->head.size)
        return cannot_write(o, err);
    if (!o->body)
        return err_errno(err, "cannot make a temporary file");
    descriptor_put(d, &o->piece);
    bin_put_u32(&o->piece, which);
    return flush(o, err);
}

int stored_put(struct stored_out *o, const struct frame *frame,
               const struct features *f, enum derivatives which,
               struct err *err)
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    struct bin *b = &o->piece;
    int ret;

    if (!memory)
        return cannot_write(o, err);
    ret = frame_write(frame, memory, o->path, err);
    if (fclose(memory) != 0 && ret == 0)
        ret = cannot_write(o, err);
    if (ret == 0) {
        bin_put_u32(b, 1);
        bin_put_text(b, text);
        bin_put_u64(b, features_size(f, which));
        features_put(f, which, b);
        ret = flush(o, err);
    }
    free(text);
    return ret;
}

/* Copy the body from its temporary file. */
static int copy_body(struct stored_out *o, struct err *err)
{
    char chunk[65536];
    size_t n;

    rewind(o->body);
    while ((n = fread(chunk, 1, sizeof chunk, o->body)) > 0)
        if (fwrite(chunk, 1, n, o->f) != n)
            return cannot_write(o, err);
    return ferror(o->body) ? err_errno(err, "cannot read a temporary file") : 0;
}

int stored_end(struct stored_out *o, struct err *err)
{
    bool mend = o->body == o->f;
    unsigned char trailer[4];
    size_t head;

    bin_put_u32(&o->piece, 0); /* no more frames */
    if (flush(o, err) < 0)
        return err->code;
    head = bin_frame(&o->head, o->size, o->crc, trailer);
    if (mend && fseeko(o->f, 0, SEEK_SET) < 0)
        return cannot_write(o, err);
    if (fwrite(o->head.data, 1, head, o->f) != head)
        return cannot_write(o, err);
    if (mend && fseeko(o->f, 0, SEEK_END) < 0)
        return cannot_write(o, err);
    if (!mend && copy_body(o, err) < 0)
        return err->code;
    return fwrite(trailer, 1, sizeof trailer, o->f) == sizeof trailer
               ? 0
               : cannot_write(o, err);
}

void stored_out_release(struct stored_out *o)
{
    if (o->body && o->body != o->f)
        fclose(o->body);
    bin_release(&o->head);
    bin_release(&o->piece);
    *o = (struct stored_out){0};
}
