#ifndef MORSEL_DFT_XML_H
#define MORSEL_DFT_XML_H

#include <morsel/util.h>

/*
 * As much of XML as files of potentials have: tags with attributes, comments,
 * numbers.  The text is in memory, with a NUL behind it.
 */
enum { XML_NAME = 48, XML_VALUE = 128 };

struct xml {
    const char *name;        /* of the file, for messages */
    const char *start, *end; /* *end is NUL */
    const char *at;
    struct err *err;
};

struct xml_tag {
    char name[XML_NAME];
    const char *attributes, *end; /* what is between name and '>' */
    bool closing;                 /* </name> */
    bool empty;                   /* <name/> */
};

/* "name:line: what"; returns code. */
int xml_bad(const struct xml *in, enum err_code code, const char *fmt, ...)
    MORSEL_PRINTF(3, 4);

/* The next tag, behind blanks and comments only. */
int xml_tag(struct xml *in, struct xml_tag *t);

/* Go on behind </name>, whatever comes before: text for people may hold
 * anything. */
int xml_skip(struct xml *in, const char *name);

/*
 * An attribute, without the blanks around it, into value[XML_VALUE]; false if
 * there is none.
 */
bool xml_attribute(const struct xml_tag *t, const char *name, char *value);

/* A number the way Fortran may print it, 1.0D+00 or 1.0-100; s[n]. */
int xml_number(const char *s, size_t n, double *x);

/* An attribute as a number; an integer from min to max, which may be missing,
 * and is 0, if 0 is allowed; T, .true., true in any case. */
int xml_real(struct xml *in, const struct xml_tag *t, const char *name,
             double *x);
int xml_int(struct xml *in, const struct xml_tag *t, const char *name, int min,
            int max, int *x);
bool xml_true(const struct xml_tag *t, const char *name);

/*
 * What stands between tag t and its closing tag: max numbers, or from 1 to
 * max, zeros after them, with their count in *n if that is asked for.  *x is
 * allocated, and was NULL.
 */
int xml_array(struct xml *in, const struct xml_tag *t, int max, double **x,
              int *n);

#endif
