#ifndef TESTS_UNIT_DFT_FIXTURE_H
#define TESTS_UNIT_DFT_FIXTURE_H

#include "dft/terms.h"

/*
 * Gaussian atoms, all of whose functions are known in closed form: the ion
 * is a charge zion exp(-r^2 / 2 width^2), the free atom's electrons are one
 * of twice its square, the core has core electrons.
 */
struct pseudo gaussian_atom(double zion, double width, double core);

/* A crystal of such atoms and its grid. */
struct sample {
    struct pseudo pseudo[3];
    struct crystal c;
    struct grid g;
};

/* species[natoms] 0 ... 2, x[natoms][3] fractions of a (bohr). */
void sample_init(struct sample *s, const double a[3][3], int natoms,
                 const int *species, const double (*x)[3], double gmax);
/* Four atoms of two species, without a symmetry, in a triclinic cell. */
void sample_triclinic(struct sample *s, double gmax);
void sample_release(struct sample *s);

/* The sample with r_j + eps r_k for r_j: atoms and G move along, and it is the
 * same set of G. */
void sample_strain(const struct sample *s, int j, int k, double eps,
                   struct sample *to);
void strain_release(struct sample *s);

/* The sample with coordinate k of atom a displaced by d bohr. */
void sample_displace(struct sample *s, int a, int k, double d);

/* Smooth random field: mean, and amplitude of its waves at small G. */
double complex *random_field(const struct grid *g, unsigned seed, double mean,
                             double amplitude);

/* For tests by differences: threads would only wait for each other. */
void one_thread(void);

/* Sum over all G of f* h. */
double field_dot(const struct grid *g, const double complex *f,
                 const double complex *h);

/* All functionals of common names, and two more; one that must be known; and
 * densities for it that are positive, also both spins of rho[0], rho[1]. */
enum { NFUNCTIONALS = 9 };
extern const char *const functionals[NFUNCTIONALS];
struct xc *functional(const char *name, int nspin);
void random_density(const struct grid *g, double complex *rho[2]);

/* The derivative by central differences of steps h and h/2 on either side:
 * f at -h, -h/2, h/2, h; exact but for h^4. */
double difference(const double f[4], double h);
static const double difference_at[4] = {-1, -0.5, 0.5, 1};

#endif
