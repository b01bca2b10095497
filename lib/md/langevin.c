#include "thermostat.h"

#include <math.h>

/* p <- c p + sqrt((1 - c^2) m kt) R,  c = exp(-dt/tau) */
void langevin_kick(struct md *m)
{
    double t = m->p.dt / m->p.tau, c = exp(-t);
    double noise = sqrt(-expm1(-2 * t) * m->kt);

    for (int i = 0; i < m->n; i++)
        m->mom[i] =
            c * m->mom[i] + noise * sqrt(m->mass[i]) * rng_normal(&m->rng);
}
