#ifndef MORSEL_DESCRIPTOR_PLAN_H
#define MORSEL_DESCRIPTOR_PLAN_H

#include <morsel/descriptor.h>

/*
 * How the fast kernel computes a set: functions that share all but zeta and
 * lambda in groups, and what can be made once made once.
 *
 * The radial part p(s) = exp(-eta s) fc(sqrt s), s = r^2, of one side of a
 * triangle is an entire function of s for the cosine cutoff, which with
 * y = s / rc^2 is
 *
 *     fc = cos^2(pi sqrt(y) / 2) = ((1 - y) h(y))^2,
 *
 * h having no zero up to y = 1.  So with q = (1 - y) h(y) exp(-eta s / 2),
 * p = q^2 keeps all its digits also where it vanishes, and h exp(-eta s / 2)
 * is a polynomial of low degree; unless eta rc^2 is large, where the
 * exponential is better left out of it.
 */
enum { LOW_DEGREE = 9, MAX_DEGREE = 20 };

struct radial {
    enum cutoff_type type;
    double rc2; /* rc^2, angstrom^2 */
    double eta; /* what is not in the polynomial, 1/angstrom^2 */
    int degree; /* in t = 2 y - 1, LOW_DEGREE or more */
    double h[MAX_DEGREE + 1];
    double dh[MAX_DEGREE + 1]; /* [degree] of its derivative by y */
    double gamma;              /* of the polynomial cutoff */
};

struct term {
    int m; /* which function of the central element */
    struct sf sf;
    double norm; /* 2^(1-zeta) */
};

/* Functions on the neighbors of one element, or on pairs of two. */
struct group {
    enum sf_type type;
    int e1, e2; /* slots of the neighbor elements; e2 only for G4 and G5 */
    double eta; /* 1/angstrom^2, of G4 and G5 */
    int n;
    struct term *term;  /* [n] */
    struct radial side; /* between the neighbors, of G4 */
};

struct element_plan {
    int nslot;           /* elements of neighbors that matter */
    int slot[MAX_Z + 1]; /* which is which; -1: does not matter */
    int ngroup;
    struct group *group; /* [ngroup] */
    int most;            /* functions in the largest group */
};

struct sf_plan {
    int nelement;
    struct radial cutoff;         /* fc alone, eta = 0 */
    struct element_plan *element; /* [nelement] */
    int most_slots, most;         /* the largest of any element */
};

struct sf_plan *plan_new(const struct descriptor *d);
void plan_free(struct sf_plan *p); /* may be NULL */

#endif
