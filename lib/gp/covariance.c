#include "state.h"

#include <string.h>

/* What moves one feature: its derivatives by the coordinates that have rows. */
struct part {
    int n, row[6 + NSTRAIN];
    double d[6 + NSTRAIN];
};

static void add(struct part *p, int row, double d)
{
    if (row > 0) {
        p->row[p->n] = row;
        p->d[p->n++] = d;
    }
}

/* Of pair k: -g by atom i, g by j, and t by strain. */
static void part_of(const struct pairs *p, const struct point *a, int k,
                    struct part *out)
{
    const int *ij = p->ij[k];

    out->n = 0;
    for (int u = 0; u < 2 && ij[0] != ij[1]; u++)
        for (int c = 0; c < 3; c++)
            add(out, a->row[3 * ij[u] + c], u ? a->g[k][c] : -a->g[k][c]);
    for (int v = 0; a->t && v < NSTRAIN; v++)
        add(out, a->row[3 * p->natoms + v], a->t[k][v]);
}

void geometry(const struct pairs *p, const struct point *a,
              const struct point *b, double *out, size_t ld)
{
    struct part r, c;

    for (int i = 0; i <= a->n; i++)
        memset(out + (size_t)i * ld, 0, (size_t)(b->n + 1) * sizeof *out);
    for (int k = 0; k < p->nfeature; k++) {
        double d = a->x[k] - b->x[k];

        part_of(p, a, k, &r);
        part_of(p, b, k, &c);
        out[0] += d * d;
        for (int j = 0; j < c.n; j++)
            out[c.row[j]] += d * c.d[j];
        for (int i = 0; i < r.n; i++) {
            double *row = out + (size_t)r.row[i] * ld;

            row[0] += d * r.d[i];
            for (int j = 0; j < c.n; j++)
                row[c.row[j]] += r.d[i] * c.d[j];
        }
    }
}

void covariance(double l, int na, int nb, const double *in, double *out,
                size_t ld)
{
    struct radial f = kernel_radial(l, in[0]);

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
    struct part r;

    memset(sum, 0, (size_t)(a->n + 1) * sizeof *sum);
    for (int k = 0; k < p->nfeature; k++) {
        part_of(p, a, k, &r);
        for (int i = 0; i < r.n; i++)
            sum[r.row[i]] += r.d[i] * r.d[i];
    }
}

void jacobian_times(const struct pairs *p, const struct point *a,
                    const double *v, double *sum)
{
    struct part r;

    for (int k = 0; k < p->nfeature; k++) {
        part_of(p, a, k, &r);
        sum[k] = 0;
        for (int i = 0; i < r.n; i++)
            sum[k] += r.d[i] * v[r.row[i]];
    }
}
