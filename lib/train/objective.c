#include <morsel/train.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double **rows(int n, int width)
{
    double **row = xcalloc((size_t)n, sizeof *row);

    for (int i = 0; i < n; i++)
        row[i] = xcalloc((size_t)width, sizeof **row);
    return row;
}

static void rows_free(double **row, int n)
{
    for (int i = 0; row && i < n; i++)
        free(row[i]);
    free(row);
}

int objective_nparam(const struct model *m, int heads)
{
    int n = m->nparam;

    for (int el = 0; el < m->descriptor.nelement; el++)
        n += (heads - 1) * mlp_nhead(&m->net[el]);
    return n;
}

void objective_init(struct objective *o, const struct model *m,
                    const struct loss *loss, int heads)
{
    *o = (struct objective){.m = m, .loss = loss, .heads = heads};
    o->nparam = objective_nparam(m, heads);
    o->theta = rows(heads, m->nparam);
    o->dtheta = rows(heads, m->nparam);
    o->work = xcalloc((size_t)heads, sizeof *o->work);
    o->fit = xcalloc((size_t)heads, sizeof *o->fit);
}

static void release_work(struct objective *o)
{
    for (int k = 0; o->work && k < o->heads; k++)
        loss_work_release(&o->work[k]);
}

void objective_release(struct objective *o)
{
    release_work(o);
    rows_free(o->theta, o->heads);
    rows_free(o->dtheta, o->heads);
    free(o->work);
    free(o->fit);
    *o = (struct objective){0};
}

void objective_look(struct objective *o, const struct dataset *ds)
{
    release_work(o);
    o->ds = ds;
    for (int k = 0; k < o->heads; k++)
        loss_work_init(&o->work[k], ds, o->m);
}

void objective_pack(const struct objective *o, double *const *theta, double *p)
{
    const struct model *m = o->m;

    for (int el = 0; el < m->descriptor.nelement; el++) {
        int at = model_offset(m, el), head = mlp_nhead(&m->net[el]);
        int trunk = mlp_nparam(&m->net[el]) - head;

        memcpy(p, theta[0] + at, (size_t)trunk * sizeof *p);
        p += trunk;
        for (int k = 0; k < o->heads; k++, p += head)
            memcpy(p, theta[k] + at + trunk, (size_t)head * sizeof *p);
    }
}

void objective_unpack(const struct objective *o, const double *p,
                      double *const *theta)
{
    const struct model *m = o->m;

    for (int el = 0; el < m->descriptor.nelement; el++) {
        int at = model_offset(m, el), head = mlp_nhead(&m->net[el]);
        int trunk = mlp_nparam(&m->net[el]) - head;

        for (int k = 0; k < o->heads; k++)
            memcpy(theta[k] + at, p, (size_t)trunk * sizeof *p);
        p += trunk;
        for (int k = 0; k < o->heads; k++, p += head)
            memcpy(theta[k] + at + trunk, p, (size_t)head * sizeof *p);
    }
}

/* dp = mean over the heads of their gradients: that of a trunk is a sum. */
static void pack_gradient(const struct objective *o, double *dp)
{
    const struct model *m = o->m;

    for (int el = 0; el < m->descriptor.nelement; el++) {
        int at = model_offset(m, el), head = mlp_nhead(&m->net[el]);
        int trunk = mlp_nparam(&m->net[el]) - head;

        for (int i = 0; i < trunk; i++, dp++) {
            *dp = 0;
            for (int k = 0; k < o->heads; k++)
                *dp += o->dtheta[k][at + i] / o->heads;
        }
        for (int k = 0; k < o->heads; k++)
            for (int i = 0; i < head; i++, dp++)
                *dp = o->dtheta[k][at + trunk + i] / o->heads;
    }
}

/* Means over the heads, of the squares of the errors. */
static struct fit mean_fit(const struct objective *o)
{
    struct fit sum = {0};
    double n = o->heads;

    for (int k = 0; k < o->heads; k++) {
        sum.loss += o->fit[k].loss / n;
        sum.rmse_e += o->fit[k].rmse_e * o->fit[k].rmse_e / n;
        sum.rmse_f += o->fit[k].rmse_f * o->fit[k].rmse_f / n;
        sum.rmse_s += o->fit[k].rmse_s * o->fit[k].rmse_s / n;
    }
    sum.rmse_e = sqrt(sum.rmse_e);
    sum.rmse_f = sqrt(sum.rmse_f);
    sum.rmse_s = sqrt(sum.rmse_s);
    return sum;
}

/*
 * Is a head so much work, some milliseconds, that it outweighs waiting for
 * other threads, for a processor that may be busy elsewhere?
 */
static bool is_large(const struct objective *o)
{
    double rows = 0;

    for (int el = 0; el < o->ds->nelement; el++)
        rows += o->ds->nrow[el];
    return rows * o->m->nparam > 2e6;
}

struct fit objective_eval(struct objective *o, double *const *weight,
                          const double *p, double *dp)
{
    if (o->heads == 1)
        return loss_eval(o->ds, o->m, o->loss, weight ? weight[0] : NULL, p,
                         &o->work[0], dp);
    objective_unpack(o, p, o->theta);
#pragma omp parallel for schedule(dynamic) if (is_large(o))
    for (int k = 0; k < o->heads; k++)
        o->fit[k] = loss_eval(o->ds, o->m, o->loss, weight ? weight[k] : NULL,
                              o->theta[k], &o->work[k], o->dtheta[k]);
    pack_gradient(o, dp);
    return mean_fit(o);
}
