#include "thermostat.h"

#include <math.h>

/* Masses of the chain, eV (FS_PER_TIME fs)^2: n kt tau^2, then kt tau^2. */
static double chain_mass(const struct md *m, int k)
{
    return (k == 0 ? m->ndof : 1) * m->kt * m->p.tau * m->p.tau;
}

/* What drives v[k]: (2 K - n kt) / Q_1, (Q_{k-1} v_{k-1}^2 - kt) / Q_k. */
static double pull(const struct md *m, int k, double kinetic)
{
    double twice =
        k == 0 ? 2 * kinetic : chain_mass(m, k - 1) * m->v[k - 1] * m->v[k - 1];
    double due = (k == 0 ? m->ndof : 1) * m->kt;

    return (twice - due) / chain_mass(m, k);
}

/* v[k] for the time t/2, with half of its friction by v[k+1] on each side. */
static void push(struct md *m, int k, double t, double kinetic)
{
    double friction = k + 1 < MD_CHAIN ? exp(-m->v[k + 1] * t / 4) : 1;

    m->v[k] *= friction;
    m->v[k] += pull(m, k, kinetic) * t / 2;
    m->v[k] *= friction;
}

/* One symmetric step of the chain for the time t; returns the new K. */
static double advance(struct md *m, double t, double kinetic)
{
    for (int k = MD_CHAIN - 1; k >= 0; k--)
        push(m, k, t, kinetic);

    /* dp/dt = -v_1 p, and what the positions of the chain store */
    double factor = exp(-m->v[0] * t);
    md_scale(m, factor);
    for (int k = 0; k < MD_CHAIN; k++)
        m->heat -= (k == 0 ? m->ndof : 1) * m->kt * m->v[k] * t;
    kinetic *= factor * factor;

    for (int k = 0; k < MD_CHAIN; k++)
        push(m, k, t, kinetic);
    return kinetic;
}

/*
 * dt/2 in three parts, so that the error is of fourth order: M. Suzuki, Phys.
 * Lett. A 146, 319 (1990); H. Yoshida, Phys. Lett. A 150, 262 (1990).
 */
void chain_step(struct md *m)
{
    double outer = 1 / (2 - cbrt(2)), kinetic = md_kinetic(m);

    if (m->kt == 0 || m->ndof == 0)
        return; /* a chain without mass */
    kinetic = advance(m, outer * m->p.dt / 2, kinetic);
    kinetic = advance(m, (1 - 2 * outer) * m->p.dt / 2, kinetic);
    advance(m, outer * m->p.dt / 2, kinetic);
}

double chain_energy(const struct md *m)
{
    double sum = 0;

    for (int k = 0; k < MD_CHAIN; k++)
        sum += chain_mass(m, k) * m->v[k] * m->v[k] / 2;
    return sum;
}
