#include "thermostat.h"

#include <math.h>

/*
 * K <- c K + (1 - c) kt/2 sum_i R_i^2 + 2 R_1 sqrt(c (1 - c) K kt/2)
 *
 * Momenta turn round if sqrt(c K) + R_1 sqrt((1 - c) kt/2) is negative: rare,
 * but without it the kinetic energy alone would be canonical.
 */
void bdp_rescale(struct md *m)
{
    double k = md_kinetic(m), sum = 0;
    double t = m->p.dt / m->p.tau, c = exp(-t);
    double ours = sqrt(c * k), theirs = sqrt(-expm1(-t) * m->kt / 2);
    double along = ours + theirs * rng_normal(&m->rng);

    for (int i = 1; i < m->ndof; i++) {
        double r = rng_normal(&m->rng);
        sum += r * r;
    }
    if (k == 0)
        return; /* at rest there is nothing to scale */

    /* (sqrt(c K) + s R_1)^2 + s^2 sum_{i>1} R_i^2,  s^2 = (1 - c) kt/2 */
    double new = along *along + theirs *theirs *sum;
    md_scale(m, copysign(sqrt(new / k), along));
    m->heat += new - k;
}
