#include "environments.h"

#include <stdlib.h>

/*
 * Environments that atoms of an element would have if one coordinate of one
 * atom were `step` larger, to first order, of every frame.
 */
static double *displaced(const struct dataset *ds, int el, double step, int *n)
{
    size_t nsf = (size_t)ds->nsf[el];
    double *x = NULL;

    *n = 0;
    for (int i = 0; i < ds->n; i++) {
        const struct example *e = &ds->example[i];
        const double *jac = e->jac;

        for (int a = 0; a < e->natoms; a++) {
            int rows = 3 * (e->dep[a + 1] - e->dep[a]);
            const double *at = ds->x[el] + (size_t)e->row[a] * nsf;

            if (e->element[a] != el) {
                jac += (size_t)(rows * ds->nsf[e->element[a]]);
                continue;
            }
            x = xrealloc(x, (size_t)(*n + rows) * nsf, sizeof *x);
            for (int r = 0; r < rows; r++, jac += nsf)
                for (size_t k = 0; k < nsf; k++)
                    x[(size_t)(*n + r) * nsf + k] = at[k] + step * jac[k];
            *n += rows;
        }
    }
    return x;
}

void environments_choose(struct sgp *s, const struct dataset *ds, int max)
{
    for (int el = 0; el < ds->nelement; el++) {
        int n;
        double *x;

        sgp_choose(s, el, ds->nrow[el], ds->x[el], max);
        if (sgp_count(s, el) == max)
            continue;
        x = displaced(ds, el, SGP_DISPLACEMENT, &n);
        sgp_choose(s, el, n, x, max);
        free(x);
    }
}
