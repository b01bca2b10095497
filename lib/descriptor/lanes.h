#ifndef MORSEL_DESCRIPTOR_LANES_H
#define MORSEL_DESCRIPTOR_LANES_H

#include <math.h>
#include <stdint.h>

/*
 * Eight numbers at a time.  The width is the same on every machine, so that
 * sums have the same order; the compiler maps it to what there is.  Vectors
 * go to functions by their address: by value, the calling convention would
 * depend on the instruction set.  Everything here is inlined into kernels
 * that are compiled for several of them.
 */
enum { LANES = 8 };
typedef double lanes __attribute__((vector_size(64), may_alias));
typedef int64_t masks __attribute__((vector_size(64)));

#define INLINE static inline __attribute__((always_inline))

/*
 * a * b + c may be rounded once where there is such an instruction.  The
 * option is off in standard C; no other freedom is taken.
 */
#ifdef __clang__
#pragma clang fp contract(fast)
#else
#pragma GCC optimize("fp-contract=fast")
#endif

/* Compiled for each of these, and chosen when the program starts. */
#define CLONES __attribute__((target_clones("avx512f", "avx2", "default")))

/* n rounded up to whole vectors. */
#define PADDED(n) (((n) + LANES - 1) / LANES * LANES)

/* x where the mask is set, 0 elsewhere. */
#define LANES_WHERE(mask, x) ((lanes)((masks)(x) & (mask)))

/* Sum of the lanes, in a fixed order. */
INLINE double lanes_sum(const lanes *x)
{
    const lanes v = *x;

    return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

/*
 * exp(x) for x <= 0, to about an ulp; exp(-700) below that.  As x = n ln 2 +
 * r, exp(x) = 2^n exp(r), |r| <= ln(2) / 2, where the Taylor series to r^13
 * has an error of 4e-18.
 */
INLINE void lanes_exp(lanes *px)
{
    /* ln 2 in two parts: n times the first is exact. */
    const double ln2_high = 0x1.62e42fee00000p-1;
    const double ln2_low = 0x1.a39ef35793c76p-33;
    const double to_integer = 0x1.8p52; /* x + this ends in the integer x */
    static const double inverse_factorial[] = {1.0,
                                               1.0,
                                               1.0 / 2,
                                               1.0 / 6,
                                               1.0 / 24,
                                               1.0 / 120,
                                               1.0 / 720,
                                               1.0 / 5040,
                                               1.0 / 40320,
                                               1.0 / 362880,
                                               1.0 / 3628800,
                                               1.0 / 39916800,
                                               1.0 / 479001600,
                                               1.0 / 6227020800};
    lanes x = *px;
    masks low = x < -700.0;

    x = LANES_WHERE(~low, x) + LANES_WHERE(low, x * 0 - 700.0);
    lanes n = x * M_LOG2E + to_integer;
    masks exponent = (masks)n << 52;
    n -= to_integer;
    x -= n * ln2_high;
    x -= n * ln2_low;

    lanes p = x * inverse_factorial[13] + inverse_factorial[12];
    for (int k = 11; k >= 0; k--)
        p = p * x + inverse_factorial[k];
    *px = (lanes)((masks)p + exponent);
}

#endif
