#ifndef MORSEL_IO_H
#define MORSEL_IO_H

#include <morsel/atoms.h>
#include <morsel/util.h>

/*
 * Frames in extended XYZ, the one record format of the tools: atoms, and what
 * is known about them as keys (of the frame) and columns (of its atoms).  The
 * grammar is libAtoms' with ASE's habits; see morsel-frame(5).  Keys and
 * columns that a tool does not know pass through untouched, in their order.
 */

enum value_type { VALUE_INT, VALUE_REAL, VALUE_BOOL, VALUE_TEXT };

/*
 * A value of a key: a scalar (rank 0), a vector (rank 1, shape[0]) or a
 * matrix (rank 2, shape[0] x shape[1], row-major).
 */
struct key {
    char *name;
    enum value_type type;
    int rank, shape[2];
    union {
        int64_t *i;
        double *x;
        bool *b;
        char **s;
    } v; /* [shape[0] * shape[1]], one if a scalar */
};

/* A column of n values per atom, v[natoms * n]. */
struct column {
    char *name;
    enum value_type type;
    int n;
    union {
        int64_t *i;
        double *x;
        bool *b;
        char **s;
    } v;
};

struct frame {
    struct atoms atoms; /* species, pos, Lattice, pbc and move_mask */
    int nkey, ncolumn;
    struct key *key;       /* without Lattice, pbc, Properties */
    struct column *column; /* without species, Z, pos, move_mask */
    long line;             /* where it began in its file; 0 if made here */
    unsigned odd;          /* what a reader may want to warn of: */
};

enum {
    ODD_NO_NEWLINE = 1,    /* the file ends without one: it may be cut */
    ODD_EXTRA_COLUMNS = 2, /* plain XYZ, more than four columns: not read */
};

/*
 * Read the next frame.  Returns 1 with f filled in (the caller releases it),
 * 0 at the end of the file, or a negative err_code with "name:line: what was
 * expected".  Everything is checked that can be: see morsel-frame(5).
 */
int frame_read(struct text *t, struct frame *f,
               struct err *err) MORSEL_MUST_CHECK;

/* The same, but atoms may overlap, which is no matter for their features. */
int frame_read_overlapping(struct text *t, struct frame *f,
                           struct err *err) MORSEL_MUST_CHECK;
void frame_release(struct frame *f);
void frame_copy(struct frame *to, const struct frame *from);

/* Put the place of f in file `path` before the message of an error ret. */
int frame_err(const struct frame *f, const char *path, int ret,
              struct err *err);

/*
 * Write one frame, in one write, in the subset of the format that every
 * reader takes; reals with as many digits as come back to the bit.  Refuses
 * (ERR_RANGE) a number that is not finite.
 */
int frame_write(const struct frame *f, FILE *out, const char *path,
                struct err *err) MORSEL_MUST_CHECK;

/* A frame of atoms alone, copied. */
void frame_of_atoms(struct frame *f, const struct atoms *a);

/* All frames of a file (or "-"), or an error and none. */
struct frames {
    int n, room;
    struct frame *frame; /* [n] */
};
int frames_read(struct frames *s, const char *path,
                struct err *err) MORSEL_MUST_CHECK;
int frames_read_text(struct frames *s, struct text *t,
                     struct err *err) MORSEL_MUST_CHECK; /* what is left of t */
void frames_append(struct frames *s, const struct frame *f); /* a copy */
void frames_release(struct frames *s);

/*
 * Access by name.  The getters return false, or NULL, if there is no such
 * key or column of that type and shape; a whole number is a real too.
 */
bool frame_get_real(const struct frame *f, const char *key, double *x);
bool frame_get_int(const struct frame *f, const char *key, int *i);
bool frame_get_bool(const struct frame *f, const char *key, bool *b);
const char *frame_get_text(const struct frame *f, const char *key);
bool frame_get_matrix(const struct frame *f, const char *key, double m[3][3]);
const double *frame_get_column(const struct frame *f, const char *name, int n);

/* The setters replace what is there or append it. */
void frame_set_real(struct frame *f, const char *key, double x);
void frame_set_int(struct frame *f, const char *key, int i);
void frame_set_bool(struct frame *f, const char *key, bool b);
void frame_set_text(struct frame *f, const char *key, const char *s);
void frame_set_matrix(struct frame *f, const char *key, double m[3][3]);
void frame_set_column(struct frame *f, const char *name, int n,
                      const double *x); /* [natoms * n], copied */

/* Remove the key and the column of this name, if there. */
void frame_drop(struct frame *f, const char *name);

/*
 * The label of a frame: its free energy where there is one, since that is
 * what forces are the derivative of, else its energy (eV), and its raw forces
 * (eV/angstrom).  The keys are `free_energy`, `energy` and the column
 * `forces` unless names says otherwise.
 */
struct label_names {
    const char *energy; /* NULL: free_energy, else energy */
    const char *forces; /* NULL: forces */
};
struct label {
    double energy;
    const double (*forces)[3]; /* [natoms][3], inside the frame; NULL: none */
    bool free_energy;          /* which energy it is */
    bool has_stress;           /* from stress, or else from virial */
    double stress[3][3];       /* eV/angstrom^3, symmetric */
};
bool frame_get_label(const struct frame *f, const struct label_names *names,
                     struct label *label);

/* Print a frame as one JSON object (no newline), as merge-db(1) says. */
void frame_print_json(const struct frame *f, FILE *out);

/* Print one real so that it reads back to the bit (JSON and extxyz). */
void print_real(FILE *out, double x);

/*
 * Merging labelled frames into one training set, of one level of theory and
 * without twins: merge-db(1) tells the rules.
 */
struct merge {
    /* Set after merge_init(): */
    struct label_names names;
    double tolerance;     /* largest displacement of a twin, angstrom */
    double max_net_force; /* of a label, eV/angstrom */
    bool mixed;           /* take frames of any level of theory */
    bool all; /* take twins and frames without labels: only conflicts matter */

    /* What was taken, in its order. */
    struct frames set;
    struct merged *more; /* [set.room] where each came from, and the like */
    int *bucket, *kin;   /* [nbucket] last frame of each hash, or -1 */
    int nbucket;
    struct level *level; /* [nlevel] keys that tell the level of theory */
    int nlevel;
};
void merge_init(struct merge *m);
void merge_release(struct merge *m);

enum merge_result { MERGE_TAKEN, MERGE_TWIN, MERGE_REFUSED };

/*
 * Take one frame of the file path (borrowed), unless it is the twin of one
 * that is there, or no label to learn from; then err says why not.  m owns f
 * if and only if it was taken.
 *
 * Returns a merge_result, or ERR_RANGE for a conflict: the frame is of
 * another level of theory, or has another energy than its twin, or one in
 * another unit.  Then there is no knowing which of the two is wrong.
 */
int merge_add(struct merge *m, struct frame *f, const char *path,
              struct err *err) MORSEL_MUST_CHECK;

#endif
