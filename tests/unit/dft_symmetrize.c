#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dft_models.h"
#include "dft_suite.h"

struct scene {
    struct crystal c;
    struct symmetry s;
    struct grid g;
};

/* A sphere of some hundred vectors, of which none is cut in a star. */
static void scene_open(struct scene *t, int model)
{
    struct err err;

    model_init(&t->c, &models[model]);
    model_find(&t->s, &t->c);
    ck_assert_int_eq(grid_init(&t->g, &t->c, 4.017, (int[3]){0, 0, 0}, &err),
                     0);
}

static void scene_close(struct scene *t)
{
    grid_release(&t->g);
    symmetry_release(&t->s);
    crystal_release(&t->c);
}

static double complex *noise(const struct grid *g)
{
    double complex *f = xcalloc(g->ng, sizeof(*f));
    struct rng rng;

    rng_init(&rng, 11);
    for (int i = 0; i < g->ng; i++) {
        double re = rng_normal(&rng), im = rng_normal(&rng);

        f[i] = i ? re + I * im : re;
    }
    return f;
}

/* f at a point of fractional coordinates x. */
static double value(const struct grid *g, const double complex *f,
                    const double x[3])
{
    double sum = creal(f[0]);

    for (int i = 1; i < g->ng; i++)
        sum += 2 * creal(f[i] * cexp(2 * M_PI * I *
                                     (g->m[i][0] * x[0] + g->m[i][1] * x[1] +
                                      g->m[i][2] * x[2])));
    return sum;
}

static void image(const struct symmetry *s, int i, const double x[3],
                  double y[3])
{
    for (int k = 0; k < 3; k++) {
        y[k] = s->shift[i][k];
        for (int j = 0; j < 3; j++)
            y[k] += s->rotation[i][k][j] * x[j];
    }
}

/* At a general point and all its images: the mean of f over them. */
START_TEST(fields_become_their_mean_over_the_group)
{
    const double x[3] = {0.137, 0.771, 0.402};
    struct scene t;
    double mean = 0;

    scene_open(&t, _i);
    double complex *f = noise(&t.g), *before = noise(&t.g);
    for (int i = 0; i < t.s.n; i++) {
        double y[3];

        image(&t.s, i, x, y);
        mean += value(&t.g, f, y) / t.s.n;
    }
    symmetry_density(&t.s, &t.g, f);
    for (int i = 0; i < t.s.n; i++) {
        double y[3];

        image(&t.s, i, x, y);
        ck_near(value(&t.g, f, y), mean, 1e-11);
    }
    ck_near(cimag(f[0]), 0, 1e-15);
    ck_near(creal(f[0]), creal(before[0]), 1e-14);
    memcpy(before, f, t.g.ng * sizeof(*f));
    symmetry_density(&t.s, &t.g, f);
    for (int i = 0; i < t.g.ng; i++)
        ck_near(cabs(f[i] - before[i]), 0, 1e-14);
    free(f);
    free(before);
    scene_close(&t);
}
END_TEST

/* Gaussians on the atoms, one width for each species and moment. */
START_TEST(superposed_atoms_are_left_alone)
{
    struct scene t;

    scene_open(&t, _i);
    double complex *f = xcalloc(t.g.ng, 2 * sizeof(*f)), *before = f + t.g.ng;
    for (int a = 0; a < t.c.natoms; a++) {
        double w = 0.1 * (1 + models[_i].z[a] + 0.3 * t.c.moment[a]);

        for (int i = 0; i < t.g.ng; i++)
            f[i] += exp(-w * t.g.g2[i]) * cexp(-I * dot3(t.g.g[i], t.c.tau[a]));
    }
    memcpy(before, f, t.g.ng * sizeof(*f));
    symmetry_density(&t.s, &t.g, f);
    for (int i = 0; i < t.g.ng; i++)
        ck_near(cabs(f[i] - before[i]), 0, 1e-12);
    free(f);
    scene_close(&t);
}
END_TEST

/* Cartesian: r = sum_ij a_i R_ij b_j / 2 pi. */
static void cartesian(const struct scene *t, int s, double r[3][3])
{
    memset(r, 0, 9 * sizeof(double));
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            for (int k = 0; k < 9; k++)
                r[k / 3][k % 3] += t->c.a[i][k / 3] * t->s.rotation[s][i][j] *
                                   t->c.b[j][k % 3] / (2 * M_PI);
}

START_TEST(forces_become_their_mean_over_the_group)
{
    struct scene t;
    struct rng rng;
    double f[4][3], mean[4][3] = {{0}}, r[3][3];
    int n;

    scene_open(&t, _i);
    n = t.c.natoms;
    rng_init(&rng, 3);
    for (int i = 0; i < 12; i++)
        f[i / 3][i % 3] = rng_normal(&rng);
    for (int i = 0; i < t.s.n; i++) {
        cartesian(&t, i, r);
        for (int a = 0; a < n; a++)
            for (int k = 0; k < 3; k++)
                mean[t.s.map[i * n + a]][k] += dot3(r[k], f[a]) / t.s.n;
    }
    symmetry_forces(&t.s, &t.c, f);
    for (int a = 0; a < n; a++)
        for (int k = 0; k < 3; k++)
            ck_near(f[a][k], mean[a][k], 1e-14);
    for (int i = 0; i < t.s.n; i++) {
        cartesian(&t, i, r);
        for (int a = 0; a < n; a++)
            for (int k = 0; k < 3; k++) {
                ck_near(dot3(r[k], r[(k + 1) % 3]), 0, 1e-14);
                ck_near(f[t.s.map[i * n + a]][k], dot3(r[k], f[a]), 1e-13);
            }
    }
    scene_close(&t);
}
END_TEST

/* r u r^T. */
static void turned(double r[3][3], double u[3][3], double to[3][3])
{
    memset(to, 0, 9 * sizeof(double));
    for (int p = 0; p < 81; p++)
        to[p / 27][p / 9 % 3] +=
            r[p / 27][p / 3 % 3] * r[p / 9 % 3][p % 3] * u[p / 3 % 3][p % 3];
}

START_TEST(stress_becomes_its_mean_over_the_group)
{
    double u[3][3] = {{1.3, 0.2, -0.7}, {0.2, -0.4, 0.5}, {-0.7, 0.5, 2.1}};
    double mean[3][3] = {{0}}, r[3][3], image[3][3];
    struct scene t;

    scene_open(&t, _i);
    for (int i = 0; i < t.s.n; i++) {
        cartesian(&t, i, r);
        turned(r, u, image);
        for (int k = 0; k < 9; k++)
            mean[k / 3][k % 3] += image[k / 3][k % 3] / t.s.n;
    }
    symmetry_stress(&t.s, &t.c, u);
    for (int k = 0; k < 9; k++)
        ck_near(u[k / 3][k % 3], mean[k / 3][k % 3], 1e-13);
    for (int k = 0; k < 9 && t.s.n >= 24 && _i < 4; k++) /* cubic */
        ck_near(u[k / 3][k % 3], k % 4 == 0 ? 1 : 0, 1e-13);
    scene_close(&t);
}
END_TEST

/* Where an operation leads out of the sphere the star is taken away. */
START_TEST(stars_cut_by_the_sphere_are_zero)
{
    struct scene t;
    struct crystal longer;
    struct model m = models[0];
    struct err err;
    int zero = 0, cut = 0;

    scene_open(&t, 0);
    m.a[0][0] += 1e-6; /* |G| of its longest differ by more than the rim */
    model_init(&longer, &m);
    grid_release(&t.g);
    ck_assert_int_eq(
        grid_init(&t.g, &longer, 8 * M_PI / 7, (int[3]){0, 0, 0}, &err), 0);
    double complex *f = noise(&t.g);
    symmetry_density(&t.s, &t.g, f);
    for (int i = 0; i < t.g.ng; i++) {
        const int *k = t.g.m[i];

        zero += f[i] == 0;
        cut += k[0] * k[0] + k[1] * k[1] + k[2] * k[2] == 16;
    }
    ck_assert_int_gt(cut, 0);
    ck_assert_int_eq(zero, cut);
    free(f);
    crystal_release(&longer);
    scene_close(&t);
}
END_TEST

void dft_symmetrize_cases(TCase *t)
{
    tcase_add_loop_test(t, fields_become_their_mean_over_the_group, 0, NMODELS);
    tcase_add_loop_test(t, superposed_atoms_are_left_alone, 0, NMODELS);
    tcase_add_loop_test(t, forces_become_their_mean_over_the_group, 0, NMODELS);
    tcase_add_loop_test(t, stress_becomes_its_mean_over_the_group, 0, NMODELS);
    tcase_add_test(t, stars_cut_by_the_sphere_are_zero);
}
