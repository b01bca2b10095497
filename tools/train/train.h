#ifndef TRAIN_H
#define TRAIN_H

#include <stdbool.h>

#include <morsel/cli.h>
#include <morsel/train.h>

enum committee_kind { DEEP, SHALLOW };
enum { MODEL_NETWORK, MODEL_GP, MODEL_SGP, MODEL_AUTO };

/* What the parts of train share: what the command line asks for. */
struct train {
    const struct cli *cli;
    const char *input, *output;
    int model; /* MODEL_... */
    const char *prior, *set;
    int fit_prior;      /* 0, or 1 + enum prior_fit_what */
    const char *hidden; /* widths, "20,20" */
    int activation;     /* enum activation */
    const char *warm, *before, *history;
    struct schedule schedule;
    struct plan plan;
    struct loss loss;
    int units, scaling; /* enums of these names */
    double motion;      /* angstrom */
    int mask;           /* enum force_mask */
    struct label_names names;
    int members, kind; /* enum committee_kind */
    int bootstrap;     /* enum bootstrap */
    int batch;         /* frames; 0: all at once */
    int environments;  /* of an element, of a sparse process */
    bool dry_run, quiet, verbose;
};

/* Words of the command line, by their enums; the last is NULL. */
extern const char *const activations[], *const optimizers[], *const schedules[];
extern const char *const losses[], *const scalings[], *const masks[];
extern const char *const bootstraps[], *const kinds[];

/*
 * Everything about the model but the numbers that come from the labels; s is
 * a feature file, or zeroed.
 */
int make_model(const struct train *t, struct model *m,
               const struct frames *frames, struct stored *s,
               struct err *err) MORSEL_MUST_CHECK;

/* The prior that was asked for, fitted to the frames if that was, too. */
int make_prior(const struct train *t, struct prior *p,
               const struct frames *frames, struct err *err) MORSEL_MUST_CHECK;

/* How many frames have a stress label that is used? */
int count_stress(const struct dataset *ds);

/* Energies alone, or forces and stress, too? */
enum derivatives labels_wanted(const struct train *t);

/* The answer to --dry-run. */
void print_counts(const struct model *m, int nframe, long natoms, double bytes);
int print_sizes(const struct train *t, const struct frames *frames,
                const struct model *m, struct err *err) MORSEL_MUST_CHECK;

/*
 * Train m on the data and write it: 1 if it is as good as asked, 0 if not, or
 * an error.
 */
int learn(const struct train *t, const struct frames *frames, struct stored *s,
          struct model *m, struct err *err) MORSEL_MUST_CHECK;

/* The same of t->input by batches, from its first frame to the model. */
int learn_batches(const struct train *t, struct err *err) MORSEL_MUST_CHECK;

/* What was learnt from. */
struct learnt {
    int n;
    bool forces, stress, free_energy;
    int nstress;        /* frames with a stress */
    const uint64_t *id; /* [n] */
};

/* Parts of training that both ways share. */
int start_warm(const struct train *t, struct model *m,
               struct err *err) MORSEL_MUST_CHECK;
void begin_history(FILE *f, bool stress); /* f may be NULL */
void write_fit(FILE *f, int member, int epoch, const struct fit *fit,
               bool stress);
/* The whole of it in one line: nothing goes on by epochs. */
int write_history(const struct train *t, const struct fit *fit, bool stress,
                  struct err *err) MORSEL_MUST_CHECK;
void write_epoch(FILE *f, const struct committee *c, bool stress);
int no_stress(const struct train *t, struct err *err);
void show_progress(const struct train *t, const struct committee *c, int epoch);
int check_members(const struct train *t, const struct committee *c,
                  struct err *err) MORSEL_MUST_CHECK;

/* Calibrate and compare the model, write it, and say how it is. */
int finish(const struct train *t, struct pool *pool, const struct learnt *l,
           const struct committee *c, struct err *err) MORSEL_MUST_CHECK;

/*
 * The model of --before, and the new one, on the frames that the former was
 * trained on (all, if it does not say which).
 */
struct comparison {
    uint64_t id; /* of the former; 0: there is none */
    struct errors before, now;
};
int compare(const struct train *t, struct pool *pool, struct potential *p,
            struct comparison *c, struct err *err) MORSEL_MUST_CHECK;
void comparison_release(struct comparison *c);

/* The key of the energy. */
const char *energy_used(const struct train *t, const struct learnt *l);

/*
 * As learn(), with a Gaussian process in place of the network; or, for
 * MODEL_AUTO, if it is not for these frames, *handed_over and nothing done.
 */
int train_gp(const struct train *t, const struct frames *frames,
             bool *handed_over, struct err *err) MORSEL_MUST_CHECK;

/* As learn(), with a sparse Gaussian process; m is zeroed. */
int train_sgp(const struct train *t, const struct frames *frames,
              struct stored *s, struct model *m,
              struct err *err) MORSEL_MUST_CHECK;

/* How the model was made, for its provenance; the caller frees it. */
char *describe(const struct train *t, const struct learnt *l,
               const struct committee *c, const struct comparison *x);

/* Lines of any provenance: calibration and comparison, if there are any, and
 * the frames. */
void put_common(FILE *f, const struct calibration *k,
                const struct comparison *x, const struct learnt *l);

/* The same in short, on standard error. */
void report(const struct train *t, const struct learnt *l,
            const struct committee *c, const struct comparison *x);

/* That it is worse than before; the calibration. */
void report_worse(const struct train *t, const struct comparison *x);
void report_calibration(const struct train *t, const struct calibration *k);

/* What each frame asks the factor of a kind of model to be. */
int report_pairs(const struct train *t, struct pool *pool, const char *kind,
                 struct err *err) MORSEL_MUST_CHECK;

#endif
