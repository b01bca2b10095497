#include "terms.h"
#include "xc_names.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <xc.h>

/*
 * E = int e(n_s, sigma_st) d3r with sigma_st = grad n_s . grad n_t, as a sum
 * over the points of the grid.  Of the derivative of this sum by the density,
 *
 *     v_s(G) = (de/dn_s)(G) - iG . h_s(G),
 *     h_s = 2 de/dsigma_ss grad n_s + de/dsigma_st grad n_t,
 *
 * the part on the sphere is kept, which is exact for densities on the sphere.
 *
 * Each spin has four fields: density and gradient, which are replaced by de/dn
 * and h.  An LDA has the first only.
 */

/*
 * Below this density (1/bohr^3) a spin is absent, and its gradient with it:
 * libxc's correlations of GGA type end here.  Where none is present there is
 * no energy and no potential.
 */
#define ABSENT 1e-12

/*
 * The derivative of a correlation energy by the density of an absent spin
 * diverges as (1 - zeta)^(-1/3) with PBE; cut off by libxc's 1e-12, it is up
 * to a hundred hartree.  So zeta ends this short of 1 (which changes the
 * energy by 1e-7 of its gradient correction), and what libxc takes an absent
 * spin for must be less.
 */
#define POLARISED 1e-10
#define TRACE 1e-16

struct xc {
    struct xc_recipe recipe;
    int nspin;
    xc_func_type part[XC_MAX_PARTS];
    size_t stride;     /* of the fields in real space */
    double *r;         /* [nspin][fields][stride] */
    double complex *k; /* [nspin][fields][ng] */
    size_t room_r, room_k;
};

struct xc *xc_new(const char *name, int nspin, struct err *err)
{
    struct xc *xc = xcalloc(1, sizeof(*xc));

    if (xc_recipe(&xc->recipe, name, err) < 0) {
        free(xc);
        return NULL;
    }
    xc->nspin = nspin;
    for (int i = 0; i < xc->recipe.nparts; i++) {
        xc_func_type *f = &xc->part[i];

        xc_func_init(f, xc->recipe.id[i],
                     nspin == 2 ? XC_POLARIZED : XC_UNPOLARIZED);
        if (f->info->kind == XC_EXCHANGE)
            continue;
        xc_func_set_dens_threshold(f, TRACE);
        xc_func_set_zeta_threshold(f, POLARISED);
    }
    return xc;
}

void xc_free(struct xc *xc)
{
    if (!xc)
        return;
    for (int i = 0; i < xc->recipe.nparts; i++)
        xc_func_end(&xc->part[i]);
    free(xc->r);
    free(xc->k);
    free(xc);
}

static int nfields(const struct xc *xc)
{
    return xc->recipe.gga ? 4 : 1;
}

static double *field_r(const struct xc *xc, int i)
{
    return xc->r + i * xc->stride;
}

/* Memory for the fields, kept from call to call; rows on cache lines. */
static void prepare(struct xc *xc, const struct grid *g)
{
    size_t n = (size_t)xc->nspin * nfields(xc), size_k = n * g->ng, size_r;

    xc->stride = ((size_t)g->nr + 7) / 8 * 8;
    size_r = n * xc->stride;
    if (xc->room_r < size_r) {
        free(xc->r);
        xc->r = xcalloc(size_r, sizeof(*xc->r));
        xc->room_r = size_r;
    }
    if (xc->room_k < size_k) {
        free(xc->k);
        xc->k = xcalloc(size_k, sizeof(*xc->k));
        xc->room_k = size_k;
    }
}

/* n_s(G), times iG_k for component k = 1, 2, 3. */
static void fill_field(const struct xc *xc, const struct grid *g,
                       double complex *const *rho, const double complex *core,
                       int s, int k, double complex *f)
{
    for (int i = 0; i < g->ng; i++) {
        double complex n = rho[0][i] + (core ? core[i] : 0);

        if (xc->nspin == 2)
            n = (n + (s ? -1 : 1) * rho[1][i]) / 2;
        f[i] = k ? I * g->g[i][k - 1] * n : n;
    }
}

static void densities(struct xc *xc, const struct grid *g,
                      double complex *const *rho, const double complex *core)
{
    int nf = nfields(xc);

#pragma omp parallel for schedule(dynamic)
    for (int i = 0; i < xc->nspin * nf; i++) {
        double complex *f = xc->k + (size_t)i * g->ng;

        fill_field(xc, g, rho, core, i / nf, i % nf, f);
        grid_to_r(g, f, field_r(xc, i));
    }
}

/* A chunk of points that are not empty, as libxc wants them. */
enum { CHUNK = 256 };

struct points {
    int n;
    long at[CHUNK];
    double rho[2 * CHUNK];    /* [n][nspin] */
    double grad[6][CHUNK];    /* [nspin * 3] */
    double sigma[3 * CHUNK];  /* [n][1 or 3]: uu, ud, dd */
    double e[CHUNK];          /* of a particle */
    double vrho[2 * CHUNK];   /* de/dn */
    double vsigma[3 * CHUNK]; /* de/dsigma */
};

/* Sums over points: e, sum_s n_s de/dn_s, sum_s h_s grad n_s. */
struct sums {
    double e, vn, hd[3][3];
};

static double present(double rho)
{
    return rho > ABSENT ? rho : 0;
}

static void gather(const struct xc *xc, long from, long to, struct points *p)
{
    long ns = xc->nspin;
    int nf = nfields(xc);
    const double *up = field_r(xc, 0),
                 *down = field_r(xc, (xc->nspin - 1) * nf);

    p->n = 0;
    for (long i = from; i < to; i++) {
        double u = present(up[i]), d = ns == 2 ? present(down[i]) : 0;

        if (u + d == 0)
            continue;
        p->at[p->n] = i;
        p->rho[p->n * ns] = u;
        if (ns == 2)
            p->rho[p->n * ns + 1] = d;
        p->n++;
    }
    for (int s = 0; s < ns && nf == 4; s++)
        for (int k = 0; k < 3; k++) {
            const double *f = field_r(xc, s * nf + 1 + k);

            for (int n = 0; n < p->n; n++)
                p->grad[s * 3 + k][n] =
                    p->rho[n * ns + s] > 0 ? f[p->at[n]] : 0;
        }
}

static void contract(int ns, struct points *p)
{
    double(*g)[CHUNK] = p->grad;

    for (long n = 0; n < p->n; n++) {
        double *sigma = p->sigma + n * (2 * ns - 1);

        sigma[0] = g[0][n] * g[0][n] + g[1][n] * g[1][n] + g[2][n] * g[2][n];
        if (ns == 1)
            continue;
        sigma[1] = g[0][n] * g[3][n] + g[1][n] * g[4][n] + g[2][n] * g[5][n];
        sigma[2] = g[3][n] * g[3][n] + g[4][n] * g[4][n] + g[5][n] * g[5][n];
    }
}

static void add_to(int n, double *to, const double *from)
{
    for (int i = 0; i < n; i++)
        to[i] += from[i];
}

/* libxc only reads its xc_func_type here: threads can share it. */
static void evaluate(const struct xc *xc, struct points *p)
{
    double e[CHUNK], vrho[2 * CHUNK], vsigma[3 * CHUNK];
    int ns = xc->nspin, nsigma = 2 * ns - 1;

    memset(p->e, 0, sizeof(p->e));
    memset(p->vrho, 0, sizeof(p->vrho));
    memset(p->vsigma, 0, sizeof(p->vsigma));
    for (int i = 0; i < xc->recipe.nparts; i++) {
        const xc_func_type *f = &xc->part[i];

        if (f->info->family == XC_FAMILY_GGA) {
            xc_gga_exc_vxc(f, p->n, p->rho, p->sigma, e, vrho, vsigma);
            add_to(p->n * nsigma, p->vsigma, vsigma);
        } else {
            xc_lda_exc_vxc(f, p->n, p->rho, e, vrho);
        }
        add_to(p->n, p->e, e);
        add_to(p->n * ns, p->vrho, vrho);
    }
}

/* de/dn and h take the place of density and gradient; sums gain the chunk. */
static void scatter(const struct xc *xc, const struct points *p,
                    struct sums *sums)
{
    int ns = xc->nspin, nf = nfields(xc);

    for (long n = 0; n < p->n; n++) {
        const double *w = p->vsigma + n * (2 * ns - 1);
        double total = 0;

        for (int s = 0; s < ns; s++) {
            double v = p->vrho[n * ns + s], rho = p->rho[n * ns + s];

            total += rho;
            sums->vn += v * rho;
            field_r(xc, s * nf)[p->at[n]] = v;
            for (int k = 0; k < 3 && nf == 4; k++) {
                double h = 2 * (s ? w[2] : w[0]) * p->grad[3 * s + k][n];

                if (ns == 2)
                    h += w[1] * p->grad[3 * (1 - s) + k][n];
                field_r(xc, s * nf + 1 + k)[p->at[n]] = h;
                for (int j = 0; j < 3; j++)
                    sums->hd[k][j] += h * p->grad[3 * s + j][n];
            }
        }
        sums->e += total * p->e[n];
    }
}

static void chunk(struct xc *xc, long from, long to, struct points *p,
                  struct sums *sums)
{
    gather(xc, from, to, p);
    for (int i = 0; i < xc->nspin * nfields(xc); i++)
        memset(field_r(xc, i) + from, 0, (to - from) * sizeof(double));
    if (xc->recipe.gga)
        contract(xc->nspin, p);
    evaluate(xc, p);
    scatter(xc, p, sums);
}

static void add_sums(struct sums *to, const struct sums *from)
{
    to->e += from->e;
    to->vn += from->vn;
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            to->hd[i][k] += from->hd[i][k];
}

/* Sums of chunks are added in their order, whichever thread made them. */
static struct sums integrate(struct xc *xc, const struct grid *g,
                             double complex *const *rho,
                             const double complex *core)
{
    long nchunks = (g->nr + CHUNK - 1) / CHUNK;
    struct sums total = {0}, *part = xcalloc(nchunks, sizeof(*part));

    prepare(xc, g);
    densities(xc, g, rho, core);
#pragma omp parallel
    {
        struct points *p = xcalloc(1, sizeof(*p));

#pragma omp for schedule(dynamic, 16)
        for (long i = 0; i < nchunks; i++) {
            long to = (i + 1) * CHUNK;

            chunk(xc, i * CHUNK, to < g->nr ? to : g->nr, p, &part[i]);
        }
        free(p);
    }
    for (long i = 0; i < nchunks; i++)
        add_sums(&total, &part[i]);
    free(part);
    return total;
}

double xc_energy(struct xc *xc, const struct grid *g,
                 double complex *const *rho, const double complex *core)
{
    return g->dv * integrate(xc, g, rho, core).e;
}

double xc_potential(struct xc *xc, const struct grid *g,
                    double complex *const *rho, const double complex *core,
                    double complex *const *v)
{
    double e = g->dv * integrate(xc, g, rho, core).e;
    int nf = nfields(xc);

#pragma omp parallel for schedule(dynamic)
    for (int i = 0; i < xc->nspin * nf; i++)
        grid_to_g(g, field_r(xc, i), xc->k + (size_t)i * g->ng);
    for (int s = 0; s < xc->nspin; s++) {
        const double complex *f = xc->k + (size_t)s * nf * g->ng;

        for (int i = 0; i < g->ng; i++) {
            v[s][i] += f[i];
            for (int k = 0; k < 3 && nf == 4; k++)
                v[s][i] -= I * g->g[i][k] * f[(size_t)(k + 1) * g->ng + i];
        }
    }
    return e;
}

/*
 * dn = -n and d(d_k n) = -d_k n along the diagonal of the strain, and
 * d(d_k n) = -d_j n for strain kj, since dG_k = -G_j.
 */
void xc_stress(struct xc *xc, const struct grid *g, double complex *const *rho,
               const double complex *core, double stress[3][3])
{
    struct sums s = integrate(xc, g, rho, core);
    double trace = s.hd[0][0] + s.hd[1][1] + s.hd[2][2];
    double scale = g->dv / g->volume;

    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < 3; k++)
            stress[i][k] -= scale * (s.hd[i][k] + s.hd[k][i]) / 2;
        stress[i][i] += scale * (s.e - s.vn - trace);
    }
}
