#include <morsel/prior.h>

#include <stdlib.h>
#include <string.h>

#include "prior_suite.h"
#include "suites.h"

static const int cu_c_o[3] = {29, 6, 8};

static void set_any(struct prior *p, int term, int i, int j, struct rng *r)
{
    struct morse m = {10 * rng_uniform(r), 0.5 + 3 * rng_uniform(r),
                      0.3 + 2 * rng_uniform(r)};

    prior_set_pair(p, term, i, j, &m);
}

static void same_prior(const struct prior *p, const struct prior *q)
{
    ck_assert(p->rc == q->rc);
    ck_assert_int_eq(p->nelement, q->nelement);
    ck_assert_int_eq(p->nterm, q->nterm);
    for (int i = 0; i < p->nelement; i++)
        ck_assert_int_eq(p->z[i], q->z[i]);
    for (int t = 0; t < p->nterm; t++) {
        const struct prior_term *a = &p->term[t], *b = &q->term[t];

        ck_assert_int_eq(a->kind, b->kind);
        ck_assert(a->reach.relative == b->reach.relative &&
                  a->reach.rs == b->reach.rs && a->reach.rc == b->reach.rc);
        for (int i = 0; i < p->nelement * p->nelement; i++) {
            const struct prior_pair *u = &a->pair[i], *v = &b->pair[i];

            ck_assert(u->rs == v->rs && u->rc == v->rc && u->zz == v->zz &&
                      u->l == v->l);
            ck_assert(u->m.d == v->m.d && u->m.re == v->m.re &&
                      u->m.a == v->m.a);
        }
    }
}

/*
 * One, two and three terms of odd parameters, the later ones with elements
 * that the first does not know.
 */
static void any_prior(struct prior *p, int nterm, struct rng *rng)
{
    static const struct reach reach[] = {{false, 4.1 / 3, 20.0 / 3},
                                         {true, 2.0 / 3, 4.0 / 3},
                                         {true, 1.0 / 3, 0.9}};
    struct err err;

    *p = (struct prior){0};
    for (int t = 0; t < nterm; t++) {
        enum term_kind kind = t == 1 ? TERM_ZBL : t == 2 ? TERM_WALL : 0;
        struct prior q;

        prior_init(&q, kind, &reach[t], cu_c_o + t / 2, 2);
        for (int i = 0; i < 2; i++)
            set_any(&q, 0, i, i, rng);
        ck_assert_int_eq(prior_mix(&q, 0, MIX_MEAN, &err), 0);
        if (t == 2)
            set_any(&q, 0, 0, 1, rng);
        ck_assert_int_eq(prior_add(p, &q, &err), 0);
    }
    ck_assert_int_eq(p->nterm, nterm);
    ck_assert_int_eq(p->nelement, nterm == 0 ? 0 : nterm == 3 ? 3 : 2);
}

static void through_text(const struct prior *p, struct prior *q)
{
    char *buf;
    size_t size;
    FILE *f = open_memstream(&buf, &size);
    struct err err;

    prior_print(p, "two lines\nof comment", f);
    ck_assert_int_eq(fclose(f), 0);

    struct text t = text_of("p", buf);
    ck_assert_msg(prior_read(q, &t, &err) == 0, "%s", err.msg);
    text_close(&t);
    free(buf);
}

static void through_binary(const struct prior *p, struct prior *q)
{
    struct bin b;

    bin_init(&b, "test", 1);
    b.at = b.size;
    prior_put(p, &b);
    prior_get(q, &b);
    ck_assert(!b.bad && b.at == b.size);
    bin_release(&b);
}

/* Through the text and the binary form, to the bit: but a ZBL term has no
 * Morse parameters to keep. */
START_TEST(comes_back_to_the_bit)
{
    struct rng rng;

    rng_init(&rng, 7);
    for (int n = 0; n <= 3; n++) {
        struct prior p, q, again;

        any_prior(&p, n, &rng);
        through_text(&p, &q);
        through_binary(&p, &again);
        same_prior(&q, &again);
        for (int i = 0; n > 1 && i < p.nelement * p.nelement; i++)
            p.term[1].pair[i].m = q.term[1].pair[i].m;
        same_prior(&p, &q);
        prior_release(&p);
        prior_release(&q);
        prior_release(&again);
    }
}
END_TEST

/* Version 1 is a Morse term without its name. */
START_TEST(reads_version_1)
{
    static const char body[] =
        "switch 5 6.6\nelement Cu 2.7 2.2 1.4\n"
        "element C 8 1.3 1.9\npair Cu C 3 1.8 1.7\nend\n";
    struct prior p[2];

    for (int v = 0; v < 2; v++) {
        char *s = xasprintf("morsel-prior %d\n%s%s", v + 1,
                            v ? "term morse\n" : "", body);
        struct text t = text_of("p", s);
        struct err err;

        ck_assert_int_eq(prior_read(&p[v], &t, &err), 0);
        text_close(&t);
        free(s);
    }
    same_prior(&p[0], &p[1]);
    ck_assert_int_eq(p[0].nterm, 1);
    ck_assert(p[0].rc == 6.6 && p[0].term[0].pair[1].m.re == 1.8);
    prior_release(&p[0]);
    prior_release(&p[1]);
}
END_TEST

/* A body cut anywhere, or with a bad number, is bad and leaves nothing. */
START_TEST(refuses_a_spoiled_binary)
{
    struct prior p, q;
    struct rng rng;
    struct bin b;

    rng_init(&rng, 3);
    any_prior(&p, 3, &rng);
    bin_init(&b, "test", 1);
    size_t start = b.size;
    prior_put(&p, &b);
    size_t end = b.size;
    for (b.size = start; b.size < end; b.size++) {
        b.at = start;
        b.bad = false;
        prior_get(&q, &b);
        ck_assert(b.bad && q.nterm == 0 && !q.z);
    }
    for (int bad = 0; bad < 4; bad++) {
        struct prior_term *t = &p.term[2];
        struct prior_term kept = *t;
        struct morse m = t->pair[4].m;

        if (bad == 0)
            t->pair[4].m.re = -1;
        if (bad == 1)
            t->reach.rs = 1.1; /* beyond rc */
        if (bad == 2)
            t->kind = (enum term_kind)3;
        if (bad == 3)
            t->reach.relative = false; /* a wall ends at re */
        b.at = b.size;
        b.bad = false;
        prior_put(&p, &b);
        prior_get(&q, &b);
        ck_assert(b.bad && q.nterm == 0);
        *t = kept;
        t->pair[4].m = m;
    }
    bin_release(&b);
    prior_release(&p);
}
END_TEST

#define HEAD "morsel-prior 1\nswitch 5 6.6\nelement Cu 2.7 2.2 1.4\n"
#define TWO "morsel-prior 2\nterm morse\nswitch 5 6.6\nelement Cu 2.7 2.2 1.4\n"
#define ZBL "morsel-prior 2\nterm zbl\nwindow 0.6 1\n"

static const struct {
    const char *text, *message;
    enum err_code code;
} refused[] = {
    {"\n", "p:1: expected 'morsel-prior 2'", ERR_FORMAT},
    {"element Cu 1 2 3\n", "p:1: expected 'morsel-prior 2'", ERR_FORMAT},
    {"# a\nmorsel-prior 3\n", "p:2: expected version 1 or 2, not '3'",
     ERR_FORMAT},
    {HEAD, "p:3: expected 'end': the file is cut", ERR_FORMAT},
    {TWO, "p:4: expected 'end': the file is cut", ERR_FORMAT},
    {"morsel-prior 1\nend\n", "p:2: the term has no line 'switch' or 'window'",
     ERR_FORMAT},
    {HEAD "switch 5 6.6\n", "p:4: a second 'switch' line of this term",
     ERR_FORMAT},
    {TWO "window 1 2\n", "p:5: a second 'window' line of this term",
     ERR_FORMAT},
    {"morsel-prior 1\nswitch 5\n", "p:2: expected 'switch RS RC' in angstrom",
     ERR_FORMAT},
    {"morsel-prior 1\nswitch 7 6\n",
     "p:2: expected 0 < RS <= RC <= 50 angstrom", ERR_RANGE},
    {"morsel-prior 2\nterm morse\nwindow 1\n", "p:3: expected 'window FS FC'",
     ERR_FORMAT},
    {"morsel-prior 2\nterm morse\nwindow 1 5.1\n",
     "p:3: expected 0 < FS <= FC <= 5, of the sum of covalent radii",
     ERR_RANGE},
    {"morsel-prior 2\nterm wall\nwindow 1 1.1\n",
     "p:3: a wall: expected 'window FS FC' with 0 < FS <= FC <= 1, of re",
     ERR_RANGE},
    {"morsel-prior 2\nterm wall\nswitch 1 2\n",
     "p:3: a wall: expected 'window FS FC' with 0 < FS <= FC <= 1, of re",
     ERR_RANGE},
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
    {ZBL "element C 1 2 3\n",
     "p:4: expected nothing more: nuclei have no parameters", ERR_FORMAT},
    {HEAD "pair Cu C 1 2 3\n", "p:4: expected 'element C' before", ERR_FORMAT},
    {HEAD "pair Cu Cu 1 2 3\n", "p:4: expected two different elements",
     ERR_FORMAT},
    {HEAD "element C 1 2 3\npair C Cu 1 2 3\npair Cu C 1 2 3\n",
     "p:6: this pair a second time", ERR_FORMAT},
    {HEAD "term zbl\n", "p:4: expected 'switch', 'element', 'pair' or 'end'",
     ERR_FORMAT},
    {TWO "triple\n",
     "p:5: expected 'term', 'switch', 'window', 'element', 'pair' or 'end'",
     ERR_FORMAT},
    {TWO "term lj\n", "p:5: expected 'term morse', 'wall' or 'zbl'",
     ERR_FORMAT},
    {"morsel-prior 2\nswitch 1 2\n", "p:2: expected 'term'", ERR_FORMAT},
    {ZBL "term zbl\nwindow 0.6 1\nterm zbl\nwindow 0.6 1\nterm zbl\n"
         "window 0.6 1\nterm zbl\nwindow 0.6 1\nterm zbl\nwindow 0.6 1\n"
         "term zbl\nwindow 0.6 1\nterm zbl\nwindow 0.6 1\nterm zbl\n"
         "window 0.6 1\nend\n",
     "p:20: a prior is a sum of at most 8 terms, not 9", ERR_RANGE},
    {HEAD "end\nend\n", "p:5: expected nothing after 'end'", ERR_FORMAT},
};

START_TEST(refuses_what_is_not_a_prior)
{
    struct text t = text_of("p", refused[_i].text);
    struct prior p;
    struct err err;

    ck_assert_int_eq(prior_read(&p, &t, &err), refused[_i].code);
    ck_assert_str_eq(err.msg, refused[_i].message);
    ck_assert_int_eq(p.nterm, 0);
    text_close(&t);
}
END_TEST

TCase *prior_file_tests(void)
{
    TCase *tc = tcase_create("file");

    tcase_add_test(tc, comes_back_to_the_bit);
    tcase_add_test(tc, reads_version_1);
    tcase_add_test(tc, refuses_a_spoiled_binary);
    tcase_add_loop_test(tc, refuses_what_is_not_a_prior, 0,
                        (int)(sizeof refused / sizeof *refused));
    return tc;
}
