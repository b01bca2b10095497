#ifndef MORSEL_ENGINE_H
#define MORSEL_ENGINE_H

#include <morsel/dft.h>
#include <morsel/io.h>
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
    char detail[256]; /* one line for a person; of a label that is good, too,
                         if there is something to know of it */
    double energy;    /* eV, extrapolated to zero smearing */
    double free_energy;  /* eV, what the forces are the derivative of */
    double (*forces)[3]; /* [natoms][3] eV/angstrom, raw */
    bool has_stress;
    double stress[3][3]; /* eV/angstrom^3, ASE's sign */
    bool has_moment;
    double moment;     /* mu_B */
    bool overlap;      /* cores overlap, and the engine accepts that */
    int scf_steps;     /* 0 if there is no such thing */
    double seconds;    /* that the answer took; by engine_ask() */
    char engine[32];   /* level of theory by the answer's own account: its */
    char settings[32]; /* dft_engine and dft_settings; empty if it is mute */
};
void outcome_release(struct outcome *o);

/* Fill in a failure; returns 0 so that an engine can return it. */
int outcome_fail(struct outcome *o, const char *reason, const char *fmt, ...)
    MORSEL_PRINTF(3, 4);

/*
 * The label of a frame, and which engine at which settings it says it is of;
 * `parse` if there is no label.  outcome_source() takes the latter alone.
 */
void outcome_take(struct outcome *o, const struct frame *f);
void outcome_source(struct outcome *o, const struct frame *f);

/* Could the same question get another answer? */
bool outcome_may_change(const struct outcome *o);

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
    char settings[17];   /* hash of all that decides the numbers, hexadecimal */
    bool accept_overlap; /* label what is `overlap` elsewhere, and say so */
};

/*
 * Name the level of theory: text says all that decides the numbers, and its
 * hash becomes e->settings.
 */
void engine_settings(struct engine *e, const char *text);

/*
 * Ask e for the label of f.  Atoms closer than overlap times the sum of their
 * covalent radii are refused before the engine is asked (`overlap`; 0: ask
 * whatever they are; or marked, if it accepts them), and what it says must pass engine_accept().  out is
 * zeroed first; the caller releases it.  Returns as label().
 */
int engine_ask(struct engine *e, const struct frame *f, double overlap,
               struct outcome *out, struct err *err) MORSEL_MUST_CHECK;

/*
 * The test that a label of any engine must pass: energies and all forces (and
 * the stress, if there is one) are finite numbers; it becomes the failure
 * `nan` otherwise.  Net forces are no failure, since surfaces in fields and
 * coarse grids have them: a sum over atoms above NET_FORCE_LIMIT is said in
 * detail.
 */
#define NET_FORCE_LIMIT 0.1 /* eV/angstrom */
void engine_accept(const struct frame *f, struct outcome *out);

/*
 * Effective-medium theory: the functional form and parameters of ASE's EMT
 * calculator (Al, Ni, Cu, Pd, Ag, Pt, Au; H, C, N, O as toys).  Microseconds
 * per atom.  Source: K. W. Jacobsen, P. Stoltze and J. K. Norskov, Surf. Sci.
 * 366, 394 (1996).
 */
void engine_emt(struct engine *e);

/*
 * Our own plane-wave DFT (dft.h); p borrows its texts until the release.
 * Frames start from the moments of their column initial_magmoms.  tell (may
 * be NULL) gets what a label consists of, a line per number, as dft-single(1)
 * says.
 */
int engine_pw(struct engine *e, const struct dft_params *p, FILE *tell,
              struct err *err) MORSEL_MUST_CHECK;

/* Write what the label of f would take to `to`, in the same form. */
int engine_pw_estimate(struct engine *e, const struct frame *f, FILE *to,
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
 * answers each before the next is sent; otherwise a process per frame.  The
 * answer must be about the same atoms; it may say why it has no label by the
 * keys fail_reason and fail_detail, or converged=F.
 */
struct command_params {
    const char *command; /* split into words by command_split(); no shell */
    bool keep;
    double timeout; /* s; 0: none */
};
int engine_command(struct engine *e, const struct command_params *p,
                   struct err *err) MORSEL_MUST_CHECK;

/*
 * Answers from a file of labelled frames: the nearest, if within tol
 * (angstrom).  Name and settings are those of who labelled the file.
 */
int engine_replay(struct engine *e, const char *path, double tol,
                  struct err *err) MORSEL_MUST_CHECK;

/*
 * Labelled frames.
 *
 * label_strip() removes what an earlier calculation said about f (energies,
 * forces, stress, moments, charges, its reason of failure, who it was), and
 * leaves ml_* and whatever it does not know.  label_store() writes morsel_id,
 * dft_engine and dft_settings, and the label: energy, free_energy, forces,
 * stress, magmom and dft_overlap; or fail_reason and fail_detail where there is none.
 */
void label_strip(struct frame *f);
void label_store(struct frame *f, const struct engine *e,
                 const struct outcome *o);

/*
 * An output that survives the death of its writer.  Each frame is on the disk
 * when shelf_add() returns (path "-": has left for standard output); until
 * shelf_close() they stand in path.part.  A later shelf_open() on the same
 * path goes on with what is there: it cuts off an unfinished last frame, and
 * all from the first that another engine or other settings have labelled.
 * Refuses (ERR_IO) a path that another process is writing.
 */
struct shelf {
    const char *path; /* borrowed */
    FILE *f;
    int n, room, next; /* where shelf_take() begins to look */
    struct shelf_entry {
        uint64_t id;
        bool taken;
    } * entry;         /* [n] frames found by shelf_open() ... */
    struct frame last; /* ... and the last of them, if n > 0 */
};
int shelf_open(struct shelf *s, const char *path, const struct engine *e,
               struct err *err) MORSEL_MUST_CHECK;

/* Was a frame of this id finished before?  Each is given out once. */
bool shelf_take(struct shelf *s, uint64_t id);
int shelf_add(struct shelf *s, const struct frame *f,
              struct err *err) MORSEL_MUST_CHECK;

/* Remove the frames nobody took, and give the file its name. */
int shelf_close(struct shelf *s, struct err *err) MORSEL_MUST_CHECK;

/* Leave path.part as it is, for a later run. */
void shelf_leave(struct shelf *s);

/*
 * The ledger: a line per answer, as morsel-ledger(5) says.  Lines are appended
 * with one write each and are on the disk when ledger_add() returns, so that
 * several processes may share a file.
 *
 * The label comes before the line, since a label that is lost is computed a
 * second time.  ledger_mend() adds the line of f, the last label of a run that
 * was killed between the two, if there is none.
 */
struct ledger {
    const char *path; /* borrowed; NULL: no ledger is kept */
    int fd;
};
int ledger_open(struct ledger *l, const char *path,
                struct err *err) MORSEL_MUST_CHECK;
int ledger_add(const struct ledger *l, const struct engine *e,
               const struct frame *f, const struct outcome *o,
               struct err *err) MORSEL_MUST_CHECK;
int ledger_mend(const struct ledger *l, const struct engine *e,
                const struct frame *f, struct err *err) MORSEL_MUST_CHECK;
void ledger_close(struct ledger *l);

/* How often each result came, of all that was asked. */
enum { MAX_RESULTS = 16 };
struct tally {
    int asked, failed, n;
    struct {
        char name[16];
        int count;
    } result[MAX_RESULTS];
};
void tally_add(struct tally *t, const char *result, bool ok);

/* "asked 3, labelled 2, failed 1 (ok 2, scf 1)", and a newline. */
void tally_print(const struct tally *t, FILE *to);

#endif
