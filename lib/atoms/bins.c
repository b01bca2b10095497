#include "bins.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void bins_release(struct bins *g)
{
    free(g->bin);
    free(g->first);
    free(g->list);
    free(g->pos);
    free(g->s);
}

/* Positions moved into the home cell along the periodic directions. */
static int wrap(struct bins *g, const struct atoms *a, struct err *err)
{
    const struct lattice *l = &g->lattice;

    for (int i = 0; i < a->natoms; i++) {
        memcpy(g->pos[i], a->pos[i], sizeof g->pos[i]);
        for (int k = 0; k < 3; k++)
            if (!(fabs(a->pos[i][k]) <= 1e9))
                return err_set(err, ERR_RANGE,
                               "atom %d is at %g angstrom: outside all bounds",
                               i + 1, a->pos[i][k]);
        for (int k = 0; k < 3; k++) {
            double s = dot3(l->inverse[k], a->pos[i]);

            if (k < l->nperiodic) {
                double n = floor(s);

                for (int m = 0; n != 0 && m < 3; m++)
                    g->pos[i][m] -= n * l->b[k][m];
                s -= n;
            }
            g->s[i][k] = s;
        }
    }
    return 0;
}

/*
 * Number and width of the bins, which fill the range of the atoms: at most a
 * few more than atoms, however far apart these are.
 */
static void divide(struct bins *g, int natoms)
{
    const struct lattice *l = &g->lattice;
    double n[3], size[3];

    for (int k = 0; k < 3; k++) {
        double low = 0, high = 1;

        if (k >= l->nperiodic) {
            low = high = g->s[0][k];
            for (int i = 1; i < natoms; i++) {
                low = fmin(low, g->s[i][k]);
                high = fmax(high, g->s[i][k]);
            }
        }
        g->origin[k] = low;
        size[k] = high - low;
        n[k] = fmax(1, floor(size[k] * l->height[k] / g->cutoff));
    }
    while (n[0] * n[1] * n[2] > 2.0 * natoms + 8) {
        int longest = n[0] >= n[1] ? 0 : 1;

        longest = n[longest] >= n[2] ? longest : 2;
        n[longest] = ceil(n[longest] / 2);
    }
    for (int k = 0; k < 3; k++) {
        g->n[k] = (int)n[k];
        g->width[k] = size[k] / n[k];
    }
}

/* Bins within the cutoff of a bin: all of them if not periodic. */
static int look(struct bins *g, int natoms, struct err *err)
{
    const struct lattice *l = &g->lattice;
    double images = 1;

    for (int k = 0; k < 3; k++) {
        double reach = 1;

        if (k < l->nperiodic) {
            reach = ceil(g->cutoff / (l->height[k] * g->width[k]));
            images *= ceil(2 * reach / g->n[k]);
        }
        g->reach[k] = (int)fmin(reach, 1e6);
    }
    if (!(images * natoms <= MAX_NEIGHBORS))
        return err_set(err, ERR_RANGE,
                       "the cell is too small for a cutoff of %g angstrom: "
                       "%g images of it are within",
                       g->cutoff, images);
    return 0;
}

/* Counting sort of the atoms by bin. */
static void fill(struct bins *g, int natoms)
{
    int nbin = g->n[0] * g->n[1] * g->n[2];

    g->first = xcalloc((size_t)nbin + 2, sizeof *g->first);
    for (int i = 0; i < natoms; i++) {
        int b = 0;

        for (int k = 0; k < 3; k++) {
            double x = 0;

            if (g->width[k] > 0)
                x = floor((g->s[i][k] - g->origin[k]) / g->width[k]);
            b = b * g->n[k] + (int)fmax(0, fmin(x, g->n[k] - 1));
        }
        g->bin[i] = b;
        g->first[b + 2]++;
    }
    for (int b = 0; b < nbin; b++)
        g->first[b + 2] += g->first[b + 1];
    for (int i = 0; i < natoms; i++)
        g->list[g->first[g->bin[i] + 1]++] = i;
}

int bins_init(struct bins *g, const struct atoms *a, double cutoff,
              struct err *err)
{
    *g = (struct bins){.cutoff = cutoff + MARGIN};
    if (lattice_init(&g->lattice, a, err) < 0)
        return err->code;
    g->bin = xcalloc((size_t)a->natoms, sizeof *g->bin);
    g->list = xcalloc((size_t)a->natoms, sizeof *g->list);
    g->pos = xcalloc((size_t)a->natoms, sizeof *g->pos);
    g->s = xcalloc((size_t)a->natoms, sizeof *g->s);
    if (wrap(g, a, err) < 0)
        return err->code;
    divide(g, a->natoms);
    if (look(g, a->natoms, err) < 0)
        return err->code;
    fill(g, a->natoms);
    return 0;
}
