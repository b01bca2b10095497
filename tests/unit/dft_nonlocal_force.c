#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <omp.h>

#include "dft/kinetic.h"
#include "dft/nonlocal.h"
#include "dft_scene.h"
#include "dft_suite.h"

/* What forces and stress are the derivative of: sum f <psi|V - e (S-1)|psi>
 * of atoms and cell as they are, with the Miller indices of b. */
static double energy_of(struct scene *s, const struct basis *b,
                        const double complex *psi)
{
    size_t n = (size_t)NB * b->npw;
    double complex *h = xcalloc(2 * n, sizeof(*h)), *o = h + n;
    struct projectors p;
    double sum = 0;

    projectors_init(&p, &s->crystal, b);
    projectors_apply(&p, b, NB, psi, h, o);
    for (size_t i = 0; i < n; i++)
        sum += scene_occ[i / b->npw] *
               creal(conj(psi[i]) * (h[i] - scene_eig[i / b->npw] * o[i]));
    projectors_release(&p);
    free(h);
    return sum;
}

/* Cases of both loops below: overlap, and a complex or two real bases. */
static void case_init(int i, struct scene *s, struct basis *b,
                      struct projectors *p)
{
    scene_init(s, i % 2);
    basis_init(b, &s->crystal, i / 2 < 2 ? scene_halves[i / 2] : scene_generic,
               1, 2.3, true);
    ck_assert_int_eq(b->real, i / 2 < 2);
    projectors_init(p, &s->crystal, b);
}

static void case_release(struct scene *s, struct basis *b, struct projectors *p)
{
    projectors_release(p);
    basis_release(b);
    crystal_release(&s->crystal);
}

START_TEST(forces_are_minus_the_gradient)
{
    const double h = 1e-4;
    struct scene s;
    struct basis b;
    struct projectors p;
    double f[3][3] = {{0}};

    case_init(_i, &s, &b, &p);
    double complex *psi = scene_states(&b);
    nonlocal_forces(&p, &b, NB, psi, scene_occ, scene_eig, f);
    for (int a = 0; a < 3; a++)
        for (int k = 0; k < 3; k++) {
            double(*tau)[3] = s.crystal.tau, e[4];

            for (int j = 0; j < 4; j++) { /* fourth order */
                static const double at[4] = {1, -1, 2, -2};

                tau[a][k] += at[j] * h;
                crystal_move(&s.crystal, (const double(*)[3])tau);
                e[j] = energy_of(&s, &b, psi);
                tau[a][k] -= at[j] * h;
            }
            ck_close(f[a][k], -(8 * (e[0] - e[1]) - (e[2] - e[3])) / (12 * h),
                     1e-9);
        }
    free(psi);
    case_release(&s, &b, &p);
}
END_TEST

/* x' = (1 + strain) x, with the atoms and the plane waves carried along. */
static void strained(struct scene *s, struct basis *b,
                     const double strain[3][3])
{
    struct crystal *c = &s->crystal;
    double f[3][3], det, a[3][3];

    memcpy(a, c->a, sizeof(a));
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++) {
            f[i][k] = strain[i][k] + (i == k);
            c->a[i][k] += dot3(strain[k], a[i]);
        }
    for (int i = 0; i < 3; i++)
        cross3(c->b[i], c->a[(i + 1) % 3], c->a[(i + 2) % 3]);
    det = dot3(c->a[0], c->b[0]);
    c->volume = fabs(det);
    for (int i = 0; i < 9; i++)
        c->b[i / 3][i % 3] *= 2 * M_PI / det;
    for (int i = 0; i < c->natoms; i++) {
        double t[3] = {c->tau[i][0], c->tau[i][1], c->tau[i][2]};

        for (int k = 0; k < 3; k++)
            c->tau[i][k] = dot3(f[k], t);
    }
    for (int i = 0; i < b->npw; i++) {
        double m[3];

        for (int k = 0; k < 3; k++)
            m[k] = b->m[i][k] + b->k[k];
        crystal_reciprocal(c, m, b->q[i]);
        b->kinetic[i] = dot3(b->q[i], b->q[i]) / 2;
    }
}

/* Nonlocal energy (0) or kinetic energy (1) under strain_jk = strain_kj. */
static double strained_energy(int kind, int i, int j, int k, double strain,
                              const double complex *psi)
{
    struct scene s;
    struct basis b;
    struct projectors p;
    double t[3][3] = {{0}}, e;

    case_init(i, &s, &b, &p);
    t[j][k] += strain / 2;
    t[k][j] += strain / 2;
    strained(&s, &b, (const double(*)[3])t);
    e = kind ? kinetic_energy(&b, NB, psi, scene_occ) : energy_of(&s, &b, psi);
    case_release(&s, &b, &p);
    return e;
}

static void check_strain(int kind, int i)
{
    const double h = 1e-4;
    struct scene s;
    struct basis b;
    struct projectors p;
    double stress[3][3] = {{0}};

    case_init(i, &s, &b, &p);
    double complex *psi = scene_states(&b);
    if (kind)
        kinetic_stress(&b, s.crystal.volume, NB, psi, scene_occ, stress);
    else
        nonlocal_stress(&p, &s.crystal, &b, NB, psi, scene_occ, scene_eig,
                        stress);
    for (int j = 0; j < 3; j++)
        for (int k = 0; k < 3; k++) {
            double e[4];

            for (int n = 0; n < 4; n++)
                e[n] = strained_energy(
                    kind, i, j, k, h * (n < 2 ? 1 : 2) * (n % 2 ? -1 : 1), psi);
            ck_close(stress[j][k] * s.crystal.volume,
                     (8 * (e[0] - e[1]) - (e[2] - e[3])) / (12 * h), 1e-9);
        }
    free(psi);
    case_release(&s, &b, &p);
}

START_TEST(stress_is_the_strain_derivative)
{
    check_strain(0, _i);
}
END_TEST

START_TEST(kinetic_stress_is_the_strain_derivative)
{
    check_strain(1, _i);
}
END_TEST

START_TEST(kinetic_energy_is_the_expectation_value)
{
    struct scene s;
    struct basis b;
    struct projectors p;
    double sum = 0;

    case_init(2 * _i, &s, &b, &p);
    double complex *psi = scene_states(&b), *h = scene_states(&b);
    kinetic_apply(&b, NB, psi, h);
    for (int i = 0; i < NB * b.npw; i++) {
        ck_near(cabs(h[i] - b.kinetic[i % b.npw] * psi[i]), 0, 1e-15);
        sum += scene_occ[i / b.npw] * creal(conj(psi[i]) * h[i]);
    }
    ck_close(kinetic_energy(&b, NB, psi, scene_occ), sum, 1e-13);
    free(psi);
    free(h);
    case_release(&s, &b, &p);
}
END_TEST

/* No projector at all is a potential, too. */
START_TEST(a_bare_potential_adds_nothing)
{
    struct scene s;
    struct basis b;
    struct projectors p;
    double f[3][3] = {{0}}, stress[3][3] = {{0}};

    scene_init(&s, false);
    s.pseudo[0].nbeta = s.pseudo[1].nbeta = 0;
    basis_init(&b, &s.crystal, scene_generic, 1, 2.3, true);
    projectors_init(&p, &s.crystal, &b);
    double complex *psi = scene_states(&b), *h = scene_states(&b);
    projectors_apply(&p, &b, NB, psi, h, NULL);
    ck_assert_mem_eq(psi, h, (size_t)NB * b.npw * sizeof(*h));
    ck_near(nonlocal_energy(&p, &b, NB, psi, scene_occ), 0, 1e-300);
    nonlocal_forces(&p, &b, NB, psi, scene_occ, scene_eig, f);
    nonlocal_stress(&p, &s.crystal, &b, NB, psi, scene_occ, scene_eig, stress);
    for (int i = 0; i < 9; i++) {
        ck_near(f[i / 3][i % 3], 0, 1e-300);
        ck_near(stress[i / 3][i % 3], 0, 1e-300);
    }
    free(psi);
    free(h);
    case_release(&s, &b, &p);
}
END_TEST

/* Forces, stress and energies, of enough plane waves for threads to share. */
static void everything(int nthreads, double out[20])
{
    double f[3][3] = {{0}}, stress[3][3] = {{0}};
    struct scene s;
    struct basis b;
    struct projectors p;

    omp_set_num_threads(nthreads);
    scene_init(&s, true);
    basis_init(&b, &s.crystal, scene_generic, 1, 25, true);
    ck_assert_int_gt(b.npw, 1024);
    projectors_init(&p, &s.crystal, &b);
    double complex *psi = scene_states(&b);
    nonlocal_forces(&p, &b, NB, psi, scene_occ, scene_eig, f);
    nonlocal_stress(&p, &s.crystal, &b, NB, psi, scene_occ, scene_eig, stress);
    kinetic_stress(&b, s.crystal.volume, NB, psi, scene_occ, stress);
    memcpy(out, f, sizeof(f));
    memcpy(out + 9, stress, sizeof(stress));
    out[18] = nonlocal_energy(&p, &b, NB, psi, scene_occ);
    out[19] = kinetic_energy(&b, NB, psi, scene_occ);
    free(psi);
    case_release(&s, &b, &p);
}

START_TEST(threads_do_not_change_the_results)
{
    int before = omp_get_max_threads();
    double one[20], three[20];

    everything(1, one);
    everything(3, three);
    omp_set_num_threads(before);
    for (int i = 0; i < 20; i++)
        ck_close(one[i], three[i], 1e-13);
}
END_TEST

void dft_nonlocal_force_cases(TCase *t)
{
    tcase_add_loop_test(t, forces_are_minus_the_gradient, 0, 6);
    tcase_add_loop_test(t, stress_is_the_strain_derivative, 0, 6);
    tcase_add_loop_test(t, kinetic_stress_is_the_strain_derivative, 0, 6);
    tcase_add_loop_test(t, kinetic_energy_is_the_expectation_value, 0, 3);
    tcase_add_test(t, threads_do_not_change_the_results);
    tcase_add_test(t, a_bare_potential_adds_nothing);
}
