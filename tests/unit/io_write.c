#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io_suite.h"
#include "suites.h"

static char *written(const struct frame *f)
{
    char *s = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&s, &n);
    struct err err;

    ck_assert_int_eq(frame_write(f, out, "w", &err), 0);
    fclose(out);
    return s;
}

START_TEST(a_frame_is_written_so)
{
    struct frame f, g;
    double m[3][3] = {{1, 2, 3}, {2, 4, 5}, {3, 5, 6}};
    char *s;

    read_text(&f, "2\nLattice=\"4 0 0 0 4 0 0 0 4\" pbc=[T, F, F] "
                  "Properties=Z:I:1:tag:S:1:move_mask:L:3:pos:R:3:q:R:1 "
                  "a=\"_JSON [1, 2]\" b=\"x y\" c='12a' d={T F T} e=[1.5] "
                  "relaxed energy=-0.1 \"k k\"=3\n"
                  "29 \"x\" T T T 0 0 0.1 1e-7\n"
                  "1 y F F F 0 0 2 -12345678901234567890\n");
    frame_set_matrix(&f, "stress", m);
    frame_set_text(&f, "n", "12");
    s = written(&f);
    ck_assert_str_eq(
        s, "2\n"
           "Lattice=\"4.0 0.0 0.0 0.0 4.0 0.0 0.0 0.0 4.0\" "
           "Properties=species:S:1:pos:R:3:move_mask:L:1:tag:S:1:q:R:1 "
           "a=\"_JSON [1, 2]\" b=\"x y\" c=12a d=\"T F T\" "
           "e=\"_JSON [1.5]\" relaxed=T energy=-0.1 \"k k\"=3 "
           "stress=\"1.0 2.0 3.0 2.0 4.0 5.0 3.0 5.0 6.0\" "
           "n=\"_JSON \\\"12\\\"\" pbc=\"T F F\"\n"
           "Cu 0.0 0.0 0.1 T \"x\" 1e-07\n"
           "H 0.0 0.0 2.0 F y -1.2345678901234567e+19\n");
    read_text(&g, s);
    ck_assert_str_eq(frame_get_text(&g, "n"), "12");
    free(s);
    frame_release(&f);
    frame_release(&g);
}
END_TEST

START_TEST(a_number_that_is_not_finite_is_not_written)
{
    struct frame f;
    struct err err;
    double q = NAN;

    read_keys(&f, "energy=1");
    frame_set_real(&f, "energy", INFINITY);
    ck_assert_int_eq(frame_write(&f, stdout, "w", &err), ERR_RANGE);
    ck_assert_str_eq(err.msg, "'w' not written: energy is not finite");
    frame_set_real(&f, "energy", 1);
    frame_set_column(&f, "q", 1, &q);
    ck_assert_int_eq(frame_write(&f, stdout, "w", &err), ERR_RANGE);
    ck_assert_str_eq(err.msg, "'w' not written: q is not finite");
    frame_release(&f);
}
END_TEST

static char *random_text(struct rng *rng)
{
    static const char some[] = "ab1T.,= \"'\\{}[]:\n\t\x7f_-e+";
    int n = rng_below(rng, 9);
    char *s = xcalloc((size_t)n + 8, 1);

    if (rng_below(rng, 8) == 0)
        strcpy(s, "_JSON ");
    for (int i = 0; i < n; i++)
        s[strlen(s)] = some[rng_below(rng, sizeof some - 1)];
    return s;
}

static void random_key(struct key *k, struct rng *rng, int number)
{
    k->name = xasprintf("%sk%d", rng_below(rng, 4) ? "" : "a \"", number);
    k->type = (enum value_type)rng_below(rng, 4);
    k->rank = rng_below(rng, 3);
    k->shape[0] = k->rank > 0 ? 1 + rng_below(rng, 10) : 1;
    k->shape[1] = k->rank > 1 ? 1 + rng_below(rng, 4) : 1;
    k->v.i = xcalloc((size_t)(k->shape[0] * k->shape[1]), 8);
    for (int i = 0; i < k->shape[0] * k->shape[1]; i++)
        switch (k->type) {
        case VALUE_INT:
            k->v.i[i] = (int64_t)rng_next(rng);
            break;
        case VALUE_REAL:
            k->v.x[i] = random_real(rng, i);
            break;
        case VALUE_BOOL:
            k->v.b[i] = rng_below(rng, 2);
            break;
        case VALUE_TEXT:
            k->v.s[i] = random_text(rng);
            break;
        }
}

static void random_frame(struct frame *f, struct rng *rng)
{
    int n = 1 + rng_below(rng, 6);
    double q[18];

    *f = (struct frame){0};
    atoms_init(&f->atoms, n);
    for (int i = 0; i < n; i++) {
        f->atoms.z[i] = 1 + rng_below(rng, MAX_Z);
        for (int k = 0; k < 3; k++)
            f->atoms.pos[i][k] = 30 * i + rng_uniform(rng);
    }
    for (int i = 0; i < 3; i++) {
        f->atoms.pbc[i] = rng_below(rng, 2);
        if (f->atoms.pbc[i] || rng_below(rng, 2))
            for (int k = 0; k < 3; k++)
                f->atoms.cell[i][k] = 200 * (i == k) + rng_normal(rng);
    }
    if (rng_below(rng, 2))
        f->atoms.move = xcalloc((size_t)n, sizeof *f->atoms.move);
    for (int i = 0; i < n && f->atoms.move; i++)
        for (int k = 0; k < 3; k++)
            f->atoms.move[i][k] = rng_below(rng, 5);
    for (int i = 0; i < 3 * n; i++)
        q[i] = random_real(rng, i);
    frame_set_column(f, "q", 1 + rng_below(rng, 3), q);
    f->nkey = rng_below(rng, 5);
    f->key = xcalloc(5, sizeof *f->key);
    for (int i = 0; i < f->nkey; i++)
        random_key(&f->key[i], rng, i);
}

/* Is it the same to the bit? */
static void ck_same_key(const struct key *a, const struct key *b)
{
    int n = a->shape[0] * a->shape[1];

    ck_assert_str_eq(a->name, b->name);
    ck_assert_int_eq(a->type, b->type);
    ck_assert_int_eq(a->rank, b->rank);
    ck_assert_int_eq(a->shape[0], b->shape[0]);
    ck_assert_int_eq(a->shape[1], b->shape[1]);
    for (int i = 0; i < n; i++)
        if (a->type == VALUE_TEXT)
            ck_assert_str_eq(a->v.s[i], b->v.s[i]);
        else if (a->type == VALUE_BOOL)
            ck_assert_int_eq(a->v.b[i], b->v.b[i]);
        else
            ck_assert_int_eq(a->v.i[i], b->v.i[i]); /* bits of a real too */
}

START_TEST(random_frames_come_back)
{
    struct rng rng;

    rng_init(&rng, 3);
    for (int i = 0; i < 5000; i++) {
        struct frame f, g, copy;
        char *s, *again;

        random_frame(&f, &rng);
        frame_copy(&copy, &f);
        s = written(&copy);
        read_text(&g, s);
        again = written(&g);
        ck_assert_str_eq(s, again);
        ck_assert_int_eq(f.nkey, g.nkey);
        for (int k = 0; k < f.nkey; k++)
            ck_same_key(&f.key[k], &g.key[k]);
        ck_assert(memcmp(f.atoms.pos, g.atoms.pos,
                         (size_t)f.atoms.natoms * sizeof *f.atoms.pos) == 0);
        ck_assert(memcmp(f.atoms.cell, g.atoms.cell, sizeof f.atoms.cell) == 0);
        ck_assert(memcmp(f.atoms.pbc, g.atoms.pbc, sizeof f.atoms.pbc) == 0);
        ck_assert(!f.atoms.move == !g.atoms.move);
        ck_assert(!f.atoms.move || memcmp(f.atoms.move, g.atoms.move,
                                          (size_t)f.atoms.natoms * 3) == 0);
        free(s);
        free(again);
        frame_release(&f);
        frame_release(&g);
        frame_release(&copy);
    }
}
END_TEST

TCase *io_write_tests(void)
{
    TCase *tc = tcase_create("write");

    tcase_add_test(tc, a_frame_is_written_so);
    tcase_add_test(tc, a_number_that_is_not_finite_is_not_written);
    tcase_add_test(tc, random_frames_come_back);
    return tc;
}
