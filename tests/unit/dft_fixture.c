#include "dft_fixture.h"

#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <omp.h>

#include <morsel/units.h>

struct pseudo_data {
    double width, core;
};

/* v = -zion erf(r / sqrt(2) width) / r: -4 pi zion exp(-q^2 width^2/2) / q^2,
 * whose finite rest at q = 0 is 2 pi zion width^2. */
static double local(double z, double w, double q, double *slope)
{
    double e = exp(-q * q * w * w / 2), f;

    if (q == 0) {
        *slope = 0;
        return 2 * M_PI * z * w * w;
    }
    f = -4 * M_PI * z * e / (q * q);
    *slope = -f * (w * w * q + 2 / q);
    return f;
}

static double gaussian_eval(const struct pseudo *p, enum pseudo_part part,
                            int i, double q, double *slope)
{
    double w = p->data->width, n, ignored;

    (void)i;
    slope = slope ? slope : &ignored;
    if (part == PSEUDO_LOCAL)
        return local(p->zion, w, q, slope);
    n = part == PSEUDO_CORE ? p->data->core : p->zion;
    w *= part == PSEUDO_CORE ? 0.8 : 1.5;
    *slope = -n * w * w * q * exp(-q * q * w * w / 2);
    return n * exp(-q * q * w * w / 2);
}

static void gaussian_release(struct pseudo *p)
{
    free(p->data);
}

struct pseudo gaussian_atom(double zion, double width, double core)
{
    struct pseudo p = {.z = 1, .zion = zion, .core = core > 0};

    p.eval = gaussian_eval;
    p.release = gaussian_release;
    p.data = xcalloc(1, sizeof(*p.data));
    *p.data = (struct pseudo_data){width, core};
    return p;
}

void sample_init(struct sample *s, const double a[3][3], int natoms,
                 const int *species, const double (*x)[3], double gmax)
{
    const struct pseudo *of[MAX_Z + 1] = {0};
    struct atoms atoms;
    struct err err;

    s->pseudo[0] = gaussian_atom(3, 0.6, 1.5);
    s->pseudo[1] = gaussian_atom(6, 0.45, 0);
    s->pseudo[2] = gaussian_atom(-3, 0.5, 0);
    atoms_init(&atoms, natoms);
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            atoms.cell[i][k] = a[i][k] * ANGSTROM_PER_BOHR;
    for (int i = 0; i < natoms; i++) {
        atoms.z[i] = species[i] + 1;
        for (int k = 0; k < 3; k++)
            atoms.pos[i][k] = x[i][0] * atoms.cell[0][k] +
                              x[i][1] * atoms.cell[1][k] +
                              x[i][2] * atoms.cell[2][k];
    }
    for (int i = 0; i < 3; i++)
        of[i + 1] = &s->pseudo[i];
    crystal_init(&s->c, &atoms, of, NULL);
    atoms_release(&atoms);
    if (grid_init(&s->g, &s->c, gmax, (int[3]){0, 0, 0}, &err) < 0)
        abort();
}

void sample_triclinic(struct sample *s, double gmax)
{
    static const double a[3][3] = {
        {5.6, 0.3, -0.4}, {1.1, 6.2, 0.5}, {-0.7, 0.8, 5.1}};
    static const double x[4][3] = {{0.02, 0.05, -0.03},
                                   {0.55, 0.45, 0.48},
                                   {0.1, 0.52, 1.6},
                                   {-0.48, 0.02, 0.07}};

    sample_init(s, a, 4, (int[4]){0, 1, 0, 0}, x, gmax);
}

void sample_release(struct sample *s)
{
    grid_release(&s->g);
    crystal_release(&s->c);
    for (int i = 0; i < 3; i++)
        s->pseudo[i].release(&s->pseudo[i]);
}

static void *copy(const void *p, size_t n, size_t size)
{
    return memcpy(xcalloc(n, size), p, n * size);
}

static void strain_crystal(struct crystal *c, int j, int k, double eps)
{
    for (int i = 0; i < 3; i++)
        c->a[i][j] += eps * c->a[i][k];
    for (int i = 0; i < c->natoms; i++)
        c->tau[i][j] += eps * c->tau[i][k];
    for (int i = 0; i < 3; i++)
        cross3(c->b[i], c->a[(i + 1) % 3], c->a[(i + 2) % 3]);
    c->volume = dot3(c->a[0], c->b[0]);
    for (int i = 0; i < 3; i++)
        for (int l = 0; l < 3; l++)
            c->b[i][l] *= 2 * M_PI / c->volume;
    c->volume = fabs(c->volume);
}

void sample_strain(const struct sample *s, int j, int k, double eps,
                   struct sample *to)
{
    struct crystal *c = &to->c;
    struct grid *g = &to->g;

    *to = *s;
    c->tau = copy(c->tau, c->natoms, sizeof(*c->tau));
    strain_crystal(c, j, k, eps);
    g->volume = c->volume;
    g->dv = c->volume / (double)g->nr;
    g->g = xcalloc(g->ng, sizeof(*g->g));
    g->g2 = xcalloc(g->ng, sizeof(*g->g2));
    g->q = xcalloc(g->ng, sizeof(*g->q));
    g->shell = xcalloc(g->ng, sizeof(*g->shell));
    g->nshells = g->ng; /* equal lengths are equal no longer */
    for (int i = 0; i < g->ng; i++) {
        const int *m = g->m[i];

        crystal_reciprocal(c, (double[3]){m[0], m[1], m[2]}, g->g[i]);
        g->g2[i] = dot3(g->g[i], g->g[i]);
        g->q[i] = sqrt(g->g2[i]);
        g->shell[i] = i;
    }
}

void strain_release(struct sample *s)
{
    free(s->c.tau);
    free(s->g.g);
    free(s->g.g2);
    free(s->g.q);
    free(s->g.shell);
}

void sample_displace(struct sample *s, int a, int k, double d)
{
    s->c.tau[a][k] += d;
    crystal_move(&s->c, (const double(*)[3])s->c.tau);
}

double complex *random_field(const struct grid *g, unsigned seed, double mean,
                             double amplitude)
{
    double complex *f = xcalloc(g->ng, sizeof(*f));
    struct rng r;

    rng_init(&r, seed);
    f[0] = mean;
    for (int i = 1; i < g->ng; i++) {
        double size = amplitude * exp(-g->g2[i] / 6);

        f[i] = size * (rng_uniform(&r) - 0.5);
        f[i] += I * size * (rng_uniform(&r) - 0.5);
    }
    return f;
}

double field_dot(const struct grid *g, const double complex *f,
                 const double complex *h)
{
    double sum = 0;

    for (int i = 0; i < g->ng; i++)
        sum += (i ? 2 : 1) * creal(conj(f[i]) * h[i]);
    return sum;
}

double difference(const double f[4], double h)
{
    return (8 * (f[2] - f[1]) - (f[3] - f[0])) / (6 * h);
}

void one_thread(void)
{
    omp_set_num_threads(1);
}

const char *const functionals[] = {"LDA",  "PBE",    "PBEsol",
                                   "RPBE", "revPBE", "BLYP",
                                   "PW91", "lda_x",  "gga_c_p86vwn"};

struct xc *functional(const char *name, int nspin)
{
    struct err err;
    struct xc *xc = xc_new(name, nspin, &err);

    ck_assert_msg(xc, "%s", err.msg);
    return xc;
}

void random_density(const struct grid *g, double complex *rho[2])
{
    rho[0] = random_field(g, 5, 0.09, 0.008);
    rho[1] = random_field(g, 6, 0.03, 0.003);
}
