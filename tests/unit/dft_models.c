#include "dft_models.h"

#include <morsel/units.h>

/* Only types and charges matter here. */
static double flat(const struct pseudo *p, enum pseudo_part part, int i,
                   double q, double *slope)
{
    (void)p, (void)part, (void)i, (void)q;
    if (slope)
        *slope = 0;
    return 1;
}

static const struct pseudo one = {.zion = 4, .eval = flat},
                           two = {.zion = 5, .eval = flat};

#define H 0.86602540378443864676 /* sqrt(3)/2 */

/* Numbers of operations: International Tables for Crystallography A. */
const struct model models[] = {
    /* clang-format off */
    {"simple cubic, Oh",
     {{7, 0, 0}, {0, 7, 0}, {0, 0, 7}},
     1, {{0.1, 0.2, 0.3}}, {1}, {0}, 48},
    {"diamond, primitive, Fd-3m",
     {{0, 5, 5}, {5, 0, 5}, {5, 5, 0}},
     2, {{0, 0, 0}, {0.25, 0.25, 0.25}}, {1, 1}, {0}, 48},
    {"zincblende, F-43m",
     {{0, 5, 5}, {5, 0, 5}, {5, 5, 0}},
     2, {{0, 0, 0}, {0.25, 0.25, 0.25}}, {1, 2}, {0}, 24},
    {"face-centred, conventional",
     {{7.5, 0, 0}, {0, 7.5, 0}, {0, 0, 7.5}},
     4, {{0, 0, 0}, {0, 0.5, 0.5}, {0.5, 0, 0.5}, {0.5, 0.5, 0}},
     {1, 1, 1, 1}, {0}, 192},
    {"up and down along c, P4/mmm twice",
     {{7.5, 0, 0}, {0, 7.5, 0}, {0, 0, 7.5}},
     4, {{0, 0, 0}, {0, 0.5, 0.5}, {0.5, 0, 0.5}, {0.5, 0.5, 0}},
     {1, 1, 1, 1}, {2, -2, -2, 2}, 32},
    {"close-packed, P6_3/mmc",
     {{5, 0, 0}, {-2.5, 5 * H, 0}, {0, 0, 8.1}},
     2, {{1.0 / 3, 2.0 / 3, 0.25}, {2.0 / 3, 1.0 / 3, 0.75}},
     {1, 1}, {0}, 24},
    {"the same from another origin",
     {{5, 0, 0}, {-2.5, 5 * H, 0}, {0, 0, 8.1}},
     2, {{0.41, 0.9, 0.37}, {0.41 + 1.0 / 3, 0.9 - 1.0 / 3, 0.87}},
     {1, 1}, {0}, 24},
    {"a mirror, Pm",
     {{7, 0, 0}, {0, 6, 0}, {1, 0, 8}},
     3, {{0.1, 0.5, 0.2}, {0.3, 0.5, 0.7}, {0.82, 0, 0.4}},
     {1, 2, 2}, {0}, 2},
    {"nothing",
     {{7, 0.2, 0.1}, {0.4, 6, 0.3}, {1, 0.6, 8}},
     3, {{0.1, 0.5, 0.2}, {0.3, 0.45, 0.7}, {0.82, 0, 0.4}},
     {1, 2, 2}, {0}, 1},
    /* clang-format on */
};
void model_init(struct crystal *c, const struct model *m)
{
    const struct pseudo *table[120] = {NULL, &one, &two};
    struct atoms a;

    atoms_init(&a, m->natoms);
    for (int i = 0; i < 9; i++)
        a.cell[i / 3][i % 3] = m->a[i / 3][i % 3] * ANGSTROM_PER_BOHR;
    for (int i = 0; i < m->natoms; i++) {
        a.z[i] = m->z[i];
        for (int j = 0; j < 9; j++)
            a.pos[i][j % 3] += m->x[i][j / 3] * a.cell[j / 3][j % 3];
    }
    crystal_init(c, &a, table, m->moment);
    atoms_release(&a);
}

void model_find(struct symmetry *s, const struct crystal *c)
{
    struct err err;

    ck_assert_int_eq(symmetry_find(s, c, true, 2e-5, &err), 0);
}
