#ifndef FIT_MORSE_H
#define FIT_MORSE_H

#include <stdbool.h>

#include <morsel/cli.h>
#include <morsel/io.h>
#include <morsel/prior.h>

/* What the parts of fit-morse share: what the command line asks for. */
struct ask {
    const struct cli *cli;
    const char *output, *elements, *dimers, *plot;
    struct fit_how how;
    int kind;  /* enum term_kind, morse or wall */
    int mix;   /* enum mixing */
    int wells; /* 0, or 1 + enum prior_fit_what */
    bool zero, quiet;
    double rs, rc; /* 0: the default of the kind */
};

/* Words of the command line, by enum fit_method. */
extern const char *const methods[];

/* The labels, what the prior is of, and what is said of it. */
struct data {
    int n, room;
    struct dimer *dimer;    /* [n] */
    struct frames larger;   /* frames of more than two atoms */
    double atom[MAX_Z + 1]; /* eV, of a lone atom; INFINITY: not known */
    bool used[MAX_Z + 1];   /* is in the prior */
    int nelement;
    int z[MAX_Z];  /* [nelement] elements of the prior, in their order */
    char *comment; /* lines of the prior file */
};
void data_release(struct data *d);

/* Add the elements of "Cu,C". */
int read_elements(struct data *d, const char *list,
                  struct err *err) MORSEL_MUST_CHECK;

/* Read labelled frames; energies of dimers become relative to their atoms. */
int read_labels(const struct ask *ask, struct data *d, char **path, int npath,
                struct err *err) MORSEL_MUST_CHECK;

/* The prior of these data, each pair noted. */
int make_prior(const struct ask *ask, struct data *d, struct prior *p,
               struct err *err) MORSEL_MUST_CHECK;

/* Write the frames that have to be labelled. */
int write_dimers(const struct ask *ask, const struct data *d, FILE *out,
                 struct err *err) MORSEL_MUST_CHECK;

/* Write points and curves of all pairs, for gnuplot. */
int write_plot(const struct ask *ask, const struct data *d,
               const struct prior *p, struct err *err) MORSEL_MUST_CHECK;

#endif
