#ifndef MORSEL_DFT_H
#define MORSEL_DFT_H

#include <stdio.h>

#include <morsel/atoms.h>
#include <morsel/util.h>

/*
 * Kohn-Sham density functional theory in plane waves: energies, forces and
 * stress of periodic cells (W. Kohn and L. J. Sham, Phys. Rev. 140, A1133
 * (1965); M. C. Payne et al., Rev. Mod. Phys. 64, 1045 (1992)).
 *
 * At this border lengths are in angstrom and energies in eV; inside the
 * domain everything is in hartree atomic units.
 */
enum dft_smearing { DFT_FIXED, DFT_FD, DFT_GAUSS, DFT_MP, DFT_MV };

struct dft_params {
    double ecut;        /* eV, of the wave functions; the density has four
                             times that */
    int kgrid[3];       /* Monkhorst-Pack */
    int kshift[3];      /* 1: by half a step */
    double kspacing;    /* 1/angstrom; > 0: takes the place of kgrid */
    int grid[3];        /* points of the density; 0: chosen */
    const char *xc;     /* "PBE", "LDA", ..., or of libxc */
    const char *pseudo; /* folder, or "Cu=file,C=file"; NULL: built in */
    bool spin;
    enum dft_smearing smearing;
    double sigma;        /* eV */
    int bands;           /* 0: chosen */
    bool symmetry;       /* use the space group */
    bool real;           /* use that states can be real (default true) */
    bool dipole;         /* correct the dipole along the third vector */
    bool accept_overlap; /* compute also what is DFT_OVERLAP */
    bool net_force;      /* keep what the grid of exchange and correlation
                            leaves of a force on all atoms together: then
                            forces are the derivative of F to the last digit */
    double force_tol;    /* eV/angstrom: estimated error of a force that
                             ends the self-consistent field */
    int max_scf;
    double max_memory;      /* bytes; 0: no limit */
    const char *checkpoint; /* folder; NULL: none */
    FILE *log;              /* NULL, or where every step is told */
};

/* What the defaults are. */
void dft_defaults(struct dft_params *p);

/* Terms of the energy, eV. */
struct dft_terms {
    double kinetic, local, nonlocal, hartree, xc, ewald, dipole, minus_ts;
};

enum dft_status {
    DFT_OK,
    DFT_SCF,     /* did not converge; numbers are those of the last step */
    DFT_OVERLAP, /* the cores of two atoms overlap; nothing was computed */
};

struct dft_result {
    enum dft_status status;
    char detail[256];   /* of a status that is not DFT_OK, or of an overlap
                           that was accepted: one line */
    bool overlap;       /* cores overlap, accepted: see detail */
    char note[256];     /* what a user should know of a label that is good
                           nevertheless: a low cutoff; empty: nothing */
    double free_energy; /* F = E - TS, what forces are derivatives of, eV */
    double energy;      /* extrapolated to sigma = 0, eV */
    double internal;    /* E, eV */
    struct dft_terms terms;
    double (*forces)[3]; /* [natoms][3] eV/angstrom, of all atoms, fixed or not;
                            adding up to zero unless net_force */
    double stress[3][3]; /* eV/angstrom^3, ASE's sign: (1/V) dF/d strain */
    double moment;       /* mu_B; 0 without spin */
    double fermi;        /* eV */
    double force_error;  /* estimate, eV/angstrom */
    int steps;           /* of the self-consistent field */
    int applied;         /* H times wave function, in all */
    int nspin, nk, nbands;
    double (*k)[4];      /* [nk] fractions of the reciprocal vectors, weight */
    double *eigenvalues; /* [nspin][nk][nbands] eV */
    double *occupations; /* [nspin][nk][nbands] 0 ... 2 / nspin */
};
void dft_result_release(struct dft_result *r);

/* What a calculation would take. */
struct dft_estimate {
    int nk, nk_full, nspin, nbands, nops;
    int npw_least, npw_most; /* plane waves of a k point */
    int ng;                  /* of the density */
    int grid[3], wave_grid[3];
    int nprojectors;
    double nelectrons;
    double memory;  /* bytes */
    double seconds; /* a guess */
};

/*
 * A calculation, open for a stream of frames: those that have species and
 * cell of the one before start from its density and wave functions.
 */
struct dft;
struct dft *dft_open(const struct dft_params *p,
                     struct err *err) MORSEL_MUST_CHECK;
void dft_close(struct dft *d);

/*
 * The label of atoms; moments[natoms] (mu_B, may be NULL) to start from.
 * ERR_RANGE if the frame is none for these parameters (not periodic, no
 * potential, more memory than allowed), ERR_NUMERIC if LAPACK breaks down;
 * a field that does not converge is a result.
 */
int dft_single(struct dft *d, const struct atoms *atoms, const double *moments,
               struct dft_result *r, struct err *err) MORSEL_MUST_CHECK;

int dft_estimate(struct dft *d, const struct atoms *atoms,
                 const double *moments, struct dft_estimate *e,
                 struct err *err) MORSEL_MUST_CHECK;

/*
 * All that decides the numbers, in words, potentials by the hash of what they
 * are: for engine_settings().  The caller frees it.
 */
char *dft_settings(const struct dft *d);

#endif
