#include "terms.h"

#include <stdlib.h>

#include <morsel/units.h>

/*
 * With s(r) = L (frac(z/L - jump) - 1/2), z along a3, L = |a3|, which rises
 * by 1 all through the slab and falls by L in the vacuum,
 *
 *     p = sum_a Z_a s(tau_a) - int rho s d3r,
 *     E = 2 pi p^2 / V,
 *
 * is what the periodic slabs lack to the energy of one alone: without it the
 * field 4 pi p / V that makes the potential periodic acts on each dipole.
 *
 * Densities are on the sphere of the grid, so only the Fourier coefficients
 * of s on the sphere count, and with these p and its derivatives are exact.
 */

#define LEAST_VACUUM (4 / ANGSTROM_PER_BOHR)

static double fraction(double x)
{
    return x - floor(x);
}

static int ascending(const void *pa, const void *pb)
{
    double a = *(const double *)pa, b = *(const double *)pb;

    return (a > b) - (a < b);
}

/* The middle of the widest interval of x3 without atoms, and its width. */
static double widest_gap(const struct crystal *c, double *width)
{
    double *z = xcalloc(c->natoms + 1, sizeof(*z)), middle = 0;

    for (int a = 0; a < c->natoms; a++)
        z[a] = fraction(c->x[a][2]);
    qsort(z, c->natoms, sizeof(*z), ascending);
    z[c->natoms] = z[0] + 1;
    *width = 0;
    for (int a = 0; a < c->natoms; a++)
        if (z[a + 1] - z[a] > *width) {
            *width = z[a + 1] - z[a];
            middle = fraction((z[a] + z[a + 1]) / 2);
        }
    free(z);
    return middle;
}

int dipole_init(struct dipole *d, const struct crystal *c, struct err *err)
{
    double width;

    *d = (struct dipole){.length = norm3(c->a[2])};
    for (int k = 0; k < 3; k++)
        d->normal[k] = c->a[2][k] / d->length;
    for (int i = 0; i < 2; i++)
        if (fabs(dot3(d->normal, c->a[i])) > 1e-6 * norm3(c->a[i]))
            return err_set(err, ERR_RANGE,
                           "dipole correction: expected the third lattice "
                           "vector normal to the first and second");
    d->jump = widest_gap(c, &width);
    if (width * d->length < LEAST_VACUUM)
        return err_set(err, ERR_RANGE,
                       "dipole correction: the widest gap between atoms along "
                       "the third lattice vector is %.2f angstrom: expected "
                       "at least %.0f of vacuum",
                       width * d->length * ANGSTROM_PER_BOHR,
                       LEAST_VACUUM * ANGSTROM_PER_BOHR);
    return 0;
}

/* s(G), G = m b3: iL / (2 pi m) exp(-2 pi i m jump), without its ends. */
static double complex sawtooth(const struct dipole *d, const int m[3])
{
    if (m[0] != 0 || m[1] != 0 || m[2] == 0)
        return 0;
    return I * d->length / (2 * M_PI * m[2]) *
           cexp(-2 * M_PI * I * remainder(m[2] * d->jump, 1));
}

static double moment(const struct dipole *d, const struct crystal *c,
                     const struct grid *g, const double complex *rho)
{
    double p = 0;

    for (int a = 0; a < c->natoms; a++)
        p += c->pseudo[c->species[a]]->zion * d->length *
             (fraction(c->x[a][2] - d->jump) - 0.5);
    for (int i = 1; i < g->ng; i++)
        p -= 2 * g->volume * creal(conj(rho[i]) * sawtooth(d, g->m[i]));
    return p;
}

double dipole_energy(struct dipole *d, const struct crystal *c,
                     const struct grid *g, const double complex *rho)
{
    d->moment = moment(d, c, g, rho);
    return 2 * M_PI / g->volume * d->moment * d->moment;
}

void dipole_potential(struct dipole *d, const struct crystal *c,
                      const struct grid *g, const double complex *rho,
                      double complex *v)
{
    d->moment = moment(d, c, g, rho);
    for (int i = 1; i < g->ng; i++)
        v[i] -= 4 * M_PI / g->volume * d->moment * sawtooth(d, g->m[i]);
}

void dipole_forces(struct dipole *d, const struct crystal *c,
                   const struct grid *g, const double complex *rho,
                   double (*forces)[3])
{
    d->moment = moment(d, c, g, rho);
    for (int a = 0; a < c->natoms; a++)
        for (int k = 0; k < 3; k++)
            forces[a][k] -= 4 * M_PI / g->volume * d->moment *
                            c->pseudo[c->species[a]]->zion * d->normal[k];
}
