/* Atoms on one spot. */

#include "parse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * Nearer than this times the sum of the covalent radii there is no structure
 * and no label: 0.66 angstrom for Cu-Cu, 0.155 for H-H (bond: 0.74).
 */
static const double nearest = 0.25;

enum { SPACING = 3 /* of the grid, angstrom */ };

/*
 * A grid of cells that are hashed into buckets, so that its extent costs
 * nothing.  Atom i is in cell floor(s_k n_k) in the coordinates of the
 * lattice, modulo n_k along its periodic directions, and in cell
 * floor(s_k / SPACING) along the others.
 */
struct grid {
    const struct atoms *a;
    struct lattice lattice;
    int n[3];                 /* cells along a periodic direction */
    double scale[3];          /* cells per unit of a coordinate */
    double reach[3];          /* largest distance of an overlap, in cells */
    int *bucket;              /* [mask + 1] last atom in it, or -1 */
    int *next;                /* [natoms] */
    double (*pos)[3];         /* [natoms][3] wrapped, angstrom */
    double radius[MAX_Z + 1]; /* covalent, angstrom */
    size_t mask;
};

static double largest_radius(const struct grid *g)
{
    double r = 0;

    for (int i = 0; i < g->a->natoms; i++)
        r = fmax(r, g->radius[g->a->z[i]]);
    return r;
}

/* Everything but the atoms. */
static int grid_init(struct grid *g, const struct atoms *a, struct err *err)
{
    double radius;

    *g = (struct grid){.a = a, .mask = 1};
    if (lattice_init(&g->lattice, a, err) < 0)
        return err->code;
    for (int z = 1; z <= MAX_Z; z++)
        g->radius[z] = element_radius(z);
    radius = largest_radius(g);
    for (int k = 0; k < 3; k++) {
        double height = g->lattice.height[k];
        bool periodic = k < g->lattice.nperiodic;

        /* a periodic direction has a whole number of cells, at least one */
        g->n[k] = periodic ? (int)fmax(1, height / SPACING) : 1;
        g->scale[k] = periodic ? g->n[k] : 1.0 / SPACING;
        g->reach[k] = 2 * nearest * radius * g->scale[k] / height;
    }
    while (g->mask < 2 * (size_t)a->natoms)
        g->mask *= 2;
    g->bucket = xcalloc(g->mask, sizeof *g->bucket);
    g->next = xcalloc((size_t)a->natoms, sizeof *g->next);
    g->pos = xcalloc((size_t)a->natoms, sizeof *g->pos);
    for (size_t i = 0; i < g->mask; i++)
        g->bucket[i] = -1;
    g->mask--;
    return 0;
}

static void grid_release(struct grid *g)
{
    free(g->bucket);
    free(g->next);
    free(g->pos);
}

static int *bucket(const struct grid *g, const int cell[3])
{
    uint64_t h = (uint64_t)cell[0] * 0x9e3779b97f4a7c15u ^
                 (uint64_t)cell[1] * 0xc2b2ae3d27d4eb4fu ^
                 (uint64_t)cell[2] * 0x165667b19e3779f9u;

    return &g->bucket[(h ^ h >> 32) & g->mask];
}

/*
 * Wrap atom i and give where it is, in cells; false if that is too far off to
 * be counted.
 */
static bool place(struct grid *g, int i, double at[3])
{
    const struct lattice *l = &g->lattice;

    memcpy(g->pos[i], g->a->pos[i], sizeof g->pos[i]);
    for (int k = 0; k < 3; k++) {
        double s = dot3(l->inverse[k], g->a->pos[i]);
        double n = k < l->nperiodic ? floor(s) : 0;

        at[k] = (s - n) * g->scale[k];
        for (int m = 0; m < 3; m++)
            g->pos[i][m] -= n * l->b[k][m];
    }
    return fabs(at[0]) < 1e9 && fabs(at[1]) < 1e9 && fabs(at[2]) < 1e9;
}

/* The cell within the period that c is an image of, and how far away. */
static void fold(const struct grid *g, const int c[3], int home[3],
                 double shift[3])
{
    shift[0] = shift[1] = shift[2] = 0;
    for (int k = 0; k < 3; k++) {
        home[k] = c[k];
        if (k >= g->lattice.nperiodic || (c[k] >= 0 && c[k] < g->n[k]))
            continue;
        int image = (int)floor((double)c[k] / g->n[k]);
        home[k] -= image * g->n[k];
        for (int l = 0; l < 3; l++)
            shift[l] += image * g->lattice.b[k][l];
    }
}

/* An atom before i in the bucket of cell c (images counted) too near to i. */
static bool search(const struct grid *g, int i, const int c[3], int *j,
                   double *r)
{
    double shift[3], x[3] = {0}, own = g->radius[g->a->z[i]];
    int home[3];

    fold(g, c, home, shift);
    for (int l = 0; l < 3; l++)
        x[l] = g->pos[i][l] - shift[l];
    for (*j = *bucket(g, home); *j >= 0; *j = g->next[*j]) {
        double limit = nearest * (own + g->radius[g->a->z[*j]]);
        double d[3] = {g->pos[*j][0] - x[0], g->pos[*j][1] - x[1],
                       g->pos[*j][2] - x[2]};

        if (dot3(d, d) < limit * limit) {
            *r = sqrt(dot3(d, d));
            return true;
        }
    }
    return false;
}

/* Compare atom i with all before it, and put it into the grid. */
static bool insert(struct grid *g, int i, int *j, double *r)
{
    double at[3];
    int lo[3] = {0}, hi[3] = {0}, c[3] = {0};

    if (!place(g, i, at))
        return false;
    for (int k = 0; k < 3; k++) {
        lo[k] = (int)floor(at[k] - g->reach[k]);
        hi[k] = (int)floor(at[k] + g->reach[k]);
    }
    for (c[0] = lo[0]; c[0] <= hi[0]; c[0]++)
        for (c[1] = lo[1]; c[1] <= hi[1]; c[1]++)
            for (c[2] = lo[2]; c[2] <= hi[2]; c[2]++)
                if (search(g, i, c, j, r))
                    return true;
    for (int k = 0; k < 3; k++) {
        c[k] = (int)floor(at[k]);
        if (k < g->lattice.nperiodic && c[k] == g->n[k])
            c[k]--; /* (s - floor(s)) n rounded up to n */
    }
    int *b = bucket(g, c);
    g->next[i] = *b;
    *b = i;
    return false;
}

static bool find_image(const struct grid *g, int *i, double *r)
{
    *r = INFINITY;
    for (int k = 0; k < g->lattice.nperiodic; k++) /* of a reduced basis, */
        *r = fmin(*r, norm3(g->lattice.b[k]));     /* one is the shortest */
    for (*i = 0; *i < g->a->natoms; ++*i)
        if (*r < 2 * nearest * g->radius[g->a->z[*i]])
            return true;
    return false;
}

static bool find_pair(struct grid *g, int *i, int *j, double *r)
{
    for (*i = 0; *i < g->a->natoms; ++*i)
        if (insert(g, *i, j, r))
            return true;
    return false;
}

int find_overlap(const struct atoms *a, int *i, int *j, double *r,
                 struct err *err)
{
    struct grid g;
    bool found;

    if (grid_init(&g, a, err) < 0)
        return err->code;
    found = find_image(&g, i, r);
    if (found)
        *j = *i;
    else
        found = find_pair(&g, i, j, r);
    grid_release(&g);
    return found;
}
