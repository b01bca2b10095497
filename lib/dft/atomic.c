#include "atomic.h"

#include <math.h>
#include <stdlib.h>

#include "nonlocal.h"

/* Plane waves of which the tables stay in the first cache. */
enum { CHUNK = 128 };

int atomic_radial(const struct pseudo *p, enum pseudo_part part, const int **l)
{
    *l = part == PSEUDO_BETA ? p->l : p->orbital_l;
    return part == PSEUDO_BETA ? p->nbeta : p->norbitals;
}

int atomic_count(const struct pseudo *p, enum pseudo_part part)
{
    const int *l;
    int n = atomic_radial(p, part, &l), sum = 0;

    for (int i = 0; i < n; i++)
        sum += 2 * l[i] + 1;
    return sum;
}

int atomic_total(const struct crystal *c, enum pseudo_part part)
{
    int sum = 0;

    for (int a = 0; a < c->natoms; a++)
        sum += atomic_count(c->pseudo[c->species[a]], part);
    return sum;
}

double atomic_scale(const struct crystal *c, const struct basis *b, int i)
{
    return sqrt((b->real && b->kinetic[i] > 0 ? 2 : 1) / c->volume);
}

struct phase *atomic_phases(const struct crystal *c, const struct basis *b)
{
    struct phase *p = xcalloc(c->natoms, sizeof(*p));
    int top[3] = {0, 0, 0};

    for (int i = 0; i < b->npw; i++)
        for (int k = 0; k < 3; k++)
            top[k] = abs(b->m[i][k]) > top[k] ? abs(b->m[i][k]) : top[k];
    for (int a = 0; a < c->natoms; a++) {
        double turn = remainder(dot3(b->k, c->x[a]), 1);

        phase_init(&p[a], c->x[a], top);
        for (int m = -top[0]; m <= top[0]; m++)
            p[a].e[0][m] *= cexp(-2 * M_PI * I * turn);
    }
    return p;
}

void atomic_phases_free(const struct crystal *c, struct phase *p)
{
    for (int a = 0; a < c->natoms; a++)
        phase_release(&p[a]);
    free(p);
}

/* table[nm][CHUNK]: all but (-i)^l and the phase, of one species. */
static void radial_table(const struct crystal *c, const struct basis *b,
                         const struct pseudo *p, enum pseudo_part part,
                         int first, int n, double *table)
{
    const int *l;
    int nradial = atomic_radial(p, part, &l);

    for (int i = 0; i < n; i++) {
        double y[PSEUDO_MAX_L + 1][2 * PSEUDO_MAX_L + 1], *t = table + i;
        double q = sqrt(2 * b->kinetic[first + i]);
        double scale = atomic_scale(c, b, first + i);
        bool have[PSEUDO_MAX_L + 1] = {false};

        for (int j = 0; j < nradial; j++) {
            double f = scale * pseudo_eval(p, part, j, q, NULL);

            if (!have[l[j]])
                ylm(l[j], b->q[first + i], y[l[j]], NULL);
            have[l[j]] = true;
            for (int m = 0; m < 2 * l[j] + 1; m++, t += CHUNK)
                *t = f * y[l[j]][m];
        }
    }
}

/* to[nm][npw], n of each row: (-i)^l table phase. */
static void fill_atom(const struct pseudo *p, enum pseudo_part part, int npw,
                      int n, const double *table, const double complex *phase,
                      double complex *to)
{
    const int *l;
    int nradial = atomic_radial(p, part, &l);

    for (int j = 0; j < nradial; j++) {
        double complex turn[CHUNK];

        for (int i = 0; i < n; i++)
            turn[i] = minus_i_to(l[j]) * phase[i];
        for (int m = 0; m < 2 * l[j] + 1; m++, table += CHUNK, to += npw)
            for (int i = 0; i < n; i++)
                to[i] = table[i] * turn[i];
    }
}

/* One chunk of plane waves: the table of a species serves all its atoms. */
static void fill_chunk(const struct crystal *c, const struct basis *b,
                       const struct phase *phases, enum pseudo_part part,
                       int first, double *table, double complex *to)
{
    int n = b->npw - first < CHUNK ? b->npw - first : CHUNK;
    double complex phase[CHUNK];

    for (int s = 0; s < c->nspecies; s++) {
        double complex *at = to + first;

        radial_table(c, b, c->pseudo[s], part, first, n, table);
        for (int a = 0; a < c->natoms; a++) {
            const struct pseudo *p = c->pseudo[c->species[a]];

            if (c->species[a] == s) {
                for (int i = 0; i < n; i++)
                    phase[i] = phase_at(&phases[a], b->m[first + i]);
                fill_atom(p, part, b->npw, n, table, phase, at);
            }
            at += (size_t)atomic_count(p, part) * b->npw;
        }
    }
}

void atomic_fill(const struct crystal *c, const struct basis *b,
                 enum pseudo_part part, double complex *to)
{
    struct phase *phases = atomic_phases(c, b);
    int most = 1;

    for (int s = 0; s < c->nspecies; s++)
        if (atomic_count(c->pseudo[s], part) > most)
            most = atomic_count(c->pseudo[s], part);
#pragma omp parallel if (b->npw > 1024)
    {
        double *table = xcalloc((size_t)most * CHUNK, sizeof(*table));

#pragma omp for schedule(static)
        for (int first = 0; first < b->npw; first += CHUNK)
            fill_chunk(c, b, phases, part, first, table, to);
        free(table);
    }
    atomic_phases_free(c, phases);
}
