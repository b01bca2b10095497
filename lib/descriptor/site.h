#ifndef MORSEL_DESCRIPTOR_SITE_H
#define MORSEL_DESCRIPTOR_SITE_H

#include <morsel/descriptor.h>

#include "plan.h"

/*
 * The surroundings of one atom as the kernel wants them: neighbors sorted by
 * element, each element in a block of whole vectors, which lanes of no weight
 * fill up; and where the derivatives go.  A lane k belongs to the run of its
 * atom, whose images follow one another.
 */
struct run {
    int first, end; /* lanes */
    int dep;        /* offset of its derivatives; -1: the atom's own image */
};

struct site {
    int first[MAX_Z + 1];     /* [slots + 1] where blocks begin */
    int n[MAX_Z];             /* [slots] neighbors in a block */
    int first_run[MAX_Z + 1]; /* [slots + 1] */
    struct run *run;
    int room, room_run;
    int self;  /* offset of the derivatives by the atom itself */
    int nsf;   /* functions of the atom: the rows of a block of derivatives */
    int *at;   /* [longest row] work */
    int *atom; /* [room] whose lane it is */

    /* All [room], aligned. */
    double *d[3];     /* seen from the atom, angstrom */
    double *s, *inv;  /* |d|^2, 1 / |d| */
    double *fc, *dfc; /* cutoff, and its derivative by s */
    double *p, *dp;   /* exp(-eta s) fc, and its derivative by r, over r */
    double *pair[8];  /* see kernel.c */
    double *power;
    double *a[4]; /* [functions of a group][room]; see kernel.c */
    double *gsum; /* [functions of a group][LANES] */
    void *memory;
};

/* Where the features of each atom stand, and room for them. */
int lay_out_features(struct features *f, const struct descriptor *d,
                     const struct atoms *a, struct err *err) MORSEL_MUST_CHECK;
int lay_out_strain(struct features *f, struct err *err) MORSEL_MUST_CHECK;

void site_init(struct site *s, const struct sf_plan *p, int longest);
void site_release(struct site *s);

/* Take the neighbors of i; f is laid out. */
void site_fill(struct site *s, const struct element_plan *p,
               const struct features *f, const struct atoms *a,
               const struct neighbors *nb, double rc, int i, bool derivatives);

/*
 * Values g of the functions of a site, its derivatives in dg and strain
 * [6][nsf] (NULL: not wanted); added to what is there.
 */
void kernel(struct site *s, const struct sf_plan *plan,
            const struct element_plan *p, double *g, double *dg,
            double *strain);

#endif
