#include <math.h>
#include <string.h>

#include "dft/occupy.h"
#include "dft_suite.h"

static const enum smearing kinds[] = {SMEAR_FD, SMEAR_GAUSS, SMEAR_MP,
                                      SMEAR_MV};

START_TEST(entropy_makes_the_free_energy_stationary)
{
    const double h = 1e-4;

    for (int i = 0; i < 4; i++)
        for (double x = -7.93; x < 8; x += 0.37) {
            double df = 0, dw = 0;

            for (int j = -2; j <= 2; j++) {
                static const double c[5] = {1, -8, 0, 8, -1};

                df += c[j + 2] * smear_occupation(kinds[i], x + j * h);
                dw += c[j + 2] * smear_entropy(kinds[i], x + j * h);
            }
            ck_near(dw / (12 * h), x * df / (12 * h), 2e-11);
        }
}
END_TEST

START_TEST(occupations_have_their_values)
{
    ck_near(smear_occupation(SMEAR_FD, 0.7), 1 / (1 + exp(-0.7)), 1e-16);
    ck_near(smear_entropy(SMEAR_FD, 0), -log(2), 1e-16);
    ck_near(smear_occupation(SMEAR_GAUSS, 0.7), 0.8389005969, 1e-8);
    ck_near(smear_entropy(SMEAR_GAUSS, 0), -0.2820947918, 1e-8);
    /* 1/2 + erf(0.7)/2 + 0.7 exp(-0.49) / (2 sqrt pi). */
    ck_near(smear_occupation(SMEAR_MP, 0.7), 0.9598736975, 1e-8);
    ck_assert_double_gt(smear_occupation(SMEAR_MP, 1.5), 1);
    ck_assert_double_lt(smear_occupation(SMEAR_MP, -1.5), 0);
    /* erf is 0 and the exponential 1 at x = 1/sqrt 2; never negative. */
    ck_near(smear_occupation(SMEAR_MV, M_SQRT1_2), 0.5 + 1 / sqrt(2 * M_PI),
            1e-15);
    for (double x = -9; x < 0; x += 0.25)
        ck_assert_double_ge(smear_occupation(SMEAR_MV, x), 0);
    for (int i = 0; i < 4; i++) {
        ck_near(smear_occupation(kinds[i], 50), 1, 1e-300);
        ck_near(smear_occupation(kinds[i], -50), 0, 1e-300);
        ck_near(smear_entropy(kinds[i], 50), 0, 1e-300);
        ck_near(smear_entropy(kinds[i], -50), 0, 1e-300);
        ck_near(smear_occupation(kinds[i], 39.999), 1, 1e-15);
        ck_near(smear_occupation(kinds[i], 8.999), 1, 2e-4);
    }
}
END_TEST

/* Moments of the smeared delta function -theta'(e): 1; 0 of second order but
 * for FD (pi^2/3) and Gauss (1/2). */
START_TEST(smeared_deltas_have_their_moments)
{
    static const double second[4] = {M_PI * M_PI / 3, 0.5, 0, 0};
    const double h = 1.0 / 64;

    for (int i = 0; i < 4; i++) {
        double sum[3] = {0};

        for (double x = -39; x < 39; x += h) {
            double d = smear_occupation(kinds[i], x + h) -
                       smear_occupation(kinds[i], x);
            double y = x + h / 2;

            sum[0] += d;
            sum[1] += d * y;
            sum[2] += d * (y * y + h * h / 12);
        }
        ck_near(sum[0], 1, 1e-13);
        ck_near(sum[1], 0, 1e-5);
        ck_near(sum[2], second[i], 2e-4);
    }
}
END_TEST

enum { NK = 3, NBANDS = 6, NSTATES = 2 * NK * NBANDS };
static const double weight[NK] = {0.2, 0.5, 0.3};

static void spectrum(uint64_t seed, double width, double *e)
{
    struct rng rng;

    rng_init(&rng, seed);
    for (int i = 0; i < NSTATES; i++)
        e[i] = width * (rng_uniform(&rng) + i % NBANDS) - 0.3;
}

static struct occupation fill(enum smearing kind, double sigma, int nspin,
                              double n, const double *e, double *f)
{
    struct occupation o;
    struct err err;

    ck_assert_int_eq(
        occupy(kind, sigma, nspin, NK, NBANDS, weight, e, n, 0, f, &o, &err),
        0);
    return o;
}

static double count(enum smearing kind, double sigma, int nspin, double mu,
                    const double *e)
{
    double sum = 0;

    for (int i = 0; i < nspin * NK * NBANDS; i++)
        sum += 2.0 / nspin * weight[i / NBANDS % NK] *
               smear_occupation(kind, (mu - e[i]) / sigma);
    return sum;
}

/* From hot to cold, where MP and MV have many mu; few electrons and all. */
START_TEST(electrons_are_all_there)
{
    static const double counts[] = {0.5, 1, 3, 5.25, 8, 11, 11.9999, 12};

    for (int i = 0; i < 4; i++)
        for (int seed = 0; seed < 12; seed++)
            for (int c = 0; c < 8; c++) {
                double e[NSTATES], f[NSTATES], g[NSTATES];
                double sigma = 0.3 * pow(0.5, seed);
                int nspin = 1 + seed % 2;

                spectrum(seed, 0.05, e);
                struct occupation o =
                    fill(kinds[i], sigma, nspin, counts[c], e, f);
                struct occupation gauss =
                    fill(SMEAR_GAUSS, sigma, nspin, counts[c], e, g);

                ck_near(o.nelectrons, counts[c], 1e-12);
                for (int j = 0; j < nspin * NK * NBANDS; j++)
                    ck_near(f[j],
                            2.0 / nspin *
                                smear_occupation(kinds[i],
                                                 (o.fermi - e[j]) / sigma),
                            1e-15);
                /* Near the Gaussian mu, but where that is in a gap. */
                if (kinds[i] != SMEAR_FD &&
                    fabs(o.fermi - gauss.fermi) > 3 * sigma)
                    ck_near(count(kinds[i], sigma, nspin, gauss.fermi, e),
                            counts[c], 1e-6);
            }
}
END_TEST

/* dF/de = f times weight, F = sum w f e - TS, at a given number. */
START_TEST(occupations_are_derivatives_of_the_free_energy)
{
    const double h = 1e-5;
    double e[NSTATES], f[NSTATES], g[NSTATES];

    for (int i = 0; i < 4; i++)
        for (int nspin = 1; nspin <= 2; nspin++) {
            spectrum(3, 0.05, e);
            fill(kinds[i], 0.04, nspin, 5.3, e, f);
            for (int j = 0; j < nspin * NK * NBANDS; j++) {
                double free[2];

                for (int side = 0; side < 2; side++) {
                    e[j] += side ? -2 * h : h;
                    free[side] =
                        fill(kinds[i], 0.04, nspin, 5.3, e, g).minus_ts;
                    for (int n = 0; n < nspin * NK * NBANDS; n++)
                        free[side] += weight[n / NBANDS % NK] * g[n] * e[n];
                }
                e[j] += h;
                ck_near((free[0] - free[1]) / (2 * h),
                        weight[j / NBANDS % NK] * f[j], 1e-8);
            }
        }
}
END_TEST

/* Bands of one energy hold n/12 each: mu = e + sigma ln(x / (1 - x)). */
START_TEST(fermi_level_of_a_flat_band)
{
    double e[NSTATES], f[NSTATES];

    for (int i = 0; i < NSTATES; i++)
        e[i] = 0.17;
    for (int nspin = 1; nspin <= 2; nspin++) {
        struct occupation o = fill(SMEAR_FD, 0.01, nspin, 3, e, f);

        ck_near(o.fermi, 0.17 + 0.01 * log(1.0 / 3), 1e-14);
        ck_near(o.minus_ts, 0.12 * (0.25 * log(0.25) + 0.75 * log(0.75)),
                1e-14);
        ck_near(o.moment, 0, 1e-14);
    }
}
END_TEST

/* A cold insulator has mu in the middle of its gap, with every smearing. */
START_TEST(fermi_level_of_an_insulator)
{
    double e[NSTATES], f[NSTATES];

    for (int i = 0; i < NSTATES; i++)
        e[i] = i % NBANDS < 2 ? -0.1 - 0.01 * (i % 5) : 0.5 + 0.01 * (i % 7);
    for (int i = 0; i < 4; i++) {
        struct occupation o = fill(kinds[i], 1e-3, 1, 4, e, f);

        ck_near(o.fermi, 0.2, 0.003);
        ck_near(o.minus_ts, 0, 1e-15);
    }
    struct occupation o = fill(SMEAR_NONE, 0, 1, 4, e, f);
    ck_near(o.fermi, 0.2, 1e-14);
    ck_near(o.gap, 0.6, 1e-14);
    ck_near(o.minus_ts, 0, 1e-300);
    for (int i = 0; i < NK * NBANDS; i++)
        ck_near(f[i], i % NBANDS < 2 ? 2 : 0, 1e-300);
}
END_TEST

/* A field that splits the spins: both share mu, and there is a moment. */
START_TEST(spins_share_the_fermi_level)
{
    for (int i = 0; i < 4; i++) {
        double e[NSTATES], f[NSTATES], up = 0, down = 0;

        spectrum(5, 0.05, e);
        memcpy(e + NSTATES / 2, e, NSTATES / 2 * sizeof(*e));
        struct occupation o = fill(kinds[i], 0.02, 2, 5.5, e, f);
        ck_near(o.moment, 0, 1e-14);
        for (int j = 0; j < NSTATES; j++)
            e[j] += j < NSTATES / 2 ? -0.03 : 0.03;
        o = fill(kinds[i], 0.02, 2, 5.5, e, f);
        for (int j = 0; j < NSTATES; j++)
            *(j < NSTATES / 2 ? &up : &down) += weight[j / NBANDS % NK] * f[j];
        ck_near(up + down, 5.5, 1e-12);
        ck_near(o.moment, up - down, 1e-13);
        ck_assert_double_gt(o.moment, 0.5);
    }
}
END_TEST

START_TEST(fixed_moments_fill_whole_states)
{
    struct occupation o;
    struct err err;
    double e[NSTATES], f[NSTATES];

    spectrum(1, 0.05, e);
    ck_assert_int_eq(
        occupy(SMEAR_NONE, 0, 2, NK, NBANDS, weight, e, 7, 3, f, &o, &err), 0);
    for (int i = 0; i < NSTATES; i++)
        ck_near(f[i], i % NBANDS < (i < NSTATES / 2 ? 5 : 2), 1e-300);
    ck_near(o.moment, 3, 1e-14);
    ck_near(o.nelectrons, 7, 1e-14);
    /* The hydrogen atom: no state of one spin, no band above of the other. */
    ck_assert_int_eq(occupy(SMEAR_NONE, 0, 2, 1, 1, (double[1]){1},
                            (double[2]){-0.25, 0.1}, 1, 1, f, &o, &err),
                     0);
    ck_near(o.fermi, -0.075, 1e-15);
    ck_near(o.gap, 0.35, 1e-15);
    ck_assert_int_eq(occupy(SMEAR_NONE, 0, 1, 1, 1, (double[1]){1},
                            (double[1]){-0.25}, 2, 0, f, &o, &err),
                     0);
    ck_near(o.fermi, -0.25, 1e-15);
    ck_near(o.gap, 0, 1e-300);
}
END_TEST

START_TEST(what_does_not_fit_is_refused)
{
    static const struct {
        enum smearing kind;
        int nspin;
        double n, moment;
        const char *msg;
    } bad[] = {
        {SMEAR_FD, 1, 12.5, 0,
         "6 bands cannot hold 12.5 electrons: expected at least 7"},
        {SMEAR_NONE, 1, 14, 0,
         "6 bands cannot hold 14 electrons: expected at least 7"},
        {SMEAR_NONE, 1, 7, 0,
         "7 electrons with a moment of 0 do not fill whole states: expected a "
         "smearing, or another moment"},
        {SMEAR_NONE, 2, 7, 2,
         "7 electrons with a moment of 2 do not fill whole states: expected a "
         "smearing, or another moment"},
        {SMEAR_NONE, 2, 2, 4,
         "2 electrons with a moment of 4 do not fill whole states: expected a "
         "smearing, or another moment"},
        {SMEAR_NONE, 2, 10, 4,
         "6 bands cannot hold 10 electrons: expected at least 7"},
    };
    double e[NSTATES], f[NSTATES];

    spectrum(1, 0.05, e);
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct occupation o;
        struct err err;

        ck_assert_int_eq(occupy(bad[i].kind, 0.01, bad[i].nspin, NK, NBANDS,
                                weight, e, bad[i].n, bad[i].moment, f, &o,
                                &err),
                         ERR_RANGE);
        ck_assert_str_eq(err.msg, bad[i].msg);
    }
}
END_TEST

/*
 * A ladder of levels so dense that sums are integrals, half full: what the
 * extrapolation leaves is a small part of F - E0.
 */
static double ladder(enum smearing kind, double sigma, double *free)
{
    enum { N = 2000 };
    double e[N], f[N], internal = 0, exact = 0;
    struct occupation o;
    struct err err;

    for (int i = 0; i < N; i++)
        e[i] = pow((i + 0.5) / N, 0.8);
    ck_assert_int_eq(
        occupy(kind, sigma, 1, 1, N, (double[1]){1}, e, N, 0, f, &o, &err), 0);
    for (int i = 0; i < N; i++) {
        internal += f[i] * e[i] / N;
        exact += i < N / 2 ? 2 * e[i] / N : 0;
    }
    *free = internal + o.minus_ts / N - exact;
    return smear_extrapolate(kind, internal, internal + o.minus_ts / N) - exact;
}

START_TEST(extrapolation_reaches_zero_width)
{
    static const double order[4] = {2, 2, 0, 3};

    for (int i = 0; i < 4; i++) {
        double free[2], left[2];

        left[0] = ladder(kinds[i], 0.04, &free[0]);
        left[1] = ladder(kinds[i], 0.02, &free[1]);
        for (int j = 0; j < 2; j++) /* the ladder is exact to 1e-7 */
            ck_assert_double_le(fabs(left[j]), 0.01 * fabs(free[j]) + 1e-7);
        if (order[i] > 0)
            ck_near(log2(free[0] / free[1]), order[i], 0.06);
    }
    ck_near(smear_extrapolate(SMEAR_NONE, 1.5, 1.2), 1.2, 1e-300);
    ck_near(smear_extrapolate(SMEAR_FD, 1.5, 1.2), 1.35, 1e-15);
    ck_near(smear_extrapolate(SMEAR_GAUSS, 1.5, 1.2), 1.35, 1e-15);
    ck_near(smear_extrapolate(SMEAR_MP, 1.5, 1.2), 1.3, 1e-15);
    ck_near(smear_extrapolate(SMEAR_MV, 1.5, 1.2), 1.3, 1e-15);
}
END_TEST

void dft_occupy_cases(Suite *s)
{
    TCase *t = tcase_create("occupy");

    tcase_add_test(t, entropy_makes_the_free_energy_stationary);
    tcase_add_test(t, occupations_have_their_values);
    tcase_add_test(t, smeared_deltas_have_their_moments);
    tcase_add_test(t, electrons_are_all_there);
    tcase_add_test(t, occupations_are_derivatives_of_the_free_energy);
    tcase_add_test(t, fermi_level_of_a_flat_band);
    tcase_add_test(t, fermi_level_of_an_insulator);
    tcase_add_test(t, spins_share_the_fermi_level);
    tcase_add_test(t, fixed_moments_fill_whole_states);
    tcase_add_test(t, what_does_not_fit_is_refused);
    tcase_add_test(t, extrapolation_reaches_zero_width);
    suite_add_tcase(s, t);
}
