#include <morsel/train.h>

#include <math.h>
#include <stdlib.h>

/* A feature that varies less than this does not vary (AMPtorch's). */
static const double least_range = 1e-8;

void scaling_begin(struct scaling_sums *s, const struct model *m)
{
    int nelement = m->descriptor.nelement;

    *s = (struct scaling_sums){.nelement = nelement};
    s->nrow = xcalloc((size_t)nelement, sizeof *s->nrow);
    s->change = xcalloc((size_t)nelement, sizeof *s->change);
    for (int el = 0; el < nelement; el++)
        s->change[el] =
            xcalloc((size_t)m->descriptor.nsf[el], sizeof **s->change);
}

static void widen_range(const struct dataset *ds, struct model *m, int el,
                        bool first)
{
    int nsf = ds->nsf[el];

    for (int k = 0; k < nsf; k++) {
        double low = m->low[el][k], high = m->high[el][k];

        for (int r = 0; r < ds->nrow[el]; r++) {
            double g = ds->x[el][r * nsf + k];

            low = first && r == 0 ? g : fmin(low, g);
            high = first && r == 0 ? g : fmax(high, g);
        }
        m->low[el][k] = low;
        m->high[el][k] = high;
    }
}

/*
 * change[el][k]: root mean square over atoms of the change of feature k when
 * all atoms move at random by `motion`, that is by motion^2 / 3 in the mean
 * square of each component:
 *
 *     change_k^2 = motion^2 / 3 mean_i sum_j,c (dg_ik / dpos_jc)^2
 */
static void add_change(const struct dataset *ds, double **change)
{
    for (int i = 0; i < ds->n; i++) {
        const struct example *x = &ds->example[i];
        const double *jac = x->jac;

        for (int a = 0; jac && a < x->natoms; a++) {
            int el = x->element[a], nsf = ds->nsf[el];

            for (int r = 3 * x->dep[a]; r < 3 * x->dep[a + 1]; r++) {
                for (int k = 0; k < nsf; k++)
                    change[el][k] += jac[k] * jac[k];
                jac += nsf;
            }
        }
    }
}

void scaling_add(struct scaling_sums *s, const struct dataset *ds,
                 struct model *m)
{
    for (int el = 0; el < ds->nelement; el++) {
        widen_range(ds, m, el, s->nrow[el] == 0);
        s->nrow[el] += ds->nrow[el];
    }
    add_change(ds, s->change);
}

static void set_scale(struct model *m, int el, int k, enum scaling how,
                      double change)
{
    double low = m->low[el][k], high = m->high[el][k];
    double half = (high - low) / 2;

    if (how == SCALING_MOTION)
        half = fmax(half, change);
    if (2 * half > least_range) {
        m->shift[el][k] = (low + high) / 2;
        m->scale[el][k] = 1 / half;
    } else {
        m->shift[el][k] = how == SCALING_PAPER ? 0 : (low + high) / 2;
        m->scale[el][k] = 1;
    }
}

/* Scale the columns of x[rows][nsf]; returns what follows it. */
static double *scale_rows(double *x, int rows, int nsf, const double *scale)
{
    for (int r = 0; r < rows; r++, x += nsf)
        for (int k = 0; k < nsf; k++)
            x[k] *= scale[k];
    return x;
}

void dataset_apply_scale(struct dataset *ds, const struct model *m)
{
    for (int el = 0; el < ds->nelement; el++) {
        double *x = ds->x[el];

        for (int r = 0; r < ds->nrow[el]; r++, x += ds->nsf[el])
            for (int k = 0; k < ds->nsf[el]; k++)
                x[k] = (x[k] - m->shift[el][k]) * m->scale[el][k];
    }
    for (int i = 0; i < ds->n; i++) {
        const struct example *x = &ds->example[i];
        double *jac = x->jac, *strain = x->strain;

        for (int a = 0; jac && a < x->natoms; a++) {
            int el = x->element[a];

            jac = scale_rows(jac, 3 * (x->dep[a + 1] - x->dep[a]), ds->nsf[el],
                             m->scale[el]);
        }
        for (int a = 0; strain && a < x->natoms; a++) {
            int el = x->element[a];

            strain = scale_rows(strain, 6, ds->nsf[el], m->scale[el]);
        }
    }
}

void scaling_end(struct scaling_sums *s, struct model *m, enum scaling how,
                 double motion)
{
    for (int el = 0; el < s->nelement; el++) {
        double n = 3 * fmax(1, s->nrow[el]);

        for (int k = 0; k < m->descriptor.nsf[el]; k++)
            set_scale(m, el, k, how, motion * sqrt(s->change[el][k] / n));
        free(s->change[el]);
    }
    free(s->change);
    free(s->nrow);
    *s = (struct scaling_sums){0};
}

void dataset_scale(struct dataset *ds, struct model *m, enum scaling how,
                   double motion)
{
    struct scaling_sums s;

    scaling_begin(&s, m);
    scaling_add(&s, ds, m);
    scaling_end(&s, m, how, motion);
    dataset_apply_scale(ds, m);
}
