#include "thermostat.h"

#include <math.h>
#include <string.h>

#include <morsel/la.h>

/*
 * Where there is drift to remove all coordinates may move: momenta and masses
 * are [3 natoms], those of an atom side by side.
 */

static double mass_of(const struct md *m, int atom)
{
    return m->mass[3 * (size_t)atom];
}

/* The momenta as rows of three. */
static double (*rows(const struct md *m))[3]
{
    return (double(*)[3])m->mom;
}

int drift_count(const struct md *m)
{
    if (!m->still)
        return 0;
    return m->upright ? (m->natoms == 2 ? 5 : 6) : 3;
}

/* p_i <- p_i - m_i P / M */
static void stop_flight(struct md *m)
{
    double(*p)[3] = rows(m), total[3] = {0}, mass = 0;

    for (int i = 0; i < m->natoms; i++) {
        mass += mass_of(m, i);
        for (int k = 0; k < 3; k++)
            total[k] += p[i][k];
    }
    for (int i = 0; i < m->natoms; i++)
        for (int k = 0; k < 3; k++)
            p[i][k] -= mass_of(m, i) * total[k] / mass;
}

static void center(const struct md *m, const struct atoms *a, double c[3])
{
    double mass = 0;

    memset(c, 0, 3 * sizeof *c);
    for (int i = 0; i < a->natoms; i++) {
        mass += mass_of(m, i);
        for (int k = 0; k < 3; k++)
            c[k] += mass_of(m, i) * a->pos[i][k];
    }
    for (int k = 0; k < 3; k++)
        c[k] /= mass;
}

/*
 * Angular velocity omega = I^-1 L about c, along the axes about which there is
 * inertia: a linear molecule has none about its own.
 */
static void spin(const struct md *m, const struct atoms *a, const double c[3],
                 double omega[3])
{
    double inertia[3][3] = {{0}}, moment[3] = {0}, w[3];
    struct err ignored;

    for (int i = 0; i < a->natoms; i++) {
        double d[3], l[3], mass = mass_of(m, i);
        for (int k = 0; k < 3; k++)
            d[k] = a->pos[i][k] - c[k];
        cross3(l, d, rows(m)[i]);
        for (int k = 0; k < 3; k++) {
            moment[k] += l[k];
            for (int j = 0; j < 3; j++)
                inertia[k][j] +=
                    mass * ((j == k ? dot3(d, d) : 0) - d[k] * d[j]);
        }
    }
    memset(omega, 0, 3 * sizeof *omega);
    if (la_eig_sym(3, inertia[0], w, &ignored) < 0)
        return; /* of 3 x 3 finite numbers it does not happen */
    for (int k = 0; k < 3; k++) {
        const double *axis = inertia[k];
        if (w[k] <= 1e-9 * w[2]) /* flat to 3e-5 of its length: linear */
            continue;
        for (int j = 0; j < 3; j++)
            omega[j] += dot3(axis, moment) / w[k] * axis[j];
    }
}

/* p_i <- p_i - m_i omega x (x_i - c) */
static void stop_spin(struct md *m, const struct atoms *a)
{
    double c[3], omega[3];

    center(m, a, c);
    spin(m, a, c, omega);
    for (int i = 0; i < a->natoms; i++) {
        double d[3], v[3];
        for (int k = 0; k < 3; k++)
            d[k] = a->pos[i][k] - c[k];
        cross3(v, omega, d);
        for (int k = 0; k < 3; k++)
            rows(m)[i][k] -= mass_of(m, i) * v[k];
    }
}

void drift_remove(struct md *m, const struct atoms *a)
{
    if (m->still)
        stop_flight(m);
    if (m->upright)
        stop_spin(m, a);
}

/*
 * The sum is over all atoms after their kick, also over those that are fixed:
 * their momenta are dt/2 f at this moment, and are forgotten after it.
 */
void drift_remove_mean(struct md *m, double (*forces)[3])
{
    double total[3] = {0};

    for (int i = 0; i < m->natoms; i++)
        for (int k = 0; k < 3; k++)
            total[k] += m->p.dt / 2 * forces[i][k];
    for (int i = 0; i < m->n; i++) {
        int atom = m->at[i] / 3, k = m->at[i] % 3;
        total[k] += m->mom[i] - m->p.dt / 2 * forces[atom][k];
    }
    for (int i = 0; i < m->n; i++)
        m->mom[i] -= total[m->at[i] % 3] / m->natoms;
}
