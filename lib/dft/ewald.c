#include "phase.h"
#include "terms.h"

#include <stdlib.h>
#include <string.h>

/*
 * With d = tau_b + R - tau_a, r = |d|, S(G) = sum_a Z_a exp(-iG tau_a),
 *
 *     E = 1/2 sum_ab sum_R Z_a Z_b erfc(sqrt(eta) r) / r       (not r = 0)
 *         + 2 pi / V sum_G exp(-G^2 / 4 eta) / G^2 |S(G)|^2    (not G = 0)
 *         - sqrt(eta / pi) sum_a Z_a^2
 *         - pi / (2 V eta) (sum_a Z_a)^2.
 */

/* Both sums end where erfc(REACH) = exp(-REACH^2), about, is 1e-17. */
#define REACH 6.2

static double charge(const struct crystal *c, int a)
{
    return c->pseudo[c->species[a]]->zion;
}

/*
 * Terms: natoms^2 4 pi/3 (REACH / sqrt(eta))^3 / V pairs against
 * natoms V 4 pi/3 (2 REACH sqrt(eta))^3 / (2 pi)^3 / 2 vectors; a pair costs
 * as much as about eight of those.
 */
static double fastest(const struct crystal *c)
{
    return cbrt(8 * 31.0 * c->natoms / (c->volume * c->volume));
}

/* The images of d0 within radius along vector k: d0 + n a_k, first <= n. */
static void images(const struct crystal *c, const double d0[3], double radius,
                   int first[3], int last[3])
{
    for (int k = 0; k < 3; k++) {
        double x = dot3(c->b[k], d0) / (2 * M_PI);
        double room = radius * norm3(c->b[k]) / (2 * M_PI);

        first[k] = (int)ceil(-x - room);
        last[k] = (int)floor(-x + room);
    }
}

/* What atom a feels of all others' short range: energy 1/2 sum_b, force, and
 * its share of dE/d(strain). */
struct share {
    double energy, force[3], strain[3][3];
};

static void add_pair(struct share *s, double zz, double root_eta,
                     const double d[3], double r)
{
    double phi = erfc(root_eta * r) / r;
    double slope = /* phi' / r */
        -(phi + 2 * root_eta / sqrt(M_PI) * exp(-root_eta * root_eta * r * r)) /
        (r * r);

    s->energy += zz * phi / 2;
    for (int i = 0; i < 3; i++) {
        s->force[i] += zz * slope * d[i];
        for (int k = 0; k < 3; k++)
            s->strain[i][k] += zz * slope * d[i] * d[k] / 2;
    }
}

static void pair_images(const struct crystal *c, int a, int b, double eta,
                        struct share *s)
{
    double radius = REACH / sqrt(eta), zz = charge(c, a) * charge(c, b);
    double d0[3], d[3];
    int first[3], last[3], n[3];

    for (int k = 0; k < 3; k++)
        d0[k] = c->tau[b][k] - c->tau[a][k];
    images(c, d0, radius, first, last);
    for (n[0] = first[0]; n[0] <= last[0]; n[0]++)
        for (n[1] = first[1]; n[1] <= last[1]; n[1]++)
            for (n[2] = first[2]; n[2] <= last[2]; n[2]++) {
                double r;

                for (int k = 0; k < 3; k++)
                    d[k] = d0[k] + n[0] * c->a[0][k] + n[1] * c->a[1][k] +
                           n[2] * c->a[2][k];
                r = norm3(d);
                if (r <= radius && (a != b || n[0] || n[1] || n[2]))
                    add_pair(s, zz, sqrt(eta), d, r);
            }
}

static struct share *short_range(const struct crystal *c, double eta)
{
    struct share *s = xcalloc(c->natoms, sizeof(*s));

#pragma omp parallel for schedule(dynamic)
    for (int a = 0; a < c->natoms; a++)
        for (int b = 0; b < c->natoms; b++)
            pair_images(c, a, b, eta, &s[a]);
    return s;
}

/* One of each pair G, -G within 2 REACH sqrt(eta), without 0. */
struct mode {
    int m[3];
    double g[3], g2;
    double weight;    /* 4 pi / V exp(-G^2 / 4 eta) / G^2, for the two */
    double complex s; /* S(G) */
};

struct long_range {
    int n;
    struct mode *mode;
    struct phase *phase; /* [natoms] */
};

static void add_mode(struct long_range *l, const struct crystal *c, double eta,
                     const int m[3], int *room)
{
    struct mode w = {.m = {m[0], m[1], m[2]}};

    crystal_reciprocal(c, (double[3]){m[0], m[1], m[2]}, w.g);
    w.g2 = dot3(w.g, w.g);
    if (w.g2 > 4 * REACH * REACH * eta)
        return;
    w.weight = 4 * M_PI / c->volume * exp(-w.g2 / (4 * eta)) / w.g2;
    if (l->n == *room) {
        *room = *room ? 2 * *room : 1024;
        l->mode = xrealloc(l->mode, *room, sizeof(*l->mode));
    }
    l->mode[l->n++] = w;
}

static struct long_range long_range(const struct crystal *c, double eta)
{
    struct long_range l = {0};
    int top[3], m[3], room = 0;

    for (int k = 0; k < 3; k++) /* G . a_k = 2 pi m_k */
        top[k] = (int)(2 * REACH * sqrt(eta) * norm3(c->a[k]) / (2 * M_PI));
    for (m[0] = 0; m[0] <= top[0]; m[0]++)
        for (m[1] = m[0] ? -top[1] : 0; m[1] <= top[1]; m[1]++)
            for (m[2] = m[0] || m[1] ? -top[2] : 1; m[2] <= top[2]; m[2]++)
                add_mode(&l, c, eta, m, &room);
    l.phase = xcalloc(c->natoms, sizeof(*l.phase));
    for (int a = 0; a < c->natoms; a++)
        phase_init(&l.phase[a], c->x[a], top);
#pragma omp parallel for schedule(static)
    for (int i = 0; i < l.n; i++)
        for (int a = 0; a < c->natoms; a++)
            l.mode[i].s += charge(c, a) * phase_at(&l.phase[a], l.mode[i].m);
    return l;
}

static void long_range_release(struct long_range *l, const struct crystal *c)
{
    for (int a = 0; a < c->natoms; a++)
        phase_release(&l->phase[a]);
    free(l->phase);
    free(l->mode);
}

static double square(double complex z)
{
    return creal(z) * creal(z) + cimag(z) * cimag(z);
}

static double background(const struct crystal *c, double eta)
{
    double sum = 0;

    for (int a = 0; a < c->natoms; a++)
        sum += charge(c, a);
    return -M_PI / (2 * c->volume * eta) * sum * sum;
}

double ewald_energy(const struct crystal *c, double eta)
{
    double e;
    struct share *s;
    struct long_range l;

    eta = eta > 0 ? eta : fastest(c);
    s = short_range(c, eta);
    l = long_range(c, eta);
    e = background(c, eta);
    for (int a = 0; a < c->natoms; a++)
        e += s[a].energy - sqrt(eta / M_PI) * charge(c, a) * charge(c, a);
    for (int i = 0; i < l.n; i++)
        e += l.mode[i].weight * square(l.mode[i].s);
    free(s);
    long_range_release(&l, c);
    return e;
}

/* dE/dtau_a = sum 2 weight Z_a G Im(S* exp(-iG tau_a)). */
void ewald_forces(const struct crystal *c, double eta, double (*forces)[3])
{
    struct share *s;
    struct long_range l;

    eta = eta > 0 ? eta : fastest(c);
    s = short_range(c, eta);
    l = long_range(c, eta);
#pragma omp parallel for schedule(static)
    for (int a = 0; a < c->natoms; a++) {
        for (int i = 0; i < l.n; i++) {
            const struct mode *w = &l.mode[i];
            double complex t = conj(w->s) * phase_at(&l.phase[a], w->m);

            for (int k = 0; k < 3; k++)
                s[a].force[k] -=
                    2 * w->weight * charge(c, a) * w->g[k] * cimag(t);
        }
        for (int k = 0; k < 3; k++)
            forces[a][k] += s[a].force[k];
    }
    free(s);
    long_range_release(&l, c);
}

/* d(G^2) = -2 G_i G_k, so
 * d(exp(-G^2 / 4 eta) / G^2) = the same times 2 G_i G_k (1/4 eta + 1/G^2). */
void ewald_stress(const struct crystal *c, double eta, double stress[3][3])
{
    double strain[3][3] = {{0}};
    struct share *s;
    struct long_range l;

    eta = eta > 0 ? eta : fastest(c);
    s = short_range(c, eta);
    l = long_range(c, eta);
    for (int i = 0; i < 3; i++)
        strain[i][i] = -background(c, eta);
    for (int n = 0; n < l.n; n++) {
        const struct mode *w = &l.mode[n];
        double e = w->weight * square(w->s);
        double f = 2 * e * (1 / (4 * eta) + 1 / w->g2);

        for (int i = 0; i < 3; i++)
            for (int k = 0; k < 3; k++)
                strain[i][k] += f * w->g[i] * w->g[k] - (i == k ? e : 0);
    }
    for (int a = 0; a < c->natoms; a++)
        for (int i = 0; i < 3; i++)
            for (int k = 0; k < 3; k++)
                strain[i][k] += s[a].strain[i][k];
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            stress[i][k] += strain[i][k] / c->volume;
    free(s);
    long_range_release(&l, c);
}
