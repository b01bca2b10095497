#include "activation.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/*
 * exp(y) - 1 for 0 <= y <= 40, without a branch, so that loops vectorize.
 * With y = k ln 2 + r, |r| <= ln(2) / 2,
 *
 *     exp(y) - 1 = 2^k (exp(r) - 1) + (2^k - 1),
 *
 * which loses nothing where y is small and k = 0.  The Taylor series of
 * exp(r) - 1 to r^13 is good to r^13 / 14! < 2e-17 of its value.
 */
static inline double expm1_small(double y)
{
    const double log2e = 0x1.71547652b82fep+0;
    const double ln2_hi = 0x1.62e42feep-1; /* 32 bits: k times it is exact */
    const double ln2_lo = 0x1.a39ef35793c76p-33; /* ln 2 - ln2_hi */
    const double shift = 0x1.8p52; /* adding it rounds to an integer, */
    double shifted = y * log2e + shift, two_k;
    uint64_t bits;

    memcpy(&bits, &shifted, sizeof bits); /* whose low bits are k */
    bits = (bits + 1023) << 52;
    memcpy(&two_k, &bits, sizeof two_k);

    double k = shifted - shift;
    double r = (y - k * ln2_hi) - k * ln2_lo;
    double r2 = r * r, r4 = r2 * r2;

    /* p = 1/2! + r/3! + ... + r^11/13!, in an order with short chains */
    double p0 = 1.0 / 2 + r * (1.0 / 6) + r2 * (1.0 / 24 + r * (1.0 / 120));
    double p4 =
        1.0 / 720 + r * (1.0 / 5040) + r2 * (1.0 / 40320 + r * (1.0 / 362880));
    double p8 = 1.0 / 3628800 + r * (1.0 / 39916800) +
                r2 * (1.0 / 479001600 + r * (1.0 / 6227020800));
    double p = r + r2 * (p0 + r4 * (p4 + r4 * p8));

    return two_k * p + (two_k - 1);
}

/*
 * tanh(x) = sign(x) t / (t + 2),  t = exp(2 |x|) - 1
 *
 * within 3 units of the last place of the true value.  From |x| = 20 on it
 * is 1; the comparison is so written that a nan stays one.
 */
static inline double tanh_fast(double x)
{
    double y = 2 * fabs(x);
    double t = expm1_small(y > 40 ? 40 : y);

    return copysign(t / (t + 2), x);
}

/* Compile a loop for the vectors of several processors, and choose at start. */
#if defined __x86_64__ && defined __GLIBC__
#define EACH_CPU __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define EACH_CPU
#endif

/* s = tanh:  s' = (1 - s) (1 + s),  s'' = -2 s s' */
EACH_CPU
static void activate_tanh(int n, double *h, double *slope, double *curv)
{
#pragma omp simd
    for (int i = 0; i < n; i++) {
        double s = tanh_fast(h[i]);

        h[i] = s;
        slope[i] = (1 - s) * (1 + s);
        curv[i] = -2 * s * slope[i];
    }
}

/* sigma(h) = 1 / (1 + exp(-h)), its derivatives, and log(1 + exp(h)) */
struct sigmoid {
    double s, ds, d2s, log;
};

static struct sigmoid sigmoid(double h)
{
    /* In terms of exp(-|h|) nothing overflows and nothing cancels. */
    double e = exp(-fabs(h)), q = 1 / (1 + e);
    struct sigmoid f = {
        .s = h < 0 ? e * q : q,
        .ds = e * q * q,
        .log = fmax(h, 0) + log1p(e),
    };

    f.d2s = f.ds * copysign((1 - e) * q, -h); /* 1 - 2 s = -tanh(h / 2) */
    return f;
}

static void activate_sigmoid(int n, double *h, double *slope, double *curv)
{
    for (int i = 0; i < n; i++) {
        struct sigmoid f = sigmoid(h[i]);

        h[i] = f.s;
        slope[i] = f.ds;
        curv[i] = f.d2s;
    }
}

/* s = log(1 + exp(h)):  s' = sigma */
static void activate_softplus(int n, double *h, double *slope, double *curv)
{
    for (int i = 0; i < n; i++) {
        struct sigmoid f = sigmoid(h[i]);

        h[i] = f.log;
        slope[i] = f.s;
        curv[i] = f.ds;
    }
}

/* s = h sigma:  s' = sigma + h sigma',  s'' = 2 sigma' + h sigma'' */
static void activate_silu(int n, double *h, double *slope, double *curv)
{
    for (int i = 0; i < n; i++) {
        struct sigmoid f = sigmoid(h[i]);

        slope[i] = f.s + h[i] * f.ds;
        curv[i] = 2 * f.ds + h[i] * f.d2s;
        h[i] *= f.s;
    }
}

static void activate_linear(int n, double *slope, double *curv)
{
    for (int i = 0; i < n; i++) {
        slope[i] = 1;
        curv[i] = 0;
    }
}

void activate(enum activation act, int n, double *h, double *slope,
              double *curv)
{
    switch (act) {
    case ACT_TANH:
        activate_tanh(n, h, slope, curv);
        break;
    case ACT_SIGMOID:
        activate_sigmoid(n, h, slope, curv);
        break;
    case ACT_SOFTPLUS:
        activate_softplus(n, h, slope, curv);
        break;
    case ACT_SILU:
        activate_silu(n, h, slope, curv);
        break;
    case ACT_LINEAR:
        activate_linear(n, slope, curv);
        break;
    }
}
