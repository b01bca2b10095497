#ifndef MORSEL_PRIOR_H
#define MORSEL_PRIOR_H

#include <morsel/atoms.h>
#include <morsel/util.h>

/*
 * Prior: a sum of pair energies that keeps atoms apart where there is no
 * data, so that a model has only the difference to learn,
 *
 *     E = sum_{i<j} sum_terms s(r_ij) phi(r_ij),   r_ij < rc
 *
 * over all pairs of atoms and of their periodic images.  A term is one kind
 * of pair energy phi with a switch s that takes it smoothly (C2) from 1 at rs
 * to 0 at rc,
 *
 *     s(x) = 1 - 10 x^3 + 15 x^4 - 6 x^5,  x = (r - rs) / (rc - rs).
 *
 * With rs = rc there is no switch: E then jumps where a pair passes rc.
 */

/* Kinds of phi(r) -------------------------------------------------------------
 *
 * TERM_MORSE, P. M. Morse, Phys. Rev. 34, 57 (1929):
 *
 *     phi = D (e^2 - 2 e),  e = exp(-a (r - re))
 *
 * TERM_WALL, the same curve lifted by its depth, and nothing beyond re, so
 * that only the repulsion is left:
 *
 *     phi = D (e - 1)^2
 *
 * TERM_ZBL, the screened repulsion of two nuclei: J. F. Ziegler, J. P.
 * Biersack and U. Littmark, The Stopping and Range of Ions in Solids (1985):
 *
 *     phi  = Z1 Z2 e^2 / (4 pi eps0 r) chi(r / l)
 *     l    = 0.46850 angstrom / (Z1^0.23 + Z2^0.23)
 *     chi  = 0.18175 exp(-3.19980 x) + 0.50986 exp(-0.94229 x) +
 *            0.28022 exp(-0.40290 x) + 0.02817 exp(-0.20162 x)
 */
enum term_kind { TERM_MORSE, TERM_WALL, TERM_ZBL };

struct morse {
    double d;  /* D, eV, >= 0; 0: the pair does not interact */
    double re; /* angstrom, > 0 */
    double a;  /* 1/angstrom, > 0 */
};

/*
 * From where to where a term is switched off: rs and rc in angstrom, the same
 * for all pairs, or (relative) in units of a length of the pair, which is the
 * sum of its covalent radii, or re for a wall.
 */
struct reach {
    bool relative;
    double rs, rc;
};

/* The switch of the tools, angstrom: past the second shell of a metal. */
#define PRIOR_RS 5.0
#define PRIOR_RC 6.6

/*
 * Those of a wall, in re: it is gone at a bond a tenth shorter than that of
 * the dimer, so that it adds nothing to the forces of molecules and solids.
 */
#define WALL_RS 0.7
#define WALL_RC 0.9

/* What a prior may hold; within these limits nothing overflows. */
#define MORSE_MAX_D 1000.0 /* eV */
#define MORSE_MIN_RE 0.1   /* angstrom */
#define MORSE_MAX_RE 20.0
#define MORSE_MIN_A 0.01 /* 1/angstrom */
#define MORSE_MAX_A 10.0
#define PRIOR_MIN_RC 0.1     /* angstrom, or of a relative reach */
#define PRIOR_MAX_RC 50.0    /* angstrom */
#define PRIOR_MAX_FACTOR 5.0 /* of a relative reach; of a wall 1 */
enum { PRIOR_MAX_TERMS = 8 };

struct prior_pair {
    struct morse m; /* not of TERM_ZBL */
    double rs, rc;  /* angstrom */
    double zz, l;   /* TERM_ZBL: Z1 Z2 e^2/(4 pi eps0), eV angstrom; angstrom */
};

struct prior_term {
    enum term_kind kind;
    struct reach reach;
    struct prior_pair *pair; /* [nelement * nelement], symmetric */
};

struct prior {
    double rc;    /* the longest of all pairs, angstrom */
    int nelement; /* 0: no prior, whose energy is zero */
    int *z;       /* [nelement] no element twice */
    int nterm;
    struct prior_term term[PRIOR_MAX_TERMS];
};

/*
 * A prior of one term for elements z[n].  Pairs of TERM_MORSE and TERM_WALL
 * do not interact until they are set.
 */
void prior_init(struct prior *p, enum term_kind kind, const struct reach *reach,
                const int *z, int n);
void prior_release(struct prior *p);

/* Index of element z in p->z, or -1. */
int prior_element(const struct prior *p, int z);

/* Set the pair of elements of index i and j in a term, both ways round. */
void prior_set_pair(struct prior *p, int term, int i, int j,
                    const struct morse *m);

/*
 * Put the terms of q behind those of p, which then knows the elements of
 * both; q is zeroed.  ERR_RANGE (both released) if there are too many.
 */
int prior_add(struct prior *p, struct prior *q,
              struct err *err) MORSEL_MUST_CHECK;

/*
 * Parameters of a pair of different elements from theirs, with sigma = re -
 * ln 2 / a, the zero of phi.
 *
 * MIX_MEAN, the default: D geometric, re and sigma arithmetic, hence 1/a
 * arithmetic.  MIX_YANG: D = 2 D1 D2 / (D1 + D2), and re and sigma by
 * x = x1 x2 (x1 + x2) / (x1^2 + x2^2).
 *
 * Both as in the code of M. Shuaibi, S. Sivakumar, R. Q. Chen and Z. W.
 * Ulissi, Mach. Learn.: Sci. Technol. 2, 025007 (2021); the second is the
 * rule of L. Yang, L. Sun and W.-Q. Deng, J. Phys. Chem. A 122, 1672 (2018).
 */
enum mixing { MIX_MEAN, MIX_YANG };
struct morse morse_mix(const struct morse *a, const struct morse *b,
                       enum mixing rule);

/* Is it within the limits above?  Yang's rule can give what is not. */
bool morse_allowed(const struct morse *m);

/* Mix all pairs of different elements of a term; ERR_RANGE names one. */
int prior_mix(struct prior *p, int term, enum mixing rule,
              struct err *err) MORSEL_MUST_CHECK;

/* phi(r), eV, and its derivative dphi, eV/angstrom: no switch. */
double morse_phi(const struct morse *m, double r, double *dphi);
double zbl_phi(double zz, double l, double r, double *dphi);

/*
 * The energy of one pair of elements of index i and j at distance r: the sum
 * over the terms, switched, eV, and its derivative, eV/angstrom.
 */
double prior_pair(const struct prior *p, int i, int j, double r, double *slope);

/*
 * The published parameters of one element: false if there are none.  61
 * elements, source: see morsel-prior(5).
 */
bool morse_published(int z, struct morse *m);

/*
 * A Morse prior for elements z[n] from the published table, mixed, with a
 * switch in angstrom.  ERR_RANGE if the table does not have one of them.
 */
int prior_published(struct prior *p, const int *z, int n, double rs, double rc,
                    struct err *err) MORSEL_MUST_CHECK;

/*
 * The prior that people mean by a name, for elements z[n]: none, or a sum
 * A+B+... of
 *
 *     published   Morse, published parameters, switch from 5 to 6.6 angstrom
 *     paper       the same with a sharp cut at 6.6
 *     window      the same, relative reach
 *     wall        its repulsive part
 *     zbl         the repulsion of the nuclei, relative reach
 *     FILE        of the format of morsel-prior(5)
 *
 * window, wall and zbl may be followed by their factors, as in zbl:0.5:1.
 */
int prior_named(struct prior *p, const char *name, const int *z, int n,
                struct err *err) MORSEL_MUST_CHECK;

/*
 * Read and write the format of morsel-prior(5); what is read back is the same
 * to the bit.  ERR_IO, ERR_FORMAT, or ERR_RANGE if a parameter makes no
 * sense.  comment: lines for people, or NULL.
 */
int prior_read(struct prior *p, struct text *t,
               struct err *err) MORSEL_MUST_CHECK;
void prior_print(const struct prior *p, const char *comment, FILE *out);

/* As part of a binary file; the reader sets b->bad on nonsense. */
void prior_put(const struct prior *p, struct bin *b);
void prior_get(struct prior *p, struct bin *b);

/*
 * Energy (eV, returned) and forces (eV/angstrom, added to what is there; may
 * be NULL) of a, whose neighbors within p->rc or more are nb.  Pairs with an
 * element that the prior does not list do not interact.  Cannot fail.
 */
double prior_eval(const struct prior *p, const struct atoms *a,
                  const struct neighbors *nb, double (*forces)[3]);

/* The same, and the derivative by a strain x -> (1 + strain) x of all, eV,
 * added to what is there. */
double prior_eval_strain(const struct prior *p, const struct atoms *a,
                         const struct neighbors *nb, double (*forces)[3],
                         double dedstrain[3][3]);

/* Fits ------------------------------------------------------------------------
 *
 * The wells of the Morse terms of a prior, to the forces of any labelled
 * frames: D, or D, re and a, of each pair of elements that two of their atoms
 * are in reach of.  With x = (D / D0, ln(re / re0), ln(a / a0)) of each pair,
 * 0 being the parameters it starts from, the minimum of
 *
 *     sum |F_prior(x) - F|^2 / (0.5 eV/angstrom)^2 + sum ((x - x0) / w)^2
 *
 * with w = 0.5, 0.05, 0.2, in the box D / D0 from 0.05 to 2, re within a
 * fifth, a within a factor of two.  Half an eV/angstrom is about what a pair
 * energy leaves of the forces in a solid.  With D alone the minimum is
 * unique, and so continuous in the labels.  Walls and nuclei stay.
 */
#define PRIOR_FIT_ERROR 0.5 /* eV/angstrom */
enum prior_fit_what { PRIOR_FIT_DEPTH, PRIOR_FIT_ALL };

struct prior_sample {
    const struct atoms *atoms;
    const double (*forces)[3]; /* [natoms][3] eV/angstrom */
};

struct prior_fit {
    int nwell, nforce;    /* pairs fitted, components of forces */
    double before, after; /* rms of what the prior leaves of the forces,
                             eV/angstrom; NAN without a prior or a sample */
};

/* ERR_RANGE if a sample has no neighbors, as neighbors_find says. */
int prior_fit_forces(struct prior *p, const struct prior_sample *sample, int n,
                     enum prior_fit_what what, struct prior_fit *fit,
                     struct err *err) MORSEL_MUST_CHECK;

/*
 * Fit of D, re and a of one pair of elements to dimers.
 *
 * FIT_LEAST_SQUARES minimizes
 *
 *     sum_n v_n^2 ((phi(r_n) - e_n)^2 + (w (phi'(r_n) - de_n))^2)
 *
 * over D, re and a, the second term over points that have forces (Levenberg
 * and Marquardt: D. W. Marquardt, SIAM J. Appl. Math. 11, 431 (1963)).  No
 * Morse curve is right from the wall to dissociation, so points count the
 * less the higher they lie above the lowest, e_0:
 *
 *     v_n = 1 / (1 + (e_n - e_0) / |e_0|),
 *
 * or (even) all the same.  FIT_PAPER takes D and re from the point of lowest
 * energy and fits only a, to the energies, evenly, as the paper did.  Energies
 * are relative to lone atoms.
 *
 * If no point lies below zero the pair does not bind; then, as in the paper,
 * all energies are lowered until the lowest is -MORSE_UNBOUND, D stays at that,
 * and all points count the same.
 */
enum fit_method { FIT_LEAST_SQUARES, FIT_PAPER };
#define MORSE_UNBOUND 0.1 /* eV */

struct fit_how {
    enum fit_method method;
    double w;      /* angstrom, of slopes against energies */
    bool even;     /* v_n = 1 */
    double misfit; /* refuse an rms of v_n (phi - e_n) above this part of D
                      (unbound: of the range of e_n); 0: never */
};

struct dimer {
    int z1, z2; /* z1 <= z2 */
    double r;   /* angstrom */
    double e;   /* eV, relative to the two lone atoms */
    double de;  /* de/dr, eV/angstrom; NAN: not known */
};

/*
 * The dimer that two atoms are, to their nearest images, from its energy and
 * forces (NULL: not known).  ERR_RANGE if a is something else: not two atoms,
 * too far apart (12 angstrom), or with another image nearly as near.
 */
int dimer_of_atoms(struct dimer *x, const struct atoms *a, double energy,
                   const double (*forces)[3],
                   struct err *err) MORSEL_MUST_CHECK;

/*
 * One atom z1 (z2 = 0), or two a distance r apart, in the middle of a
 * periodic cube of 10 angstrom, or 2.5 times the largest distance in play.
 */
void dimer_atoms(struct atoms *a, int z1, int z2, double r, double largest);

/* Published re of a pair, mixed if need be, else its covalent radii. */
double dimer_length(int z1, int z2);

/*
 * Unpaired electrons of a lone atom, by Hund's rules, 2S of its ground level
 * (A. Kramida et al., NIST Atomic Spectra Database); by analogy beyond No.
 */
int atom_moment(int z);

/*
 * The same for each atom of a dimer: 1 for the triplets among the homonuclear
 * ones of groups 13, 14 and 16 (K. P. Huber and G. Herzberg, Constants of
 * Diatomic Molecules, 1979), else 0.
 */
int dimer_moment(int z1, int z2);

struct morse_fit {
    struct morse m;
    struct morse error; /* half-widths of the 95 % intervals, from the
                           covariance and Student's t; NAN if there are no
                           more data than parameters, 0 of what was held */
    double rms_e;       /* eV */
    double rms_f;       /* eV/angstrom; NAN without forces */
    bool unbound;       /* no point lies below zero: see above */
    int npoint, nforce, nparam;
};

/*
 * Fit to point[n].  ERR_RANGE if there are too few points, ERR_NUMERIC if they
 * determine no Morse curve or are too far from the best.
 */
int morse_fit(struct morse_fit *fit, const struct dimer *point, int n,
              const struct fit_how *how, struct err *err) MORSEL_MUST_CHECK;

/* Student's t that |t| exceeds with a probability of 5 %, n > 0. */
double student_95(int n);

#endif
