#ifndef IO_PARSE_H
#define IO_PARSE_H

#include <morsel/io.h>

#include "number.h"

/*
 * The parts of the reader.  A line is a cursor p and its end; nothing recurses
 * and nothing is read past the end, so a NUL is a character like any other.
 */
struct cursor {
    const char *p, *end;
};

bool is_blank(char c); /* blank or tab, the white space of the format */
void skip_blanks(struct cursor *c);

/* The next word between blanks; false at the end of the line. */
bool next_word(struct cursor *c, const char **word, size_t *n);

/* n bytes for a message, cut at 40: use with "%.*s". */
int shown(size_t n);

bool is_control(char c);
bool has_control(const char *s);

/* Is it UTF-8 without control characters but tabs? */
bool is_text(const char *s, size_t n);

char *copy_text(const char *s, size_t n);

/*
 * A set of names, so that the hundred-thousandth key is as quickly found to
 * be new as the second.  Zero is the empty set; the names are borrowed.
 */
struct names {
    const char **slot; /* [room], open addressing */
    size_t n, room;    /* room is a power of two */
};
bool names_add(struct names *s, const char *name); /* false: was there */
void names_release(struct names *s);

/*
 * The value that begins at c->p, into k (all but its name), which must be
 * zeroed.  Returns NULL, or what was expected.
 */
const char *value_parse(struct cursor *c, struct key *k);
void key_clear(struct key *k); /* the value, not the name */

/* The key that begins at c->p; the caller frees it. */
const char *name_parse(struct cursor *c, char **name);

/* Would s between quotes be read as the text s?  12 and _JSON 12 would not. */
bool is_plain_text(const char *s);

/*
 * Words that make a value: of one type, the first that fits them all of int,
 * real, bool and text.
 */
struct list {
    struct word {
        const char *s;
        size_t n;
        bool quoted; /* a text, whatever it looks like */
        char *own;   /* to be freed with the list */
    } * w;
    int n, room;
};
void list_add(struct list *l, const char *s, size_t n);
void list_add_quoted(struct list *l, char *own, size_t n);
void list_release(struct list *l);

/* All numbers, all bools or all texts? */
bool list_of_a_kind(const struct list *l);

/* The list as a value; rows only matter to rank 2. */
void list_value(const struct list *l, int rank, int rows, struct key *k);
enum value_type word_type(const struct word *w);
void text_value(const char *s, size_t n, struct key *k);

/*
 * `_JSON ` and JSON: scalars, vectors and matrices of one type become a
 * value like any other; all else that is JSON stays the text it is.  Returns
 * NULL, or what was expected.
 */
const char *json_parse(const char *s, size_t n, struct key *k);

/* Name:type:count:... as columns, without values. */
struct layout {
    int n;
    struct slot {
        struct column c;
        enum { ROLE_NONE, ROLE_SPECIES, ROLE_Z, ROLE_POS, ROLE_MOVE } role;
        double limit; /* largest magnitude that makes sense */
    } * slot;         /* [n] */
    int64_t width;    /* words in a row */
    bool plain;       /* no Properties: more words may follow */
};
const char *layout_parse(struct layout *l, const char *s);
void layout_release(struct layout *l);

/* The line of keys: into f (keys, cell, pbc) and l. */
int comment_parse(struct text *t, struct frame *f, struct layout *l,
                  struct err *err) MORSEL_MUST_CHECK;

/* natoms rows, and what they are: species, positions, columns. */
int rows_parse(struct text *t, struct frame *f, struct layout *l, int natoms,
               struct err *err) MORSEL_MUST_CHECK;

/* Do the keys of the line just read make sense, and together? */
int check_keys(struct text *t, struct frame *f, int natoms,
               struct err *err) MORSEL_MUST_CHECK;

/*
 * Find two atoms, or an atom i = j and its own image, that are nearer than a
 * quarter of the sum of their covalent radii, r angstrom apart: 1 if there are,
 * else 0, and ERR_RANGE for a lattice that is none.  O(N).
 */
int find_overlap(const struct atoms *a, int *i, int *j, double *r,
                 struct err *err) MORSEL_MUST_CHECK;

/* Columns of move_mask: none, one, or three if x, y and z differ. */
int mask_width(const struct atoms *a);

void key_release(struct key *k);
void column_release(struct column *c, int natoms);

#endif
