#ifndef TESTS_UNIT_DAMAGE_H
#define TESTS_UNIT_DAMAGE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Files that come to harm.  The bytes are those of a good file with a CRC-32C
 * at its end; path is a file that is there and gets the damaged ones.
 */

/* path, which ends in XXXXXX or what that became: a new empty file. */
void damage_file(char *path);

void damage_write(const char *path, const unsigned char *data, size_t size);

/* Write all prefixes and all bit flips of a file; refuse() must. */
void damage_prefixes(const char *path, const unsigned char *data, size_t size,
                     void (*refuse)(void));
void damage_flips(const char *path, unsigned char *data, size_t size,
                  void (*refuse)(void));

/*
 * Each step-th flip, with a checksum that fits: what is left to a reader's own
 * bounds.  It may take the file (a weight has changed): returns how often
 * read() did.
 */
int damage_mended(const char *path, unsigned char *data, size_t size,
                  size_t step, bool (*read)(void));

#endif
