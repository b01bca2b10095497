#include <morsel/potential.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "damage.h"
#include "sgp_suite.h"
#include "suites.h"

/* Model files of kind sgp: see the file of the networks for the header. */

static char path[] = "/tmp/morsel-sgp-XXXXXX";

/*
 * Weights out of the air on environments of the trio, or on two of one element;
 * S = 1 but for a crooked row.
 */
static void draw_model(struct model *m, const int *z, int n)
{
    struct rng rng;
    struct err err;

    *m = (struct model){0};
    rng_init(&rng, 6);
    ck_assert_int_eq(descriptor_named(&m->descriptor, "paper", z, n, &err), 0);
    m->sgp = xcalloc(1, sizeof *m->sgp);
    if (n == 2) {
        struct trio c;

        trio_init(&c);
        trio_environments(m->sgp, &c, 3);
        trio_release(&c);
        ck_assert_int_eq(prior_published(&m->prior, z, 2, 4.3, 6.4, &err), 0);
    } else {
        int nsf = m->descriptor.nsf[0];
        double *x = xcalloc(2 * (size_t)nsf, sizeof *x);

        for (int i = 0; i < 2 * nsf; i++)
            x[i] = rng_uniform(&rng);
        sgp_init(m->sgp, 1, m->descriptor.nsf);
        sgp_choose(m->sgp, 0, 2, x, 2);
        free(x);
    }
    ck_assert_int_eq(sgp_prepare(m->sgp, &err), 0);
    int width = sgp_width(m->sgp);

    m->sgp->s = xcalloc((size_t)width * (size_t)width, sizeof *m->sgp->s);
    for (int i = 0; i < width; i++) {
        m->sgp->s[i * width + i] = 1 + 0.1 * i;
        m->sgp->s[(width - 1) * width + i] += 0.2;
    }
    m->sgp->length = 0.6;
    m->sgp->sigma = 0.4;
    model_alloc(m, 1);
    m->unit = 1.3;
    for (int i = 0; i < m->nparam; i++)
        m->theta[0][i] = rng_normal(&rng);
    m->calibration.factor = 1.4;
    m->provenance = xstrdup("tool test\n");
}

static unsigned char *write_model(const struct model *m, size_t *size)
{
    static unsigned char room[1 << 20];
    struct err err;
    FILE *f;

    damage_file(path);
    ck_assert_int_eq(model_save(m, path, &err), 0);
    f = fopen(path, "rb");
    ck_assert_ptr_nonnull(f);
    *size = fread(room, 1, sizeof room, f);
    fclose(f);
    return room;
}

static void predict(struct potential *p, const struct atoms *a,
                    struct prediction *out)
{
    struct err err;

    ck_assert_int_eq(p->eval(p, a, out, &err), 0);
    ck_assert(out->has_sigma);
}

/* Its answers are the same to the bit. */
START_TEST(file_brings_everything_back)
{
    static const int z[2] = {6, 29};
    struct prediction before = {0}, after = {0};
    struct potential p, q;
    struct model m, other;
    struct trio c;
    struct err err;
    size_t size;

    trio_init(&c);
    draw_model(&m, z, 2);
    ck_assert_int_eq(sgp_prepare(m.sgp, &err), 0);
    write_model(&m, &size);
    potential_of_model(&p, &m, 0);
    ck_assert_int_eq(potential_read(&q, path, &err), 0);
    ck_assert_int_eq(model_read(&other, NULL, path, &err), ERR_FORMAT);
    ck_assert_ptr_nonnull(
        strstr(err.msg, "a model of kind 'sgp', not 'network'"));
    unlink(path);
    ck_assert_str_eq(q.kind, "sgp");
    ck_assert_str_eq(q.provenance, "tool test\n");
    predict(&p, &c.a, &before);
    predict(&q, &c.a, &after);
    ck_assert_double_eq(before.energy, after.energy);
    ck_assert_double_eq(before.sigma_e, after.sigma_e);
    ck_assert_double_gt(before.sigma_e, 0);
    ck_assert_double_eq(after.factor, 1.4);
    ck_assert_mem_eq(before.forces, after.forces, 3 * sizeof *before.forces);
    ck_assert_mem_eq(before.sigma_f, after.sigma_f, 3 * sizeof(double));
    ck_assert_double_gt(before.sigma_f[2], 0);
    prediction_release(&before);
    prediction_release(&after);
    p.release(&p);
    q.release(&q);
    trio_release(&c);
}
END_TEST

/* Sigmas may come later, and are what they would have been at once. */
START_TEST(sigmas_can_wait)
{
    static const int z[2] = {6, 29};
    struct prediction now = {0}, late = {.later = true};
    struct potential p;
    struct model m;
    struct trio c;
    struct err err;

    trio_init(&c);
    draw_model(&m, z, 2);
    ck_assert_int_eq(sgp_prepare(m.sgp, &err), 0);
    potential_of_model(&p, &m, 0);
    predict(&p, &c.a, &now);
    ck_assert_int_eq(p.eval(&p, &c.a, &late, &err), 0);
    ck_assert(!late.has_sigma && p.sigmas);
    p.sigmas(&p, &late);
    ck_assert(late.has_sigma);
    ck_assert_double_eq(late.energy, now.energy);
    ck_assert_double_eq(late.sigma_e, now.sigma_e);
    ck_assert_mem_eq(late.sigma_f, now.sigma_f, 3 * sizeof(double));
    prediction_release(&now);
    prediction_release(&late);
    p.release(&p);
    trio_release(&c);
}
END_TEST

static void must_refuse(void)
{
    struct potential p;
    struct err err;

    ck_assert_int_eq(potential_read(&p, path, &err), ERR_FORMAT);
    ck_assert(!p.eval);
    ck_assert_ptr_nonnull(strstr(err.msg, path));
}

/* A number may have changed; then it predicts, or says that it cannot. */
static bool read_it(void)
{
    struct prediction out = {0};
    struct potential p;
    struct atoms a;
    struct err err;
    bool taken = potential_read(&p, path, &err) == 0;

    if (!taken)
        return false;
    atoms_init(&a, 2);
    a.z[0] = a.z[1] = 29;
    a.pos[1][0] = 2.3;
    if (p.eval(&p, &a, &out, &err) == 0) {
        ck_assert(isfinite(out.energy) && isfinite(out.sigma_e));
        ck_assert(isfinite(out.sigma_f[0]) && isfinite(out.sigma_f[1]));
    }
    prediction_release(&out);
    atoms_release(&a);
    p.release(&p);
    return true;
}

/* That a flip alone is refused is the business of the checksum. */
START_TEST(damage_is_refused_or_survived)
{
    static const int z = 29;
    struct model m;
    size_t size;

    draw_model(&m, &z, 1);
    unsigned char *data = write_model(&m, &size);

    ck_assert(read_it());
    damage_prefixes(path, data, size, must_refuse);
    int taken = damage_mended(path, data, size, 3, read_it);

    ck_assert(taken > 0 && taken < 8 * ((int)size - 4));
    unlink(path);
    model_release(&m);
}
END_TEST

/* Files that are whole and make no sense: each number out of its range. */
START_TEST(nonsense_is_refused)
{
    static const int z = 29;
    static const double bad[4] = {-1, NAN, INFINITY, 1e-9};
    struct model m;
    size_t size;

    draw_model(&m, &z, 1);
    struct sgp *s = m.sgp;
    double *number[] = {&s->length, &s->sigma, &s->z[0][1], &s->s[0], &s->s[6]};

    for (int i = 0; i < 5; i++)
        for (int k = 0; k < 4; k++) {
            double at = *number[i];
            bool sense =
                (i == 1 && k == 3) || ((i == 2 || i == 4) && k % 3 == 0);

            *number[i] = bad[k];
            write_model(&m, &size);
            if (sense)
                ck_assert(read_it());
            else
                must_refuse();
            unlink(path);
            *number[i] = at;
        }
    model_release(&m);
}
END_TEST

TCase *sgp_file_tests(void)
{
    TCase *t = tcase_create("file");

    tcase_add_test(t, file_brings_everything_back);
    tcase_add_test(t, sigmas_can_wait);
    tcase_add_test(t, damage_is_refused_or_survived);
    tcase_add_test(t, nonsense_is_refused);
    return t;
}
