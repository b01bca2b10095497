#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/la.h>

#include "gp/state.h"
#include "gp_suite.h"
#include "suites.h"

enum { N = 5, ROWS = 1 + 3 * N };

static void features_of(const struct pairs *p, const struct atoms *a, double *x,
                        double (*g)[3])
{
    struct neighbors nb = {0};
    struct err err;

    ck_assert_int_eq(pairs_eval(p, a, &nb, x, g, NULL, &err), 0);
    neighbors_release(&nb);
}

/* By all images in reach, from the definition. */
static double plain_feature(const struct atoms *a, int i, int j)
{
    double d = element_radius(a->z[i]) + element_radius(a->z[j]);
    double sum = pow(d / GP_RC, GP_POWER);

    for (int m = -4; m <= 4; m++)
        for (int n = -4; n <= 4; n++) {
            double r2 = 0;

            for (int c = 0; c < 3; c++) {
                double x = a->pos[j][c] - a->pos[i][c] + m * a->cell[0][c] +
                           n * a->cell[1][c];

                r2 += x * x;
            }
            double r = sqrt(r2), t = (r - GP_RS) / (GP_RC - GP_RS), s = 1;

            if (t > 0)
                s = 1 - 10 * t * t * t + 15 * pow(t, 4) - 6 * pow(t, 5);
            if (t < 1)
                sum += s * pow(d / r, GP_POWER);
        }
    return pow(sum, (double)GP_EXPONENT / GP_POWER);
}

START_TEST(features_follow_their_definition)
{
    double x[N * N], g[N * N][3];
    struct pairs p;
    struct atoms a;

    gp_atoms(&a);
    pairs_init(&p, &a, false, 1);
    ck_assert_int_eq(p.npair, 9); /* not the two that are fixed */
    ck_assert_int_eq(p.nfeature, 9);
    features_of(&p, &a, x, g);
    for (int k = 0; k < p.npair; k++)
        ck_near(x[k], plain_feature(&a, p.ij[k][0], p.ij[k][1]), 1e-13);
    pairs_release(&p);
    atoms_release(&a);
}
END_TEST

/* Two atoms without images: x = (c^12 + (d/r)^12)^(1/4), far away c^3. */
START_TEST(a_pair_beyond_reach_has_a_smooth_feature)
{
    const double d = 2 * element_radius(29);
    double x, g[1][3];
    struct pairs p;
    struct atoms a;

    atoms_init(&a, 2);
    a.z[0] = a.z[1] = 29;
    pairs_init(&p, &a, false, 1);
    a.pos[1][2] = 2.5;
    features_of(&p, &a, &x, g);
    ck_near(x, pow(pow(d / 8, 12) + pow(d / 2.5, 12), 0.25), 1e-14);
    a.pos[1][2] = 7.99;
    features_of(&p, &a, &x, g);
    ck_near(x, pow(d / 8, 3), 1e-7);
    ck_near(g[0][2], 0, 1e-4);
    a.pos[1][2] = 9;
    features_of(&p, &a, &x, g);
    ck_near(x, pow(d / 8, 3), 1e-15);
    ck_assert_double_eq(g[0][2], 0);
    pairs_release(&p);
    atoms_release(&a);
}
END_TEST

START_TEST(feature_gradient_matches_finite_difference)
{
    const double h = 1e-5;
    double x[9], up[9], down[9], g[9][3], ignored[9][3];
    struct pairs p;
    struct atoms a;

    gp_atoms(&a);
    pairs_init(&p, &a, false, 1);
    features_of(&p, &a, x, g);
    for (int i = 0; i < 3 * N; i++) {
        double *at = &a.pos[i / 3][i % 3], was = *at;

        *at = was + h;
        features_of(&p, &a, up, ignored);
        *at = was - h;
        features_of(&p, &a, down, ignored);
        *at = was;
        for (int k = 0; k < p.npair; k++) {
            double by = 0;

            if (p.ij[k][1] == i / 3)
                by = g[k][i % 3];
            if (p.ij[k][0] == i / 3)
                by = -g[k][i % 3];
            ck_near((up[k] - down[k]) / (2 * h), by, 1e-9);
        }
    }
    pairs_release(&p);
    atoms_release(&a);
}
END_TEST

/* k at two structures from the formula of the header and plain features. */
static double plain_kernel(double l, const struct atoms *a,
                           const struct atoms *b)
{
    double d2 = 0;

    for (int i = 0; i < N; i++)
        for (int j = i < 2 ? 2 : i + 1; j < N; j++)
            d2 += pow(plain_feature(a, i, j) - plain_feature(b, i, j), 2);
    double s = sqrt(5 * d2) / l;

    return (1 + s + s * s / 3) * exp(-s);
}

/* d2k/du dv, d/du or d/dv by central differences; NULL: not by that one. */
static double difference(double l, const struct atoms *a, const struct atoms *b,
                         double *u, double *v)
{
    const double h = 1e-3;
    double sum = 0;

    for (int m = -1; m <= 1; m += 2) {
        double was = u ? *u : 0;

        if (u)
            *u += m * h;
        for (int n = -1; n <= 1; n += 2) {
            double wasv = v ? *v : 0;

            if (v)
                *v += n * h;
            sum += (u ? m : 1) * (v ? n : 1) * plain_kernel(l, a, b);
            if (v)
                *v = wasv;
        }
        if (u)
            *u = was;
    }
    return sum / 4 / (u ? h : 1) / (v ? h : 1);
}

struct scene {
    struct atoms a, b;
    struct pairs p;
    double x[2][9], g[2][9][3];
    int all[3 * N];
    struct point point[2];
};

static void scene_init(struct scene *s)
{
    gp_atoms(&s->a);
    gp_atoms(&s->b);
    for (int i = 6; i < 3 * N; i++)
        s->b.pos[i / 3][i % 3] += 0.04 * (i % 7 - 3);
    pairs_init(&s->p, &s->a, false, 1);
    features_of(&s->p, &s->a, s->x[0], s->g[0]);
    features_of(&s->p, &s->b, s->x[1], s->g[1]);
    for (int i = 0; i < 3 * N; i++)
        s->all[i] = i + 1;
    for (int k = 0; k < 2; k++)
        s->point[k] = (struct point){s->x[k], s->g[k], NULL, s->all, 3 * N};
}

static void scene_release(struct scene *s)
{
    atoms_release(&s->a);
    atoms_release(&s->b);
    pairs_release(&s->p);
}

/* Every element, against a kernel that knows no derivatives. */
START_TEST(covariance_is_the_derivative_of_the_kernel)
{
    const double l = 0.57;
    double k[ROWS][ROWS];
    struct scene s;

    scene_init(&s);
    geometry(&s.p, &s.point[0], &s.point[1], k[0], ROWS);
    covariance(l, 3 * N, 3 * N, k[0], k[0], ROWS);
    ck_near(k[0][0], plain_kernel(l, &s.a, &s.b), 1e-12);
    for (int r = 0; r < ROWS; r++)
        for (int c = 0; c < ROWS; c++)
            ck_near(k[r][c],
                    difference(l, &s.a, &s.b,
                               r ? &s.a.pos[(r - 1) / 3][(r - 1) % 3] : NULL,
                               c ? &s.b.pos[(c - 1) / 3][(c - 1) % 3] : NULL),
                    3e-5);
    scene_release(&s);
}
END_TEST

/* Of one structure with itself, and of two with both. */
START_TEST(covariance_is_symmetric_and_not_negative)
{
    enum { SIZE = 2 * ROWS };
    double k[SIZE][SIZE], w[SIZE], squares[ROWS];
    struct scene s;
    struct err err;

    scene_init(&s);
    for (int m = 0; m < 2; m++)
        for (int n = 0; n < 2; n++) {
            double *block = &k[m * ROWS][n * ROWS];

            geometry(&s.p, &s.point[m], &s.point[n], block, SIZE);
            covariance(0.8, 3 * N, 3 * N, block, block, SIZE);
        }
    for (int r = 0; r < SIZE; r++)
        for (int c = 0; c < r; c++)
            ck_near(k[r][c], k[c][r], 1e-14);
    jacobian_squares(&s.p, &s.point[0], squares);
    for (int r = 1; r < ROWS; r++)
        ck_near(k[r][r], kernel_radial(0.8, 0).a * squares[r], 1e-13);
    ck_assert_int_eq(la_eig_sym(SIZE, k[0], w, &err), 0);
    ck_assert_double_gt(w[0], -1e-13 * w[SIZE - 1]);
    scene_release(&s);
}
END_TEST

TCase *gp_covariance_tests(void)
{
    TCase *t = tcase_create("covariance");

    tcase_add_test(t, features_follow_their_definition);
    tcase_add_test(t, a_pair_beyond_reach_has_a_smooth_feature);
    tcase_add_test(t, feature_gradient_matches_finite_difference);
    tcase_add_test(t, covariance_is_the_derivative_of_the_kernel);
    tcase_add_test(t, covariance_is_symmetric_and_not_negative);
    return t;
}
