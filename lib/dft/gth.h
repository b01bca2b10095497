#ifndef MORSEL_DFT_GTH_H
#define MORSEL_DFT_GTH_H

#include "pseudo.h"

/*
 * Dual-space Gaussian potentials: everything is a Gaussian times a polynomial,
 * in real as in reciprocal space.  S. Goedecker, M. Teter and J. Hutter, Phys.
 * Rev. B 54, 1703 (1996); C. Hartwigsen, S. Goedecker and J. Hutter, Phys. Rev.
 * B 58, 3641 (1998).  With x = r / rloc,
 *
 *     v(r) = -zion/r erf(x / sqrt(2))
 *            + exp(-x^2/2) (C1 + C2 x^2 + C3 x^4 + C4 x^6)
 *
 *     beta_n(r) = sqrt(2) r^(l+2n) exp(-r^2 / 2a^2)
 *                 / (a^(l+2n+3/2) sqrt(Gamma(l+2n+3/2))),   n = 0, 1, 2
 *
 * with one radius a and one symmetric matrix h for each l; beta is normalized.
 */
enum { GTH_MAX_C = 4, GTH_MAX_N = 3 };

struct gth_channel {
    double a; /* bohr */
    int n;    /* projectors */
    double h[GTH_MAX_N][GTH_MAX_N];
};

struct gth {
    int z, zion;
    char functional[32];
    char origin[32]; /* the table's key of the article; may be empty */
    double rloc;     /* bohr */
    int nc;
    double c[GTH_MAX_C]; /* hartree */
    struct gth_channel channel[PSEUDO_MAX_L + 1];
};

/* The potential of these numbers; source and hash are the caller's. */
int gth_make(struct pseudo *p, const struct gth *g,
             struct err *err) MORSEL_MUST_CHECK;

/* The same without what the free atom gives. */
void gth_analytic(struct pseudo *p, const struct gth *g);

/* The problem of its free atom, for atom_solve(). */
struct atom;
void gth_atom(struct atom *a, const struct pseudo *p);

/* v(r) and beta_n(r) of channel l. */
double gth_local(const struct gth *g, double r);
double gth_projector(const struct gth *g, int l, int n, double r);

/*
 * Text.  gth_read(): one potential, the whole of the text, in the format of
 * ABINIT (pspcod 10), of CP2K or our own, whichever it is.  gth_next(): the
 * next one of ours; 1, 0 at the end, or an error.
 */
int gth_read(struct gth *g, struct text *t, struct err *err) MORSEL_MUST_CHECK;
int gth_open(struct text *t, struct err *err) MORSEL_MUST_CHECK;
int gth_next(struct gth *g, struct text *t, struct err *err) MORSEL_MUST_CHECK;

/* ABINIT's from its second line on, and CP2K's after its title. */
int gth_read_abinit(struct gth *g, struct text *t,
                    struct err *err) MORSEL_MUST_CHECK;
int gth_read_cp2k(struct gth *g, const char *title, struct text *t,
                  struct err *err) MORSEL_MUST_CHECK;

/* To the next line that says something, without its comment: 1, 0 at the end,
 * or an error; gth_expect(): the end is one, too. */
int gth_line(struct text *t, struct err *err) MORSEL_MUST_CHECK;
int gth_expect(struct text *t, const char *what,
               struct err *err) MORSEL_MUST_CHECK;

/* Refuse numbers that no potential has. */
int gth_check(const struct text *t, const struct gth *g,
              struct err *err) MORSEL_MUST_CHECK;
void gth_set_h(struct gth_channel *s, int i, int j, double h);

/* The file gth.potentials, made a part of the program by make. */
extern const unsigned char gth_potentials[];
extern const unsigned long gth_potentials_size;

#endif
