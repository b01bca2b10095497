#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dft/atomic.h"
#include "dft/kinetic.h"
#include "dft/nonlocal.h"
#include "dft_scene.h"
#include "dft_suite.h"

/* The same vectors in the complex basis `to`. */
static double complex *unfold(const struct basis *b, const double complex *psi,
                              const struct basis *to)
{
    double complex *all = xcalloc((size_t)NB * to->npw, sizeof(*all));

    for (int i = 0; i < to->npw; i++)
        for (int j = 0; j < b->npw; j++) {
            bool same = true, mirror = true;

            for (int k = 0; k < 3; k++) {
                same = same && to->m[i][k] == b->m[j][k];
                mirror = mirror && to->m[i][k] == -b->m[j][k] - b->shift[k];
            }
            for (int n = 0; n < NB; n++) {
                double complex z = psi[n * b->npw + j] / sqrt(2);

                if (same && mirror)
                    all[n * to->npw + i] = z * sqrt(2);
                else if (same || mirror)
                    all[n * to->npw + i] = same ? z : conj(z);
            }
        }
    return all;
}

START_TEST(harmonics_are_orthonormal)
{
    /* Exact for degree 7: 4 Gauss points in z, 8 in phi. */
    static const double z[2] = {0.861136311594052575, 0.339981043584856265};
    static const double w[2] = {0.347854845137453857, 0.652145154862546143};
    double sum[16][16] = {{0}};

    for (int i = 0; i < 32; i++) {
        double c = z[i / 16] * (i % 2 ? 1 : -1), s = sqrt(1 - c * c);
        double phi = 0.1 + M_PI / 4 * (i / 2 % 8), y[16];
        double q[3] = {1.7 * s * cos(phi), 1.7 * s * sin(phi), 1.7 * c};

        for (int l = 0; l <= 3; l++)
            ylm(l, q, y + l * l, NULL);
        for (int a = 0; a < 16; a++)
            for (int b = 0; b < 16; b++)
                sum[a][b] += w[i / 16] * M_PI / 4 * y[a] * y[b];
    }
    for (int a = 0; a < 16; a++)
        for (int b = 0; b < 16; b++)
            ck_near(sum[a][b], a == b, 1e-14);
}
END_TEST

/* m = -l ... l: sin(|m| phi), then cos(m phi), of a positive function. */
START_TEST(harmonics_are_in_order)
{
    const double phi = 0.37, s = 0.3;
    double q[3] = {s * cos(phi), s * sin(phi), sqrt(1 - s * s)};
    double y[7], zero[7];

    for (int l = 0; l <= 3; l++) {
        ylm(l, q, y, NULL);
        ylm(l, (double[3]){s, 0, q[2]}, zero, NULL); /* phi = 0 */
        for (int m = 0; m <= l; m++) {
            ck_assert_double_gt(zero[l + m], 0);
            ck_near(y[l + m], zero[l + m] * cos(m * phi), 1e-15);
            if (m > 0)
                ck_near(y[l - m], zero[l + m] * sin(m * phi), 1e-15);
        }
    }
}
END_TEST

START_TEST(gradients_of_harmonics_match_finite_differences)
{
    const double h = 1e-5;
    double q[3] = {0.7, -1.1, 0.4}, y[7], dy[7][3], up[7], down[7];

    for (int l = 0; l <= 3; l++) {
        ylm(l, q, y, dy);
        for (int k = 0; k < 3; k++) {
            q[k] += h;
            ylm(l, q, up, NULL);
            q[k] -= 2 * h;
            ylm(l, q, down, NULL);
            q[k] += h;
            for (int m = 0; m < 2 * l + 1; m++)
                ck_near(dy[m][k] / norm3(q), (up[m] - down[m]) / (2 * h), 1e-9);
        }
    }
}
END_TEST

static double legendre(int l, double x)
{
    return l == 0   ? 1
           : l == 1 ? x
           : l == 2 ? (3 * x * x - 1) / 2
                    : x * (5 * x * x - 3) / 2;
}

/*
 * <q|V|q'> by the addition theorem, without harmonics, phases or (-i)^l:
 * sum_a exp(-i(q - q') tau) sum_ij f_i D_ij f_j (2l+1)/(4 pi) P_l / volume.
 */
static double complex element(const struct crystal *c, const double q[3],
                              const double r[3], bool overlap)
{
    double lq = norm3(q), lr = norm3(r);
    double complex sum = 0;

    for (int a = 0; a < c->natoms; a++) {
        const struct pseudo *p = c->pseudo[c->species[a]];
        const double *d = overlap ? p->q : p->d;
        double turn = dot3(q, c->tau[a]) - dot3(r, c->tau[a]), part = 0;

        for (int i = 0; d && i < NBETA; i++)
            for (int j = 0; j < NBETA; j++)
                if (p->l[i] == p->l[j])
                    part += d[i * NBETA + j] *
                            pseudo_eval(p, PSEUDO_BETA, i, lq, NULL) *
                            pseudo_eval(p, PSEUDO_BETA, j, lr, NULL) *
                            (2 * p->l[i] + 1) / (4 * M_PI) *
                            legendre(p->l[i], dot3(q, r) / (lq * lr));
        sum += part * cexp(-I * turn) / c->volume;
    }
    return sum;
}

START_TEST(operators_match_the_addition_theorem)
{
    struct scene s;
    struct basis b;
    struct projectors p;

    scene_init(&s, true);
    basis_init(&b, &s.crystal, scene_generic, 1, 2.3, false);
    projectors_init(&p, &s.crystal, &b);
    for (int j = 0; j < b.npw; j += 7) {
        double complex *unit = xcalloc(b.npw, 3 * sizeof(*unit));
        double complex *h = unit + b.npw, *o = h + b.npw;

        unit[j] = 1;
        projectors_apply(&p, &b, 1, unit, h, o);
        for (int i = 0; i < b.npw; i++) {
            double complex v = element(&s.crystal, b.q[i], b.q[j], false);
            double complex q = element(&s.crystal, b.q[i], b.q[j], true);

            ck_near(cabs(h[i] - v), 0, 1e-14);
            ck_near(cabs(o[i] - q), 0, 1e-14);
        }
        free(unit);
    }
    projectors_release(&p);
    basis_release(&b);
    crystal_release(&s.crystal);
}
END_TEST

/* Added to what is there, and the energy is the expectation value. */
START_TEST(energy_is_the_expectation_value)
{
    for (int real = 0; real < 2; real++) {
        struct scene s;
        struct basis b;
        struct projectors p;
        double sum = 0;

        scene_init(&s, false);
        basis_init(&b, &s.crystal, real ? scene_halves[1] : scene_generic, 1,
                   2.3, true);
        projectors_init(&p, &s.crystal, &b);
        ck_assert_int_eq(b.real, real);
        ck_assert(!p.q);
        double complex *psi = scene_states(&b), *h = scene_states(&b);
        size_t n = (size_t)NB * b.npw;
        projectors_apply(&p, &b, NB, psi, h, NULL);
        for (size_t i = 0; i < n; i++)
            sum += scene_occ[i / b.npw] * creal(conj(psi[i]) * (h[i] - psi[i]));
        ck_close(nonlocal_energy(&p, &b, NB, psi, scene_occ), sum, 1e-12);
        free(psi);
        free(h);
        projectors_release(&p);
        basis_release(&b);
        crystal_release(&s.crystal);
    }
}
END_TEST

START_TEST(real_bases_agree_with_complex_ones)
{
    for (int h = 0; h < 2; h++) {
        struct scene s;
        struct basis b[2];
        double complex *psi[2];
        double e[2], t[2];

        scene_init(&s, false);
        for (int i = 0; i < 2; i++)
            basis_init(&b[i], &s.crystal, scene_halves[h], 1, 2.3, i == 0);
        ck_assert(b[0].real && !b[1].real);
        ck_assert_int_eq(b[0].nfull, b[1].npw);
        psi[0] = scene_states(&b[0]);
        psi[1] = unfold(&b[0], psi[0], &b[1]);
        for (int i = 0; i < 2; i++) {
            struct projectors p;

            projectors_init(&p, &s.crystal, &b[i]);
            e[i] = nonlocal_energy(&p, &b[i], NB, psi[i], scene_occ);
            t[i] = kinetic_energy(&b[i], NB, psi[i], scene_occ);
            projectors_release(&p);
            basis_release(&b[i]);
            free(psi[i]);
        }
        ck_close(e[0], e[1], 1e-13);
        ck_close(t[0], t[1], 1e-13);
        crystal_release(&s.crystal);
    }
}
END_TEST

/* In real space, a little beside its atom, each is a positive multiple of its
 * harmonic, and real: f > 0, and the transform of j_l is positive there. */
START_TEST(functions_point_where_their_harmonics_do)
{
    struct scene s;
    struct basis b;
    struct projectors p;

    scene_init(&s, false);
    s.data[0].bend = s.data[1].bend = 0;
    basis_init(&b, &s.crystal, scene_halves[0], 1, 25, false);
    projectors_init(&p, &s.crystal, &b);
    for (int a = 0; a < 3; a++) {
        const double d[3] = {0.61, 0.37, 0.79};
        double y[32];

        for (int l = 0, at = 0; l <= 3; l++)
            for (int i = 0; i < 2; i++, at += 2 * l + 1)
                ylm(l, d, y + at, NULL);
        for (int i = 0; i < 32; i++) {
            const double complex *beta =
                p.beta + (size_t)(p.first[a] + i) * b.npw;
            double complex sum = 0;

            for (int n = 0; n < b.npw; n++)
                sum += beta[n] * cexp(I * (dot3(b.q[n], s.crystal.tau[a]) +
                                           dot3(b.q[n], d)));
            ck_near(cimag(sum), 0, 1e-11);
            ck_assert_double_gt(creal(sum) * y[i], 0);
        }
    }
    projectors_release(&p);
    basis_release(&b);
    crystal_release(&s.crystal);
}
END_TEST

/* Orbitals go the way of projectors; here they are the same functions. */
START_TEST(orbitals_are_filled_like_projectors)
{
    struct scene s;
    struct basis b;
    struct projectors p;

    scene_init(&s, false);
    for (int i = 0; i < 2; i++) {
        s.pseudo[i].norbitals = NBETA - 1 - i; /* f once, d twice or once */
        s.pseudo[i].orbital_l = s.l[i];
    }
    basis_init(&b, &s.crystal, scene_generic, 1, 2.3, true);
    projectors_init(&p, &s.crystal, &b);
    int n = atomic_total(&s.crystal, PSEUDO_ORBITAL);
    ck_assert_int_eq(n, 25 + 18 + 25);
    double complex *psi = xcalloc((size_t)n * b.npw, sizeof(*psi));
    atomic_fill(&s.crystal, &b, PSEUDO_ORBITAL, psi);
    for (int a = 0, at = 0; a < 3; a++) {
        int nm = a == 1 ? 18 : 25;

        ck_assert_mem_eq(psi + (size_t)at * b.npw,
                         p.beta + (size_t)p.first[a] * b.npw,
                         (size_t)nm * b.npw * sizeof(*psi));
        at += nm;
    }
    free(psi);
    projectors_release(&p);
    basis_release(&b);
    crystal_release(&s.crystal);
}
END_TEST

void dft_nonlocal_cases(Suite *s)
{
    TCase *t = tcase_create("nonlocal");

    tcase_add_test(t, harmonics_are_orthonormal);
    tcase_add_test(t, harmonics_are_in_order);
    tcase_add_test(t, gradients_of_harmonics_match_finite_differences);
    tcase_add_test(t, operators_match_the_addition_theorem);
    tcase_add_test(t, energy_is_the_expectation_value);
    tcase_add_test(t, real_bases_agree_with_complex_ones);
    tcase_add_test(t, functions_point_where_their_harmonics_do);
    tcase_add_test(t, orbitals_are_filled_like_projectors);
    dft_nonlocal_force_cases(t);
    suite_add_tcase(s, t);
}
