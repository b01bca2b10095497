#include <morsel/potential.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* [n] rows of width[i] zeros, in one block that the first row owns. */
static double **rows_alloc(int n, const int *width)
{
    double **row = xcalloc((size_t)n, sizeof *row);
    size_t total = 0;

    for (int i = 0; i < n; i++)
        total += (size_t)width[i];
    if (n > 0)
        row[0] = xcalloc(total, sizeof **row);
    for (int i = 1; i < n; i++)
        row[i] = row[i - 1] + width[i - 1];
    return row;
}

static void rows_free(double **row)
{
    if (row)
        free(row[0]);
    free(row);
}

double model_cutoff(const struct model *m)
{
    double rc = m->descriptor.cutoff.rc;

    return m->prior.nelement > 0 ? fmax(rc, m->prior.rc) : rc;
}

int model_offset(const struct model *m, int element)
{
    int n = 0;

    if (m->sgp)
        return m->sgp->first[element];
    for (int el = 0; el < element; el++)
        n += mlp_nparam(&m->net[el]);
    return n;
}

void model_alloc(struct model *m, int members)
{
    const struct descriptor *d = &m->descriptor;
    int *nparam = xcalloc((size_t)members, sizeof *nparam);

    m->shift = rows_alloc(d->nelement, d->nsf);
    m->scale = rows_alloc(d->nelement, d->nsf);
    m->low = rows_alloc(d->nelement, d->nsf);
    m->high = rows_alloc(d->nelement, d->nsf);
    for (int el = 0; el < d->nelement; el++)
        for (int k = 0; k < d->nsf[el]; k++)
            m->scale[el][k] = 1;
    m->e0 = xcalloc((size_t)d->nelement, sizeof *m->e0);
    m->unit = 1;
    m->calibration = CALIBRATION_NONE;

    m->members = members;
    m->nparam = model_offset(m, d->nelement);
    for (int i = 0; i < members; i++)
        nparam[i] = m->nparam;
    m->theta = rows_alloc(members, nparam);
    free(nparam);
}

void model_weights(struct model *m, const double *theta)
{
    m->nparam = sgp_size(m->sgp);
    rows_free(m->theta);
    m->theta = rows_alloc(1, &m->nparam);
    memcpy(m->theta[0], theta, (size_t)m->nparam * sizeof **m->theta);
}

void model_release(struct model *m)
{
    if (m->sgp)
        sgp_release(m->sgp);
    free(m->sgp);
    descriptor_release(&m->descriptor);
    prior_release(&m->prior);
    free(m->net);
    rows_free(m->shift);
    rows_free(m->scale);
    rows_free(m->low);
    rows_free(m->high);
    free(m->e0);
    rows_free(m->theta);
    free(m->provenance);
    *m = (struct model){0};
}
