#include <morsel/la.h>
#include <morsel/train.h>

#include <math.h>
#include <stdlib.h>

/* How many atoms of each element frame i has, count [nelement]. */
static void composition(const struct dataset *ds, int i, double *count)
{
    const struct example *x = &ds->example[i];

    for (int el = 0; el < ds->nelement; el++)
        count[el] = 0;
    for (int a = 0; a < x->natoms; a++)
        count[x->element[a]]++;
}

/* Mean of energy per atom, and its standard deviation (n - 1). */
static double mean_energy(const struct dataset *ds, double *std)
{
    double mean = 0, var = 0;

    for (int i = 0; i < ds->n; i++)
        mean += ds->example[i].energy / ds->example[i].natoms / ds->n;
    for (int i = 0; i < ds->n; i++) {
        double d = ds->example[i].energy / ds->example[i].natoms - mean;

        var += d * d;
    }
    *std = ds->n > 1 ? sqrt(var / (ds->n - 1)) : 0;
    return mean;
}

/*
 * Corrections x per element: the shortest least-squares solution of N x = t,
 * N_i,el atoms of el in frame i, by the eigenvectors of N^T N whose
 * eigenvalues w are above rounding (1e-10 of the largest):
 *
 *     x = sum_v v (v . N^T t) / w
 */
static void least_squares(const struct dataset *ds, double *x)
{
    int n = ds->nelement;
    double *a = xcalloc((size_t)n * (size_t)n, sizeof *a);
    double *b = xcalloc((size_t)n, sizeof *b);
    double *w = xcalloc((size_t)n, sizeof *w);
    double *count = xcalloc((size_t)n, sizeof *count);
    struct err err;

    for (int i = 0; i < ds->n; i++) {
        composition(ds, i, count);
        for (int p = 0; p < n; p++) {
            b[p] += count[p] * ds->example[i].energy;
            for (int q = 0; q < n; q++)
                a[p * n + q] += count[p] * count[q];
        }
    }
    for (int p = 0; p < n; p++)
        x[p] = 0;
    if (la_eig_sym(n, a, w, &err) == 0)
        for (int v = 0; v < n; v++) {
            double dot = 0;

            if (w[v] <= 1e-10 * w[n - 1])
                continue;
            for (int p = 0; p < n; p++)
                dot += a[v * n + p] * b[p];
            for (int p = 0; p < n; p++)
                x[p] += a[v * n + p] * dot / w[v];
        }
    free(a);
    free(b);
    free(w);
    free(count);
}

/* Add de [nelement] to e0 and take it from the energies. */
static void shift_energies(struct dataset *ds, struct model *m,
                           const double *de)
{
    for (int el = 0; el < ds->nelement; el++)
        m->e0[el] += de[el];
    for (int i = 0; i < ds->n; i++) {
        struct example *x = &ds->example[i];

        for (int a = 0; a < x->natoms; a++)
            x->energy -= de[x->element[a]];
    }
}

static double rms_force(const struct dataset *ds)
{
    double sum = 0, n = 0;

    for (int i = 0; ds->forces && i < ds->n; i++) {
        const struct example *x = &ds->example[i];

        for (int a = 0; a < x->natoms; a++)
            for (int c = 0; c < 3; c++)
                sum += x->mask[a][c] * x->forces[a][c] * x->forces[a][c];
        n += x->ncount;
    }
    return n > 0 ? sqrt(sum / n) : 0;
}

static double rms_energy(const struct dataset *ds)
{
    double sum = 0;

    for (int i = 0; i < ds->n; i++) {
        double e = ds->example[i].energy / ds->example[i].natoms;

        sum += e * e;
    }
    return sqrt(sum / ds->n);
}

void dataset_reference(struct dataset *ds, struct model *m, enum units how,
                       struct loss *loss)
{
    const double least_unit = 0.01; /* eV */
    double *de = xcalloc((size_t)ds->nelement, sizeof *de);
    double std, mean = mean_energy(ds, &std);

    for (int el = 0; el < ds->nelement; el++)
        de[el] = mean;
    shift_energies(ds, m, de);
    if (how == UNITS_PAPER) {
        m->unit = std > 0 ? std : 1;
    } else {
        least_squares(ds, de);
        shift_energies(ds, m, de);
        m->unit = fmax(fmax(rms_force(ds), rms_energy(ds)), least_unit);
    }
    loss->u_e = loss->u_f = m->unit;
    free(de);
}
