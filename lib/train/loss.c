#include <morsel/train.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stress.h"

static double **arrays(int n)
{
    return xcalloc((size_t)n, sizeof(double *));
}

void loss_work_init(struct loss_work *w, const struct dataset *ds,
                    const struct model *m)
{
    int n = ds->nelement, natoms = 0;

    *w = (struct loss_work){.y = arrays(n), .dydx = arrays(n)};
    w->dldy = arrays(n);
    w->v = arrays(n);
    w->work = arrays(n);
    w->nelement = n;
    for (int el = 0; el < n; el++) {
        size_t rows = (size_t)ds->nrow[el], size = sizeof(double);
        size_t nx = rows * (size_t)ds->nsf[el];

        w->y[el] = xcalloc(rows, size);
        w->dldy[el] = xcalloc(rows, size);
        w->dydx[el] = xcalloc(ds->forces ? nx : 0, size);
        w->v[el] = xcalloc(ds->forces ? nx : 0, size);
        if (rows > 0)
            w->work[el] = xcalloc(mlp_nwork(&m->net[el], ds->nrow[el]), size);
    }
    for (int i = 0; i < ds->n; i++)
        if (ds->example[i].natoms > natoms)
            natoms = ds->example[i].natoms;
    w->forces = xcalloc((size_t)natoms, sizeof *w->forces);
}

static void arrays_free(double **x, int n)
{
    for (int i = 0; x && i < n; i++)
        free(x[i]);
    free(x);
}

void loss_work_release(struct loss_work *w)
{
    arrays_free(w->y, w->nelement);
    arrays_free(w->dydx, w->nelement);
    arrays_free(w->dldy, w->nelement);
    arrays_free(w->v, w->nelement);
    arrays_free(w->work, w->nelement);
    free(w->forces);
    *w = (struct loss_work){0};
}

double loss_rho(double x, double delta, double *slope)
{
    x = fabs(x);
    if (delta > 0 && x > delta) {
        *slope = delta / x;
        return delta * (x - delta / 2);
    }
    *slope = 1;
    return x * x / 2;
}

/*
 * Forces of the networks of one frame, in units of m->unit, from the slopes:
 *
 *     F_j -= sum_i,k dy_i/dx_ik dx_ik/dpos_j
 */
static void add_forces(const struct dataset *ds, const struct example *x,
                       const struct loss_work *w, double (*forces)[3])
{
    const double *jac = x->jac;

    for (int i = 0; i < x->natoms; i++) {
        int el = x->element[i];
        size_t n = (size_t)ds->nsf[el];
        const double *s = w->dydx[el] + (size_t)x->row[i] * n;

        for (int e = x->dep[i]; e < x->dep[i + 1]; e++) {
            double f0 = 0, f1 = 0, f2 = 0;

#pragma omp simd reduction(+ : f0, f1, f2)
            for (size_t k = 0; k < n; k++) {
                f0 += jac[k] * s[k];
                f1 += jac[n + k] * s[k];
                f2 += jac[2 * n + k] * s[k];
            }
            forces[x->atom[e]][0] -= f0;
            forces[x->atom[e]][1] -= f1;
            forces[x->atom[e]][2] -= f2;
            jac += 3 * n;
        }
    }
}

/*
 * The transpose: from q_j = dL/dF_j, in units of 1 / m->unit, to the
 * derivatives of the loss by the slopes,
 *
 *     v_ik = -sum_j dx_ik/dpos_j . q_j
 */
static void set_slopes(const struct dataset *ds, const struct example *x,
                       double (*q)[3], const struct loss_work *w)
{
    const double *jac = x->jac;

    for (int i = 0; i < x->natoms; i++) {
        int el = x->element[i];
        size_t n = (size_t)ds->nsf[el];
        double *v = w->v[el] + (size_t)x->row[i] * n;

        memset(v, 0, n * sizeof *v);
        for (int e = x->dep[i]; e < x->dep[i + 1]; e++) {
            const double *qj = q[x->atom[e]];

#pragma omp simd
            for (size_t k = 0; k < n; k++)
                v[k] -= jac[k] * qj[0] + jac[n + k] * qj[1] +
                        jac[2 * n + k] * qj[2];
            jac += 3 * n;
        }
    }
}

/*
 * Force part of the loss of one frame; the errors in w->forces are replaced
 * by q_j = unit dL/dF_j.  Adds the sum of squared errors to *square.
 */
static double force_loss(const struct example *x, const struct model *m,
                         const struct loss *loss, double weight,
                         double (*forces)[3], double *square)
{
    double factor = weight * loss->alpha / fmax(1, x->ncount), sum = 0;

    for (int j = 0; j < x->natoms; j++) {
        double d[3], d2 = 0, slope;

        for (int c = 0; c < 3; c++) {
            d[c] = x->mask[j][c] * (m->unit * forces[j][c] - x->forces[j][c]);
            d2 += d[c] * d[c];
        }
        *square += d2;
        sum += loss_rho(sqrt(d2) / loss->u_f, loss->huber, &slope);
        for (int c = 0; c < 3; c++)
            forces[j][c] =
                factor * slope * d[c] / (loss->u_f * loss->u_f) * m->unit;
    }
    return factor * sum;
}

/* Energy part of the loss of one frame, and dL/dy of its atoms. */
static double energy_loss(const struct example *x, const struct model *m,
                          const struct loss *loss, double weight,
                          const struct loss_work *w, double *square)
{
    double energy = 0, slope;

    for (int a = 0; a < x->natoms; a++)
        energy += w->y[x->element[a]][x->row[a]];

    double d = (m->unit * energy - x->energy) / x->natoms;
    double value = weight * loss_rho(d / loss->u_e, loss->huber, &slope);
    double dldy =
        weight * slope * d / (loss->u_e * loss->u_e) * m->unit / x->natoms;

    for (int a = 0; a < x->natoms; a++)
        w->dldy[x->element[a]][x->row[a]] = dldy;
    *square += d * d;
    return value;
}

static double decay_loss(const struct model *m, const struct loss *loss,
                         const double *theta, double *dtheta)
{
    double sum = 0;

    for (int p = 0; p < m->nparam; p++) {
        sum += theta[p] * theta[p];
        dtheta[p] = loss->decay * theta[p];
    }
    return loss->decay / 2 * sum;
}

struct fit loss_eval(const struct dataset *ds, const struct model *m,
                     const struct loss *loss, const double *weight,
                     const double *theta, struct loss_work *w, double *dtheta)
{
    struct fit fit = {.loss = decay_loss(m, loss, theta, dtheta)};
    double e2 = 0, f2 = 0, s2 = 0, ncount = 0;
    int nstress = 0;

    for (int el = 0; el < ds->nelement; el++)
        if (ds->nrow[el] > 0)
            mlp_forward(&m->net[el], theta + model_offset(m, el), ds->nrow[el],
                        ds->x[el], w->y[el], ds->forces ? w->dydx[el] : NULL,
                        w->work[el]);

    for (int i = 0; i < ds->n; i++) {
        const struct example *x = &ds->example[i];
        double wi = weight ? weight[i] : 1;

        fit.loss += energy_loss(x, m, loss, wi, w, &e2);
        if (!ds->forces)
            continue;
        memset(w->forces, 0, (size_t)x->natoms * sizeof *w->forces);
        add_forces(ds, x, w, w->forces);
        fit.loss += force_loss(x, m, loss, wi, w->forces, &f2);
        set_slopes(ds, x, w->forces, w);
        ncount += x->ncount;
        if (x->has_stress) {
            fit.loss += stress_loss(ds, x, m, loss, wi, w, &s2);
            nstress++;
        }
    }
    fit.rmse_e = sqrt(e2 / ds->n);
    fit.rmse_f = ncount > 0 ? sqrt(f2 / ncount) : 0;
    fit.rmse_s = nstress > 0 ? sqrt(s2 / (9 * nstress)) : 0;

    for (int el = 0; el < ds->nelement; el++)
        if (ds->nrow[el] > 0)
            mlp_backward(&m->net[el], theta + model_offset(m, el), ds->nrow[el],
                         ds->x[el], w->dldy[el], ds->forces ? w->v[el] : NULL,
                         w->work[el], dtheta + model_offset(m, el));
    return fit;
}
