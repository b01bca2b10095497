#include "hamiltonian.h"

#include <string.h>

#include "kinetic.h"

bool hamiltonian_s(const struct hamiltonian *h)
{
    return h->projectors && h->projectors->q;
}

void hamiltonian_apply(const struct hamiltonian *h, int nb,
                       const double complex *psi, double complex *hpsi,
                       double complex *spsi)
{
    const struct projectors *p = h->projectors;
    bool s = hamiltonian_s(h);

    kinetic_apply(h->basis, nb, psi, hpsi);
    wave_potential(h->wave, h->v, nb, psi, hpsi);
    if (s)
        memcpy(spsi, psi, (size_t)nb * h->basis->npw * sizeof(*psi));
    if (p && p->n > 0)
        projectors_apply(p, h->basis, nb, psi, hpsi, s ? spsi : NULL);
}
