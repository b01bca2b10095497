#include "md_fixture.h"

#include <math.h>
#include <string.h>

struct atoms argon(int natoms)
{
    struct atoms a;

    atoms_init(&a, natoms);
    for (int i = 0; i < natoms; i++) {
        a.z[i] = 18;
        a.pos[i][0] = 5.0 * i;
    }
    return a;
}

void springs(const struct atoms *a, double (*f)[3])
{
    for (int i = 0; i < a->natoms; i++)
        for (int k = 0; k < 3; k++)
            f[i][k] = (k == 0 ? 5.0 * i : 0) - a->pos[i][k];
}

struct atoms cluster(void)
{
    static const double at[5][3] = {
        {0, 0, 0}, {2.2, 0, 0}, {0, 2.2, 0}, {2.2, 2.2, 0}, {1.1, 1.1, 1.6}};
    struct atoms a = argon(5);

    memcpy(a.pos, at, sizeof at);
    return a;
}

double lennard_jones(const struct atoms *a, double (*f)[3])
{
    double e = 0;

    memset(f, 0, (size_t)a->natoms * sizeof *f);
    for (int i = 0; i < a->natoms; i++)
        for (int j = 0; j < i; j++) {
            double d[3], s2, s6;
            for (int k = 0; k < 3; k++)
                d[k] = a->pos[i][k] - a->pos[j][k];
            s2 = 4 / dot3(d, d);
            s6 = s2 * s2 * s2;
            e += 0.4 * (s6 * s6 - s6);
            for (int k = 0; k < 3; k++) {
                double fk = 0.1 * (12 * s6 * s6 - 6 * s6) * s2 * d[k];
                f[i][k] += fk;
                f[j][k] -= fk;
            }
        }
    return e;
}

struct md dynamics(const struct atoms *a, enum thermostat thermostat, double dt,
                   double tau)
{
    struct md_params p = {.thermostat = thermostat, .dt = dt, .tau = tau};
    struct md m;

    md_init(&m, &p, a, NULL, 7);
    return m;
}

void note(struct moments *s, double x)
{
    s->n++;
    s->sum += x;
    s->square += x * x;
}

double mean(const struct moments *s)
{
    return s->sum / s->n;
}

double variance(const struct moments *s)
{
    return s->square / s->n - mean(s) * mean(s);
}

double energy_error(enum thermostat thermostat, double dt, int steps,
                    double *change)
{
    struct atoms a = cluster();
    struct md m = dynamics(&a, thermostat, dt, 10);
    double f[5][3], first = 0, total = 0, worst = 0;

    *change = 0;
    md_draw(&m, &a, KT);
    for (int step = 0; step <= steps; step++) {
        double e = lennard_jones(&a, f);
        md_arrive(&m, &a, f, NULL);
        double now = md_conserved(&m, e), sum = e + md_kinetic(&m);
        if (step == 0) {
            first = now;
            total = sum;
        }
        worst = fmax(worst, fabs(now - first));
        *change = fmax(*change, fabs(sum - total));
        md_depart(&m, &a, f, KT);
    }
    md_release(&m);
    atoms_release(&a);
    return worst;
}
