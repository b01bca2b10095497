#include "qe.h"

#include <ctype.h>
#include <string.h>

/* Put a line, without what is not printable ASCII, behind what[n]. */
static void add_line(char *what, size_t n, const char *line)
{
    size_t used = strlen(what);

    snprintf(what + used, n - used, "%s%s", used ? " " : "",
             line + strspn(line, " \t"));
    for (char *p = what + used; *p; p++)
        if (*p < ' ' || *p > '~')
            *p = '?';
}

/*
 * pw.x frames its messages by lines of %:
 *
 *     Error in routine readpp (1):
 *     file ./Al.upf not found
 */
void qe_read_error(struct text *t, char *what, size_t n)
{
    static const char mark[] = "Error in routine ";
    struct err err;

    *what = '\0';
    while (text_next(t, &err) > 0) {
        const char *s = strstr(t->buf, mark);

        if (!s)
            continue;
        add_line(what, n, s + strlen(mark));
        if (text_next(t, &err) > 0)
            add_line(what, n, t->buf);
        return;
    }
}

void qe_read_complaint(struct text *t, char *what, size_t n)
{
    struct err err;

    *what = '\0';
    while (!*what && text_next(t, &err) > 0)
        for (const char *p = t->buf; *p && !*what; p++)
            if (isalpha((unsigned char)*p))
                add_line(what, n, t->buf);
}
