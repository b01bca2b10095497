#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/potential.h>

#include "gp/state.h"
#include "gp_suite.h"
#include "suites.h"

/* A process in cells that change: features, covariances, stress. */

enum { N = GP_CROOKED, PAIRS = N * (N + 1) / 2, FEATURES = 2 * PAIRS };
enum { ROWS = 1 + 3 * N + NSTRAIN };

/* how: 1 the stress is learnt, 2 with a prior, 4 all in one cell. */
enum { LEARNT = 1, PRIOR = 2, ONE_CELL = 4 };

static void process(struct gp *gp, int natoms, int n, int how)
{
    const struct gp_params params = {.noise_e = GP_NOISE,
                                     .noise_f = GP_NOISE,
                                     .noise_s = GP_NOISE,
                                     .fit_scale = true};
    struct frames frames;
    struct err err;

    gp_crystals(&frames, natoms, n, !(how & ONE_CELL));
    ck_assert_int_eq(gp_gather(gp, &frames, "test", NULL, how & LEARNT, &err),
                     0);
    ck_assert(gp->strains);
    if (how & PRIOR)
        gp_add_prior(gp);
    ck_assert_int_eq(gp_train(gp, &params, &err), 0);
    frames_release(&frames);
}

static double energy_of(struct gp *gp, const struct atoms *a, double s[3][3])
{
    double energy, forces[N][3];
    struct err err;

    ck_assert_int_eq(gp_predict(gp, a, &energy, forces, s, &err), 0);
    return energy;
}

/*
 * The stress is the derivative of the energy, by a central difference of fourth
 * order, where nothing was learnt: of three atoms and of one, without forces,
 * strains that turn among them.  Energies are good to 1e-9 eV, as sums of large
 * terms, so that the difference is to 2e-6.
 */
START_TEST(stress_is_the_derivative_by_strain)
{
    const double h = 1e-3;
    int natoms = _i < 8 ? 3 : 1;
    double s[3][3];
    struct gp gp;

    process(&gp, natoms, natoms, _i % 8);
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 3; c++) {
            double e[5];
            struct atoms a;

            for (int k = -2; k <= 2; k++) {
                gp_crooked(&a, natoms);
                gp_strain(&a, 1, 2, 0.02);
                a.pos[0][1] += 0.1;
                if (k == -2)
                    energy_of(&gp, &a, s);
                gp_strain(&a, r, c, k * h);
                e[k + 2] = energy_of(&gp, &a, NULL);
                atoms_release(&a);
            }
            ck_near(s[r][c], (e[0] - 8 * e[1] + 8 * e[3] - e[4]) / (12 * h),
                    2e-6);
            ck_near(s[r][c], s[c][r], 1e-12 * fmax(1, fabs(s[r][c])));
        }
    gp_release(&gp);
}
END_TEST

/* Energies, forces and stress that were learnt, to the noise. */
START_TEST(labels_come_back)
{
    double e2 = 0, f2 = 0, s2 = 0;
    struct gp_residuals left;
    struct frames frames;
    struct gp gp;

    process(&gp, 3, 5, _i ? LEARNT | PRIOR : LEARNT);
    gp_crystals(&frames, 3, 5, true);
    for (int k = 0; k < 5; k++) {
        const struct atoms *a = &frames.frame[k].atoms;
        double v = volume3(a->cell[0], a->cell[1], a->cell[2]), s[3][3];
        double energy, forces[N][3], sigma_e, sigma_f[N];
        struct label label;
        struct err err;

        ck_assert(frame_get_label(&frames.frame[k], NULL, &label));
        ck_assert_int_eq(gp_predict(&gp, a, &energy, forces, s, &err), 0);
        gp_sigmas(&gp, &sigma_e, sigma_f);
        e2 += pow((energy - label.energy) / N, 2) / 5;
        for (int i = 0; i < 9; i++) {
            f2 +=
                pow(forces[i / 3][i % 3] - label.forces[i / 3][i % 3], 2) / 45;
            s2 += pow(s[i / 3][i % 3] / v - label.stress[i / 3][i % 3], 2) / 45;
            ck_near(s[i / 3][i % 3], v * label.stress[i / 3][i % 3],
                    2e-3 * gp.sigma);
        }
        ck_assert_double_le(sigma_e, 2e-4 * gp.sigma);
        ck_assert_double_le(sigma_f[2], 3e-4 * gp.sigma);
    }
    left = gp_residuals(&gp); /* from alpha alone */
    ck_near(left.e, sqrt(e2), 1e-9);
    ck_near(left.f, sqrt(f2), 1e-7);
    ck_near(left.s, sqrt(s2), 1e-8);
    ck_assert_double_lt(left.f, 3e-4 * gp.sigma);
    frames_release(&frames);
    gp_release(&gp);
}
END_TEST

/* Features of any image, of other lattice vectors, in any direction. */
START_TEST(stress_belongs_to_the_crystal)
{
    double s[3][3], t[3][3], e;
    struct atoms a;
    struct gp gp;

    process(&gp, 3, 4, LEARNT | PRIOR);
    gp_crooked(&a, 3);
    a.pos[2][0] += 0.2;
    e = energy_of(&gp, &a, s);
    for (int c = 0; c < 3; c++) {
        a.pos[1][c] += a.cell[2][c] - 2 * a.cell[0][c];
        a.cell[0][c] += a.cell[1][c];
    }
    ck_near(energy_of(&gp, &a, t), e, 1e-9);
    for (int i = 0; i < 9; i++)
        ck_near(s[i / 3][i % 3], t[i / 3][i % 3], 1e-8);
    for (int k = 0; k < 3; k++) { /* x, y, z -> y, z, x */
        double c0 = a.cell[k][0], p0 = a.pos[k][0];

        memmove(a.cell[k], a.cell[k] + 1, 2 * sizeof(double));
        memmove(a.pos[k], a.pos[k] + 1, 2 * sizeof(double));
        a.cell[k][2] = c0;
        a.pos[k][2] = p0;
    }
    ck_near(energy_of(&gp, &a, t), e, 1e-9);
    for (int i = 0; i < 9; i++)
        ck_near(t[i / 3][i % 3], s[(i / 3 + 1) % 3][(i % 3 + 1) % 3], 1e-8);
    atoms_release(&a);
    gp_release(&gp);
}
END_TEST

static void features_of(const struct pairs *p, const struct atoms *a, double *x,
                        double (*t)[NSTRAIN])
{
    struct neighbors nb = {0};
    double g[FEATURES][3];
    struct err err;

    ck_assert_int_eq(pairs_eval(p, a, &nb, x, g, t, &err), 0);
    neighbors_release(&nb);
}

/* All images of the definition, for both powers. */
START_TEST(features_follow_their_definition)
{
    double x[FEATURES], t[FEATURES][NSTRAIN];
    struct pairs p;
    struct atoms a;

    gp_crooked(&a, 3);
    pairs_init(&p, &a, true, 2);
    ck_assert_int_eq(p.npair, PAIRS);
    ck_assert_int_eq(p.nfeature, FEATURES);
    features_of(&p, &a, x, t);
    for (int k = 0; k < FEATURES; k++) {
        int i = p.ij[k][0], j = p.ij[k][1], power = k < PAIRS ? 12 : 6;
        double d = element_radius(a.z[i]) + element_radius(a.z[j]);
        double sum = pow(d / GP_RC, power);

        for (int m = 0; m < 7 * 7 * 7; m++) {
            int n[3] = {m / 49 - 3, m / 7 % 7 - 3, m % 7 - 3};
            double r2 = 0, u;

            for (int c = 0; c < 3; c++)
                r2 += pow(a.pos[j][c] - a.pos[i][c] + n[0] * a.cell[0][c] +
                              n[1] * a.cell[1][c] + n[2] * a.cell[2][c],
                          2);
            u = fmax(0, fmin(1, (sqrt(r2) - GP_RS) / (GP_RC - GP_RS)));
            if (r2 > 0)
                sum += (1 - u * u * u * (10 - u * (15 - 6 * u))) *
                       pow(d / sqrt(r2), power);
        }
        ck_near(x[k], pow(sum, 3.0 / power), 1e-13);
    }
    pairs_release(&p);
    atoms_release(&a);
}
END_TEST

START_TEST(feature_strains_match_finite_difference)
{
    const double h = 1e-5;
    double x[FEATURES], up[FEATURES], down[FEATURES], t[FEATURES][NSTRAIN];
    struct pairs p;
    struct atoms a;

    gp_crooked(&a, 3);
    pairs_init(&p, &a, true, 2);
    features_of(&p, &a, x, t);
    for (int v = 0; v < NSTRAIN; v++) {
        gp_strain(&a, strain_row[v], strain_column[v], h);
        features_of(&p, &a, up, NULL);
        atoms_release(&a);
        gp_crooked(&a, 3);
        gp_strain(&a, strain_row[v], strain_column[v], -h);
        features_of(&p, &a, down, NULL);
        atoms_release(&a);
        gp_crooked(&a, 3);
        for (int k = 0; k < FEATURES; k++)
            ck_near((up[k] - down[k]) / (2 * h), t[k][v], 1e-9);
    }
    pairs_release(&p);
    atoms_release(&a);
}
END_TEST

/* The rows and columns of strain are derivatives of the others. */
START_TEST(covariance_has_strains)
{
    const double h = 1e-4, l = 1.3;
    double k[ROWS][ROWS], to[2][ROWS][ROWS], x[2][FEATURES], g[2][FEATURES][3],
        t[2][FEATURES][NSTRAIN];
    struct neighbors nb = {0};
    struct point q[2];
    struct pairs p;
    struct atoms a;
    struct err err;
    int row[ROWS];

    for (int i = 0; i + 1 < ROWS; i++)
        row[i] = i + 1;
    gp_crooked(&a, 3);
    pairs_init(&p, &a, true, 2);
    for (int m = 0; m < 2; m++) {
        q[m] = (struct point){x[m], g[m], t[m], row, ROWS - 1};
        ck_assert_int_eq(pairs_eval(&p, &a, &nb, x[m], g[m], t[m], &err), 0);
        gp_strain(&a, 0, 1, 0.05);
        a.pos[1][2] += 0.1;
    }
    geometry(&p, &q[0], &q[1], k[0], ROWS);
    covariance(l, ROWS - 1, ROWS - 1, k[0], k[0], ROWS);
    for (int v = 0; v < NSTRAIN; v++) {
        for (int m = 0; m < 2; m++) {
            atoms_release(&a);
            gp_crooked(&a, 3);
            gp_strain(&a, strain_row[v], strain_column[v], m ? h : -h);
            ck_assert_int_eq(pairs_eval(&p, &a, &nb, x[0], g[0], t[0], &err),
                             0);
            geometry(&p, &q[0], &q[1], to[m][0], ROWS);
            covariance(l, ROWS - 1, ROWS - 1, to[m][0], to[m][0], ROWS);
        }
        for (int c = 0; c < ROWS; c++)
            ck_near(k[1 + 3 * N + v][c], (to[1][0][c] - to[0][0][c]) / (2 * h),
                    1e-5);
    }
    geometry(&p, &q[1], &q[1], k[0], ROWS);
    for (int r = 0; r < ROWS; r++)
        for (int c = 0; c < r; c++)
            ck_near(k[r][c], k[c][r], 1e-13);
    neighbors_release(&nb);
    pairs_release(&p);
    atoms_release(&a);
}
END_TEST

/* What is more than in one cell says nothing there. */
START_TEST(one_cell_is_as_before)
{
    double energy[2], forces[2][N][3], sigma_e[2], sigma_f[2][N];
    struct atoms a;
    struct err err;
    struct gp gp;

    process(&gp, 3, 4, ONE_CELL);
    ck_assert_int_eq(gp.npower, 1);
    gp_crooked(&a, 3);
    a.pos[1][0] += 0.1;
    for (int k = 0; k < 2; k++) {
        gp.strains = k == 0;
        ck_assert_int_eq(gp_prepare(&gp, &err), 0);
        ck_assert_int_eq(gp.state->pairs.nfeature, k == 0 ? PAIRS : 3);
        ck_assert_int_eq(gp_predict(&gp, &a, &energy[k], forces[k], NULL, &err),
                         0);
        gp_sigmas(&gp, &sigma_e[k], sigma_f[k]);
    }
    ck_assert_double_eq(energy[0], energy[1]);
    ck_assert_mem_eq(forces[0], forces[1], sizeof forces[0]);
    ck_assert_double_eq(sigma_e[0], sigma_e[1]);
    ck_assert_mem_eq(sigma_f[0], sigma_f[1], sizeof sigma_f[0]);
    a.cell[0][0] += 0.1;
    ck_assert_int_eq(gp_predict(&gp, &a, &energy[0], forces[0], NULL, &err),
                     ERR_RANGE);
    atoms_release(&a);
    gp_release(&gp);
}
END_TEST

/* Held atoms that go with the cell have not moved, others have. */
START_TEST(a_strain_is_no_motion)
{
    struct frames frames;
    struct err err;
    struct gp gp;

    for (int k = 0; k < 3; k++) {
        gp_crystals(&frames, 3, 1, false);
        struct atoms *a = &frames.frame[0].atoms;

        a->move = xcalloc(N, sizeof *a->move);
        a->move[1][0] = true;
        frames_append(&frames, &frames.frame[0]);
        a = &frames.frame[1].atoms;
        if (k < 2)
            gp_strain(a, 0, 1, 0.05);
        a->pos[0][2] += k == 1 ? 0.01 : 0;
        ck_assert_int_eq(gp_gather(&gp, &frames, "test", NULL, false, &err), 0);
        ck_assert_int_eq(gp.nfree, k == 1 ? 2 : 1);
        ck_assert(gp.strains == (k < 2));
        gp_release(&gp);
        frames_release(&frames);
    }
}
END_TEST

START_TEST(stress_is_of_labelled_crystals)
{
    struct frames frames;
    struct err err;
    struct gp gp;

    gp_crystals(&frames, 2, 2, true);
    frames.frame[1].line = 5;
    frame_drop(&frames.frame[1], "stress");
    ck_assert_int_eq(gp_gather(&gp, &frames, "data", NULL, true, &err),
                     ERR_RANGE);
    ck_assert_str_eq(err.msg, "data:5: expected a stress, as in all frames");
    frames_release(&frames);
    gp_frames(&frames, 1);
    ck_assert_int_eq(gp_gather(&gp, &frames, "data", NULL, true, &err),
                     ERR_RANGE);
    ck_assert_str_eq(err.msg, "data: the stress is of what is periodic in "
                              "three directions");
    frames_release(&frames);
}
END_TEST

/* Over the volume, of who asks, and of what is about strains. */
START_TEST(a_potential_has_stress)
{
    const struct calibration none = CALIBRATION_NONE;
    struct prediction out = {0};
    struct potential p;
    struct atoms a;
    struct err err;
    struct gp gp;
    double s[3][3];

    process(&gp, 3, 3, LEARNT);
    gp_crooked(&a, 3);
    gp_strain(&a, 2, 1, 0.03);
    energy_of(&gp, &a, s);
    potential_of_gp(&p, &gp, &none, 0);
    ck_assert_int_eq(p.eval(&p, &a, &out, &err), 0);
    ck_assert(!out.has_stress);
    out.want_stress = true;
    ck_assert_int_eq(p.eval(&p, &a, &out, &err), 0);
    ck_assert(out.has_stress && out.want_stress && out.has_sigma);
    for (int i = 0; i < 9; i++)
        ck_close(out.stress[i / 3][i % 3] *
                     volume3(a.cell[0], a.cell[1], a.cell[2]),
                 s[i / 3][i % 3], 1e-12);
    atoms_release(&a);
    p.release(&p);
    gp_of_frames(&gp, 1, false);
    potential_of_gp(&p, &gp, &none, 0);
    gp_atoms(&a);
    ck_assert_int_eq(p.eval(&p, &a, &out, &err), 0);
    ck_assert(!out.has_stress && out.want_stress);
    prediction_release(&out);
    atoms_release(&a);
    p.release(&p);
}
END_TEST

TCase *gp_strain_tests(void)
{
    TCase *t = tcase_create("strain");

    tcase_add_test(t, features_follow_their_definition);
    tcase_add_test(t, feature_strains_match_finite_difference);
    tcase_add_test(t, covariance_has_strains);
    tcase_add_loop_test(t, stress_is_the_derivative_by_strain, 0, 16);
    tcase_add_loop_test(t, labels_come_back, 0, 2);
    tcase_add_test(t, stress_belongs_to_the_crystal);
    tcase_add_test(t, one_cell_is_as_before);
    tcase_add_test(t, a_potential_has_stress);
    tcase_add_test(t, a_strain_is_no_motion);
    tcase_add_test(t, stress_is_of_labelled_crystals);
    return t;
}
