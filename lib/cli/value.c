#include <morsel/cli.h>

#include <stdlib.h>
#include <string.h>

int cli_three(const char *word, const char *text, int lo, int hi, int x[3],
              struct err *err)
{
    int n;
    char **part = cli_split(text, &n);
    bool ok = n == 3;

    for (int i = 0; ok && i < 3; i++)
        ok = parse_int(part[i], &x[i]) == 0 && x[i] >= lo && x[i] <= hi;
    cli_free(part);
    if (!ok)
        return err_set(err, ERR_RANGE,
                       "--%s: '%s' is not A,B,C, numbers from %d to %d", word,
                       text, lo, hi);
    return 0;
}

int cli_task(const char *word, const char *text, int *first, int *step,
             struct err *err)
{
    char *copy = xstrdup(text), *slash = strchr(copy, '/');
    bool ok = slash != NULL;

    if (ok) {
        *slash = '\0';
        ok = parse_int(copy, first) == 0 && parse_int(slash + 1, step) == 0 &&
             *first >= 1 && *first <= *step;
    }
    free(copy);
    if (!ok)
        return err_set(err, ERR_RANGE,
                       "--%s: '%s' is not I/N with I from 1 to N", word, text);
    return 0;
}

int cli_size(const char *word, const char *text, double *bytes, struct err *err)
{
    size_t n = strlen(text);
    char *copy = xstrdup(text);
    double unit = 0;
    bool ok;

    if (n > 0 && text[n - 1] == 'M')
        unit = 1 << 20;
    if (n > 0 && text[n - 1] == 'G')
        unit = 1 << 30;
    if (unit > 0)
        copy[n - 1] = '\0';
    ok = parse_real(copy, bytes) == 0 && *bytes >= 0 &&
         (unit > 0 || *bytes == 0);
    *bytes *= unit;
    free(copy);
    if (!ok)
        return err_set(err, ERR_RANGE, "--%s: '%s' is not a size as 8G or 500M",
                       word, text);
    return 0;
}
