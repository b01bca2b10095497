#include <morsel/analysis.h>

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void msd_init(struct msd *m, int natoms)
{
    *m = (struct msd){.natoms = natoms};
    m->wrapped = xcalloc((size_t)natoms, sizeof *m->wrapped);
}

void msd_release(struct msd *m)
{
    free(m->pos);
    free(m->wrapped);
    *m = (struct msd){0};
}

/* The image of d that is nearest, for what is shorter than half the lattice. */
static void nearest(const struct lattice *l, double d[3])
{
    for (int k = 0; k < l->nperiodic; k++) {
        double n = round(dot3(l->inverse[k], d));
        for (int j = 0; j < 3; j++)
            d[j] -= n * l->b[k][j];
    }
}

/* Let all positions keep the center of mass where it was in `first`. */
static void remove_drift(int natoms, double (*pos)[3], double (*first)[3],
                         const double *mass)
{
    double off[3] = {0}, total = 0;

    for (int i = 0; i < natoms; i++) {
        total += mass[i];
        for (int k = 0; k < 3; k++)
            off[k] += mass[i] * (pos[i][k] - first[i][k]);
    }
    for (int i = 0; i < natoms; i++)
        for (int k = 0; k < 3; k++)
            pos[i][k] -= off[k] / total;
}

int msd_add(struct msd *m, const struct atoms *a, const double *mass,
            bool drift, struct err *err)
{
    size_t n = (size_t)m->natoms;
    struct lattice l;
    int ret = lattice_init(&l, a, err);

    assert(a->natoms == m->natoms);
    if (ret < 0)
        return ret;
    if (m->frames == m->room) {
        m->room = 2 * m->room + 16;
        m->pos = xrealloc(m->pos, (size_t)m->room * n, sizeof *m->pos);
    }
    assert(m->pos); /* there is room by now */
    double(*now)[3] = m->pos + (size_t)m->frames * n;
    double(*before)[3] = m->frames ? now - n : NULL;
    for (int i = 0; i < m->natoms; i++) {
        double d[3] = {0};
        for (int k = 0; k < 3; k++)
            d[k] = a->pos[i][k] - m->wrapped[i][k];
        if (before)
            nearest(&l, d);
        for (int k = 0; k < 3; k++)
            now[i][k] = before ? before[i][k] + d[k] : a->pos[i][k];
    }
    if (drift)
        remove_drift(m->natoms, now, m->pos, mass);
    memcpy(m->wrapped, a->pos, n * sizeof *m->wrapped);
    m->frames++;
    return 0;
}

double msd_at(const struct msd *m, const struct atoms *a, int z, int lag)
{
    size_t n = (size_t)m->natoms;
    double sum = 0;
    int count = 0;

    for (int i = 0; i < m->natoms; i++)
        count += z == 0 || a->z[i] == z;
    for (int t = 0; t + lag < m->frames; t++) {
        double(*from)[3] = m->pos + (size_t)t * n;
        double(*to)[3] = m->pos + (size_t)(t + lag) * n;
        for (int i = 0; i < m->natoms; i++)
            for (int k = 0; k < 3 && (z == 0 || a->z[i] == z); k++)
                sum += (to[i][k] - from[i][k]) * (to[i][k] - from[i][k]);
    }
    return sum / count / (m->frames - lag);
}
