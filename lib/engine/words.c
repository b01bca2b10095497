#include "process.h"

#include <stdlib.h>
#include <string.h>

/* Copy the word at *s to `to`, quotes undone, and move *s past it; false if
 * a quote is not closed. */
static bool take_word(const char **s, char *to)
{
    char quote = 0, c;

    for (; (c = **s) && (quote || !strchr(" \t\n\r", c)); ++*s) {
        if (c == quote) {
            quote = 0;
        } else if (!quote && (c == '\'' || c == '"')) {
            quote = c;
        } else {
            bool escapes =
                !quote || (quote == '"' && (*s)[1] && strchr("\"\\", (*s)[1]));
            if (c == '\\' && escapes && !*++*s)
                return false;
            *to++ = **s;
        }
    }
    *to = '\0';
    return !quote;
}

char **command_split(const char *command, struct err *err)
{
    char **words = xcalloc(strlen(command) / 2 + 2, sizeof *words);
    char *word = xcalloc(strlen(command) + 1, 1);
    const char *s = command;
    bool closed = true;
    int n = 0;

    while (closed && *(s += strspn(s, " \t\n\r"))) {
        closed = take_word(&s, word);
        if (closed)
            words[n++] = xstrdup(word);
    }
    free(word);
    if (closed && n > 0)
        return words;
    command_free(words);
    err_set(err, ERR_FORMAT, "command '%s': expected %s", command,
            closed ? "a program" : "a closing quote");
    return NULL;
}

void command_free(char **words)
{
    if (!words)
        return;
    for (char **w = words; *w; w++)
        free(*w);
    free(words);
}
