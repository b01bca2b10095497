#include <morsel/train.h>

#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "damage.h"
#include "suites.h"
#include "train_fixture.h"

/* Feature files: what is written comes back, and nothing else does. */

static char path[] = "/tmp/morsel-test-XXXXXX";

/* The features of frames as a file; its bytes are the caller's. */
static unsigned char *make_file(const struct frames *s,
                                const struct descriptor *d,
                                enum derivatives which, size_t *size)
{
    struct neighbors nb = {0};
    struct features f = {0};
    struct stored_out o;
    struct err err;
    char *data = NULL;
    FILE *out = open_memstream(&data, size);

    damage_file(path);
    ck_assert_int_eq(stored_begin(&o, out, "", d, which, &err), 0);
    for (int i = 0; i < s->n; i++) {
        const struct atoms *a = &s->frame[i].atoms;

        ck_assert_int_eq(neighbors_find(&nb, a, d->cutoff.rc, &err), 0);
        ck_assert_int_eq(features_compute(&f, d, a, &nb, which, &err), 0);
        ck_assert_int_eq(stored_put(&o, &s->frame[i], &f, which, &err), 0);
    }
    ck_assert_int_eq(stored_end(&o, &err), 0);
    stored_out_release(&o);
    ck_assert_int_eq(fclose(out), 0);
    features_release(&f);
    neighbors_release(&nb);
    damage_write(path, (unsigned char *)data, *size);
    return (unsigned char *)data;
}

static void ck_same(const struct dataset *p, const struct dataset *q)
{
    ck_assert_int_eq(p->n, q->n);
    for (int el = 0; el < p->nelement; el++)
        ck_assert_mem_eq(p->x[el], q->x[el],
                         (size_t)(p->nrow[el] * p->nsf[el]) * sizeof(double));
    for (int i = 0; i < p->n; i++) {
        const struct example *x = &p->example[i], *y = &q->example[i];
        size_t n = (size_t)x->natoms, nblock = (size_t)x->dep[n];

        ck_assert_double_eq(x->energy, y->energy);
        ck_assert_mem_eq(x->forces, y->forces, n * sizeof *x->forces);
        ck_assert_mem_eq(x->mask, y->mask, n * sizeof *x->mask);
        ck_assert_mem_eq(x->dep, y->dep, (n + 1) * sizeof *x->dep);
        ck_assert_mem_eq(x->atom, y->atom, nblock * sizeof *x->atom);
        ck_assert_mem_eq(x->jac, y->jac, nblock * 3 * 20 * sizeof *x->jac);
        ck_assert_uint_eq(x->id, y->id);
        ck_assert(x->has_stress && y->has_stress);
        ck_assert_mem_eq(x->dedstrain, y->dedstrain, sizeof x->dedstrain);
        ck_assert_mem_eq(x->strain, y->strain, n * 6 * 20 * sizeof *x->strain);
    }
}

/* With a prior, whose reach is longer than that of the features. */
START_TEST(stored_features_are_the_same_data)
{
    struct fixture x;
    struct frames frames;
    struct stored s;
    struct dataset ds;
    struct descriptor d;
    struct err err;
    size_t size;

    static double stress[3][3] = {{0.1, 0.2, 0}, {0.2, -0.3, 0}, {0, 0, 0.4}};

    set_up_mask(&x, ACT_TANH, 1, true, MASK_FREE, NFRAME);
    dataset_release(&x.ds);
    for (int i = 0; i < NFRAME; i++)
        frame_set_matrix(&x.frames.frame[i], "stress", stress);
    ck_assert_int_eq(dataset_build(&x.ds, &x.frames, "", NULL, DERIVE_STRAIN,
                                   MASK_FREE, &x.m, &err),
                     0);
    free(make_file(&x.frames, &x.m.descriptor, DERIVE_STRAIN, &size));
    ck_assert_int_eq(labelled_read(&frames, &s, path, &err), 0);
    unlink(path);
    ck_assert_int_eq(s.derivatives, DERIVE_STRAIN);
    ck_assert_int_eq(stored_set(&s, &d, "paper", path, NULL, 0, &err), 0);
    ck_assert(descriptor_same(&d, &x.m.descriptor));
    descriptor_release(&x.m.descriptor);
    x.m.descriptor = d;
    ck_assert_int_eq(dataset_build_stored(&ds, &frames, &s, "", NULL,
                                          DERIVE_STRAIN, MASK_FREE, &x.m, &err),
                     0);
    ck_same(&ds, &x.ds);
    dataset_release(&ds);
    stored_release(&s);
    frames_release(&frames);
    tear_down(&x);
}
END_TEST

/* One frame of three atoms, and two functions: 1.5 kB or so. */
static unsigned char *small_file(size_t *size)
{
    static const int z[2] = {6, 29};
    struct text t = text_of("set", "morsel-set 1\ncutoff cosine 3\n"
                                   "G2 Cu eta 0.5\nG4 C Cu eta 0.1 zeta 1 "
                                   "lambda -1\nend\n");
    struct descriptor d;
    struct frames s;
    struct err err;

    make_frames(&s, 1);
    ck_assert_int_eq(descriptor_read(&d, &t, z, 2, &err), 0);
    text_close(&t);
    unsigned char *data = make_file(&s, &d, DERIVE_STRAIN, size);

    descriptor_release(&d);
    frames_release(&s);
    return data;
}

static void must_refuse(void)
{
    struct frames frames;
    struct stored s;
    struct err err;

    ck_assert_int_eq(labelled_read(&frames, &s, path, &err), ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(err.msg, path));
    ck_assert_ptr_null(s.f);
    ck_assert_ptr_null(frames.frame);
}

START_TEST(every_prefix_is_refused)
{
    size_t size;
    unsigned char *data = small_file(&size);

    damage_prefixes(path, data, size, must_refuse);
    unlink(path);
    free(data);
}
END_TEST

START_TEST(every_bit_flip_is_refused)
{
    size_t size;
    unsigned char *data = small_file(&size);

    damage_flips(path, data, size, must_refuse);
    unlink(path);
    free(data);
}
END_TEST

/* Everything that a reader does; did it take the file? */
static bool read_it(void)
{
    struct frames frames;
    struct stored s;
    struct dataset ds;
    struct err err;
    int ret = labelled_read(&frames, &s, path, &err);

    if (ret < 0) {
        ck_assert_ptr_nonnull(strstr(err.msg, path));
        return false;
    }
    struct model m = {.descriptor = s.descriptor};

    ret = dataset_build_stored(&ds, &frames, &s, path, NULL, s.derivatives,
                               MASK_ALL, &m, &err);
    if (ret == 0)
        dataset_release(&ds);
    else
        ck_assert_ptr_nonnull(strstr(err.msg, path));
    stored_release(&s);
    frames_release(&frames);
    return ret == 0;
}

/* A feature may change, but nothing may crash or allocate by claim. */
START_TEST(bit_flips_are_survived)
{
    size_t size, step = 5;
    unsigned char *data = small_file(&size);
    int taken;

    omp_set_num_threads(1); /* for small work many times */
    ck_assert(read_it());
    taken = damage_mended(path, data, size, step, read_it);
    ck_assert(taken > 0 && taken < (int)(8 * (size - 4) / step));
    unlink(path);
    free(data);
}
END_TEST

TCase *train_stored_tests(void)
{
    TCase *t = tcase_create("stored");

    tcase_add_test(t, stored_features_are_the_same_data);
    tcase_add_test(t, every_prefix_is_refused);
    tcase_add_test(t, every_bit_flip_is_refused);
    tcase_add_test(t, bit_flips_are_survived);
    return t;
}
