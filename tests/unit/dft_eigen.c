#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <omp.h>

#include <morsel/la.h>

#include "dft/block.h"
#include "dft/hamiltonian.h"
#include "dft_suite.h"

/*
 * The block eigensolver against LAPACK on the whole matrix, which unit
 * vectors give; the potential, the projectors, D and Q are random.
 */
enum { NATOMS = 2, NM = 3, NPROJ = NATOMS * NM };

struct problem {
    struct crystal crystal;
    struct basis basis;
    struct projectors projectors;
    struct hamiltonian h;
    double *v;
    double d[NM * NM], q[NM * NM];
    const double *each_d[NATOMS], *each_q[NATOMS];
    int first[NATOMS + 1];
    int dim;   /* of the space */
    double *e; /* [dim] all eigenvalues */
    struct rng rng;
};

static const double kpoints[][3] = {{0, 0, 0}, {0.5, 0, 0.5}, {0.1, 0.2, -0.3}};
enum { NK = 3, ECUT = 3 };

static bool has_self(const struct basis *b)
{
    return b->real && b->kinetic[0] == 0;
}

static double complex *random_vectors(struct problem *p, int nb)
{
    const struct basis *b = &p->basis;
    double complex *psi = xcalloc((size_t)nb * b->npw, sizeof(*psi));

    for (int i = 0; i < nb * b->npw; i++) {
        psi[i] = rng_normal(&p->rng) + I * rng_normal(&p->rng);
        if (has_self(b) && i % b->npw == 0)
            psi[i] = creal(psi[i]);
    }
    return psi;
}

/* H of random V with mean 1, and projectors, with S if s. */
static void setup(struct problem *p, int k, bool real, bool s, double strength)
{
    const double cell[3][3] = {
        {3.0, 0.4, -0.3}, {-0.9, 3.2, 0.6}, {0.7, 1.1, 4.4}};
    const int n[3] = {12, 15, 18};
    struct atoms a = {0};

    *p = (struct problem){0};
    memcpy(a.cell, cell, sizeof(cell));
    crystal_init(&p->crystal, &a, NULL, NULL);
    basis_init(&p->basis, &p->crystal, kpoints[k], 1, ECUT, real);
    rng_init(&p->rng, 2 * k + 1);
    p->v = xcalloc(n[0] * n[1] * n[2], sizeof(*p->v));
    for (int i = 0; i < n[0] * n[1] * n[2]; i++)
        p->v[i] = strength * (1 + rng_normal(&p->rng));
    for (int i = 0; i < NM; i++)
        for (int j = 0; j < NM; j++) {
            p->d[i * NM + j] = strength * 0.1 * (i + j == 2) - 0.2 * (i == j);
            p->q[i * NM + j] = 0.05 * (i == j) + 0.01;
        }
    for (int i = 0; i < NATOMS; i++) {
        p->each_d[i] = p->d;
        p->each_q[i] = p->q;
        p->first[i + 1] = NM * (i + 1);
    }
    p->projectors = (struct projectors){.n = strength > 0 ? NPROJ : 0,
                                        .natoms = NATOMS,
                                        .first = p->first,
                                        .beta = random_vectors(p, NPROJ),
                                        .d = p->each_d,
                                        .q = s ? p->each_q : NULL};
    p->h = (struct hamiltonian){.basis = &p->basis,
                                .wave = wave_new(&p->basis, n),
                                .projectors = &p->projectors,
                                .v = p->v,
                                .v0 = strength};
    p->dim = real ? 2 * p->basis.npw - has_self(&p->basis) : p->basis.npw;
}

static void teardown(struct problem *p)
{
    wave_free((struct wave *)p->h.wave);
    free(p->projectors.beta);
    free(p->v);
    free(p->e);
    basis_release(&p->basis);
    crystal_release(&p->crystal);
}

/* All eigenvalues, from H and S times each unit vector. */
static void diagonalize(struct problem *p)
{
    size_t npw = p->basis.npw, dim = p->dim;
    double complex *unit = xcalloc(dim * npw, sizeof(*unit));
    double complex *hu = xcalloc(dim * npw, sizeof(*hu));
    double complex *su = xcalloc(dim * npw, sizeof(*su));
    double complex *h = xcalloc(dim * dim, sizeof(*h));
    double complex *s = xcalloc(dim * dim, sizeof(*s));
    double complex *v = xcalloc(dim * dim, sizeof(*v));
    struct err err;
    bool self = has_self(&p->basis);

    for (size_t i = 0; i < dim; i++)
        unit[i * npw + (i < npw ? i : i - npw + self)] = i < npw ? 1 : I;
    hamiltonian_apply(&p->h, p->dim, unit, hu, su);
    if (!hamiltonian_s(&p->h))
        memcpy(su, unit, dim * npw * sizeof(*su));
    for (size_t i = 0; i < dim; i++)
        for (size_t j = 0; j < dim; j++)
            for (size_t g = 0; g < npw; g++) {
                double complex u = conj(unit[i * npw + g]);
                double complex x = u * hu[j * npw + g], y = u * su[j * npw + g];

                h[i * dim + j] += p->basis.real ? creal(x) : x;
                s[i * dim + j] += p->basis.real ? creal(y) : y;
            }
    for (size_t i = 0; i < dim; i++)
        for (size_t j = 0; j < i; j++)
            ck_assert_double_lt(cabs(h[i * dim + j] - conj(h[j * dim + i])),
                                1e-12);
    p->e = xcalloc(dim, sizeof(*p->e));
    ck_assert_int_eq(
        la_zeig(p->dim, h, p->dim, s, p->dim, p->dim, p->e, v, &err), 0);
    free(unit);
    free(hu);
    free(su);
    free(h);
    free(s);
    free(v);
}

/* |H psi - e S psi| of each state is below tol, and <psi|S|psi> = 1. */
static void check_states(struct problem *p, int nb, const double complex *psi,
                         const double *e, double tol)
{
    bool real = p->basis.real;
    size_t npw = p->basis.npw;
    double complex *h = xcalloc(nb * npw, sizeof(*h));
    double complex *s = xcalloc(nb * npw, sizeof(*s));
    double *one = xcalloc(2 * (size_t)nb * nb, sizeof(*one));
    int parts = real ? 1 : 2;

    hamiltonian_apply(&p->h, nb, psi, h, s);
    if (!hamiltonian_s(&p->h))
        memcpy(s, psi, nb * npw * sizeof(*s));
    block_inner(real, p->basis.npw, nb, psi, nb, s, one, nb);
    for (int i = 0; i < nb; i++) {
        double sum = 0;

        for (size_t g = 0; g < npw; g++)
            sum += pow(cabs(h[i * npw + g] - e[i] * s[i * npw + g]), 2);
        ck_assert_double_le(sqrt(sum), tol);
        for (int j = 0; j < nb * parts; j++)
            ck_near(one[i * nb * parts + j], j == i * parts, 1e-11);
    }
    free(h);
    free(s);
    free(one);
}

static void check_solution(int k, bool real, bool s, double strength, int nb,
                           double tol)
{
    struct problem p;
    struct eigen_result r;
    struct err err;
    double complex *psi;
    double *e;

    setup(&p, k, real, s, strength);
    diagonalize(&p);
    psi = random_vectors(&p, nb);
    e = xcalloc(nb, sizeof(*e));
    ck_assert_int_eq(eigen_solve(&p.h, nb, psi, e, NULL, tol, 200, &r, &err),
                     0);
    ck_assert(r.converged);
    ck_assert_double_lt(r.residual, tol);
    for (int i = 0; i < nb; i++)
        ck_near(e[i], p.e[i], 1e-11 + tol);
    check_states(&p, nb, psi, e, 1.1 * tol + 1e-13);
    free(psi);
    free(e);
    teardown(&p);
}

/* Bit 0: real, bit 1: S. */
START_TEST(states_are_those_of_the_whole_matrix)
{
    for (int k = 0; k < NK; k++) {
        check_solution(k, _i & 1 && k < 2, _i & 2, 0.5, 7, 1e-10);
        check_solution(k, _i & 1 && k < 2, _i & 2, 0.5, 12, 1e-5);
    }
}
END_TEST

START_TEST(free_electrons_have_the_kinetic_energies)
{
    check_solution(0, _i, false, 0, 9, 1e-10);
    check_solution(1, _i, false, 0, 9, 1e-10);
}
END_TEST

/* As many states as there are, one less, and only one. */
START_TEST(any_number_of_states_will_do)
{
    struct problem p;

    setup(&p, 0, _i, false, 0.5);
    int dim = p.dim;

    teardown(&p);
    check_solution(0, _i, true, 0.5, dim, 1e-10);
    check_solution(0, _i, true, 0.5, dim - 1, 1e-10);
    check_solution(0, _i, true, 0.5, dim / 2, 1e-10);
    check_solution(0, _i, true, 0.5, 1, 1e-10);
}
END_TEST

/* Zeros, copies and NaN to start from. */
START_TEST(dependent_vectors_do_no_harm)
{
    enum { NB = 6 };
    struct problem p;
    struct eigen_result r;
    struct err err;
    double complex *psi;
    double e[NB];

    setup(&p, 2 * (_i & 1), !(_i & 1), _i & 2, 0.5);
    diagonalize(&p);
    psi = random_vectors(&p, NB);
    for (int g = 0; g < p.basis.npw; g++) {
        psi[g + p.basis.npw] = psi[g];
        psi[g + 3 * p.basis.npw] = 0;
        psi[g + 4 * p.basis.npw] = psi[g] + psi[g + 2 * p.basis.npw];
    }
    if (_i & 4)
        psi[5 * p.basis.npw + 3] = NAN;
    ck_assert_int_eq(eigen_solve(&p.h, NB, psi, e, NULL, 1e-9, 200, &r, &err),
                     0);
    ck_assert(r.converged);
    for (int i = 0; i < NB; i++)
        ck_near(e[i], p.e[i], 1e-9);
    check_states(&p, NB, psi, e, 1.1e-9);
    free(psi);
    teardown(&p);
}
END_TEST

START_TEST(empty_states_are_done_earlier)
{
    enum { NB = 10 };
    struct problem p;
    struct eigen_result all, some;
    struct err err;
    double complex *psi[2];
    double e[NB];
    bool busy[NB] = {true, true, true, true};

    setup(&p, 2, false, false, 0.5);
    psi[0] = random_vectors(&p, NB);
    psi[1] = xcalloc((size_t)NB * p.basis.npw, sizeof(*psi[1]));
    memcpy(psi[1], psi[0], (size_t)NB * p.basis.npw * sizeof(*psi[1]));
    ck_assert_int_eq(
        eigen_solve(&p.h, NB, psi[0], e, NULL, 1e-6, 200, &all, &err), 0);
    ck_assert_int_eq(
        eigen_solve(&p.h, NB, psi[1], e, busy, 1e-6, 200, &some, &err), 0);
    ck_assert(all.converged && some.converged);
    ck_assert_int_lt(some.applied, all.applied);
    check_states(&p, NB, psi[1], e, 0.1);
    check_states(&p, 4, psi[1], e, 1.1e-6);
    free(psi[0]);
    free(psi[1]);
    teardown(&p);
}
END_TEST

START_TEST(stops_after_the_steps_it_is_given)
{
    enum { NB = 6 };
    struct problem p;
    struct eigen_result r;
    struct err err;
    double complex *psi;
    double e[NB], last = INFINITY;

    setup(&p, 0, true, true, 0.5);
    psi = random_vectors(&p, NB);
    for (int steps = 0; steps < 4; steps++) {
        ck_assert_int_eq(
            eigen_solve(&p.h, NB, psi, e, NULL, 1e-12, steps, &r, &err), 0);
        ck_assert(!r.converged);
        ck_assert_int_eq(r.steps, steps);
        ck_assert_int_eq(r.applied, NB * (steps + 1));
        ck_assert_double_lt(e[0], last); /* variational */
        last = e[0];
    }
    free(psi);
    teardown(&p);
}
END_TEST

START_TEST(threads_give_the_same_states)
{
    enum { NB = 9 };
    struct problem p;
    struct eigen_result r;
    struct err err;
    double complex *psi;
    double e[2][NB];

    for (int t = 0; t < 2; t++) {
        int before = omp_get_max_threads();

        omp_set_num_threads(1 + t);
        setup(&p, 0, _i, true, 0.5);
        psi = random_vectors(&p, NB);
        ck_assert_int_eq(
            eigen_solve(&p.h, NB, psi, e[t], NULL, 1e-8, 200, &r, &err), 0);
        omp_set_num_threads(before);
        free(psi);
        teardown(&p);
    }
    for (int i = 0; i < NB; i++)
        ck_near(e[0][i], e[1][i], 1e-12);
}
END_TEST

START_TEST(rotation_solves_in_the_span)
{
    enum { NB = 5 };
    struct problem p;
    struct eigen_result r;
    struct err err;
    double complex *psi;
    double e[NB], again[NB];

    setup(&p, _i, _i < 2, true, 0.5);
    psi = random_vectors(&p, 2 * NB);
    ck_assert_int_eq(eigen_solve(&p.h, NB, psi, e, NULL, 1e-9, 200, &r, &err),
                     0);
    for (int g = 0; g < p.basis.npw; g++) { /* mix two of them */
        double complex x = psi[g], y = psi[g + 3 * p.basis.npw];

        psi[g] = x + 2 * y;
        psi[g + 3 * p.basis.npw] = x - y;
    }
    ck_assert_int_eq(eigen_rotate(&p.h, 2 * NB, psi, NB, again, &err), 0);
    for (int i = 0; i < NB; i++)
        ck_near(again[i], e[i], 1e-10);
    check_states(&p, NB, psi, again, 1e-8);
    free(psi);
    teardown(&p);
}
END_TEST

/* Small problems: threads would only wait for each other. */
static int threads_before;

static void one_thread(void)
{
    threads_before = omp_get_max_threads();
    omp_set_num_threads(1);
}

static void as_before(void)
{
    omp_set_num_threads(threads_before);
}

void dft_eigen_cases(Suite *s)
{
    TCase *t = tcase_create("eigen");

    tcase_add_checked_fixture(t, one_thread, as_before);

    tcase_add_loop_test(t, states_are_those_of_the_whole_matrix, 0, 4);
    tcase_add_loop_test(t, free_electrons_have_the_kinetic_energies, 0, 2);
    tcase_add_loop_test(t, any_number_of_states_will_do, 0, 2);
    tcase_add_loop_test(t, dependent_vectors_do_no_harm, 0, 8);
    tcase_add_test(t, empty_states_are_done_earlier);
    tcase_add_test(t, stops_after_the_steps_it_is_given);
    tcase_add_loop_test(t, threads_give_the_same_states, 0, 2);
    tcase_add_loop_test(t, rotation_solves_in_the_span, 0, NK);
    suite_add_tcase(s, t);
}
