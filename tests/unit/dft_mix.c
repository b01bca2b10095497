#include "dft_suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dft/response.h"
#include "dft/stream.h"
#include "dft_fixture.h"

/* The response of a medium ----------------------------------------------- */

/* f after response_screen(); the caller frees it. */
static double complex *screened(const struct sample *s, const double complex *d,
                                const double complex *f)
{
    struct response *r = response_new(&s->c, &s->g, d);
    double complex *out = xcalloc(s->g.ng, sizeof(*out));

    memcpy(out, f, s->g.ng * sizeof(*out));
    response_screen(r, out);
    response_free(r);
    return out;
}

/* G. P. Kerker, Phys. Rev. B 23, 3082 (1981): G^2 / (G^2 + 4 pi D). */
START_TEST(uniform_medium_screens_as_kerker)
{
    struct sample s;
    double complex *d, *f, *out;

    sample_triclinic(&s, 2.9);
    d = random_field(&s.g, 1, 0.07, 0);
    f = random_field(&s.g, 2, 0, 0.1);
    f[0] = 0;
    out = screened(&s, d, f);
    for (int i = 1; i < s.g.ng; i++) {
        double g2 = s.g.g2[i];
        double complex want = f[i] * g2 / (g2 + 4 * M_PI * creal(d[0]));

        ck_assert_msg(cabs(out[i] - want) < 1e-12, "G %d", i);
    }
    free(d);
    free(f);
    free(out);
    sample_release(&s);
}
END_TEST

/* (G^2 / 4 pi + D - |D><D| / int D) V, on the points where it is solved. */
static void apply(const struct grid *g, const double complex *d,
                  const double complex *v, double complex *to)
{
    double *dr = xcalloc(g->nr, sizeof(*dr)), *vr = xcalloc(g->nr, sizeof(*vr));
    double sum = 0, mean = 0;

    grid_to_r(g, d, dr);
    grid_to_r(g, v, vr);
    for (long i = 0; i < g->nr; i++) {
        ck_assert_double_gt(dr[i], 0);
        sum += dr[i];
        mean += dr[i] * vr[i];
    }
    for (long i = 0; i < g->nr; i++)
        vr[i] = dr[i] * (vr[i] - mean / sum);
    grid_to_g(g, vr, to);
    for (int i = 0; i < g->ng; i++)
        to[i] += g->g2[i] / (4 * M_PI) * v[i];
    free(dr);
    free(vr);
}

/* The solver stops at 1e-3 of the residual; in the plain norm that is at most
 * the ratio of the largest to the smallest of its preconditioner more. */
START_TEST(screening_solves_its_equation)
{
    struct sample s;
    double complex *d, *f, *out, *back;
    double miss = 0, norm = 0, changed = 0;

    sample_triclinic(&s, 2.9);
    d = random_field(&s.g, 3, 0.2, 0.01);
    f = random_field(&s.g, 4, 0, 0.1);
    f[0] = 0;
    out = screened(&s, d, f);
    back = xcalloc(s.g.ng, sizeof(*back));
    for (int i = 1; i < s.g.ng; i++) {
        changed = fmax(changed, cabs(out[i] - f[i]));
        out[i] *= 4 * M_PI / s.g.g2[i];
    }
    out[0] = 0;
    apply(&s.g, d, out, back);
    for (int i = 1; i < s.g.ng; i++) {
        miss += pow(cabs(back[i] - f[i]), 2);
        norm += pow(cabs(f[i]), 2);
    }
    ck_assert_double_gt(changed, 0.01);
    ck_assert_double_lt(sqrt(miss / norm), 5e-3);
    free(d);
    free(f);
    free(out);
    free(back);
    sample_release(&s);
}
END_TEST

START_TEST(nothing_at_the_fermi_level_screens_nothing)
{
    struct sample s;
    double complex *d, *f, *out;

    sample_triclinic(&s, 4);
    d = xcalloc(s.g.ng, sizeof(*d));
    f = random_field(&s.g, 5, 0.3, 0.1);
    out = screened(&s, d, f);
    ck_assert_mem_eq(out, f, s.g.ng * sizeof(*f));
    free(out);
    d[0] = 0.2; /* and nothing screens short waves, or the charge of all */
    out = screened(&s, d, f);
    ck_assert(out[0] == f[0]);
    for (int i = 1; i < s.g.ng; i++)
        if (sqrt(s.g.g2[i]) > SCREEN_GMAX)
            ck_assert(out[i] == f[i]);
        else
            ck_assert_double_le(cabs(out[i]), cabs(f[i]));
    free(d);
    free(f);
    free(out);
    sample_release(&s);
}
END_TEST

/* Checkpoints ------------------------------------------------------------ */

static char folder[] = "/tmp/morsel-test-XXXXXX", path[64];
enum { KEY = 0x1234 };

/* Two spins, two k points of 2 and 3 waves, two bands. */
static void remember(struct memory *m)
{
    *m = (struct memory){
        .full = true, .key = KEY, .nspin = 2, .ng = 3, .nk = 2, .nbands = 2};
    m->npw = xcalloc(2, sizeof(*m->npw));
    m->k = xcalloc(2, sizeof(*m->k));
    m->drho = xcalloc(6, sizeof(*m->drho));
    m->e = xcalloc(8, sizeof(*m->e));
    m->psi = xcalloc(4, sizeof(double complex *));
    m->npw[0] = 2;
    m->npw[1] = 3;
    m->k[1][2] = 0.25;
    for (int i = 0; i < 6; i++)
        m->drho[i] = (i + 1) - I / (i + 1.0);
    for (int i = 0; i < 8; i++)
        m->e[i] = -1.0 / (i + 1);
    for (int i = 0; i < 4; i++) {
        m->psi[i] = xcalloc(6, sizeof(**m->psi));
        for (int j = 0; j < 2 * m->npw[i % 2]; j++)
            m->psi[i][j] = (j + 0.5) * I - i;
    }
}

/* The bytes of the one checkpoint; its length. */
static long write_one(unsigned char *bytes, long room)
{
    struct memory m;
    struct err err;
    FILE *f;
    long n;

    if (!*path) {
        ck_assert_ptr_nonnull(mkdtemp(folder));
        snprintf(path, sizeof path, "%s/%016x.dft", folder, KEY);
    }
    remember(&m);
    ck_assert_msg(memory_write(&m, folder, &err) == 0, "%s", err.msg);
    memory_release(&m);
    f = fopen(path, "rb");
    ck_assert_ptr_nonnull(f);
    n = (long)fread(bytes, 1, room, f);
    fclose(f);
    return n;
}

static void write_bytes(const unsigned char *bytes, long n)
{
    FILE *f = fopen(path, "wb");

    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(fwrite(bytes, 1, n, f), n);
    fclose(f);
}

static void forget(void)
{
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(rmdir(folder), 0); /* nothing else is left */
}

START_TEST(checkpoint_returns_what_was_kept)
{
    unsigned char bytes[4096];
    struct memory m = {0}, want;

    write_one(bytes, sizeof bytes);
    memory_read(&m, folder, KEY);
    remember(&want);
    ck_assert(m.full && m.key == KEY);
    ck_assert(m.nspin == 2 && m.ng == 3 && m.nk == 2 && m.nbands == 2);
    ck_assert_mem_eq(m.npw, want.npw, 2 * sizeof(*m.npw));
    ck_assert_mem_eq(m.k, want.k, 2 * sizeof(*m.k));
    ck_assert_mem_eq(m.drho, want.drho, 6 * sizeof(*m.drho));
    ck_assert_mem_eq(m.e, want.e, 8 * sizeof(*m.e));
    for (int i = 0; i < 4; i++)
        ck_assert_mem_eq(m.psi[i], want.psi[i],
                         2 * m.npw[i % 2] * sizeof(**m.psi));
    memory_read(&m, folder, KEY + 1);
    ck_assert(!m.full && !m.psi);
    memory_release(&m);
    memory_release(&want);
    forget();
}
END_TEST

/* Also a file whose checksum is right, but nothing else. */
START_TEST(damaged_checkpoint_is_none)
{
    unsigned char bytes[4096], bad[4096];
    long n = write_one(bytes, sizeof bytes);
    struct memory m = {0};

    ck_assert(n > 100 && n < (long)sizeof bytes);
    for (long cut = 0; cut < n; cut += cut < 80 ? 1 : 37) {
        write_bytes(bytes, cut);
        memory_read(&m, folder, KEY);
        ck_assert_msg(!m.full && !m.drho, "%ld bytes", cut);
    }
    for (int at = 32; at < 72; at += 8)
        for (int shift = 0; shift < 64; shift += 7) {
            uint64_t x = UINT64_C(1) << shift;
            uint32_t sum;

            memcpy(bad, bytes, n);
            for (int i = 0; i < 8; i++)
                bad[at + i] ^= (unsigned char)(x >> 8 * i);
            sum = crc32c(0, bad, n - 4);
            for (int i = 0; i < 4; i++)
                bad[n - 4 + i] = (unsigned char)(sum >> 8 * i);
            write_bytes(bad, n);
            memory_read(&m, folder, KEY);
            ck_assert_msg(!m.full && !m.drho, "bit %d at %d", shift, at);
        }
    forget();
}
END_TEST

void dft_mix_cases(Suite *s)
{
    TCase *t = tcase_create("mix");

    tcase_add_checked_fixture(t, one_thread, NULL);
    tcase_add_test(t, uniform_medium_screens_as_kerker);
    tcase_add_test(t, screening_solves_its_equation);
    tcase_add_test(t, nothing_at_the_fermi_level_screens_nothing);
    tcase_add_test(t, checkpoint_returns_what_was_kept);
    tcase_add_test(t, damaged_checkpoint_is_none);
    suite_add_tcase(s, t);
}
