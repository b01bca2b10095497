#ifndef MORSEL_GP_H
#define MORSEL_GP_H

#include <morsel/atoms.h>
#include <morsel/io.h>
#include <morsel/prior.h>
#include <morsel/util.h>

/*
 * A Gaussian process on energies and forces of a few frames of the same atoms,
 * and on their stress: the model of least data.  With E_prior the energy of the
 * prior less that of the first frame, the rest of the energy is a random
 * function
 *
 *     E(R) = e0 + m + scale E_prior(R) + f(x),   <f f'> = sigma^2 k(x, x')
 *
 * of features x of the positions R: e0 is the energy of the first frame, so
 * that nothing is lost of energies near -1e5 eV, and m is a constant.
 *
 * Features.  For each pair of atoms, at least one of which may move,
 *
 *     x_ij = (c^p + sum_images s(r) (d_ij / r)^p)^(q/p),  d_ij = r_i + r_j,
 *
 * the power q = GP_EXPONENT of the inverse distance to the nearest image in
 * units of the covalent radii, where an image that is nearly as near counts
 * smoothly: p = GP_POWER.  The switch s takes images out between GP_RS and
 * GP_RC, c = d_ij / GP_RC keeps x smooth if none is left.  So x and E are C2
 * and do not change with a translation, a rotation of all that is not
 * periodic, or the image an atom is given by.
 *
 * Of a crystal in three directions whose frames differ in the cell, or whose
 * stress is learnt, all pairs have features, those of an atom with its own
 * images (i = j, all of them) among them; and each pair has another one, with
 * p / 2 in the place of p, since how far the images of a pair are apart matters
 * when the cell changes.  Without it four atoms of copper and gold leave 1 GPa
 * of their stresses, with it 0.05.  Also of a crystal in which no atom is held
 * all pairs have features: its stress is known, then, as far as forces tell,
 * and what is more is constant in one cell.  Else a prediction is for the cell
 * of the first frame.
 *
 * Kernel.  A function of the distance in feature space, Matern's of order 5/2,
 *
 *     k = (1 + s + s^2 / 3) exp(-s),  s = sqrt(5) |x - x'| / l,
 *
 * whose derivatives by R and R', through dx/dR, are the covariances of
 * energies and forces; and through
 *
 *     dx/dstrain_rc = sum_images dx/dr_r r_c,  r the vector from i to j,
 *
 * those of the stress, V stress = dE/dstrain.  Data are the energies and the
 * forces on coordinates that may move and, if it is learnt, the six components
 * xx yy zz yz xz xy of V stress, less those of the prior.  The variances of
 * their noise are (noise_e sigma)^2, (noise_f sigma / angstrom)^2 and
 * (noise_s sigma)^2.
 *
 * Training.  With K the covariance of the n (1 + nfree + nstrain) data y over
 * sigma^2, noise and a jitter, where rounding needs one, included, m, sigma
 * and, if asked for, scale are those of the largest likelihood: with 1 of the
 * energies, h the prior's energies and derivatives, and y' = y - m 1 - scale h,
 *
 *     y'.K^-1 y' = min,    sigma^2 = (y'.K^-1 y' + nu s0^2) / (N + nu),
 *
 * and l is that which maximizes
 *
 *     nu log s0 - (N + nu)/2 log sigma^2 - 1/2 log |K|
 *     - (log(l / l0) / w)^2 / 2.
 *
 * Two beliefs give one to three frames sane values, and are soon outvoted by
 * data.  That of sigma^2 is an inverse gamma distribution, worth nu data, about
 * the s0 for which forces have the standard deviation f0 where nothing is
 * known: the small forces of one relaxed frame do not tell what will happen
 * elsewhere, and a walk that took them for all there is would trust itself
 * anywhere (where symmetry forbids all forces, as if features changed by
 * 1/angstrom).  That of l is log-normal.
 *
 * p, q, the kernel, the constant, noise, l0 and w are those that relaxed 21
 * structures of adsorbates, surfaces, clusters and bulk with the fewest labels;
 * nu costs none of them any.
 *
 * Source: C. E. Rasmussen and C. K. I. Williams, Gaussian Processes for
 * Machine Learning (2006), ch. 2, 4, 5; on energies and forces with a constant
 * mean: E. Garijo del Rio, J. J. Mortensen and K. W. Jacobsen, Phys. Rev. B
 * 100, 104103 (2019); on inverse distances: O.-P. Koistinen et al., J. Chem.
 * Theory Comput. 16, 499 (2020).
 */
#define GP_POWER 12
#define GP_EXPONENT 3
enum { GP_MAX_POWERS = 2 };
#define GP_RS 6.0 /* angstrom */
#define GP_RC 8.0

struct gp_params {
    double length;                    /* 0: by likelihood */
    double noise_e, noise_f, noise_s; /* relative to sigma: 1, 1/angstrom, 1 */
    bool fit_scale;                   /* of the prior, too; else it is 1 */
};
#define GP_NOISE 1e-4
#define GP_NOISE_STRAIN 1e-3 /* about what a basis leaves of a stress */
#define GP_MAX_SCALE 2.0     /* of the prior; the least is 0 */
#define GP_LENGTH 2.0        /* l0, the median of the log-normal prior */
#define GP_LENGTH_WIDTH 0.3  /* and w */
#define GP_FORCE 2.0         /* f0, eV/angstrom */
#define GP_BELIEF 0.3        /* nu / nfree */

/* A force beyond this is no label to learn. */
#define MAX_FORCE 1e4 /* eV/angstrom */

/* Rows of K, whose memory goes with their square, time with their cube. */
enum { GP_MAX_ROWS = 20000, GP_MAX_ATOMS = 2000 };

struct gp_state; /* what predictions need, from gp_prepare() */

struct gp {
    struct atoms first;   /* of the first frame; move: the data's coordinates */
    int nfree;            /* coordinates that may move */
    bool strains;         /* it is about strains, too */
    int npower;           /* features of a pair, 1 or 2 */
    int nstrain;          /* components of stress that are data: 0 or 6 */
    struct prior prior;   /* nelement = 0: none */
    double scale, prior0; /* of the prior; its energy in the first frame, eV */
    double length, sigma; /* l; sigma, eV */
    double noise_e, noise_f, noise_s;
    double jitter;        /* relative to the diagonal of K */
    double likelihood;    /* its logarithm, with the beliefs, and but for a
                             constant; of training, not in a file */
    double e0, m;         /* eV */
    int n;                /* frames */
    double (*cell)[3][3]; /* [n] angstrom */
    double *pos;          /* [n][natoms][3] angstrom */
    double *y;            /* [n][1 + nfree + nstrain] energy less e0, eV, its
                             derivatives by the coordinates that may move,
                             eV/angstrom, and by strain, eV; no prior */
    double *rest;         /* [natoms][3] mean force on atoms that may not move,
                             which the features do not see, eV/angstrom */
    char *provenance;
    struct gp_state *state;
};
void gp_release(struct gp *gp);

/*
 * What training takes: its data, or why not.  ERR_RANGE, naming file and line,
 * if a frame is not of the same atoms in the same order as the first, or, where
 * that is no crystal, not in the same cell, or has no stress if that is asked
 * for, or no atom may move, or there would be more than GP_MAX_ROWS rows;
 * ERR_FORMAT if one has no label of energy and forces, or not of the same
 * kind.  All else of gp is zero: no prior, no state.
 */
int gp_gather(struct gp *gp, const struct frames *frames, const char *path,
              const struct label_names *names, bool stress,
              struct err *err) MORSEL_MUST_CHECK;

/* Rows of K, of one frame and of all, and the most bytes of training. */
int gp_width(const struct gp *gp);
int gp_rows(const struct gp *gp);
double gp_bytes(const struct gp *gp);

/*
 * Subtract gp->prior from the data, which have been gathered, and find m, sigma
 * and l; predictions can be made then.  ERR_RANGE if atoms coincide,
 * ERR_NUMERIC if the data make no positive definite K.
 */
int gp_train(struct gp *gp, const struct gp_params *params,
             struct err *err) MORSEL_MUST_CHECK;

/* From what a file holds to what predictions need; the same errors. */
int gp_prepare(struct gp *gp, struct err *err) MORSEL_MUST_CHECK;

/*
 * Energy (eV), forces [natoms][3] (eV/angstrom) and, if not NULL, the
 * derivative of the energy by strain (eV), of a process that is about it.
 * The atoms must be those of training.  Unless the process is about strains
 * they must be in the same cell, those that may not move where they were, to
 * 1e-4 angstrom and a lattice vector.  If not, ERR_RANGE.  In O(n natoms^2).
 * Not by two threads at once.
 */
int gp_predict(struct gp *gp, const struct atoms *a, double *energy,
               double (*forces)[3], double (*dedstrain)[3],
               struct err *err) MORSEL_MUST_CHECK;

/*
 * The standard deviations of what gp_predict() was last asked for: of the
 * energy, and [natoms] of the force vectors, each the root of the trace of its
 * covariance.  In O(natoms rows^2).
 */
void gp_sigmas(struct gp *gp, double *sigma_e, double *sigma_f);

/*
 * What training leaves of the labels, root mean square: of energies, eV per
 * atom, of forces that may move, eV/angstrom, and of nine components of stress,
 * if that was learnt, eV/angstrom^3.  K alpha = y - m, so that noise times
 * alpha is left.
 */
struct gp_residuals {
    double e, f, s;
};
struct gp_residuals gp_residuals(const struct gp *gp);

/* As part of a binary file; the reader sets b->bad on nonsense. */
void gp_put(const struct gp *gp, struct bin *b);
void gp_get(struct gp *gp, struct bin *b);

#endif
