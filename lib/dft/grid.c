#include "grid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <fftw3.h>
#include <omp.h>

/*
 * FFTW's transform of real data keeps i2 = 0 ... n2/2.  G of the sphere with
 * m2 > 0 stand there once; those with m2 = 0 twice, G and -G.
 */
struct grid_plan {
    fftw_plan forward[2], backward[2]; /* [1]: of reals off 16 bytes */
    long half;                         /* n0 n1 (n2/2 + 1) */
    long *at;                          /* [ng] place of G in the half array */
    long *mirror;                      /* [ng] place of -G, or -1 */
    int *find;    /* [half] which G, its conjugate as -1 - G, or ng */
    int nbuffers; /* one a thread */
    fftw_complex **buffer;
};

/* Ascending |G|, and among equals by m, so that the order is always one. */
struct vector {
    int m[3];
    double g[3], g2;
};

static int by_length(const void *pa, const void *pb)
{
    const struct vector *a = pa, *b = pb;

    if (fabs(a->g2 - b->g2) > 1e-10 * (a->g2 + b->g2))
        return a->g2 < b->g2 ? -1 : 1;
    for (int i = 0; i < 3; i++)
        if (a->m[i] != b->m[i])
            return a->m[i] < b->m[i] ? -1 : 1;
    return 0;
}

static bool kept(const int m[3])
{
    return m[2] > 0 || (m[2] == 0 && (m[1] > 0 || (m[1] == 0 && m[0] >= 0)));
}

/* The largest |m_i| within gmax: G . a_i = 2 pi m_i. */
static int reach(const struct crystal *c, double gmax, int i)
{
    return (int)(gmax * norm3(c->a[i]) / (2 * M_PI) + 1e-9);
}

bool grid_smooth(int n)
{
    for (int p = 2; p <= 5; p++)
        while (n % p == 0)
            n /= p;
    return n == 1;
}

void grid_points(const struct crystal *c, double gmax, int spare, int n[3])
{
    for (int i = 0; i < 3; i++) {
        n[i] = 2 * reach(c, gmax, i) + 1 + spare;
        while (!grid_smooth(n[i]))
            n[i]++;
    }
}

static struct vector *sphere(const struct crystal *c, double gmax, int *count)
{
    int top[3], m[3], room = 1024;
    struct vector *v = xcalloc(room, sizeof(*v));

    *count = 0;
    for (int i = 0; i < 3; i++)
        top[i] = reach(c, gmax, i);
    for (m[0] = -top[0]; m[0] <= top[0]; m[0]++)
        for (m[1] = -top[1]; m[1] <= top[1]; m[1]++)
            for (m[2] = 0; m[2] <= top[2]; m[2]++) {
                struct vector t = {.m = {m[0], m[1], m[2]}};

                crystal_reciprocal(c, (double[3]){m[0], m[1], m[2]}, t.g);
                t.g2 = dot3(t.g, t.g);
                if (!kept(m) || t.g2 > gmax * gmax)
                    continue;
                if (*count == room) {
                    room *= 2;
                    v = xrealloc(v, room, sizeof(*v));
                }
                v[(*count)++] = t;
            }
    qsort(v, *count, sizeof(*v), by_length);
    return v;
}

static void fill(struct grid *g, const struct vector *v)
{
    g->m = xcalloc(g->ng, sizeof(*g->m));
    g->g = xcalloc(g->ng, sizeof(*g->g));
    g->g2 = xcalloc(g->ng, sizeof(*g->g2));
    g->shell = xcalloc(g->ng, sizeof(*g->shell));
    g->q = xcalloc(g->ng, sizeof(*g->q));
    for (int i = 0; i < g->ng; i++) {
        memcpy(g->m[i], v[i].m, sizeof(v[i].m));
        memcpy(g->g[i], v[i].g, sizeof(v[i].g));
        g->g2[i] = v[i].g2;
        if (i == 0 || v[i].g2 - v[i - 1].g2 > 1e-10 * (v[i].g2 + v[i - 1].g2))
            g->q[g->nshells++] = sqrt(v[i].g2);
        g->shell[i] = g->nshells - 1;
    }
}

static long place(const struct grid *g, const int m[3])
{
    int i0 = m[0] < 0 ? m[0] + g->n[0] : m[0];
    int i1 = m[1] < 0 ? m[1] + g->n[1] : m[1];

    return ((long)i0 * g->n[1] + i1) * (g->n[2] / 2 + 1) + m[2];
}

static void plan(struct grid *g)
{
    struct grid_plan *p = g->plan = xcalloc(1, sizeof(*p));
    double *r = fftw_alloc_real(g->nr);

    p->half = (long)g->n[0] * g->n[1] * (g->n[2] / 2 + 1);
    p->at = xcalloc(g->ng, sizeof(*p->at));
    p->mirror = xcalloc(g->ng, sizeof(*p->mirror));
    p->find = xcalloc(p->half, sizeof(*p->find));
    for (long i = 0; i < p->half; i++)
        p->find[i] = g->ng;
    for (int i = 0; i < g->ng; i++) {
        int minus[3] = {-g->m[i][0], -g->m[i][1], 0};

        p->at[i] = place(g, g->m[i]);
        p->mirror[i] = g->m[i][2] == 0 && i > 0 ? place(g, minus) : -1;
        p->find[p->at[i]] = i;
        if (p->mirror[i] >= 0)
            p->find[p->mirror[i]] = -1 - i;
    }
    p->nbuffers = omp_get_max_threads();
    p->buffer = xcalloc(p->nbuffers, sizeof(*p->buffer));
    for (int t = 0; t < p->nbuffers; t++)
        p->buffer[t] = fftw_alloc_complex(p->half);
    /* ESTIMATE: the same plan, and so the same last digit, every time. */
    for (int i = 0; i < 2; i++) {
        unsigned how = FFTW_ESTIMATE | (i ? FFTW_UNALIGNED : 0);

        p->forward[i] =
            fftw_plan_dft_r2c_3d(g->n[0], g->n[1], g->n[2], r, p->buffer[0],
                                 how | FFTW_PRESERVE_INPUT);
        p->backward[i] = fftw_plan_dft_c2r_3d(g->n[0], g->n[1], g->n[2],
                                              p->buffer[0], r, how);
    }
    fftw_free(r);
}

int grid_init(struct grid *g, const struct crystal *c, double gmax,
              const int n[3], struct err *err)
{
    int least[3];
    struct vector *v;

    *g = (struct grid){.volume = c->volume};
    grid_points(c, gmax, 0, g->n);
    for (int i = 0; i < 3; i++) {
        least[i] = 2 * reach(c, gmax, i) + 1;
        if (n[i])
            g->n[i] = n[i];
    }
    if (g->n[0] < least[0] || g->n[1] < least[1] || g->n[2] < least[2])
        return err_set(err, ERR_RANGE,
                       "a grid of %d x %d x %d points cannot hold the density:"
                       " expected at least %d x %d x %d",
                       g->n[0], g->n[1], g->n[2], least[0], least[1], least[2]);
    g->nr = (long)g->n[0] * g->n[1] * g->n[2];
    g->dv = c->volume / (double)g->nr;
    v = sphere(c, gmax, &g->ng);
    fill(g, v);
    free(v);
    plan(g);
    return 0;
}

void grid_release(struct grid *g)
{
    struct grid_plan *p = g->plan;

    if (p) {
        for (int i = 0; i < 2; i++) {
            fftw_destroy_plan(p->forward[i]);
            fftw_destroy_plan(p->backward[i]);
        }
        for (int t = 0; t < p->nbuffers; t++)
            fftw_free(p->buffer[t]);
        free(p->buffer);
        free(p->at);
        free(p->mirror);
        free(p->find);
        free(p);
    }
    free(g->m);
    free(g->g);
    free(g->g2);
    free(g->shell);
    free(g->q);
    *g = (struct grid){0};
}

/* Of all threads: one level of parallel regions is active, at most, and in
 * the others, which may be the innermost, everyone has number 0. */
static double complex *own_buffer(const struct grid_plan *p)
{
    int thread = 0;

    for (int level = 1; level <= omp_get_level(); level++)
        thread += omp_get_ancestor_thread_num(level);
    return p->buffer[thread];
}

static int unaligned(const double *r)
{
    return fftw_alignment_of((double *)r) != 0;
}

void grid_to_g(const struct grid *g, const double *r, double complex *f)
{
    const struct grid_plan *p = g->plan;
    double complex *h = own_buffer(p);

    fftw_execute_dft_r2c(p->forward[unaligned(r)], (double *)r, h);
    for (int i = 0; i < g->ng; i++)
        f[i] = h[p->at[i]] / (double)g->nr;
}

void grid_to_r(const struct grid *g, const double complex *f, double *r)
{
    const struct grid_plan *p = g->plan;
    double complex *h = own_buffer(p);

    memset(h, 0, p->half * sizeof(*h));
    for (int i = 0; i < g->ng; i++) {
        h[p->at[i]] = f[i];
        if (p->mirror[i] >= 0)
            h[p->mirror[i]] = conj(f[i]);
    }
    fftw_execute_dft_c2r(p->backward[unaligned(r)], h, r);
}

int grid_find(const struct grid *g, const int m[3])
{
    bool minus = m[2] < 0;
    int s = minus ? -1 : 1, t[3] = {s * m[0], s * m[1], s * m[2]}, i;

    for (int k = 0; k < 3; k++)
        if (2 * abs(m[k]) >= g->n[k])
            return g->ng;
    i = g->plan->find[place(g, t)];
    return i == g->ng || !minus ? i : -1 - i;
}

void grid_radial(const struct grid *g, const struct pseudo *p,
                 enum pseudo_part part, double *table, double *slope)
{
    double *f = xcalloc(g->nshells, 2 * sizeof(*f));
    double *df = f + g->nshells;

#pragma omp parallel for schedule(static)
    for (int s = 0; s < g->nshells; s++)
        f[s] = pseudo_eval(p, part, 0, g->q[s], slope ? &df[s] : NULL);
    for (int i = 0; i < g->ng; i++) {
        table[i] = f[g->shell[i]];
        if (slope)
            slope[i] = df[g->shell[i]];
    }
    free(f);
}
