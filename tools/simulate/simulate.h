#ifndef SIMULATE_H
#define SIMULATE_H

#include <stdbool.h>

#include <morsel/cli.h>
#include <morsel/io.h>
#include <morsel/neb.h>
#include <morsel/sim.h>

/*
 * What the modes of simulate share: the options, whom to ask, and where the
 * frames go.  A mode has a file, and its options a struct here.
 */
struct relax_options {
    int method; /* enum relax_method */
    double max_step;
    int cell; /* enum cell_mode */
};

struct md_options {
    int thermostat, drift;   /* enums of md.h */
    const char *temperature; /* T or T1:T2, K; or NULL */
    double timestep, tau;    /* fs */
    double friction;         /* 1/fs; 0: 1/tau */
    double max_temperature;  /* K; 0: none */
    bool barostat;           /* --pressure was given */
    double pressure;         /* GPa */
    double tau_p;            /* fs */
    double compressibility;  /* 1/GPa */
    int steps;
    bool draw;
};

struct neb_options {
    int images; /* of the band, ends included */
    int start;  /* enum neb_start */
    int tangent;
    struct neb_params params;
    bool relax_ends, keep_order, only_start;
};
enum neb_start { START_IDPP, START_LINEAR };

struct dimer_options {
    int rotations; /* for each step */
    double angle;  /* smaller ones are not made, rad */
};

struct analyze_options {
    double rmax, volume; /* angstrom, angstrom^3; 0: atoms_volume() */
    int bins, skip, lags;
    bool remove_drift;
};

struct simulate {
    const struct cli *cli;
    const char *model, *oracle; /* one of them is NULL */
    const char *input, *output;
    const char *fix; /* atoms to hold: a list, NULL */
    double fix_below;
    int every, seed;
    bool quiet, verbose;
    struct walk_limits limits;
    struct relax_options relax;
    struct md_options md;
    struct analyze_options analyze;
    struct neb_options neb;
    struct dimer_options dimer;

    const char *label;            /* file of labels, or NULL */
    const char *restart;          /* checkpoint to go on from, or NULL */
    struct bin past;              /* what it holds */
    int walk;                     /* the number of the walk it is of */
    struct checkpoint checkpoint; /* that are made */
    struct chain *chain;          /* the band whose ends are relaxed, or NULL */
    bool band; /* questions are about a band: a label is for one of them */
    bool met;  /* a label has been the answer */

    struct source source;
    struct trajectory trajectory;
    bool yes; /* what the exit status will say */
};

/* The modes: 0, also if the answer is no, or an error. */
int simulate_single(struct simulate *s, struct err *err) MORSEL_MUST_CHECK;
int simulate_relax(struct simulate *s, struct err *err) MORSEL_MUST_CHECK;
int simulate_analyze(struct simulate *s, struct err *err) MORSEL_MUST_CHECK;
int simulate_md(struct simulate *s, struct err *err) MORSEL_MUST_CHECK;
int simulate_neb(struct simulate *s, struct err *err) MORSEL_MUST_CHECK;
int simulate_dimer(struct simulate *s, struct err *err) MORSEL_MUST_CHECK;

/*
 * The walk of one frame, numbered unless number is 0: why it ended, and, if
 * not NULL, its last frame as written, which the caller releases.
 */
int relax_frame(struct simulate *s, const struct frame *f, int number,
                struct frame *last, enum stop *stop,
                struct err *err) MORSEL_MUST_CHECK;

/*
 * Of analyze: the energy that a frame has, of a model or a label, eV, or NaN;
 * and the path and the barrier of the last band in all.
 */
double potential_energy(const struct frame *f);
int print_band(const struct simulate *s, struct frames *all, FILE *out,
               struct err *err) MORSEL_MUST_CHECK;

/* Energy and forces at f; s->source.ok tells whether there are any. */
int ask(struct simulate *s, const struct frame *f,
        struct err *err) MORSEL_MUST_CHECK;

/* An error if the oracle crashed: after its first question, call this. */
int check_first(const struct simulate *s, struct err *err) MORSEL_MUST_CHECK;

/* An error if the last answer lacks the stress that the option wants. */
int check_stress(const struct simulate *s, const char *option,
                 struct err *err) MORSEL_MUST_CHECK;

/* And if f is not periodic in three directions. */
int check_periodic(const struct simulate *s, const struct frame *f,
                   const char *option, struct err *err) MORSEL_MUST_CHECK;

/* Where the frame is at fault (ret < 0), it is named before the message. */
int in_input(const struct simulate *s, const struct frame *f, int ret,
             struct err *err) MORSEL_MUST_CHECK;

/*
 * What every walk has in its checkpoint, before what the mode adds: the state
 * of the run, the walk, and where it is and was.
 */
struct place {
    int number, step;   /* number 0: the only walk */
    struct frame frame; /* where it is, without labels */
    struct atoms start;
    struct bin begun; /* the frame at the start; empty: not needed so far */
};
int place_put(const struct simulate *s, struct place *p, struct bin *b,
              struct err *err) MORSEL_MUST_CHECK;
int place_get(struct simulate *s, struct place *p,
              struct err *err) MORSEL_MUST_CHECK;
void place_release(struct place *p);

/* Open restart and output; say what they go on with. */
int open_files(struct simulate *s, const char *mode,
               struct err *err) MORSEL_MUST_CHECK;

/*
 * Of neb: what its checkpoint has before the walk of an end, number 1 or 2; and
 * read and put that of a band.  chain_get() gives the number, 0 for a band.
 */
int chain_put(const struct simulate *s, struct chain *c, int end, struct bin *b,
              struct err *err) MORSEL_MUST_CHECK;
int chain_get(struct simulate *s, struct chain *c, int *end,
              struct err *err) MORSEL_MUST_CHECK;

/* An error if the labels are for other frames than those asked about. */
int check_met(const struct simulate *s, struct err *err) MORSEL_MUST_CHECK;

/* Prefix what err says about s->past with its file. */
int bad_past(const struct simulate *s, struct err *err);

/* Write the checkpoint that was begun, if it is time or the walk has ended. */
int keep(struct simulate *s, int step, bool last,
         struct err *err) MORSEL_MUST_CHECK;

/*
 * Do walk() for each frame of the input; with a restart, first for the walk
 * in the past (frame NULL), then for those that had not begun.
 */
typedef int walk_function(struct simulate *s, const struct frame *f, int number,
                          struct err *err);
int for_each_walk(struct simulate *s, walk_function *walk,
                  struct err *err) MORSEL_MUST_CHECK;

/* Atoms that the options hold may not move. */
int hold(const struct simulate *s, struct frame *f,
         struct err *err) MORSEL_MUST_CHECK;

/* Many programs write a slab without saying which of its atoms are fixed. */
void remark_slab(const struct simulate *s, const struct atoms *a);

#endif
