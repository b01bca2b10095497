#include "state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/la.h>

/*
 * f = sum over data of k alpha_E + a d.c, with d = x - x' and c = J' alpha_F;
 *
 *     df/dx = sum -a d alpha_E + a c - b (d.c) d.
 */
double state_mean(struct gp *gp)
{
    struct gp_state *s = gp->state;
    int nfeature = s->pairs.nfeature;
    double f = 0;

    memset(s->dedx, 0, (size_t)nfeature * sizeof *s->dedx);
    for (int n = 0; n < gp->n; n++) {
        const double *x = s->x + (size_t)n * (size_t)nfeature;
        const double *c = s->c + (size_t)n * (size_t)nfeature;
        double alpha = s->alpha[(size_t)n * (size_t)gp_width(gp)];
        double d2 = 0, dc = 0;

        for (int k = 0; k < nfeature; k++) {
            double d = s->xs[k] - x[k];

            d2 += d * d;
            dc += d * c[k];
        }
        struct radial r = kernel_radial(gp->length, d2);

        f += r.k * alpha + r.a * dc;
        for (int k = 0; k < nfeature; k++)
            s->dedx[k] +=
                r.a * c[k] - (r.a * alpha + r.b * dc) * (s->xs[k] - x[k]);
    }
    return f;
}

void state_forces(const struct gp *gp, double (*forces)[3])
{
    const struct gp_state *s = gp->state;

    for (int k = 0; k < s->pairs.nfeature; k++)
        for (int c = 0; c < 3; c++) {
            double f = s->dedx[k] * s->gs[k][c];

            forces[s->pairs.ij[k][0]][c] += f;
            forces[s->pairs.ij[k][1]][c] -= f;
        }
}

/*
 * The variance of row r, with K* its covariance with the data and v = l^-1 K*:
 * K** - v.v; of the energy K** is k(0), of a derivative a(0) J.J.
 */
void gp_sigmas(struct gp *gp, double *sigma_e, double *sigma_f)
{
    struct gp_state *s = gp->state;
    struct point p = asked_point(gp);
    int rows = 1 + p.n, size = s->size, width = gp_width(gp);
    struct radial here = kernel_radial(gp->length, 0);
    double *var = xcalloc((size_t)rows, sizeof *var);

    for (int n = 0; n < gp->n; n++) {
        struct point q = data_point(gp, n);
        double *block = s->cross + (size_t)n * (size_t)width;

        geometry(&s->pairs, &p, &q, block, (size_t)size);
        covariance(gp->length, p.n, q.n, block, block, (size_t)size);
    }
    la_solve_lower(LA_N, size, s->l, rows, s->cross);
    jacobian_squares(&s->pairs, &p, var);
    for (int r = 0; r < rows; r++) {
        const double *v = s->cross + (size_t)r * (size_t)size;

        var[r] = r ? here.a * var[r] : here.k;
        var[r] = fmax(0, var[r] - la_dot(size, v, v));
    }
    *sigma_e = gp->sigma * sqrt(var[0]);
    for (int i = 0; i < gp->first.natoms; i++)
        sigma_f[i] =
            gp->sigma * sqrt(var[3 * i + 1] + var[3 * i + 2] + var[3 * i + 3]);
    free(var);
}

/*
 * The atoms of training, in their cell unless that may change, too; atoms whose
 * pairs are no features must be where they were.
 */
static int check_atoms(const struct gp *gp, const struct atoms *a,
                       struct err *err)
{
    struct atoms was = gp->first, is;
    int n = 0;

    if (gp->strains)
        memcpy(was.cell, a->cell, sizeof was.cell);
    if (!(atoms_displacement(&was, a) < INFINITY))
        return err_set(err, ERR_RANGE,
                       "not the atoms, in their order, or not the cell that "
                       "the model was trained on");
    if (gp->strains)
        return 0;
    atoms_copy(&was, &gp->first);
    atoms_copy(&is, a);
    for (int i = 0; i < a->natoms; i++)
        if (!atom_may_move(&gp->first, i)) {
            memcpy(was.pos[n], was.pos[i], sizeof was.pos[n]);
            memcpy(is.pos[n], is.pos[i], sizeof is.pos[n]);
            was.z[n] = is.z[n] = a->z[i];
            n++;
        }
    was.natoms = is.natoms = n;
    double far = n > 0 ? atoms_displacement(&was, &is) : 0;

    atoms_release(&was);
    atoms_release(&is);
    return far < 1e-4 ? 0
                      : err_set(err, ERR_RANGE,
                                "an atom that was held fixed in training has "
                                "moved by %.3g angstrom",
                                far);
}

/* dE/dstrain of the features. */
static void set_strain(const struct gp_state *s, double strain[3][3])
{
    double sum[NSTRAIN] = {0};

    for (int k = 0; k < s->pairs.nfeature; k++)
        for (int v = 0; v < NSTRAIN; v++)
            sum[v] += s->dedx[k] * s->ts[k][v];
    for (int v = 0; v < NSTRAIN; v++)
        strain[strain_row[v]][strain_column[v]] =
            strain[strain_column[v]][strain_row[v]] = sum[v];
}

/* scale (E_prior - that of the first frame) */
static int add_prior(struct gp *gp, const struct atoms *a, double *energy,
                     double (*forces)[3], double (*dedstrain)[3],
                     struct err *err)
{
    struct gp_state *s = gp->state;
    size_t natoms = (size_t)a->natoms;
    double(*f)[3] = xcalloc(natoms, sizeof *f), strain[3][3] = {{0}};
    int ret =
        gp->prior.rc > GP_RC ? neighbors_find(&s->nb, a, gp->prior.rc, err) : 0;

    if (ret == 0)
        *energy +=
            gp->scale *
            (prior_eval_strain(&gp->prior, a, &s->nb, f, strain) - gp->prior0);
    for (size_t i = 0; i < natoms; i++)
        for (int c = 0; c < 3; c++)
            forces[i][c] += gp->scale * f[i][c];
    for (int i = 0; dedstrain && i < 9; i++)
        dedstrain[i / 3][i % 3] += gp->scale * strain[i / 3][i % 3];
    free(f);
    return ret;
}

int gp_predict(struct gp *gp, const struct atoms *a, double *energy,
               double (*forces)[3], double (*dedstrain)[3], struct err *err)
{
    struct gp_state *s = gp->state;
    int ret = check_atoms(gp, a, err);

    if (ret == 0)
        ret = pairs_eval(&s->pairs, a, &s->nb, s->xs, s->gs,
                         dedstrain ? s->ts : NULL, err);
    if (ret < 0)
        return ret;
    memcpy(forces, gp->rest, (size_t)a->natoms * sizeof *forces);
    *energy = gp->m + state_mean(gp);
    state_forces(gp, forces);
    if (dedstrain)
        set_strain(s, dedstrain);
    if (gp->prior.nelement > 0)
        ret = add_prior(gp, a, energy, forces, dedstrain, err);
    *energy += gp->e0;
    return ret;
}
