#include "thermostat.h"

#include <math.h>

double md_pressure(const struct md *m)
{
    return (2 * md_kinetic(m) / 3 + m->virial) / m->volume;
}

/* What drives lambda, over the rate: -lambda/2 (P0 - P - kt / 2 V), from the
 * kinetic energy K and the virial W. */
static double pull(const struct md *m, double volume, double k, double w)
{
    double p = (2 * k / 3 + w) / volume;

    return -sqrt(volume) / 2 * (m->p.pressure - p - m->kt / (2 * volume));
}

static void scale(struct md *m, struct atoms *a, double s)
{
    for (int i = 0; i < 9; i++)
        a->cell[i / 3][i % 3] *= s;
    for (int i = 0; i < 3 * a->natoms; i++)
        a->pos[i / 3][i % 3] *= s;
    md_scale(m, 1 / s);
}

void barostat_scale(struct md *m, struct atoms *a)
{
    double rate = m->p.rate, lambda = sqrt(m->volume);

    m->before = 0;
    if (rate == 0)
        return;
    m->before = lambda;
    m->pull = pull(m, m->volume, md_kinetic(m), m->virial);
    lambda += rate * m->pull * m->p.dt +
              sqrt(rate * m->kt * m->p.dt / 2) * rng_normal(&m->rng);
    scale(m, a, cbrt(lambda * lambda / m->volume));
    m->squeezed = md_kinetic(m);
}

/*
 * The change of H + P0 V due to the last barostat_scale(), with the virial
 * where it led: what a proposal of Metropolis, from lambda to lambda', that is
 * never refused would have to change by, if it were in detailed balance.  With
 * p(lambda) ~ lambda exp(-(H + P0 V) / kt) and M the Gaussian of the step,
 *
 *     kt ln (lambda' / lambda) - kt ln M(lambda -> lambda') / M(back)
 *         = kt ln (lambda' / lambda) - 2 (lambda' - lambda) (g + g')
 *           + rate dt (g^2 - g'^2),
 *
 * g the pull.  It is the work (P0 - P) dV, to second order.
 */
void barostat_count(struct md *m)
{
    double lambda = sqrt(m->volume), g = m->pull, h;

    if (m->before == 0)
        return;
    h = pull(m, m->volume, m->squeezed, m->virial);
    m->heat += m->kt * log(lambda / m->before) -
               2 * (lambda - m->before) * (g + h) +
               m->p.rate * m->p.dt * (g * g - h * h);
    m->before = 0;
}
