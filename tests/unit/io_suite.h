#ifndef TESTS_UNIT_IO_SUITE_H
#define TESTS_UNIT_IO_SUITE_H

#include <check.h>

#include <morsel/io.h>

/* The parts of the suite of lib/io. */
TCase *io_number_tests(void);
TCase *io_refusal_tests(void);
TCase *io_write_tests(void);
TCase *io_merge_tests(void);

#define PROPS "Properties=species:S:1:pos:R:3"

/* The one frame of a text. */
void read_text(struct frame *f, const char *s);

/* A frame of one atom with these keys. */
void read_keys(struct frame *f, const char *keys);

/* Any finite number for one i in four, else one that people write. */
double random_real(struct rng *rng, int i);

#endif
