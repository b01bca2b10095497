#include <morsel/train.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sgp_suite.h"
#include "suites.h"

/* At the data: errors and sigmas of the size of the noise, not more. */
START_TEST(data_are_met)
{
    struct frames frames;
    struct prediction out = {0};
    struct potential p;
    struct trained t;

    make_trios(&frames, 6, _i ? spring_label : morse_label, -4.2);
    train_sgp_of(&t, &frames, false, MASK_ALL, 300);
    double sigma = t.m.sgp->sigma * t.m.unit;

    potential_of_model(&p, &t.m, 0);
    for (int i = 0; i < 6; i++) {
        struct label label;

        ask_sgp(&p, &frames.frame[i].atoms, &out);
        ck_assert(frame_get_label(&frames.frame[i], NULL, &label));
        ck_assert_double_le(out.sigma_e, sigma * SGP_NOISE_E * sqrt(3) * 1.01);
        ck_near(out.energy, label.energy, 3 * sigma * SGP_NOISE_E * sqrt(3));
        for (int a = 0; a < 3; a++) {
            ck_assert_double_gt(out.sigma_f[a], 0);
            ck_assert_double_le(out.sigma_f[a],
                                1.5 * sigma * SGP_NOISE_F * sqrt(3));
            for (int c = 0; c < 3; c++)
                ck_near(out.forces[a][c], label.forces[a][c],
                        4 * sigma * SGP_NOISE_F);
        }
    }
    prediction_release(&out);
    dataset_release(&t.ds);
    p.release(&p);
    frames_release(&frames);
}
END_TEST

/* The prior stays where it is right and goes where nothing repels, at any
 * energy. */
START_TEST(prior_is_kept_or_dropped_by_the_likelihood)
{
    static const double shift[2] = {-4.2, -30000};
    struct frames frames;
    struct trained t;

    make_trios(&frames, 4, morse_label, shift[_i]);
    train_sgp_of(&t, &frames, true, MASK_ALL, 300);
    ck_assert_int_eq(t.m.prior.nelement, 2);
    trained_release(&t);
    frames_release(&frames);

    make_trios(&frames, 4, spring_label, shift[_i]);
    train_sgp_of(&t, &frames, true, MASK_ALL, 300);
    ck_assert_int_eq(t.m.prior.nelement, 0);

    struct trained bare;

    train_sgp_of(&bare, &frames, false, MASK_ALL, 300);
    ck_close(t.likelihood, bare.likelihood, 1e-6);
    for (int el = 0; el < 2; el++)
        ck_near(t.m.e0[el], bare.m.e0[el], 1e-6);
    trained_release(&bare);
    trained_release(&t);
    frames_release(&frames);
}
END_TEST

/*
 * Forces that vanish by symmetry, say: nothing is printed that is endless, and
 * elsewhere there is doubt.
 */
START_TEST(still_frames_leave_doubt)
{
    struct prediction out = {0};
    struct frames frames;
    struct potential p;
    struct trained t;

    make_trios(&frames, 1 + 2 * _i, still_label, -4.2);
    train_sgp_of(&t, &frames, false, MASK_ALL, 300);
    ck_assert(isfinite(t.likelihood));
    potential_of_model(&p, &t.m, 0);
    ask_sgp(&p, &frames.frame[0].atoms, &out);
    ck_near(out.energy, -12.6, 1e-9);
    ck_near(out.forces[0][0], 0, 1e-12);
    double known = out.sigma_f[0];

    frames.frame[0].atoms.pos[0][0] += 0.4;
    ask_sgp(&p, &frames.frame[0].atoms, &out);
    ck_assert_double_gt(out.sigma_f[0], 2 * known);
    ck_assert_double_gt(out.sigma_f[0], 1e-3);
    prediction_release(&out);
    dataset_release(&t.ds);
    p.release(&p);
    frames_release(&frames);
}
END_TEST

static void train_potential(struct potential *p, const struct frames *frames)
{
    struct trained t;

    train_sgp_of(&t, frames, false, MASK_ALL, 300);
    dataset_release(&t.ds);
    potential_of_model(p, &t.m, 0);
}

/* The same prediction, energies `shift` apart. */
static void must_agree(struct potential *p, struct potential *q,
                       const struct atoms *a, const struct atoms *b,
                       const int *at, double shift, double tol)
{
    struct prediction x = {0}, y = {0};

    ask_sgp(p, a, &x);
    ask_sgp(q, b, &y);
    ck_near(y.energy - x.energy, shift, tol);
    ck_near(y.sigma_e, x.sigma_e, tol);
    for (int i = 0; i < 3; i++) {
        ck_near(y.sigma_f[at[i]], x.sigma_f[i], tol);
        for (int c = 0; c < 3; c++)
            ck_near(y.forces[at[i]][c], x.forces[i][c], tol);
    }
    prediction_release(&x);
    prediction_release(&y);
}

/*
 * Labels of 1e5 eV have 15 digits, 1e-11 eV; through w they come back at most
 * 1 / noise times as large, of 1e-3.
 */
START_TEST(large_energies_lose_nothing)
{
    static const int same[3] = {0, 1, 2};
    struct frames small, large;
    struct potential p, q;
    struct trio c;

    trio_init(&c);
    make_trios(&small, 4, morse_label, 0);
    make_trios(&large, 4, morse_label, -33333.25);
    train_potential(&p, &small);
    train_potential(&q, &large);
    must_agree(&p, &q, &c.a, &c.a, same, -99999.75, 1e-7);
    p.release(&p);
    q.release(&q);
    frames_release(&small);
    frames_release(&large);
    trio_release(&c);
}
END_TEST

static void swap_atoms(struct frame *f)
{
    double x[3], *forces = NULL;

    memcpy(x, f->atoms.pos[0], sizeof x);
    memcpy(f->atoms.pos[0], f->atoms.pos[1], sizeof x);
    memcpy(f->atoms.pos[1], x, sizeof x);
    forces = (double *)(uintptr_t)frame_get_column(f, "forces", 3);
    memcpy(x, forces, sizeof x);
    memcpy(forces, forces + 3, sizeof x);
    memcpy(forces + 3, x, sizeof x);
}

/*
 * Frames in another order, or the two atoms of copper: the environments are
 * the same ones, in another order, so that only rounding differs, which K_mm
 * may enlarge by 1e10.
 */
START_TEST(order_of_frames_and_of_like_atoms_is_no_matter)
{
    static const int at[2][3] = {{0, 1, 2}, {1, 0, 2}};
    struct frames first, second;
    struct potential p, q;
    struct trio c, d;

    trio_init(&c);
    trio_init(&d);
    make_trios(&first, 4, morse_label, -4.2);
    make_trios(&second, 4, morse_label, -4.2);
    if (_i) {
        for (int k = 0; k < 4; k++)
            swap_atoms(&second.frame[k]);
        memcpy(d.a.pos[0], c.a.pos[1], sizeof *d.a.pos);
        memcpy(d.a.pos[1], c.a.pos[0], sizeof *d.a.pos);
    } else {
        struct frame f = second.frame[0];

        memmove(second.frame, second.frame + 1, 3 * sizeof f);
        second.frame[3] = f;
    }
    train_potential(&p, &first);
    train_potential(&q, &second);
    must_agree(&p, &q, &c.a, &d.a, at[_i], 0, 1e-6);
    p.release(&p);
    q.release(&q);
    frames_release(&first);
    frames_release(&second);
    trio_release(&c);
    trio_release(&d);
}
END_TEST

static double energy_at(struct potential *p, const struct atoms *a)
{
    struct prediction out = {0};

    ask_sgp(p, a, &out);
    double energy = out.energy;
    prediction_release(&out);
    return energy;
}

/* dE/dx of one number x that the atoms depend on through move(). */
static double slope(struct potential *p, const struct atoms *a, int r, int c,
                    bool strain)
{
    static const double step[4] = {1, -1, 2, -2}, by[4] = {8, -8, -1, 1};
    const double h = 1e-4; /* a neighbor is near the kink at the cutoff */
    double sum = 0;

    for (int k = 0; k < 4; k++) {
        struct atoms b;

        atoms_copy(&b, a);
        if (!strain)
            b.pos[r][c] += h * step[k];
        for (int i = 0; strain && i < 3; i++) {
            b.cell[i][r] += h * step[k] * a->cell[i][c];
            b.pos[i][r] += h * step[k] * a->pos[i][c];
        }
        sum += by[k] / (12 * h) * energy_at(p, &b);
        atoms_release(&b);
    }
    return sum;
}

/* Of a crystal, though the process has seen none. */
START_TEST(forces_and_stress_are_derivatives_of_the_energy)
{
    struct prediction out = {.want_stress = true};
    struct frames frames;
    struct potential p;
    struct trio c;

    trio_init(&c);
    c.a.pbc[2] = true;
    make_trios(&frames, 4, morse_label, -4.2);
    train_potential(&p, &frames);
    ask_sgp(&p, &c.a, &out);
    ck_assert(out.has_stress);
    double v = volume3(c.a.cell[0], c.a.cell[1], c.a.cell[2]), largest = 0;

    for (int i = 0; i < 9; i++) {
        double f = out.forces[i / 3][i % 3];

        largest = fmax(largest, fabs(f));
        ck_near(-f, slope(&p, &c.a, i / 3, i % 3, false), 1e-7);
        ck_near(v * out.stress[i / 3][i % 3],
                slope(&p, &c.a, i / 3, i % 3, true), 1e-7);
    }
    ck_assert_double_gt(largest, 0.1);
    prediction_release(&out);
    p.release(&p);
    frames_release(&frames);
    trio_release(&c);
}
END_TEST

TCase *sgp_trained_tests(void)
{
    TCase *t = tcase_create("trained");

    tcase_add_loop_test(t, data_are_met, 0, 2);
    tcase_add_loop_test(t, prior_is_kept_or_dropped_by_the_likelihood, 0, 2);
    tcase_add_loop_test(t, still_frames_leave_doubt, 0, 2);
    tcase_add_test(t, large_energies_lose_nothing);
    tcase_add_loop_test(t, order_of_frames_and_of_like_atoms_is_no_matter, 0,
                        2);
    tcase_add_test(t, forces_and_stress_are_derivatives_of_the_energy);
    return t;
}
