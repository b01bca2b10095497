#ifndef TESTS_UNIT_NEB_SUITE_H
#define TESTS_UNIT_NEB_SUITE_H

#include <check.h>

#include <morsel/atoms.h>

/* Bands: how they begin, and whose atoms they are. */
TCase *neb_band_tests(void);

/* Saddles from a guess. */
TCase *neb_dimer_tests(void);

/*
 * The potential of K. Muller and L. D. Brown, Theor. Chim. Acta 53, 75 (1979),
 * in units of 0.01 eV, for one atom in a plane: two saddle points between
 * three minima, all known.
 */
double muller_brown(const struct atoms *a, double (*forces)[3]);
struct atoms muller_brown_at(double x, double y);

#define MB_FIRST (-0.558224), 1.441726 /* minima, */
#define MB_MIDDLE (-0.050011), 0.466694
#define MB_LAST 0.623499, 0.028038
#define MB_HIGH_SADDLE (-0.822002), 0.624313 /* and saddles */
#define MB_LOW_SADDLE 0.212487, 0.292988

#endif
