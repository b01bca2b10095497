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

void phases_init(struct phases *t, const struct crystal *c,
                 const struct basis *b)
{
    int most[3] = {0, 0, 0};

    *t = (struct phases){.basis = b};
    for (int i = 0; i < b->npw; i++)
        for (int k = 0; k < 3; k++) {
            t->least[k] = b->m[i][k] < t->least[k] ? b->m[i][k] : t->least[k];
            most[k] = b->m[i][k] > most[k] ? b->m[i][k] : most[k];
        }
    for (int k = 0; k < 3; k++)
        if (most[k] - t->least[k] >= t->span)
            t->span = most[k] - t->least[k] + 1;
    t->e = xcalloc((size_t)c->natoms * 3 * t->span, sizeof(*t->e));
    for (int a = 0; a < c->natoms; a++)
        for (int k = 0; k < 3; k++)
            for (int j = 0; j < t->span; j++) {
                double turn = (b->k[k] + t->least[k] + j) * c->x[a][k];

                t->e[((size_t)a * 3 + k) * t->span + j] =
                    cexp(-2 * M_PI * I * remainder(turn, 1));
            }
}

void phases_release(struct phases *t)
{
    free(t->e);
    *t = (struct phases){0};
}

void phases_get(const struct phases *t, int a, int first, int n,
                double complex *phase)
{
    const double complex *e0 = t->e + (size_t)a * 3 * t->span - t->least[0];
    const double complex *e1 = e0 + t->least[0] + t->span - t->least[1];
    const double complex *e2 = e1 + t->least[1] + t->span - t->least[2];
    const int(*m)[3] = (const int(*)[3])t->basis->m + first;

    for (int i = 0; i < n; i++)
        phase[i] = e0[m[i][0]] * e1[m[i][1]] * e2[m[i][2]];
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
    static const double complex minus_i_to[4] = {1, -I, -1, I};
    const int *l;
    int nradial = atomic_radial(p, part, &l);

    for (int j = 0; j < nradial; j++) {
        double complex turn[CHUNK];

        for (int i = 0; i < n; i++)
            turn[i] = minus_i_to[l[j] & 3] * phase[i];
        for (int m = 0; m < 2 * l[j] + 1; m++, table += CHUNK, to += npw)
            for (int i = 0; i < n; i++)
                to[i] = table[i] * turn[i];
    }
}

/* One chunk of plane waves: the table of a species serves all its atoms. */
static void fill_chunk(const struct crystal *c, const struct phases *phases,
                       enum pseudo_part part, int first, double *table,
                       double complex *to)
{
    const struct basis *b = phases->basis;
    int n = b->npw - first < CHUNK ? b->npw - first : CHUNK;
    double complex phase[CHUNK];

    for (int s = 0; s < c->nspecies; s++) {
        double complex *at = to + first;

        radial_table(c, b, c->pseudo[s], part, first, n, table);
        for (int a = 0; a < c->natoms; a++) {
            const struct pseudo *p = c->pseudo[c->species[a]];

            if (c->species[a] == s) {
                phases_get(phases, a, first, n, phase);
                fill_atom(p, part, b->npw, n, table, phase, at);
            }
            at += (size_t)atomic_count(p, part) * b->npw;
        }
    }
}

void atomic_fill(const struct crystal *c, const struct basis *b,
                 enum pseudo_part part, double complex *to)
{
    struct phases phases;
    int most = 1;

    for (int s = 0; s < c->nspecies; s++)
        if (atomic_count(c->pseudo[s], part) > most)
            most = atomic_count(c->pseudo[s], part);
    phases_init(&phases, c, b);
#pragma omp parallel
    {
        double *table = xcalloc((size_t)most * CHUNK, sizeof(*table));

#pragma omp for schedule(static)
        for (int first = 0; first < b->npw; first += CHUNK)
            fill_chunk(c, &phases, part, first, table, to);
        free(table);
    }
    phases_release(&phases);
}
