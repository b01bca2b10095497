#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <morsel/potential.h>

#include "gp_suite.h"
#include "suites.h"

static char path[] = "/tmp/morsel-test-XXXXXX";

static unsigned char *file_of(int frames, long *size)
{
    const struct calibration c = {.factor = 1.5, .frames = 2, .atoms = 6};
    unsigned char *data;
    struct err err;
    struct gp gp;
    FILE *f;

    strcpy(path + strlen(path) - 6, "XXXXXX");
    int fd = mkstemp(path);

    ck_assert_int_ge(fd, 0);
    close(fd);
    gp_of_frames(&gp, frames, true);
    ck_assert_int_eq(potential_save_gp(&gp, &c, path, &err), 0);
    gp_release(&gp);
    f = fopen(path, "rb");
    ck_assert_ptr_nonnull(f);
    fseek(f, 0, SEEK_END);
    *size = ftell(f);
    rewind(f);
    data = xcalloc((size_t)*size, 1);
    ck_assert_uint_eq(fread(data, 1, (size_t)*size, f), (size_t)*size);
    fclose(f);
    return data;
}

static void rewrite(const unsigned char *data, long size)
{
    int fd = open(path, O_WRONLY);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, data, (size_t)size), size);
    ck_assert_int_eq(ftruncate(fd, size), 0);
    ck_assert_int_eq(close(fd), 0);
}

/* What is read predicts what was written, to the bit, sigmas calibrated. */
START_TEST(file_brings_everything_back)
{
    double energy, forces[5][3], sigma_e, sigma_f[5];
    struct prediction out = {0};
    struct potential p;
    struct atoms a;
    struct err err;
    struct gp gp;
    long size;

    free(file_of(3, &size));
    ck_assert_int_eq(potential_read(&p, path, &err), 0);
    unlink(path);
    ck_assert_str_eq(p.kind, "gp");
    gp_of_frames(&gp, 3, true);
    gp_atoms(&a);
    a.pos[4][0] += 0.1;
    ck_assert_int_eq(gp_predict(&gp, &a, &energy, forces, NULL, &err), 0);
    gp_sigmas(&gp, &sigma_e, sigma_f);
    ck_assert_int_eq(p.eval(&p, &a, &out, &err), 0);
    ck_assert(out.has_sigma);
    ck_assert_double_eq(out.energy, energy);
    ck_assert_mem_eq(out.forces, forces, sizeof forces);
    ck_near(out.sigma_e, 1.5 * sigma_e, 1e-15);
    ck_near(out.sigma_f[3], 1.5 * sigma_f[3], 1e-15);
    prediction_release(&out);
    p.release(&p);
    gp_release(&gp);
    atoms_release(&a);
}
END_TEST

/* Sigmas that wait are those that do not, whatever was asked before. */
START_TEST(sigmas_may_come_later)
{
    const struct calibration c = {.factor = 2};
    struct prediction now = {0}, out = {.later = true};
    struct potential p;
    struct atoms a;
    struct err err;
    struct gp gp;

    gp_of_frames(&gp, 2, true);
    potential_of_gp(&p, &gp, &c, 0);
    gp_atoms(&a);
    ck_assert_int_eq(p.eval(&p, &a, &out, &err), 0);
    p.sigmas(&p, &out);
    a.pos[4][0] += 0.2;
    ck_assert_int_eq(p.eval(&p, &a, &now, &err), 0);
    ck_assert_int_eq(p.eval(&p, &a, &out, &err), 0);
    ck_assert(now.has_sigma && !out.has_sigma && out.later);
    ck_assert_double_eq(out.energy, now.energy);
    p.sigmas(&p, &out);
    ck_assert(out.has_sigma);
    ck_assert_double_eq(out.factor, 2);
    ck_assert_double_gt(out.sigma_e, 0);
    ck_assert_double_eq(out.sigma_e, now.sigma_e);
    ck_assert_mem_eq(out.sigma_f, now.sigma_f, 5 * sizeof *out.sigma_f);
    prediction_release(&now);
    prediction_release(&out);
    p.release(&p);
    atoms_release(&a);
}
END_TEST

/* A network's reader says what it is. */
START_TEST(a_network_is_something_else)
{
    struct model m;
    struct err err;
    long size;

    free(file_of(1, &size));
    ck_assert_int_eq(model_read(&m, NULL, path, &err), ERR_FORMAT);
    unlink(path);
    ck_assert_ptr_nonnull(
        strstr(err.msg, ": a model of kind 'gp', not 'network'"));
}
END_TEST

START_TEST(every_prefix_and_flip_is_refused)
{
    struct potential p;
    struct err err;
    long size;
    unsigned char *data = file_of(1, &size);

    for (long n = 0; n < size; n++) {
        rewrite(data, n);
        ck_assert_int_eq(potential_read(&p, path, &err), ERR_FORMAT);
        ck_assert(!p.eval);
    }
    for (long i = 0; i < 8 * size; i += 3) {
        data[i / 8] ^= (unsigned char)(1 << i % 8);
        rewrite(data, size);
        ck_assert_int_eq(potential_read(&p, path, &err), ERR_FORMAT);
        data[i / 8] ^= (unsigned char)(1 << i % 8);
    }
    unlink(path);
    free(data);
}
END_TEST

/* Flips with a checksum that fits: the reader's own bounds, and a prediction. */
START_TEST(every_bit_flip_is_survived)
{
    struct prediction out = {0};
    struct atoms a;
    long size;
    unsigned char *data = file_of(1, &size);

    gp_atoms(&a);
    for (long i = 8 * 32; i < 8 * (size - 4); i++) {
        struct potential p;
        struct err err;

        data[i / 8] ^= (unsigned char)(1 << i % 8);
        uint32_t crc = crc32c(0, data, (size_t)size - 4);

        for (int k = 0; k < 4; k++)
            data[size - 4 + k] = (unsigned char)(crc >> 8 * k);
        rewrite(data, size);
        if (potential_read(&p, path, &err) == 0) {
            (void)!p.eval(&p, &a, &out, &err);
            p.release(&p);
        }
        data[i / 8] ^= (unsigned char)(1 << i % 8);
    }
    unlink(path);
    prediction_release(&out);
    atoms_release(&a);
    free(data);
}
END_TEST

TCase *gp_file_tests(void)
{
    TCase *t = tcase_create("file");

    tcase_add_test(t, file_brings_everything_back);
    tcase_add_test(t, sigmas_may_come_later);
    tcase_add_test(t, a_network_is_something_else);
    tcase_add_test(t, every_prefix_and_flip_is_refused);
    tcase_add_test(t, every_bit_flip_is_survived);
    return t;
}
