#include <morsel/neb.h>

#include <stdlib.h>
#include <string.h>

#include "align.h"

/* Atoms that move less than this are where they belong, angstrom. */
#define STAYS 0.5

/*
 * The assignment of least cost: column of each row, by shortest augmenting
 * paths with potentials u, v (Kuhn's method in the form of J. Munkres, J. SIAM
 * 5, 32 (1957)).  cost [n][n]; to [n] (out).
 */
static void assign(int n, const double *cost, int *to)
{
    size_t size = (size_t)n + 1;
    double *u = xcalloc(2 * size, sizeof *u), *v = u + size;
    double *least = xcalloc(size, sizeof *least);
    int *row = xcalloc(2 * size, sizeof *row), *way = row + size;
    bool *done = xcalloc(size, sizeof *done);

    for (int i = 1; i <= n; i++) { /* column 0 holds the row to be placed */
        int j = 0;
        row[0] = i;
        memset(done, 0, size * sizeof *done);
        for (int k = 0; k <= n; k++)
            least[k] = INFINITY;
        while (row[j] != 0) {
            double delta = INFINITY;
            int next = 0;
            done[j] = true;
            for (int k = 1; k <= n; k++) {
                if (done[k])
                    continue;
                double c = cost[(row[j] - 1) * n + k - 1] - u[row[j]] - v[k];
                if (c < least[k]) {
                    least[k] = c;
                    way[k] = j;
                }
                if (least[k] < delta) {
                    delta = least[k];
                    next = k;
                }
            }
            for (int k = 0; k <= n; k++)
                if (done[k]) {
                    u[row[k]] += delta;
                    v[k] -= delta;
                } else {
                    least[k] -= delta;
                }
            j = next;
        }
        for (; j != 0; j = way[j])
            row[j] = row[way[j]];
    }
    for (int k = 1; k <= n; k++)
        to[row[k] - 1] = k - 1;
    free(u);
    free(least);
    free(row);
    free(done);
}

/* Movers of one element: which of the last end is nearest to each? */
static bool element_misordered(const struct band *b, const struct lattice *l,
                               const int *mover, int n, int *i, int *j)
{
    const struct atoms *first = &b->image[0];
    const struct atoms *last = &b->image[b->nimages - 1];
    double *cost = xcalloc((size_t)n * (size_t)n, sizeof *cost);
    int *to = xcalloc((size_t)n, sizeof *to);
    double given = 0, best = 0, d[3];
    bool found = false;

    for (int p = 0; p < n; p++)
        for (int q = 0; q < n; q++) {
            double r = nearest(l, first->pos[mover[p]], last->pos[mover[q]], d);
            cost[p * n + q] = r * r;
        }
    assign(n, cost, to);
    for (int p = 0; p < n; p++) {
        given += cost[p * n + p];
        best += cost[p * n + to[p]];
        if (to[p] != p && !found) {
            *i = mover[p];
            *j = mover[to[p]];
            found = true;
        }
    }
    free(cost);
    free(to);
    return found && best < 0.25 * given && given - best > 1;
}

bool band_misordered(const struct band *b, int *i, int *j)
{
    const struct atoms *first = &b->image[0];
    const struct atoms *last = &b->image[b->nimages - 1];
    int *mover = xcalloc((size_t)b->natoms, sizeof *mover);
    struct lattice l;
    struct err ignored;
    bool found = false;
    double d[3];

    if (lattice_init(&l, first, &ignored) < 0)
        found = false; /* band_init() has refused it */
    for (int z = 1; z <= MAX_Z && !found; z++) {
        int n = 0;
        for (int a = 0; a < b->natoms; a++)
            if (first->z[a] == z &&
                nearest(&l, first->pos[a], last->pos[a], d) > STAYS)
                mover[n++] = a;
        found = n > 1 && element_misordered(b, &l, mover, n, i, j);
    }
    free(mover);
    return found;
}
