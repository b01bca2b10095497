#include "stress.h"

#include <math.h>
#include <string.h>

/* Rows and columns of the six components, and how often each is among nine. */
static const int row[6] = {0, 1, 2, 1, 0, 0}, column[6] = {0, 1, 2, 2, 2, 1};
static const double times[6] = {1, 1, 1, 2, 2, 2};

void stress_label(struct example *x, const struct atoms *a,
                  const struct label *label)
{
    x->has_stress = a->pbc[0] && a->pbc[1] && a->pbc[2];
    x->volume = volume3(a->cell[0], a->cell[1], a->cell[2]);
    for (int c = 0; c < 6; c++)
        x->dedstrain[c] = x->volume * label->stress[row[c]][column[c]];
}

void stress_less(struct example *x, double dedstrain[3][3])
{
    for (int c = 0; c < 6; c++)
        x->dedstrain[c] -= dedstrain[row[c]][column[c]];
}

void stress_store(struct example *x, const struct features *f)
{
    size_t n = 6 * (size_t)f->first[f->natoms];

    x->strain = xcalloc(n, sizeof *x->strain);
    memcpy(x->strain, f->strain, n * sizeof *x->strain);
}

/* Of the networks, in units of m->unit: sum_i,k dy_i/dx_ik dx_ik/dstrain. */
static void sum_strain(const struct dataset *ds, const struct example *x,
                       const struct loss_work *w, double sum[6])
{
    const double *t = x->strain;

    memset(sum, 0, 6 * sizeof *sum);
    for (int i = 0; i < x->natoms; i++) {
        int el = x->element[i], n = ds->nsf[el];
        const double *s = w->dydx[el] + (size_t)x->row[i] * (size_t)n;

        for (int c = 0; c < 6; c++, t += n)
            for (int k = 0; k < n; k++)
                sum[c] += t[k] * s[k];
    }
}

/* The transpose: v_ik += sum_c dx_ik/dstrain_c q_c. */
static void add_slopes(const struct dataset *ds, const struct example *x,
                       const double q[6], const struct loss_work *w)
{
    const double *t = x->strain;

    for (int i = 0; i < x->natoms; i++) {
        int el = x->element[i], n = ds->nsf[el];
        double *v = w->v[el] + (size_t)x->row[i] * (size_t)n;

        for (int c = 0; c < 6; c++, t += n)
            for (int k = 0; k < n; k++)
                v[k] += t[k] * q[c];
    }
}

double stress_loss(const struct dataset *ds, const struct example *x,
                   const struct model *m, const struct loss *loss,
                   double weight, const struct loss_work *w, double *square)
{
    double u = x->natoms * loss->u_e, factor = weight * loss->beta / 9;
    double d[6], q[6], d2 = 0, slope, value;

    sum_strain(ds, x, w, d);
    for (int c = 0; c < 6; c++) {
        d[c] = m->unit * d[c] - x->dedstrain[c];
        d2 += times[c] * d[c] * d[c];
    }
    value = factor * loss_rho(sqrt(d2) / u, loss->huber, &slope);
    for (int c = 0; c < 6; c++)
        q[c] = factor * slope * times[c] * d[c] / (u * u) * m->unit;
    add_slopes(ds, x, q, w);
    *square += d2 / (x->volume * x->volume);
    return value;
}
