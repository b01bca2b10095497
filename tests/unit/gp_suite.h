#ifndef TESTS_UNIT_GP_SUITE_H
#define TESTS_UNIT_GP_SUITE_H

#include <check.h>

#include <morsel/gp.h>

/*
 * Five atoms, the first two fixed, in a periodic cell smaller than the reach
 * of the features; and frames of them displaced at random, labelled with twice
 * the published Morse energy, its forces and, of a crystal, its stress.
 */
void gp_atoms(struct atoms *a);
void gp_label(struct frame *f, const struct atoms *a);
void gp_frames(struct frames *frames, int n);

/* A process trained on those, with a prior or none. */
void gp_of_frames(struct gp *gp, int n, bool prior);

/* Published prior of another switch than the labels'. */
void gp_add_prior(struct gp *gp);

/* One to three atoms in a crooked cell, smaller than the reach. */
enum { GP_CROOKED = 3 };
void gp_crooked(struct atoms *a, int natoms);

/* x -> x + h e_r (e_c . x). */
void gp_strain(struct atoms *a, int r, int c, double h);

/* n frames of it, displaced and strained at random, but for the first. */
void gp_crystals(struct frames *frames, int natoms, int n, bool strained);

/* Parts of the suite of lib/gp. */
TCase *gp_covariance_tests(void);
TCase *gp_strain_tests(void);
TCase *gp_file_tests(void);

#endif
