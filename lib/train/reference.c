#include <morsel/la.h>
#include <morsel/train.h>

#include <math.h>
#include <stdlib.h>

void reference_begin(struct reference *r, int n, int nelement)
{
    *r = (struct reference){.nelement = nelement};
    r->energy = xcalloc((size_t)n, sizeof *r->energy);
    r->count = xcalloc((size_t)n * (size_t)nelement, sizeof *r->count);
}

static void add_forces(struct reference *r, const struct example *x)
{
    for (int a = 0; a < x->natoms; a++)
        for (int c = 0; c < 3; c++)
            r->f2 += x->mask[a][c] * x->forces[a][c] * x->forces[a][c];
    r->nforce += x->ncount;
}

void reference_add(struct reference *r, const struct dataset *ds)
{
    for (int i = 0; i < ds->n; i++, r->n++) {
        const struct example *x = &ds->example[i];
        double *count = r->count + (size_t)r->n * (size_t)r->nelement;

        r->energy[r->n] = x->energy;
        for (int a = 0; a < x->natoms; a++)
            count[x->element[a]]++;
        if (ds->forces)
            add_forces(r, x);
    }
}

static const double *count_of(const struct reference *r, int i)
{
    return r->count + (size_t)i * (size_t)r->nelement;
}

static double natoms(const struct reference *r, int i)
{
    double sum = 0;

    for (int el = 0; el < r->nelement; el++)
        sum += count_of(r, i)[el];
    return sum;
}

/* Mean of energy per atom, and its standard deviation (n - 1). */
static double mean_energy(const struct reference *r, double *std)
{
    double mean = 0, var = 0;

    for (int i = 0; i < r->n; i++)
        mean += r->energy[i] / natoms(r, i) / r->n;
    for (int i = 0; i < r->n; i++) {
        double d = r->energy[i] / natoms(r, i) - mean;

        var += d * d;
    }
    *std = r->n > 1 ? sqrt(var / (r->n - 1)) : 0;
    return mean;
}

/*
 * Corrections x per element: the shortest least-squares solution of N x = t,
 * N_i,el atoms of el in frame i, by the eigenvectors of N^T N whose
 * eigenvalues w are above rounding (1e-10 of the largest):
 *
 *     x = sum_v v (v . N^T t) / w
 */
static void least_squares(const struct reference *r, double *x)
{
    int n = r->nelement;
    double *a = xcalloc((size_t)n * (size_t)n, sizeof *a);
    double *b = xcalloc((size_t)n, sizeof *b);
    double *w = xcalloc((size_t)n, sizeof *w);
    struct err err;

    for (int i = 0; i < r->n; i++) {
        const double *count = count_of(r, i);

        for (int p = 0; p < n; p++) {
            b[p] += count[p] * r->energy[i];
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
}

/* Add de [nelement] to e0 and take it from the energies. */
static void shift_energies(struct reference *r, struct model *m,
                           const double *de)
{
    for (int el = 0; el < r->nelement; el++)
        m->e0[el] += de[el];
    for (int i = 0; i < r->n; i++)
        for (int el = 0; el < r->nelement; el++)
            r->energy[i] -= count_of(r, i)[el] * de[el];
}

static double rms_energy(const struct reference *r)
{
    double sum = 0;

    for (int i = 0; i < r->n; i++) {
        double e = r->energy[i] / natoms(r, i);

        sum += e * e;
    }
    return sqrt(sum / r->n);
}

void reference_end(struct reference *r, struct model *m, enum units how,
                   struct loss *loss)
{
    const double least_unit = 0.01; /* eV */
    double *de = xcalloc((size_t)r->nelement, sizeof *de);
    double std, mean = mean_energy(r, &std);

    for (int el = 0; el < r->nelement; el++)
        de[el] = mean;
    shift_energies(r, m, de);
    if (how == UNITS_PAPER) {
        m->unit = std > 0 ? std : 1;
    } else {
        double rms_f = r->nforce > 0 ? sqrt(r->f2 / r->nforce) : 0;

        least_squares(r, de);
        shift_energies(r, m, de);
        m->unit = fmax(fmax(rms_f, rms_energy(r)), least_unit);
    }
    loss->u_e = loss->u_f = m->unit;
    free(de);
    free(r->energy);
    free(r->count);
    *r = (struct reference){0};
}

void dataset_apply_reference(struct dataset *ds, const struct model *m)
{
    for (int i = 0; i < ds->n; i++) {
        struct example *x = &ds->example[i];
        double sum = 0;

        for (int a = 0; a < x->natoms; a++)
            sum += m->e0[x->element[a]];
        x->energy -= sum;
    }
}

void dataset_reference(struct dataset *ds, struct model *m, enum units how,
                       struct loss *loss)
{
    struct reference r;

    reference_begin(&r, ds->n, ds->nelement);
    reference_add(&r, ds);
    reference_end(&r, m, how, loss);
    dataset_apply_reference(ds, m);
}
