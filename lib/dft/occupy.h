#ifndef MORSEL_DFT_OCCUPY_H
#define MORSEL_DFT_OCCUPY_H

#include <morsel/util.h>

/*
 * Occupations of states, the Fermi level, and the entropy.
 *
 * Sources: N. D. Mermin, Phys. Rev. 137, A1441 (1965); C.-L. Fu and K.-M. Ho,
 * Phys. Rev. B 28, 5480 (1983) (Gaussian); M. Methfessel and A. T. Paxton,
 * Phys. Rev. B 40, 3616 (1989), order 1; N. Marzari, D. Vanderbilt, A. De Vita
 * and M. C. Payne, Phys. Rev. Lett. 82, 3296 (1999) (cold).
 */
enum smearing { SMEAR_NONE, SMEAR_FD, SMEAR_GAUSS, SMEAR_MP, SMEAR_MV };

/* x = (mu - e) / sigma: the occupation theta(x) in [0, 1] (a little beyond,
 * MP and MV), and the entropy function w(x): -TS = sigma sum w.  Not of
 * SMEAR_NONE. */
double smear_occupation(enum smearing kind, double x);
double smear_entropy(enum smearing kind, double x);

/*
 * e[nspin][nk][nb] hartree, weight[nk] adding up to 1, nelectrons.  Fills in
 * f[nspin][nk][nb], 0 ... 2/nspin, without the weight, the Fermi level, and
 * -TS.
 *
 * With smearing both spins share mu, and moment is not used.  sigma > 0.  MP
 * and MV can have several mu that give the electrons: that nearest to the mu
 * of Gaussian smearing is taken.
 *
 * SMEAR_NONE: the lowest states are full, as many at every k point; moment
 * (mu_B) is the excess of up over down; mu is the middle of the gap (the
 * highest state if there is nothing above).
 *
 * ERR_RANGE if nb states cannot hold the electrons; ERR_RANGE without
 * smearing if the numbers of electrons of a spin are not whole.
 */
struct occupation {
    double fermi;
    double gap;        /* without smearing: lowest empty less highest full state
                          of all k points and spins, < 0 if they overlap */
    double minus_ts;   /* hartree */
    double nelectrons; /* as summed up */
    double moment;     /* mu_B */
};
int occupy(enum smearing kind, double sigma, int nspin, int nk, int nb,
           const double *weight, const double *e, double nelectrons,
           double moment, double *f, struct occupation *o,
           struct err *err) MORSEL_MUST_CHECK;

/*
 * E(sigma -> 0) of the internal energy E and the free energy F = E - TS.
 *
 * If F = E0 + c sigma^n, then -TS = sigma dF/dsigma = n (F - E0), since S is
 * -dF/dsigma for every kind here; hence E0 = ((n - 1) F + E) / n.  n = 2 for
 * Fermi-Dirac (Sommerfeld) and Gaussian smearing; n = 3 for cold smearing, made
 * so that the term of sigma^2 vanishes; n = 3 for Methfessel-Paxton of order
 * one, by convention: G. Kresse and J. Furthmueller, Phys. Rev. B 54, 11169
 * (1996).  The engine that runs pw.x does the same.
 */
double smear_extrapolate(enum smearing kind, double internal, double free);

#endif
