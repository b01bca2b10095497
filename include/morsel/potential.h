#ifndef MORSEL_POTENTIAL_H
#define MORSEL_POTENTIAL_H

#include <morsel/atoms.h>
#include <morsel/descriptor.h>
#include <morsel/gp.h>
#include <morsel/nn.h>
#include <morsel/prior.h>
#include <morsel/sgp.h>
#include <morsel/util.h>

/*
 * What a driver needs of a potential: energy and forces of atoms, and how far
 * to trust them.  Drivers know no other interface.
 */
struct prediction {
    int natoms;
    double energy;       /* eV */
    double (*forces)[3]; /* [natoms][3] eV/angstrom */
    bool later;          /* set by the caller, and left as it is: sigmas that
                            cost something are for p->sigmas() */
    bool has_sigma;      /* the sigmas are known */
    double sigma_e;      /* standard deviation of the energy, eV */
    double *sigma_f;     /* [natoms] of the force vector, eV/angstrom: the root
                            of the mean of |F - mean F|^2 */
    int members;         /* of the committee, over whose members that is */
    double factor;       /* the sigmas were multiplied by it: see calibration;
                            0 is as 1 */

    /*
     * Extrapolation: how many features of an atom lie outside the range that
     * they had in training, and the largest excess, in units of that range
     * (of 2 / scale, see below, which is it unless it was next to nothing).
     * NULL of a potential without features.
     */
    int *noutside;   /* [natoms] */
    double *outside; /* [natoms] */

    /*
     * (1/V) dE/dstrain, ASE's sign and symmetric, eV/angstrom^3: of cells that
     * are periodic in three directions, if it is wanted and the potential
     * knows it.
     */
    bool want_stress; /* set by the caller, and left as it is */
    bool has_stress;
    double stress[3][3];
};
void prediction_release(struct prediction *p);

/* The largest `outside` of an atom; 0 if it is not known. */
double prediction_outside(const struct prediction *p);

/*
 * Calibration: the factor by which the spread of a committee, or the standard
 * deviation of a Gaussian process, is to be multiplied so that it is the size
 * of the errors, as calibrate() of <morsel/train.h> finds it from the frames
 * that were predicted before they were labelled.
 */
struct calibration {
    double factor;    /* > 0; 1 if nothing is known */
    int frames;       /* that it comes from; 0: it is not known */
    int atoms;        /* of these frames, those that may move */
    double within[2]; /* fraction of them whose force error is within one and
                         two sigmas, each frame with the factor that the
                         others give; 0.61 and 0.99 of Gaussian errors */
};
#define CALIBRATION_NONE ((struct calibration){.factor = 1})

/* Multiply the sigmas of p by the factor. */
void prediction_calibrate(struct prediction *p, const struct calibration *c);

/* As part of a model file; the reader sets b->bad on nonsense. */
void calibration_put(const struct calibration *c, struct bin *b);
void calibration_get(struct calibration *c, struct bin *b);

struct potential {
    /*
     * Fill in out (zeroed, or from an earlier call on as many atoms).  Fails
     * with ERR_RANGE if the atoms are outside what the potential knows (an
     * element, coincident atoms), ERR_NUMERIC if the result is not finite.
     */
    int (*eval)(struct potential *p, const struct atoms *a,
                struct prediction *out, struct err *err);
    /*
     * The sigmas of what eval() was last asked for, which left them out because
     * of out->later.  NULL of a potential that never does.
     */
    void (*sigmas)(struct potential *p, struct prediction *out);
    void (*release)(struct potential *p);
    void *self;
    uint64_t id;            /* hash of the model file: model_id */
    const char *kind;       /* "network", "gp" or "sgp": whose sigmas */
    const char *provenance; /* of the model, which owns it; or NULL */
};

/*
 * Open a model file of any kind, morsel-model(5).  The caller ends it with
 * p->release(p).  ERR_IO, or ERR_FORMAT naming the file and what is wrong.
 */
int potential_read(struct potential *p, const char *path,
                   struct err *err) MORSEL_MUST_CHECK;

/*
 * A model of atoms: for each element a network on scaled features, committee
 * members differing in their weights, or a sparse Gaussian process; energies
 * are relative to a sum over atoms,
 *
 *     E = sum_i e0[element_i] + E_prior + unit sum_i y_i(x_i)
 *     x = (g - shift) * scale
 *
 * with y the network of the element of atom i, or its sum over environments,
 * whose alpha are then theta.  Everything is in double
 * precision, and E is formed last: energies near -1e5 eV lose nothing.
 */
struct model {
    struct descriptor descriptor;
    struct prior prior;      /* nelement = 0: none */
    struct mlp *net;         /* [nelement] shapes; or, if that is NULL, */
    struct sgp *sgp;         /* with variances, and one member */
    double **shift, **scale; /* [nelement][nsf] */
    double **low, **high;    /* [nelement][nsf] range of g in training */
    double *e0;              /* [nelement] eV */
    double unit;             /* eV */
    int members;
    bool shared;    /* members differ in the last layer only: one trunk, and
                         a head for each */
    double **theta; /* [members][nparam], elements in order */
    int nparam;     /* sum over elements of mlp_nparam() */
    struct calibration calibration;
    char *provenance; /* lines "key value" of how it was made */
};

/*
 * Allocate all arrays of a model whose descriptor and net or sgp are set, for
 * this many members: scale and unit 1, everything else 0.
 */
void model_alloc(struct model *m, int members);
void model_release(struct model *m);

/* How far neighbors are needed: by the features and the prior, angstrom. */
double model_cutoff(const struct model *m);

/* Weights of the only member, theta [sgp_size()], of a sparse process. */
void model_weights(struct model *m, const double *theta);

/* Where the weights of an element begin in a theta. */
int model_offset(const struct model *m, int element);

/*
 * The format of morsel-model(5).  model_save() writes a file as output_open()
 * does.  model_read() fills in m, which the caller
 * releases, and *id (may be NULL), the hash of the file.  It fails with ERR_IO
 * or with ERR_FORMAT, naming the file and what is wrong with it: also if it is
 * a model of another kind.
 */
int model_save(const struct model *m, const char *path,
               struct err *err) MORSEL_MUST_CHECK;
int model_read(struct model *m, uint64_t *id, const char *path,
               struct err *err) MORSEL_MUST_CHECK;

/*
 * Make p evaluate m, which it owns from now on (p->release frees it, and *m
 * is zeroed).  Energy and forces are means over the members; sigmas are
 * standard deviations of the population of members, times the factor of the
 * calibration.  Memory is kept from call to call, so that a step of a walk
 * allocates nothing.
 */
void potential_of_model(struct potential *p, struct model *m, uint64_t id);

/* Release p, made by that function, but for its model, which goes to *m. */
void model_of_potential(struct model *m, struct potential *p);

/*
 * Make p evaluate a Gaussian process that can predict, which it owns from now
 * on; *gp is zeroed.  Release p but for its process, which goes to *gp.  And
 * write one as a model file.
 */
void potential_of_gp(struct potential *p, struct gp *gp,
                     const struct calibration *calibration, uint64_t id);
void gp_of_potential(struct gp *gp, struct potential *p);
int potential_save_gp(const struct gp *gp,
                      const struct calibration *calibration, const char *path,
                      struct err *err) MORSEL_MUST_CHECK;

#endif
