#include "suites.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/neb.h>

#include "neb_suite.h"

struct atoms muller_brown_at(double x, double y)
{
    struct atoms a;

    atoms_init(&a, 1);
    a.z[0] = 1;
    a.pos[0][0] = x;
    a.pos[0][1] = y;
    a.move = xcalloc(1, sizeof *a.move);
    a.move[0][0] = a.move[0][1] = true;
    return a;
}

double muller_brown(const struct atoms *at, double (*forces)[3])
{
    static const double A[] = {-200, -100, -170, 15}, a[] = {-1, -1, -6.5, 0.7},
                        b[] = {0, 0, 11, 0.6}, c[] = {-10, -10, -6.5, 0.7},
                        x0[] = {1, 0, -0.5, -1}, y0[] = {0, 0.5, 1.5, 1};
    double e = 0;

    memset(forces, 0, sizeof *forces);
    for (int i = 0; i < 4; i++) {
        double x = at->pos[0][0] - x0[i], y = at->pos[0][1] - y0[i];
        double v =
            0.01 * A[i] * exp(a[i] * x * x + b[i] * x * y + c[i] * y * y);
        e += v;
        forces[0][0] -= v * (2 * a[i] * x + b[i] * y);
        forces[0][1] -= v * (b[i] * x + 2 * c[i] * y);
    }
    return e;
}

/* (x^2 - 1)^2 + 5 (y - x^2 / 2)^2: a bent path over a saddle at 0, of 1 eV. */
static double bent(const struct atoms *at, double (*forces)[3])
{
    double x = at->pos[0][0], y = at->pos[0][1];
    double w = x * x - 1, bow = y - x * x / 2;

    forces[0][0] = -4 * x * w + 10 * bow * x;
    forces[0][1] = -10 * bow;
    forces[0][2] = 0;
    return w * w + 5 * bow * bow;
}

typedef double (*analytic)(const struct atoms *a, double (*forces)[3]);

static struct band band_between(struct atoms first, struct atoms last, int n)
{
    const struct atoms *ends[] = {&first, &last};
    struct band b;
    struct err err;

    ck_assert_int_eq(band_unwrap(&first, &last, &err), 0);
    band_init(&b, ends, 2, n);
    atoms_release(&first);
    atoms_release(&last);
    return b;
}

/* The loop of the header. */
static enum stop run(struct band *b, const struct neb_params *p,
                     enum relax_method method, analytic potential, double fmax,
                     int *steps)
{
    struct walk_limits l = {.fmax = fmax, .max_steps = 500};
    struct relax *r = relax_new(method, b->all.natoms, 0.1);
    enum stop stop;
    struct err err;

    for (*steps = 0;; ++*steps) {
        for (int i = 0; i < b->nimages; i++)
            b->energy[i] = potential(&b->image[i], band_forces(b, i));
        neb_forces(b, p);
        stop = band_judge(b, p, &l, *steps, NULL);
        if (stop)
            break;
        ck_assert_int_eq(relax_step(r, &b->all, b->neb, &err), 0);
    }
    relax_free(r);
    return stop;
}

/* One atom, three images at 0, (1, 0), (1, 2), with these energies. */
static struct band corner(double e0, double e1, double e2)
{
    struct band b =
        band_between(muller_brown_at(0, 0), muller_brown_at(1, 2), 3);

    b.image[1].pos[0][0] = 1;
    b.image[1].pos[0][1] = 0;
    b.energy[0] = e0;
    b.energy[1] = e1;
    b.energy[2] = e2;
    b.top = 1;
    return b;
}

/* d- = (1, 0), d+ = (0, 2); at a maximum the steeper side weighs more. */
static const struct {
    double e[3], t[2];
} tangents[] = {
    {{1, 2, 3}, {0, 1}},
    {{3, 2, 1}, {1, 0}},
    {{0, 3, 1}, {2 / 5.0, 2 * 3 / 5.0}}, /* up 2, down 3; e2 > e0 */
    {{1, 3, 0}, {3 / 5.0, 2 * 2 / 5.0}}, /* up 3, down 2; e2 < e0 */
    {{2, 0, 1}, {2 / 3.0, 2 * 1 / 3.0}}, /* a minimum */
    {{1, 1, 1}, {1, 2}},                 /* flat */
    {{1, 1, 2}, {0, 2}},                 /* a step: not between */
};

START_TEST(improved_tangents_by_hand)
{
    struct band b =
        corner(tangents[_i].e[0], tangents[_i].e[1], tangents[_i].e[2]);
    double t[1][3], x = tangents[_i].t[0], y = tangents[_i].t[1];

    neb_tangent(&b, NEB_IMPROVED, 1, t);
    ck_near(t[0][0], x / hypot(x, y), 1e-15);
    ck_near(t[0][1], y / hypot(x, y), 1e-15);
    ck_assert_double_eq(t[0][2], 0);
    band_release(&b);
}
END_TEST

START_TEST(the_tangent_of_ase_by_hand)
{
    struct band b = corner(0, 2, 1);
    double t[1][3];

    neb_tangent(&b, NEB_ASENEB, 1, t); /* at the top: d+ + d- */
    ck_near(t[0][0], 1 / sqrt(5), 1e-15);
    ck_near(t[0][1], 2 / sqrt(5), 1e-15);
    b.top = 2;
    neb_tangent(&b, NEB_ASENEB, 1, t);
    ck_near(t[0][1], 1, 1e-15);
    b.top = 0;
    neb_tangent(&b, NEB_ASENEB, 1, t);
    ck_near(t[0][0], 1, 1e-15);
    band_release(&b);
}
END_TEST

/* Uphill along y: F = (7, 5) keeps 7 across, and springs pull by k (2 - 1);
 * climbing turns the part along the path around. */
START_TEST(forces_by_hand)
{
    struct neb_params p = {.spring = 0.3};
    struct band b = corner(0, 1, 2);

    b.forces[1][0] = 7;
    b.forces[1][1] = 5;
    b.forces[1][2] = 100; /* fixed */
    neb_forces(&b, &p);
    ck_near(b.neb[1][0], 7, 1e-15);
    ck_near(b.neb[1][1], 0.3 * (2 - 1), 1e-15);
    ck_assert_double_eq(b.neb[1][2], 0);
    ck_near(band_fmax(&b, 1), hypot(7, 0.3), 1e-14);
    ck_assert_double_eq(band_fmax(&b, 0), 0);
    ck_assert(!b.climbs);

    p.tangent = NEB_ASENEB; /* top: t = (1, 2) / sqrt 5 */
    neb_forces(&b, &p);
    double along = 17 / sqrt(5), spring = 0.3 * (2 * 2 - 1) / sqrt(5);
    ck_near(b.neb[1][0], 7 + (spring - along) / sqrt(5), 1e-14);
    ck_near(b.neb[1][1], 5 + 2 * (spring - along) / sqrt(5), 1e-14);

    p = (struct neb_params){.spring = 0.3, .climb = 7.0};
    neb_forces(&b, &p); /* 7.006 is not below */
    ck_assert(!b.climbs);
    p.climb = 7.1;
    neb_forces(&b, &p);
    ck_assert(b.climbs);
    ck_near(b.neb[1][0], 7, 1e-15);
    ck_near(b.neb[1][1], -5, 1e-15);
    p.climb = 0.1; /* once it climbs it goes on */
    neb_forces(&b, &p);
    ck_near(b.neb[1][1], -5, 1e-15);
    band_release(&b);
}
END_TEST

/* E_ref = 1, E_max = 5: a spring with 3 as its higher end is half way. */
START_TEST(springs_are_stronger_uphill)
{
    struct neb_params p = {.spring = 0.5, .spring_low = 0.1};
    struct band b =
        band_between(muller_brown_at(0, 0), muller_brown_at(1, 0), 6);
    static const double e[] = {0, 0.5, 3, 5, 2, 1};

    memcpy(b.energy, e, sizeof e);
    b.top = 3;
    ck_near(neb_spring(&b, &p, 0), 0.1, 1e-15); /* below E_ref */
    ck_near(neb_spring(&b, &p, 1), 0.3, 1e-15);
    ck_near(neb_spring(&b, &p, 2), 0.5, 1e-15);
    ck_near(neb_spring(&b, &p, 3), 0.5, 1e-15);
    ck_near(neb_spring(&b, &p, 4), 0.2, 1e-15);
    p.spring_low = 0;
    for (int i = 0; i < 5; i++)
        ck_assert_double_eq(neb_spring(&b, &p, i), 0.5);
    band_release(&b);
}
END_TEST

/* s (1 - s)^2 has 4/27 at 1/3; any cubic comes out of its end values. */
START_TEST(spline_by_hand)
{
    double at;

    ck_near(hermite_top(1, 0, 1, 0, 0, &at), 4 / 27.0, 1e-15);
    ck_near(at, 1 / 3.0, 1e-15);
    ck_near(hermite_top(1, 0, 0, 0, -1, &at), 4 / 27.0, 1e-15); /* mirrored */
    ck_near(at, 2 / 3.0, 1e-15);
    ck_near(hermite_top(2, 3, 2, 3, -2, &at), 4, 1e-15); /* a parabola */
    ck_near(at, 1, 1e-15);
    ck_assert_double_eq(hermite_top(2, 1, 1, 3, 1, &at), 3); /* a line */
    ck_assert_double_eq(at, 2);
    ck_assert_double_eq(hermite_top(2, 3, -1, 1, -1, &at), 3);
    ck_assert_double_eq(at, 0);
    ck_assert_double_eq(hermite_top(1, 0, -1, 0, 1, &at), 0); /* a valley */
    for (double s = 0.1; s < 2.5; s += 0.1) { /* 5 - (x-s)^2 (x+4) on [0, 3] */
        double e0 = 5 - 4 * s * s, e1 = 5 - 7 * (3 - s) * (3 - s);
        double g0 = 8 * s - s * s, g1 = -14 * (3 - s) - (3 - s) * (3 - s);
        ck_near(hermite_top(3, e0, g0, e1, g1, &at), 5, 1e-13);
        ck_near(at, s, 1e-13);
    }
}
END_TEST

/* Two frames of three images: slopes by the chord, as ASE takes them. */
START_TEST(barrier_of_a_straight_path)
{
    struct band b =
        band_between(muller_brown_at(-1, 0), muller_brown_at(1, 0), 5);
    struct barrier barrier;

    for (int i = 0; i < 5; i++) { /* (x^2 - 1)^2 + x / 10 */
        double x = b.image[i].pos[0][0], w = x * x - 1;
        b.energy[i] = w * w + x / 10;
        band_forces(&b, i)[0][0] = -4 * x * w - 0.1;
        band_forces(&b, i)[0][2] = 77; /* fixed: not along the path */
    }
    band_barrier(&b, &barrier);
    /* 4 x (x^2 - 1) + 0.1 = 0 near 0.0253; cubics of h = 1/2 are within
     * h^4 / 384 times the fourth derivative, 24: 0.004 eV */
    ck_near(barrier.forward, 1.10125, 0.004);
    ck_near(barrier.back, 0.90125, 0.004);
    ck_near(barrier.at, 1.0253, 0.02);
    ck_near(barrier.forward - barrier.back, 0.2, 1e-15);
    band_release(&b);
}
END_TEST

START_TEST(the_band_finds_a_bent_path)
{
    struct neb_params p = {.spring = 1, .tangent = (enum neb_tangent)_i};
    struct band b =
        band_between(muller_brown_at(-1, 0.5), muller_brown_at(1, 0.5), 9);
    struct barrier barrier;
    int steps;

    ck_assert_int_eq(run(&b, &p, RELAX_BFGS, bent, 1e-4, &steps),
                     STOP_CONVERGED);
    ck_near(b.image[4].pos[0][0], 0, 1e-4); /* by symmetry */
    ck_near(b.energy[4], 1, 1e-6);
    band_barrier(&b, &barrier);
    ck_near(barrier.forward, 1, 1e-3);
    band_release(&b);
}
END_TEST

/* Even numbers of images have none at the saddle, unless one climbs. */
START_TEST(a_climbing_image_finds_the_saddle)
{
    static const double spring_low[] = {0, 0.2};
    static const enum relax_method methods[] = {RELAX_BFGS, RELAX_LBFGS,
                                                RELAX_FIRE};
    struct neb_params p = {
        .spring = 1, .spring_low = spring_low[_i % 2], .climb = 0.2};
    struct band b =
        band_between(muller_brown_at(MB_FIRST), muller_brown_at(MB_MIDDLE), 8);
    const double saddle[] = {MB_HIGH_SADDLE};
    struct barrier barrier;
    int steps;

    ck_assert_int_eq(run(&b, &p, methods[_i / 2], muller_brown, 1e-4, &steps),
                     STOP_CONVERGED);
    ck_assert(b.climbs);
    ck_near(b.image[b.top].pos[0][0], saddle[0], 1e-4);
    ck_near(b.image[b.top].pos[0][1], saddle[1], 1e-4);
    ck_near(b.energy[b.top], -0.406648, 1e-6);
    band_barrier(&b, &barrier);
    ck_near(barrier.forward, -0.406648 + 1.466995, 2e-6);
    ck_near(barrier.back, -0.406648 + 0.807678, 2e-6);
    ck_near(barrier.at, band_path(&b, b.top), 0.01);
    band_release(&b);
}
END_TEST

/* Images are equally spaced: springs alike pull alike. */
START_TEST(images_are_equally_spaced)
{
    struct neb_params p = {.spring = 5};
    struct band b =
        band_between(muller_brown_at(MB_FIRST), muller_brown_at(MB_LAST), 15);
    double whole;
    int steps;

    b.image[3].pos[0][0] += 0.05;
    ck_assert_int_eq(run(&b, &p, RELAX_FIRE, muller_brown, 1e-3, &steps),
                     STOP_CONVERGED);
    whole = band_path(&b, 14); /* each spring is off by at most fmax / k */
    for (int i = 1; i < 15; i++)
        ck_near(band_path(&b, i) - band_path(&b, i - 1), whole / 14, 0.003);
    band_release(&b);
}
END_TEST

START_TEST(every_way_to_end)
{
    struct neb_params p = {.spring = 1};
    struct walk_limits l = {.fmax = 0.05, .max_steps = 7, .uncertainty = 0.5};
    double sigma[] = {0.1, 0.6, 0.7};
    struct band b = corner(0, 1, 2);
    struct atoms start;

    b.forces[1][0] = 7;
    neb_forces(&b, &p);
    ck_assert_int_eq(band_judge(&b, &p, &l, 6, NULL), STOP_NOT);
    ck_assert_int_eq(band_judge(&b, &p, &l, 7, NULL), STOP_STEPS);
    ck_assert_int_eq(b.culprit, -1);
    ck_assert_int_eq(band_judge(&b, &p, &l, 0, sigma), STOP_UNCERTAINTY);
    ck_assert_int_eq(b.culprit, 2);
    sigma[1] = NAN; /* the worst of all */
    ck_assert_int_eq(band_judge(&b, &p, &l, 0, sigma), STOP_UNCERTAINTY);
    ck_assert_int_eq(b.culprit, 1);
    l.fmax = 8;
    ck_assert_int_eq(band_judge(&b, &p, &l, 7, NULL), STOP_CONVERGED);
    p.climb = 1; /* which it does not */
    ck_assert_int_eq(band_judge(&b, &p, &l, 6, NULL), STOP_NOT);
    b.energy[2] = NAN;
    ck_assert_int_eq(band_judge(&b, &p, &l, 0, NULL), STOP_NAN);
    ck_assert_int_eq(b.culprit, 2);

    atoms_copy(&start, &b.all);
    l.displacement = 0.5;
    ck_assert_int_eq(band_allow(&b, &l, &start), STOP_NOT);
    b.image[1].pos[0][1] += 0.6;
    ck_assert_int_eq(band_allow(&b, &l, &start), STOP_DISPLACEMENT);
    ck_assert_int_eq(b.culprit, 1);
    atoms_release(&start);
    band_release(&b);
}
END_TEST

Suite *neb_suite(void)
{
    Suite *suite = suite_create("neb");
    TCase *forces = tcase_create("forces");
    int ntangents = (int)(sizeof tangents / sizeof *tangents);

    tcase_add_loop_test(forces, improved_tangents_by_hand, 0, ntangents);
    tcase_add_test(forces, the_tangent_of_ase_by_hand);
    tcase_add_test(forces, forces_by_hand);
    tcase_add_test(forces, springs_are_stronger_uphill);
    tcase_add_test(forces, spline_by_hand);
    tcase_add_test(forces, barrier_of_a_straight_path);
    tcase_add_loop_test(forces, the_band_finds_a_bent_path, 0, 2);
    tcase_add_loop_test(forces, a_climbing_image_finds_the_saddle, 0, 6);
    tcase_add_test(forces, images_are_equally_spaced);
    tcase_add_test(forces, every_way_to_end);
    suite_add_tcase(suite, forces);
    suite_add_tcase(suite, neb_band_tests());
    suite_add_tcase(suite, neb_dimer_tests());
    return suite;
}
