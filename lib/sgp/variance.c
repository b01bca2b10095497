#include <morsel/sgp.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/la.h>

#include "kernel.h"

/*
 * What atom i adds: k_m to the energy, and with J = dx_i/dR
 *
 *     dk_m/dR = k_m J.(z_m - x_i) / w^2
 *
 * to its derivatives.  jz [3 blocks][count], k [count] are work.
 */
static void add_atom(const struct sgp *s, const struct surroundings *v, int i,
                     double *rows, double *jz, double *k)
{
    int el = v->element[i], nsf = s->nsf[el], count = sgp_count(s, el);
    int nblock = v->dep[i + 1] - v->dep[i];
    size_t m = (size_t)sgp_size(s);
    double w2 = kernel_width2(s, el);

    if (count == 0)
        return;
    kernel_row(s, el, v->x[i], k);
    la_gemm(LA_N, LA_T, 3 * nblock, count, nsf, 1, v->jac[i], s->z[el], 0, jz);
    rows += s->first[el];
    la_axpy(count, 1, k, rows);
    for (int b = 0; b < 3 * nblock; b++) {
        size_t at = 1 + 3 * (size_t)v->atom[v->dep[i] + b / 3] + b % 3;
        double jx = la_dot(nsf, v->jac[i] + (size_t)b * (size_t)nsf, v->x[i]);
        const double *row = jz + (size_t)b * (size_t)count;

        for (int j = 0; j < count; j++)
            rows[at * m + j] += k[j] * (row[j] - jx) / w2;
    }
}

void sgp_rows(const struct sgp *s, const struct surroundings *v, double *rows)
{
    size_t most = (size_t)sgp_most(s), blocks = 0;

    for (int i = 0; i < v->natoms; i++)
        if ((size_t)(v->dep[i + 1] - v->dep[i]) > blocks)
            blocks = (size_t)(v->dep[i + 1] - v->dep[i]);
    double *work = xcalloc((3 * blocks + 1) * most, sizeof *work);

    memset(rows, 0,
           (1 + 3 * (size_t)v->natoms) * (size_t)sgp_size(s) * sizeof *rows);
    for (int i = 0; i < v->natoms; i++)
        add_atom(s, v, i, rows, work + most, work);
    free(work);
}

static void solve(const struct sgp *s, enum la_op op, int n, double *rows)
{
    for (int el = 0; el < s->nelement; el++)
        if (sgp_count(s, el) > 0)
            la_dsolve_lower(op, sgp_count(s, el), s->l[el], n,
                            rows + s->first[el], sgp_size(s));
}

void sgp_whiten(const struct sgp *s, int n, double *rows)
{
    solve(s, LA_N, n, rows);
}

void sgp_unwhiten(const struct sgp *s, int n, double *rows)
{
    solve(s, LA_T, n, rows);
}

static double kernel_of(const struct sgp *s, int el, const double *x,
                        const double *y)
{
    double d2 = 0;

    for (int f = 0; f < s->nsf[el]; f++)
        d2 += (x[f] - y[f]) * (x[f] - y[f]);
    return exp(-d2 / (2 * kernel_width2(s, el)));
}

/* k** of the energy: the sum of k over all pairs of atoms of an element. */
static double energy_variance(const struct sgp *s, const struct surroundings *v)
{
    double sum = 0;

    for (int i = 0; i < v->natoms; i++) {
        sum += 1;
        for (int j = 0; j < i; j++)
            if (v->element[i] == v->element[j])
                sum += 2 * kernel_of(s, v->element[i], v->x[i], v->x[j]);
    }
    return sum;
}

/* The n blocks (of atom i[], at jac[]) by the coordinates of one atom. */
struct block {
    int i;
    const double *jac; /* [3][nsf] */
};

/*
 * k** of the derivatives by the coordinates of an atom, summed over these:
 * with u, u' the derivatives of x_i, x_j by one of them and d = x_i - x_j,
 *
 *     sum_ij k_ij { u.u' - (u.d) (u'.d) / w^2 } / w^2.
 */
static double force_variance(const struct sgp *s, const struct surroundings *v,
                             const struct block *block, int n)
{
    double sum = 0;

    for (int a = 0; a < n; a++)
        for (int b = 0; b <= a; b++) {
            int i = block[a].i, j = block[b].i, el = v->element[i];
            int nsf = s->nsf[el];
            double w2 = kernel_width2(s, el), k, part = 0;

            if (v->element[j] != el)
                continue;
            k = kernel_of(s, el, v->x[i], v->x[j]);
            for (int c = 0; c < 3; c++) {
                const double *p = block[a].jac + (size_t)(c * nsf);
                const double *q = block[b].jac + (size_t)(c * nsf);
                double pq = 0, pd = 0, qd = 0;

                for (int f = 0; f < nsf; f++) {
                    double d = v->x[i][f] - v->x[j][f];

                    pq += p[f] * q[f];
                    pd += p[f] * d;
                    qd += q[f] * d;
                }
                part += k * (pq - pd * qd / w2) / w2;
            }
            sum += a == b ? part : 2 * part;
        }
    return sum;
}

/* k** of all forces, var [natoms] (out). */
static void force_variances(const struct sgp *s, const struct surroundings *v,
                            double *var)
{
    size_t natoms = (size_t)v->natoms;
    int *start = xcalloc(natoms + 2, sizeof *start);
    struct block *block = xcalloc((size_t)v->dep[v->natoms], sizeof *block);

    for (int e = 0; e < v->dep[v->natoms]; e++)
        start[v->atom[e] + 2]++;
    for (size_t a = 2; a < natoms + 2; a++)
        start[a] += start[a - 1];
    for (int i = 0; i < v->natoms; i++)
        for (int e = v->dep[i]; e < v->dep[i + 1]; e++) {
            int at = 3 * (e - v->dep[i]) * s->nsf[v->element[i]];

            block[start[v->atom[e] + 1]++] = (struct block){i, v->jac[i] + at};
        }
#pragma omp parallel for schedule(dynamic)
    for (int a = 0; a < v->natoms; a++)
        var[a] =
            force_variance(s, v, block + start[a], start[a + 1] - start[a]);
    free(block);
    free(start);
}

/*
 * phi.S^-1 phi - phi_k^2 of rows phi [n][width], which become S's factor's
 * inverse times themselves; lost [n] (out) is what the data explain.
 */
static void explained(const struct sgp *s, int n, const double *k, double *phi,
                      double *lost)
{
    int m = sgp_size(s), width = sgp_width(s);

    for (int r = 0; r < n; r++)
        lost[r] =
            la_dot(m, k + (size_t)r * (size_t)m, k + (size_t)r * (size_t)m);
    la_solve_lower(LA_N, width, s->s, n, phi);
    for (int r = 0; r < n; r++) {
        const double *p = phi + (size_t)r * (size_t)width;

        lost[r] -= la_dot(width, p, p);
    }
}

/* Of a variance, which rounding may have made negative; nonsense is endless. */
static double deviation(double var)
{
    return var >= 0 ? sqrt(var) : var < 0 ? 0 : INFINITY;
}

void sgp_deviations(const struct sgp *s, const struct surroundings *v,
                    double *sigma_e, double *sigma_f)
{
    int n = 1 + 3 * v->natoms;
    size_t m = (size_t)sgp_size(s), width = (size_t)sgp_width(s);
    double *k = xcalloc((size_t)n * m, sizeof *k);
    double *phi = xcalloc((size_t)n * width, sizeof *phi);
    double *lost = xcalloc((size_t)n, sizeof *lost);

    sgp_rows(s, v, k);
    sgp_whiten(s, n, k);
    for (int r = 0; r < n; r++)
        memcpy(phi + (size_t)r * width, k + (size_t)r * m, m * sizeof *phi);
    for (int i = 0; i < v->natoms; i++)
        phi[m + (size_t)v->element[i]] += SGP_CONSTANT;
    explained(s, n, k, phi, lost);

    *sigma_e = s->sigma * deviation(energy_variance(s, v) - lost[0]);
    force_variances(s, v, sigma_f);
    for (int a = 0; a < v->natoms; a++) {
        const double *of = lost + 1 + (size_t)(3 * a);

        sigma_f[a] = s->sigma * deviation(sigma_f[a] - of[0] - of[1] - of[2]);
    }
    free(k);
    free(phi);
    free(lost);
}
