#include "features.h"

#include <stdlib.h>
#include <string.h>

#include <morsel/gp.h>

int pairs_count(const struct atoms *a)
{
    int n = a->natoms, fixed = 0;

    for (int i = 0; i < n; i++)
        fixed += !atom_may_move(a, i);
    return n * (n - 1) / 2 - fixed * (fixed - 1) / 2;
}

void pairs_init(struct pairs *p, const struct atoms *a)
{
    size_t n = (size_t)a->natoms, npair = (size_t)pairs_count(a);

    *p = (struct pairs){.natoms = a->natoms};
    p->index = xcalloc(n * n, sizeof *p->index);
    p->ij = xcalloc(npair, sizeof *p->ij);
    p->d = xcalloc(npair, sizeof *p->d);
    for (int i = 0; i < a->natoms; i++)
        for (int j = 0; j < a->natoms; j++) {
            int at = i * a->natoms + j;

            p->index[at] = -1;
            if (j <= i || (!atom_may_move(a, i) && !atom_may_move(a, j)))
                continue;
            p->index[at] = p->npair;
            p->ij[p->npair][0] = i;
            p->ij[p->npair][1] = j;
            p->d[p->npair++] =
                element_radius(a->z[i]) + element_radius(a->z[j]);
        }
}

void pairs_release(struct pairs *p)
{
    free(p->index);
    free(p->ij);
    free(p->d);
    *p = (struct pairs){0};
}

/* Add one image, at d with |d| = r, to t and dt/dd. */
static void add_image(double radii, const double d[3], double r, double *t,
                      double dt[3])
{
    double u = radii / r, s = 1, ds = 0;

    u *= u * u;
    u *= u;
    u *= u; /* (d_ij / r)^12 */
    if (r > GP_RS) {
        double x = (r - GP_RS) / (GP_RC - GP_RS);

        s = 1 - x * x * x * (10 - x * (15 - 6 * x));
        ds = -30 * x * x * (1 - x) * (1 - x) / (GP_RC - GP_RS);
    }
    *t += s * u;
    for (int c = 0; c < 3; c++)
        dt[c] += u * (ds - GP_POWER * s / r) * d[c] / r;
}

/* x = t^(q/p), dx = q x / (p t) dt. */
int pairs_eval(const struct pairs *p, const struct atoms *a,
               struct neighbors *nb, double *x, double (*g)[3], struct err *err)
{
    int ret = neighbors_find(nb, a, GP_RC, err);

    if (ret < 0)
        return ret;
    memset(g, 0, (size_t)p->npair * sizeof *g);
    for (int k = 0; k < p->npair; k++)
        x[k] = pow(p->d[k] / GP_RC, GP_POWER);
    for (int i = 0; i < a->natoms; i++)
        for (int n = nb->first[i]; n < nb->first[i + 1]; n++) {
            int k = p->index[i * a->natoms + nb->j[n]];

            if (k >= 0)
                add_image(p->d[k], nb->d[n], nb->r[n], &x[k], g[k]);
        }
    for (int k = 0; k < p->npair; k++) {
        double t = x[k];

        x[k] = pow(t, (double)GP_EXPONENT / GP_POWER);
        for (int c = 0; c < 3; c++)
            g[k][c] *= GP_EXPONENT * x[k] / (GP_POWER * t);
    }
    return 0;
}
