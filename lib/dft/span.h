#ifndef MORSEL_DFT_SPAN_H
#define MORSEL_DFT_SPAN_H

#include "hamiltonian.h"

/*
 * The span of some vectors v, H and S in it, and the lowest states there,
 * psi = sum_i v_i c_i: what a block eigensolver works on (davidson.c).
 */
struct span {
    const struct hamiltonian *h;
    bool real, s;
    int npw, nb, m, room;
    double complex *v, *hv, *sv; /* [room][npw]; sv is v if S = 1 */
    double complex *x;           /* [nb][npw] psi, for S = 1 and !ritz */
    double complex *r, *sx;      /* [nb][npw] residuals; sx is x if S = 1 */
    void *hm, *sm;               /* [room][room] <v|H|v>, <v|S|v>, upper */
    void *c;                     /* [m][nb] the states */
    void *part;                  /* [m][nb] some of c */
    double *e, *old;             /* [nb] eigenvalues, those at residual[] */
    double *residual;            /* [nb] */
    bool *done;                  /* [nb] */
    int *todo;                   /* [nb] which states are not */
    double *diagonal;            /* [npw] of H, about */
    struct rng rng;
    int applied;
    int nr;    /* residuals in r, of the states in todo */
    bool ritz; /* v[0 ... nb-1] are the states, and there are no others */
};

/* Dimension of the space, over the real or the complex numbers. */
int span_dimension(const struct basis *b);

/* Room for so many vectors (no more than there are), and nb states that the
 * caller keeps in psi[nb][npw]. */
void span_init(struct span *d, const struct hamiltonian *h, int nb, int room,
               double complex *psi);
void span_release(struct span *d);

/* Take in count vectors that stand behind the m of now: H and S times them,
 * and then their part of the matrices. */
void span_apply(struct span *d, int count);
void span_couple(struct span *d, int count);

/* Both, one vector after the other, for such as may depend on each other: a
 * random one replaces those.  v[0 ... m-1] have to be S-orthonormal. */
void span_extend_carefully(struct span *d, int count);

/* The lowest nb states of the span: e and c.  If it fails, these remain. */
int span_reduce(struct span *d, struct err *err) MORSEL_MUST_CHECK;

/* r = H psi - e S psi of the n states of todo, and their norms. */
void span_residuals(struct span *d, int n);

/* The states take the place of the v. */
void span_collapse(struct span *d);

/* psi of all states, where the caller wants them. */
void span_finish(struct span *d);

double span_norm(const struct span *d, const double complex *a,
                 const double complex *b); /* <a|b>^1/2 */
void span_scale(const struct span *d, double f, double complex *a);

#endif
