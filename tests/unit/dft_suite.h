#ifndef TESTS_UNIT_DFT_SUITE_H
#define TESTS_UNIT_DFT_SUITE_H

#include "suites.h"

/* The parts of the suite of lib/dft: each adds its cases. */
void dft_grid_cases(Suite *s);
void dft_pseudo_cases(Suite *s);
void dft_upf_cases(Suite *s);
void dft_atom_cases(Suite *s);
void dft_terms_cases(Suite *s);
TCase *dft_terms_ewald(void);
TCase *dft_terms_xc(void);
TCase *dft_terms_xc_derivative(void);
TCase *dft_terms_dipole(void);
void dft_nonlocal_cases(Suite *s);
void dft_occupy_cases(Suite *s);
void dft_symmetry_cases(Suite *s);
void dft_wave_cases(Suite *s);
void dft_eigen_cases(Suite *s);
void dft_scf_cases(Suite *s);
void dft_mix_cases(Suite *s);

#endif
