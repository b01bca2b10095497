#ifndef MORSEL_PRIOR_H
#define MORSEL_PRIOR_H

#include <morsel/atoms.h>
#include <morsel/util.h>

/*
 * Morse prior: a sum of pair energies that keeps atoms apart where there is
 * no data, so that the network has only the difference to learn.  With a
 * switch s that takes the pair energy smoothly (C2) from 1 at rs to 0 at rc,
 *
 *     E      = sum_{i<j} s(r_ij) phi(r_ij),  r_ij < rc
 *     phi(r) = D (exp(-2 a (r - re)) - 2 exp(-a (r - re)))
 *     s(x)   = 1 - 10 x^3 + 15 x^4 - 6 x^5,  x = (r - rs) / (rc - rs)
 *
 * over all pairs of atoms and of their periodic images.  With rs = rc there
 * is no switch, as in the paper: E then jumps where a pair passes rc.
 *
 * Elements A and B mix as in the paper: D geometric, re arithmetic, and
 * sigma = re - ln 2 / a, the zero of phi, arithmetic, hence 1/a arithmetic.
 *
 * Source: P. M. Morse, Phys. Rev. 34, 57 (1929); mixing and parameters:
 * M. Shuaibi, S. Sivakumar, R. Q. Chen and Z. W. Ulissi, Mach. Learn.: Sci.
 * Technol. 2, 025007 (2021).
 */
struct morse {
    double d;  /* D, eV, >= 0; 0: the pair does not interact */
    double re; /* angstrom, > 0 */
    double a;  /* 1/angstrom, > 0 */
};

/* The switch of the tools, angstrom: past the second shell of a metal. */
#define PRIOR_RS 5.0
#define PRIOR_RC 6.6

/* What a prior may hold; within these limits nothing overflows. */
#define MORSE_MAX_D 1000.0 /* eV */
#define MORSE_MIN_RE 0.1   /* angstrom */
#define MORSE_MAX_RE 20.0
#define MORSE_MIN_A 0.01 /* 1/angstrom */
#define MORSE_MAX_A 10.0
#define PRIOR_MIN_RC 0.1 /* angstrom */
#define PRIOR_MAX_RC 50.0

struct prior {
    double rs, rc;      /* switch from rs to rc, angstrom; rs = rc: sharp */
    int nelement;       /* 0: no prior, whose energy is zero */
    int *z;             /* [nelement] no element twice */
    struct morse *pair; /* [nelement * nelement], symmetric */
};

void prior_release(struct prior *p);

/* Room for elements z[n], all pairs zero. */
void prior_init(struct prior *p, const int *z, int n, double rs, double rc);

/* Index of element z in p->z, or -1. */
int prior_element(const struct prior *p, int z);

/* Set the pair of elements of index i and j, both ways round. */
void prior_set_pair(struct prior *p, int i, int j, const struct morse *m);

/* Pair parameters of two elements, the paper's mixing. */
struct morse morse_mix(const struct morse *a, const struct morse *b);

/* Mix all pairs of different elements. */
void prior_mix(struct prior *p);

/* phi(r), eV, and its derivative dphi, eV/angstrom: no switch. */
double morse_phi(const struct morse *m, double r, double *dphi);

/*
 * The published parameters of one element: false if there are none.  61
 * elements, source: see morsel-prior(5).
 */
bool morse_published(int z, struct morse *m);

/*
 * A prior for elements z[n] from the published table, mixed.  ERR_RANGE if
 * the table does not have one of them.
 */
int prior_published(struct prior *p, const int *z, int n, double rs, double rc,
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

/*
 * Fit of D, re and a of one pair of elements to dimers.
 *
 * FIT_LEAST_SQUARES minimizes
 *
 *     sum_n (phi(r_n) - e_n)^2 + (w (phi'(r_n) - de_n))^2
 *
 * over D, re and a, the second term over points that have forces (Levenberg
 * and Marquardt: D. W. Marquardt, SIAM J. Appl. Math. 11, 431 (1963)).
 * FIT_PAPER takes D and re from the point of lowest energy and fits only a,
 * to the energies, as the paper did.  Energies are relative to lone atoms.
 *
 * If no point lies below zero the pair does not bind; then, as in the paper,
 * all energies are lowered until the lowest is -MORSE_UNBOUND, and D stays at
 * that.
 */
enum fit_method { FIT_LEAST_SQUARES, FIT_PAPER };
#define MORSE_UNBOUND 0.1 /* eV */

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

struct morse_fit {
    struct morse m;
    struct morse error; /* standard errors; NAN if there are no more data than
                           parameters, 0 of what was not fitted */
    double rms_e;       /* eV */
    double rms_f;       /* eV/angstrom; NAN without forces */
    bool unbound;       /* no point lies below zero: see above */
    int npoint, nforce, nparam;
};

/*
 * Fit to point[n]; w, angstrom, weighs slopes against energies.  ERR_RANGE if
 * there are too few points, ERR_NUMERIC if they determine no Morse curve.
 */
int morse_fit(struct morse_fit *fit, const struct dimer *point, int n,
              enum fit_method method, double w,
              struct err *err) MORSEL_MUST_CHECK;

#endif
