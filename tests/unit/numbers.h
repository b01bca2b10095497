#ifndef TESTS_UNIT_NUMBERS_H
#define TESTS_UNIT_NUMBERS_H

/*
 * Numbers out of a JSON file of reference values: those that follow "key":,
 * in their order, whatever the brackets.  Fails the test if some are missing.
 */
char *numbers_file(const char *path); /* NULL if there is no such file */
void numbers_after(const char *text, const char *key, int n, double *x);
void numbers_of(const char *text, int i, const char *key, int n, double *x);
int numbers_count(const char *text, const char *key); /* in one array */

#endif
