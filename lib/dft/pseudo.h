#ifndef MORSEL_DFT_PSEUDO_H
#define MORSEL_DFT_PSEUDO_H

#include <stdbool.h>

#include <morsel/util.h>

/*
 * Pseudopotentials, whatever file they are from: an ionic charge, a local
 * potential, projectors with their strengths D_ij, and, if the file has them,
 * a core charge for the exchange and correlation, and the density and the
 * orbitals of the free atom to start from.
 *
 * All radial functions are met in reciprocal space, as functions of q in
 * 1/bohr with their slope df/dq, in hartree atomic units:
 *
 *     local    f(q) = int v(r) exp(-iqr) d3r, hartree bohr^3; contains
 *              -4 pi zion / q^2.  At q = 0: the limit of f(q) + 4 pi zion/q^2
 *              (the "alpha Z" term), slope 0.
 *     core     f(q) = int rho_core(r) exp(-iqr) d3r, electrons
 *     density  f(q) = int rho_atom(r) exp(-iqr) d3r, electrons: the valence
 *              of the free atom; f(0) = zion
 *     beta i   f(q) = 4 pi int r^2 j_l(qr) beta_i(r) dr, l = l[i]
 *     orbital i  the same of the radial wave function of the free atom
 *
 * core_radius is the larger of the largest rms radius of an r beta_i(r) and of
 * the radius from which on v(r) is within 10 % of -zion/r: bonds of molecules
 * are longer than the sum of two, atoms on the way to fusion are not.
 */
enum pseudo_part {
    PSEUDO_LOCAL,
    PSEUDO_CORE,
    PSEUDO_DENSITY,
    PSEUDO_BETA,
    PSEUDO_ORBITAL,
};

enum { PSEUDO_MAX_L = 3 };

struct pseudo_data; /* private to the kind of file */

struct pseudo {
    int z;
    char source[256];    /* the file, or the name in the built-in table */
    uint64_t hash;       /* of the file, or of the entry of the table */
    char functional[32]; /* "PBE", "LDA", ... ; "" if not said */
    double zion;         /* electrons that are not frozen */
    int nbeta;           /* radial projectors */
    int *l;              /* [nbeta] */
    double *d;           /* [nbeta][nbeta] D_ij, hartree; 0 if l differ */
    double *q;           /* [nbeta][nbeta] Q_ij, NULL: norm-conserving, S=1 */
    bool core;           /* has a core charge (nlcc) */
    int norbitals;
    int *orbital_l;             /* [norbitals] */
    double *orbital_occupation; /* [norbitals] electrons */
    double core_radius; /* bohr; two cores overlap if they are closer than the
                           sum of their radii */
    double ecut_hint;   /* hartree, suggested by the file; 0: none */

    double (*eval)(const struct pseudo *p, enum pseudo_part part, int i,
                   double q, double *slope);
    void (*release)(struct pseudo *p);
    struct pseudo_data *data;
};

/* f(q), and its slope if slope is not NULL.  i: projector or orbital. */
static inline double pseudo_eval(const struct pseudo *p, enum pseudo_part part,
                                 int i, double q, double *slope)
{
    return p->eval(p, part, i, q, slope);
}

void pseudo_release(struct pseudo *p);

/*
 * The built-in table: dual-space Gaussian potentials of S. Goedecker, M. Teter
 * and J. Hutter, Phys. Rev. B 54, 1703 (1996); C. Hartwigsen, S. Goedecker and
 * J. Hutter, Phys. Rev. B 58, 3641 (1998); M. Krack, Theor. Chem. Acc. 114,
 * 145 (2005).  See gth.h and morsel-pseudo(5).
 *
 * functional is that of the calculation, as in pseudo_fits(); q the number of
 * valence electrons (0: that of most use).  ERR_RANGE if there is none, with
 * those that there are.
 */
int pseudo_builtin(struct pseudo *p, int z, const char *functional, int q,
                   struct err *err) MORSEL_MUST_CHECK;

/*
 * A file: UPF v2, our own text, or GTH text as CP2K and ABINIT write it.
 * qmax (1/bohr): how far eval() will be asked; what is tabulated is integrated
 * directly, and slowly, beyond that.
 */
int pseudo_read(struct pseudo *p, const char *path, double qmax,
                struct err *err) MORSEL_MUST_CHECK;

/*
 * The one file of a folder that by its name is a potential of element z:
 * "Cu.upf", "cu_ONCV_PBE-1.2.UPF", "Cu-PBE-q11.gth".  *path is for the caller
 * to free.  ERR_RANGE if there is none, or more than one: then it names them.
 */
int pseudo_find(const char *folder, int z, char **path,
                struct err *err) MORSEL_MUST_CHECK;
bool pseudo_is_of(const char *name, int z);

/*
 * May a calculation with this functional ("PBE", "LDA", or a name of libxc)
 * use the potential?  0, or ERR_RANGE with file, its functional and ours.
 *
 * LDA takes LDA; PBE, RPBE, revPBE, PBEsol and functionals of libxc that have
 * no name here take PBE, and each takes its own; BLYP takes BLYP.  A file that
 * does not say what it is for, is taken.
 */
int pseudo_fits(const struct pseudo *p, const char *functional,
                struct err *err) MORSEL_MUST_CHECK;

/* "PBE", "LDA", ... of what files call them ("SLA PW PBX PBC", "pz"); a name
 * that is not known stays what it is.  name[32]. */
void pseudo_functional(const char *said, char name[32]);

/*
 * The potential of element z by spec: NULL, the built-in table; a folder; or
 * a list "Cu=file,C=file", whose elements that are not named are built in.
 * It must be for z and pseudo_fits() the functional.
 */
int pseudo_choose(struct pseudo *p, int z, const char *spec,
                  const char *functional, double qmax,
                  struct err *err) MORSEL_MUST_CHECK;

/* What decides the numbers of spec, in words, files by what is in them; the
 * caller frees it. */
char *pseudo_settings(const char *spec);

/*
 * The kinetic energy that the free atom has in waves beyond ecut, hartree:
 * about what a cutoff of ecut does to the energy of each such atom.  (Cu of
 * SG15 at 60 Ry: 1.28 eV, and its crystal is off by 1.13 eV; at 50 Ry 10.3 and
 * 8.4 eV.)  Differences and forces are off by some hundredths of it, short
 * bonds by a tenth, per angstrom.
 */
double pseudo_tail(const struct pseudo *p, double ecut);

#endif
