#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <omp.h>

#include "dft/wave.h"
#include "dft_suite.h"

/*
 * Transforms against the sums they stand for, over every plane wave and every
 * point of the grid.
 */
struct problem {
    struct crystal crystal;
    struct basis basis;
    int n[3];
    size_t nr;
    struct wave *wave;
    struct rng rng;
};

static const double cells[][3][3] = {
    {{3.1, 0, 0}, {0, 3.4, 0}, {0, 0, 5.2}},
    {{3.0, 0.4, -0.3}, {-0.9, 3.2, 0.6}, {0.7, 1.1, 4.4}},
    {{5.3, 0.2, 0.5}, {-0.9, 3.2, 0.6}, {0.7, -1.3, 3.1}},
    {{3.3, 0.2, 0.5}, {-0.9, 6.2, 0.6}, {0.7, -1.3, 4.1}},
};
static const int points[][3] = {
    {8, 9, 15}, {9, 10, 12}, {15, 10, 9}, {9, 16, 12}};
static const double kpoints[][3] = {
    {0, 0, 0}, {0.5, 0, 0}, {0.5, -0.5, 0.5}, {0.1, 0.2, -0.3}};
enum { NCELLS = 4, NK = 4, ECUT = 4 };

static void setup(struct problem *p, int cell, int k, bool real)
{
    struct atoms a = {0};

    memcpy(a.cell, cells[cell], sizeof(a.cell));
    crystal_init(&p->crystal, &a, NULL, NULL);
    basis_init(&p->basis, &p->crystal, kpoints[k], 1, ECUT, real);
    memcpy(p->n, points[cell], sizeof(p->n));
    p->nr = (size_t)p->n[0] * p->n[1] * p->n[2];
    p->wave = wave_new(&p->basis, p->n);
    rng_init(&p->rng, 7 * cell + k);
}

static void teardown(struct problem *p)
{
    wave_free(p->wave);
    basis_release(&p->basis);
    crystal_release(&p->crystal);
}

static double complex *random_vectors(struct problem *p, int nb)
{
    const struct basis *b = &p->basis;
    double complex *psi = xcalloc((size_t)nb * b->npw, sizeof(*psi));

    for (int i = 0; i < nb * b->npw; i++)
        psi[i] = (rng_normal(&p->rng) + I * rng_normal(&p->rng)) / b->npw;
    if (b->real && !b->shift[0] && !b->shift[1] && !b->shift[2])
        for (int i = 0; i < nb; i++)
            psi[(size_t)i * b->npw] = creal(psi[(size_t)i * b->npw]);
    return psi;
}

static double *random_field(struct problem *p)
{
    double *v = xcalloc(p->nr, sizeof(*v));

    for (size_t i = 0; i < p->nr; i++)
        v[i] = rng_normal(&p->rng);
    return v;
}

/* exp(i (G + shift) r) at point i of the grid. */
static double complex factor(const struct problem *p, const double m[3], long i)
{
    const int *n = p->n;
    double x[3] = {(double)(i / n[2] / n[1]) / n[0],
                   (double)(i / n[2] % n[1]) / n[1], (double)(i % n[2]) / n[2]};

    return cexp(2 * M_PI * I * (m[0] * x[0] + m[1] * x[1] + m[2] * x[2]));
}

/* psi(r) volume^(1/2), without exp(ikr) unless the basis is real. */
static double complex *values(const struct problem *p,
                              const double complex *psi)
{
    const struct basis *b = &p->basis;
    double complex *u = xcalloc(p->nr, sizeof(*u));

    for (int g = 0; g < b->npw; g++) {
        double m[3];
        bool self = b->real && b->kinetic[g] == 0;

        for (int i = 0; i < 3; i++)
            m[i] = b->m[g][i] + (b->real ? b->k[i] : 0);
        for (size_t i = 0; i < p->nr; i++) {
            double complex t = psi[g] * factor(p, m, (long)i);

            u[i] += !b->real ? t : self ? creal(t) : M_SQRT2 * creal(t);
        }
    }
    return u;
}

/* sum_r exp(-iGr) f(r) / N, the number kept for G. */
static double complex coefficient(const struct problem *p, int g,
                                  const double complex *f)
{
    const struct basis *b = &p->basis;
    double complex sum = 0;
    double m[3];
    bool self = b->real && b->kinetic[g] == 0;

    for (int i = 0; i < 3; i++)
        m[i] = b->m[g][i] + (b->real ? b->k[i] : 0);
    for (size_t i = 0; i < p->nr; i++)
        sum += conj(factor(p, m, (long)i)) * f[i];
    return sum / (double)p->nr * (b->real && !self ? M_SQRT2 : 1);
}

static void check_potential(int cell, int k, bool real)
{
    enum { NB = 3 };
    struct problem p;
    double *v, *layout, worst = 0;
    double complex *psi, *hpsi;

    setup(&p, cell, k, real);
    v = random_field(&p);
    layout = xcalloc(p.nr, sizeof(*layout));
    psi = random_vectors(&p, NB);
    hpsi = random_vectors(&p, NB);
    wave_layout(p.n, v, layout);
    for (int b = 0; b < NB; b++) { /* hpsi - v psi, and then + v psi */
        double complex *u = values(&p, psi + (size_t)b * p.basis.npw);

        for (size_t i = 0; i < p.nr; i++)
            u[i] *= v[i];
        for (int g = 0; g < p.basis.npw; g++)
            hpsi[(size_t)b * p.basis.npw + g] = -coefficient(&p, g, u);
        free(u);
    }
    wave_potential(p.wave, layout, NB, psi, hpsi);
    for (int i = 0; i < NB * p.basis.npw; i++)
        worst = fmax(worst, cabs(hpsi[i]));
    ck_assert_double_lt(worst, 1e-14); /* of numbers below 1 */
    free(v);
    free(layout);
    free(psi);
    free(hpsi);
    teardown(&p);
}

START_TEST(potential_times_state_is_the_sum_over_points)
{
    for (int k = 0; k < NK; k++) {
        check_potential(_i, k, true);
        check_potential(_i, k, false);
    }
}
END_TEST

static void check_density(int cell, int k, bool real)
{
    enum { NB = 5 };
    const double f[NB] = {2, 0.3, -0.1, 0, 1.7};
    struct problem p;
    double *rho, *layout, worst = 0;
    double complex *psi;

    setup(&p, cell, k, real);
    rho = random_field(&p);
    layout = xcalloc(p.nr, sizeof(*layout));
    psi = random_vectors(&p, NB);
    wave_layout(p.n, rho, layout);
    wave_density(p.wave, NB, psi, f, layout);
    for (int b = 0; b < NB; b++) {
        double complex *u = values(&p, psi + (size_t)b * p.basis.npw);

        for (size_t i = 0; i < p.nr; i++)
            rho[i] += f[b] * creal(u[i] * conj(u[i]));
        free(u);
    }
    double *back = xcalloc(p.nr, sizeof(*back));

    wave_unlayout(p.n, layout, back);
    for (size_t i = 0; i < p.nr; i++)
        worst = fmax(worst, fabs(back[i] - rho[i]));
    ck_assert_double_lt(worst, 1e-13); /* of numbers below 10 */
    free(back);
    free(rho);
    free(layout);
    free(psi);
    teardown(&p);
}

START_TEST(density_is_the_sum_of_squares)
{
    for (int k = 0; k < NK; k++) {
        check_density(_i, k, true);
        check_density(_i, k, false);
    }
}
END_TEST

START_TEST(density_adds_up_to_the_occupations)
{
    const double f[2] = {2, 0.5};
    struct problem p;
    double complex *psi;
    double *rho, sum = 0, count = 0;

    setup(&p, 1, _i, true);
    psi = random_vectors(&p, 2);
    rho = xcalloc(p.nr, sizeof(*rho));
    for (int i = 0; i < 2 * p.basis.npw; i++)
        count += f[i / p.basis.npw] * (creal(psi[i]) * creal(psi[i]) +
                                       cimag(psi[i]) * cimag(psi[i]));
    wave_density(p.wave, 2, psi, f, rho);
    for (size_t i = 0; i < p.nr; i++)
        sum += rho[i] / (double)p.nr;
    ck_close(sum, count, 1e-13);
    free(rho);
    free(psi);
    teardown(&p);
}
END_TEST

START_TEST(any_number_of_threads_gives_the_same_numbers)
{
    enum { NB = 7 };
    const double f[NB] = {2, 2, 1.5, 1.2, 0.3, -0.1, 0.1};
    struct problem p;
    double *rho[2], *v;
    double complex *psi, *hpsi[2];

    setup(&p, 1, _i, true);
    psi = random_vectors(&p, NB);
    v = random_field(&p);
    for (int t = 0; t < 2; t++) {
        int before = omp_get_max_threads();

        rho[t] = xcalloc(p.nr, sizeof(*rho[t]));
        hpsi[t] = xcalloc((size_t)NB * p.basis.npw, sizeof(*hpsi[t]));
        omp_set_num_threads(1 + t);
        wave_density(p.wave, NB, psi, f, rho[t]);
        wave_potential(p.wave, v, NB, psi, hpsi[t]);
        omp_set_num_threads(before);
    }
    ck_assert_mem_eq(rho[0], rho[1], p.nr * sizeof(*rho[0]));
    ck_assert_mem_eq(hpsi[0], hpsi[1],
                     (size_t)NB * p.basis.npw * sizeof(*hpsi[0]));
    for (int t = 0; t < 2; t++) {
        free(rho[t]);
        free(hpsi[t]);
    }
    free(psi);
    free(v);
    teardown(&p);
}
END_TEST

/* 2 x 1 x 3 points: the third axis is the longest, then come a and b. */
START_TEST(layout_puts_the_longest_axis_first)
{
    const int n[3] = {2, 1, 3}, m[3] = {3, 1, 2};
    const double r[6] = {1, 2, 3, 4, 5, 6}, there[6] = {1, 4, 2, 5, 3, 6};
    double to[6], back[6];

    wave_layout(n, r, to);
    ck_assert_mem_eq(to, there, sizeof(to));
    wave_unlayout(n, to, back);
    ck_assert_mem_eq(back, r, sizeof(back));
    wave_layout(m, r, to);
    ck_assert_mem_eq(to, r, sizeof(to));
}
END_TEST

/* Never fewer, no prime above 5, and not more than a third more. */
START_TEST(points_are_enough)
{
    for (int i = 4; i < 200; i++) {
        int n[3] = {i, (7 * i) % 50 + 4, 31}, least[3];

        memcpy(least, n, sizeof(n));
        wave_points(n);
        for (int k = 0; k < 3; k++) {
            int rest = n[k];

            ck_assert_int_ge(n[k], least[k]);
            for (int p = 2; p <= 5; p++)
                while (rest % p == 0)
                    rest /= p;
            ck_assert(rest == 1 || n[k] == least[k]);
            ck_assert_int_le(n[k], least[k] * 4 / 3);
        }
    }
}
END_TEST

void dft_wave_cases(Suite *s)
{
    TCase *t = tcase_create("wave");

    tcase_add_loop_test(t, potential_times_state_is_the_sum_over_points, 0,
                        NCELLS);
    tcase_add_loop_test(t, density_is_the_sum_of_squares, 0, NCELLS);
    tcase_add_loop_test(t, density_adds_up_to_the_occupations, 0, NK);
    tcase_add_loop_test(t, any_number_of_threads_gives_the_same_numbers, 0, NK);
    tcase_add_test(t, points_are_enough);
    tcase_add_test(t, layout_puts_the_longest_axis_first);
    suite_add_tcase(s, t);
}
