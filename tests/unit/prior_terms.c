#include <morsel/prior.h>

#include <math.h>
#include <string.h>

#include "prior_suite.h"
#include "suites.h"

static const int cu_c_o[3] = {29, 6, 8};

static const char *const names[] = {
    "published",  "paper",    "window",         "wall",        "zbl",
    "window+zbl", "wall+zbl", "window:0.9:1.4", "zbl:0.3:0.7", "published+zbl"};
enum { NNAME = sizeof names / sizeof *names };

static void named(struct prior *p, const char *name)
{
    struct err err;

    ck_assert_msg(prior_named(p, name, cu_c_o, 3, &err) == 0, "%s", err.msg);
}

/* dE/dr of every pair of every prior, from where atoms collide to the end. */
START_TEST(the_slope_of_a_pair_is_its_derivative)
{
    const double h = 1e-5;
    struct prior p;

    named(&p, names[_i]);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j <= i; j++)
            for (double r = 0.413; r < p.rc - 0.01; r += 0.0371) {
                double slope, skip;
                double up = prior_pair(&p, i, j, r + h, &skip);
                double down = prior_pair(&p, i, j, r - h, &skip);

                prior_pair(&p, i, j, r, &slope);
                ck_close(slope, (up - down) / (2 * h), 2e-7);
            }
    prior_release(&p);
}
END_TEST

/*
 * At each switch of each pair: value, slope and curvature from the left are
 * those from the right, but for the third derivative times the step; a C1
 * switch would miss by 6 |phi| / width^2, ten thousand times as much.
 */
START_TEST(terms_are_smooth_where_they_are_switched)
{
    const double h = 1e-6;
    struct prior p;

    named(&p, names[_i]);
    for (int t = 0; t < p.nterm; t++)
        for (int q = 0; q < 9; q++)
            for (int end = 0; end < 2; end++) {
                const struct prior_pair *pair = &p.term[t].pair[q];
                double at = end ? pair->rc : pair->rs, w = pair->rc - pair->rs;
                double e[4], s[4], left, right, third;

                if (w == 0)
                    continue; /* sharp: the paper's */
                for (int k = 0; k < 4; k++)
                    e[k] =
                        prior_pair(&p, q / 3, q % 3, at + (k - 1.5) * h, &s[k]);
                left = (s[1] - s[0]) / h;
                right = (s[3] - s[2]) / h;
                double size =
                    fabs(prior_pair(&p, q / 3, q % 3, pair->rs, &third));
                third = 100 * (1 + size + fabs(third)) / pow(w, 3);
                ck_near(e[2], e[1] + h * s[1], h * h * third);
                ck_near(s[2], s[1] + h * left, h * h * third);
                ck_near(right, left, 2 * h * third);
            }
    prior_release(&p);
}
END_TEST

/* Copper in a cell of a few angstrom, skewed: all forces are those of images
 * on images. */
static double lattice_energy(const struct prior *p, const struct atoms *a,
                             double (*strain)[3])
{
    struct neighbors nb = {0};
    struct err err;
    double e;

    ck_assert_int_eq(neighbors_find(&nb, a, p->rc, &err), 0);
    e = strain ? prior_eval_strain(p, a, &nb, NULL, strain)
               : prior_eval(p, a, &nb, NULL);
    neighbors_release(&nb);
    return e;
}

/* Of all strains, those that turn as well; of the paper's prior, which jumps,
 * where no pair is near its end. */
START_TEST(strain_is_a_finite_difference)
{
    static const double cell[3][3] = {
        {2.4, 0.1, -0.3}, {0.9, 2.5, 0.2}, {-1.1, 0.7, 4.2}};
    const double h = 1e-5;
    double strain[3][3] = {{0}};
    struct prior p;
    struct atoms a;

    named(&p, names[_i]);
    atoms_init(&a, 2);
    a.z[0] = 29;
    a.z[1] = 8;
    a.pos[1][1] = 1.2;
    a.pos[1][2] = 1.7;
    a.pbc[0] = a.pbc[1] = a.pbc[2] = true;
    memcpy(a.cell, cell, sizeof cell);
    lattice_energy(&p, &a, strain);
    for (int x = 0; x < 3; x++)
        for (int y = 0; y < 3; y++) {
            double e[2];

            for (int side = 0; side < 2; side++) {
                struct atoms s;

                atoms_copy(&s, &a);
                for (int i = 0; i < 3; i++)
                    s.cell[i][x] += (side ? h : -h) * a.cell[i][y];
                s.pos[1][x] += (side ? h : -h) * a.pos[1][y];
                e[side] = lattice_energy(&p, &s, NULL);
                atoms_release(&s);
            }
            ck_close(strain[x][y], (e[1] - e[0]) / (2 * h), 1e-7);
        }
    prior_release(&p);
    atoms_release(&a);
}
END_TEST

/* Repulsion has no well, and ends where it says. */
START_TEST(walls_only_repel)
{
    static const char *const walls[] = {"wall", "zbl", "wall+zbl"};

    for (int n = 0; n < 3; n++) {
        struct prior p;

        named(&p, walls[n]);
        for (int i = 0; i < 3; i++)
            for (int j = 0; j <= i; j++) {
                double slope, last = INFINITY;

                for (double r = 0.2; r < p.rc; r += 0.01) {
                    double e = prior_pair(&p, i, j, r, &slope);

                    ck_assert(e >= 0 && slope <= 0 && e <= last);
                    last = e;
                }
                ck_assert(prior_pair(&p, i, j, p.rc, &slope) == 0);
            }
        prior_release(&p);
    }
}
END_TEST

/*
 * Two protons: l = 0.4685/2 = 0.23425 angstrom.  At r = l, chi(1) is
 * 0.18175 e^-3.1998 + 0.50986 e^-0.94229 + 0.28022 e^-0.4029 + 0.02817
 * e^-0.20162 = 0.416367..., and e^2/(4 pi eps0) is 14.39964548 eV angstrom
 * (CODATA 2018).  chi(0) = 1: nuclei that touch are not screened.
 */
START_TEST(nuclei_repel_as_ziegler_biersack_and_littmark_say)
{
    const double chi = 0.18175 * 0.04077036 + 0.50986 * 0.38973430 +
                       0.28022 * 0.66837868 + 0.02817 * 0.81740554;
    const double zz = 14.39964548;
    static const int h = 1;
    struct prior p;
    struct err err;
    double slope;

    ck_near(zbl_phi(zz, 0.23425, 0.23425, &slope), zz / 0.23425 * chi, 1e-5);
    ck_near(zbl_phi(zz, 0.23425, 1e-6, &slope) * 1e-6 / zz, 1, 1e-5);
    ck_assert_int_eq(prior_named(&p, "zbl:0.5:1", &h, 1, &err), 0);
    ck_near(p.term[0].pair[0].zz, zz, 1e-8);
    ck_near(p.term[0].pair[0].l, 0.23425, 1e-15);
    ck_near(p.rc, 0.62, 1e-15); /* two covalent radii of 0.31 */
    ck_near(prior_pair(&p, 0, 0, 0.23425, &slope), zz / 0.23425 * chi, 1e-5);
    prior_release(&p);
}
END_TEST

/* D (e - 1)^2 by hand at re - 1, below the switch. */
START_TEST(a_wall_is_a_lifted_morse_curve)
{
    struct reach reach = {true, 0.6, 1};
    struct morse m = {.d = 2, .re = 3, .a = 0.5};
    struct prior p;
    double slope, e = exp(0.6);
    static const int z = 29;

    prior_init(&p, TERM_WALL, &reach, &z, 1);
    prior_set_pair(&p, 0, 0, 0, &m);
    ck_assert(p.term[0].pair[0].rs == 0.6 * 3 && p.term[0].pair[0].rc == 3);
    ck_near(prior_pair(&p, 0, 0, 1.8, &slope), 2 * (e - 1) * (e - 1), 1e-14);
    ck_near(slope, -2 * 0.5 * 2 * (e * e - e), 1e-14);
    prior_release(&p);
}
END_TEST

/* A sum is the sum, and knows the elements of both. */
START_TEST(priors_add_up)
{
    static const int c_o[2] = {6, 8}, cu_c[2] = {29, 6};
    struct prior sum, morse, zbl, one;
    struct err err;
    double s[3], e[3];

    ck_assert_int_eq(prior_published(&sum, cu_c, 2, 5, 6.6, &err), 0);
    ck_assert_int_eq(prior_named(&one, "zbl", c_o, 2, &err), 0);
    ck_assert_int_eq(prior_add(&sum, &one, &err), 0);
    ck_assert(one.nterm == 0 && one.z == NULL);
    ck_assert_int_eq(sum.nelement, 3);
    ck_assert(sum.z[0] == 29 && sum.z[1] == 6 && sum.z[2] == 8);
    named(&morse, "published");
    named(&zbl, "zbl");
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            for (double r = 0.5; r < 7; r += 0.31) {
                e[0] = prior_pair(&sum, i, j, r, &s[0]);
                e[1] = prior_pair(&morse, i, j, r, &s[1]);
                e[2] = prior_pair(&zbl, i, j, r, &s[2]);
                if (i == 2 || j == 2)
                    e[1] = s[1] = 0; /* its Morse term has no oxygen */
                ck_close(e[0], e[1] + e[2], 1e-14);
                ck_close(s[0], s[1] + s[2], 1e-14);
            }
    prior_release(&sum);
    prior_release(&morse);
    prior_release(&zbl);
}
END_TEST

START_TEST(names_mean_what_they_say)
{
    struct prior p;
    struct err err;

    named(&p, "none");
    ck_assert(p.nelement == 0 && p.nterm == 0);
    named(&p, "paper");
    ck_assert(p.nterm == 1 && p.term[0].pair[4].rs == 6.6 && p.rc == 6.6);
    prior_release(&p);
    named(&p, "none+window:0.5:1.5");
    ck_assert_int_eq(p.nterm, 1);
    ck_near(p.term[0].pair[1].rc, 1.5 * (1.32 + 0.76), 1e-14); /* Cu-C */
    prior_release(&p);
    ck_assert_int_eq(prior_named(&p, "wall+no/such", cu_c_o, 3, &err), ERR_IO);
    ck_assert_str_eq(err.msg,
                     "cannot open 'no/such': No such file or directory");
    ck_assert_int_eq(p.nterm, 0);
}
END_TEST

static const struct {
    const char *name, *message;
} refused[] = {
    {"window:1", "the prior 'window:1': expected two factors, 0 < FS <= FC, FC "
                 "from 0.1 to 5"},
    {"window:2:1", "the prior 'window:2:1': expected two factors, 0 < FS <= "
                   "FC, FC from 0.1 to 5"},
    {"zbl:1:x", "the prior 'zbl:1:x': expected two factors, 0 < FS <= FC, FC "
                "from 0.1 to 5"},
    {"wall:0.8:1.2", "the prior 'wall:0.8:1.2': expected two factors, 0 < FS "
                     "<= FC, FC from 0.1 to 1"},
    {"paper:1:2", "the prior 'paper' has no factors"},
    {"zbl+zbl+zbl+zbl+zbl+zbl+zbl+zbl+zbl",
     "a prior is a sum of at most 8 terms, not 9"},
};

START_TEST(refuses_names_that_mean_nothing)
{
    struct prior p;
    struct err err;

    ck_assert_int_eq(prior_named(&p, refused[_i].name, cu_c_o, 3, &err),
                     ERR_RANGE);
    ck_assert_str_eq(err.msg, refused[_i].message);
    ck_assert(p.nterm == 0 && !p.z);
}
END_TEST

/*
 * Yang's rule by hand: D = 2 * 2 * 6 / 8 = 3; re of 2 and 1: 2 * 3 / 5 = 1.2;
 * sigma of 1 and 0.5: 0.5 * 1.5 / 1.25 = 0.6, so a = ln 2 / 0.6.
 */
START_TEST(yang_mixes_as_yang_says)
{
    struct morse a = {2, 2, log(2) / 1}, b = {6, 1, log(2) / 0.5};
    struct morse m = morse_mix(&a, &b, MIX_YANG);
    struct reach reach = {false, 5, 6};
    struct prior p;
    struct err err;

    ck_near(m.d, 3, 1e-14);
    ck_near(m.re, 1.2, 1e-14);
    ck_near(m.a, log(2) / 0.6, 1e-13);
    m = morse_mix(&a, &a, MIX_YANG);
    ck_close(m.d, a.d, 1e-14);
    ck_close(m.re, a.re, 1e-14);
    ck_close(m.a, a.a, 1e-13);

    /* a long soft bond and a short one, whose sigma mixes to beyond re */
    a = (struct morse){1, 20, log(2) / 18.5};
    b = (struct morse){1, 1, 10};
    prior_init(&p, TERM_MORSE, &reach, cu_c_o, 2);
    prior_set_pair(&p, 0, 0, 0, &a);
    prior_set_pair(&p, 0, 1, 1, &b);
    ck_assert_int_eq(prior_mix(&p, 0, MIX_YANG, &err), ERR_RANGE);
    ck_assert_str_eq(err.msg, "Yang's rule gives no Morse curve for C-Cu");
    ck_assert_int_eq(prior_mix(&p, 0, MIX_MEAN, &err), 0);
    prior_release(&p);
}
END_TEST

TCase *prior_terms_tests(void)
{
    TCase *tc = tcase_create("terms");

    tcase_add_loop_test(tc, the_slope_of_a_pair_is_its_derivative, 0, NNAME);
    tcase_add_loop_test(tc, terms_are_smooth_where_they_are_switched, 0, NNAME);
    tcase_add_loop_test(tc, strain_is_a_finite_difference, 0, NNAME);
    tcase_add_test(tc, walls_only_repel);
    tcase_add_test(tc, nuclei_repel_as_ziegler_biersack_and_littmark_say);
    tcase_add_test(tc, a_wall_is_a_lifted_morse_curve);
    tcase_add_test(tc, priors_add_up);
    tcase_add_test(tc, names_mean_what_they_say);
    tcase_add_loop_test(tc, refuses_names_that_mean_nothing, 0,
                        (int)(sizeof refused / sizeof *refused));
    tcase_add_test(tc, yang_mixes_as_yang_says);
    return tc;
}
