#include "plan.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/*
 * h(y) exp(-a y) at y = cos^2(phi / 2), with x = sqrt(y) = cos(phi / 2) and
 * 1 - x = 2 sin^2(phi / 4), by which nothing cancels:
 *
 *     h(y) = cos(pi x / 2) / (1 - y) = sin(pi sin^2(phi / 4)) / (1 - x)(1 + x)
 */
static long double h_exp(long double phi, long double a)
{
    const long double pi = 3.14159265358979323846L;
    long double x = cosl(phi / 2), half = sinl(phi / 4);
    long double rest = 2 * half * half; /* 1 - x */

    return sinl(pi * half * half) / (rest * (1 + x)) * expl(-a * x * x);
}

/* Chebyshev coefficients on 0 <= y <= 1, t = 2 y - 1 = cos phi. */
static void chebyshev(long double *c, int n, long double a)
{
    const long double pi = 3.14159265358979323846L;

    for (int k = 0; k < n; k++) {
        long double sum = 0;

        for (int i = 0; i < n; i++) {
            long double phi = pi * ((long double)i + 0.5L) / n;

            int turn = k * (2 * i + 1) % (4 * n); /* k phi, in pi / 2 n */

            sum += h_exp(phi, a) * cosl(pi * turn / (2 * n));
        }
        c[k] = (k ? 2 : 1) * sum / n;
    }
}

/*
 * Coefficients of powers of t from those of T_k(t), by T_k+1 = 2 t T_k -
 * T_k-1.  The powers are as good here: the coefficients fall so fast that
 * their sum is not much more than the values.
 */
static void powers(long double *p, const long double *c, int degree)
{
    long double t[2][MAX_DEGREE + 2] = {{1}, {0, 1}}; /* T_k and T_k+1 */

    for (int i = 0; i <= degree; i++)
        p[i] = 0;
    for (int k = 0; k <= degree; k++) {
        for (int i = 0; i <= k; i++)
            p[i] += c[k] * t[0][i];
        for (int i = degree + 1; i >= 0; i--) {
            long double next = (i ? 2 * t[1][i - 1] : 0) - t[0][i];

            t[0][i] = t[1][i];
            t[1][i] = next;
        }
    }
}

/* Above this eta rc^2 the exponential costs the polynomial digits. */
static const double most_eta = 2;

static void fit(struct radial *r, double a)
{
    enum { NODES = MAX_DEGREE + 4 };
    long double c[NODES], p[MAX_DEGREE + 1];

    /*
     * Up to the last coefficient that is more than eight roundings of the
     * least value, and one more, which is a tenth of it; those after it are
     * nothing but rounding where long double is no more than double.
     */
    chebyshev(c, NODES, a);
    r->degree = NODES - 1;
    while (r->degree >= LOW_DEGREE && fabsl(c[r->degree]) < 0x1p-49L * expl(-a))
        r->degree--;
    r->degree++;
    assert(r->degree <= MAX_DEGREE);
    powers(p, c, r->degree);
    for (int i = 0; i <= r->degree; i++) {
        r->h[i] = (double)p[i];
        if (i > 0) /* d/dy = 2 d/dt */
            r->dh[i - 1] = (double)(2 * i * p[i]);
    }
}

static void radial_init(struct radial *r, const struct cutoff *c, double eta)
{
    bool inside = c->type == CUTOFF_COSINE && eta * c->rc * c->rc <= most_eta;

    *r = (struct radial){.type = c->type,
                         .rc2 = c->rc * c->rc,
                         .eta = inside ? 0 : eta,
                         .gamma = c->gamma};
    if (c->type == CUTOFF_COSINE)
        fit(r, inside ? eta * r->rc2 / 2 : 0);
}

/* The slot of element z, made if there is none. */
static int slot_of(struct element_plan *p, int z)
{
    if (p->slot[z] < 0)
        p->slot[z] = p->nslot++;
    return p->slot[z];
}

/* The group of function sf, made if there is none. */
static struct group *group_of(struct element_plan *p, const struct sf *sf,
                              const struct cutoff *c)
{
    int e1 = slot_of(p, sf->z1);
    int e2 = sf->type == SF_G2 ? -1 : slot_of(p, sf->z2);
    double eta = sf->type == SF_G2 ? 0 : sf->eta;

    for (int i = 0; i < p->ngroup; i++) {
        struct group *g = &p->group[i];

        if (g->type == sf->type && g->e1 == e1 && g->e2 == e2 && g->eta == eta)
            return g;
    }
    p->group = xrealloc(p->group, (size_t)p->ngroup + 1, sizeof *p->group);
    struct group *g = &p->group[p->ngroup++];
    *g = (struct group){.type = sf->type, .e1 = e1, .e2 = e2, .eta = eta};
    if (g->type == SF_G4)
        radial_init(&g->side, c, eta);
    return g;
}

static void plan_element(struct element_plan *p, const struct descriptor *d,
                         int e)
{
    for (int z = 0; z <= MAX_Z; z++)
        p->slot[z] = -1;
    for (int m = 0; m < d->nsf[e]; m++) {
        struct group *g = group_of(p, &d->sf[e][m], &d->cutoff);
        size_t n = (size_t)g->n + 1;

        g->term = xrealloc(g->term, n, sizeof *g->term);
        g->term[g->n++] = (struct term){
            .m = m, .sf = d->sf[e][m], .norm = exp2(1 - d->sf[e][m].zeta)};
        if (g->n > p->most)
            p->most = g->n;
    }
}

struct sf_plan *plan_new(const struct descriptor *d)
{
    struct sf_plan *p = xcalloc(1, sizeof *p);

    radial_init(&p->cutoff, &d->cutoff, 0);
    p->nelement = d->nelement;
    p->element = xcalloc((size_t)d->nelement, sizeof *p->element);
    for (int e = 0; e < d->nelement; e++) {
        struct element_plan *q = &p->element[e];

        plan_element(q, d, e);
        p->most = q->most > p->most ? q->most : p->most;
        p->most_slots = q->nslot > p->most_slots ? q->nslot : p->most_slots;
    }
    return p;
}

void plan_free(struct sf_plan *p)
{
    if (!p)
        return;
    for (int e = 0; e < p->nelement; e++) {
        struct element_plan *q = &p->element[e];

        for (int i = 0; i < q->ngroup; i++)
            free(q->group[i].term);
        free(q->group);
    }
    free(p->element);
    free(p);
}

void descriptor_plan(struct descriptor *d)
{
    plan_free(d->plan);
    d->plan = plan_new(d);
}
