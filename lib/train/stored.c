#include "stored.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void stored_release(struct stored *s)
{
    descriptor_release(&s->descriptor);
    if (s->f && s->f != stdin)
        fclose(s->f);
    free(s->place);
    *s = (struct stored){0};
}

static int damaged(const char *path, const char *what, struct err *err)
{
    return err_set(err, ERR_FORMAT, "%s: damaged: %s", path, what);
}

/* n bytes from `at` of the file into b, which keeps its memory. */
static int get_bytes(const struct stored *s, size_t at, size_t n, struct bin *b)
{
    if (at > s->size || n > s->size - at)
        return -1;
    if (n > b->room) {
        b->data = xrealloc(b->data, n, 1);
        b->room = n;
    }
    for (size_t done = 0; done < n;) {
        ssize_t k =
            pread(fileno(s->f), b->data + done, n - done, (off_t)(at + done));

        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return -1;
        done += (size_t)k;
    }
    b->size = n;
    b->at = 0;
    b->bad = false;
    return 0;
}

/* The set and the flag; *at becomes where they end. */
static int get_set(struct stored *s, size_t *at, const char *path,
                   struct err *err)
{
    struct bin b = {0};
    uint32_t derivatives = 0;

    /* How long it is it says itself: read more until it is there. */
    for (size_t n = 65536;; n *= 2) {
        size_t left = s->size - *at;

        if (get_bytes(s, *at, n < left ? n : left, &b) < 0)
            break;
        descriptor_get(&s->descriptor, &b);
        derivatives = bin_get_u32(&b);
        if (!b.bad || n >= left)
            break;
        descriptor_release(&s->descriptor);
    }
    bool bad = b.bad || b.at == 0 || derivatives > DERIVE_STRAIN;

    *at += b.at;
    s->derivatives = (enum derivatives)derivatives;
    bin_release(&b);
    return bad ? damaged(path, "expected a set of functions", err) : 0;
}

/* A part that begins with its length, at *at; which goes behind it. */
static bool get_part(const struct stored *s, size_t *at, size_t part[2],
                     struct bin *b)
{
    if (get_bytes(s, *at, 8, b) < 0)
        return false;
    uint64_t n = bin_get_u64(b);

    part[0] = *at + 8;
    if (n > s->size - part[0])
        return false;
    part[1] = *at = part[0] + (size_t)n;
    return true;
}

/* Where everything is: reads a few bytes of each frame. */
static int find_places(struct stored *s, size_t at, const char *path,
                       struct err *err)
{
    struct bin b = {0};
    size_t room = 0;
    bool whole = false;

    while (get_bytes(s, at, 4, &b) == 0) {
        uint32_t more = bin_get_u32(&b);
        struct place place;

        at += 4;
        whole = more == 0 && at == s->size;
        if (more != 1)
            break;
        if (!get_part(s, &at, place.text, &b) ||
            !get_part(s, &at, place.features, &b))
            break;
        if ((size_t)s->n == room) {
            room = room ? 2 * room : 16;
            s->place = xrealloc(s->place, room, sizeof *s->place);
        }
        place.line = 0;
        s->place[s->n++] = place;
    }
    bin_release(&b);
    return whole ? 0 : damaged(path, "expected another frame, or the end", err);
}

int stored_open(struct stored *s, FILE *f, const char *path, struct err *err)
{
    size_t at = STORED_HEADER;
    int ret;

    *s = (struct stored){.f = f};
    ret = bin_scan(f, path, STORED_FORMAT, STORED_VERSION, &s->size, err);
    if (ret == 0)
        ret = get_set(s, &at, path, err);
    if (ret == 0)
        ret = find_places(s, at, path, err);
    return ret;
}

/* The one frame that t has. */
static int get_frame(struct frame *f, struct text *t, struct err *err)
{
    struct frame more;
    int ret = frame_read(t, f, err);

    if (ret <= 0)
        return ret < 0 ? ret : damaged(t->name, "expected a frame", err);
    ret = frame_read(t, &more, err);
    if (ret > 0) {
        frame_release(&more);
        ret = damaged(t->name, "expected one frame", err);
    }
    if (ret < 0)
        frame_release(f);
    return ret;
}

int stored_frame(const struct stored *s, int i, struct frame *f, struct text *t,
                 struct err *err)
{
    const size_t *part = s->place[i].text;
    struct bin b = {0};
    int ret = -1;

    if (part[1] > part[0] &&
        get_bytes(s, part[0], part[1] - part[0], &b) == 0 &&
        (t->f = fmemopen(b.data, b.size, "r"))) {
        ret = get_frame(f, t, err);
        fclose(t->f);
        t->f = NULL;
    } else {
        ret = damaged(t->name, "expected a frame", err);
    }
    bin_release(&b);
    return ret;
}

int stored_set(struct stored *s, struct descriptor *d, const char *name,
               const char *path, const int *z, int n, struct err *err)
{
    struct descriptor named = {0};
    int ret;

    if (!s->f)
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
    const size_t *part = s->place[i].features;
    struct bin b = {0};
    bool good = get_bytes(s, part[0], part[1] - part[0], &b) == 0;

    if (good)
        features_get(f, d, a, s->derivatives, &b);
    good = good && !b.bad && b.at == b.size;
    bin_release(&b);
    if (good)
        return 0;
    features_release(f);
    return err_set(err, ERR_FORMAT,
                   "damaged: expected the features of these atoms");
}
