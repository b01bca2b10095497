#ifndef MORSEL_DFT_HAMILTONIAN_H
#define MORSEL_DFT_HAMILTONIAN_H

#include "nonlocal.h"
#include "wave.h"

/*
 * The Kohn-Sham equations of one k point and spin, H psi = e S psi:
 * H = T + V(r) + V_nonlocal.  S is the identity until a potential has Q.
 */
struct hamiltonian {
    const struct basis *basis;
    const struct wave *wave;
    const struct projectors *projectors;
    const double *v; /* [n2][n0][n1] hartree, wave layout */
    double v0;       /* mean of v, for the preconditioner */
};

/* hpsi = H psi; spsi = S psi.  If S is the identity (hamiltonian_s()), spsi
 * is not written and may be NULL. */
void hamiltonian_apply(const struct hamiltonian *h, int nb,
                       const double complex *psi, double complex *hpsi,
                       double complex *spsi);
bool hamiltonian_s(const struct hamiltonian *h); /* is there an S? */

/*
 * The lowest nb eigenstates, from psi[nb][npw] on (any vectors: dependent ones
 * are replaced by random ones): psi, S-orthonormal, and e[nb] are replaced.
 * A state is done when its residual |H psi - e S psi| is below tol (hartree);
 * the eigenvalue's error is of the order of its square.  Where busy[b] is
 * false (empty states), below 10 tol will do, and no more than two steps are
 * made for their sake alone.  busy may be NULL: all are.
 *
 * A step applies H once to each state that is not done; at most max_steps,
 * after a first application to all.  In a self-consistent field two or three
 * are best: more is wasted on a potential that will change.
 */
struct eigen_result {
    int applied;     /* H times vectors */
    int steps;       /* of the block iteration, without the first */
    double residual; /* largest of a busy state when it stopped */
    bool converged;  /* all busy states are done */
};
int eigen_solve(const struct hamiltonian *h, int nb, double complex *psi,
                double *e, const bool *busy, double tol, int max_steps,
                struct eigen_result *result, struct err *err) MORSEL_MUST_CHECK;
/* Bytes that eigen_solve() takes for nb states of npw numbers. */
size_t eigen_memory(int npw, int nb, bool s);

/* Rayleigh-Ritz in the span of psi[na], na >= nb: the nb lowest. */
int eigen_rotate(const struct hamiltonian *h, int na, double complex *psi,
                 int nb, double *e, struct err *err) MORSEL_MUST_CHECK;

#endif
