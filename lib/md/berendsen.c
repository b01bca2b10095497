#include "thermostat.h"

#include <math.h>

/* Bounds of the factor, as in ASE: far from kt it would be a jump. */
#define LEAST 0.9
#define MOST 1.1

void berendsen_scale(struct md *m)
{
    double k = md_kinetic(m);

    if (k == 0)
        return; /* at rest there is nothing to scale */

    /* sqrt(1 + dt/tau (n kt / 2 K - 1)) */
    double square = 1 + m->p.dt / m->p.tau * (m->ndof * m->kt / (2 * k) - 1);
    double factor = square > 0 ? sqrt(square) : 0;
    factor = fmin(fmax(factor, LEAST), MOST);
    md_scale(m, factor);
    m->heat += (factor * factor - 1) * k;
}
