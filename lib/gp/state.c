#include "state.h"

#include <stdlib.h>
#include <string.h>

#include <morsel/la.h>

static const double max_jitter = 1e-6;

void data_atoms(const struct gp *gp, int frame, struct atoms *a)
{
    size_t n = (size_t)a->natoms, f = (size_t)frame;

    memcpy(a->pos, gp->pos + 3 * n * f, n * sizeof *a->pos);
    memcpy(a->cell, gp->cell[f], sizeof a->cell);
}

struct point data_point(const struct gp *gp, int frame)
{
    const struct gp_state *s = gp->state;
    size_t at = (size_t)frame * (size_t)s->pairs.nfeature;

    return (struct point){s->x + at, s->g + at, s->t ? s->t + at : NULL, s->row,
                          gp_width(gp) - 1};
}

struct point asked_point(const struct gp *gp)
{
    const struct gp_state *s = gp->state;

    return (struct point){s->xs, s->gs, NULL, s->all, 3 * gp->first.natoms};
}

void state_release(struct gp_state *s)
{
    if (!s)
        return;
    pairs_release(&s->pairs);
    neighbors_release(&s->nb);
    free(s->row);
    free(s->all);
    free(s->x);
    free(s->g);
    free(s->t);
    free(s->geo);
    free(s->h);
    free(s->l);
    free(s->alpha);
    free(s->c);
    free(s->xs);
    free(s->dedx);
    free(s->gs);
    free(s->ts);
    free(s->cross);
    free(s);
}

static void number_rows(struct gp *gp)
{
    struct gp_state *s = gp->state;
    const struct atoms *a = &gp->first;
    int n = 0;

    for (int i = 0; i < 3 * a->natoms; i++) {
        s->row[i] = a->move[i / 3][i % 3] ? ++n : 0;
        s->all[i] = i + 1;
    }
    for (int v = 0; v < gp->nstrain; v++)
        s->row[3 * a->natoms + v] = ++n;
}

static void allocate(struct gp *gp)
{
    size_t natoms = (size_t)gp->first.natoms, n = (size_t)gp->n;
    struct gp_state *s = xcalloc(1, sizeof *s);

    state_release(gp->state);
    gp->state = s;
    pairs_init(&s->pairs, &gp->first, gp->strains, gp->npower);
    s->row = xcalloc(3 * natoms + NSTRAIN, sizeof *s->row);
    s->all = xcalloc(3 * natoms + NSTRAIN, sizeof *s->all);
    number_rows(gp);
    s->size = gp_rows(gp);

    size_t size = (size_t)s->size, nfeature = (size_t)s->pairs.nfeature;

    s->x = xcalloc(n * nfeature, sizeof *s->x);
    s->g = xcalloc(n * nfeature, sizeof *s->g);
    if (gp->nstrain > 0)
        s->t = xcalloc(n * nfeature, sizeof *s->t);
    s->c = xcalloc(n * nfeature, sizeof *s->c);
    s->xs = xcalloc(nfeature, sizeof *s->xs);
    s->dedx = xcalloc(nfeature, sizeof *s->dedx);
    s->gs = xcalloc(nfeature, sizeof *s->gs);
    s->ts = xcalloc(nfeature, sizeof *s->ts);
    s->geo = xcalloc(size * size, sizeof *s->geo);
    s->l = xcalloc(size * size, sizeof *s->l);
    s->alpha = xcalloc(size, sizeof *s->alpha);
    s->cross = xcalloc((1 + 3 * natoms) * size, sizeof *s->cross);
}

int state_init(struct gp *gp, struct err *err)
{
    struct atoms a;
    int ret = 0;
    size_t width = (size_t)gp_width(gp);

    allocate(gp);
    struct gp_state *s = gp->state;

    atoms_copy(&a, &gp->first);
    for (int f = 0; f < gp->n && ret == 0; f++) {
        struct point p = data_point(gp, f);

        data_atoms(gp, f, &a);
        ret = pairs_eval(&s->pairs, &a, &s->nb, p.x, p.g, p.t, err);
    }
    atoms_release(&a);
    for (int f = 0; f < gp->n && ret == 0; f++)
        for (int h = 0; h <= f; h++) {
            struct point p = data_point(gp, f), q = data_point(gp, h);
            size_t at = (size_t)f * (size_t)s->size + (size_t)h;

            geometry(&s->pairs, &p, &q, s->geo + at * width, (size_t)s->size);
        }
    return ret;
}

void variances(const struct gp *gp, int frame, double *out)
{
    struct point p = data_point(gp, frame);
    struct radial here = kernel_radial(gp->length, 0);

    jacobian_squares(&gp->state->pairs, &p, out);
    for (int r = 1; r <= p.n; r++)
        out[r] *= here.a;
    out[0] = here.k;
}

double noise_of(const struct gp *gp, int row)
{
    if (row == 0)
        return gp->noise_e;
    return row <= gp->nfree ? gp->noise_f : gp->noise_s;
}

/* K, its lower half by blocks of frames, into s->l. */
static void fill(struct gp *gp, double jitter)
{
    struct gp_state *s = gp->state;
    size_t size = (size_t)s->size, width = (size_t)gp_width(gp);

    for (int f = 0; f < gp->n; f++)
        for (int h = 0; h <= f; h++) {
            size_t at = ((size_t)f * size + (size_t)h) * width;

            covariance(gp->length, (int)width - 1, (int)width - 1, s->geo + at,
                       s->l + at, size);
        }
    for (size_t i = 0; i < size; i++) {
        double noise = noise_of(gp, (int)(i % width));
        double *diagonal = &s->l[i * size + i];

        *diagonal += noise * noise + jitter * *diagonal;
    }
}

int state_factor(struct gp *gp, struct err *err)
{
    struct gp_state *s = gp->state;
    double jitter = gp->jitter;
    int ret;

    if (jitter >= 0) {
        fill(gp, jitter);
        return la_cholesky(s->size, s->l, err);
    }
    for (jitter = 0;; jitter = jitter > 0 ? 10 * jitter : 1e-14) {
        fill(gp, jitter);
        ret = la_cholesky(s->size, s->l, err);
        if (ret == 0 || jitter > max_jitter)
            break;
    }
    if (ret == 0)
        gp->jitter = jitter;
    return ret;
}

void state_solve(struct gp *gp)
{
    struct gp_state *s = gp->state;
    int width = gp_width(gp);

    for (int i = 0; i < s->size; i++)
        s->alpha[i] = gp->y[i] - (i % width ? 0 : gp->m);
    la_solve_lower(LA_N, s->size, s->l, 1, s->alpha);
    la_solve_lower(LA_T, s->size, s->l, 1, s->alpha);
    for (int f = 0; f < gp->n; f++) {
        struct point p = data_point(gp, f);

        jacobian_times(&s->pairs, &p, s->alpha + (size_t)f * (size_t)width,
                       s->c + (size_t)f * (size_t)s->pairs.nfeature);
    }
}
