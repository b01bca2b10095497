#include "features.h"

#include <stdlib.h>
#include <string.h>

#include <morsel/gp.h>

const int strain_row[] = {0, 1, 2, 1, 0, 0};
const int strain_column[] = {0, 1, 2, 2, 2, 1};

int pairs_count(const struct atoms *a, bool all)
{
    int n = a->natoms, fixed = 0;

    if (all)
        return n * (n + 1) / 2;
    for (int i = 0; i < n; i++)
        fixed += !atom_may_move(a, i);
    return n * (n - 1) / 2 - fixed * (fixed - 1) / 2;
}

static bool is_pair(const struct atoms *a, int i, int j, bool all)
{
    if (all)
        return i <= j;
    return i < j && (atom_may_move(a, i) || atom_may_move(a, j));
}

void pairs_init(struct pairs *p, const struct atoms *a, bool all, int npower)
{
    size_t n = (size_t)a->natoms, nfeature;

    *p = (struct pairs){.natoms = a->natoms};
    p->nfeature = npower * pairs_count(a, all);
    nfeature = (size_t)p->nfeature;
    p->index = xcalloc(n * n, sizeof *p->index);
    p->ij = xcalloc(nfeature, sizeof *p->ij);
    p->d = xcalloc(nfeature, sizeof *p->d);
    for (int i = 0; i < a->natoms; i++)
        for (int j = 0; j < a->natoms; j++) {
            bool is = is_pair(a, i, j, all);
            int k = p->npair;

            p->index[i * a->natoms + j] = is ? k : -1;
            if (!is)
                continue;
            p->ij[k][0] = i;
            p->ij[k][1] = j;
            p->d[k] = element_radius(a->z[i]) + element_radius(a->z[j]);
            p->npair++;
        }
    for (int k = p->npair; k < p->nfeature; k++) {
        memcpy(p->ij[k], p->ij[k - p->npair], sizeof *p->ij);
        p->d[k] = p->d[k - p->npair];
    }
}

void pairs_release(struct pairs *p)
{
    free(p->index);
    free(p->ij);
    free(p->d);
    *p = (struct pairs){0};
}

/* Of the first features, of the next ... */
static const int powers[GP_MAX_POWERS] = {GP_POWER, GP_POWER / 2};

static int power_of(const struct pairs *p, int k)
{
    return powers[k / p->npair];
}

/*
 * Add one image, at d with |d| = r, to s (d_ij / r)^p, its gradient and, if not
 * NULL, its derivative by strain.
 */
static void add_image(int power, double radii, const double d[3], double r,
                      double *sum, double gradient[3], double *strain)
{
    double u = radii / r, s = 1, ds = 0, slope;

    u *= u * u;
    for (int p = 3; p < power; p *= 2)
        u *= u;
    if (r > GP_RS) {
        double x = (r - GP_RS) / (GP_RC - GP_RS);

        s = 1 - x * x * x * (10 - x * (15 - 6 * x));
        ds = -30 * x * x * (1 - x) * (1 - x) / (GP_RC - GP_RS);
    }
    *sum += s * u;
    slope = u * (ds - power * s / r);
    for (int c = 0; c < 3; c++)
        gradient[c] += slope * d[c] / r;
    for (int v = 0; strain && v < NSTRAIN; v++)
        strain[v] += slope * d[strain_row[v]] * d[strain_column[v]] / r;
}

/*
 * From sums s to x = s^(q/p), dx = q x / (p s) ds.  An atom does not move
 * against its images.
 */
static void take_root(int power, const int ij[2], double *x, double g[3],
                      double *t)
{
    double s = *x, factor;

    *x = pow(s, (double)GP_EXPONENT / power);
    factor = GP_EXPONENT * *x / (power * s);
    for (int c = 0; c < 3; c++)
        g[c] = ij[0] == ij[1] ? 0 : g[c] * factor;
    for (int v = 0; t && v < NSTRAIN; v++)
        t[v] *= factor;
}

int pairs_eval(const struct pairs *p, const struct atoms *a,
               struct neighbors *nb, double *x, double (*g)[3],
               double (*t)[NSTRAIN], struct err *err)
{
    int ret = neighbors_find(nb, a, GP_RC, err);

    if (ret < 0)
        return ret;
    memset(g, 0, (size_t)p->nfeature * sizeof *g);
    if (t)
        memset(t, 0, (size_t)p->nfeature * sizeof *t);
    for (int k = 0; k < p->nfeature; k++)
        x[k] = pow(p->d[k] / GP_RC, power_of(p, k));
    for (int i = 0; i < a->natoms; i++)
        for (int n = nb->first[i]; n < nb->first[i + 1]; n++) {
            int k = p->index[i * a->natoms + nb->j[n]];

            for (; k >= 0 && k < p->nfeature; k += p->npair)
                add_image(power_of(p, k), p->d[k], nb->d[n], nb->r[n], &x[k],
                          g[k], t ? t[k] : NULL);
        }
    for (int k = 0; k < p->nfeature; k++)
        take_root(power_of(p, k), p->ij[k], &x[k], g[k], t ? t[k] : NULL);
    return 0;
}
