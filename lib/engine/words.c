#include "process.h"

#include <stdlib.h>
#include <string.h>

/* Copy the word at *s to `to`, quotes undone, and move *s past it.  Returns
 * what is missing, or NULL. */
static const char *take_word(const char **s, char *to)
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
                return "a letter after the backslash";
            *to++ = **s;
        }
    }
    *to = '\0';
    return quote ? "a closing quote" : NULL;
}

char **command_split(const char *command, struct err *err)
{
    char **words = xcalloc(strlen(command) / 2 + 2, sizeof *words);
    char *word = xcalloc(strlen(command) + 1, 1);
    const char *s = command, *missing = "a program";

    for (int n = 0; *(s += strspn(s, " \t\n\r")); n++) {
        missing = take_word(&s, word);
        if (missing)
            break;
        words[n] = xstrdup(word);
    }
    free(word);
    if (!missing)
        return words;
    command_free(words);
    err_set(err, ERR_FORMAT, "command '%s': expected %s", command, missing);
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
