#ifndef MORSEL_ENGINE_H
#define MORSEL_ENGINE_H

#include <morsel/io.h>
#include <morsel/potential.h>
#include <morsel/util.h>

/*
 * Who labels: one interface to every code that gives energies and forces.
 *
 * A label is accepted only if the self-consistent field converged, energy and
 * all forces were read, they are finite, and the program ended normally: four
 * tests, four reasons (engine_accept).  An engine never makes a number up: if
 * ok is false, nothing but reason and detail means anything.
 */
struct outcome {
    bool ok;
    char reason[16];  /* one word, see dft-single(1): scf, crash, parse, ... */
    char detail[256]; /* one line for a person */
    double energy;    /* eV, extrapolated to zero smearing */
    double free_energy;  /* eV, what the forces are the derivative of */
    double (*forces)[3]; /* [natoms][3] eV/angstrom, raw */
    bool has_stress;
    double stress[3][3]; /* eV/angstrom^3, ASE's sign */
    int scf_steps;       /* 0 if there is no such thing */
};
void outcome_release(struct outcome *o);

/* Fill in a failure; returns 0 so that an engine can return it. */
int outcome_fail(struct outcome *o, const char *reason, const char *fmt, ...)
    MORSEL_PRINTF(3, 4);

struct engine {
    const char *name; /* dft_engine of the frames it labels */

    /*
     * Label one frame.  Returns 0 with *out filled in, failures included, or
     * an error if there is no sense in going on with other frames (no such
     * program, no pseudopotential, a full disk).
     */
    int (*label)(struct engine *e, const struct frame *f, struct outcome *out,
                 struct err *err);
    void (*release)(struct engine *e);
    void *self;
    char settings[17]; /* hash of all that decides the numbers, hexadecimal */
};

/*
 * Effective-medium theory: the functional form and parameters of ASE's EMT
 * calculator (Al, Ni, Cu, Pd, Ag, Pt, Au; H, C, N, O as toys).  Milliseconds
 * a call.  Source: K. W. Jacobsen, P. Stoltze and J. K. Norskov, Surf. Sci.
 * 366, 394 (1996).
 */
void engine_emt(struct engine *e);

/* Energy (eV) and forces (out) of the same; ERR_RANGE for other elements. */
int emt_eval(const struct atoms *a, double *energy, double (*forces)[3],
             struct err *err) MORSEL_MUST_CHECK;

/* Quantum ESPRESSO's pw.x: input written, program run, output parsed. */
struct qe_params {
    const char *launch;     /* command, split into words: "mpirun -n 4 pw.x" */
    const char *pseudo_dir; /* where the files are */
    const char *pseudo;     /* "Cu=Cu.upf,C=C.upf" */
    const char *input;      /* file of namelist lines to add or override */
    double ecut;            /* eV */
    double dual;            /* density cutoff / ecut */
    int kgrid[3], kshift[3];
    const char *smearing; /* mp, mv, fd, gauss or none */
    double sigma;         /* eV */
    double conv;          /* SCF threshold, eV */
    int max_scf;
    double timeout;      /* s; 0: none */
    const char *scratch; /* folder for the run; kept if keep */
    bool keep;
};
int engine_qe(struct engine *e, const struct qe_params *p,
              struct err *err) MORSEL_MUST_CHECK;

/*
 * Any program that reads a frame on its standard input and writes it,
 * labelled, to its standard output.  keep: one process for all frames, which
 * answers each before the next is sent; otherwise a process per frame.
 */
struct command_params {
    const char *command; /* split into words by command_split(); no shell */
    bool keep;
    double timeout; /* s; 0: none */
};
int engine_command(struct engine *e, const struct command_params *p,
                   struct err *err) MORSEL_MUST_CHECK;

/* Answers from a file of labelled frames: the nearest, if within tol. */
int engine_replay(struct engine *e, const char *path, double tol,
                  struct err *err) MORSEL_MUST_CHECK;

/* Make p ask e, which it owns from now on: the oracle of simulate(1). */
void potential_of_engine(struct potential *p, struct engine *e);

#endif
