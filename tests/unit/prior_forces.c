#include <morsel/prior.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "prior_suite.h"
#include "suites.h"

enum { NATOMS = 5, NSAMPLE = 3 };

/* Labelled frames of Cu, C and O in a small cell, at random. */
struct scene {
    struct atoms atoms[NSAMPLE];
    double forces[NSAMPLE][NATOMS][3];
    struct prior_sample sample[NSAMPLE];
};

static void set_up(struct scene *s)
{
    static const double pos[NATOMS][3] = {
        {0, 0, 0}, {2.3, 0.2, 0.1}, {0.4, 2.2, 0.6}, {2, 2, 1.9}, {0, 1, 3.5}};
    static const int z[NATOMS] = {29, 29, 6, 8, 6};
    struct rng rng;

    rng_init(&rng, 11);
    for (int k = 0; k < NSAMPLE; k++) {
        struct atoms *a = &s->atoms[k];

        atoms_init(a, NATOMS);
        memcpy(a->z, z, sizeof z);
        for (int c = 0; c < 3; c++) {
            a->pbc[c] = c < 2;
            a->cell[c][c] = c < 2 ? 4.4 : 0;
        }
        for (int i = 0; i < NATOMS; i++)
            for (int c = 0; c < 3; c++) {
                a->pos[i][c] = pos[i][c] + 0.1 * rng_normal(&rng);
                s->forces[k][i][c] = rng_normal(&rng);
            }
        s->sample[k] =
            (struct prior_sample){a, (const double(*)[3])s->forces[k]};
    }
}

static void tear_down(struct scene *s)
{
    for (int k = 0; k < NSAMPLE; k++)
        atoms_release(&s->atoms[k]);
}

/* What p makes of the forces of sample k, and their sum of squares. */
static double forces_of(const struct prior *p, const struct scene *s, int k,
                        double f[NATOMS][3])
{
    struct neighbors nb = {0};
    struct err err;
    double sum = 0;

    memset(f, 0, NATOMS * sizeof *f);
    ck_assert_int_eq(neighbors_find(&nb, &s->atoms[k], p->rc, &err), 0);
    prior_eval(p, &s->atoms[k], &nb, f);
    neighbors_release(&nb);
    for (int i = 0; i < 3 * NATOMS; i++)
        sum += f[i / 3][i % 3] * f[i / 3][i % 3];
    return sum;
}

/* What the fit minimizes, from its definition in the header. */
static double cost(const struct prior *p, const struct prior *p0,
                   const struct scene *s)
{
    double sum = 0, f[NATOMS][3];

    for (int k = 0; k < NSAMPLE; k++) {
        forces_of(p, s, k, f);
        for (int i = 0; i < 3 * NATOMS; i++)
            sum += pow(f[i / 3][i % 3] - s->forces[k][i / 3][i % 3], 2) / 0.25;
    }
    for (int i = 0; i < p->nelement; i++)
        for (int j = 0; j <= i; j++) {
            const struct morse *m = &p->term[0].pair[i * p->nelement + j].m;
            const struct morse *m0 = &p0->term[0].pair[i * p->nelement + j].m;

            sum += pow((m->d / m0->d - 1) / 0.5, 2);
            sum += pow(log(m->re / m0->re) / 0.05, 2);
            sum += pow(log(m->a / m0->a) / 0.2, 2);
        }
    return sum;
}

static double *parameter(struct morse *m, int k)
{
    return k == 0 ? &m->d : k == 1 ? &m->re : &m->a;
}

/* No parameter of any pair can be moved, within the bounds, to a lower cost. */
START_TEST(the_fit_is_a_minimum)
{
    static const int z[] = {29, 6, 8};
    static const double low[] = {0.05, 0.81873, 0.49659},
                        high[] = {2, 1.2214, 2.0137};
    struct prior p, p0;
    struct prior_fit fit;
    struct scene s;
    struct err err;

    set_up(&s);
    ck_assert_int_eq(prior_named(&p, "window:1.2:1.8", z, 3, &err), 0);
    ck_assert_int_eq(prior_named(&p0, "window:1.2:1.8", z, 3, &err), 0);
    ck_assert_int_eq(prior_fit_forces(&p, s.sample, NSAMPLE,
                                      (enum prior_fit_what)_i, &fit, &err),
                     0);
    double best = cost(&p, &p0, &s);

    ck_assert_int_eq(fit.nwell, 4); /* C-C and O-O are out of reach */
    ck_assert_int_eq(fit.nforce, 3 * NATOMS * NSAMPLE);
    ck_assert_double_lt(best, 0.5 * cost(&p0, &p0, &s));
    for (int i = 0; i < 3; i++)
        for (int j = 0; j <= i; j++)
            for (int k = 0; k < (_i ? 3 : 1); k++)
                for (int side = -1; side <= 1; side += 2) {
                    struct morse kept = p.term[0].pair[3 * i + j].m, m = kept;
                    struct morse *m0 = &p0.term[0].pair[3 * i + j].m;
                    double x;

                    *parameter(&m, k) *= 1 + 1e-3 * side;
                    x = *parameter(&m, k) / *parameter(m0, k);
                    if (x < low[k] || x > high[k])
                        continue;
                    prior_set_pair(&p, 0, i, j, &m);
                    ck_assert_double_ge(cost(&p, &p0, &s), best);
                    prior_set_pair(&p, 0, i, j, &kept);
                }
    prior_release(&p);
    prior_release(&p0);
    tear_down(&s);
}
END_TEST

/*
 * One pair of elements, D alone: F = x F0, and the minimum of |x F0 - F|^2 / s^2
 * + (x - 1)^2 / w^2 is x = (F0.F / s^2 + 1 / w^2) / (F0.F0 / s^2 + 1 / w^2).
 */
START_TEST(the_depth_of_one_pair_is_known)
{
    static const int z[] = {29};
    struct prior p, p0;
    struct prior_fit fit;
    struct scene s;
    struct err err;
    double f0[NATOMS][3], ff = 4, fl = 4; /* 1 / 0.5^2 */

    set_up(&s);
    ck_assert_int_eq(prior_published(&p, z, 1, 5, 6.6, &err), 0);
    ck_assert_int_eq(prior_published(&p0, z, 1, 5, 6.6, &err), 0);
    for (int k = 0; k < NSAMPLE; k++) {
        forces_of(&p0, &s, k, f0);
        for (int i = 0; i < 3 * NATOMS; i++) {
            double *label = &s.forces[k][i / 3][i % 3], f = f0[i / 3][i % 3];

            *label = 0.3 * f + 0.2 * *label;
            ff += f * f / 0.25;
            fl += f * *label / 0.25;
        }
    }
    ck_assert_int_eq(
        prior_fit_forces(&p, s.sample, NSAMPLE, PRIOR_FIT_DEPTH, &fit, &err),
        0);
    ck_close(p.term[0].pair[0].m.d / p0.term[0].pair[0].m.d, fl / ff, 1e-9);
    ck_assert(p.term[0].pair[0].m.re == p0.term[0].pair[0].m.re);
    ck_assert_double_lt(fit.after, fit.before);
    prior_release(&p);
    prior_release(&p0);
    tear_down(&s);
}
END_TEST

/* Labels that want the opposite of the prior, or ten times it. */
START_TEST(the_fit_stays_within_bounds)
{
    static const int z[] = {29, 6, 8};
    struct scene s;
    struct err err;

    set_up(&s);
    for (int way = 0; way < 2; way++) {
        struct prior p, p0;
        struct prior_fit fit;
        double f[NATOMS][3];

        ck_assert_int_eq(prior_named(&p, "published", z, 3, &err), 0);
        ck_assert_int_eq(prior_named(&p0, "published", z, 3, &err), 0);
        for (int k = 0; k < NSAMPLE; k++) {
            forces_of(&p0, &s, k, f);
            for (int i = 0; i < 3 * NATOMS; i++)
                s.forces[k][i / 3][i % 3] = f[i / 3][i % 3] * (way ? 10 : -1);
        }
        ck_assert_int_eq(prior_fit_forces(&p, s.sample, NSAMPLE,
                                          PRIOR_FIT_DEPTH, &fit, &err),
                         0);
        for (int i = 0; i < 8; i++)
            ck_close(p.term[0].pair[i].m.d,
                     p0.term[0].pair[i].m.d * (way ? 2 : 0.05), 1e-12);
        /* O meets only its own images, which pull both ways */
        ck_close(p.term[0].pair[8].m.d, p0.term[0].pair[8].m.d, 1e-12);
        prior_release(&p);
        prior_release(&p0);
    }
    tear_down(&s);
}
END_TEST

/* A small change of the labels is a small change of the wells. */
START_TEST(the_depths_are_continuous_in_the_labels)
{
    static const int z[] = {29, 6, 8};
    struct prior p[2];
    struct prior_fit fit;
    struct scene s;
    struct err err;

    set_up(&s);
    for (int k = 0; k < 2; k++) {
        s.forces[1][2][0] += 1e-6 * k;
        ck_assert_int_eq(prior_named(&p[k], "published", z, 3, &err), 0);
        ck_assert_int_eq(prior_fit_forces(&p[k], s.sample, NSAMPLE,
                                          PRIOR_FIT_DEPTH, &fit, &err),
                         0);
    }
    for (int i = 0; i < 9; i++)
        ck_close(p[0].term[0].pair[i].m.d, p[1].term[0].pair[i].m.d, 1e-5);
    prior_release(&p[0]);
    prior_release(&p[1]);
    tear_down(&s);
}
END_TEST

START_TEST(walls_and_nuclei_are_not_fitted)
{
    static const int z[] = {29, 6, 8};
    struct prior p, p0;
    struct prior_fit fit;
    struct scene s;
    struct err err;

    set_up(&s);
    ck_assert_int_eq(prior_named(&p, "wall+published+zbl", z, 3, &err), 0);
    ck_assert_int_eq(prior_named(&p0, "wall", z, 3, &err), 0);
    ck_assert_int_eq(
        prior_fit_forces(&p, s.sample, NSAMPLE, PRIOR_FIT_ALL, &fit, &err), 0);
    for (int i = 0; i < 9; i++)
        ck_assert(p.term[0].pair[i].m.d == p0.term[0].pair[i].m.d);
    ck_assert_int_eq(fit.nwell, 6);
    ck_assert_int_eq(
        prior_fit_forces(&p0, s.sample, NSAMPLE, PRIOR_FIT_ALL, &fit, &err), 0);
    ck_assert(fit.nwell == 0 && fit.before == fit.after);
    prior_release(&p);
    prior_release(&p0);
    ck_assert_int_eq(
        prior_fit_forces(&p0, s.sample, NSAMPLE, PRIOR_FIT_ALL, &fit, &err), 0);
    ck_assert(isnan(fit.before)); /* no prior */
    tear_down(&s);
}
END_TEST

TCase *prior_forces_tests(void)
{
    TCase *tc = tcase_create("forces");

    tcase_add_loop_test(tc, the_fit_is_a_minimum, 0, 2);
    tcase_add_test(tc, the_depth_of_one_pair_is_known);
    tcase_add_test(tc, the_fit_stays_within_bounds);
    tcase_add_test(tc, the_depths_are_continuous_in_the_labels);
    tcase_add_test(tc, walls_and_nuclei_are_not_fitted);
    return tc;
}
