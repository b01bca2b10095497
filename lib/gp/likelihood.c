#include "state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/la.h>

/* Where the length may be, and how densely it is looked for. */
static const double min_length = 0.1, max_length = 10;
static const double accuracy = 0.01; /* of log l */
enum { GRID = 9, REFINE = 6 };

static double log_determinant(const struct gp_state *s)
{
    double sum = 0;

    for (size_t i = 0; i < (size_t)s->size; i++)
        sum += 2 * log(s->l[i * (size_t)s->size + i]);
    return sum;
}

/* Of the coordinates; 1/angstrom^2 where symmetry lets no feature change. */
static double mean_steepness(const struct gp *gp)
{
    struct point p = data_point(gp, 0);
    double *square = xcalloc((size_t)p.n + 1, sizeof *square), sum = 0;

    jacobian_squares(&gp->state->pairs, &p, square);
    for (int i = 1; i <= gp->nfree; i++)
        sum += square[i] / gp->nfree;
    free(square);
    return sum > 1e-12 ? sum : 1;
}

/* sigma that makes forces of GP_FORCE where nothing is known, eV. */
static double expected_sigma(const struct gp *gp)
{
    double a = kernel_radial(gp->length, 0).a;

    return GP_FORCE / sqrt(a * gp->state->steep);
}

/*
 * m, the scale of the prior and sigma for the factor that is there, and the
 * likelihood they give.  With the rows one and h of ones and prior energies and
 * derivatives times l^-1, least squares: (one, h)(m, scale) = l^-1 y.
 */
static double fit_mean(struct gp *gp)
{
    struct gp_state *s = gp->state;
    size_t size = (size_t)s->size, width = (size_t)gp_width(gp);
    double *z = xcalloc(3 * size, sizeof *z), *one = z + size, *h = one + size;

    for (size_t i = 0; i < size; i++) {
        z[i] = gp->y[i];
        one[i] = i % width == 0;
        h[i] = s->h ? s->h[i] : 0;
    }
    la_solve_lower(LA_N, s->size, s->l, 3, z);

    double oo = la_dot(s->size, one, one), oh = la_dot(s->size, one, h);
    double oz = la_dot(s->size, one, z), hh = la_dot(s->size, h, h);
    double det = oo * hh - oh * oh;

    if (s->fit_scale && det > 1e-12 * oo * hh) {
        gp->scale = (oo * la_dot(s->size, h, z) - oh * oz) / det;
        gp->scale = fmin(fmax(gp->scale, 0), GP_MAX_SCALE);
    }
    gp->m = (oz - gp->scale * oh) / oo;
    la_axpy(s->size, -gp->m, one, z);
    la_axpy(s->size, -gp->scale, h, z);
    double zz = la_dot(s->size, z, z), s0 = expected_sigma(gp);
    double nu = GP_BELIEF * gp->nfree, w;

    free(z);
    gp->sigma = sqrt((zz + nu * s0 * s0) / (s->size + nu));
    w = log(gp->length / GP_LENGTH) / GP_LENGTH_WIDTH;
    return nu * log(s0) - (s->size + nu) * log(gp->sigma) -
           log_determinant(s) / 2 - w * w / 2;
}

/* The value at length l; -INFINITY if K is not positive definite there. */
static double value_at(struct gp *gp, double l)
{
    struct err ignored;

    gp->length = l;
    gp->jitter = -1;
    return state_factor(gp, &ignored) == 0 ? fit_mean(gp) : -INFINITY;
}

/*
 * Where the parabola through three values at t0 < t1 < t2 is highest, v1 being
 * the largest of the three; half-way to an end that has no value.
 */
static double vertex(const double t[3], const double v[3])
{
    if (isinf(v[0]) || isinf(v[2]))
        return (t[1] + (isinf(v[2]) ? t[2] : t[0])) / 2;
    double p = (t[1] - t[0]) * (v[1] - v[2]), q = (t[1] - t[2]) * (v[1] - v[0]);
    double up = (t[1] - t[0]) * p - (t[1] - t[2]) * q;

    return p != q ? t[1] - up / (2 * (p - q)) : t[1];
}

/* Let u with value w be one of the three, about the largest of them. */
static void narrow(double t[3], double v[3], double u, double w)
{
    bool above = u > t[1];

    if (w > v[1]) {
        t[above ? 0 : 2] = t[1];
        v[above ? 0 : 2] = v[1];
        t[1] = u;
        v[1] = w;
    } else {
        t[above ? 2 : 0] = u;
        v[above ? 2 : 0] = w;
    }
}

/* The best of a grid in log l, then parabolas about it. */
static double best_length(struct gp *gp)
{
    const double step = log(max_length / min_length) / (GRID - 1);
    double grid[GRID];
    int at = 0;

    for (int i = 0; i < GRID; i++) {
        grid[i] = value_at(gp, min_length * exp(i * step));
        if (grid[i] > grid[at])
            at = i;
    }
    if (at == 0 || at == GRID - 1)
        return min_length * exp(at * step);

    double t[3] = {(at - 1) * step, at * step, (at + 1) * step};
    double v[3] = {grid[at - 1], grid[at], grid[at + 1]};

    for (int i = 0; i < REFINE; i++) {
        double u = vertex(t, v);

        if (fabs(u - t[1]) < accuracy)
            break;
        narrow(t, v, u, value_at(gp, min_length * exp(u)));
    }
    return min_length * exp(t[1]);
}

/* The prior's energy and derivatives, as y, and its forces on what is fixed. */
static int eval_prior(struct gp *gp, double *h, double *fixed, struct err *err)
{
    size_t natoms = (size_t)gp->first.natoms;
    double(*forces)[3] = xcalloc(natoms, sizeof *forces);
    struct neighbors nb = {0};
    struct atoms a;
    int ret = 0;

    atoms_copy(&a, &gp->first);
    for (int f = 0; f < gp->n; f++) {
        double strain[3][3] = {{0}};

        data_atoms(gp, f, &a);
        memset(forces, 0, natoms * sizeof *forces);
        ret = neighbors_find(&nb, &a, gp->prior.rc, err);
        if (ret < 0)
            break;
        *h++ = prior_eval_strain(&gp->prior, &a, &nb, forces, strain);
        for (size_t i = 0; i < 3 * natoms; i++)
            if (a.move[i / 3][i % 3])
                *h++ = -forces[i / 3][i % 3];
            else
                fixed[i] += forces[i / 3][i % 3] / gp->n;
        for (int v = 0; v < gp->nstrain; v++)
            *h++ = strain[strain_row[v]][strain_column[v]];
    }
    atoms_release(&a);
    neighbors_release(&nb);
    free(forces);
    return ret;
}

/* What features say of fixed atoms comes off their mean forces. */
static void subtract_mean_force(struct gp *gp)
{
    struct gp_state *s = gp->state;
    size_t natoms = (size_t)gp->first.natoms;
    double(*forces)[3] = xcalloc(natoms, sizeof *forces);

    for (int f = 0; f < gp->n; f++) {
        struct point p = data_point(gp, f);

        for (int k = 0; k < s->pairs.nfeature; k++) {
            s->xs[k] = p.x[k];
            for (int c = 0; c < 3; c++)
                s->gs[k][c] = p.g[k][c];
        }
        state_mean(gp);
        state_forces(gp, forces);
    }
    for (size_t i = 0; i < 3 * natoms; i++)
        if (atom_may_move(&gp->first, (int)i / 3))
            gp->rest[i] = 0;
        else
            gp->rest[i] -= forces[i / 3][i % 3] / gp->n;
    free(forces);
}

/* Energies become relative to the first, and less the first of the prior. */
static void set_reference(struct gp *gp)
{
    struct gp_state *s = gp->state;
    double first = s->h ? s->h[0] : 0;

    gp->e0 = gp->y[0];
    gp->prior0 = first;
    for (int f = 0; f < gp->n; f++) {
        size_t row = (size_t)f * (size_t)gp_width(gp);

        gp->y[row] -= gp->e0;
        if (s->h)
            s->h[row] -= first;
    }
}

/* Hyperparameters, and the data less the mean that they give. */
static int fit(struct gp *gp, const struct gp_params *params,
               const double *fixed, struct err *err)
{
    struct gp_state *s = gp->state;
    int ret;

    gp->length = params->length > 0 ? params->length : best_length(gp);
    gp->jitter = -1;
    ret = state_factor(gp, err);
    if (ret < 0)
        return ret;
    gp->likelihood = fit_mean(gp);
    for (int i = 0; s->h && i < s->size; i++)
        gp->y[i] -= gp->scale * s->h[i];
    for (int i = 0; s->h && i < 3 * gp->first.natoms; i++)
        gp->rest[i] -= gp->scale * fixed[i];
    state_solve(gp);
    subtract_mean_force(gp);
    free(s->geo);
    s->geo = NULL;
    return 0;
}

int gp_train(struct gp *gp, const struct gp_params *params, struct err *err)
{
    double *fixed = xcalloc(3 * (size_t)gp->first.natoms, sizeof *fixed);
    int ret = state_init(gp, err);

    gp->noise_e = params->noise_e;
    gp->noise_f = params->noise_f;
    gp->noise_s = params->noise_s;
    gp->scale = 1;
    if (ret == 0 && gp->prior.nelement > 0) {
        gp->state->h = xcalloc((size_t)gp->state->size, sizeof(double));
        gp->state->fit_scale = params->fit_scale;
        ret = eval_prior(gp, gp->state->h, fixed, err);
    }
    if (ret == 0) {
        set_reference(gp);
        gp->state->steep = mean_steepness(gp);
        ret = fit(gp, params, fixed, err);
    }
    free(fixed);
    return ret;
}

int gp_prepare(struct gp *gp, struct err *err)
{
    int ret = state_init(gp, err);

    if (ret == 0)
        ret = state_factor(gp, err);
    if (ret < 0)
        return ret;
    state_solve(gp);
    free(gp->state->geo);
    gp->state->geo = NULL;
    return 0;
}

/* Squares of what is left of one frame. */
static void add_residuals(const struct gp *gp, int frame,
                          const double *variance, struct gp_residuals *sum)
{
    const double(*cell)[3] = (const double(*)[3])gp->cell[frame];
    double v = volume3(cell[0], cell[1], cell[2]);
    int width = gp_width(gp);
    const double *alpha = gp->state->alpha + (ptrdiff_t)frame * width;

    for (int r = 0; r < width; r++) {
        double noise = noise_of(gp, r);
        double left = alpha[r] * (noise * noise + gp->jitter * variance[r]);
        int u = r - gp->nfree - 1; /* of stress, off the diagonal twice */

        if (r == 0)
            sum->e += left * left;
        else if (u < 0)
            sum->f += left * left;
        else
            sum->s += (u < 3 ? 1 : 2) * left * left / (v * v);
    }
}

struct gp_residuals gp_residuals(const struct gp *gp)
{
    double *variance = xcalloc((size_t)gp_width(gp), sizeof *variance);
    struct gp_residuals sum = {0};

    for (int f = 0; f < gp->n; f++) {
        variances(gp, f, variance);
        add_residuals(gp, f, variance, &sum);
    }
    free(variance);
    return (struct gp_residuals){
        .e = sqrt(sum.e / gp->n) / gp->first.natoms,
        .f = sqrt(sum.f / ((double)gp->n * gp->nfree)),
        .s = sqrt(sum.s / (9.0 * gp->n)),
    };
}
