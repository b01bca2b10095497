#include "dft_suite.h"

Suite *dft_suite(void)
{
    Suite *s = suite_create("dft");

    dft_grid_cases(s);
    dft_pseudo_cases(s);
    dft_upf_cases(s);
    dft_atom_cases(s);
    dft_terms_cases(s);
    dft_nonlocal_cases(s);
    dft_occupy_cases(s);
    dft_symmetry_cases(s);
    dft_wave_cases(s);
    dft_eigen_cases(s);
    dft_scf_cases(s);
    dft_mix_cases(s);
    return s;
}
