#ifndef CHAIN_H
#define CHAIN_H

#include "simulate.h"

/* The band of neb, with what the tool knows of its images. */
struct chain {
    struct band band;
    struct frames given;    /* ends, or all images, as read and stripped */
    struct bin begun;       /* the same, as a checkpoint has them, or empty */
    struct frame *template; /* [nimages] what an image's frame begins with */
    struct frame *answer;   /* [nimages] with the last answer about it */
    bool *known;            /* [nimages] there is one */
    double *sigma;          /* [nimages] largest spread, eV/angstrom */
    bool has_sigma;
    struct atoms start; /* all images at the start, and before a step */
    double (*before)[3];
    struct relax *relax;
    struct frame last[2]; /* of the walks of the ends, if they were relaxed */
    int step;
    enum stop stop;
};

/* The band between the ends given, or all that are; its atoms where a new one
 * begins, or wherever they were. */
int chain_build(const struct simulate *s, struct chain *c, bool anew,
                struct err *err) MORSEL_MUST_CHECK;

#endif
