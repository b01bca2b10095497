#include "atom.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/la.h>

static const double widest = 0.02; /* smallest exponent, 1/bohr^2 */
static const double ratio = 1.6;   /* at most, of neighbors */

/* Norm of r^l exp(-alpha r^2): N^2 int r^(2l+2) exp(-2 alpha r^2) dr = 1. */
static double norm(int l, double alpha)
{
    return sqrt(2 * pow(2 * alpha, l + 1.5) / tgamma(l + 1.5));
}

static void choose_exponents(struct gaussians *b, double sharp)
{
    double span = log(fmax(sharp, 4) / widest), step;

    b->n = 1 + (int)ceil(span / log(ratio));
    b->n = b->n < ATOM_BASIS ? b->n : ATOM_BASIS;
    step = span / (b->n - 1);
    for (int i = 0; i < b->n; i++)
        b->alpha[i] = widest * exp(i * step);
    for (int i = 0; i < b->n; i++) {
        double f = norm(b->l, b->alpha[i]) * sqrt(ATOM_STEP);

        for (int k = 0; k < ATOM_POINTS; k++) {
            double r = (k + 1) * ATOM_STEP;

            b->g[i * ATOM_POINTS + k] =
                f * pow(r, b->l + 1) * exp(-b->alpha[i] * r * r);
        }
    }
}

static double dot(const double *x, const double *y)
{
    double sum = 0;

    for (int k = 0; k < ATOM_POINTS; k++)
        sum += x[k] * y[k];
    return sum;
}

/*
 * With normalized Gaussians, s_ab = (2 sqrt(ab) / (a+b))^(l+3/2), and the
 * kinetic energy is s_ab (2l+3) ab / (a+b).
 */
static void overlap_and_kinetic(struct gaussians *b, double *s)
{
    for (int i = 0; i < b->n; i++)
        for (int j = 0; j < b->n; j++) {
            double p = b->alpha[i], q = b->alpha[j];
            double o = pow(2 * sqrt(p * q) / (p + q), b->l + 1.5);

            s[i * b->n + j] = o;
            b->h[i * b->n + j] = o * (2 * b->l + 3) * p * q / (p + q);
        }
}

/* h += sum_ij <g|beta_i> D_ij <beta_j|g> over the projectors of this l. */
static void add_nonlocal(struct gaussians *b, const struct atom *a)
{
    double *p = xcalloc((size_t)a->nbeta * b->n, sizeof(*p));
    double u[ATOM_POINTS];

    for (int i = 0; i < a->nbeta; i++) {
        for (int k = 0; k < ATOM_POINTS; k++)
            u[k] = a->beta[i * ATOM_POINTS + k] * (k + 1) * ATOM_STEP *
                   sqrt(ATOM_STEP);
        for (int m = 0; m < b->n && a->l[i] == b->l; m++)
            p[i * b->n + m] = dot(u, b->g + (size_t)m * ATOM_POINTS);
    }
    for (int i = 0; i < a->nbeta; i++)
        for (int j = 0; j < a->nbeta; j++) {
            double d = a->d[i * a->nbeta + j];

            for (int m = 0; d != 0 && m < b->n * b->n; m++)
                b->h[m] += p[i * b->n + m / b->n] * d * p[j * b->n + m % b->n];
        }
    free(p);
}

/* x: eigenvectors of the overlap s over the roots of its eigenvalues. */
static int orthonormalize(struct gaussians *b, double *s, struct err *err)
{
    double w[ATOM_BASIS];
    int ret = la_eig_sym(b->n, s, w, err);

    for (int i = 0; ret == 0 && i < b->n; i++)
        if (w[i] > 1e-9) {
            for (int m = 0; m < b->n; m++)
                b->x[b->nx * b->n + m] = s[i * b->n + m] / sqrt(w[i]);
            b->nx++;
        }
    return ret;
}

int gaussians_init(struct gaussians *b, int l, const struct atom *a,
                   struct err *err)
{
    double s[ATOM_BASIS * ATOM_BASIS];

    b->l = l;
    b->nx = 0;
    choose_exponents(b, a->sharp);
    overlap_and_kinetic(b, s);
    add_nonlocal(b, a);
    return orthonormalize(b, s, err);
}

int gaussians_solve(const struct gaussians *b, const double *v, int *n,
                    struct level *level, struct err *err)
{
    double h[ATOM_BASIS * ATOM_BASIS], t[ATOM_BASIS * ATOM_BASIS];
    double w[ATOM_BASIS], vg[ATOM_POINTS];
    int ret;

    for (int i = 0; i < b->n; i++) {
        for (int k = 0; k < ATOM_POINTS; k++)
            vg[k] = v[k] * b->g[i * ATOM_POINTS + k];
        for (int j = 0; j <= i; j++)
            h[i * b->n + j] = h[j * b->n + i] =
                b->h[i * b->n + j] + dot(vg, b->g + (size_t)j * ATOM_POINTS);
    }
    la_gemm(LA_N, LA_N, b->nx, b->n, b->n, 1, b->x, h, 0, t);
    la_gemm(LA_N, LA_T, b->nx, b->nx, b->n, 1, t, b->x, 0, h);
    ret = la_eig_sym(b->nx, h, w, err);
    if (ret < 0)
        return ret;
    *n = *n < b->nx ? *n : b->nx;
    la_gemm(LA_N, LA_N, *n, b->n, b->nx, 1, h, b->x, 0, t);
    for (int i = 0; i < *n; i++) {
        level[i] = (struct level){.l = b->l, .energy = w[i]};
        la_gemm(LA_N, LA_N, 1, ATOM_POINTS, b->n, 1, t + (size_t)i * b->n, b->g,
                0, level[i].u);
    }
    return 0;
}
