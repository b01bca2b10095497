#include <morsel/potential.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "damage.h"
#include "potential_suite.h"
#include "suites.h"

/* A committee with random weights, and everything else crooked. */
void random_model(struct model *m, int members, bool prior)
{
    static const int z[2] = {6, 29};
    struct rng rng;
    struct err err;

    *m = (struct model){0};
    rng_init(&rng, 7);
    ck_assert_int_eq(descriptor_named(&m->descriptor, "paper", z, 2, &err), 0);
    if (prior)
        ck_assert_int_eq(prior_published(&m->prior, z, 2, 4.3, 6.4, &err), 0);
    m->net = xcalloc(2, sizeof *m->net);
    for (int el = 0; el < 2; el++) {
        m->net[el] = (struct mlp){.act = ACT_TANH, .nlayer = 3};
        m->net[el].width[0] = m->descriptor.nsf[el];
        m->net[el].width[1] = 5;
        m->net[el].width[2] = 3 + el;
        m->net[el].width[3] = 1;
    }
    model_alloc(m, members);
    for (int el = 0; el < 2; el++) {
        m->e0[el] = -3.3 - el;
        for (int k = 0; k < m->descriptor.nsf[el]; k++) {
            m->shift[el][k] = rng_uniform(&rng);
            m->scale[el][k] = 0.2 + rng_uniform(&rng);
            m->low[el][k] = -rng_uniform(&rng);
            m->high[el][k] = rng_uniform(&rng);
        }
    }
    m->unit = 1.7;
    for (int k = 0; k < members; k++)
        for (int i = 0; i < m->nparam; i++)
            m->theta[k][i] = 0.5 * rng_normal(&rng);
    m->provenance = xstrdup("tool test\nseed 7\n");
}

/* All members get the trunk of the first. */
void share_trunk(struct model *m)
{
    for (int el = 0; el < m->descriptor.nelement; el++) {
        int from = model_offset(m, el);
        int n = mlp_nparam(&m->net[el]) - mlp_nhead(&m->net[el]);

        for (int k = 1; k < m->members; k++)
            memcpy(m->theta[k] + from, m->theta[0] + from,
                   (size_t)n * sizeof(double));
    }
    m->shared = true;
}

/* A file of its own in the folder for temporary files. */
static char path[] = "/tmp/morsel-test-XXXXXX";

static void write_model(const struct model *m)
{
    struct err err;

    damage_file(path);
    ck_assert_int_eq(model_save(m, path, &err), 0);
}

static unsigned char *read_bytes(long *size)
{
    FILE *f = fopen(path, "rb");
    unsigned char *data;

    ck_assert_ptr_nonnull(f);
    fseek(f, 0, SEEK_END);
    *size = ftell(f);
    rewind(f);
    data = xcalloc((size_t)*size, 1);
    ck_assert_uint_eq(fread(data, 1, (size_t)*size, f), (size_t)*size);
    fclose(f);
    return data;
}

START_TEST(file_brings_everything_back)
{
    struct model m, r;
    struct err err;
    uint64_t id, again;
    long size, size2;

    random_model(&m, 2, true);
    if (_i)
        share_trunk(&m);
    m.calibration = (struct calibration){1.7, 3, 27, {0.5, 0.75}};
    write_model(&m);
    unsigned char *bytes = read_bytes(&size);

    ck_assert_int_eq(model_read(&r, &id, path, &err), 0);
    unlink(path);
    ck_assert_int_eq(r.members, 2);
    ck_assert_int_eq(r.nparam, m.nparam);
    ck_assert_str_eq(r.provenance, m.provenance);
    ck_assert_int_eq(r.shared, _i);
    ck_assert_double_eq(r.calibration.factor, 1.7);
    ck_assert_int_eq(r.calibration.frames, 3);
    ck_assert_int_eq(r.calibration.atoms, 27);
    ck_assert_double_eq(r.calibration.within[1], 0.75);
    ck_assert_mem_eq(r.theta[1], m.theta[1], (size_t)m.nparam * sizeof(double));
    ck_assert_double_eq(r.high[1][19], m.high[1][19]);
    write_model(&r);
    unsigned char *copy = read_bytes(&size2);

    ck_assert_int_eq(size, size2);
    ck_assert_mem_eq(bytes, copy, (size_t)size);
    model_release(&r);
    ck_assert_int_eq(model_read(&r, &again, path, &err), 0);
    ck_assert_uint_eq(id, again);
    unlink(path);
    model_release(&m);
    model_release(&r);
    free(bytes);
    free(copy);
}
END_TEST

/* A model of one element, 1.5 kB or so. */
static unsigned char *small_file(long *size)
{
    static const int z = 29;
    struct model m = {0};
    struct err err;

    ck_assert_int_eq(descriptor_named(&m.descriptor, "paper", &z, 1, &err), 0);
    m.net = xcalloc(1, sizeof *m.net);
    m.net[0] = (struct mlp){.act = ACT_TANH, .nlayer = 2};
    m.net[0].width[0] = m.descriptor.nsf[0];
    m.net[0].width[1] = 2;
    m.net[0].width[2] = 1;
    model_alloc(&m, 1);
    write_model(&m);
    model_release(&m);
    return read_bytes(size);
}

static void must_be_damaged(const struct model *m)
{
    struct model r;
    struct err err;

    write_model(m);
    ck_assert_int_eq(model_read(&r, NULL, path, &err), ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(err.msg, "damaged or not a model"));
    unlink(path);
}

/* Files that are whole and make no sense. */
START_TEST(nonsense_is_refused)
{
    struct model m;

    random_model(&m, 2, true);
    m.shared = true; /* two trunks */
    must_be_damaged(&m);
    m.shared = false;
    m.calibration.factor = 0;
    must_be_damaged(&m);
    m.calibration = (struct calibration){1, 1, 9, {0.5, 1.1}};
    must_be_damaged(&m);
    model_release(&m);
}
END_TEST

static void must_refuse(void)
{
    struct potential p;
    struct model m;
    struct err err;

    ck_assert_int_eq(potential_read(&p, path, &err), ERR_FORMAT);
    ck_assert(!p.eval);
    ck_assert_int_eq(model_read(&m, NULL, path, &err), ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(err.msg, path));
    ck_assert_ptr_null(m.net);
}

START_TEST(every_prefix_is_refused)
{
    long size;
    unsigned char *data = small_file(&size);

    damage_prefixes(path, data, size, must_refuse);
    unlink(path);
    free(data);
}
END_TEST

START_TEST(every_bit_flip_is_refused)
{
    long size;
    unsigned char *data = small_file(&size);

    damage_flips(path, data, size, must_refuse);
    unlink(path);
    free(data);
}
END_TEST

static bool read_both(void)
{
    struct potential p;
    struct model m;
    struct err err;
    bool taken = potential_read(&p, path, &err) == 0;

    if (taken)
        p.release(&p);
    ck_assert_int_eq(model_read(&m, NULL, path, &err) == 0, taken);
    if (taken)
        model_release(&m);
    return taken;
}

/* A weight may change, but nothing may crash or allocate by claim. */
START_TEST(every_bit_flip_is_survived)
{
    long size;
    unsigned char *data = small_file(&size);
    int taken = damage_mended(path, data, size, 1, read_both);

    ck_assert(taken > 0 && taken < 8 * (size - 4));
    unlink(path);
    free(data);
}
END_TEST

/* A file of a kind that is not there, or from the time before kinds. */
START_TEST(other_kinds_and_versions_are_refused)
{
    static const struct {
        uint32_t version;
        const char *units, *kind, *message;
    } bad[] = {
        {2, "eV angstrom", "network",
         "morsel-model version 2, this program knows 3"},
        {3, "eV bohr", "network", "the units are 'eV bohr', not 'eV angstrom'"},
        {3, "eV angstrom", "spline",
         "a model of kind 'spline', which is not known"},
        {3, "eV angstrom", "network", "damaged or not a model"},
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct potential p;
        struct err err;
        struct bin b;
        FILE *f;

        damage_file(path);
        f = fopen(path, "wb");
        ck_assert_ptr_nonnull(f);
        bin_init(&b, "morsel-model", bad[i].version);
        bin_put_text(&b, bad[i].units);
        bin_put_text(&b, bad[i].kind);
        ck_assert_int_eq(bin_write(&b, f, path, &err), 0);
        bin_release(&b);
        fclose(f);
        ck_assert_int_eq(potential_read(&p, path, &err), ERR_FORMAT);
        ck_assert_str_eq(err.msg + strlen(path) + 2, bad[i].message);
        unlink(path);
    }
}
END_TEST

TCase *potential_file_tests(void)
{
    TCase *t = tcase_create("file");

    tcase_add_test(t, nonsense_is_refused);
    tcase_add_loop_test(t, file_brings_everything_back, 0, 2);
    tcase_add_test(t, every_prefix_is_refused);
    tcase_add_test(t, every_bit_flip_is_refused);
    tcase_add_test(t, every_bit_flip_is_survived);
    tcase_add_test(t, other_kinds_and_versions_are_refused);
    return t;
}
