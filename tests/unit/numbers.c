#include "numbers.h"

#include <stdlib.h>
#include <string.h>

#include "suites.h"

char *numbers_file(const char *path)
{
    FILE *f = fopen(path, "r");
    char *text;
    long size;

    if (!f)
        return NULL;
    fseek(f, 0, SEEK_END);
    size = ftell(f);
    rewind(f);
    text = xcalloc((size_t)size + 1, 1);
    ck_assert_uint_eq(fread(text, 1, (size_t)size, f), (size_t)size);
    fclose(f);
    return text;
}

/* What follows "key": in text. */
static const char *value_of(const char *text, const char *key)
{
    char *quoted = xasprintf("\"%s\":", key);
    const char *at = strstr(text, quoted);

    ck_assert_msg(at != NULL, "there is no %s", quoted);
    at += strlen(quoted);
    free(quoted);
    return at;
}

void numbers_after(const char *text, const char *key, int n, double *x)
{
    const char *at = value_of(text, key);

    for (int i = 0; i < n; i++) {
        char *end;

        at += strspn(at, "[], \n");
        x[i] = strtod(at, &end);
        ck_assert_msg(end != at, "%s has %d numbers, not %d", key, i, n);
        at = end;
    }
    at += strspn(at, "], \n");
    ck_assert_msg(*at == '"' || *at == '}', "%s has more than %d numbers", key,
                  n);
}

void numbers_of(const char *text, int i, const char *key, int n, double *x)
{
    char *numbered = xasprintf("%s %d", key, i);

    numbers_after(text, numbered, n, x);
    free(numbered);
}

int numbers_count(const char *text, const char *key)
{
    const char *at = value_of(text, key), *end = strchr(at, ']');
    int n = 1;

    ck_assert_ptr_nonnull(end);
    for (; at < end; at++)
        n += *at == ',';
    return n;
}
