#include "upf.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "atom.h"

/*
 * Integrals as Quantum ESPRESSO does them, so that the two can be compared to
 * the last digit: Simpson's rule on the mesh of the file, up to the first
 * point beyond 10 bohr (further out is the noise of what the file prints), the
 * projectors up to their own largest cutoff; P. Giannozzi et al., J. Phys.:
 * Condens. Matter 21, 395502 (2009).
 *
 * The local potential has the long range -zion erf(r)/r taken off, whose
 * transform is -4 pi zion/q^2 exp(-q^2/4).
 */
static const double rcut = 10; /* bohr */

struct pseudo_data {
    double zion;
    double *r;                  /* [mesh] bohr */
    int nf;                     /* local, core if there is one, projectors */
    struct radial *f;           /* [nf] */
    struct radial *core, *beta; /* of f */
    struct start start;
};

static double local_of_q(const struct pseudo_data *d, double q, double *slope)
{
    double f = radial_eval(&d->f[0], q, slope), coulomb;

    if (q < 1e-10) {
        if (slope)
            *slope = 0;
        return f + M_PI * d->zion;
    }
    coulomb = -4 * M_PI * d->zion / (q * q) * exp(-q * q / 4);
    if (slope)
        *slope -= coulomb * (q / 2 + 2 / q);
    return f + coulomb;
}

static double eval(const struct pseudo *p, enum pseudo_part part, int i,
                   double q, double *slope)
{
    const struct pseudo_data *d = p->data;

    switch (part) {
    case PSEUDO_LOCAL:
        return local_of_q(d, q, slope);
    case PSEUDO_BETA:
        return radial_eval(&d->beta[i], q, slope);
    case PSEUDO_CORE:
        if (d->core)
            return radial_eval(d->core, q, slope);
        if (slope)
            *slope = 0;
        return 0;
    default:
        return start_eval(&d->start, part, i, q, slope);
    }
}

static void release(struct pseudo *p)
{
    struct pseudo_data *d = p->data;

    for (int i = 0; i < d->nf; i++)
        radial_release(&d->f[i]);
    start_release(&d->start);
    free(d->f);
    free(d->r);
    free(d);
}

/* Points up to rcut, an odd number of them. */
static int points(const struct upf *u)
{
    int n = 0;

    while (n < u->mesh && u->r[n] <= rcut)
        n++;
    n = n < u->mesh ? n + 1 : n;
    return 2 * ((n + 1) / 2) - 1;
}

/* Simpson's weights for the first n points; the last of an even n has none. */
static double simpson(const struct upf *u, int n, int k)
{
    int last = (n - 1) / 2 * 2;

    if (k > last)
        return 0;
    return u->rab[k] / 3 * (k == 0 || k == last ? 1 : k % 2 ? 4 : 2);
}

static void set_local(struct radial *f, const struct upf *u, int n)
{
    for (int k = 0; k < n; k++) {
        double r = u->r[k];

        f->w[k] = 4 * M_PI * simpson(u, n, k) * r *
                  (r * u->local[k] / 2 + u->zion * erf(r));
    }
}

static void set_core(struct radial *f, const struct upf *u, int n)
{
    for (int k = 0; k < n; k++)
        f->w[k] = 4 * M_PI * simpson(u, n, k) * u->r[k] * u->r[k] * u->nlcc[k];
}

/* Of r beta or r R, on n points of the mesh. */
static void set_function(struct radial *f, const struct upf *u, const double *g,
                         int n)
{
    for (int k = 0; k < n; k++)
        f->w[k] = 4 * M_PI * simpson(u, n, k) * u->r[k] * g[k];
}

/* Points of all projectors: the largest cutoff any of them has. */
static int beta_points(const struct upf *u)
{
    int n = 0;

    for (int i = 0; i < u->nbeta; i++) {
        int cut = u->beta[i].cut ? u->beta[i].cut : u->mesh;

        n = cut > n ? cut : n;
    }
    return n < u->mesh ? n : u->mesh;
}

static void make_functions(struct pseudo_data *d, const struct upf *u,
                           double qmax)
{
    int n = points(u), nbeta = beta_points(u);

    d->nf = 1 + u->core + u->nbeta;
    d->f = xcalloc(d->nf, sizeof(*d->f));
    d->core = u->core ? d->f + 1 : NULL;
    d->beta = d->f + 1 + u->core;
    radial_init(&d->f[0], 0, n, d->r);
    set_local(&d->f[0], u, n);
    if (u->core) {
        radial_init(d->core, 0, n, d->r);
        set_core(d->core, u, n);
    }
    for (int i = 0; i < u->nbeta; i++) {
        radial_init(&d->beta[i], u->beta[i].l, nbeta, d->r);
        set_function(&d->beta[i], u, u->beta[i].f, nbeta);
    }
    radial_tabulate(d->f, d->nf, qmax);
}

/* Has the file the density of about zion electrons, and bound orbitals? */
static bool has_start(const struct upf *u)
{
    int n = points(u), bound_ones = 0;
    double electrons = 0;

    for (int i = 0; i < u->nchi; i++)
        bound_ones += u->chi[i].occupation >= 0;
    for (int k = 0; u->rho && k < n; k++)
        electrons += simpson(u, n, k) * u->rho[k];
    return bound_ones && fabs(electrons - u->zion) < 0.5 * u->zion;
}

/* Density and orbitals of the file; those without an occupation are unbound. */
static void take_start(struct pseudo *p, const struct upf *u, double qmax)
{
    struct start *s = &p->data->start;
    int n = points(u), at = 0;

    p->orbital_l = xcalloc(u->nchi, sizeof(*p->orbital_l));
    p->orbital_occupation = xcalloc(u->nchi, sizeof(*p->orbital_occupation));
    for (int i = 0; i < u->nchi; i++)
        if (u->chi[i].occupation >= 0) {
            p->orbital_l[p->norbitals] = u->chi[i].l;
            p->orbital_occupation[p->norbitals++] = u->chi[i].occupation;
        }
    start_init(s, n, u->r, p->norbitals, p->orbital_l);
    for (int k = 0; k < n; k++)
        s->density.w[k] = simpson(u, n, k) * u->rho[k];
    for (int i = 0; i < u->nchi; i++)
        if (u->chi[i].occupation >= 0)
            set_function(&s->orbital[at++], u, u->chi[i].f, n);
    start_tabulate(s, u->zion, qmax);
}

/* f at r between the points of the mesh; constant below the first. */
static double between(const struct upf *u, const double *f, double r)
{
    int low = 0, high = u->mesh - 1;
    double t;

    if (r <= u->r[0] || r >= u->r[high])
        return r <= u->r[0] ? f[0] : f[high];
    while (high - low > 1) {
        int middle = (low + high) / 2;

        if (u->r[middle] <= r)
            low = middle;
        else
            high = middle;
    }
    t = (r - u->r[low]) / (u->r[high] - u->r[low]);
    return (1 - t) * f[low] + t * f[high];
}

/* The free atom of the potential; its core is left out of xc. */
static int solve_start(struct pseudo *p, const struct upf *u, double qmax,
                       struct err *err)
{
    double end = fmin(rcut, u->r[u->mesh - 1]);
    struct atom a;
    int ret;

    atom_init(&a, p);
    a.sharp = 30;
    for (int k = 0; k < ATOM_POINTS; k++) {
        double r = (k + 1) * ATOM_STEP;

        a.local[k] = r < end ? between(u, u->local, r) / 2 : -u->zion / r;
        for (int i = 0; i < u->nbeta; i++)
            a.beta[i * ATOM_POINTS + k] =
                r < end ? between(u, u->beta[i].f, r) / r : 0;
    }
    ret = atom_start(&a, p, &p->data->start, qmax, err);
    atom_release(&a);
    return ret;
}

/* See pseudo.h. */
static double core_radius(const struct upf *u)
{
    double radius = 0;
    int n = points(u), nbeta = beta_points(u), k = n - 1;

    while (k > 0 && fabs(u->r[k] * u->local[k] / 2 / u->zion + 1) < 0.1)
        k--;
    radius = u->r[k];
    for (int i = 0; i < u->nbeta; i++) {
        double norm = 0, moment = 0;

        for (k = 0; k < nbeta; k++) {
            double w = u->rab[k] * u->beta[i].f[k] * u->beta[i].f[k];

            norm += w;
            moment += w * u->r[k] * u->r[k];
        }
        if (norm > 0)
            radius = fmax(radius, sqrt(moment / norm));
    }
    return radius;
}

static void set_projectors(struct pseudo *p, const struct upf *u)
{
    int n = u->nbeta;

    p->nbeta = n;
    p->l = xcalloc(n, sizeof(*p->l));
    p->d = xcalloc((size_t)n * n, sizeof(*p->d));
    for (int i = 0; i < n; i++)
        p->l[i] = u->beta[i].l;
    for (int i = 0; i < n * n; i++)
        p->d[i] = u->d[i] / 2;
}

int upf_make(struct pseudo *p, const struct upf *u, double qmax,
             struct err *err)
{
    struct pseudo_data *d = xcalloc(1, sizeof(*d));

    p->z = u->z;
    p->zion = d->zion = u->zion;
    memcpy(p->functional, u->functional, sizeof p->functional);
    p->core = u->core;
    p->ecut_hint = u->ecut / 2;
    p->core_radius = core_radius(u);
    p->data = d;
    p->eval = eval;
    p->release = release;
    set_projectors(p, u);
    d->r = xcalloc(u->mesh, sizeof(*d->r));
    memcpy(d->r, u->r, u->mesh * sizeof(*d->r));
    make_functions(d, u, qmax);
    if (!has_start(u))
        return solve_start(p, u, qmax, err);
    take_start(p, u, qmax);
    return 0;
}
