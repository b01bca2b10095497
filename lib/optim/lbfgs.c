#include <morsel/optim.h>

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/la.h>

static double *reals(int m, int n)
{
    return xcalloc((size_t)m * (size_t)n, sizeof(double));
}

void lbfgs_init(struct lbfgs *o, int n, int memory)
{
    assert(n > 0 && memory > 0);
    *o = (struct lbfgs){.n = n, .memory = memory};
    o->x = reals(1, n);
    o->g = reals(1, n);
    o->s = reals(memory, n);
    o->y = reals(memory, n);
    o->rho = reals(1, memory);
    o->alpha = reals(1, memory);
    o->d = reals(1, n);
    o->glo = reals(1, n);
}

void lbfgs_release(struct lbfgs *o)
{
    free(o->x);
    free(o->g);
    free(o->s);
    free(o->y);
    free(o->rho);
    free(o->alpha);
    free(o->d);
    free(o->glo);
    *o = (struct lbfgs){0};
}

static void copy(int n, const double *from, double *to)
{
    memcpy(to, from, (size_t)n * sizeof *to);
}

/* The number of the k-th last step, k = 1 ... count. */
static int number(const struct lbfgs *o, int k)
{
    return (o->next - k + o->memory) % o->memory;
}

static double *row(const struct lbfgs *o, double *a, int j)
{
    return a + (size_t)j * (size_t)o->n;
}

/*
 * d = -H g by the two-loop recursion, algorithm 7.4.  H starts from the
 * identity times s.y / y.y of the last step.
 */
static void find_direction(struct lbfgs *o)
{
    int n = o->n, last = number(o, 1);

    for (int i = 0; i < n; i++)
        o->d[i] = -o->g[i];
    for (int k = 1; k <= o->count; k++) {
        int j = number(o, k);

        o->alpha[j] = o->rho[j] * la_dot(n, row(o, o->s, j), o->d);
        la_axpy(n, -o->alpha[j], row(o, o->y, j), o->d);
    }
    if (o->count > 0) {
        const double *y = row(o, o->y, last);
        double gamma = 1 / (o->rho[last] * la_dot(n, y, y));

        for (int i = 0; i < n; i++)
            o->d[i] *= gamma;
    }
    for (int k = o->count; k >= 1; k--) {
        int j = number(o, k);
        double beta = o->rho[j] * la_dot(n, row(o, o->y, j), o->d);

        la_axpy(n, o->alpha[j] - beta, row(o, o->s, j), o->d);
    }
}

/*
 * Keep the step in row `next` if its curvature s.y is positive beyond its own
 * rounding, as that of a step that meets the second Wolfe condition is.  If
 * not, nothing of the memory can be trusted here.
 */
static void remember(struct lbfgs *o, const double *s, const double *y)
{
    int n = o->n;
    double sy = la_dot(n, s, y);

    if (!(sy > DBL_EPSILON * sqrt(la_dot(n, s, s) * la_dot(n, y, y)))) {
        o->count = 0;
        return;
    }
    o->rho[o->next] = 1 / sy;
    o->next = (o->next + 1) % o->memory;
    if (o->count < o->memory)
        o->count++;
}

/* Go to the point lo of the search. */
static void accept(struct lbfgs *o)
{
    double *s = row(o, o->s, o->next), *y = row(o, o->y, o->next);

    for (int i = 0; i < o->n; i++) {
        double x = o->x[i] + o->search.lo.t * o->d[i];

        s[i] = x - o->x[i];
        y[i] = o->glo[i] - o->g[i];
        o->x[i] = x;
    }
    copy(o->n, o->glo, o->g);
    o->f = o->search.lo.f;
    o->iterations++;
    remember(o, s, y);
}

static enum optim_status stall(struct lbfgs *o, double *x)
{
    o->searching = false;
    copy(o->n, o->x, x);
    return OPTIM_STALLED;
}

/* Ask for the next trial. */
static enum optim_status go_on(const struct lbfgs *o, double *x)
{
    for (int i = 0; i < o->n; i++)
        x[i] = o->x[i] + o->search.t * o->d[i];
    return OPTIM_GO_ON;
}

/* Start a search from o->x. */
static enum optim_status set_out(struct lbfgs *o, double *x)
{
    double slope, t = 1;

    find_direction(o);
    slope = la_dot(o->n, o->g, o->d);
    if (!(slope < 0) && o->count > 0) {
        o->count = 0;
        find_direction(o);
        slope = la_dot(o->n, o->g, o->d);
    }
    if (!(slope < 0) || isinf(slope) || !isfinite(o->f))
        return stall(o, x);
    if (o->count == 0) {
        double norm = 0;

        for (int i = 0; i < o->n; i++)
            norm += fabs(o->g[i]);
        t = fmin(1, 1 / norm);
    }
    wolfe_start(&o->search, o->f, slope, t);
    o->searching = true;
    return go_on(o, x);
}

static enum optim_status start(struct lbfgs *o, double f, const double *g,
                               double *x)
{
    o->count = 0;
    o->f = f;
    copy(o->n, g, o->g);
    copy(o->n, x, o->x);
    return set_out(o, x);
}

enum optim_status lbfgs_step(struct lbfgs *o, double f, const double *g,
                             double *x)
{
    enum wolfe_status status;
    double t = o->search.t;
    bool steepest = o->count == 0;

    if (!o->searching)
        return start(o, f, g, x);
    status = wolfe_step(&o->search, f, la_dot(o->n, g, o->d));
    if (o->search.lo.t == t)
        copy(o->n, g, o->glo);
    if (status == WOLFE_GO_ON)
        return go_on(o, x);

    if (o->search.lo.t > 0)
        accept(o);
    if (status == WOLFE_FAILED) {
        if (steepest)
            return stall(o, x);
        o->count = 0;
    }
    return set_out(o, x);
}
