#ifndef TESTS_UNIT_ATOMS_SUITE_H
#define TESTS_UNIT_ATOMS_SUITE_H

#include <check.h>

#include <morsel/atoms.h>

/* The part of the suite that is about neighbors. */
TCase *neighbors_tests(void);

/* Cells to try: rows, periodicity. */
struct cell {
    const char *name;
    double cell[3][3];
    bool pbc[3];
};
enum { NCELLS = 10 };
extern const struct cell cells[NCELLS];

/* n atoms at random in a box about cells[c], some of them far outside. */
void random_atoms(struct atoms *a, int c, int n, uint64_t seed);

#endif
