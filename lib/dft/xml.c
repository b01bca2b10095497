#include "xml.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int xml_bad(const struct xml *in, enum err_code code, const char *fmt, ...)
{
    char what[256];
    long line = 1;
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    for (const char *p = in->start; p < in->at; p++)
        line += *p == '\n';
    return err_set(in->err, code, "%s:%ld: %s", in->name, line, what);
}

/* Tags ------------------------------------------------------------------- */

/* What stands between tags and is not text of a field: blanks, comments. */
static void skip_blank(struct xml *in)
{
    for (;;) {
        const char *end;

        in->at += strspn(in->at, " \t\r\n");
        if (strncmp(in->at, "<!--", 4) == 0)
            end = strstr(in->at, "-->");
        else if (strncmp(in->at, "<?", 2) == 0)
            end = strstr(in->at, "?>");
        else
            return;
        in->at = end ? strchr(end, '>') + 1 : in->end;
    }
}

/* The '>' of the tag that begins here, which no quoted text hides. */
static const char *tag_end(const char *p)
{
    char quote = '\0';

    for (; *p; p++) {
        if (quote)
            quote = *p == quote ? '\0' : quote;
        else if (*p == '"' || *p == '\'')
            quote = *p;
        else if (*p == '>')
            return p;
        else if (*p == '<')
            return NULL;
    }
    return NULL;
}

int xml_tag(struct xml *in, struct xml_tag *t)
{
    const char *p, *end;
    size_t n;

    skip_blank(in);
    if (*in->at == '\0')
        return xml_bad(in, ERR_FORMAT, "the file ends before </UPF>");
    end = *in->at == '<' ? tag_end(in->at + 1) : NULL;
    if (!end)
        return xml_bad(in, ERR_FORMAT, "expected a tag");
    p = in->at + 1;
    t->closing = *p == '/';
    p += t->closing;
    n = strcspn(p, " \t\r\n/>");
    if (n == 0 || n >= sizeof t->name)
        return xml_bad(in, ERR_FORMAT, "expected the name of a tag");
    memcpy(t->name, p, n);
    t->name[n] = '\0';
    t->attributes = p + n;
    t->empty = end[-1] == '/';
    t->end = end - (t->empty && end - 1 >= t->attributes);
    in->at = end + 1;
    return 0;
}

/* To behind </name>. */
int xml_skip(struct xml *in, const char *name)
{
    char closing[XML_NAME + 4];
    const char *p;

    snprintf(closing, sizeof closing, "</%s>", name);
    p = strstr(in->at, closing);
    if (!p)
        return xml_bad(in, ERR_FORMAT, "no %s follows", closing);
    in->at = p + strlen(closing);
    return 0;
}

/* Where the name of the next attribute begins; NULL when there is none. */
static const char *next_attribute(const struct xml_tag *t, const char *p)
{
    while (p < t->end && isspace((unsigned char)*p))
        p++;
    return p < t->end ? p : NULL;
}

/*
 * The value of an attribute, without the blanks around it; false if it is not
 * there.
 */
bool xml_attribute(const struct xml_tag *t, const char *name, char *value)
{
    size_t n = strlen(name), len;
    const char *p = t->attributes;

    while ((p = next_attribute(t, p))) {
        size_t key = strcspn(p, "= \t\r\n>");
        bool is = key == n && strncmp(p, name, n) == 0;
        const char *v = p + key, *close;

        v += strspn(v, " \t\r\n");
        if (*v != '=')
            return false;
        v += 1 + strspn(v + 1, " \t\r\n");
        if ((*v != '"' && *v != '\'') || !(close = strchr(v + 1, *v)))
            return false;
        p = close + 1;
        if (!is)
            continue;
        for (v++; v < close && isspace((unsigned char)*v); v++)
            ;
        while (close > v && isspace((unsigned char)close[-1]))
            close--;
        len = (size_t)(close - v);
        len = len < XML_VALUE - 1 ? len : XML_VALUE - 1;
        memcpy(value, v, len);
        value[len] = '\0';
        return true;
    }
    return false;
}

/* Numbers ---------------------------------------------------------------- */

/* Fortran's numbers: 1.0D+00, 1.0-100, and what C knows. */
int xml_number(const char *s, size_t n, double *x)
{
    char w[64];
    size_t k = 0;

    if (n == 0 || n > sizeof w - 2)
        return ERR_FORMAT;
    for (size_t i = 0; i < n; i++) {
        bool sign = s[i] == '+' || s[i] == '-';

        if (sign && k > 0 &&
            (isdigit((unsigned char)w[k - 1]) || w[k - 1] == '.'))
            w[k++] = 'e';
        w[k++] = (char)(s[i] == 'D' || s[i] == 'd' ? 'e' : s[i]);
        if (k >= sizeof w - 1)
            return ERR_FORMAT;
    }
    w[k] = '\0';
    return parse_real(w, x);
}

/* Messages are to point at an attribute, or at its tag if it is not there. */
static void point_at(struct xml *in, const struct xml_tag *t, const char *name)
{
    const char *p = strstr(t->attributes, name);

    in->at = p && p < t->end ? p : t->attributes;
}

int xml_real(struct xml *in, const struct xml_tag *t, const char *name,
             double *x)
{
    char v[XML_VALUE];
    bool is = xml_attribute(t, name, v);

    if (is && xml_number(v, strlen(v), x) == 0)
        return 0;
    point_at(in, t, name);
    if (!is)
        return xml_bad(in, ERR_FORMAT, "%s has no %s", t->name, name);
    return xml_bad(in, ERR_FORMAT, "%s: expected a number, not '%s'", name, v);
}

int xml_int(struct xml *in, const struct xml_tag *t, const char *name, int min,
            int max, int *x)
{
    char v[XML_VALUE];
    bool is = xml_attribute(t, name, v);

    *x = 0;
    if (is ? parse_int(v, x) == 0 && *x >= min && *x <= max : min <= 0)
        return 0;
    point_at(in, t, name);
    if (!is)
        return xml_bad(in, ERR_FORMAT, "%s has no %s", t->name, name);
    return xml_bad(in, ERR_FORMAT, "%s: expected %d to %d, not '%s'", name, min,
                   max, v);
}

/* T, .true., true, in any case. */
bool xml_true(const struct xml_tag *t, const char *name)
{
    char v[XML_VALUE];

    return xml_attribute(t, name, v) &&
           toupper((unsigned char)(v[0] == '.' ? v[1] : v[0])) == 'T';
}

/* Numbers up to the next tag: at most max; their count in *n. */
static int read_numbers(struct xml *in, int max, double *x, int *n)
{
    for (*n = 0;; ++*n) {
        size_t len;

        in->at += strspn(in->at, " \t\r\n");
        if (*in->at == '<')
            return 0;
        if (*in->at == '\0')
            return xml_bad(in, ERR_FORMAT, "the file ends among numbers");
        len = strcspn(in->at, " \t\r\n<");
        if (*n == max)
            return xml_bad(in, ERR_FORMAT, "more than %d numbers", max);
        if (xml_number(in->at, len, &x[*n]) < 0 || fabs(x[*n]) > 1e10)
            return xml_bad(in, ERR_FORMAT, "expected a number, not '%.*s'",
                           (int)(len < 40 ? len : 40), in->at);
        in->at += len;
    }
}

/*
 * An array of max numbers, of which the file may give less (zeros follow) if
 * *n is asked for, and its closing tag.
 */
int xml_array(struct xml *in, const struct xml_tag *t, int max, double **x,
              int *n)
{
    int got, ret;
    struct xml_tag close = {0};

    if (*x)
        return xml_bad(in, ERR_FORMAT, "a second %s", t->name);
    *x = xcalloc(max, sizeof(**x));
    if (t->empty)
        return xml_bad(in, ERR_FORMAT, "%s is empty", t->name);
    ret = read_numbers(in, max, *x, &got);
    if (ret == 0 && (n ? got < 1 : got < max))
        ret = xml_bad(in, ERR_FORMAT, "%s: expected %d numbers, not %d",
                      t->name, max, got);
    if (n)
        *n = got;
    if (ret == 0)
        ret = xml_tag(in, &close);
    if (ret == 0 && (!close.closing || strcmp(close.name, t->name) != 0))
        ret = xml_bad(in, ERR_FORMAT, "expected </%s>", t->name);
    return ret;
}
