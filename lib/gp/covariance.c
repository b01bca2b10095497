#include "state.h"

#include <string.h>

/*
 * J_a.J'_b: a pair (i, j) has the derivatives -g by i and g by j, so that it
 * adds g g'^T to the blocks (i, i) and (j, j), and subtracts it from (i, j)
 * and (j, i).
 */
static void add_product(const int *ij, const struct point *a,
                        const struct point *b, const double g[3],
                        const double h[3], double *out, size_t ld)
{
    for (int u = 0; u < 2; u++)
        for (int c = 0; c < 3; c++) {
            int row = a->row[3 * ij[u] + c];

            if (row == 0)
                continue;
            for (int v = 0; v < 2; v++)
                for (int e = 0; e < 3; e++) {
                    int column = b->row[3 * ij[v] + e];

                    if (column > 0)
                        out[(size_t)row * ld + (size_t)column] +=
                            u == v ? g[c] * h[e] : -g[c] * h[e];
                }
        }
}

void geometry(const struct pairs *p, const struct point *a,
              const struct point *b, double *out, size_t ld)
{
    for (int r = 0; r <= a->n; r++)
        memset(out + (size_t)r * ld, 0, (size_t)(b->n + 1) * sizeof *out);
    for (int k = 0; k < p->npair; k++) {
        const double *g = a->g[k], *h = b->g[k];
        double d = a->x[k] - b->x[k];
        const int *ij = p->ij[k];

        out[0] += d * d;
        for (int u = 0; u < 2; u++)
            for (int c = 0; c < 3; c++) {
                int row = a->row[3 * ij[u] + c];
                int column = b->row[3 * ij[u] + c];

                if (row > 0)
                    out[(size_t)row * ld] += u ? d * g[c] : -d * g[c];
                if (column > 0)
                    out[column] += u ? d * h[c] : -d * h[c];
            }
        add_product(ij, a, b, g, h, out, ld);
    }
}

void covariance(enum gp_kernel kernel, double l, int na, int nb,
                const double *in, double *out, size_t ld)
{
    struct radial f = kernel_radial(kernel, l, in[0]);

    for (int r = na; r >= 1; r--) { /* first what needs the first row */
        const double *x = in + (size_t)r * ld;
        double *y = out + (size_t)r * ld, d = x[0];

        for (int c = 1; c <= nb; c++)
            y[c] = f.a * x[c] - f.b * d * in[c];
        y[0] = -f.a * d;
    }
    for (int c = 1; c <= nb; c++)
        out[c] = f.a * in[c];
    out[0] = f.k;
}

void jacobian_squares(const struct pairs *p, const struct point *a, double *sum)
{
    memset(sum, 0, (size_t)(a->n + 1) * sizeof *sum);
    for (int k = 0; k < p->npair; k++)
        for (int u = 0; u < 2; u++)
            for (int c = 0; c < 3; c++)
                sum[a->row[3 * p->ij[k][u] + c]] += a->g[k][c] * a->g[k][c];
}
