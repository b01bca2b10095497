#ifndef TESTS_UNIT_DFT_SCENE_H
#define TESTS_UNIT_DFT_SCENE_H

#include <check.h>

#include "dft/nonlocal.h"

/*
 * Three atoms of two species in a crooked cell, with a potential of our own:
 * f(q) = q^l (1 + c q^2) exp(-w q^2 / 2), two radial projectors of each l, with
 * an overlap on one species if asked for.
 */
enum { NBETA = 8, NB = 5 };

struct pseudo_data {
    double width, bend;
};

struct scene {
    struct pseudo pseudo[2];
    struct pseudo_data data[2];
    int l[2][NBETA];
    double strengths[2][2 * NBETA * NBETA];
    struct crystal crystal;
};

void scene_init(struct scene *s, bool overlap);

/* Random states psi[NB][npw]; the caller frees them. */
double complex *scene_states(const struct basis *b);

/* k points: one where states are complex, two where they can be real. */
extern const double scene_generic[3], scene_halves[2][3];

/* Occupations and eigenvalues. */
extern const double scene_occ[NB], scene_eig[NB];

/* More of dft_nonlocal_cases(). */
void dft_nonlocal_force_cases(TCase *t);

#endif
