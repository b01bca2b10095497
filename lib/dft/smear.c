#include "occupy.h"

#include <assert.h>
#include <math.h>

/*
 * In x = (mu - e) / sigma.  For each kind w' = x theta', which makes
 * F = sum f e + sigma sum w stationary with respect to the occupations.
 */

/* Beyond |x| = FAR theta is 0 or 1, and w is 0, to the last bit. */
#define FAR_FD 40
#define FAR_GAUSS 9

static double occupation_mv(double x)
{
    double y = x - M_SQRT1_2;

    return erfc(-y) / 2 + exp(-y * y) / sqrt(2 * M_PI);
}

double smear_occupation(enum smearing kind, double x)
{
    double far = kind == SMEAR_FD ? FAR_FD : FAR_GAUSS;

    assert(kind != SMEAR_NONE);
    if (fabs(x) > far)
        return x > 0;
    switch (kind) {
    case SMEAR_FD:
        return 1 / (1 + exp(-x));
    case SMEAR_GAUSS:
        return erfc(-x) / 2;
    case SMEAR_MP:
        return erfc(-x) / 2 + x * exp(-x * x) / (2 * sqrt(M_PI));
    case SMEAR_MV:
        return occupation_mv(x);
    case SMEAR_NONE:
        break;
    }
    return 0;
}

/* f ln f + (1 - f) ln(1 - f), with no cancellation in its tails. */
static double entropy_fd(double x)
{
    double a = fabs(x), t = exp(-a);

    return -log1p(t) - a * t / (1 + t);
}

double smear_entropy(enum smearing kind, double x)
{
    double far = kind == SMEAR_FD ? FAR_FD : FAR_GAUSS, y = x - M_SQRT1_2;

    assert(kind != SMEAR_NONE);
    if (fabs(x) > far)
        return 0;
    switch (kind) {
    case SMEAR_FD:
        return entropy_fd(x);
    case SMEAR_GAUSS:
        return -exp(-x * x) / (2 * sqrt(M_PI));
    case SMEAR_MP:
        return (2 * x * x - 1) * exp(-x * x) / (4 * sqrt(M_PI));
    case SMEAR_MV:
        return y * exp(-y * y) / sqrt(2 * M_PI);
    case SMEAR_NONE:
        break;
    }
    return 0;
}

double smear_extrapolate(enum smearing kind, double internal, double free)
{
    int n = kind == SMEAR_MP || kind == SMEAR_MV ? 3 : 2;

    return kind == SMEAR_NONE ? free : ((n - 1) * free + internal) / n;
}
