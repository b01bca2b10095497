#ifndef MORSEL_VERDICT_H
#define MORSEL_VERDICT_H

#include <stdbool.h>

#include <morsel/io.h>
#include <morsel/util.h>

/*
 * When active learning is done: criteria, each a number and its threshold, and
 * a rule that combines them.  A number that is not known -- a label that is
 * missing, a NaN -- never fulfils a criterion.
 *
 * Labels are DFT's, and only coordinates that may move count.
 *
 *     fmax            of the label with the smallest one: its largest force
 *     ends-fmax       of the two ends of the band: the larger fmax
 *     ends-energy     the larger |E_ml - E_dft| of the two
 *     saddle-fmax     at the highest image between the ends: fmax
 *     saddle-tangent  the component |F t| along the path, t the unit tangent
 *     saddle-normal   fmax of what is left, F - (F t) t
 *     saddle-energy   |E_ml - E_dft|
 *     sigma-e         the largest ml_sigma_e of the last band, or without one
 *     sigma-f         of all frames of the walk; the same of ml_sigma_f
 *     force-rmse      of labels that had been predicted: the root mean square
 *     force-mae       of a component of F_ml - F_dft, or its mean size
 *     move            the largest displacement of an atom of the last frame,
 *                     or of an image of the last band, since the round before
 *     barrier         the change of the barrier that is predicted since then
 *     steps           the step of the last frame of the walk: far enough?
 *     rounds, budget  rounds that are done, calls that were made: enough?
 *
 * The paper (M. Shuaibi et al., Mach. Learn.: Sci. Technol. 2, 025007 (2021))
 * has fmax, by component, and for bands ends-energy and saddle-energy: these
 * agree by luck on a barrier that is 0.1 eV off, which forces would tell.
 */
enum criterion {
    CRITERION_FMAX,
    CRITERION_ENDS_FMAX,
    CRITERION_ENDS_ENERGY,
    CRITERION_SADDLE_FMAX,
    CRITERION_SADDLE_TANGENT,
    CRITERION_SADDLE_NORMAL,
    CRITERION_SADDLE_ENERGY,
    CRITERION_SIGMA_E,
    CRITERION_SIGMA_F,
    CRITERION_FORCE_RMSE,
    CRITERION_FORCE_MAE,
    CRITERION_MOVE,
    CRITERION_BARRIER,
    CRITERION_STEPS,
    CRITERION_ROUNDS,
    CRITERION_BUDGET,
    NCRITERION
};

/* What a criterion looks at. */
enum {
    LOOKS_AT_LABELS = 1,
    LOOKS_AT_WALK = 2,
    LOOKS_AT_BAND = 4, /* the walk has one, and its labels are wanted */
    LOOKS_AT_PREVIOUS = 8,
    LOOKS_AT_LEDGER = 16,
    LOOKS_AT_ROUND = 32,
};

const char *criterion_name(enum criterion c);
const char *criterion_unit(enum criterion c);

/* Is it reached when its value is large, not fulfilled when it is small? */
bool criterion_counts(enum criterion c);
unsigned criterion_looks_at(enum criterion c);

/*
 * A rule:
 *
 *     rule    = clause { "or" clause }
 *     clause  = item { "and" item }
 *     item    = criterion | group | "(" rule ")"
 *
 * with blanks between the words.  A group stands for several criteria, all of
 * which must be fulfilled:
 *
 *     neb         ends-fmax saddle-fmax
 *     neb-paper   ends-energy saddle-energy
 *     committee   sigma-e sigma-f
 *     md          force-rmse sigma-f
 *     change      move barrier
 *
 * By `neb` three stationary points are known, and the barrier that is reported
 * is DFT's, whatever the model thinks of it.
 */
struct rule {
    struct rule_step *step; /* [n] in the order of evaluation, on a stack */
    int n, room;
};
int rule_parse(struct rule *r, const char *text,
               struct err *err) MORSEL_MUST_CHECK;
void rule_release(struct rule *r);
bool rule_asks(const struct rule *r, enum criterion c);
unsigned rule_looks_at(const struct rule *r);
bool rule_holds(const struct rule *r, const bool yes[NCRITERION]);

/* Thresholds and what else to go by. */
struct limits {
    double fmax;        /* eV/angstrom, of labels and of ends */
    double saddle_fmax; /* all three at the saddle */
    double energy;      /* eV, of ends and saddle */
    double sigma_e;     /* eV */
    double sigma_f;     /* eV/angstrom */
    double force;       /* eV/angstrom, RMSE and MAE */
    double move;        /* angstrom */
    double barrier;     /* eV */
    int steps, rounds, budget;
    int samples;     /* fewest labels for a force error */
    bool component;  /* of a force the largest component, as in the paper, and
                        not its norm */
    double twin;     /* the label of an image is within this, angstrom, ... */
    double end_twin; /* ... and that of an end within this */
};

struct evidence {
    struct frames labels;   /* all with energy and forces */
    struct frames walk;     /* the trajectory of the last round */
    struct frames previous; /* and of the one before */
    int rounds, calls;
};
void evidence_release(struct evidence *e);

struct finding {
    double value, threshold;
    bool yes;
};

/* Look at one criterion. */
struct finding criterion_find(enum criterion c, const struct evidence *e,
                              const struct limits *l);

/* The label of the smallest fmax; NULL if none has one. */
const struct frame *best_label(const struct evidence *e,
                               const struct limits *l);

/*
 * The last band of the walk with the labels that verify it: of an image the one
 * of the same structure, else the nearest within `twin`; of an end that with
 * the smallest fmax within `end_twin`, since each model relaxes an end to a
 * slightly different place.  A highest image within `end_twin` of an end,
 * or by its label not above both, has none: on a model that sees no barrier it
 * slides there, where forces vanish, too.
 */
struct verified {
    int n;                      /* images; 0: there is no band */
    const struct frame *image;  /* [n] inside the walk */
    const struct frame **label; /* [n] NULL: none */
    int saddle;                 /* the highest of 1 ... n - 2 */
};
void band_verify(struct verified *v, const struct evidence *e,
                 const struct limits *l);
void verified_release(struct verified *v);

#endif
