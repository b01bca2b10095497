#include <morsel/neb.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "align.h"

/* May two images be of one band? */
static int check_alike(const struct atoms *a, const struct atoms *b,
                       struct err *err)
{
    if (a->natoms != b->natoms)
        return err_set(err, ERR_RANGE,
                       "an image of %d atoms and one of %d are no band",
                       a->natoms, b->natoms);
    for (int i = 0; i < a->natoms; i++)
        if (a->z[i] != b->z[i])
            return err_set(err, ERR_RANGE,
                           "atom %d is %s in one image and %s in another: all "
                           "must list the same atoms in the same order",
                           i, element_symbol(a->z[i]), element_symbol(b->z[i]));
    for (int i = 0; i < 3; i++)
        if (a->pbc[i] != b->pbc[i])
            return err_set(err, ERR_RANGE,
                           "the images differ in pbc: all must have the same");
    for (int i = 0; i < 9; i++)
        if (!(fabs(a->cell[i / 3][i % 3] - b->cell[i / 3][i % 3]) <= 1e-6))
            return err_set(err, ERR_RANGE,
                           "the images differ in their cell: all must have "
                           "the same");
    return 0;
}

/* The arrays, and all that images have in common; the ends are pinned. */
static void alloc(struct band *b, const struct atoms *a, int n)
{
    size_t natoms = (size_t)a->natoms, all = (size_t)n * natoms;

    *b = (struct band){.nimages = n, .natoms = a->natoms, .culprit = -1};
    atoms_init(&b->all, n * a->natoms);
    b->all.move = xcalloc(all, sizeof *b->all.move);
    memcpy(b->all.cell, a->cell, sizeof a->cell);
    memcpy(b->all.pbc, a->pbc, sizeof a->pbc);
    b->image = xcalloc((size_t)n, sizeof *b->image);
    b->energy = xcalloc((size_t)n, sizeof *b->energy);
    b->forces = xcalloc(all, sizeof *b->forces);
    b->neb = xcalloc(all, sizeof *b->neb);
    b->tangent = xcalloc(natoms, sizeof *b->tangent);
    b->mask = xcalloc(natoms, sizeof *b->mask);
    for (int i = 0; i < n; i++) {
        struct atoms *image = &b->image[i];
        *image = b->all;
        image->natoms = a->natoms;
        image->z = b->all.z + (size_t)i * natoms;
        image->pos = b->all.pos + (size_t)i * natoms;
        image->move = b->mask;
        memcpy(image->z, a->z, natoms * sizeof *a->z);
    }
}

/* What may move in all that are given moves in the inner images. */
static void set_mask(struct band *b, const struct atoms *const *given, int m)
{
    size_t natoms = (size_t)b->natoms;

    for (int i = 0; i < 3 * b->natoms; i++) {
        b->mask[i / 3][i % 3] = true;
        for (int k = 0; k < m; k++)
            b->mask[i / 3][i % 3] &= may_move(given[k], i / 3, i % 3);
    }
    for (int i = 1; i < b->nimages - 1; i++)
        memcpy(b->all.move + (size_t)i * natoms, b->mask,
               natoms * sizeof *b->mask);
}

int band_unwrap(const struct atoms *from, struct atoms *to, struct err *err)
{
    struct lattice l;
    double d[3];

    if (check_alike(from, to, err) < 0 || lattice_init(&l, from, err) < 0)
        return err->code;
    for (int i = 0; i < to->natoms; i++) {
        if (nearest_given(&l, from->pos[i], to->pos[i], d))
            continue; /* to the bit */
        for (int k = 0; k < 3; k++)
            to->pos[i][k] = from->pos[i][k] + d[k];
    }
    return 0;
}

void band_init(struct band *b, const struct atoms *const *given, int m, int n)
{
    size_t size = (size_t)given[0]->natoms * sizeof *b->all.pos;

    assert(n >= 3 && (m == 2 || m == n));
    alloc(b, given[0], n);
    set_mask(b, given, m);
    for (int i = 0; i < m; i++)
        memcpy(b->image[i == m - 1 ? n - 1 : i].pos, given[i]->pos, size);
    for (int i = 1; m == 2 && i < n - 1; i++)
        for (int a = 0; a < 3 * b->natoms; a++) {
            double from = given[0]->pos[a / 3][a % 3];
            double to = given[1]->pos[a / 3][a % 3];
            b->image[i].pos[a / 3][a % 3] = from + (to - from) * i / (n - 1);
        }
}

void band_release(struct band *b)
{
    atoms_release(&b->all);
    free(b->image);
    free(b->energy);
    free(b->forces);
    free(b->neb);
    free(b->tangent);
    free(b->mask);
    *b = (struct band){0};
}

double band_path(const struct band *b, int i)
{
    double path = 0;

    for (int k = 1; k <= i; k++) {
        double d2 = 0;
        for (int a = 0; a < b->natoms; a++)
            for (int x = 0; x < 3; x++) {
                double d = b->image[k].pos[a][x] - b->image[k - 1].pos[a][x];
                d2 += d * d;
            }
        path += sqrt(d2);
    }
    return path;
}
