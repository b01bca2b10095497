#ifndef IO_NUMBER_H
#define IO_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Numbers as extended XYZ spells them, from n bytes that need no final NUL:
 * the whole of them or nothing.  No locale, no hexadecimal, no nan or inf.
 */

/* Digits with an optional sign, within 64 bits. */
bool scan_int(const char *s, size_t n, int64_t *value);

/* The same, but 007 is a name, not a number (libAtoms). */
bool scan_plain_int(const char *s, size_t n, int64_t *value);

/*
 * A decimal number, its exponent marked by one of e E d D; rounded to the
 * nearest double, ties to even.  An underflow gives the nearest subnormal; an
 * overflow is refused.
 */
bool scan_real(const char *s, size_t n, double *value);

/* T true True TRUE F false False FALSE. */
bool scan_bool(const char *s, size_t n, bool *value);

/*
 * Print x, finite, with the fewest of 15, 16 or 17 digits that read back to
 * the bit, always with a point or an exponent so that it stays a real.
 * Returns the length; there is no final NUL.
 */
enum { REAL_ROOM = 32, INT_ROOM = 24 };
size_t format_real(char s[REAL_ROOM], double x);
size_t format_int(char s[INT_ROOM], int64_t i);

#endif
