#include <morsel/md.h>

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/units.h>

#include "thermostat.h"

void md_init(struct md *m, const struct md_params *p, const struct atoms *a,
             const double *mass, uint64_t seed)
{
    size_t n = 3 * (size_t)a->natoms;
    bool free = true;

    assert(p->dt > 0 && (p->tau > 0 || p->thermostat == MD_NVE));
    assert(!p->barostat || (p->thermostat != MD_NVE && p->rate >= 0));
    *m = (struct md){.p = *p, .natoms = a->natoms};
    m->at = xcalloc(n, sizeof *m->at);
    m->mass = xcalloc(n, sizeof *m->mass);
    m->mom = xcalloc(n, sizeof *m->mom);
    for (int i = 0; i < 3 * a->natoms; i++) {
        if (!may_move(a, i / 3, i % 3)) {
            free = false;
            continue;
        }
        m->at[m->n] = i;
        m->mass[m->n++] = mass ? mass[i / 3] : element_mass(a->z[i / 3]);
    }
    m->still = free && a->natoms > 1 && p->drift == MD_DRIFT_NONE;
    m->upright = m->still && !a->pbc[0] && !a->pbc[1] && !a->pbc[2];
    m->ndof = m->n - drift_count(m);
    rng_init(&m->rng, seed);
}

void md_release(struct md *m)
{
    free(m->at);
    free(m->mass);
    free(m->mom);
    *m = (struct md){0};
}

void md_draw(struct md *m, const struct atoms *a, double kt)
{
    for (int i = 0; i < m->n; i++)
        m->mom[i] = sqrt(m->mass[i] * kt) * rng_normal(&m->rng);
    drift_remove(m, a);
}

void md_take(struct md *m, const struct atoms *a, const double *momenta)
{
    for (int i = 0; i < m->n; i++)
        m->mom[i] = momenta[m->at[i]];
    drift_remove(m, a);
}

void md_give(const struct md *m, double *momenta)
{
    memset(momenta, 0, 3 * (size_t)m->natoms * sizeof *momenta);
    for (int i = 0; i < m->n; i++)
        momenta[m->at[i]] = m->mom[i];
}

double md_kinetic(const struct md *m)
{
    double sum = 0;

    for (int i = 0; i < m->n; i++)
        sum += m->mom[i] * m->mom[i] / m->mass[i];
    return sum / 2;
}

double md_temperature(const struct md *m)
{
    return m->ndof ? 2 * md_kinetic(m) / (m->ndof * EV_PER_KELVIN) : 0;
}

double md_conserved(const struct md *m, double energy)
{
    return energy + md_kinetic(m) - m->heat +
           (m->p.thermostat == MD_NHC ? chain_energy(m) : 0) +
           (m->p.barostat ? m->p.pressure * m->volume : 0);
}

void md_scale(struct md *m, double factor)
{
    for (int i = 0; i < m->n; i++)
        m->mom[i] *= factor;
}

/* B: p <- p + dt/2 f */
static void kick(struct md *m, double (*forces)[3])
{
    for (int i = 0; i < m->n; i++)
        m->mom[i] += m->p.dt / 2 * forces[m->at[i] / 3][m->at[i] % 3];
}

/* A: x <- x + t p / m */
static void fly(const struct md *m, struct atoms *a, double t)
{
    for (int i = 0; i < m->n; i++)
        a->pos[m->at[i] / 3][m->at[i] % 3] += t * m->mom[i] / m->mass[i];
}

void md_depart(struct md *m, struct atoms *a, double (*forces)[3], double kt)
{
    assert(a->natoms == m->natoms && !m->moving);
    m->kt = kt;
    m->moving = true;
    if (m->p.thermostat == MD_BERENDSEN)
        berendsen_scale(m);
    else if (m->p.thermostat == MD_NHC)
        chain_step(m);
    kick(m, forces);
    if (m->p.drift == MD_DRIFT_ASE)
        drift_remove_mean(m, forces);
    drift_remove(m, a);
    if (m->p.barostat)
        barostat_scale(m, a);
    if (m->p.thermostat != MD_LANGEVIN) {
        fly(m, a, m->p.dt);
        return;
    }
    fly(m, a, m->p.dt / 2);

    double before = md_kinetic(m);
    langevin_kick(m);
    drift_remove(m, a);
    m->heat += md_kinetic(m) - before;
    fly(m, a, m->p.dt / 2);
}

/* V and W = -V tr(stress) / 3 */
static void take_stress(struct md *m, const struct atoms *a,
                        double stress[3][3])
{
    m->volume = volume3(a->cell[0], a->cell[1], a->cell[2]);
    m->virial = -m->volume * (stress[0][0] + stress[1][1] + stress[2][2]) / 3;
}

void md_arrive(struct md *m, const struct atoms *a, double (*forces)[3],
               double (*stress)[3])
{
    if (m->p.barostat)
        take_stress(m, a, stress);
    if (!m->moving)
        return;
    m->moving = false;
    if (m->p.barostat)
        barostat_count(m);
    kick(m, forces);
    drift_remove(m, a);
    if (m->p.thermostat == MD_BDP)
        bdp_rescale(m);
    else if (m->p.thermostat == MD_NHC)
        chain_step(m);
}

void md_put(const struct md *m, struct bin *b)
{
    bin_put_u32(b, (uint32_t)m->p.thermostat);
    bin_put_u32(b, (uint32_t)m->p.drift);
    bin_put_u32(b, m->p.barostat);
    bin_put_real(b, m->p.dt);
    bin_put_u64(b, (uint64_t)m->n);
    bin_put_u32(b, m->moving);
    bin_put_reals(b, m->mom, (size_t)m->n);
    bin_put_real(b, m->kt);
    bin_put_real(b, m->heat);
    bin_put_reals(b, m->v, MD_CHAIN);
    bin_put_real(b, m->before);
    bin_put_real(b, m->pull);
    bin_put_real(b, m->squeezed);
    for (int i = 0; i < 4; i++)
        bin_put_u64(b, m->rng.s[i]);
}

int md_get(struct md *m, struct bin *b, struct err *err)
{
    bool thermostat = bin_get_u32(b) == (uint32_t)m->p.thermostat;
    bool drift = bin_get_u32(b) == (uint32_t)m->p.drift;
    bool barostat = bin_get_u32(b) == (uint32_t)m->p.barostat;
    bool dt = bin_get_real(b) == m->p.dt;
    bool n = bin_get_u64(b) == (uint64_t)m->n;

    if (b->bad || !thermostat || !drift || !barostat || !dt || !n)
        return err_set(err, ERR_FORMAT, "it is of %s",
                       b->bad        ? "no dynamics"
                       : !thermostat ? "another thermostat"
                       : !drift      ? "another choice of drift"
                       : !barostat   ? m->p.barostat ? "constant volume"
                                                     : "constant pressure"
                       : !dt         ? "another time step"
                                     : "other free coordinates");
    m->moving = bin_get_u32(b);
    bin_get_reals(b, m->mom, (size_t)m->n);
    m->kt = bin_get_real(b);
    m->heat = bin_get_real(b);
    bin_get_reals(b, m->v, MD_CHAIN);
    m->before = bin_get_real(b);
    m->pull = bin_get_real(b);
    m->squeezed = bin_get_real(b);
    for (int i = 0; i < 4; i++)
        m->rng.s[i] = bin_get_u64(b);
    return 0;
}
