#ifndef TESTS_UNIT_DFT_MODELS_H
#define TESTS_UNIT_DFT_MODELS_H

#include <check.h>

#include "dft/symmetry.h"

/* Crystals by lattice vectors (bohr) and fractional coordinates. */
struct model {
    const char *name;
    double a[3][3];
    int natoms;
    double x[4][3];
    int z[4]; /* 1 or 2 */
    double moment[4];
    int nops;
};

extern const struct model models[];
enum { NMODELS = 9 };

void model_init(struct crystal *c, const struct model *m);
void model_find(struct symmetry *s, const struct crystal *c);

/* More of dft_symmetry_cases(). */
void dft_symmetrize_cases(TCase *t);

#endif
