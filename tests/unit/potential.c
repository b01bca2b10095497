#include <morsel/potential.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "potential_suite.h"
#include "suites.h"

/* Three atoms of two elements in a crooked cell, smaller than the cutoff. */
static void crooked(struct atoms *a)
{
    static const double cell[3][3] = {
        {4.9, 0.3, -0.2}, {0.7, 5.3, 0.4}, {-0.5, 0.1, 6.1}};
    static const double pos[3][3] = {
        {0.1, 0.2, 0.3}, {2.4, 2.2, 0.9}, {1.3, 0.4, 2.9}};

    atoms_init(a, 3);
    memcpy(a->cell, cell, sizeof cell);
    memcpy(a->pos, pos, sizeof pos);
    a->z[0] = a->z[1] = 29;
    a->z[2] = 6;
    for (int c = 0; c < 3; c++)
        a->pbc[c] = true;
}

static void make_potential(struct potential *p, int members, bool prior)
{
    struct model m;

    random_model(&m, members, prior);
    potential_of_model(p, &m, 17);
}

static void eval(struct potential *p, const struct atoms *a,
                 struct prediction *out)
{
    struct err err;

    ck_assert_int_eq(p->eval(p, a, out, &err), 0);
}

static double energy_at(struct potential *p, struct atoms *a, int i, int c,
                        double h)
{
    struct prediction out = {0};
    double energy;

    a->pos[i][c] += h;
    eval(p, a, &out);
    a->pos[i][c] -= h;
    energy = out.energy;
    prediction_release(&out);
    return energy;
}

/* A central difference of fourth order: errors of h^4 and of 1e-16 / h. */
START_TEST(forces_are_minus_the_gradient)
{
    const double h = 1e-3;
    struct prediction out = {0};
    struct potential p;
    struct atoms a;

    crooked(&a);
    make_potential(&p, 3, true);
    eval(&p, &a, &out);
    for (int i = 0; i < a.natoms; i++)
        for (int c = 0; c < 3; c++) {
            double near =
                energy_at(&p, &a, i, c, h) - energy_at(&p, &a, i, c, -h);
            double far = energy_at(&p, &a, i, c, 2 * h) -
                         energy_at(&p, &a, i, c, -2 * h);

            ck_close(out.forces[i][c], -(8 * near - far) / (12 * h), 1e-8);
        }
    prediction_release(&out);
    p.release(&p);
    atoms_release(&a);
}
END_TEST

START_TEST(forces_sum_to_zero)
{
    struct prediction out = {0};
    struct potential p;
    struct atoms a;

    crooked(&a);
    make_potential(&p, 2, true);
    eval(&p, &a, &out);
    for (int c = 0; c < 3; c++)
        ck_near(out.forces[0][c] + out.forces[1][c] + out.forces[2][c], 0,
                1e-11);
    prediction_release(&out);
    p.release(&p);
    atoms_release(&a);
}
END_TEST

/* b: n copies of a along its first vector, the atoms of a copy together. */
static void repeat(struct atoms *b, const struct atoms *a, int n)
{
    atoms_init(b, n * a->natoms);
    memcpy(b->cell, a->cell, sizeof b->cell);
    memcpy(b->pbc, a->pbc, sizeof b->pbc);
    for (int c = 0; c < 3; c++)
        b->cell[0][c] *= n;
    for (int k = 0; k < n; k++)
        for (int i = 0; i < a->natoms; i++) {
            b->z[k * a->natoms + i] = a->z[i];
            for (int c = 0; c < 3; c++)
                b->pos[k * a->natoms + i][c] = a->pos[i][c] + k * a->cell[0][c];
        }
}

/* The same potential grows, and then shrinks again. */
START_TEST(supercell_is_n_cells)
{
    struct prediction one = {0}, out = {0};
    struct potential p;
    struct atoms a, b;

    crooked(&a);
    repeat(&b, &a, 3);
    make_potential(&p, 2, true);
    eval(&p, &a, &one);
    eval(&p, &b, &out);
    ck_close(out.energy, 3 * one.energy, 1e-12);
    ck_close(out.sigma_e, 3 * one.sigma_e, 1e-12);
    for (int i = 0; i < b.natoms; i++) {
        for (int c = 0; c < 3; c++)
            ck_close(out.forces[i][c], one.forces[i % 3][c], 1e-11);
        ck_close(out.sigma_f[i], one.sigma_f[i % 3], 1e-11);
    }
    eval(&p, &a, &out);
    ck_assert_double_eq(out.energy, one.energy);
    ck_assert_int_eq(out.natoms, 3);
    prediction_release(&one);
    prediction_release(&out);
    p.release(&p);
    atoms_release(&a);
    atoms_release(&b);
}
END_TEST

/* Member k of a committee alone. */
static void eval_alone(int members, int k, const struct atoms *a,
                       struct prediction *out)
{
    struct potential p;
    struct model m;

    random_model(&m, members, true);
    memcpy(m.theta[0], m.theta[k], (size_t)m.nparam * sizeof(double));
    m.members = 1;
    potential_of_model(&p, &m, 0);
    eval(&p, a, out);
    p.release(&p);
}

START_TEST(committee_is_the_mean_of_its_members)
{
    struct prediction all = {0}, one[3] = {{0}};
    struct potential p;
    struct atoms a;
    double mean = 0, square = 0;

    crooked(&a);
    make_potential(&p, 3, true);
    eval(&p, &a, &all);
    ck_assert_int_eq(all.members, 3);
    for (int k = 0; k < 3; k++) {
        eval_alone(3, k, &a, &one[k]);
        ck_assert_double_eq(one[k].sigma_e, 0);
        mean += one[k].energy / 3;
        square += one[k].energy * one[k].energy / 3;
    }
    ck_close(all.energy, mean, 1e-13);
    ck_close(all.sigma_e, sqrt(square - mean * mean), 1e-10);

    for (int i = 0; i < 3; i++) {
        double var = 0;

        for (int c = 0; c < 3; c++) {
            double f = 0;

            for (int k = 0; k < 3; k++)
                f += one[k].forces[i][c] / 3;
            for (int k = 0; k < 3; k++)
                var += pow(one[k].forces[i][c] - f, 2) / 3;
            ck_close(all.forces[i][c], f, 1e-12);
        }
        ck_assert_double_gt(var, 1e-6);
        ck_close(all.sigma_f[i], sqrt(var), 1e-12);
    }
    for (int k = 0; k < 3; k++)
        prediction_release(&one[k]);
    prediction_release(&all);
    p.release(&p);
    atoms_release(&a);
}
END_TEST

/* Heads on one trunk: the same numbers whether the evaluator knows or not. */
START_TEST(shared_trunk_is_computed_once)
{
    struct prediction all = {0}, one = {0};
    struct potential p, q;
    struct model m[2];
    struct atoms a;

    crooked(&a);
    for (int r = 0; r < 2; r++) {
        random_model(&m[r], 4, true);
        share_trunk(&m[r]);
        m[r].shared = r;
    }
    potential_of_model(&p, &m[0], 0);
    potential_of_model(&q, &m[1], 0);
    eval(&p, &a, &all);
    eval(&q, &a, &one);
    ck_assert_double_gt(all.sigma_e, 1e-3);
    ck_assert_double_eq(all.energy, one.energy);
    ck_assert_double_eq(all.sigma_e, one.sigma_e);
    ck_assert_mem_eq(all.forces, one.forces, 3 * sizeof *all.forces);
    ck_assert_mem_eq(all.sigma_f, one.sigma_f, 3 * sizeof *all.sigma_f);
    prediction_release(&all);
    prediction_release(&one);
    p.release(&p);
    q.release(&q);
    atoms_release(&a);
}
END_TEST

START_TEST(calibration_multiplies_all_sigmas)
{
    struct prediction plain = {0}, out = {0};
    struct potential p;
    struct model m;
    struct atoms a;

    crooked(&a);
    make_potential(&p, 3, true);
    eval(&p, &a, &plain);
    ck_assert_double_eq(plain.factor, 1);
    model_of_potential(&m, &p);
    ck_assert_ptr_null(p.self);
    m.calibration.factor = 2.7;
    potential_of_model(&p, &m, 0);
    ck_assert_str_eq(p.kind, "network");
    eval(&p, &a, &out);
    ck_assert_double_eq(out.energy, plain.energy);
    ck_assert_double_eq(out.factor, 2.7);
    ck_close(out.sigma_e, 2.7 * plain.sigma_e, 1e-15);
    for (int i = 0; i < 3; i++)
        ck_close(out.sigma_f[i], 2.7 * plain.sigma_f[i], 1e-15);
    prediction_release(&plain);
    prediction_release(&out);
    p.release(&p);
    atoms_release(&a);
}
END_TEST

/* Ranges that end a known way from the features of these atoms. */
START_TEST(extrapolation_is_told)
{
    struct prediction out = {0};
    struct features f = {0};
    struct neighbors nb = {0};
    struct potential p;
    struct model m;
    struct atoms a;
    struct err err;

    crooked(&a);
    random_model(&m, 1, true);
    ck_assert_int_eq(neighbors_find(&nb, &a, m.descriptor.cutoff.rc, &err), 0);
    ck_assert_int_eq(features_compute(&f, &m.descriptor, &a, &nb, false, &err),
                     0);
    for (int el = 0; el < 2; el++)
        for (int k = 0; k < m.descriptor.nsf[el]; k++) {
            m.low[el][k] = -1e3;
            m.high[el][k] = 1e3;
        }
    m.high[0][3] = f.g[f.first[2] + 3] - 0.4; /* the carbon: 2 of them */
    m.scale[0][3] = 0.5;
    m.low[0][7] = f.g[f.first[2] + 7] + 0.9;
    m.scale[0][7] = 2;
    potential_of_model(&p, &m, 0);
    eval(&p, &a, &out);
    ck_assert_int_eq(out.noutside[0], 0);
    ck_assert_int_eq(out.noutside[2], 2);
    ck_assert_double_eq(out.outside[1], 0);
    ck_close(out.outside[2], 0.9, 1e-12); /* and not 0.1 */
    ck_assert_double_eq(prediction_outside(&out), out.outside[2]);
    features_release(&f);
    neighbors_release(&nb);
    prediction_release(&out);
    p.release(&p);
    atoms_release(&a);
}
END_TEST

/* One carbon alone, by hand: x = (0 - shift) scale in a net of no layers. */
START_TEST(lone_atom_by_hand)
{
    static const int z = 6;
    struct prediction out = {0};
    struct potential p;
    struct model m = {0};
    struct atoms a;
    struct err err;

    ck_assert_int_eq(descriptor_named(&m.descriptor, "paper", &z, 1, &err), 0);
    m.net = xcalloc(1, sizeof *m.net);
    m.net[0] = (struct mlp){.act = ACT_TANH, .nlayer = 1};
    m.net[0].width[0] = m.descriptor.nsf[0];
    m.net[0].width[1] = 1;
    model_alloc(&m, 2);
    m.e0[0] = -5;
    m.unit = 3;
    m.shift[0][1] = 0.5;
    m.scale[0][1] = 4;
    m.theta[0][1] = 7; /* y = 7 x_1 + 11 */
    m.theta[0][m.descriptor.nsf[0]] = 11;
    m.theta[1][m.descriptor.nsf[0]] = 2; /* y = 2 */
    potential_of_model(&p, &m, 0);
    atoms_init(&a, 1);
    a.z[0] = 6;
    eval(&p, &a, &out);
    ck_near(out.energy, -5 + 3 * (7 * (0 - 0.5) * 4 + 11 + 2) / 2, 1e-13);
    ck_near(out.sigma_e, 3 * fabs(7 * -2.0 + 11 - 2) / 2, 1e-13);
    ck_assert_double_eq(out.forces[0][0], 0);
    prediction_release(&out);
    p.release(&p);
    atoms_release(&a);
}
END_TEST

/* All-electron energies: -1e5 eV an atom leave 1e-9 eV of a difference. */
START_TEST(large_energies_lose_nothing)
{
    struct potential p, q;
    struct model m;
    struct atoms a;
    double small, large;

    crooked(&a);
    make_potential(&p, 1, true);
    random_model(&m, 1, true);
    m.e0[0] = m.e0[1] = -1e5;
    potential_of_model(&q, &m, 0);
    small = energy_at(&p, &a, 1, 0, 0.01) - energy_at(&p, &a, 1, 0, 0);
    large = energy_at(&q, &a, 1, 0, 0.01) - energy_at(&q, &a, 1, 0, 0);
    ck_near(small, large, 1e-9);
    p.release(&p);
    q.release(&q);
    atoms_release(&a);
}
END_TEST

START_TEST(refuses_what_it_does_not_know)
{
    struct prediction out = {0};
    struct potential p;
    struct model m;
    struct atoms a;
    struct err err;

    crooked(&a);
    random_model(&m, 1, false);
    m.theta[0][m.nparam - 1] = NAN;
    potential_of_model(&p, &m, 0);
    ck_assert_int_eq(p.eval(&p, &a, &out, &err), ERR_NUMERIC);
    ck_assert_str_eq(err.msg, "the model's energy or forces are not finite");
    a.z[1] = 8;
    ck_assert_int_eq(p.eval(&p, &a, &out, &err), ERR_RANGE);
    prediction_release(&out);
    p.release(&p);
    atoms_release(&a);
}
END_TEST

Suite *potential_suite(void)
{
    Suite *s = suite_create("potential");
    TCase *t = tcase_create("model");

    tcase_add_test(t, forces_are_minus_the_gradient);
    tcase_add_test(t, forces_sum_to_zero);
    tcase_add_test(t, supercell_is_n_cells);
    tcase_add_test(t, committee_is_the_mean_of_its_members);
    tcase_add_test(t, shared_trunk_is_computed_once);
    tcase_add_test(t, calibration_multiplies_all_sigmas);
    tcase_add_test(t, extrapolation_is_told);
    tcase_add_test(t, lone_atom_by_hand);
    tcase_add_test(t, large_energies_lose_nothing);
    tcase_add_test(t, refuses_what_it_does_not_know);
    suite_add_tcase(s, t);
    suite_add_tcase(s, potential_file_tests());
    suite_add_tcase(s, potential_stress_tests());
    return s;
}
