#include <morsel/sim.h>

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "method.h"

struct relax {
    enum relax_method method;
    int natoms;
    double max_step;    /* angstrom */
    int n;              /* coordinates that may move */
    int *at;            /* [n] 3 atom + direction; NULL before the first step */
    double *x, *f, *dx; /* [n] */
    struct hessian hessian;
    struct history history;
    struct fire fire;
};

struct relax *relax_new(enum relax_method method, int natoms, double max_step)
{
    struct relax *r = xcalloc(1, sizeof *r);

    assert(natoms >= 0 && max_step > 0);
    r->method = method;
    r->natoms = natoms;
    r->max_step = max_step;
    return r;
}

void relax_free(struct relax *r)
{
    if (!r)
        return;
    hessian_release(&r->hessian);
    history_release(&r->history);
    fire_release(&r->fire);
    free(r->at);
    free(r->x);
    free(r->f);
    free(r->dx);
    free(r);
}

/* List the coordinates that may move, and start the method on them. */
static void start(struct relax *r, const struct atoms *a)
{
    size_t n = 3 * (size_t)a->natoms;

    r->at = xcalloc(n + 1, sizeof *r->at);
    for (int i = 0; i < 3 * a->natoms; i++)
        if (may_move(a, i / 3, i % 3))
            r->at[r->n++] = i;
    r->x = xcalloc(n, sizeof *r->x);
    r->f = xcalloc(n, sizeof *r->f);
    r->dx = xcalloc(n, sizeof *r->dx);
    if (r->method == RELAX_BFGS)
        hessian_init(&r->hessian, r->n);
    else if (r->method == RELAX_LBFGS)
        history_init(&r->history, r->n);
    else
        fire_init(&r->fire, r->n);
}

/* Length of the step dx [n]: of the atom that moves most, or of it all. */
static double step_length(const struct relax *r)
{
    double longest = 0;

    if (r->method == RELAX_FIRE)
        return sqrt(dot(r->n, r->dx, r->dx));
    for (int i = 0; i < r->n;) {
        int atom = r->at[i] / 3;
        double d2 = 0;
        for (; i < r->n && r->at[i] / 3 == atom; i++)
            d2 += r->dx[i] * r->dx[i];
        longest = fmax(longest, d2);
    }
    return sqrt(longest);
}

int relax_step(struct relax *r, struct atoms *a, double (*forces)[3],
               struct err *err)
{
    int ret = 0;

    assert(a->natoms == r->natoms);
    if (!r->at)
        start(r, a);
    for (int i = 0; i < r->n; i++) {
        int at = r->at[i];
        r->x[i] = a->pos[at / 3][at % 3];
        r->f[i] = forces[at / 3][at % 3];
        if (!isfinite(r->f[i]))
            return err_set(err, ERR_NUMERIC,
                           "the force on atom %d is not finite", at / 3 + 1);
    }
    if (r->n == 0)
        return 0;

    if (r->method == RELAX_BFGS)
        ret = hessian_step(&r->hessian, r->x, r->f, r->dx, err);
    else if (r->method == RELAX_LBFGS)
        history_step(&r->history, r->x, r->f, r->dx);
    else
        fire_step(&r->fire, r->f, r->dx);
    if (ret < 0)
        return ret;

    double length = step_length(r);
    double scale = length >= r->max_step ? r->max_step / length : 1;
    if (!isfinite(length))
        return err_set(err, ERR_NUMERIC, "the step is not finite");
    for (int i = 0; i < r->n; i++)
        a->pos[r->at[i] / 3][r->at[i] % 3] += scale * r->dx[i];
    return 0;
}

void relax_put(const struct relax *r, struct bin *b)
{
    bin_put_u32(b, r->method);
    bin_put_u32(b, r->at != NULL);
    if (!r->at)
        return; /* no step was taken */
    bin_put_u64(b, (uint64_t)r->n);
    if (r->method == RELAX_BFGS)
        hessian_put(&r->hessian, b);
    else if (r->method == RELAX_LBFGS)
        history_put(&r->history, b);
    else
        fire_put(&r->fire, b);
}

int relax_get(struct relax *r, const struct atoms *a, struct bin *b,
              struct err *err)
{
    static const char *const names[] = {"bfgs", "lbfgs", "fire"};
    uint32_t method = bin_get_u32(b);
    bool began = bin_get_u32(b);

    assert(a->natoms == r->natoms && !r->at);
    if (b->bad || method >= sizeof names / sizeof *names)
        return err_set(err, ERR_FORMAT, "there is no relaxation in it");
    if (method != r->method)
        return err_set(err, ERR_FORMAT, "it is of the method %s, not %s",
                       names[method], names[r->method]);
    if (!began)
        return 0;
    start(r, a);
    if (bin_get_u64(b) != (uint64_t)r->n)
        return err_set(err, ERR_FORMAT, "it is of other free coordinates");
    if (r->method == RELAX_BFGS)
        hessian_get(&r->hessian, b);
    else if (r->method == RELAX_LBFGS)
        history_get(&r->history, b);
    else
        fire_get(&r->fire, b);
    return 0;
}
