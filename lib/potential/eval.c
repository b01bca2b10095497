#include <morsel/potential.h>

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluator.h"
#include "file.h"

void prediction_release(struct prediction *p)
{
    free(p->forces);
    free(p->sigma_f);
    free(p->noutside);
    free(p->outside);
    *p = (struct prediction){0};
}

void prediction_reserve(struct prediction *out, int natoms, bool features)
{
    struct prediction empty = {.want_stress = out->want_stress};
    size_t n = (size_t)natoms;

    if (out->natoms == natoms && out->forces && features == !!out->outside)
        return;
    empty.later = out->later;
    prediction_release(out);
    *out = empty;
    out->natoms = natoms;
    out->forces = xcalloc(n, sizeof *out->forces);
    out->sigma_f = xcalloc(n, sizeof *out->sigma_f);
    if (features) {
        out->noutside = xcalloc(n, sizeof *out->noutside);
        out->outside = xcalloc(n, sizeof *out->outside);
    }
}

double prediction_outside(const struct prediction *p)
{
    double largest = 0;

    for (int i = 0; p->outside && i < p->natoms; i++)
        largest = fmax(largest, p->outside[i]);
    return largest;
}

/* Where the work of an element begins. */
static size_t work_of(const struct evaluator *s, int element)
{
    const struct model *m = &s->m;
    size_t at = 0;

    for (int el = 0; el < element; el++) {
        int n = s->start[el + 1] - s->start[el];

        at += m->sgp ? (size_t)n * (size_t)sgp_count(m->sgp, el)
                     : mlp_nwork(&m->net[el], n);
    }
    return at;
}

static void reserve(struct evaluator *s)
{
    const struct features *f = &s->f;
    int natoms = f->natoms, ng = f->first[natoms];

    if (natoms > s->room_atoms) {
        size_t n = (size_t)natoms, k = (size_t)s->m.members;

        s->row = xrealloc(s->row, n, sizeof *s->row);
        s->y = xrealloc(s->y, n, sizeof *s->y);
        s->forces = xrealloc(s->forces, n * k, sizeof *s->forces);
        s->room_atoms = natoms;
    }
    if (ng > s->room_g) {
        s->x = xrealloc(s->x, (size_t)ng, sizeof *s->x);
        s->dydx = xrealloc(s->dydx, (size_t)ng, sizeof *s->dydx);
        s->dedg = xrealloc(s->dedg, (size_t)ng, sizeof *s->dedg);
        s->room_g = ng;
    }
    size_t nwork = work_of(s, s->m.descriptor.nelement);

    if (nwork > s->room_work) {
        s->work = xrealloc(s->work, nwork, sizeof *s->work);
        s->room_work = nwork;
    }
}

/* Count the rows of each element: start[el] is the first of el. */
static void count_rows(struct evaluator *s)
{
    int nelement = s->m.descriptor.nelement;

    memset(s->start, 0, (size_t)(nelement + 1) * sizeof *s->start);
    for (int i = 0; i < s->f.natoms; i++)
        s->start[s->f.element[i] + 1]++;
    for (int el = 0; el < nelement; el++)
        s->start[el + 1] += s->start[el];
}

int block_of(const struct evaluator *s, int element)
{
    int at = 0;

    for (int el = 0; el < element; el++)
        at += (s->start[el + 1] - s->start[el]) * s->m.descriptor.nsf[el];
    return at;
}

/* x = (g - shift) scale, the atoms of one element after the other. */
static void gather(struct evaluator *s)
{
    const struct model *m = &s->m;

    for (int el = 0; el < m->descriptor.nelement; el++) {
        int nsf = m->descriptor.nsf[el], row = s->start[el];
        double *x = s->x + block_of(s, el);

        for (int i = 0; i < s->f.natoms; i++) {
            const double *g = s->f.g + s->f.first[i];

            if (s->f.element[i] != el)
                continue;
            for (int k = 0; k < nsf; k++)
                x[k] = (g[k] - m->shift[el][k]) * m->scale[el][k];
            s->row[i] = row++;
            x += nsf;
        }
    }
}

/* dE/dg = unit dy/dx scale, back in the order of the atoms. */
static void scatter(struct evaluator *s)
{
    const struct model *m = &s->m;

    for (int el = 0; el < m->descriptor.nelement; el++) {
        int nsf = m->descriptor.nsf[el];
        const double *block = s->dydx + block_of(s, el);

        for (int i = 0; i < s->f.natoms; i++) {
            if (s->f.element[i] != el)
                continue;
            const double *dydx =
                block + (size_t)(s->row[i] - s->start[el]) * (size_t)nsf;
            double *dedg = s->dedg + s->f.first[i];

            for (int k = 0; k < nsf; k++)
                dedg[k] = m->unit * dydx[k] * m->scale[el][k];
        }
    }
}

/* y and dy/dx of the atoms of an element, of member k. */
static void eval_element(struct evaluator *s, int k, int el)
{
    const struct model *m = &s->m;
    const double *theta = m->theta[k] + model_offset(m, el);
    int first = s->start[el], n = s->start[el + 1] - first;
    double *x = s->x + block_of(s, el), *dydx = s->dydx + block_of(s, el);
    double *work = s->work + work_of(s, el);

    if (n == 0)
        return;
    if (m->sgp)
        sgp_forward(m->sgp, el, m->theta[0], n, x, s->y + first, dydx, work);
    else if (k > 0 && m->shared)
        mlp_head(&m->net[el], theta, n, s->y + first, dydx, work);
    else
        mlp_forward(&m->net[el], theta, n, x, s->y + first, dydx, work);
}

/*
 * Energy and forces of member k; if wanted, its dE/dstrain added to that of the
 * others.
 */
static void eval_member(struct evaluator *s, int k, bool strain)
{
    const struct model *m = &s->m;
    int natoms = s->f.natoms;
    double(*forces)[3] = s->forces + (size_t)k * (size_t)natoms, sum = 0;

    for (int el = 0; el < m->descriptor.nelement; el++)
        eval_element(s, k, el);
    for (int i = 0; i < natoms; i++)
        sum += s->y[s->row[i]];
    s->energy[k] = m->unit * sum;
    scatter(s);
    memset(forces, 0, (size_t)natoms * sizeof *forces);
    features_forces(&s->f, s->dedg, forces);
    if (strain)
        features_strain(&s->f, s->dedg, s->strain);
}

/*
 * Means over the members and standard deviations about them:
 *
 *     sigma_f = sqrt(mean_k |F_k - mean F|^2), sigma_e alike.
 */
static void combine(const struct evaluator *s, struct prediction *out)
{
    int natoms = out->natoms, members = s->m.members;
    double mean = 0, var = 0;

    for (int k = 0; k < members; k++)
        mean += s->energy[k] / members;
    for (int k = 0; k < members; k++)
        var += (s->energy[k] - mean) * (s->energy[k] - mean) / members;
    out->energy = mean;
    out->sigma_e = sqrt(var);

    for (int i = 0; i < natoms; i++) {
        double f[3] = {0};

        var = 0;
        for (int k = 0; k < members; k++)
            for (int c = 0; c < 3; c++)
                f[c] += s->forces[k * natoms + i][c] / members;
        for (int k = 0; k < members; k++)
            for (int c = 0; c < 3; c++) {
                double d = s->forces[k * natoms + i][c] - f[c];

                var += d * d / members;
            }
        memcpy(out->forces[i], f, sizeof f);
        out->sigma_f[i] = sqrt(var);
    }
}

/* Energy, forces and stress of what the members have in common; before it
 * s->strain is a sum over them. */
static void add_rest(struct evaluator *s, const struct atoms *a,
                     struct prediction *out)
{
    const struct model *m = &s->m;
    double v = volume3(a->cell[0], a->cell[1], a->cell[2]), e0 = 0;

    for (int i = 0; i < 9; i++)
        s->strain[i / 3][i % 3] /= m->members;
    for (int i = 0; i < a->natoms; i++)
        e0 += m->e0[s->f.element[i]];
    if (m->prior.nelement > 0)
        out->energy +=
            prior_eval_strain(&m->prior, a, &s->nb, out->forces, s->strain);
    out->energy += e0;
    for (int i = 0; out->has_stress && i < 9; i++)
        out->stress[i / 3][i % 3] = s->strain[i / 3][i % 3] / v;
}

/* Which features are outside their range in training, and how far. */
static void find_outside(const struct evaluator *s, struct prediction *out)
{
    const struct model *m = &s->m;

    for (int i = 0; i < out->natoms; i++) {
        int el = s->f.element[i];
        const double *g = s->f.g + s->f.first[i];

        out->noutside[i] = 0;
        out->outside[i] = 0;
        for (int k = 0; k < m->descriptor.nsf[el]; k++) {
            double low = m->low[el][k], high = m->high[el][k];
            double past = fmax(low - g[k], g[k] - high);

            if (!(past > 0))
                continue;
            out->noutside[i]++;
            out->outside[i] = fmax(out->outside[i], past * m->scale[el][k] / 2);
        }
    }
}

int prediction_check(const struct prediction *out, struct err *err)
{
    bool finite = isfinite(out->energy) && isfinite(out->sigma_e) &&
                  all_finite(out->forces[0], 3 * out->natoms) &&
                  all_finite(out->sigma_f, out->natoms) &&
                  (!out->has_stress || all_finite(out->stress[0], 9));

    return finite ? 0
                  : err_set(err, ERR_NUMERIC,
                            "the model's energy or forces are not finite");
}

static int eval(struct potential *p, const struct atoms *a,
                struct prediction *out, struct err *err)
{
    struct evaluator *s = p->self;
    const struct model *m = &s->m;
    bool stress = out->want_stress && a->pbc[0] && a->pbc[1] && a->pbc[2];
    int ret = neighbors_find(&s->nb, a, model_cutoff(m), err);

    if (ret == 0)
        ret = features_compute(&s->f, &m->descriptor, a, &s->nb,
                               stress ? DERIVE_STRAIN : DERIVE_POSITIONS, err);
    if (ret < 0)
        return ret;
    count_rows(s);
    reserve(s);
    gather(s);
    memset(s->strain, 0, sizeof s->strain);
    for (int k = 0; k < m->members; k++)
        eval_member(s, k, stress);

    prediction_reserve(out, a->natoms, true);
    out->members = m->members;
    out->has_sigma = m->members > 1;
    out->has_stress = stress;
    combine(s, out);
    if (!m->sgp)
        prediction_calibrate(out, &m->calibration);
    else if (!out->later)
        sparse_sigmas(p, out);
    find_outside(s, out);
    add_rest(s, a, out);
    return prediction_check(out, err);
}

void model_of_potential(struct model *m, struct potential *p)
{
    struct evaluator *s = p->self;

    assert(p->eval == eval);
    *m = s->m;
    s->m = (struct model){0};
    p->release(p);
}

static void release(struct potential *p)
{
    struct evaluator *s = p->self;

    model_release(&s->m);
    neighbors_release(&s->nb);
    features_release(&s->f);
    free(s->start);
    free(s->row);
    free(s->x);
    free(s->dydx);
    free(s->y);
    free(s->dedg);
    free(s->work);
    free(s->forces);
    free(s->energy);
    free(s->row_of);
    free(s->jac_of);
    free(s->jac);
    free(s);
    *p = (struct potential){0};
}

void potential_of_model(struct potential *p, struct model *m, uint64_t id)
{
    struct evaluator *s = xcalloc(1, sizeof *s);

    s->m = *m;
    *m = (struct model){0};
    s->start = xcalloc((size_t)s->m.descriptor.nelement + 1, sizeof *s->start);
    s->energy = xcalloc((size_t)s->m.members, sizeof *s->energy);
    *p = (struct potential){
        .eval = eval, .release = release, .self = s, .id = id};
    p->sigmas = s->m.sgp ? sparse_sigmas : NULL;
    p->kind = s->m.sgp ? KIND_SGP : KIND_NETWORK;
    p->provenance = s->m.provenance;
}
