#include <morsel/prior.h>

#include <stdlib.h>
#include <string.h>

#include "prior_suite.h"
#include "suites.h"

static const int cu_c_o[3] = {29, 6, 8};

static void set_any(struct prior *p, int i, int j, struct rng *r)
{
    struct morse m = {10 * rng_uniform(r), 0.5 + 3 * rng_uniform(r),
                      0.3 + 2 * rng_uniform(r)};

    prior_set_pair(p, i, j, &m);
}

static void same_prior(const struct prior *p, const struct prior *q)
{
    ck_assert(p->rs == q->rs && p->rc == q->rc);
    ck_assert_int_eq(p->nelement, q->nelement);
    for (int i = 0; i < p->nelement; i++)
        ck_assert_int_eq(p->z[i], q->z[i]);
    for (int i = 0; i < p->nelement * p->nelement; i++)
        ck_assert(p->pair[i].d == q->pair[i].d &&
                  p->pair[i].re == q->pair[i].re &&
                  p->pair[i].a == q->pair[i].a);
}

/* Through the text, the binary form and a copy, to the bit. */
START_TEST(comes_back_to_the_bit)
{
    struct rng rng;
    struct err err;

    rng_init(&rng, 7);
    for (int n = 0; n <= 3; n++) {
        struct prior p, q;
        struct bin b;
        char *buf;
        size_t size;
        FILE *f = open_memstream(&buf, &size);

        prior_init(&p, cu_c_o, n, 4.1 / 3, 20.0 / 3);
        for (int i = 0; i < n; i++)
            set_any(&p, i, i, &rng);
        prior_mix(&p);
        if (n == 3)
            set_any(&p, 0, 2, &rng);
        prior_print(&p, "two lines\nof comment", f);
        ck_assert_int_eq(fclose(f), 0);

        struct text t = text_of("p", buf);
        ck_assert_int_eq(prior_read(&q, &t, &err), 0);
        same_prior(&p, &q);
        text_close(&t);
        prior_release(&q);
        free(buf);

        bin_init(&b, "test", 1);
        b.at = b.size;
        prior_put(&p, &b);
        prior_get(&q, &b);
        ck_assert(!b.bad && b.at == b.size);
        if (n > 0)
            same_prior(&p, &q);
        ck_assert_int_eq(q.nelement, n);
        prior_release(&q);
        bin_release(&b);
        prior_release(&p);
    }
}
END_TEST

/* A body cut anywhere, or with a bad number, is bad and leaves nothing. */
START_TEST(refuses_a_spoiled_binary)
{
    struct prior p, q;
    struct bin b;
    struct err err;

    ck_assert_int_eq(prior_published(&p, cu_c_o, 3, 5.0, 6.6, &err), 0);
    bin_init(&b, "test", 1);
    size_t start = b.size;
    prior_put(&p, &b);
    size_t end = b.size;
    for (b.size = start; b.size < end; b.size++) {
        b.at = start;
        b.bad = false;
        prior_get(&q, &b);
        ck_assert(b.bad && !q.pair && !q.z);
    }
    p.pair[4].re = -1;
    b.at = b.size;
    b.bad = false;
    prior_put(&p, &b);
    prior_get(&q, &b);
    ck_assert(b.bad && !q.pair);
    bin_release(&b);
    prior_release(&p);
}
END_TEST

#define HEAD "morsel-prior 1\nswitch 5 6.6\nelement Cu 2.7 2.2 1.4\n"

static const struct {
    const char *text, *message;
    enum err_code code;
} refused[] = {
    {"\n", "p:1: expected 'morsel-prior 1'", ERR_FORMAT},
    {"element Cu 1 2 3\n", "p:1: expected 'morsel-prior 1'", ERR_FORMAT},
    {"# a\nmorsel-prior 2\n", "p:2: expected version 1, not '2'", ERR_FORMAT},
    {HEAD, "p:3: expected 'end': the file is cut", ERR_FORMAT},
    {"morsel-prior 1\nend\n", "p:2: there was no 'switch' line", ERR_FORMAT},
    {HEAD "switch 5 6.6\n", "p:4: a second 'switch' line", ERR_FORMAT},
    {"morsel-prior 1\nswitch 5\n", "p:2: expected 'switch RS RC' in angstrom",
     ERR_FORMAT},
    {"morsel-prior 1\nswitch 7 6\n",
     "p:2: expected 0 < RS <= RC <= 50 angstrom", ERR_RANGE},
    {HEAD "element Cu 1 2 3\n", "p:4: a second 'element Cu' line", ERR_FORMAT},
    {HEAD "element Xx 1 2 3\n", "p:4: expected a chemical symbol", ERR_FORMAT},
    {HEAD "element C 1 2\n",
     "p:4: expected D (eV), re (angstrom) and a (1/angstrom)", ERR_FORMAT},
    {HEAD "element C 1 2 nan\n",
     "p:4: expected D (eV), re (angstrom) and a (1/angstrom)", ERR_FORMAT},
    {HEAD "element C -1 2 3\n",
     "p:4: expected D from 0 to 1000 eV, re from 0.1 to 20 angstrom, a from "
     "0.01 to 10 1/angstrom",
     ERR_RANGE},
    {HEAD "pair Cu C 1 2 3\n", "p:4: expected 'element C' before", ERR_FORMAT},
    {HEAD "pair Cu Cu 1 2 3\n", "p:4: expected two different elements",
     ERR_FORMAT},
    {HEAD "element C 1 2 3\npair C Cu 1 2 3\npair Cu C 1 2 3\n",
     "p:6: this pair a second time", ERR_FORMAT},
    {HEAD "triple\n", "p:4: expected 'switch', 'element', 'pair' or 'end'",
     ERR_FORMAT},
    {HEAD "end\nend\n", "p:5: expected nothing after 'end'", ERR_FORMAT},
};

START_TEST(refuses_what_is_not_a_prior)
{
    struct text t = text_of("p", refused[_i].text);
    struct prior p;
    struct err err;

    ck_assert_int_eq(prior_read(&p, &t, &err), refused[_i].code);
    ck_assert_str_eq(err.msg, refused[_i].message);
    ck_assert_ptr_null(p.pair);
    text_close(&t);
}
END_TEST

TCase *prior_file_tests(void)
{
    TCase *tc = tcase_create("file");

    tcase_add_test(tc, comes_back_to_the_bit);
    tcase_add_test(tc, refuses_a_spoiled_binary);
    tcase_add_loop_test(tc, refuses_what_is_not_a_prior, 0,
                        (int)(sizeof refused / sizeof *refused));
    return tc;
}
