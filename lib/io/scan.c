/* Words, names, text: what all parts of the reader share. */

#include "parse.h"

#include <stdlib.h>
#include <string.h>

bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

void skip_blanks(struct cursor *c)
{
    while (c->p < c->end && is_blank(*c->p))
        c->p++;
}

bool next_word(struct cursor *c, const char **word, size_t *n)
{
    skip_blanks(c);
    *word = c->p;
    while (c->p < c->end && !is_blank(*c->p))
        c->p++;
    *n = (size_t)(c->p - *word);
    return *n > 0;
}

int shown(size_t n)
{
    return n < 40 ? (int)n : 40;
}

char *copy_text(const char *s, size_t n)
{
    char *copy = xcalloc(n + 1, 1);

    memcpy(copy, s, n);
    return copy;
}

/*
 * Length of the UTF-8 character at s, 0 if there is none: shortest forms only,
 * no surrogates, at most U+10FFFF (RFC 3629).
 */
static size_t utf8_length(const unsigned char *s, size_t n)
{
    size_t len = s[0] < 0x80 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;

    if (len == 1)
        return 1;
    if (s[0] < 0xc2 || s[0] > 0xf4 || n < len)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return len;
}

bool is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

bool has_control(const char *s)
{
    while (*s && !is_control(*s))
        s++;
    return *s != '\0';
}

bool is_text(const char *s, size_t n)
{
    const unsigned char *u = (const unsigned char *)s;
    size_t len;

    for (size_t i = 0; i < n; i += len) {
        if (is_control(s[i]) && s[i] != '\t')
            return false;
        len = u[i] < 0x80 ? 1 : utf8_length(u + i, n - i);
        if (len == 0)
            return false;
    }
    return true;
}

static const char **find_slot(const struct names *s, const char *name)
{
    size_t i = (size_t)hash_text(HASH_START, name);

    for (;; i++) {
        const char **slot = &s->slot[i & (s->room - 1)];

        if (!*slot || strcmp(*slot, name) == 0)
            return slot;
    }
}

static void grow(struct names *s)
{
    struct names old = *s;

    s->room = old.room ? 2 * old.room : 64;
    s->slot = xcalloc(s->room, sizeof *s->slot);
    for (size_t i = 0; i < old.room; i++)
        if (old.slot[i])
            *find_slot(s, old.slot[i]) = old.slot[i];
    free(old.slot);
}

bool names_add(struct names *s, const char *name)
{
    const char **slot;

    if (2 * s->n >= s->room)
        grow(s);
    slot = find_slot(s, name);
    if (*slot)
        return false;
    *slot = name;
    s->n++;
    return true;
}

void names_release(struct names *s)
{
    free(s->slot);
    *s = (struct names){0};
}
