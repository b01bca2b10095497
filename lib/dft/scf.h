#ifndef MORSEL_DFT_SCF_H
#define MORSEL_DFT_SCF_H

#include "mix.h"
#include "problem.h"

/* Terms of the free energy, hartree. */
struct terms {
    double kinetic, local, nonlocal, hartree, xc, ewald, dipole, minus_ts;
};
double terms_internal(const struct terms *t);

struct scf {
    double force_tol; /* hartree/bohr */
    int max_steps;
    FILE *log;
    struct mixer *mixer; /* of the problem before, see mixer_turn_to(), or
                            NULL; left to the caller */
    /* out */
    bool converged;
    int steps, applied;
    double force_error; /* hartree/bohr, of what is left after correction */
    char why[160];      /* if it did not converge */
    struct terms terms;
    double (*forces)[3]; /* [natoms][3] hartree/bohr */
    double stress[3][3]; /* hartree/bohr^3 */
};

/*
 * From rho (a density to start from; replaced by the last that came out) and
 * s (states to start from, or empty) to a self-consistent field, its energy,
 * forces and stress.  Stops when the forces that are left of the residual are
 * below force_tol.
 */
int scf_solve(struct scf *scf, struct problem *p, struct states *s,
              double complex **rho, struct err *err) MORSEL_MUST_CHECK;

/* The terms for states, their density and its E_xc (hartree). */
void energy_terms(struct problem *p, const struct states *s,
                  double complex *const *rho, double exc, struct terms *t);

/*
 * -dF/dtau (symmetrized).  v_out and v_in are the potentials of rho and of the
 * density it came from: their difference, on the densities of the free atoms,
 * corrects to first order for what is not self-consistent.  C. T. Chan, K. P.
 * Bohnen and K. M. Ho, Phys. Rev. B 47, 4771 (1993).
 */
void total_forces(struct problem *p, const struct states *s,
                  double complex *const *rho, double complex *const *v_out,
                  double complex *const *v_in, double (*forces)[3]);

/* The largest force that the electrostatic potential of out - in has on the
 * densities of the free atoms: the size of that correction, hartree/bohr. */
double correction_size(const struct problem *p, const double complex *out,
                       const double complex *in);

/* (1/V) dF/d strain, corrected likewise: the free atoms keep their shape. */
void total_stress(struct problem *p, const struct states *s,
                  double complex *const *rho, double complex *const *v_out,
                  double complex *const *v_in, double stress[3][3]);

#endif
