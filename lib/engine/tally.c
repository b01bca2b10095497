#include <morsel/engine.h>

#include <string.h>

void tally_add(struct tally *t, const char *result, bool ok)
{
    int i = 0;

    while (i < t->n && strcmp(t->result[i].name, result) != 0)
        i++;
    if (i == MAX_RESULTS)
        i--; /* more words than a person reads */
    snprintf(t->result[i].name, sizeof t->result[i].name, "%s", result);
    t->result[i].count++;
    t->n = i == t->n ? t->n + 1 : t->n;
    t->asked++;
    t->failed += !ok;
}

void tally_print(const struct tally *t, FILE *to)
{
    fprintf(to, "asked %d, labelled %d, failed %d", t->asked,
            t->asked - t->failed, t->failed);
    for (int i = 0; i < t->n; i++)
        fprintf(to, "%s%s %d", i ? ", " : " (", t->result[i].name,
                t->result[i].count);
    fputs(t->n ? ")\n" : "\n", to);
}
