#ifndef MORSEL_TRAIN_H
#define MORSEL_TRAIN_H

#include <morsel/io.h>
#include <morsel/optim.h>
#include <morsel/potential.h>
#include <morsel/util.h>

/*
 * Training: from labelled frames to the weights of a model.
 *
 * Symbols are those of <morsel/potential.h>; frames are i, atoms a, N_i atoms
 * in frame i.  The model's energy is E = E_prior + sum_a e0 + unit sum_a y_a.
 */

/*
 * Features that were computed before, in a file of morsel-features(5), which
 * stays open as long as they may be asked for: they are read when they are
 * needed.
 */
struct place {
    size_t text[2];     /* where a frame begins and ends in the file */
    size_t features[2]; /* and its features */
    long line;          /* lines of the frames before it */
};

struct stored {
    struct descriptor descriptor;
    enum derivatives derivatives;
    FILE *f;     /* NULL: there are none */
    size_t size; /* of the file, without its trailer */
    int n;
    struct place *place; /* [n] */
};
void stored_release(struct stored *s);

/*
 * Read labelled frames, at least one, from path ("-": standard input).  If it
 * is a feature file, which its first byte tells, *s is filled in too; if not,
 * it is zeroed.  Errors name the file, and for a frame the line where it would
 * be if the frames of a feature file stood by themselves.
 */
int labelled_read(struct frames *frames, struct stored *s, const char *path,
                  struct err *err) MORSEL_MUST_CHECK;

/*
 * The set to train with, of the name or file `name` (NULL: "fine") for the
 * elements z[n]; or that of s, which gives it away, if there is one.  ERR_RANGE
 * if it is another than that of the name.
 */
int stored_set(struct stored *s, struct descriptor *d, const char *name,
               const char *path, const int *z, int n,
               struct err *err) MORSEL_MUST_CHECK;

/*
 * The features of frame i, whose atoms are a; f as features_compute() has it.
 * d is the descriptor of s.  ERR_FORMAT if they are no features of a.
 */
int stored_get(const struct stored *s, int i, const struct descriptor *d,
               const struct atoms *a, struct features *f,
               struct err *err) MORSEL_MUST_CHECK;

/*
 * Write such a file to f: begin, put each frame with its features, end, and
 * release in any case.  Frames are written as they come; if f is a pipe or a
 * device they are in a temporary file until all are there.
 */
struct stored_out {
    FILE *f, *body;
    const char *path; /* for messages; borrowed */
    struct bin head, piece;
    size_t size; /* of the body, so far */
    uint32_t crc;
};
int stored_begin(struct stored_out *o, FILE *f, const char *path,
                 const struct descriptor *d, enum derivatives which,
                 struct err *err) MORSEL_MUST_CHECK;
int stored_put(struct stored_out *o, const struct frame *frame,
               const struct features *f, enum derivatives which,
               struct err *err) MORSEL_MUST_CHECK;
int stored_end(struct stored_out *o, struct err *err) MORSEL_MUST_CHECK;
void stored_out_release(struct stored_out *o);

/*
 * Labelled frames that stay in their file, of either kind: any number of them,
 * in a few bytes each.  They are all read once, and checked, when it is
 * opened; a pipe is copied to a temporary file.
 */
struct archive {
    int n;
    long natoms; /* of all frames */
    int most;    /* of the largest */
    struct stored s;
    struct text t;       /* of a file of frames */
    struct place *place; /* [n] of its frames */
    int room;
    bool seen[MAX_Z + 1];
};
int archive_open(struct archive *a, const char *path,
                 struct err *err) MORSEL_MUST_CHECK;
void archive_release(struct archive *a);
int archive_get(struct archive *a, int i, struct frame *f,
                struct err *err) MORSEL_MUST_CHECK;

/* The elements of all frames, z [MAX_Z] (out), ascending; how many. */
int archive_elements(const struct archive *a, int *z);

/*
 * Labelled frames in memory, or in an archive: one of them at a time.  Begins
 * with n and either; NULL if frame i cannot be read.
 */
struct pool {
    int n;
    const struct frames *frames; /* NULL: */
    struct archive *archive;
    struct frame now;
};
const struct frame *pool_get(struct pool *p, int i, struct err *err);
void pool_release(struct pool *p);

/*
 * The data set: everything about the frames that does not change while the
 * weights do, computed once.  The features of all atoms of one element are
 * one matrix, so that a network runs over the whole set in one batch.
 */
struct example {
    int natoms;
    double energy;       /* label less the prior, later less e0 too, eV */
    double (*forces)[3]; /* [natoms][3] label less the prior, eV/angstrom */
    double prior;        /* its energy and forces, or 0 and NULL */
    double (*prior_forces)[3];
    double (*mask)[3]; /* [natoms][3] 1: counts in the loss, 0: does not */
    int ncount;        /* how many do, at most 3 natoms */
    int *element;      /* [natoms] */
    int *row;          /* [natoms] row in x[element] */
    int *dep;          /* [natoms + 1] blocks of derivatives of an atom */
    int *atom;         /* [dep[natoms]] with respect to which atom */
    double *jac;       /* blocks [3][nsf] of dx/dpos, 1/angstrom, one after
                            the other in the order of the atoms */
    uint64_t id;       /* atoms_hash() */

    /* A stress label, and that it is used. */
    bool has_stress;
    double volume;       /* angstrom^3 */
    double dedstrain[6]; /* volume times stress less the prior, eV; here and
                            below xx yy zz yz xz xy */
    double *strain;      /* dx/dstrain of the atoms [6][nsf], one after the
                            other */
};

/* The elements of all frames, z [MAX_Z] (out), ascending; how many. */
int frames_elements(const struct frames *frames, int *z);

struct dataset {
    int n, nelement;
    struct example *example; /* [n] */
    int *nsf;                /* [nelement] */
    int *nrow;               /* [nelement] atoms of this element */
    double **x;              /* [nelement][nrow][nsf] features, scaled by
                                dataset_scale() */
    bool forces;             /* there are force labels */
    bool stress;             /* stress labels are used */
    bool free_energy;        /* which energy was used */
};

enum force_mask { MASK_ALL, MASK_FREE };

/*
 * Compute the features of all frames with m->descriptor, and subtract
 * m->prior from their labels.  Parallel over frames (OpenMP); the result does
 * not depend on the number of threads.  DERIVE_NOTHING asks for energies
 * alone, DERIVE_POSITIONS for forces, too; DERIVE_STRAIN also takes the stress
 * of frames that have one and are periodic in three directions.  Fails with
 * ERR_FORMAT, naming file (`path`) and line, if a frame does not have the
 * label, or another kind of energy than the first; and with ERR_RANGE if an
 * element is unknown to the descriptor, atoms coincide, or a force exceeds
 * MAX_FORCE.
 */
int dataset_build(struct dataset *ds, const struct frames *frames,
                  const char *path, const struct label_names *names,
                  enum derivatives labels, enum force_mask mask,
                  const struct model *m, struct err *err) MORSEL_MUST_CHECK;
void dataset_release(struct dataset *ds);

/*
 * The same with features that are known if s, which was read with the frames,
 * is neither NULL nor zeroed; the descriptor of m is that of s.  ERR_RANGE if
 * forces or stress are asked for and s has no such derivatives, or an element
 * of the descriptor is in no frame: its network would learn nothing, and say
 * anything.
 */
int dataset_build_stored(struct dataset *ds, const struct frames *frames,
                         const struct stored *s, const char *path,
                         const struct label_names *names,
                         enum derivatives labels, enum force_mask mask,
                         const struct model *m,
                         struct err *err) MORSEL_MUST_CHECK;

/* Bytes that dataset_build() will hold; the same errors for bad geometries. */
int dataset_bytes(const struct frames *frames, const char *path,
                  enum derivatives labels, const struct model *m, double *bytes,
                  struct err *err) MORSEL_MUST_CHECK;

/*
 * Scale the features, and set shift, scale, low and high of the model.
 *
 * SCALING_RANGE maps the range seen in training to [-1, 1].  A feature that
 * does not vary (range <= 1e-8, as for all features of an element that occurs
 * once in one frame) is shifted to 0 and gets the scale 1.
 *
 * SCALING_PAPER is the same, but such a feature stays as it is: shift 0.
 *
 * SCALING_MOTION shifts by the middle of the range and divides by half the
 * range or by the change of the feature (root mean square over atoms) when
 * every atom moves at random by `motion` angstrom, whichever is larger.  So a
 * few frames that differ little do not make features that explode in the next
 * walk, and features of a single frame are of the right size.
 */
enum scaling { SCALING_RANGE, SCALING_PAPER, SCALING_MOTION };
void dataset_scale(struct dataset *ds, struct model *m, enum scaling how,
                   double motion);

/* The same for data that come in parts: all parts, and then each again. */
struct scaling_sums {
    int nelement;
    int *nrow;       /* [nelement] */
    double **change; /* [nelement][nsf] sums of squares */
};
void scaling_begin(struct scaling_sums *s, const struct model *m);
void scaling_add(struct scaling_sums *s, const struct dataset *ds,
                 struct model *m);
void scaling_end(struct scaling_sums *s, struct model *m, enum scaling how,
                 double motion);
void dataset_apply_scale(struct dataset *ds, const struct model *m);

/*
 * The loss,
 *
 *     L = sum_i w_i { rho(e_i) + alpha / n_i sum_a rho(f_ia)
 *                     + beta / 9 rho(s_i) } + decay / 2 |theta|^2
 *     e_i  = (E_i - label) / (N_i u_e)
 *     f_ia = |F_ia - label| / u_f
 *     s_i  = V_i |stress_i - label| / (N_i u_e)
 *
 * with n_i the number of force components that count (3 N_i unless masked),
 * |stress|^2 the sum over nine components, 0 for a frame that has no label,
 * and rho(x) = x^2 / 2, or Huber's function (P. J. Huber, Ann. Math. Stat. 35,
 * 73 (1964)), which goes on as a straight line from |x| = delta and so bounds
 * what one bad frame can do:
 *
 *     rho(x) = delta (|x| - delta / 2),  |x| > delta.
 *
 * With w = 1, no Huber and no decay this is the loss of the paper, and of
 * A. Khorshidi and A. A. Peterson, Comput. Phys. Commun. 207, 310 (2016).
 */
struct loss {
    double u_e;   /* eV per atom, > 0 */
    double u_f;   /* eV/angstrom, > 0 */
    double c;     /* weight of energies */
    double alpha; /* weight of forces */
    double beta;  /* weight of stress */
    double huber; /* delta; 0: none */
    double decay;
};

/*
 * Set e0 and unit of the model and u_e and u_f of the loss, and subtract e0
 * from the energies.  With the energies less the prior t_i = E_i - E_prior,i:
 *
 * UNITS_PAPER: e0 is the mean of t_i / N_i for every element, and unit = u_e
 * = u_f the standard deviation of t_i / N_i (n - 1 in the denominator; 1 for
 * one frame or equal energies).  The scale of the forces is then that of the
 * energies: as frames get alike it goes to zero, and the loss to infinity.
 *
 * UNITS_ROBUST: e0 is that mean plus the shortest vector of corrections per
 * element that solves the least squares problem sum_i (t_i - sum_a e0)^2 =
 * min.  unit = u_e = u_f is the root mean square of all force components that
 * count, or of the energies left per atom if that is larger or there are no
 * forces, or 0.01 eV if even that is larger.  Forces of a single frame
 * already set a scale, and the balance of energies and forces (one angstrom
 * times alpha) is that of the paper.
 */
enum units { UNITS_ROBUST, UNITS_PAPER };
void dataset_reference(struct dataset *ds, struct model *m, enum units how,
                       struct loss *loss);

/* The same for data that come in parts, of n frames in all. */
struct reference {
    int n, nelement;
    double *energy;    /* [n] t_i, eV */
    double *count;     /* [n][nelement] atoms */
    double f2, nforce; /* squares of forces, and how many count */
};
void reference_begin(struct reference *r, int n, int nelement);
void reference_add(struct reference *r, const struct dataset *ds);
void reference_end(struct reference *r, struct model *m, enum units how,
                   struct loss *loss);
void dataset_apply_reference(struct dataset *ds, const struct model *m);

/* What one evaluation of the loss says about the fit; over all frames. */
struct fit {
    double loss;
    double rmse_e; /* eV per atom */
    double rmse_f; /* eV/angstrom, over the components that count */
    double rmse_s; /* eV/angstrom^3, over frames with a stress; else 0 */
};

/*
 * Loss and gradient at theta [m->nparam].  weight [n] (NULL: all 1) is w_i;
 * dtheta [nparam] (out).  w holds the memory for one data set and one model
 * and is not shared between threads.  Cannot fail: what is not finite comes
 * back as it is.
 */
struct loss_work {
    int nelement;
    double **y, **dldy;  /* [nelement][nrow] output, and dL/dy */
    double **dydx, **v;  /* [nelement][nrow][nsf] slope, and dL/d(dydx) */
    double **work;       /* [nelement] of the networks */
    double (*forces)[3]; /* [largest natoms] of one frame, then its dL/dF */
};
void loss_work_init(struct loss_work *w, const struct dataset *ds,
                    const struct model *m);
void loss_work_release(struct loss_work *w);
struct fit loss_eval(const struct dataset *ds, const struct model *m,
                     const struct loss *loss, const double *weight,
                     const double *theta, struct loss_work *w, double *dtheta);

/*
 * The loss as a function of one vector: of the weights of one network per
 * element, or of those of several heads on one trunk,
 *
 *     L = 1 / heads sum_k L_k(trunk, head_k),
 *
 * each head with weights of the frames of its own.  The vector holds for each
 * element the trunk and then the heads, so that for one head it is theta.
 */
struct objective {
    const struct model *m;
    const struct loss *loss;
    const struct dataset *ds;
    int heads, nparam;        /* nparam: of the vector */
    double **theta, **dtheta; /* [heads][m->nparam] */
    struct loss_work *work;   /* [heads] */
    struct fit *fit;          /* [heads] */
};
int objective_nparam(const struct model *m, int heads);
void objective_init(struct objective *o, const struct model *m,
                    const struct loss *loss, int heads);
void objective_release(struct objective *o);

/* From now on it is about these data. */
void objective_look(struct objective *o, const struct dataset *ds);

/* From theta [heads][m->nparam] to p [nparam], the trunk of the first head. */
void objective_pack(const struct objective *o, double *const *theta, double *p);
void objective_unpack(const struct objective *o, const double *p,
                      double *const *theta);

/* As loss_eval(): weight [heads][ds->n], or NULL; dp [nparam] (out). */
struct fit objective_eval(struct objective *o, double *const *weight,
                          const double *p, double *dp);

/*
 * Training of one member, or of all heads of one trunk.  The caller owns the
 * loop:
 *
 *     trainer_init(&t, ...);
 *     while (t.epoch < epochs && trainer_epoch(&t))
 *         print(t.epoch, &t.fit);
 *     trainer_release(&t);
 *
 * An epoch is `steps` evaluations of loss and gradient, on the whole set.
 */
enum optimizer { OPTIMIZER_LBFGS, OPTIMIZER_ADAM };

struct schedule {
    enum optimizer optimizer;
    int steps;   /* evaluations per epoch (20 in the paper) */
    int memory;  /* of L-BFGS */
    double rate; /* of Adam */
    int period;  /* cosine annealing with warm restarts, epochs; 0: constant */
    int mult;
    double target_e, target_f; /* stop when both RMSEs are met; 0: never */
};

struct trainer {
    const struct schedule *schedule;
    double *const *weight; /* [heads][n] or NULL */
    struct objective objective;
    struct lbfgs lbfgs;
    struct adam adam;
    double *theta, *dtheta; /* [nparam] where the optimizer is ... */
    double value;           /* ... and the loss there */
    double *best;           /* [nparam] the lowest loss so far ... */
    struct fit fit;         /* ... and how it fits */
    double start;           /* the loss at the beginning */
    int epoch, stalled;
};

/* Start from theta [heads][m->nparam]; weight [heads][n] is borrowed. */
void trainer_init(struct trainer *t, const struct dataset *ds,
                  const struct model *m, const struct loss *loss,
                  const struct schedule *schedule, int heads,
                  double *const *weight, double *const *theta);
void trainer_release(struct trainer *t);

/* Bytes that the trainers of all members hold, besides the data set. */
double trainer_bytes(const struct frames *frames, const struct model *m,
                     const struct schedule *schedule);

/* One epoch; false if there is nothing left to gain. */
bool trainer_epoch(struct trainer *t);

/* The loss is not a number, or no lower than it was at the start. */
bool trainer_failed(const struct trainer *t);

/*
 * Which frames a member learns: how often it draws each of n, weight [n].
 *
 * bootstrap_fresh: n draws with replacement.
 *
 * bootstrap_paper: the paper's rule, which follows how the set has grown.  The
 * first `initial` frames are drawn so.  Each later one, in its order, makes
 * the list longer by one draw among all frames so far, itself included, and
 * then takes the place of each entry with probability 1 / n.  The same random
 * numbers for a longer list of frames draw the same until the new ones come.
 */
void bootstrap_fresh(int n, struct rng *rng, double *weight);
void bootstrap_paper(int n, int initial, struct rng *rng, double *weight);

/* Random weights of all networks of m, theta [nparam]. */
void initial_weights(const struct model *m, struct rng *rng, double *theta);

/*
 * All members of a model, side by side (OpenMP); the caller owns the loop:
 *
 *     committee_init(&c, ...);
 *     while (committee_epoch(&c))
 *         print what c.member[k].epoch and .fit say;
 *     committee_release(&c);
 *
 * Member k starts from m->theta[k] if `warm`, else from random weights, and
 * leaves there the best it has found.  A member that fails starts again from
 * other weights, at most MAX_ATTEMPTS times in all.  Each member has its own
 * random numbers, by seed, member and attempt, so that the weights do not
 * depend on the number of threads nor on the other members.
 *
 * If m->shared the members are heads on one trunk, and trained together: they
 * are one `member` here.
 */
enum { MAX_ATTEMPTS = 5 };

enum bootstrap { BOOTSTRAP_NONE, BOOTSTRAP_FRESH, BOOTSTRAP_PAPER };

struct plan {
    int epochs; /* at most, of each attempt */
    int seed;
    enum bootstrap bootstrap;
    int initial; /* of BOOTSTRAP_PAPER */
    bool warm;
};

struct member {
    int first, heads; /* members of the model */
    struct trainer trainer;
    int attempts, epoch;
    struct fit fit; /* the best so far of this attempt */
    bool advanced;  /* the last committee_epoch() has changed these */
    bool done;
};

struct committee {
    const struct dataset *ds;
    struct model *m;
    const struct loss *loss;
    const struct schedule *schedule;
    struct plan plan;
    int n;                 /* frames */
    double **weight;       /* [m->members][n] of the frames; NULL: all 1 */
    int nmember;           /* 1 if m->shared */
    struct member *member; /* [nmember] */
};
void committee_init(struct committee *c, const struct dataset *ds,
                    struct model *m, const struct loss *loss,
                    const struct schedule *schedule, const struct plan *plan);
void committee_release(struct committee *c);

/* One epoch of every member that is not done; false if all are. */
bool committee_epoch(struct committee *c);

/* Are the targets of the schedule met, if there are any; by every member? */
bool schedule_met(const struct schedule *s, const struct fit *fit);
bool committee_meets(const struct committee *c);

/*
 * The weights with which m predicts what `old` does, whose scaling, unit and
 * e0 may differ: theta [members][nparam] of m, member k from that of old
 * modulo its number.  ERR_RANGE if descriptor, prior or networks differ.
 */
int warm_start(struct model *m, const struct model *old,
               struct err *err) MORSEL_MUST_CHECK;

/*
 * Training by batches, of frames that stay in their file: in memory are some
 * 100 bytes of each frame and the data of one batch, see stream_bytes().  One
 * step of Adam is made per batch, and an epoch is all batches once, shuffled
 * by seed and epoch.  The caller owns the loop:
 *
 *     stream_init(&s, &archive, batch);  and set path ... mask
 *     stream_measure(&s, m, ...);        scaling, e0, unit: as of a dataset
 *     stream_begin(&s, &c, ...);         warm start before it
 *     while ((more = stream_epoch(&s, &c, err)) > 0)
 *         print what c.member[k].epoch and .fit say;
 *     stream_end(&s, &c, err);
 *     committee_release(&c);
 *
 * The fit of an epoch is that of its batches, each before its step; the
 * weights after the epoch with the lowest loss are kept, and stream_end() says
 * how they fit all frames.  A member whose loss is not finite starts again.
 */
struct stream {
    struct archive *a;
    int batch; /* frames */
    const char *path;
    const struct label_names *names;
    enum derivatives labels; /* energies, forces, stress */
    enum force_mask mask;
    const struct model *m;
    bool label_known, free_energy;
    int nstress;  /* frames with a stress */
    uint64_t *id; /* [a->n] atoms_hash() of the frames */
    int *order;   /* [a->n] */
    int epoch;
};
void stream_init(struct stream *s, struct archive *a, int batch);
void stream_release(struct stream *s);
int stream_batches(const struct stream *s);

/* The data of the frames of number index[n], not scaled. */
int stream_get(struct stream *s, const int *index, int n, struct dataset *ds,
               struct err *err) MORSEL_MUST_CHECK;
int stream_measure(struct stream *s, struct model *m, enum scaling how,
                   double motion, enum units units, struct loss *loss,
                   struct err *err) MORSEL_MUST_CHECK;
void stream_begin(struct stream *s, struct committee *c, struct model *m,
                  const struct loss *loss, const struct schedule *schedule,
                  const struct plan *plan);

/* 1, 0 if there was nothing left to do, or an error. */
int stream_epoch(struct stream *s, struct committee *c,
                 struct err *err) MORSEL_MUST_CHECK;
int stream_end(struct stream *s, struct committee *c,
               struct err *err) MORSEL_MUST_CHECK;

/* Bytes that this holds at most, members and all. */
int stream_bytes(struct stream *s, const struct model *m,
                 const struct schedule *schedule, double *bytes,
                 struct err *err) MORSEL_MUST_CHECK;

/*
 * Train the sparse Gaussian process m->sgp, which has no environments yet, on a
 * data set with forces that is scaled, but not referenced: see
 * dataset_reference().  An element gets at most `max` environments, of its
 * atoms and, where these are fewer, what they would be if one coordinate of one
 * atom were SGP_DISPLACEMENT larger, to first order: without them a few frames
 * would not tell forces.  Noise is SGP_NOISE_E sigma sqrt(N_i) of an energy and
 * SGP_NOISE_F sigma / angstrom of a force.  sigma is that of the largest
 * likelihood of the data and of one more, of SGP_SIGMA: forces that vanish by
 * symmetry leave doubt.  So is the length, on at most SGP_LENGTH_FRAMES frames
 * and with a log-normal prior about SGP_LENGTH.
 *
 * m->prior is released if the data are likelier without it: where atoms do not
 * repel each other as it has it, it is steep, and a smooth function cannot make
 * up for it.
 *
 * *likelihood (out) is its logarithm, less what does not depend on m.
 * ERR_NUMERIC if a matrix is not positive definite.
 */
#define SGP_DISPLACEMENT 0.1 /* angstrom */
#define SGP_SIGMA 0.3        /* eV */
#define SGP_NOISE_E 1e-3
#define SGP_NOISE_F 0.02
#define SGP_LENGTH 1.0
#define SGP_LENGTH_WIDTH 0.5
enum { SGP_ENVIRONMENTS = 300, SGP_LENGTH_FRAMES = 30 };
int sgp_train(struct dataset *ds, struct model *m, int max, double *likelihood,
              struct err *err) MORSEL_MUST_CHECK;

/* Bytes that this holds, at most, besides the data set. */
double sgp_train_bytes(const struct frames *frames, const struct model *m,
                       int max);

/*
 * Calibration.  Frames that were predicted first and labelled later tell how
 * large the errors are that a sigma stands for.  With d_a the error of the
 * force on atom a, s_a its sigma without the factor that it was multiplied by
 * (ml_sigma_f / ml_factor), and sums over the n_i atoms of a frame that may
 * move,
 *
 *     q_i = sum_a d_a^2 / sum_a s_a^2
 *
 * is the square of the factor that frame i asks for, that of maximum
 * likelihood for Gaussian errors (F. Musil, M. J. Willatt, M. A. Langovoy and
 * M. Ceriotti, J. Chem. Theory Comput. 15, 906 (2019)).  The errors of one
 * frame belong together, and q differs between frames by orders of magnitude:
 * so each frame counts once, and the factor c is their geometric mean,
 *
 *     ln c^2 = sum_i (ln q_i - psi(3 n_i / 2) + ln(3 n_i / 2)) / (n + n_0),
 *
 * less the mean of the logarithm of a chi-squared over its degrees of freedom
 * (psi: digamma), and shrunk towards 1 as if n_0 more frames had asked for
 * that.  All factors are of bare sigmas: those of the models before do not
 * pile up.
 */
#define CALIBRATION_PRIOR 2         /* n_0, frames */
enum { CALIBRATION_FRAMES = 1000 }; /* the last ones count */

struct calibration_pair {
    int n;         /* atoms that may move */
    double *ratio; /* [n] d_a / s_a */
    double error;  /* rms of d_a, eV/angstrom */
    double sigma;  /* rms of s_a */
};

/*
 * What a frame says; false if it does not: no label, no sigmas, none of this
 * kind (struct potential; NULL: any), or all zero or not finite.
 */
bool calibration_pair(struct calibration_pair *p, const struct frame *f,
                      const struct label_names *names, const char *kind);
void calibration_pair_release(struct calibration_pair *p);

/* From n frames, which may be 0: *c is then CALIBRATION_NONE. */
void calibrate(struct calibration *c, const struct calibration_pair *pair,
               int n);
int calibrate_pool(struct calibration *c, struct pool *pool,
                   const struct label_names *names, const char *kind,
                   struct err *err) MORSEL_MUST_CHECK;

/*
 * Errors of a potential on labelled frames; begins zeroed.  A prediction that
 * is not finite is an infinite error.
 */
struct errors {
    int nframe;
    long nforce;   /* components */
    double e2, f2; /* sums of squares: eV^2 per atom^2, (eV/angstrom)^2 */
    struct prediction prediction;
};
int errors_add(struct errors *e, struct potential *p, const struct frame *f,
               const struct label_names *names,
               struct err *err) MORSEL_MUST_CHECK;
void errors_release(struct errors *e);
double errors_energy(const struct errors *e); /* rmse, eV per atom */
double errors_force(const struct errors *e);  /* rmse, eV/angstrom */

/* Is one of them larger than before, by the factor and by the margin? */
#define WORSE_FACTOR 1.5
#define WORSE_ENERGY 0.001 /* eV per atom */
#define WORSE_FORCE 0.01   /* eV/angstrom */
bool errors_worse(const struct errors *now, const struct errors *before);

/* Does it name the frame with this atoms_hash()?  If it names none: yes. */
bool provenance_has(const char *provenance, uint64_t id);

#endif
