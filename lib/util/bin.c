#include <morsel/util.h>

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    NAME = 16,                    /* bytes of the format's name */
    LENGTH_AT = NAME + 4 + 4,     /* where the length stands */
    HEADER = LENGTH_AT + 8,       /* then the body */
    TRAILER = 4,                  /* the checksum */
    BYTE_ORDER_MARK = 0x01020304, /* as we write it */
};

static void put(struct bin *b, const void *p, size_t n)
{
    while (b->room - b->size < n) {
        b->room = b->room ? 2 * b->room : 4096;
        b->data = xrealloc(b->data, b->room, 1);
    }
    if (n)
        memcpy(b->data + b->size, p, n);
    b->size += n;
}

static void to_bytes(unsigned char *p, uint64_t x, int n)
{
    for (int i = 0; i < n; i++)
        p[i] = (unsigned char)(x >> 8 * i);
}

/* Written so that a compiler sees one load in it. */
static uint64_t eight_bytes(const unsigned char *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
           (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 |
           (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

static uint64_t from_bytes(const unsigned char *p, int n)
{
    uint64_t x = 0;

    for (int i = 0; i < n; i++)
        x |= (uint64_t)p[i] << 8 * i;
    return x;
}

void bin_put_u32(struct bin *b, uint32_t x)
{
    unsigned char p[4];

    to_bytes(p, x, 4);
    put(b, p, 4);
}

void bin_put_u64(struct bin *b, uint64_t x)
{
    unsigned char p[8];

    to_bytes(p, x, 8);
    put(b, p, 8);
}

void bin_put_real(struct bin *b, double x)
{
    uint64_t bits;

    memcpy(&bits, &x, sizeof bits);
    bin_put_u64(b, bits);
}

void bin_put_reals(struct bin *b, const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        bin_put_real(b, x[i]);
}

void bin_put_text(struct bin *b, const char *s)
{
    size_t n = strlen(s);

    bin_put_u64(b, n);
    put(b, s, n);
}

void bin_put_body(struct bin *b, const struct bin *from)
{
    put(b, from->data + HEADER, from->size - HEADER);
}

void bin_init(struct bin *b, const char *format, uint32_t version)
{
    static const char zeros[NAME];
    size_t n = strlen(format);

    assert(n <= NAME);
    *b = (struct bin){0};
    put(b, format, n);
    put(b, zeros, NAME - n);
    bin_put_u32(b, version);
    bin_put_u32(b, BYTE_ORDER_MARK);
    bin_put_u64(b, 0); /* the length, when it is known */
}

void bin_release(struct bin *b)
{
    free(b->data);
    *b = (struct bin){0};
}

/*
 * Header and checksum of a file whose body of `size` bytes, all after the
 * header, has the checksum crc.
 */
size_t bin_frame(struct bin *b, size_t size, uint32_t crc,
                 unsigned char trailer[4])
{
    to_bytes(b->data + LENGTH_AT, HEADER + size + TRAILER, 8);
    to_bytes(trailer, crc32c_join(crc32c(0, b->data, HEADER), crc, size),
             TRAILER);
    return HEADER;
}

int bin_write(struct bin *b, FILE *f, const char *path, struct err *err)
{
    to_bytes(b->data + LENGTH_AT, b->size + TRAILER, 8);
    bin_put_u32(b, crc32c(0, b->data, b->size));
    if (fwrite(b->data, 1, b->size, f) != b->size)
        return err_errno(err, "cannot write '%s'", path);
    return 0;
}

/* All of a file, whatever it is; it grows as bytes come. */
static int read_all(struct bin *b, FILE *f, const char *path, struct err *err)
{
    unsigned char chunk[65536];
    size_t n;

    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
        put(b, chunk, n);
    return ferror(f) ? err_errno(err, "cannot read '%s'", path) : 0;
}

/* The header of a file of so many bytes. */
static int check_header(const unsigned char *head, size_t size,
                        const char *path, const char *format, uint32_t version,
                        struct err *err)
{
    char name[NAME] = "";

    memcpy(name, format, strlen(format));
    if (size < HEADER + TRAILER || memcmp(head, name, NAME) != 0)
        return err_set(err, ERR_FORMAT, "%s: not a %s file", path, format);

    uint32_t found = (uint32_t)from_bytes(head + NAME, 4);
    if (from_bytes(head + NAME + 4, 4) != BYTE_ORDER_MARK)
        return err_set(err, ERR_FORMAT, "%s: bytes are in another order", path);
    if (found != version)
        return err_set(err, ERR_FORMAT,
                       "%s: %s version %u, this program knows %u", path, format,
                       found, version);
    if (from_bytes(head + LENGTH_AT, 8) != size)
        return err_set(
            err, ERR_FORMAT, "%s: %zu bytes, its header says %llu: truncated?",
            path, size, (unsigned long long)from_bytes(head + LENGTH_AT, 8));
    return 0;
}

static int check_sum(const unsigned char *trailer, uint32_t crc,
                     const char *path, struct err *err)
{
    return from_bytes(trailer, TRAILER) == crc
               ? 0
               : err_set(err, ERR_FORMAT, "%s: wrong checksum: damaged", path);
}

static int check(const struct bin *b, const char *path, const char *format,
                 uint32_t version, struct err *err)
{
    int ret = check_header(b->data, b->size, path, format, version, err);
    size_t n = b->size - TRAILER;

    return ret < 0 ? ret
                   : check_sum(b->data + n, crc32c(0, b->data, n), path, err);
}

int bin_scan(FILE *f, const char *path, const char *format, uint32_t version,
             size_t *size, struct err *err)
{
    unsigned char chunk[65536], trailer[TRAILER];
    size_t n, left;
    uint32_t crc = 0;
    off_t end;

    if (fseeko(f, 0, SEEK_END) < 0 || (end = ftello(f)) < 0)
        return err_errno(err, "cannot read '%s'", path);
    rewind(f);
    n = fread(chunk, 1, HEADER, f);
    if (check_header(chunk, n < HEADER ? n : (size_t)end, path, format, version,
                     err) < 0)
        return err->code;
    left = (size_t)end - HEADER - TRAILER;
    crc = crc32c(crc, chunk, n);
    while (left > 0 &&
           (n = fread(chunk, 1, left < sizeof chunk ? left : sizeof chunk, f)) >
               0) {
        crc = crc32c(crc, chunk, n);
        left -= n;
    }
    if (left > 0 || fread(trailer, 1, TRAILER, f) != TRAILER)
        return err_errno(err, "cannot read '%s'", path);
    *size = (size_t)end - TRAILER;
    return check_sum(trailer, crc, path, err);
}

int bin_read(struct bin *b, const char *path, const char *format,
             uint32_t version, struct err *err)
{
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    int ret;

    *b = (struct bin){0};
    if (!f)
        return err_errno(err, "cannot open '%s'", path);
    ret = bin_read_stream(b, f, path, format, version, err);
    if (f != stdin)
        fclose(f);
    return ret;
}

int bin_read_stream(struct bin *b, FILE *f, const char *path,
                    const char *format, uint32_t version, struct err *err)
{
    int ret;

    *b = (struct bin){0};
    ret = read_all(b, f, path, err);
    if (ret == 0)
        ret = check(b, path, format, version, err);
    if (ret < 0) {
        bin_release(b);
        return ret;
    }
    b->size -= TRAILER;
    b->at = HEADER;
    return 0;
}

static const unsigned char *take(struct bin *b, size_t n)
{
    const unsigned char *p = b->data + b->at;

    if (n > b->size - b->at) {
        b->bad = true;
        return NULL;
    }
    b->at += n;
    return p;
}

uint32_t bin_get_u32(struct bin *b)
{
    const unsigned char *p = take(b, 4);

    return p ? (uint32_t)from_bytes(p, 4) : 0;
}

uint64_t bin_get_u64(struct bin *b)
{
    const unsigned char *p = take(b, 8);

    return p ? from_bytes(p, 8) : 0;
}

double bin_get_real(struct bin *b)
{
    uint64_t bits = bin_get_u64(b);
    double x;

    memcpy(&x, &bits, sizeof x);
    return x;
}

void bin_get_reals(struct bin *b, double *x, size_t n)
{
    const unsigned char *p = NULL;

    if (n > (b->size - b->at) / 8)
        b->bad = true;
    else
        p = take(b, 8 * n);
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = p ? eight_bytes(p + 8 * i) : 0;

        memcpy(&x[i], &bits, sizeof bits);
    }
}

char *bin_get_text(struct bin *b)
{
    size_t n = (size_t)bin_get_count(b, INT32_MAX, 1);
    const unsigned char *p = take(b, n);
    char *s = xcalloc(n + 1, 1);

    if (p && n)
        memcpy(s, p, n);
    return s;
}

int bin_get_count(struct bin *b, int max, size_t size)
{
    uint64_t n = bin_get_u64(b);

    if (n > (uint64_t)max || (size && n > (b->size - b->at) / size)) {
        b->bad = true;
        return 0;
    }
    return (int)n;
}
