#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/la.h>

#include "gp/state.h"
#include "gp_suite.h"
#include "suites.h"

enum { N = 5 };

static double energy_of(struct gp *gp, const struct atoms *a,
                        double (*forces)[3])
{
    double energy, ignored[N][3];
    struct err err;

    ck_assert_int_eq(
        gp_predict(gp, a, &energy, forces ? forces : ignored, NULL, &err), 0);
    return energy;
}

/* A structure that is none of the data. */
static void elsewhere(struct atoms *a)
{
    gp_atoms(a);
    for (int i = 6; i < 3 * N; i++)
        a->pos[i / 3][i % 3] += 0.05 * (i % 5 - 2);
}

/* The energy is a sum of large terms: it is good to 1e-9 eV. */
START_TEST(forces_are_minus_the_gradient)
{
    const double h = 1e-4;
    double forces[N][3];
    struct atoms a;
    struct gp gp;

    gp_of_frames(&gp, 3, _i);
    elsewhere(&a);
    energy_of(&gp, &a, forces);
    for (int i = 6; i < 3 * N; i++) {
        double *x = &a.pos[i / 3][i % 3], was = *x, up, down;

        *x = was + h;
        up = energy_of(&gp, &a, NULL);
        *x = was - h;
        down = energy_of(&gp, &a, NULL);
        *x = was;
        ck_near(forces[i / 3][i % 3], (down - up) / (2 * h), 1e-5);
    }
    atoms_release(&a);
    gp_release(&gp);
}
END_TEST

/*
 * At the data: the labels but for noise, which is 1e-4 sigma, and nearly no
 * doubt.  The forces on what is fixed come out, too, where it is one frame.
 */
START_TEST(labels_come_back)
{
    struct frames frames;
    struct gp gp;
    int n = _i == 0 ? 1 : 4;

    gp_of_frames(&gp, n, _i == 2);
    gp_frames(&frames, n);
    for (int k = 0; k < n; k++) {
        struct frame *f = &frames.frame[k];
        double energy, forces[N][3], sigma_e, sigma_f[N], label;
        struct label l;
        struct err err;

        ck_assert(frame_get_label(f, NULL, &l));
        label = l.energy;
        ck_assert_int_eq(
            gp_predict(&gp, &f->atoms, &energy, forces, NULL, &err), 0);
        gp_sigmas(&gp, &sigma_e, sigma_f);
        ck_near(energy, label, 3e-4 * gp.sigma);
        ck_assert_double_le(sigma_e, 2e-4 * gp.sigma);
        for (int i = 0; i < 3 * N; i++)
            if (f->atoms.move[i / 3][i % 3] || (n == 1 && i < 6))
                ck_near(forces[i / 3][i % 3], l.forces[i / 3][i % 3],
                        1e-3 * gp.sigma);
        ck_assert_double_le(sigma_f[4], 2e-3 * gp.sigma);
    }
    frames_release(&frames);
    gp_release(&gp);
}
END_TEST

/* With the distance from the data doubt grows to sigma, and never beyond. */
START_TEST(doubt_grows_to_sigma)
{
    double energy, forces[N][3], sigma_e, sigma_f[N], last = 0;
    struct atoms a;
    struct err err;
    struct gp gp;

    gp_of_frames(&gp, 1, false);
    gp.length = 0.05; /* so that a cell has room for it */
    gp_atoms(&a);
    ck_assert_int_eq(gp_prepare(&gp, &err), 0);
    for (int k = 1; k <= 8; k++) {
        a.pos[4][2] += 0.05 * k;
        ck_assert_int_eq(gp_predict(&gp, &a, &energy, forces, NULL, &err), 0);
        gp_sigmas(&gp, &sigma_e, sigma_f);
        ck_assert_double_gt(sigma_e, last * (1 - 1e-9));
        ck_assert_double_le(sigma_e, gp.sigma);
        last = sigma_e;
    }
    ck_near(last, gp.sigma, 1e-3 * gp.sigma);
    atoms_release(&a);
    gp_release(&gp);
}
END_TEST

START_TEST(energy_is_invariant)
{
    double energy, shifted, forces[N][3], moved[N][3];
    struct atoms a;
    struct gp gp;

    gp_of_frames(&gp, 3, true);
    elsewhere(&a);
    energy = energy_of(&gp, &a, forces);
    for (int i = 0; i < N; i++) /* each atom by a lattice vector of its own */
        for (int c = 0; c < 3; c++)
            a.pos[i][c] += (i - 2) * a.cell[0][c] + (3 - i) * a.cell[1][c];
    shifted = energy_of(&gp, &a, moved);
    ck_near(energy, shifted, 1e-11);
    for (int i = 0; i < 3 * N; i++)
        ck_near(forces[i / 3][i % 3], moved[i / 3][i % 3], 1e-10);
    atoms_release(&a);
    gp_release(&gp);
}
END_TEST

/* A cluster: translated and turned as a whole, with its forces. */
START_TEST(a_cluster_may_turn)
{
    const struct gp_params params = {.noise_e = GP_NOISE, .noise_f = GP_NOISE};
    const double c = cos(0.7), s = sin(0.7);
    double forces[N][3], turned[N][3];
    struct frames frames = {0};
    struct atoms a, b;
    struct frame f;
    struct err err;
    struct gp gp;

    gp_atoms(&a);
    free(a.move);
    a.move = NULL;
    memset(a.pbc, 0, sizeof a.pbc);
    gp_label(&f, &a);
    frames_append(&frames, &f);
    frame_release(&f);
    ck_assert_int_eq(gp_gather(&gp, &frames, "test", NULL, false, &err), 0);
    ck_assert_int_eq(gp_train(&gp, &params, &err), 0);
    a.pos[4][2] += 0.2;
    atoms_copy(&b, &a);
    for (int i = 0; i < N; i++) {
        b.pos[i][0] = c * a.pos[i][0] - s * a.pos[i][1] + 7;
        b.pos[i][1] = s * a.pos[i][0] + c * a.pos[i][1] - 3;
    }
    ck_near(energy_of(&gp, &a, forces), energy_of(&gp, &b, turned), 1e-11);
    for (int i = 0; i < N; i++) {
        ck_near(turned[i][0], c * forces[i][0] - s * forces[i][1], 1e-10);
        ck_near(turned[i][1], s * forces[i][0] + c * forces[i][1], 1e-10);
    }
    atoms_release(&a);
    atoms_release(&b);
    frames_release(&frames);
    gp_release(&gp);
}
END_TEST

/* Solve a x = y by elimination with pivots; returns log |det a|. */
static double eliminate(int n, double *a, double *y)
{
    double sum = 0;

    for (int k = 0; k < n; k++) {
        int p = k;

        for (int i = k; i < n; i++)
            if (fabs(a[i * n + k]) > fabs(a[p * n + k]))
                p = i;
        for (int j = 0; j < n; j++) {
            double t = a[k * n + j];

            a[k * n + j] = a[p * n + j];
            a[p * n + j] = t;
        }
        double t = y[k];

        y[k] = y[p];
        y[p] = t;
        sum += log(fabs(a[k * n + k]));
        for (int i = k + 1; i < n; i++) {
            double f = a[i * n + k] / a[k * n + k];

            for (int j = k; j < n; j++)
                a[i * n + j] -= f * a[k * n + j];
            y[i] -= f * y[k];
        }
    }
    for (int k = n - 1; k >= 0; k--) {
        for (int j = k + 1; j < n; j++)
            y[k] -= a[k * n + j] * y[j];
        y[k] /= a[k * n + k];
    }
    return sum;
}

/* K of the header, noise included, at length l. */
static double *dense(struct gp *gp, double l)
{
    int width = gp->nfree + 1, n = gp_rows(gp);
    double *k = xcalloc((size_t)(n * n), sizeof *k);

    for (int f = 0; f < gp->n; f++)
        for (int h = 0; h < gp->n; h++) {
            struct point p = data_point(gp, f), q = data_point(gp, h);
            double *block = k + f * width * n + h * width;

            geometry(&gp->state->pairs, &p, &q, block, (size_t)n);
            covariance(l, gp->nfree, gp->nfree, block, block, (size_t)n);
        }
    for (int i = 0; i < n; i++)
        k[i * n + i] += pow(i % width ? gp->noise_f : gp->noise_e, 2);
    return k;
}

/* s0 of the header: the diagonal of K are the variances of forces. */
static double believed(struct gp *gp, double l)
{
    double *k = dense(gp, l), variance = 0;
    int n = gp_rows(gp);

    for (int i = 1; i <= gp->nfree; i++)
        variance += k[i * n + i] / gp->nfree;
    free(k);
    return GP_FORCE / sqrt(variance);
}

/* alpha by elimination and the value of the length, m as the process has it. */
static double dense_solve(struct gp *gp, double l, double *alpha, double *m)
{
    int n = gp_rows(gp), width = gp->nfree + 1;
    double *k = dense(gp, l), *again = dense(gp, l), q = 0, oy = 0, oo = 0;
    double *one = xcalloc((size_t)n, sizeof *one), logdet, w;
    double nu = GP_BELIEF * gp->nfree, s0 = believed(gp, l);

    for (int i = 0; i < n; i++) {
        alpha[i] = gp->y[i];
        one[i] = i % width == 0;
    }
    logdet = eliminate(n, k, alpha);
    eliminate(n, again, one);
    for (int i = 0; i < n; i += width) {
        oy += alpha[i];
        oo += one[i];
    }
    *m = oy / oo;
    for (int i = 0; i < n; i++) {
        alpha[i] -= *m * one[i];
        q += alpha[i] * (gp->y[i] - (i % width ? 0 : *m));
    }
    free(k);
    free(again);
    free(one);
    w = log(l / GP_LENGTH) / GP_LENGTH_WIDTH;
    return nu * log(s0) - (n + nu) / 2 * log((q + nu * s0 * s0) / (n + nu)) -
           logdet / 2 - w * w / 2;
}

/*
 * m and alpha as dense algebra has them; the length is the best there is, to
 * what is no evidence: a tenth in the logarithm of the likelihood.
 */
START_TEST(training_is_what_the_equations_say)
{
    struct gp gp;

    gp_of_frames(&gp, 3, false);
    int n = gp_rows(&gp);
    double *alpha = xcalloc((size_t)n, sizeof *alpha), m;
    double best = dense_solve(&gp, gp.length, alpha, &m);

    ck_near(gp.m, m, 1e-6 * gp.sigma);
    ck_assert_double_eq(gp.jitter, 0);
    for (int i = 0; i < n; i++)
        ck_near(gp.state->alpha[i], alpha[i],
                1e-6 * (1 + fabs(alpha[i])) * gp.sigma);
    for (double t = log(0.1); t < log(10); t += 0.1)
        ck_assert_double_le(dense_solve(&gp, exp(t), alpha, &m), best + 0.1);
    free(alpha);
    gp_release(&gp);
}
END_TEST

/* Energies far from zero lose nothing that the forces could tell. */
START_TEST(large_energies_lose_nothing)
{
    const struct gp_params params = {.noise_e = GP_NOISE, .noise_f = GP_NOISE};
    double forces[2][N][3], energy[2];
    struct frames frames;
    struct atoms a;
    struct err err;

    gp_frames(&frames, 3);
    elsewhere(&a);
    for (int k = 0; k < 2; k++) {
        struct gp gp;

        for (int i = 0; i < 3; i++) {
            double e;

            frame_get_real(&frames.frame[i], "energy", &e);
            frame_set_real(&frames.frame[i], "energy", e - 131072.0 * k);
        }
        ck_assert_int_eq(gp_gather(&gp, &frames, "test", NULL, false, &err), 0);
        ck_assert_int_eq(gp_train(&gp, &params, &err), 0);
        energy[k] = energy_of(&gp, &a, forces[k]);
        gp_release(&gp);
    }
    ck_near(energy[1] + 131072, energy[0], 1e-8);
    for (int i = 0; i < 3 * N; i++)
        ck_near(forces[0][i / 3][i % 3], forces[1][i / 3][i % 3], 1e-7);
    atoms_release(&a);
    frames_release(&frames);
}
END_TEST

/* Labels are twice a Morse energy: its prior is found to be half of them. */
START_TEST(the_scale_of_the_prior_is_found)
{
    const struct gp_params params = {
        .noise_e = GP_NOISE, .noise_f = GP_NOISE, .fit_scale = true};
    static const int z[2] = {6, 29};
    struct frames frames;
    struct atoms a;
    struct frame f;
    struct err err;
    struct gp gp;
    double e;

    gp_frames(&frames, 3);
    ck_assert_int_eq(gp_gather(&gp, &frames, "test", NULL, false, &err), 0);
    ck_assert_int_eq(prior_published(&gp.prior, z, 2, 4.1, 6.3, &err), 0);
    ck_assert_int_eq(gp_train(&gp, &params, &err), 0);
    ck_near(gp.scale, 2, 1e-6);
    elsewhere(&a);
    gp_label(&f, &a);
    ck_assert(frame_get_real(&f, "energy", &e));
    ck_near(energy_of(&gp, &a, NULL), e, 1e-4);
    frame_release(&f);
    atoms_release(&a);
    frames_release(&frames);
    gp_release(&gp);
}
END_TEST

/* The same structure twice and more: K is singular but for noise, or jitter. */
START_TEST(twins_do_no_harm)
{
    const struct gp_params params = {.noise_e = _i ? 0 : GP_NOISE,
                                     .noise_f = _i ? 0 : GP_NOISE};
    struct frames frames;
    struct atoms a;
    struct err err;
    struct gp gp;

    gp_frames(&frames, 2);
    for (int k = 0; k < 3; k++) {
        struct frame copy;

        frame_copy(&copy, &frames.frame[1]);
        frames_append(&frames, &copy);
        frame_release(&copy);
    }
    ck_assert_int_eq(gp_gather(&gp, &frames, "test", NULL, false, &err), 0);
    ck_assert_int_eq(gp_train(&gp, &params, &err), 0);
    if (_i)
        ck_assert_double_gt(gp.jitter, 0);
    else
        ck_assert_double_eq(gp.jitter, 0);
    elsewhere(&a);
    ck_assert(isfinite(energy_of(&gp, &a, NULL)));
    atoms_release(&a);
    frames_release(&frames);
    gp_release(&gp);
}
END_TEST

/* No force at all, as in a crystal: sigma is what is believed. */
START_TEST(no_forces_are_data_too)
{
    const struct gp_params params = {.noise_e = GP_NOISE, .noise_f = GP_NOISE};
    double energy, forces[N][3], sigma_e, sigma_f[N];
    static const double zero[3 * N];
    struct frames frames;
    struct err err;
    struct gp gp;

    gp_frames(&frames, 1);
    frame_set_column(&frames.frame[0], "forces", 3, zero);
    ck_assert_int_eq(gp_gather(&gp, &frames, "test", NULL, false, &err), 0);
    ck_assert_int_eq(gp_train(&gp, &params, &err), 0);
    ck_assert_int_eq(
        gp_predict(&gp, &frames.frame[0].atoms, &energy, forces, NULL, &err),
        0);
    gp_sigmas(&gp, &sigma_e, sigma_f);
    ck_assert(isfinite(energy) && isfinite(sigma_e) && isfinite(sigma_f[4]));
    ck_near(
        gp.sigma,
        believed(&gp, gp.length) *
            sqrt(GP_BELIEF * gp.nfree / (gp_rows(&gp) + GP_BELIEF * gp.nfree)),
        1e-6 * gp.sigma);
    frames_release(&frames);
    gp_release(&gp);
}
END_TEST

/* What a mask holds but has moved in the data may move. */
START_TEST(what_has_moved_may_move)
{
    struct frames frames;
    struct err err;
    struct gp gp;

    gp_frames(&frames, 2);
    ck_assert_int_eq(gp_gather(&gp, &frames, "test", NULL, false, &err), 0);
    ck_assert_int_eq(gp.nfree, 8);
    ck_assert_int_eq(gp_rows(&gp), 18);
    gp_release(&gp);
    frames.frame[1].atoms.pos[0][2] += 0.01;
    ck_assert_int_eq(gp_gather(&gp, &frames, "test", NULL, false, &err), 0);
    ck_assert_int_eq(gp.nfree, 9);
    gp_release(&gp);
    frames.frame[1].atoms.pos[0][2] -= 0.01;
    frames.frame[1].atoms.pos[0][0] += frames.frame[1].atoms.cell[0][0];
    frames.frame[1].atoms.pos[0][1] += frames.frame[1].atoms.cell[0][1];
    ck_assert_int_eq(gp_gather(&gp, &frames, "test", NULL, false, &err), 0);
    ck_assert_int_eq(gp.nfree, 8); /* a lattice vector is no motion */
    gp_release(&gp);
    frames_release(&frames);
}
END_TEST

static void must_not_gather(struct frames *frames, enum err_code code,
                            const char *message)
{
    struct err err;
    struct gp gp;

    ck_assert_int_eq(gp_gather(&gp, frames, "data", NULL, false, &err), code);
    ck_assert_str_eq(err.msg, message);
    ck_assert_ptr_null(gp.y);
    frames_release(frames);
}

START_TEST(what_is_not_for_it_is_refused)
{
    struct frames frames;
    struct label label;

    gp_frames(&frames, 2);
    frames.frame[1].line = 8;
    frames.frame[1].atoms.z[2] = 28;
    must_not_gather(&frames, ERR_RANGE,
                    "data:8: expected the atoms, their order and the cell of "
                    "the first frame: a Gaussian process is for one system");
    gp_frames(&frames, 2);
    frames.frame[1].line = 8;
    frame_drop(&frames.frame[1], "forces");
    must_not_gather(&frames, ERR_FORMAT,
                    "data:8: expected labels of energy and forces: a Gaussian "
                    "process learns both");
    gp_frames(&frames, 2);
    frame_set_real(&frames.frame[1], "free_energy", 1);
    must_not_gather(&frames, ERR_FORMAT,
                    "data:0: expected 'energy', as in the frames before, not "
                    "'free_energy'");
    gp_frames(&frames, 1);
    frame_get_label(&frames.frame[0], NULL, &label);
    ((double(*)[3])label.forces)[3][1] = 3e4;
    must_not_gather(&frames, ERR_RANGE,
                    "data:0: a force of 30000 eV/angstrom on atom 4 is not a "
                    "label to learn");
    gp_frames(&frames, 1);
    memset(frames.frame[0].atoms.move, false, sizeof(bool[N][3]));
    must_not_gather(&frames, ERR_RANGE, "data: no atom may move");
}
END_TEST

START_TEST(other_atoms_are_refused)
{
    double energy, forces[N][3];
    struct atoms a;
    struct err err;
    struct gp gp;

    gp_of_frames(&gp, 1, false);
    gp_atoms(&a);
    a.pos[1][0] += 0.05;
    ck_assert_int_eq(gp_predict(&gp, &a, &energy, forces, NULL, &err),
                     ERR_RANGE);
    ck_assert_str_eq(err.msg, "an atom that was held fixed in training has "
                              "moved by 0.05 angstrom");
    a.pos[1][0] -= 0.05;
    a.z[4] = 8;
    ck_assert_int_eq(gp_predict(&gp, &a, &energy, forces, NULL, &err),
                     ERR_RANGE);
    ck_assert_str_eq(err.msg, "not the atoms, in their order, or not the cell "
                              "that the model was trained on");
    atoms_release(&a);
    gp_release(&gp);
}
END_TEST

Suite *gp_suite(void)
{
    Suite *s = suite_create("gp");
    TCase *t = tcase_create("process");

    tcase_add_loop_test(t, forces_are_minus_the_gradient, 0, 2);
    tcase_add_loop_test(t, labels_come_back, 0, 3);
    tcase_add_test(t, doubt_grows_to_sigma);
    tcase_add_test(t, energy_is_invariant);
    tcase_add_test(t, a_cluster_may_turn);
    tcase_add_test(t, training_is_what_the_equations_say);
    tcase_add_test(t, large_energies_lose_nothing);
    tcase_add_test(t, the_scale_of_the_prior_is_found);
    tcase_add_loop_test(t, twins_do_no_harm, 0, 2);
    tcase_add_test(t, no_forces_are_data_too);
    tcase_add_test(t, what_has_moved_may_move);
    tcase_add_test(t, what_is_not_for_it_is_refused);
    tcase_add_test(t, other_atoms_are_refused);
    suite_add_tcase(s, gp_covariance_tests());
    suite_add_tcase(s, t);
    suite_add_tcase(s, gp_strain_tests());
    suite_add_tcase(s, gp_file_tests());
    return s;
}
