#ifndef MORSEL_UTIL_H
#define MORSEL_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Errors, memory, numbers, text, files, hashes and random numbers: the ground
 * every other domain stands on.
 */

#define MORSEL_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define MORSEL_MUST_CHECK __attribute__((warn_unused_result))

/*
 * Errors.
 *
 * A function that can fail on good code -- bad input, a full disk, a matrix
 * that is not positive definite -- returns 0, or a negative err_code, and
 * takes a `struct err *` as its last argument.  On failure it has filled in
 * one line of text that a user can act on, and has left its output arguments
 * released.  On success it does not touch the struct.
 *
 * Three things are not errors of this kind.  A broken contract (a NULL, a
 * negative count) is a bug: assert() it.  Exhausted memory ends the process
 * inside x*alloc().  An iteration that stops before its tolerance is a
 * result: report it in the result struct.
 */
enum err_code {
    ERR_IO = -1,      /* open, read, write or close failed; carries errno */
    ERR_FORMAT = -2,  /* the text does not follow the format */
    ERR_RANGE = -3,   /* well formed, but outside what the method allows */
    ERR_NUMERIC = -4, /* LAPACK or an iteration broke down */
};

struct err {
    enum err_code code;
    char msg[512]; /* one line, printable ASCII, no newline, no program name */
};

/*
 * Store code and a formatted message; return code, so: return err_set(...).
 * Bytes that are not printable ASCII (a hostile file name, a control sequence
 * in a chemical symbol) are replaced by '?'.
 */
int err_set(struct err *err, enum err_code code, const char *fmt, ...)
    MORSEL_PRINTF(3, 4);

/* The same for a failed system call: appends ": " and strerror(errno). */
int err_errno(struct err *err, const char *fmt, ...) MORSEL_PRINTF(2, 3);

/*
 * Memory.
 *
 * x*alloc() never return NULL: on exhaustion or if n * size overflows they
 * print one line and exit with status 2.  xcalloc() zeroes.  Release with
 * free().
 */
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t n, size_t size);
char *xstrdup(const char *s);

/*
 * Keep freed memory for the next that asks, instead of giving it back to the
 * system: for a process that takes and frees large arrays all the time.
 * (glibc; elsewhere nothing happens.)
 */
void mem_keep_freed(void);

/* A string by printf; the caller frees it. */
char *xasprintf(const char *fmt, ...) MORSEL_PRINTF(1, 2);

/*
 * Strict numbers: the whole of s, nothing left over, no nan or inf, no
 * hexadecimal, no locale; correctly rounded.
 * Return 0, or ERR_FORMAT with no message (the caller knows file and line).
 */
int parse_int(const char *s, int *value) MORSEL_MUST_CHECK;
int parse_real(const char *s, double *value) MORSEL_MUST_CHECK;

/* Is none of x[n] infinite or no number? */
bool all_finite(const double *x, int n);

/*
 * Text input, a line and then a word at a time, and messages that point at
 * the line: "name:line: what".  The path "-" is the standard input.
 */
struct text {
    FILE *f;
    const char *name; /* for messages; borrowed from the caller */
    long line;        /* number of the current line, from 1 */
    char *buf;        /* the current line, without its newline */
    size_t len;       /* its length; a NUL byte inside does not end it */
    size_t room;
    char *rest;   /* what text_word() has not taken yet */
    bool newline; /* the current line ended in one; false: the file did */
};

int text_open(struct text *t, const char *path,
              struct err *err) MORSEL_MUST_CHECK;
void text_close(struct text *t);

/*
 * Go to the next line: returns 1, 0 at the end of the file, or ERR_IO.  The
 * newline is taken off, and a carriage return before it.
 */
int text_next(struct text *t, struct err *err) MORSEL_MUST_CHECK;

/* The next blank-separated word of the line, or NULL when there is none. */
char *text_word(struct text *t);

/* The next word as a number: 0, or ERR_FORMAT with no message. */
int text_int(struct text *t, int *value) MORSEL_MUST_CHECK;
int text_real(struct text *t, double *value) MORSEL_MUST_CHECK;

/* Fill in err with "name:line: what"; return ERR_FORMAT. */
int text_bad(const struct text *t, struct err *err, const char *fmt, ...)
    MORSEL_PRINTF(3, 4);

/*
 * Output files; the path "-" is the standard output.  A file is written as
 * path.part and takes its name only in output_close(), once its last byte is
 * on the disk (write, fsync, rename, fsync of the folder): in a pipeline, a
 * file that exists is whole.  A path that is there and not a regular file
 * (/dev/null, a FIFO) is written directly.
 *
 * SIGHUP, SIGINT and SIGTERM remove the .part of every open file that is not
 * from output_resume(), and then end the process as they always do.
 */
FILE *output_open(const char *path, struct err *err) MORSEL_MUST_CHECK;

/*
 * Go on with a path.part that an earlier process has left, or start one: the
 * stream reads from the beginning and writes at the end.  What it holds is
 * kept when a signal comes.  Whoever calls this cuts an unfinished tail off
 * with output_cut().  Fails if another process is writing it, too.
 */
FILE *output_resume(const char *path, struct err *err) MORSEL_MUST_CHECK;

/* Is it such a file, and not the standard output, a FIFO or a device? */
bool output_is_kept(FILE *f);
int output_cut(FILE *f, const char *path, long size,
               struct err *err) MORSEL_MUST_CHECK;

/* Everything written so far is on the disk when this returns 0. */
int output_sync(FILE *f, const char *path, struct err *err) MORSEL_MUST_CHECK;

int output_close(FILE *f, const char *path, struct err *err) MORSEL_MUST_CHECK;

/* Close and remove the unfinished file; for the way out after an error. */
void output_discard(FILE *f, const char *path);

/*
 * Binary files: a body of little-endian numbers between a header and a
 * checksum; see morsel-model(5).
 *
 *     16 bytes   name of the format, padded with NUL
 *      4 bytes   version
 *      4 bytes   0x01020304, so that a file of another byte order is told
 *      8 bytes   length of the whole file
 *      ...       body
 *      4 bytes   CRC-32C of everything before
 *
 * A bin is a growing buffer to write to, or a whole file in memory to read
 * from.  Reading past the end sets `bad` and gives zeros: a reader takes all
 * its fields and tests `bad` once, but must bound each count (bin_get_count)
 * before it allocates.
 */
struct bin {
    unsigned char *data; /* [size] */
    size_t size, room;
    size_t at; /* reading position */
    bool bad;  /* a read went past the end, or a count was out of bounds */
};

void bin_init(struct bin *b, const char *format, uint32_t version);
void bin_release(struct bin *b);

void bin_put_u32(struct bin *b, uint32_t x);
void bin_put_u64(struct bin *b, uint64_t x);
void bin_put_real(struct bin *b, double x);
void bin_put_reals(struct bin *b, const double *x, size_t n);
void bin_put_text(struct bin *b, const char *s);          /* length, bytes */
void bin_put_body(struct bin *b, const struct bin *from); /* all of its */

/* Add length and checksum and write it all to f. */
int bin_write(struct bin *b, FILE *f, const char *path,
              struct err *err) MORSEL_MUST_CHECK;

/*
 * Read all of path ("-": standard input) and check format, version, byte
 * order, length and checksum.  ERR_FORMAT names what is wrong.
 */
int bin_read(struct bin *b, const char *path, const char *format,
             uint32_t version, struct err *err) MORSEL_MUST_CHECK;

/* The same for what is left of an open file; path is for messages. */
int bin_read_stream(struct bin *b, FILE *f, const char *path,
                    const char *format, uint32_t version,
                    struct err *err) MORSEL_MUST_CHECK;

/*
 * The same checks of a file that is too large for memory and can be read
 * again; *size: of its header and body.
 */
int bin_scan(FILE *f, const char *path, const char *format, uint32_t version,
             size_t *size, struct err *err) MORSEL_MUST_CHECK;

/*
 * A file that is written in pieces: of b, fresh from bin_init(), make the
 * header, first in b->data, of a body of `size` bytes whose checksum is crc,
 * and the trailer that comes last.  Returns the length of the header.
 */
size_t bin_frame(struct bin *b, size_t size, uint32_t crc,
                 unsigned char trailer[4]);

uint32_t bin_get_u32(struct bin *b);
uint64_t bin_get_u64(struct bin *b);
double bin_get_real(struct bin *b);
void bin_get_reals(struct bin *b, double *x, size_t n);
char *bin_get_text(struct bin *b); /* the caller frees it; never NULL */

/* A count from 0 to max of things of at least size bytes each in the file. */
int bin_get_count(struct bin *b, int max, size_t size);

/* CRC-32C (Castagnoli) of n bytes, going on from crc; start with 0. */
uint32_t crc32c(uint32_t crc, const void *data, size_t n);

/* That of two pieces, from theirs; the second has n bytes. */
uint32_t crc32c_join(uint32_t first, uint32_t second, size_t n);

/*
 * 64-bit hash of content, to name things by what they are (FNV-1a; Fowler,
 * Noll and Vo 1991).  Start with HASH_START and go on with what it returns.
 */
#define HASH_START UINT64_C(0xcbf29ce484222325)
uint64_t hash_bytes(uint64_t hash, const void *data, size_t n);
uint64_t hash_text(uint64_t hash, const char *s); /* with its final NUL */

/*
 * Random numbers: xoshiro256** (Blackman and Vigna, ACM TOMS 47, 36 (2021)),
 * seeded by splitmix64.  The same seed gives the same numbers everywhere.
 */
struct rng {
    uint64_t s[4];
};

void rng_init(struct rng *r, uint64_t seed);
uint64_t rng_next(struct rng *r);
double rng_uniform(struct rng *r);   /* [0, 1) */
int rng_below(struct rng *r, int n); /* 0 ... n - 1, n > 0, unbiased */
double rng_normal(struct rng *r);    /* mean 0, variance 1 */

#endif
