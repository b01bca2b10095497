#include <morsel/analysis.h>

#include <math.h>
#include <stdlib.h>

#define PI 3.14159265358979323846

void elements_find(struct elements *e, const struct atoms *a)
{
    *e = (struct elements){0};
    for (int z = 1; z <= MAX_Z; z++) {
        int count = 0;
        for (int i = 0; i < a->natoms; i++)
            count += a->z[i] == z;
        if (count) {
            e->z[e->n] = z;
            e->count[e->n++] = count;
        }
    }
}

int elements_index(const struct elements *e, int z)
{
    for (int i = 0; i < e->n; i++)
        if (e->z[i] == z)
            return i;
    return -1;
}

void rdf_init(struct rdf *r, const struct atoms *a, double rmax, int nbins)
{
    *r = (struct rdf){.rmax = rmax, .nbins = nbins};
    elements_find(&r->e, a);
    r->pairs = xcalloc((size_t)r->e.n * (size_t)r->e.n * (size_t)nbins,
                       sizeof *r->pairs);
}

void rdf_release(struct rdf *r)
{
    free(r->pairs);
    neighbors_release(&r->nb);
    *r = (struct rdf){0};
}

static double *bins(const struct rdf *r, int a, int b)
{
    return r->pairs + ((size_t)a * (size_t)r->e.n + (size_t)b) * r->nbins;
}

double atoms_volume(const struct atoms *a)
{
    struct lattice l;
    struct err ignored;

    if (lattice_init(&l, a, &ignored) < 0)
        return 0;

    double v = volume3(l.b[0], l.b[1], l.b[2]);
    for (int k = l.nperiodic; k < 3; k++) {
        double low = INFINITY, high = -INFINITY;
        for (int i = 0; i < a->natoms; i++) {
            double s = dot3(l.inverse[k], a->pos[i]);
            low = fmin(low, s - element_radius(a->z[i]));
            high = fmax(high, s + element_radius(a->z[i]));
        }
        v *= high - low;
    }
    return v;
}

int rdf_add(struct rdf *r, const struct atoms *a, double volume,
            struct err *err)
{
    int ret = neighbors_find(&r->nb, a, r->rmax, err);

    if (ret < 0)
        return ret;
    for (int i = 0; i < a->natoms; i++) {
        int from = elements_index(&r->e, a->z[i]);
        for (int n = r->nb.first[i]; n < r->nb.first[i + 1]; n++) {
            int to = elements_index(&r->e, a->z[r->nb.j[n]]);
            int k = (int)(r->nb.r[n] / r->rmax * r->nbins);
            if (k < r->nbins) /* not r = rmax but for rounding */
                bins(r, from, to)[k]++;
        }
    }
    r->volume += volume > 0 ? volume : atoms_volume(a);
    r->frames++;
    return 0;
}

double rdf_g(const struct rdf *r, int a, int b, int k)
{
    double lo = k * r->rmax / r->nbins, hi = (k + 1) * r->rmax / r->nbins;
    double shell = 4 * PI / 3 * (hi * hi * hi - lo * lo * lo);
    double density = r->e.count[b] / (r->volume / r->frames);

    return bins(r, a, b)[k] / r->frames / (r->e.count[a] * density * shell);
}

double rdf_within(const struct rdf *r, int a, int b, int k)
{
    double sum = 0;

    for (int i = 0; i <= k; i++)
        sum += bins(r, a, b)[i];
    return sum / r->frames / r->e.count[a];
}

int closest_pairs(const struct atoms *a, const struct elements *e, double rc,
                  struct neighbors *nb, double *closest, struct err *err)
{
    int ret = neighbors_find(nb, a, rc, err);

    for (int i = 0; i < e->n * e->n; i++)
        closest[i] = INFINITY;
    for (int i = 0; ret == 0 && i < a->natoms; i++) {
        int from = elements_index(e, a->z[i]);
        for (int n = nb->first[i]; n < nb->first[i + 1]; n++) {
            int to = elements_index(e, a->z[nb->j[n]]);
            double *c = &closest[from * e->n + to];
            *c = fmin(*c, nb->r[n]);
        }
    }
    return ret;
}
