#ifndef ENGINE_QE_H
#define ENGINE_QE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <morsel/engine.h>
#include <morsel/units.h>
#include <morsel/util.h>

/*
 * Quantum ESPRESSO's pw.x, in four parts: settings (what decides the
 * numbers), potentials (which file is which element), input and output.
 *
 * pw.x counts in Rydberg and bohr; all conversions use these, and CODATA
 * 2018 is what pw.x has used since version 6.5.
 */
#define EV_PER_RYDBERG (EV_PER_HARTREE / 2)
#define EV_ANGSTROM_PER_RYDBERG_BOHR (EV_PER_RYDBERG / ANGSTROM_PER_BOHR)
#define EV_ANGSTROM3_PER_RYDBERG_BOHR3                                         \
    (EV_ANGSTROM_PER_RYDBERG_BOHR / ANGSTROM_PER_BOHR / ANGSTROM_PER_BOHR)

enum qe_group { QE_CONTROL, QE_SYSTEM, QE_ELECTRONS, QE_GROUPS };

/* One line "name = value" of a namelist, as Fortran reads it. */
struct qe_var {
    enum qe_group group;
    char *name, *value;
};

/* Where the potential of an element is. */
struct qe_pseudo {
    int count;     /* of files that could be it; usable if 1 */
    char *path;    /* absolute */
    char *others;  /* their names, for the message when there are several */
    uint64_t hash; /* of the content */
};

struct qe_settings {
    int nvar, room;
    struct qe_var *var; /* [nvar] */
    int kgrid[3], kshift[3];
    char *where; /* the potentials come from: for messages */
    struct qe_pseudo pseudo[MAX_Z + 1];
};

/*
 * All that is the same for every frame, from the options and the user's
 * namelists.  Errors are the user's: no such file, a line that is no
 * assignment, a variable that is not for him to set.
 */
int qe_settings_init(struct qe_settings *s, const struct qe_params *p,
                     struct err *err) MORSEL_MUST_CHECK;
void qe_settings_release(struct qe_settings *s);

/* Set a variable, or replace what is there. */
void qe_set(struct qe_settings *s, enum qe_group group, const char *name,
            const char *fmt, ...) MORSEL_PRINTF(4, 5);

/* Its value, or NULL. */
const char *qe_get(const struct qe_settings *s, const char *name);

/* Add or replace what the namelists of a text set, a variable a line. */
int qe_settings_read(struct qe_settings *s, struct text *t,
                     struct err *err) MORSEL_MUST_CHECK;

/*
 * Hash of all that decides the numbers: variables, k-points, contents of the
 * potentials.  Not: how the SCF gets where it goes, nor what it prints.
 */
uint64_t qe_settings_hash(const struct qe_settings *s);

/* Find the files of p->pseudo, or else of the folder p->pseudo_dir. */
int qe_pseudos_find(struct qe_settings *s, const struct qe_params *p,
                    struct err *err) MORSEL_MUST_CHECK;

/* ERR_RANGE unless the element has exactly one file. */
int qe_pseudo_check(const struct qe_settings *s, int z,
                    struct err *err) MORSEL_MUST_CHECK;

/* Number of valence electrons that a UPF file says it has; 0 if none. */
double qe_pseudo_valence(const char *path);

/*
 * The types of a frame: its elements in the order they appear, and, if the
 * spins are to be polarized, its elements and initial_magmoms.
 */
enum { QE_SAME_ELEMENT = 10 }; /* "Fe", "Fe1" ... "Fe9": pw.x reads 3 letters */
struct qe_type {
    int z;
    double moment;
    char label[8];
    char file[32]; /* name of the potential in the folder of the run */
};
struct qe_types {
    int n;
    struct qe_type *type; /* [n] */
    int *of;              /* [natoms] */
};

/* False, with the failure in out, if the frame asks for the impossible. */
bool qe_types_init(struct qe_types *y, const struct qe_settings *s,
                   const struct frame *f, struct outcome *out);
void qe_types_release(struct qe_types *y);

/* Write the input of pw.x. */
void qe_write_input(FILE *out, const struct qe_settings *s,
                    const struct qe_types *y, const struct atoms *a);

/*
 * Read what pw.x printed about atoms a: out is the label, or the failure
 * (scf, crash, parse, nan, mismatch).
 */
void qe_read_output(struct text *t, const struct atoms *a, struct outcome *out);

/* The error message in what pw.x printed, in what[n]; empty if none. */
void qe_read_error(struct text *t, char *what, size_t n);

/* The first line with a letter in it: what mpirun says in its frame of -. */
void qe_read_complaint(struct text *t, char *what, size_t n);

#endif
