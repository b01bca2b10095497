#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "descriptor_fixture.h"
#include "suites.h"

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
    ck_assert_str_eq(err.msg, "there is no set 'pape': neither fine, paper, "
                              "neb nor a file");
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

    ck_assert_int_eq(descriptor_read(&d, &t, elements, NELEMENTS, &err),
                     ERR_FORMAT);
    ck_assert_str_eq(err.msg, refusals[_i].message);
    ck_assert_ptr_null(d.z);
    text_close(&t);
}
END_TEST

TCase *descriptor_set_tests(void)
{
    TCase *t = tcase_create("sets");

    tcase_add_test(t, paper_set);
    tcase_add_loop_test(t, sets_survive_print_and_put, 0, NSETS);
    tcase_add_test(t, nonsense_in_a_file_is_bad);
    tcase_add_loop_test(t, bad_sets_are_refused, 0,
                        sizeof refusals / sizeof *refusals);
    return t;
}
