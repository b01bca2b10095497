#include "bins.h"

#include <math.h>
#include <stdlib.h>

void around_release(struct around *s)
{
    free(s->image);
    free(s->merged);
    for (int k = 0; k < 3; k++) {
        free(s->pos[k]);
        free(s->shift[k]);
    }
    free(s->r2);
    free(s->hit);
    free(s->run);
}

static void around_grow(struct around *s)
{
    s->room = s->room ? 2 * s->room : 512;
    size_t n = (size_t)s->room;

    s->image = xrealloc(s->image, n, sizeof *s->image);
    s->merged = xrealloc(s->merged, n, sizeof *s->merged);
    for (int k = 0; k < 3; k++) {
        s->pos[k] = xrealloc(s->pos[k], n, sizeof *s->pos[k]);
        s->shift[k] = xrealloc(s->shift[k], n, sizeof *s->shift[k]);
    }
    s->r2 = xrealloc(s->r2, n, sizeof *s->r2);
    s->hit = xrealloc(s->hit, n, sizeof *s->hit);
}

/* Begin a run: what follows is in ascending order of j again. */
static void begin_run(struct around *s)
{
    if (s->nrun > 0 && s->run[s->nrun - 1] == s->n)
        return; /* the last one is still empty */
    if (s->nrun + 2 > s->room_run) {
        s->room_run = s->room_run ? 2 * s->room_run : 128;
        s->run = xrealloc(s->run, (size_t)s->room_run, sizeof *s->run);
    }
    s->run[s->nrun++] = s->n;
}

/* The atoms of one bin, moved by n, that are within the box low ... high. */
static void add_bin(struct around *s, const struct bins *g, int bin,
                    const int n[3], const double low[3], const double high[3])
{
    begin_run(s);
    for (int m = g->first[bin]; m < g->first[bin + 1]; m++) {
        int j = g->list[m];
        bool inside = true;

        for (int k = 0; k < 3; k++) {
            double x = g->s[j][k] + n[k];

            inside = inside && x >= low[k] && x <= high[k];
        }
        if (!inside)
            continue;
        if (s->n == s->room)
            around_grow(s);
        s->image[s->n++] = (struct image){j, {n[0], n[1], n[2]}};
    }
}

/* Box of the atoms of a bin, a cutoff larger on all sides, coordinates. */
static void box(const struct bins *g, int bin, double low[3], double high[3])
{
    for (int k = 0; k < 3; k++) {
        double pad = g->cutoff / g->lattice.height[k];

        low[k] = INFINITY;
        high[k] = -INFINITY;
        for (int m = g->first[bin]; m < g->first[bin + 1]; m++) {
            low[k] = fmin(low[k], g->s[g->list[m]][k]);
            high[k] = fmax(high[k], g->s[g->list[m]][k]);
        }
        low[k] -= pad;
        high[k] += pad;
    }
}

/* Bin c + o along direction k as bin *b of image *n; false: there is none. */
static bool step(const struct bins *g, int k, int c, int o, int *b, int *n)
{
    int x = c + o;

    *n = (x >= 0 ? x : x - g->n[k] + 1) / g->n[k];
    *b = x - *n * g->n[k];
    return *n == 0 || k < g->lattice.nperiodic;
}

/* Merge neighboring runs until there is one: stable, ascending j. */
static void merge(struct around *s)
{
    while (s->nrun > 1) {
        int nrun = 0;

        s->run[s->nrun] = s->n;
        for (int r = 0; r < s->nrun; r += 2) {
            int x = s->run[r], m = x, xend = s->run[r + 1];
            int y = xend, yend = r + 2 <= s->nrun ? s->run[r + 2] : xend;

            while (x < xend && y < yend)
                s->merged[m++] = s->image[y].j < s->image[x].j ? s->image[y++]
                                                               : s->image[x++];
            while (x < xend)
                s->merged[m++] = s->image[x++];
            while (y < yend)
                s->merged[m++] = s->image[y++];
            s->run[nrun++] = s->run[r];
        }
        s->nrun = nrun;

        struct image *t = s->image;
        s->image = s->merged;
        s->merged = t;
    }
}

void around_gather(struct around *s, const struct bins *g, int bin)
{
    int c[3] = {bin / g->n[2] / g->n[1], bin / g->n[2] % g->n[1],
                bin % g->n[2]};
    int o[3], b[3], n[3];
    double low[3], high[3];

    s->n = s->nrun = 0;
    box(g, bin, low, high);
    for (o[0] = -g->reach[0]; o[0] <= g->reach[0]; o[0]++) {
        if (!step(g, 0, c[0], o[0], &b[0], &n[0]))
            continue;
        for (o[1] = -g->reach[1]; o[1] <= g->reach[1]; o[1]++) {
            if (!step(g, 1, c[1], o[1], &b[1], &n[1]))
                continue;
            for (o[2] = -g->reach[2]; o[2] <= g->reach[2]; o[2]++)
                if (step(g, 2, c[2], o[2], &b[2], &n[2]))
                    add_bin(s, g, (b[0] * g->n[1] + b[1]) * g->n[2] + b[2], n,
                            low, high);
        }
    }
    merge(s);

    for (int k = 0; k < 3; k++)
        for (int m = 0; m < s->n; m++) {
            const struct image *x = &s->image[m];

            s->pos[k][m] = g->pos[x->j][k];
            s->shift[k][m] = x->n[0] * g->lattice.b[0][k] +
                             x->n[1] * g->lattice.b[1][k] +
                             x->n[2] * g->lattice.b[2][k];
        }
}
