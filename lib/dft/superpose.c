#include "phase.h"
#include "terms.h"

#include <stdlib.h>

/* Vectors a thread takes at a time: their sums stay in its cache, and the
 * order of additions does not depend on the number of threads. */
enum { BLOCK = 1024 };

static int blocks(const struct grid *g)
{
    return (g->ng + BLOCK - 1) / BLOCK;
}

static int block_size_of(const struct grid *g, int block)
{
    int left = g->ng - block * BLOCK;

    return left < BLOCK ? left : BLOCK;
}

static struct phase *phases_new(const struct crystal *c, const struct grid *g)
{
    int top[3] = {g->n[0] / 2, g->n[1] / 2, g->n[2] / 2};
    struct phase *p = xcalloc(c->natoms, sizeof(*p));

    for (int a = 0; a < c->natoms; a++)
        phase_init(&p[a], c->x[a], top);
    return p;
}

static void phases_free(struct phase *p, int natoms)
{
    for (int a = 0; a < natoms; a++)
        phase_release(&p[a]);
    free(p);
}

static bool has_part(const struct pseudo *p, enum pseudo_part part)
{
    return part != PSEUDO_CORE || p->core;
}

/* sum[BLOCK] = sum over atoms of species s of weight exp(-iG tau). */
static void structure(const struct crystal *c, const struct grid *g,
                      const struct phase *phase, int s, const double *weight,
                      int block, double complex *sum)
{
    const int(*m)[3] = (const int(*)[3])g->m + (size_t)block * BLOCK;
    int n = block_size_of(g, block);

    for (int i = 0; i < n; i++)
        sum[i] = 0;
    for (int a = 0; a < c->natoms; a++) {
        double w = weight ? weight[a] : 1;

        if (c->species[a] != s)
            continue;
        for (int i = 0; i < n; i++)
            sum[i] += w * phase_at(&phase[a], m[i]);
    }
}

void superpose(const struct crystal *c, const struct grid *g,
               enum pseudo_part part, const double *weight, double complex *f)
{
    struct phase *phase = phases_new(c, g);
    double *table = xcalloc(g->ng, sizeof(*table));

    for (int s = 0; s < c->nspecies; s++) {
        if (!has_part(c->pseudo[s], part))
            continue;
        grid_radial(g, c->pseudo[s], part, table, NULL);
#pragma omp parallel for schedule(static)
        for (int b = 0; b < blocks(g); b++) {
            double complex sum[BLOCK];

            structure(c, g, phase, s, weight, b, sum);
            for (int i = 0; i < block_size_of(g, b); i++)
                f[b * BLOCK + i] += table[b * BLOCK + i] * sum[i] / g->volume;
        }
    }
    free(table);
    phases_free(phase, c->natoms);
}

/*
 * E = sum_G v(G)* f(|G|) exp(-iG tau), -G included, so
 * -dE/dtau = -sum 2 G Im(v(G)* f(|G|) exp(-iG tau)).
 */
static void atom_force(const struct grid *g, const struct phase *phase,
                       const double complex *vf, double force[3])
{
    double sum[3] = {0};

    for (int i = 1; i < g->ng; i++) {
        double t = cimag(vf[i] * phase_at(phase, g->m[i]));

        for (int k = 0; k < 3; k++)
            sum[k] += t * g->g[i][k];
    }
    for (int k = 0; k < 3; k++)
        force[k] -= 2 * sum[k];
}

void superpose_forces(const struct crystal *c, const struct grid *g,
                      enum pseudo_part part, const double complex *v,
                      double (*forces)[3])
{
    struct phase *phase = phases_new(c, g);
    double *table = xcalloc(g->ng, sizeof(*table));
    double complex *vf = xcalloc(g->ng, sizeof(*vf)); /* v* f of a species */

    for (int s = 0; s < c->nspecies; s++) {
        if (!has_part(c->pseudo[s], part))
            continue;
        grid_radial(g, c->pseudo[s], part, table, NULL);
        for (int i = 0; i < g->ng; i++)
            vf[i] = conj(v[i]) * table[i];
#pragma omp parallel for schedule(dynamic)
        for (int a = 0; a < c->natoms; a++)
            if (c->species[a] == s)
                atom_force(g, &phase[a], vf, forces[a]);
    }
    free(vf);
    free(table);
    phases_free(phase, c->natoms);
}

/* d|G| = -G_i G_k / |G|; phases do not change. */
static void block_strain(const struct grid *g, const double complex *v,
                         const double *slope, const double complex *sum,
                         int block, double strain[3][3])
{
    for (int n = 0; n < block_size_of(g, block); n++) {
        int i = block * BLOCK + n;
        double t = 2 * slope[i] * creal(conj(v[i]) * sum[n]);

        if (i == 0)
            continue;
        for (int j = 0; j < 3; j++)
            for (int k = 0; k < 3; k++)
                strain[j][k] -= t * g->g[i][j] * g->g[i][k] / sqrt(g->g2[i]);
    }
}

void superpose_stress(const struct crystal *c, const struct grid *g,
                      enum pseudo_part part, const double complex *v,
                      double stress[3][3])
{
    struct phase *phase = phases_new(c, g);
    double *table = xcalloc(g->ng, 2 * sizeof(*table));
    double(*strain)[3][3] = xcalloc(blocks(g), sizeof(*strain));

    for (int s = 0; s < c->nspecies; s++) {
        if (!has_part(c->pseudo[s], part))
            continue;
        grid_radial(g, c->pseudo[s], part, table, table + g->ng);
#pragma omp parallel for schedule(static)
        for (int b = 0; b < blocks(g); b++) {
            double complex sum[BLOCK];

            structure(c, g, phase, s, NULL, b, sum);
            block_strain(g, v, table + g->ng, sum, b, strain[b]);
        }
    }
    for (int b = 0; b < blocks(g); b++)
        for (int j = 0; j < 3; j++)
            for (int k = 0; k < 3; k++)
                stress[j][k] += strain[b][j][k] / g->volume;
    free(strain);
    free(table);
    phases_free(phase, c->natoms);
}
