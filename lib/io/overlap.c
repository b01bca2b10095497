/* Atoms on one spot. */

#include "parse.h"

#include <math.h>
#include <stdlib.h>

/*
 * Nearer than this times the sum of the covalent radii there is no structure
 * and no label: 0.66 angstrom for Cu-Cu, 0.155 for H-H (bond: 0.74).
 */
static const double nearest = 0.25;

enum { MAX_REDUCE = 100, SPACING = 3 /* of the grid, angstrom */ };

static double dot(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void cross(double c[3], const double a[3], const double b[3])
{
    c[0] = a[1] * b[2] - a[2] * b[1];
    c[1] = a[2] * b[0] - a[0] * b[2];
    c[2] = a[0] * b[1] - a[1] * b[0];
}

/*
 * A grid of cells that are hashed into buckets, so that its extent costs
 * nothing.  Atom i is in cell floor(frac_k n_k); periodic directions count
 * modulo n_k.
 */
struct grid {
    const struct atoms *a;
    double cell[3][3];        /* reduced, and completed where not periodic */
    double inv[3][3];         /* frac_k = sum_l inv[k][l] pos_l */
    int n[3];                 /* cells along a periodic direction */
    double reach[3];          /* largest distance of an overlap, in cells */
    int *bucket;              /* [mask + 1] last atom in it, or -1 */
    int *next;                /* [natoms] */
    double (*pos)[3];         /* [natoms][3] wrapped, angstrom */
    double radius[MAX_Z + 1]; /* covalent, angstrom */
    size_t mask;
};

/* Shorten periodic vectors by whole others until none gets shorter. */
static void reduce(struct grid *g)
{
    bool changed = true;

    for (int it = 0; it < MAX_REDUCE && changed; it++) {
        changed = false;
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 3; j++) {
                if (i == j || !g->a->pbc[i] || !g->a->pbc[j])
                    continue;
                double n = round(dot(g->cell[i], g->cell[j]) /
                                 dot(g->cell[j], g->cell[j]));
                for (int k = 0; k < 3; k++)
                    g->cell[i][k] -= n * g->cell[j][k];
                changed |= n != 0;
            }
    }
}

/* The axis that u is farthest from. */
static void axis_off(double e[3], const double u[3])
{
    int k = fabs(u[0]) < fabs(u[1]) ? 0 : 1;

    if (fabs(u[2]) < fabs(u[k]))
        k = 2;
    e[0] = e[1] = e[2] = 0;
    e[k] = 1;
}

/* A unit vector normal to the others for each direction not periodic. */
static void complete(struct grid *g)
{
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3 && !g->a->pbc[i]; k++)
            g->cell[i][k] = 0;
    for (int i = 0; i < 3; i++) {
        double *v = g->cell[i], *p = g->cell[(i + 1) % 3];
        double *q = g->cell[(i + 2) % 3], e[3];

        if (g->a->pbc[i])
            continue;
        axis_off(e, dot(p, p) > 0 ? p : q);
        if (dot(p, p) > 0 && dot(q, q) > 0)
            cross(v, p, q);
        else if (dot(p, p) > 0 || dot(q, q) > 0)
            cross(v, e, dot(p, p) > 0 ? p : q);
        else
            v[i] = 1;
        double length = sqrt(dot(v, v));
        for (int k = 0; k < 3; k++)
            v[k] /= length;
    }
}

/* The planes of direction k are 1 / |inv[k]| apart. */
static void invert(struct grid *g)
{
    double normal[3];

    for (int k = 0; k < 3; k++) {
        cross(normal, g->cell[(k + 1) % 3], g->cell[(k + 2) % 3]);
        double v = dot(normal, g->cell[k]);
        for (int l = 0; l < 3; l++)
            g->inv[k][l] = normal[l] / v;
    }
}

static double largest_radius(const struct grid *g)
{
    double r = 0;

    for (int i = 0; i < g->a->natoms; i++)
        r = fmax(r, g->radius[g->a->z[i]]);
    return r;
}

/* Everything but the atoms. */
static void grid_init(struct grid *g, const struct atoms *a)
{
    double radius;

    *g = (struct grid){.a = a, .mask = 1};
    for (int z = 1; z <= MAX_Z; z++)
        g->radius[z] = element_radius(z);
    radius = largest_radius(g);
    for (int i = 0; i < 9; i++)
        g->cell[i / 3][i % 3] = a->cell[i / 3][i % 3];
    complete(g);
    reduce(g);
    complete(g);
    invert(g);
    for (int k = 0; k < 3; k++) {
        double apart = 1 / sqrt(dot(g->inv[k], g->inv[k]));

        /* a periodic direction has a whole number of cells, at least one */
        g->n[k] = a->pbc[k] ? (int)fmax(1, apart / SPACING) : 1;
        if (!a->pbc[k])
            for (int l = 0; l < 3; l++)
                g->inv[k][l] /= SPACING;
        g->reach[k] = 2 * nearest * radius *
                      (a->pbc[k] ? g->n[k] / apart : 1.0 / SPACING);
    }
    while (g->mask < 2 * (size_t)a->natoms)
        g->mask *= 2;
    g->bucket = xcalloc(g->mask, sizeof *g->bucket);
    g->next = xcalloc((size_t)a->natoms, sizeof *g->next);
    g->pos = xcalloc((size_t)a->natoms, sizeof *g->pos);
    for (size_t i = 0; i < g->mask; i++)
        g->bucket[i] = -1;
    g->mask--;
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
    double shift[3];

    for (int k = 0; k < 3; k++) {
        double s = dot(g->inv[k], g->a->pos[i]);

        shift[k] = g->a->pbc[k] ? floor(s) : 0;
        at[k] = (s - shift[k]) * g->n[k];
    }
    for (int l = 0; l < 3; l++)
        g->pos[i][l] = g->a->pos[i][l] - shift[0] * g->cell[0][l] -
                       shift[1] * g->cell[1][l] - shift[2] * g->cell[2][l];
    return fabs(at[0]) < 1e9 && fabs(at[1]) < 1e9 && fabs(at[2]) < 1e9;
}

/* The cell within the period that c is an image of, and how far away. */
static void fold(const struct grid *g, const int c[3], int home[3],
                 double shift[3])
{
    shift[0] = shift[1] = shift[2] = 0;
    for (int k = 0; k < 3; k++) {
        home[k] = c[k];
        if (!g->a->pbc[k] || (c[k] >= 0 && c[k] < g->n[k]))
            continue;
        int image = (int)floor((double)c[k] / g->n[k]);
        home[k] -= image * g->n[k];
        for (int l = 0; l < 3; l++)
            shift[l] += image * g->cell[k][l];
    }
}

/* An atom before i in the bucket of cell c (images counted) too near to i. */
static bool search(const struct grid *g, int i, const int c[3], int *j,
                   double *r)
{
    double shift[3], x[3], own = g->radius[g->a->z[i]];
    int home[3];

    fold(g, c, home, shift);
    for (int l = 0; l < 3; l++)
        x[l] = g->pos[i][l] - shift[l];
    for (*j = *bucket(g, home); *j >= 0; *j = g->next[*j]) {
        double limit = nearest * (own + g->radius[g->a->z[*j]]);
        double d[3] = {g->pos[*j][0] - x[0], g->pos[*j][1] - x[1],
                       g->pos[*j][2] - x[2]};

        if (dot(d, d) < limit * limit) {
            *r = sqrt(dot(d, d));
            return true;
        }
    }
    return false;
}

/* Compare atom i with all before it, and put it into the grid. */
static bool insert(struct grid *g, int i, int *j, double *r)
{
    double at[3];
    int lo[3], hi[3], c[3];

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
        if (g->a->pbc[k] && c[k] == g->n[k])
            c[k]--; /* (s - floor(s)) n rounded up to n */
    }
    int *b = bucket(g, c);
    g->next[i] = *b;
    *b = i;
    return false;
}

/* The shortest lattice vector: of a reduced cell, a sum of few of its own. */
static double shortest(const struct grid *g)
{
    double best = INFINITY;

    for (int s = 0; s < 27; s++) {
        int n[3] = {s % 3 - 1, s / 3 % 3 - 1, s / 9 - 1};
        double v[3] = {0, 0, 0};

        for (int k = 0; k < 3; k++)
            for (int l = 0; l < 3 && g->a->pbc[k]; l++)
                v[l] += n[k] * g->cell[k][l];
        if (dot(v, v) > 0)
            best = fmin(best, sqrt(dot(v, v)));
    }
    return best;
}

static bool find_image(const struct grid *g, int *i, double *r)
{
    *r = shortest(g);
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

bool find_overlap(const struct atoms *a, int *i, int *j, double *r)
{
    struct grid g;
    bool found;

    grid_init(&g, a);
    found = find_image(&g, i, r);
    if (found)
        *j = *i;
    else
        found = find_pair(&g, i, j, r);
    grid_release(&g);
    return found;
}
