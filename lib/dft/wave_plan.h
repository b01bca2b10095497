#ifndef MORSEL_DFT_WAVE_PLAN_H
#define MORSEL_DFT_WAVE_PLAN_H

#include <complex.h>
#include <fftw3.h>

#include "wave.h"

/*
 * Every step of a transform goes from one array into another and ends with
 * many transforms side by side: of such plans FFTW_ESTIMATE knows the good
 * ones (in place, or ending line by line, it is up to three times slower than
 * FFTW_MEASURE), and it always makes the same plan, and so the same last digit.
 *
 *     line[ns][GROUP]   c(G) of a group of columns
 *     columns[ngroups][stride][GROUP]      after the transform along s
 *     open[nb][nrows]   one plane of the columns
 *     half[nb][na]      after that along b; a >= nrows are zeros
 *     plane[na][nb]     after that along a: psi(r)
 *     back[na][nb], shut[nb][nrows], end[ns][GROUP]    the same on the way back
 *
 * Indices count from the lowest m of the basis: zeros are at the end of each
 * line only.  That multiplies psi(r) by a phase, which neither v psi nor
 * |psi|^2 sees.
 */
enum { GROUP = 4 }; /* a cache line */

/* Plane waves in the lines of the groups, those of group i from first[i] on:
 * number g of a vector is at line[at]. */
struct places {
    int *first; /* [ngroups + 1] */
    int *g, *at;
};

struct wave {
    int npw, n[3]; /* points along s, a and b */
    bool real, self;
    int top;                 /* s < top holds plane waves */
    int nrows;               /* a < nrows does */
    int ncolumns;            /* padded to whole groups */
    int ngroups, stride;     /* of a group, in s */
    int *column;             /* [ncolumns] where its s = 0 is in columns */
    int *place;              /* [ncolumns] where it is in open */
    struct places up;        /* of G; without G = -G-K, */
    struct places down;      /* of -G-K, if real; */
    int self_group, self_at; /* which is here */
    fftw_plan column_plan[2], row_plan[2], plane_plan[2];
};
enum { TO_R, TO_G };

/* One thread's memory.  Zeros outside the sphere stay once they are there. */
struct scratch {
    double complex *columns, *line, *open, *half, *plane, *back, *shut, *end;
};

/* Which axes s, a and b are. */
void wave_axes(const int n[3], int axis[3]);

void scratch_init(struct scratch *s, const struct wave *w);
void scratch_release(struct scratch *s);

#endif
