#include <morsel/descriptor.h>

#include <assert.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "site.h"

void features_release(struct features *f)
{
    free(f->element);
    free(f->first);
    free(f->g);
    free(f->dep);
    free(f->atom);
    free(f->block);
    free(f->dg);
    free(f->strain);
    *f = (struct features){0};
}

static int unknown(const struct descriptor *d, const struct atoms *a, int i,
                   struct err *err)
{
    char list[MAX_Z * 4 + 1] = "";
    size_t n = 0;

    for (int e = 0; e < d->nelement; e++)
        n += (size_t)snprintf(list + n, sizeof list - n, "%s%s", e ? ", " : "",
                              element_symbol(d->z[e]));
    return err_set(err, ERR_RANGE,
                   "atom %d is %s, which is not one of the elements %s", i + 1,
                   element_symbol(a->z[i]), list);
}

int lay_out_features(struct features *f, const struct descriptor *d,
                     const struct atoms *a, struct err *err)
{
    size_t n = (size_t)a->natoms;
    int total = 0;

    if (a->natoms > f->room_atoms) {
        f->room_atoms = a->natoms;
        f->element = xrealloc(f->element, n, sizeof *f->element);
        f->first = xrealloc(f->first, n + 1, sizeof *f->first);
        f->dep = xrealloc(f->dep, n + 1, sizeof *f->dep);
    }
    f->natoms = a->natoms;
    for (int i = 0; i < a->natoms; i++) {
        f->element[i] = descriptor_element(d, a->z[i]);
        if (f->element[i] < 0)
            return unknown(d, a, i, err);
        f->first[i] = total;
        if (d->nsf[f->element[i]] > INT_MAX - total)
            return err_set(err, ERR_RANGE, "too many features");
        total += d->nsf[f->element[i]];
    }
    f->first[a->natoms] = total;
    if (total > f->room_g) {
        f->room_g = total;
        f->g = xrealloc(f->g, (size_t)total, sizeof *f->g);
    }
    return 0;
}

/*
 * The atoms that i depends on, ascending, from the rows of nb, which are so:
 * writes them to atom unless it is NULL, returns how many they are.
 */
static int dependents(const struct neighbors *nb, double rc, int i, int *atom)
{
    int n = 0, last = -1;
    bool self = false;

    for (int e = nb->first[i]; e < nb->first[i + 1]; e++) {
        int j = nb->j[e];

        if (nb->r[e] >= rc || j == last || j == i)
            continue;
        if (!self && j > i) {
            if (atom)
                atom[n] = i;
            n++;
            self = true;
        }
        if (atom)
            atom[n] = j;
        n++;
        last = j;
    }
    if (!self) {
        if (atom)
            atom[n] = i;
        n++;
    }
    return n;
}

static int lay_out_derivatives(struct features *f, const struct descriptor *d,
                               const struct neighbors *nb, struct err *err)
{
    double size = 0;
    int n = 0;

    for (int i = 0; i < f->natoms; i++) {
        int deps = dependents(nb, d->cutoff.rc, i, NULL);

        f->dep[i] = n;
        n += deps;
        size += 3.0 * deps * d->nsf[f->element[i]];
    }
    f->dep[f->natoms] = n;
    if (size > INT_MAX)
        return err_set(err, ERR_RANGE, "%g derivatives are too many", size);
    if (n > f->room_dep) {
        f->room_dep = n + n / 4;
        f->atom = xrealloc(f->atom, (size_t)f->room_dep, sizeof *f->atom);
        f->block = xrealloc(f->block, (size_t)f->room_dep, sizeof *f->block);
    }
    if (size > f->room_dg) {
        f->room_dg = (int)(size < 0.8 * INT_MAX ? 1.25 * size : size);
        f->dg = xrealloc(f->dg, (size_t)f->room_dg, sizeof *f->dg);
    }

    int at = 0;
    for (int i = 0; i < f->natoms; i++) {
        dependents(nb, d->cutoff.rc, i, f->atom + f->dep[i]);
        for (int e = f->dep[i]; e < f->dep[i + 1]; e++) {
            f->block[e] = at;
            at += 3 * d->nsf[f->element[i]];
        }
    }
    return 0;
}

int lay_out_strain(struct features *f, struct err *err)
{
    int n = f->first[f->natoms];

    if (n > INT_MAX / 6)
        return err_set(err, ERR_RANGE, "too many features");
    if (6 * n > f->room_strain) {
        f->room_strain = 6 * n;
        f->strain = xrealloc(f->strain, 6 * (size_t)n, sizeof *f->strain);
    }
    return 0;
}

static int longest_row(const struct neighbors *nb)
{
    int most = 0;

    for (int i = 0; i < nb->natoms; i++)
        if (nb->first[i + 1] - nb->first[i] > most)
            most = nb->first[i + 1] - nb->first[i];
    return most;
}

int features_compute(struct features *f, const struct descriptor *d,
                     const struct atoms *a, const struct neighbors *nb,
                     enum derivatives which, struct err *err)
{
    bool derivatives = which != DERIVE_NOTHING, strain = which == DERIVE_STRAIN;
    int ret = lay_out_features(f, d, a, err);
    int longest = longest_row(nb);

    assert(nb->natoms == a->natoms && nb->cutoff >= d->cutoff.rc);
    if (ret == 0 && derivatives)
        ret = lay_out_derivatives(f, d, nb, err);
    if (ret == 0 && strain)
        ret = lay_out_strain(f, err);
    if (ret < 0) {
        features_release(f);
        return ret;
    }
    /* A descriptor made by hand has no plan: then for this time only. */
    struct sf_plan *own = NULL;
    const struct sf_plan *plan = d->plan;
    if (!plan)
        plan = own = plan_new(d);
#pragma omp parallel
    {
        struct site site;

        site_init(&site, plan, longest);
#pragma omp for schedule(dynamic, 4)
        for (int i = 0; i < a->natoms; i++) {
            const struct element_plan *p = &plan->element[f->element[i]];
            size_t n = (size_t)d->nsf[f->element[i]];
            double *g = f->g + f->first[i];
            double *t = strain ? f->strain + 6 * (ptrdiff_t)f->first[i] : NULL;

            site_fill(&site, p, f, a, nb, d->cutoff.rc, i, derivatives);
            memset(g, 0, n * sizeof *g);
            if (derivatives)
                memset(f->dg + f->block[f->dep[i]], 0,
                       (size_t)(f->dep[i + 1] - f->dep[i]) * 3 * n *
                           sizeof *f->dg);
            if (t)
                memset(t, 0, 6 * n * sizeof *t);
            kernel(&site, plan, p, g, derivatives ? f->dg : NULL, t);
        }
        site_release(&site);
    }
    plan_free(own);
    return 0;
}

void features_forces(const struct features *f, const double *dedg,
                     double (*forces)[3])
{
    for (int i = 0; i < f->natoms; i++) {
        int n = f->first[i + 1] - f->first[i];
        const double *de = dedg + f->first[i];

        for (int e = f->dep[i]; e < f->dep[i + 1]; e++)
            for (int k = 0; k < 3; k++) {
                const double *dg = f->dg + f->block[e] + (ptrdiff_t)k * n;
                double sum = 0;

                for (int m = 0; m < n; m++)
                    sum += dg[m] * de[m];
                forces[f->atom[e]][k] -= sum;
            }
    }
}

void features_strain(const struct features *f, const double *dedg,
                     double dedstrain[3][3])
{
    static const int row[6] = {0, 1, 2, 1, 0, 0},
                     column[6] = {0, 1, 2, 2, 2, 1};
    double sum[6] = {0};

    for (int i = 0; i < f->natoms; i++) {
        int n = f->first[i + 1] - f->first[i];
        const double *de = dedg + f->first[i],
                     *t = f->strain + 6 * (ptrdiff_t)f->first[i];

        for (int c = 0; c < 6; c++, t += n)
            for (int m = 0; m < n; m++)
                sum[c] += t[m] * de[m];
    }
    for (int c = 0; c < 6; c++) {
        dedstrain[row[c]][column[c]] += sum[c];
        if (c > 2)
            dedstrain[column[c]][row[c]] += sum[c];
    }
}
