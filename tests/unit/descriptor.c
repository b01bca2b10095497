#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include <morsel/descriptor.h>

#include "plain.h"
#include "suites.h"

/*
 * Sets to try: every type, both cutoffs, whole and crooked zeta and gamma, an
 * eta beyond what the polynomial holds, sets that differ by element.
 */
static const char *const sets[] = {
    "morsel-set 1\n"
    "cutoff cosine 5.3\n"
    "G2 * eta 0.003,0.7 rs 0,1.9\n"
    "G4 * * eta 0.004 zeta 1,2,4 lambda 1,-1\n"
    "end\n",

    "morsel-set 1\n"
    "cutoff cosine 4.7 # rest of the line\n"
    "\n"
    "G5 * * eta 0.01 zeta 1,3,2.7,16 lambda 1,-1\n"
    "G4 Cu * eta 0.03,0.9 zeta 1,2.5 lambda -1,1\n"
    "G4 C O eta 0.05 zeta 7 lambda -1\n"
    "end\n",

    "morsel-set 1\n"
    "cutoff polynomial 5.1 3.4\n"
    "center C Cu\n"
    "G2 * eta 0.02\n"
    "G4 * * eta 0.3 zeta 4 lambda 1\n"
    "center O\n"
    "G2 Cu eta 0.5 rs 2\n"
    "G4 Cu Cu eta 0 zeta 1.5 lambda -1\n"
    "end\n",

    "morsel-set 1\n"
    "cutoff polynomial 4.9 4\n"
    "G4 * * eta 0.01 zeta 1,4 lambda 1,-1\n"
    "G2 * eta 0,4\n"
    "end\n",
};
enum { NSETS = sizeof sets / sizeof *sets };

static const int elements[] = {6, 29, 8};

static void set_of(struct descriptor *d, const char *string)
{
    struct text t = text_of("set", string);
    struct err err;

    if (descriptor_read(d, &t, elements, 3, &err) < 0)
        ck_abort_msg("%s", err.msg);
    text_close(&t);
}

/* Seven atoms in a skewed cell that is smaller than the cutoff. */
static void crooked(struct atoms *a)
{
    static const double pos[7][3] = {{0.13, 0.21, 0.32},  {1.97, 0.44, 0.17},
                                     {0.31, 2.21, -0.27}, {2.1, 2.3, 1.91},
                                     {-0.42, 3.1, 14.83}, {1.31, 1.11, 3.33},
                                     {3.1, 0.2, 2.47}};
    static const int z[7] = {29, 6, 29, 8, 29, 6, 29};
    static const double cell[3][3] = {
        {4.3, 0.2, -0.1}, {1.7, 3.9, 0.3}, {-0.6, 1.1, 5.7}};

    atoms_init(a, 7);
    memcpy(a->pos, pos, sizeof pos);
    memcpy(a->z, z, sizeof z);
    memcpy(a->cell, cell, sizeof cell);
    a->pbc[0] = a->pbc[2] = true;
}

static void compute(struct features *f, const struct descriptor *d,
                    const struct atoms *a, bool derivatives)
{
    struct neighbors nb = {0};
    struct err err;

    if (neighbors_find(&nb, a, d->cutoff.rc, &err) < 0 ||
        features_compute(f, d, a, &nb, derivatives, &err) < 0)
        ck_abort_msg("%s", err.msg);
    neighbors_release(&nb);
}

/* dG_i / dpos[j] in direction k of function m, 0 where there is no block. */
static double derivative(const struct features *f, int i, int j, int k, int m)
{
    int n = f->first[i + 1] - f->first[i];

    for (int e = f->dep[i]; e < f->dep[i + 1]; e++)
        if (f->atom[e] == j)
            return f->dg[f->block[e] + k * n + m];
    return 0;
}

/*
 * Sums of a few hundred terms of size 1, both kernels with a rounding or two
 * each: 1e-13 of the larger, as the sums themselves may be large.
 */
START_TEST(kernel_is_the_formulas)
{
    struct neighbors nb = {0};
    struct features f = {0};
    struct descriptor d;
    struct atoms a;
    struct err err;
    double g[100], dg[7 * 3 * 100];

    crooked(&a);
    set_of(&d, sets[_i]);
    ck_assert_int_eq(neighbors_find(&nb, &a, 7.1, &err), 0); /* too many */
    ck_assert_int_eq(features_compute(&f, &d, &a, &nb, true, &err), 0);
    for (int i = 0; i < a.natoms; i++) {
        int n = f.first[i + 1] - f.first[i];

        ck_assert_int_eq(n, d.nsf[f.element[i]]);
        ck_assert_int_le(n, 100);
        plain_features(&d, &a, &nb, i, g, dg);
        for (int m = 0; m < n; m++) {
            ck_close(f.g[f.first[i] + m], g[m], 1e-13);
            for (int j = 0; j < a.natoms; j++)
                for (int k = 0; k < 3; k++)
                    ck_close(derivative(&f, i, j, k, m),
                             dg[(3 * j + k) * n + m], 1e-13);
        }
    }
    features_release(&f);
    neighbors_release(&nb);
    descriptor_release(&d);
    atoms_release(&a);
}
END_TEST

/* A central difference is good to h^2 g''' / 6 + 1e-16 g / h. */
START_TEST(derivatives_are_finite_differences)
{
    const double h = 1e-5;
    struct features f = {0}, up = {0}, down = {0};
    struct descriptor d;
    struct atoms a;

    crooked(&a);
    set_of(&d, sets[_i]);
    compute(&f, &d, &a, true);
    for (int j = 0; j < a.natoms; j++)
        for (int k = 0; k < 3; k++) {
            double x = a.pos[j][k];

            a.pos[j][k] = x + h;
            compute(&up, &d, &a, false);
            a.pos[j][k] = x - h;
            compute(&down, &d, &a, false);
            a.pos[j][k] = x;
            for (int i = 0; i < a.natoms; i++)
                for (int m = 0; m < f.first[i + 1] - f.first[i]; m++) {
                    int p = f.first[i] + m;

                    ck_close(derivative(&f, i, j, k, m),
                             (up.g[p] - down.g[p]) / (2 * h), 1e-8);
                }
        }
    features_release(&f);
    features_release(&up);
    features_release(&down);
    descriptor_release(&d);
    atoms_release(&a);
}
END_TEST

/* The atoms a depends on are itself and its neighbors, in ascending order. */
START_TEST(blocks_are_in_order)
{
    struct features f = {0};
    struct descriptor d;
    struct atoms a;
    int at = 0;

    crooked(&a);
    set_of(&d, sets[2]);
    compute(&f, &d, &a, true);
    for (int i = 0; i < a.natoms; i++) {
        bool self = false;

        for (int e = f.dep[i]; e < f.dep[i + 1]; e++) {
            ck_assert_int_eq(f.block[e], at);
            at += 3 * (f.first[i + 1] - f.first[i]);
            ck_assert(e == f.dep[i] || f.atom[e] > f.atom[e - 1]);
            self = self || f.atom[e] == i;
        }
        ck_assert(self);
    }
    features_release(&f);
    descriptor_release(&d);
    atoms_release(&a);
}
END_TEST

/* Turn about (1, 2, 2) / 3 by the angle of cos 0.6, then shift. */
static void move(struct atoms *a)
{
    const double u[3] = {1 / 3., 2 / 3., 2 / 3.}, c = 0.6, s = 0.8;
    const double shift[3] = {17.3, -4.1, 0.7};
    double m[3][3] = {
        {c + u[0] * u[0] * (1 - c), u[0] * u[1] * (1 - c) - u[2] * s,
         u[0] * u[2] * (1 - c) + u[1] * s},
        {u[1] * u[0] * (1 - c) + u[2] * s, c + u[1] * u[1] * (1 - c),
         u[1] * u[2] * (1 - c) - u[0] * s},
        {u[2] * u[0] * (1 - c) - u[1] * s, u[2] * u[1] * (1 - c) + u[0] * s,
         c + u[2] * u[2] * (1 - c)}};

    for (int i = -3; i < a->natoms; i++) {
        double *x = i < 0 ? a->cell[i + 3] : a->pos[i], y[3];

        for (int k = 0; k < 3; k++)
            y[k] = m[k][0] * x[0] + m[k][1] * x[1] + m[k][2] * x[2] +
                   (i < 0 ? 0 : shift[k]);
        memcpy(x, y, sizeof y);
    }
}

START_TEST(motion_changes_nothing)
{
    struct features f = {0}, g = {0};
    struct descriptor d;
    struct atoms a;

    crooked(&a);
    set_of(&d, sets[_i]);
    compute(&f, &d, &a, false);
    move(&a);
    compute(&g, &d, &a, false);
    for (int p = 0; p < f.first[a.natoms]; p++)
        ck_close(f.g[p], g.g[p], 1e-12);
    features_release(&f);
    features_release(&g);
    descriptor_release(&d);
    atoms_release(&a);
}
END_TEST

/* The atoms in reverse order, twice along the first lattice vector. */
START_TEST(supercell_and_order_change_nothing)
{
    struct features f = {0}, g = {0};
    struct descriptor d;
    struct atoms a, b;

    crooked(&a);
    atoms_init(&b, 14);
    memcpy(b.cell, a.cell, sizeof b.cell);
    memcpy(b.pbc, a.pbc, sizeof b.pbc);
    for (int i = 0; i < 14; i++) {
        b.z[i] = a.z[6 - i % 7];
        for (int k = 0; k < 3; k++)
            b.pos[i][k] = a.pos[6 - i % 7][k] + i / 7 * a.cell[0][k];
    }
    for (int k = 0; k < 3; k++)
        b.cell[0][k] *= 2;
    set_of(&d, sets[_i]);
    compute(&f, &d, &a, true);
    compute(&g, &d, &b, true);
    for (int i = 0; i < 14; i++)
        for (int m = 0; m < g.first[i + 1] - g.first[i]; m++) {
            int l = 6 - i % 7;

            ck_close(f.g[f.first[l] + m], g.g[g.first[i] + m], 1e-12);
            for (int j = 0; j < 7; j++)
                ck_close(derivative(&f, l, 6 - j, 1, m),
                         derivative(&g, i, j, 1, m) +
                             derivative(&g, i, j + 7, 1, m),
                         1e-12);
        }
    features_release(&f);
    features_release(&g);
    descriptor_release(&d);
    atoms_release(&a);
    atoms_release(&b);
}
END_TEST

/*
 * A right triangle of 3, 4, 5 with rc 10 and eta 0: fc(3) fc(4) fc(5) = 0.7939
 * 0.6545 0.5, the cosines 0, 0.6, 0.8.
 */
START_TEST(right_triangle)
{
    struct features f = {0};
    struct descriptor d;
    struct atoms a;

    atoms_init(&a, 3);
    for (int i = 0; i < 3; i++)
        a.z[i] = 29;
    a.pos[1][0] = 3;
    a.pos[2][2] = 4;
    set_of(&d, "morsel-set 1\ncutoff cosine 10\n"
               "G2 Cu eta 0\n"
               "G4 Cu Cu eta 0 zeta 2 lambda -1\n"
               "end\n");
    compute(&f, &d, &a, false);
    double f3 = 0.5 * (1 + cos(0.3 * M_PI)), f4 = 0.5 * (1 + cos(0.4 * M_PI));
    ck_near(f.g[0], f3 + f4, 1e-15);
    ck_near(f.g[1], 0.5 * f3 * f4 * 0.5, 1e-15);
    ck_near(f.g[2], f3 + 0.5, 1e-15);
    ck_near(f.g[3], 0.5 * 0.4 * 0.4 * f3 * f4 * 0.5, 1e-15);
    ck_near(f.g[5], 0.5 * 0.2 * 0.2 * f3 * f4 * 0.5, 1e-15);
    features_release(&f);
    descriptor_release(&d);
    atoms_release(&a);
}
END_TEST

START_TEST(forces_are_the_chain_rule)
{
    double dedg[7 * 40], forces[7][3], sum[3] = {0};
    struct features f = {0};
    struct descriptor d;
    struct atoms a;

    crooked(&a);
    set_of(&d, sets[3]);
    compute(&f, &d, &a, true);
    ck_assert_int_le(f.first[7], 7 * 40);
    for (int p = 0; p < f.first[7]; p++)
        dedg[p] = cos(1 + p);
    for (int j = 0; j < 7; j++)
        for (int k = 0; k < 3; k++)
            forces[j][k] = 10 + j;
    features_forces(&f, dedg, forces);
    for (int j = 0; j < 7; j++)
        for (int k = 0; k < 3; k++) {
            double want = 10 + j;

            for (int i = 0; i < 7; i++)
                for (int m = 0; m < f.first[i + 1] - f.first[i]; m++)
                    want -= derivative(&f, i, j, k, m) * dedg[f.first[i] + m];
            ck_close(forces[j][k], want, 1e-13);
            sum[k] += forces[j][k] - 10 - j;
        }
    for (int k = 0; k < 3; k++)
        ck_near(sum[k], 0, 1e-11);
    features_release(&f);
    descriptor_release(&d);
    atoms_release(&a);
}
END_TEST

#ifdef _OPENMP
START_TEST(threads_change_not_a_bit)
{
    struct features one = {0}, three = {0};
    struct descriptor d;
    struct atoms a;

    crooked(&a);
    set_of(&d, sets[0]);
    omp_set_num_threads(1);
    compute(&one, &d, &a, true);
    omp_set_num_threads(3);
    compute(&three, &d, &a, true);
    ck_assert_mem_eq(one.g, three.g, (size_t)one.first[7] * sizeof *one.g);
    ck_assert_mem_eq(one.dg, three.dg,
                     (size_t)one.block[one.dep[7] - 1] * sizeof *one.dg);
    features_release(&one);
    features_release(&three);
    descriptor_release(&d);
    atoms_release(&a);
}
END_TEST
#endif

START_TEST(unknown_element_is_refused)
{
    struct neighbors nb = {0};
    struct features f = {0};
    struct descriptor d;
    struct atoms a;
    struct err err;

    crooked(&a);
    a.z[4] = 79;
    set_of(&d, sets[0]);
    ck_assert_int_eq(neighbors_find(&nb, &a, 6, &err), 0);
    ck_assert_int_eq(features_compute(&f, &d, &a, &nb, true, &err), ERR_RANGE);
    ck_assert_str_eq(err.msg, "atom 5 is Au, which is not one of the elements "
                              "C, Cu, O");
    neighbors_release(&nb);
    descriptor_release(&d);
    atoms_release(&a);
}
END_TEST

/* Order and parameters as in arXiv:2008.10773: eta rc^2, see morsel-set(5). */
START_TEST(paper_set)
{
    const int z[] = {6, 29};
    struct descriptor d;
    struct err err;

    ck_assert_int_eq(descriptor_named(&d, "paper", z, 2, &err), 0);
    ck_assert_int_eq(d.nelement, 2);
    ck_assert_int_eq(d.nsf[1], 20);
    ck_assert(descriptor_uniform(&d));
    for (int m = 0; m < 8; m++) {
        ck_assert_int_eq(d.sf[1][m].z1, z[m / 4]);
        ck_near(d.sf[1][m].eta * 36, 0.05 * pow(100, m % 4 / 3.), 1e-15);
    }
    for (int m = 8; m < 20; m++) {
        const struct sf *s = &d.sf[0][m];

        ck_assert_int_eq(s->z1, m < 16 ? 6 : 29);
        ck_assert_int_eq(s->z2, m < 12 ? 6 : 29);
        ck_near(s->eta * 36, 0.005, 1e-17);
        ck_assert_double_eq(s->zeta, m % 4 < 2 ? 1 : 4);
        ck_assert_double_eq(s->lambda, m % 2 ? -1 : 1);
    }
    descriptor_stretch(&d, 9);
    ck_near(d.sf[0][3].eta * 81, 5, 1e-14);
    ck_assert_double_eq(d.cutoff.rc, 9);
    descriptor_release(&d);
    ck_assert_int_eq(descriptor_named(&d, "pape", z, 2, &err), ERR_RANGE);
    ck_assert_str_eq(err.msg, "there is no set 'pape'");
}
END_TEST

static void same_set(const struct descriptor *a, const struct descriptor *b)
{
    ck_assert_int_eq(a->nelement, b->nelement);
    ck_assert_int_eq(a->cutoff.type, b->cutoff.type);
    ck_assert_double_eq(a->cutoff.rc, b->cutoff.rc);
    ck_assert_double_eq(a->cutoff.gamma, b->cutoff.gamma);
    for (int e = 0; e < a->nelement; e++) {
        ck_assert_int_eq(a->z[e], b->z[e]);
        ck_assert_int_eq(a->nsf[e], b->nsf[e]);
        for (int m = 0; m < a->nsf[e]; m++) {
            const struct sf *s = &a->sf[e][m], *t = &b->sf[e][m];

            ck_assert(s->type == t->type && s->z1 == t->z1 && s->z2 == t->z2 &&
                      s->eta == t->eta && s->rs == t->rs &&
                      s->zeta == t->zeta && s->lambda == t->lambda);
        }
    }
}

START_TEST(sets_survive_print_and_put)
{
    struct descriptor a, b;
    struct bin bin;
    char *string = NULL;
    size_t size;
    FILE *f = open_memstream(&string, &size);

    set_of(&a, sets[_i]);
    descriptor_stretch(&a, 5.7); /* so that no eta is round */
    descriptor_print(&a, "", f);
    fclose(f);
    set_of(&b, string);
    same_set(&a, &b);
    descriptor_release(&b);
    free(string);

    bin_init(&bin, "test", 1);
    bin.at = bin.size; /* the header is not ours */
    descriptor_put(&a, &bin);
    descriptor_get(&b, &bin);
    ck_assert(!bin.bad);
    ck_assert_uint_eq(bin.at, bin.size);
    same_set(&a, &b);
    descriptor_release(&a);
    descriptor_release(&b);
    bin_release(&bin);
}
END_TEST

/* Each byte of a set in a binary file, made another: sane or bad, no crash. */
START_TEST(nonsense_in_a_file_is_bad)
{
    struct descriptor d;
    struct bin bin;
    int bad = 0;

    set_of(&d, sets[2]);
    bin_init(&bin, "test", 1);
    size_t begin = bin.size;
    descriptor_put(&d, &bin);
    descriptor_release(&d);
    for (size_t i = begin; i < bin.size; i++) {
        bin.data[i] ^= 0xff;
        bin.at = begin;
        bin.bad = false;
        descriptor_get(&d, &bin);
        bad += bin.bad;
        descriptor_release(&d);
        bin.data[i] ^= 0xff;
    }
    ck_assert_int_gt(bad, 20);
    bin_release(&bin);
}
END_TEST

static const struct {
    const char *text, *message;
} refusals[] = {
    {"", "set:0: expected 'morsel-set 1'"},
    {"morsel-set 2\n", "set:1: expected 'morsel-set 1'"},
    {"morsel-set 1\ncutoff cosine\n",
     "set:2: expected a radius from 0.1 to 100 angstrom"},
    {"morsel-set 1\ncutoff sine 6\n", "set:2: expected cosine or polynomial"},
    {"morsel-set 1\ncutoff polynomial 6 1\n",
     "set:2: expected gamma from 2 to 100"},
    {"morsel-set 1\ncutoff cosine 6 4\n", "set:2: '4' is one word too many"},
    {"morsel-set 1\ncutoff cosine 6\ncutoff cosine 6\n",
     "set:3: expected one cutoff"},
    {"morsel-set 1\nG2 Xx eta 1\n", "set:2: 'Xx' is not a chemical symbol"},
    {"morsel-set 1\nG2\n", "set:2: expected a chemical symbol or '*'"},
    {"morsel-set 1\nG2 Au eta 1\n", "set:2: Au is not one of the elements"},
    {"morsel-set 1\nG2 C rs 1\n", "set:2: expected eta"},
    {"morsel-set 1\nG2 C zeta 1\n", "set:2: expected eta or rs, not 'zeta'"},
    {"morsel-set 1\nG4 C * eta 1 rs 1\n",
     "set:2: expected eta, zeta or lambda, not 'rs'"},
    {"morsel-set 1\nG4 C * eta 1,2, zeta 1\n",
     "set:2: eta: expected numbers from 0 to 1e+06"},
    {"morsel-set 1\nG4 C * eta 1 zeta 0.5\n",
     "set:2: zeta: expected numbers from 1 to 1000"},
    {"morsel-set 1\nG4 C * eta 1 zeta 2 lambda 0\n",
     "set:2: lambda: expected 1 or -1"},
    {"morsel-set 1\nG3 C\n",
     "set:2: expected cutoff, center, G2, G4, G5 or end, not 'G3'"},
    {"morsel-set 1\nG2 * eta 1\nend\n",
     "set:3: expected a cutoff before the end"},
    {"morsel-set 1\ncutoff cosine 6\ncenter C O\nG2 * eta 1\nend\n",
     "set:5: Cu has no functions"},
    {"morsel-set 1\ncutoff cosine 6\nG2 * eta 1\n",
     "set:3: the file ends before 'end'"},
    {"morsel-set 1\ncutoff cosine 6\nG2 * eta 1\nend\nG2 C eta 1\n",
     "set:5: expected the file's end"},
};

START_TEST(bad_sets_are_refused)
{
    struct text t = text_of("set", refusals[_i].text);
    struct descriptor d;
    struct err err = {0};

    ck_assert_int_eq(descriptor_read(&d, &t, elements, 3, &err), ERR_FORMAT);
    ck_assert_str_eq(err.msg, refusals[_i].message);
    ck_assert_ptr_null(d.z);
    text_close(&t);
}
END_TEST

Suite *descriptor_suite(void)
{
    Suite *s = suite_create("descriptor");
    TCase *t = tcase_create("features");

    tcase_add_loop_test(t, kernel_is_the_formulas, 0, NSETS);
    tcase_add_loop_test(t, derivatives_are_finite_differences, 0, NSETS);
    tcase_add_loop_test(t, motion_changes_nothing, 0, NSETS);
    tcase_add_loop_test(t, supercell_and_order_change_nothing, 0, NSETS);
    tcase_add_test(t, blocks_are_in_order);
    tcase_add_test(t, right_triangle);
    tcase_add_test(t, forces_are_the_chain_rule);
#ifdef _OPENMP
    tcase_add_test(t, threads_change_not_a_bit);
#endif
    tcase_add_test(t, unknown_element_is_refused);
    suite_add_tcase(s, t);
    t = tcase_create("sets");
    tcase_add_test(t, paper_set);
    tcase_add_loop_test(t, sets_survive_print_and_put, 0, NSETS);
    tcase_add_test(t, nonsense_in_a_file_is_bad);
    tcase_add_loop_test(t, bad_sets_are_refused, 0,
                        sizeof refusals / sizeof *refusals);
    suite_add_tcase(s, t);
    return s;
}
