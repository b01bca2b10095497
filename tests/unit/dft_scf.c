#include "dft_suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/dft.h>
#include <morsel/la.h>
#include <morsel/units.h>

#include "dft/scf.h"

/*
 * Theorems about the whole: what is a derivative of what, and what nothing
 * may depend on.
 */

struct cell {
    int natoms, z[8];
    double cell[3][3], pos[8][3];
};

/* Two aluminium atoms and an oxygen in a skewed cell, nothing symmetric. */
static const struct cell skewed = {
    .natoms = 3,
    .z = {13, 13, 8},
    .cell = {{3.9, 0.1, 0.0}, {0.3, 3.4, 0.2}, {-0.4, 0.5, 3.6}},
    .pos = {{0.1, 0.05, 0.0}, {2.1, 1.9, 1.7}, {0.2, 2.0, 1.6}},
};

static void fill(struct atoms *a, const struct cell *c)
{
    atoms_init(a, c->natoms);
    memcpy(a->cell, c->cell, sizeof(a->cell));
    for (int i = 0; i < c->natoms; i++) {
        a->z[i] = c->z[i];
        memcpy(a->pos[i], c->pos[i], sizeof(a->pos[i]));
    }
    a->pbc[0] = a->pbc[1] = a->pbc[2] = true;
}

static struct dft_params tight(void)
{
    struct dft_params p;

    dft_defaults(&p);
    p.ecut = 190;
    p.kgrid[0] = 2;
    p.force_tol = 2e-6;
    p.sigma = 0.3;
    p.net_force = true;
    return p;
}

/* Label once, and be done with it. */
static struct dft_result run(const struct dft_params *p, const struct atoms *a,
                             const double *moments)
{
    struct err err;
    struct dft *d = dft_open(p, &err);
    struct dft_result r;

    ck_assert_msg(d != NULL, "%s", err.msg);
    ck_assert_msg(dft_single(d, a, moments, &r, &err) == 0, "%s", err.msg);
    ck_assert_msg(r.status == DFT_OK, "%s", r.detail);
    dft_close(d);
    return r;
}

static double free_energy(const struct dft_params *p, const struct atoms *a,
                          const double *moments)
{
    struct dft_result r = run(p, a, moments);
    double f = r.free_energy;

    dft_result_release(&r);
    return f;
}

static const struct theory {
    const char *xc;
    enum dft_smearing smearing;
    bool spin;
} theories[] = {
    {"LDA", DFT_FD, false},    {"PBE", DFT_MP, false},
    {"PBEsol", DFT_MV, false}, {"RPBE", DFT_GAUSS, false},
    {"revPBE", DFT_FD, false}, {"LDA", DFT_MV, true},
    {"PBE", DFT_FD, true},     {"PBE", DFT_MP, true},
    {"PBE", DFT_GAUSS, true},  {"PBE", DFT_FIXED, false},
};
enum { THEORIES = sizeof(theories) / sizeof(*theories) };

static const double moments[] = {1, 0.5, -1, 0, 0, 0, 0, 0};

static struct dft_params params_of(const struct theory *t)
{
    struct dft_params p = tight();

    p.xc = t->xc;
    p.smearing = t->smearing;
    p.spin = t->spin;
    return p;
}

/* Four-point differences with h = 0.02 angstrom leave an error of about h^4,
 * 2e-7; forces are self-consistent to 2e-6 eV/angstrom, energies to second
 * order. */
START_TEST(forces_are_derivatives)
{
    const struct theory *t = &theories[_i];
    struct dft_params p = params_of(t);
    struct atoms a;
    struct dft_result r;
    const double h = 0.02;
    int i = _i % 3, k = (_i / 3) % 3;
    double x, e[4];

    fill(&a, &skewed);
    r = run(&p, &a, moments);
    x = a.pos[i][k];
    for (int s = 0; s < 4; s++) {
        static const double step[] = {-2, -1, 1, 2};

        a.pos[i][k] = x + step[s] * h;
        e[s] = free_energy(&p, &a, moments);
    }
    ck_near(r.forces[i][k], -(e[0] - 8 * e[1] + 8 * e[2] - e[3]) / (12 * h),
            1e-5);
    dft_result_release(&r);
    atoms_release(&a);
}
END_TEST

/* The number of plane waves must not change with the strain: at this cutoff
 * none is near the surface of the sphere (see basis_is_constant). */
START_TEST(stress_is_a_derivative)
{
    const struct theory *t = &theories[_i];
    struct dft_params p = params_of(t);
    struct atoms a;
    struct dft_result r;
    const double h = 5e-4;
    int u = _i % 3, v = (_i / 3) % 3;
    double e[2], volume, work;

    fill(&a, &skewed);
    p.grid[0] = p.grid[1] = p.grid[2] = 18;
    r = run(&p, &a, moments);
    volume = volume3(a.cell[0], a.cell[1], a.cell[2]);
    for (int s = 0; s < 2; s++) {
        struct atoms b;
        double eps = s ? h : -h;

        atoms_copy(&b, &a);
        for (int i = 0; i < 3; i++)
            b.cell[i][u] += eps * a.cell[i][v];
        for (int i = 0; i < a.natoms; i++)
            b.pos[i][u] += eps * a.pos[i][v];
        e[s] = free_energy(&p, &b, moments);
        atoms_release(&b);
    }
    work = (e[1] - e[0]) / (2 * h * volume);
    ck_near(r.stress[u][v], work, 2e-6);
    ck_near(r.stress[u][v], r.stress[v][u], 1e-9);
    dft_result_release(&r);
    atoms_release(&a);
}
END_TEST

START_TEST(nothing_depends_on_the_origin)
{
    struct dft_params p = tight();
    struct atoms a;
    double e;

    fill(&a, &skewed);
    p.grid[0] = p.grid[1] = p.grid[2] = 20;
    e = free_energy(&p, &a, NULL);
    for (int i = 0; i < a.natoms; i++)
        for (int k = 0; k < 3; k++)
            a.pos[i][k] += 3 * a.cell[0][k] / 20 - 7 * a.cell[2][k] / 20;
    ck_near(free_energy(&p, &a, NULL), e, 1e-8);
    /* between points exchange and correlation are sampled elsewhere: the
     * egg box, here 18 points for 17 waves */
    for (int i = 0; i < a.natoms; i++)
        a.pos[i][0] += 0.05;
    ck_near(free_energy(&p, &a, NULL), e, 2e-3);
    atoms_release(&a);
}
END_TEST

START_TEST(nothing_depends_on_the_order)
{
    struct dft_params p = tight();
    struct cell c = skewed;
    struct atoms a;
    struct dft_result r, s;

    fill(&a, &c);
    r = run(&p, &a, NULL);
    atoms_release(&a);
    for (int i = 0; i < 3; i++) {
        c.z[i] = skewed.z[(i + 1) % 3];
        memcpy(c.pos[i], skewed.pos[(i + 1) % 3], sizeof(c.pos[i]));
    }
    fill(&a, &c);
    s = run(&p, &a, NULL);
    ck_near(s.free_energy, r.free_energy, 1e-8);
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            ck_near(s.forces[i][k], r.forces[(i + 1) % 3][k], 1e-5);
    dft_result_release(&r);
    dft_result_release(&s);
    atoms_release(&a);
}
END_TEST

START_TEST(nothing_depends_on_the_orientation)
{
    struct dft_params p = tight();
    const double q = cos(0.7), s = sin(0.7);
    const double turn[3][3] = {
        {q, -s, 0}, {s * 0.6, q * 0.6, -0.8}, {s * 0.8, q * 0.8, 0.6}};
    struct atoms a, b;
    struct dft_result r, t;

    fill(&a, &skewed);
    atoms_copy(&b, &a);
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            b.cell[i][k] = dot3(turn[k], a.cell[i]);
    for (int i = 0; i < a.natoms; i++)
        for (int k = 0; k < 3; k++)
            b.pos[i][k] = dot3(turn[k], a.pos[i]);
    r = run(&p, &a, NULL);
    t = run(&p, &b, NULL);
    ck_near(t.free_energy, r.free_energy, 1e-8);
    for (int i = 0; i < a.natoms; i++)
        for (int k = 0; k < 3; k++)
            ck_near(t.forces[i][k], dot3(turn[k], r.forces[i]), 1e-5);
    dft_result_release(&r);
    dft_result_release(&t);
    atoms_release(&a);
    atoms_release(&b);
}
END_TEST

/* Twice the cell with half the k points is the same crystal.  The grids must
 * be the same, too. */
START_TEST(supercell_folds_k_points)
{
    struct dft_params p = tight();
    struct atoms a, b;
    struct dft_result r, s;

    fill(&a, &skewed);
    p.grid[0] = p.grid[1] = p.grid[2] = 18;
    r = run(&p, &a, NULL);
    atoms_init(&b, 6);
    memcpy(b.cell, a.cell, sizeof(b.cell));
    memcpy(b.pbc, a.pbc, sizeof(b.pbc));
    for (int k = 0; k < 3; k++)
        b.cell[0][k] *= 2;
    for (int i = 0; i < 6; i++) {
        b.z[i] = a.z[i % 3];
        for (int k = 0; k < 3; k++)
            b.pos[i][k] = a.pos[i % 3][k] + i / 3 * a.cell[0][k];
    }
    p.kgrid[0] = 1;
    p.grid[0] = 36;
    s = run(&p, &b, NULL);
    ck_near(s.free_energy, 2 * r.free_energy, 1e-7);
    for (int i = 0; i < 6; i++)
        for (int k = 0; k < 3; k++)
            ck_near(s.forces[i][k], r.forces[i % 3][k], 1e-5);
    dft_result_release(&r);
    dft_result_release(&s);
    atoms_release(&a);
    atoms_release(&b);
}
END_TEST

/* Half the k points and half the numbers where states can be real. */
START_TEST(real_states_are_states)
{
    struct dft_params p = tight();
    struct atoms a;
    double e;

    fill(&a, &skewed);
    e = free_energy(&p, &a, NULL);
    p.real = false;
    ck_near(free_energy(&p, &a, NULL), e, 1e-8);
    atoms_release(&a);
}
END_TEST

/* Rutile-like arrangement: mirrors, and a glide with half a cell. */
static const struct cell symmetric = {
    .natoms = 3,
    .z = {14, 8, 8},
    .cell = {{3.6, 0, 0}, {0, 3.6, 0}, {0, 0, 3.0}},
    .pos = {{0.3, 0.3, 0}, {1.4, 1.4, 0}, {2.8, 2.8, 0}},
};

START_TEST(symmetry_is_only_faster)
{
    struct dft_params p = tight();
    struct atoms a;
    struct dft_result r, s;

    p.kgrid[0] = p.kgrid[1] = p.kgrid[2] = 2;
    fill(&a, &symmetric);
    r = run(&p, &a, NULL);
    p.symmetry = false;
    s = run(&p, &a, NULL);
    ck_assert_int_lt(r.nk, s.nk);
    ck_near(s.free_energy, r.free_energy, 1e-7);
    for (int i = 0; i < a.natoms; i++)
        for (int k = 0; k < 3; k++)
            ck_near(s.forces[i][k], r.forces[i][k], 1e-5);
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            ck_near(s.stress[i][k], r.stress[i][k], 1e-6);
    dft_result_release(&r);
    dft_result_release(&s);
    atoms_release(&a);
}
END_TEST

/* The label of a frame is its own, whatever came before it. */
START_TEST(a_stream_gives_the_same_labels)
{
    struct dft_params p = tight();
    struct atoms a;
    struct err err;
    struct dft *d = dft_open(&p, &err);
    struct dft_result first, second, alone;

    fill(&a, &skewed);
    ck_assert_int_eq(dft_single(d, &a, NULL, &first, &err), 0);
    a.pos[2][1] += 0.05;
    ck_assert_int_eq(dft_single(d, &a, NULL, &second, &err), 0);
    dft_close(d);
    alone = run(&p, &a, NULL);
    ck_assert_int_le(second.steps, alone.steps);
    ck_assert_int_lt(second.applied, alone.applied);
    ck_near(second.free_energy, alone.free_energy, 1e-8);
    for (int i = 0; i < a.natoms; i++)
        for (int k = 0; k < 3; k++)
            ck_near(second.forces[i][k], alone.forces[i][k], 1e-5);
    dft_result_release(&first);
    dft_result_release(&second);
    dft_result_release(&alone);
    atoms_release(&a);
}
END_TEST

START_TEST(squeezed_cores_are_told)
{
    struct dft_params p = tight();
    struct atoms a;
    struct err err;
    struct dft *d;
    struct dft_result r;

    fill(&a, &skewed);
    for (int k = 0; k < 3; k++)
        a.pos[1][k] = a.pos[0][k] + 0.4;
    d = dft_open(&p, &err);
    ck_assert_int_eq(dft_single(d, &a, NULL, &r, &err), 0);
    ck_assert_int_eq(r.status, DFT_OVERLAP);
    ck_assert_int_eq(r.steps, 0);
    dft_result_release(&r);
    dft_close(d);
    p.accept_overlap = true;
    r = run(&p, &a, NULL);
    ck_assert(r.overlap);
    ck_assert(isfinite(r.free_energy));
    dft_result_release(&r);
    atoms_release(&a);
}
END_TEST

START_TEST(threads_are_only_faster)
{
    struct dft_params p = tight();
    struct atoms a;
    double e;

    p.kgrid[1] = 3; /* five points: two by two, and one with both threads */
    p.force_tol = 1e-3;
    fill(&a, &skewed);
    e = free_energy(&p, &a, NULL);
    la_threads(2);
    ck_near(free_energy(&p, &a, NULL), e, 1e-9);
    atoms_release(&a);
}
END_TEST

/* An ion that is spread out evenly: electrons on it are free. */
static double nowhere(const struct pseudo *p, enum pseudo_part part, int i,
                      double q, double *slope)
{
    (void)i;
    if (slope)
        *slope = 0;
    return part == PSEUDO_DENSITY && q == 0 ? p->zion : 0;
}

START_TEST(free_electrons)
{
    struct pseudo ion = {.z = 1, .zion = 2, .eval = nowhere};
    const struct pseudo *table[2] = {NULL, &ion};
    struct dft_params q = tight();
    struct cell one = {.natoms = 1,
                       .z = {1},
                       .cell = {{2.5, 0, 0}, {0.4, 2.7, 0}, {0, 0.3, 2.9}}};
    struct atoms a;
    struct crystal c;
    struct problem p;
    struct states s;
    struct err err;
    double force[1][3], kinetic = 0;
    double complex **rho;
    struct scf scf = {.force_tol = 1e-7, .max_steps = 20, .forces = force};

    fill(&a, &one);
    q.smearing = DFT_FIXED;
    q.kgrid[0] = 3; /* waves of one k each: their density is even */
    crystal_init(&c, &a, table, NULL);
    ck_assert_int_eq(problem_outline(&p, &c, &q, &err), 0);
    ck_assert_int_eq(problem_build(&p, &q, xc_new("LDA", 1, &err), &err), 0);
    rho = density_new(&p);
    density_of_atoms(&p, rho);
    states_init(&s, &p);
    ck_assert_int_eq(scf_solve(&scf, &p, &s, rho, &err), 0);
    for (int k = 0; k < p.nk; k++) {
        double lowest = INFINITY;

        for (int g = 0; g < p.basis[k].npw; g++)
            lowest = fmin(lowest, p.basis[k].kinetic[g]);
        kinetic += 2 * p.weight[k] * lowest;
        ck_near(s.e[k] - s.e[0], lowest, 1e-9); /* the first is at k = 0 */
    }
    ck_assert_int_eq(p.nk, 2);
    ck_near(scf.terms.kinetic, kinetic, 1e-9);
    ck_near(scf.terms.hartree, 0, 1e-12);
    ck_near(scf.terms.local, 0, 1e-12);
    /* Slater's exchange of two electrons in the volume, and correlation that
     * is less than 40 % of it at this density: rs = 2 */
    double rs = cbrt(3 * c.volume / (8 * M_PI)), x = -0.458165 / rs;
    ck_assert(scf.terms.xc / 2 < x && scf.terms.xc / 2 > 1.4 * x);
    ck_assert(s.e[0] < 4 * x / 3 && s.e[0] > 1.4 * 4 * x / 3);
    mixer_free(scf.mixer);
    xc_free(p.xc);
    states_release(&s);
    density_free(rho);
    problem_release(&p);
    atoms_release(&a);
}
END_TEST

/* -0.4787 hartree in LSD and -0.49999 in PBE, exact exchange and correlation
 * -0.5: J. P. Perdew, K. Burke and M. Ernzerhof, Phys. Rev. Lett. 77, 3865
 * (1996), table I; the box and the cutoff take the rest. */
START_TEST(hydrogen_atom)
{
    static const double energy[] = {-0.4787, -0.49999};
    const double up[] = {1};
    struct cell one = {
        .natoms = 1, .z = {1}, .cell = {{6, 0, 0}, {0, 6, 0}, {0, 0, 6}}};
    struct dft_params p;
    struct atoms a;
    struct dft_result r;

    dft_defaults(&p);
    p.ecut = 800;
    p.xc = _i ? "PBE" : "LDA";
    p.spin = true;
    p.smearing = DFT_FIXED;
    fill(&a, &one);
    r = run(&p, &a, up);
    ck_near(r.free_energy, energy[_i] * EV_PER_HARTREE, 0.1);
    ck_near(r.moment, 1, 1e-9);
    dft_result_release(&r);
    atoms_release(&a);
}
END_TEST

/* These cells are so small that a second thread would only be waited for. */
static void one_thread(void)
{
    la_threads(1);
}

void dft_scf_cases(Suite *s)
{
    TCase *t = tcase_create("scf");

    tcase_add_checked_fixture(t, one_thread, NULL);
    tcase_set_timeout(t, 300);
    tcase_add_loop_test(t, forces_are_derivatives, 0, THEORIES);
    tcase_add_loop_test(t, stress_is_a_derivative, 0, THEORIES);
    tcase_add_test(t, nothing_depends_on_the_origin);
    tcase_add_test(t, nothing_depends_on_the_order);
    tcase_add_test(t, nothing_depends_on_the_orientation);
    tcase_add_test(t, supercell_folds_k_points);
    tcase_add_test(t, real_states_are_states);
    tcase_add_test(t, threads_are_only_faster);
    tcase_add_test(t, symmetry_is_only_faster);
    tcase_add_test(t, a_stream_gives_the_same_labels);
    tcase_add_test(t, free_electrons);
    tcase_add_loop_test(t, hydrogen_atom, 0, 2);
    tcase_add_test(t, squeezed_cores_are_told);
    suite_add_tcase(s, t);
}
