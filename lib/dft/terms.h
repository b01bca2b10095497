#ifndef MORSEL_DFT_TERMS_H
#define MORSEL_DFT_TERMS_H

#include "grid.h"

/*
 * The terms of the energy that are functions of the density and the ions,
 * each in a file of its own with the same functions in the same order:
 * energy; potential; forces; stress.
 *
 * Energies in hartree.  rho[ng] is the number density of the electrons in
 * reciprocal space, 1/bohr^3, both spins (rho[0] = N / volume); potentials are
 * added to v[ng] (hartree).  forces[natoms][3] += -dE/dtau, hartree/bohr.
 * stress += (1/volume) dE/d(strain), hartree/bohr^3: positive means that the
 * cell wants to shrink.  In derivatives by strain rho(G) scales as 1/volume
 * (the number of electrons in a wave function's product is fixed).
 */

/* Ions in a uniform background: P. P. Ewald, Ann. Phys. 369, 253 (1921).
 * eta (1/bohr^2): the splitting; 0: the fastest.  No result depends on it. */
double ewald_energy(const struct crystal *c, double eta);
void ewald_forces(const struct crystal *c, double eta, double (*forces)[3]);
void ewald_stress(const struct crystal *c, double eta, double stress[3][3]);

/* Electrons and their mean field: E = volume/2 sum 4 pi |rho|^2 / G^2. */
double hartree_energy(const struct grid *g, const double complex *rho);
void hartree_potential(const struct grid *g, const double complex *rho,
                       double complex *v);
void hartree_stress(const struct grid *g, const double complex *rho,
                    double stress[3][3]);

/*
 * Electrons in the local part of the pseudopotentials, with the "alpha Z"
 * term at G = 0.
 */
double local_energy(const struct crystal *c, const struct grid *g,
                    const double complex *rho);
void local_potential(const struct crystal *c, const struct grid *g,
                     double complex *v);
void local_forces(const struct crystal *c, const struct grid *g,
                  const double complex *rho, double (*forces)[3]);
void local_stress(const struct crystal *c, const struct grid *g,
                  const double complex *rho, double stress[3][3]);

/*
 * Superposed atoms: f(G) += sum_a f_a(|G|) exp(-iG tau_a) / volume, of the
 * core charges or of the densities of the free atoms (weight[natoms], NULL:
 * 1), and the forces of a potential v[ng] on such charges,
 * -d/dtau int v rho_atoms, and the stress int v rho_atoms has.
 */
void superpose(const struct crystal *c, const struct grid *g,
               enum pseudo_part part, const double *weight, double complex *f);
void superpose_forces(const struct crystal *c, const struct grid *g,
                      enum pseudo_part part, const double complex *v,
                      double (*forces)[3]);
void superpose_stress(const struct crystal *c, const struct grid *g,
                      enum pseudo_part part, const double complex *v,
                      double stress[3][3]);

/*
 * Exchange and correlation by libxc: LDA and GGA, one or two spins.
 *
 * Spin: nspin = 1: rho[0] is the density; nspin = 2: rho[0] the density,
 * rho[1] the magnetization (up - down).  Potentials v[0], v[1]: of up, of
 * down.  core[ng] (may be NULL) is added to the density, none of it polarised.
 * Gradients are taken in reciprocal space, and the potential is the exact
 * derivative of the energy on this grid: J. A. White and D. M. Bird, Phys.
 * Rev. B 50, 4954 (1994).
 */
struct xc;

/* "PBE", "LDA" (Slater and Perdew-Wang 92), "PBEsol", "RPBE", "revPBE",
 * "BLYP", or libxc's own names "gga_x_pbe+gga_c_pbe".  ERR_RANGE if there is
 * no such thing or it is neither LDA nor GGA, with what there is. */
struct xc *xc_new(const char *name, int nspin,
                  struct err *err) MORSEL_MUST_CHECK;
void xc_free(struct xc *xc);

double xc_energy(struct xc *xc, const struct grid *g,
                 double complex *const *rho, const double complex *core);
/* Returns the energy, too; v[nspin][ng] gets the potential added. */
double xc_potential(struct xc *xc, const struct grid *g,
                    double complex *const *rho, const double complex *core,
                    double complex *const *v);
/* Forces of and on the core charge are superpose_forces() with the mean of
 * the two potentials; this is the rest of the stress: gradients and volume.
 */
void xc_stress(struct xc *xc, const struct grid *g, double complex *const *rho,
               const double complex *core, double stress[3][3]);

/*
 * Dipole correction for a slab normal to its third lattice vector, in vacuum:
 * a saw-tooth whose jump lies where the vacuum is widest cancels the field
 * that periodic images of the slab's dipole make.  L. Bengtsson, Phys. Rev. B
 * 59, 12301 (1999).
 *
 * Fails with ERR_RANGE if a3 is not normal to a1 and a2 or there is less than
 * 4 angstrom of vacuum.
 */
struct dipole {
    double normal[3]; /* unit vector along a3 */
    double length;    /* |a3|, bohr */
    double jump;      /* where, fraction of a3 */
    double moment;    /* electrons and ions, e bohr, along a3; the last found */
};
int dipole_init(struct dipole *d, const struct crystal *c,
                struct err *err) MORSEL_MUST_CHECK;
double dipole_energy(struct dipole *d, const struct crystal *c,
                     const struct grid *g, const double complex *rho);
void dipole_potential(struct dipole *d, const struct crystal *c,
                      const struct grid *g, const double complex *rho,
                      double complex *v);
void dipole_forces(struct dipole *d, const struct crystal *c,
                   const struct grid *g, const double complex *rho,
                   double (*forces)[3]);

#endif
