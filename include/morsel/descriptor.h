#ifndef MORSEL_DESCRIPTOR_H
#define MORSEL_DESCRIPTOR_H

#include <morsel/atoms.h>
#include <morsel/util.h>

/*
 * Atom-centered symmetry functions: numbers that describe the surroundings
 * of one atom and do not change when the system is moved, turned, or its
 * like atoms renamed.  With fc the cutoff function and theta the angle at i,
 *
 *     G2_i = sum_j  exp(-eta (r_ij - rs)^2) fc(r_ij)
 *
 *     G4_i = 2^(1-zeta) sum_{j<k} (1 + lambda cos theta_jik)^zeta
 *            exp(-eta (r_ij^2 + r_ik^2 + r_jk^2)) fc(r_ij) fc(r_ik) fc(r_jk)
 *
 *     G5_i = 2^(1-zeta) sum_{j<k} (1 + lambda cos theta_jik)^zeta
 *            exp(-eta (r_ij^2 + r_ik^2)) fc(r_ij) fc(r_ik)
 *
 * over neighbors of given elements, periodic images included; an unordered
 * pair j, k counts once (Behler's double sum is twice this).  The cutoff
 * function is a cosine or a polynomial in x = r / rc,
 *
 *     fc = (1 + cos(pi x)) / 2     or     1 + g x^(g+1) - (g + 1) x^g.
 *
 * Source: J. Behler, J. Chem. Phys. 134, 074106 (2011); the polynomial:
 * A. Khorshidi and A. A. Peterson, Comput. Phys. Commun. 207, 310 (2016).
 */
enum sf_type { SF_G2 = 2, SF_G4 = 4, SF_G5 = 5 };

struct sf {
    enum sf_type type;
    int z1, z2;          /* neighbor elements; z1 <= z2; z2 = 0 for G2 */
    double eta;          /* 1/angstrom^2 */
    double rs;           /* angstrom, G2 */
    double zeta, lambda; /* G4, G5: zeta >= 1, lambda is +1 or -1 */
};

enum cutoff_type { CUTOFF_COSINE, CUTOFF_POLYNOMIAL };

struct cutoff {
    enum cutoff_type type;
    double rc;    /* angstrom */
    double gamma; /* of the polynomial, >= 2 */
};

/* A set of functions for each central element. */
struct descriptor {
    struct cutoff cutoff;
    int nelement;
    int *z;               /* [nelement] central elements, in the user's order */
    int *nsf;             /* [nelement] */
    struct sf **sf;       /* [nelement][nsf] */
    struct sf_plan *plan; /* how to compute them fast; see descriptor_plan */
};

void descriptor_release(struct descriptor *d);

/*
 * Functions that return a descriptor end with this.  Whoever changes one by
 * hand afterwards must call it again; one made by hand may do without, but
 * features_compute is then slower.
 */
void descriptor_plan(struct descriptor *d);

/*
 * Give the set another cutoff radius (angstrom) and stretch it as a whole:
 * eta rc^2 and rs / rc stay what they were.
 */
void descriptor_stretch(struct descriptor *d, double rc);

/* Add a function to those of element number e of d. */
void descriptor_add(struct descriptor *d, int e, struct sf sf);

/*
 * The set of a name ("fine", "paper", "neb"), the same for each of the elements z[n]:
 * G2 for each element all eta; then G4 for each pair of elements, in the
 * order (0,0), (0,1) ... (1,1) ..., zeta outer and lambda inner.  Parameters
 * and sources: morsel-set(5).  ERR_RANGE if there is no set of that name.
 */
int descriptor_named(struct descriptor *d, const char *name, const int *z,
                     int n, struct err *err) MORSEL_MUST_CHECK;

/*
 * Read a set in the format of morsel-set(5), for the elements z[n] where the
 * file leaves them open.
 */
int descriptor_read(struct descriptor *d, struct text *t, const int *z, int n,
                    struct err *err) MORSEL_MUST_CHECK;

/* The set of that name, or of the file of that name. */
int descriptor_find(struct descriptor *d, const char *name, const int *z, int n,
                    struct err *err) MORSEL_MUST_CHECK;

/* Write it in that format, a line per function, each line after prefix. */
void descriptor_print(const struct descriptor *d, const char *prefix, FILE *f);

/* Have all elements the same functions? */
bool descriptor_uniform(const struct descriptor *d);

/* Are they the same, elements in the same order? */
bool descriptor_same(const struct descriptor *d, const struct descriptor *to);

/* As part of a binary file; the reader sets b->bad on nonsense. */
void descriptor_put(const struct descriptor *d, struct bin *b);
void descriptor_get(struct descriptor *d, struct bin *b);

/* Index of element z in d->z, or -1. */
int descriptor_element(const struct descriptor *d, int z);

/*
 * Features of all atoms of one frame and their exact derivatives, summed over
 * the images of each atom.  Atom i has n_i = nsf of its element values
 *
 *     g + first[i]                   [n_i]
 *
 * and one block of derivatives for each atom it depends on, itself included,
 * entries e = dep[i] ... dep[i+1] - 1:
 *
 *     dg + block[e]                  [3][n_i]  dG_i / dpos[atom[e]],
 *                                              1/angstrom
 *
 * When cell and positions are strained, x -> (1 + strain) x, G_i changes by
 *
 *     T_i = sum_j dG_i/dd_ij (x) d_ij
 *
 * over all neighbors j, images apart: a symmetric tensor, since G_i does not
 * change when all is turned.  Its six components are
 *
 *     strain + 6 first[i]            [6][n_i]  xx yy zz yz xz xy
 */
enum derivatives {
    DERIVE_NOTHING,   /* false */
    DERIVE_POSITIONS, /* true */
    DERIVE_STRAIN,    /* positions, and strain */
};

struct features {
    int natoms;
    int *element; /* [natoms] index into the descriptor's elements */
    int *first;   /* [natoms + 1] */
    double *g;    /* [first[natoms]] */
    int *dep;     /* [natoms + 1] */
    int *atom;    /* [dep[natoms]] */
    int *block;   /* [dep[natoms]] */
    double *dg;
    double *strain; /* [6 first[natoms]] */
    int room_atoms, room_g, room_dep, room_dg, room_strain; /* for reuse */
};

/*
 * Compute the features of a.  nb holds its neighbors within d->cutoff.rc or
 * more; f is zeroed or from an earlier call, whose memory is used again.
 * Derivatives that are not wanted are left alone: strain, or dep, atom, block
 * and dg, too.  Parallel over atoms (OpenMP); the result does not depend on
 * the number of threads.
 * ERR_RANGE if a holds an element that d does not know.
 */
int features_compute(struct features *f, const struct descriptor *d,
                     const struct atoms *a, const struct neighbors *nb,
                     enum derivatives which, struct err *err) MORSEL_MUST_CHECK;
void features_release(struct features *f);

/*
 * As part of a binary file, morsel-features(5); how many bytes that will be.
 * The reader takes the features of the atoms of a, into memory that it uses
 * again as features_compute() does, and sets b->bad on nonsense.
 */
size_t features_size(const struct features *f, enum derivatives which);
void features_put(const struct features *f, enum derivatives which,
                  struct bin *b);
void features_get(struct features *f, const struct descriptor *d,
                  const struct atoms *a, enum derivatives which, struct bin *b);

/*
 * forces[j] -= sum_i dG_i/dpos[j] . dedg_i, added to what is there: forces
 * (eV/angstrom) from dE/dG (eV), dedg laid out as g.
 */
void features_forces(const struct features *f, const double *dedg,
                     double (*forces)[3]);

/* The same for strain: dedstrain += sum_i T_i . dedg_i, eV, both halves. */
void features_strain(const struct features *f, const double *dedg,
                     double dedstrain[3][3]);

#endif
