#include <morsel/analysis.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FEWEST_BLOCKS = 16 };

/* s / sqrt(n - 1), s^2 the mean squared deviation. */
static double naive_error(const double *x, int n)
{
    double mean = 0, square = 0;

    for (int i = 0; i < n; i++)
        mean += x[i] / n;
    for (int i = 0; i < n; i++)
        square += (x[i] - mean) * (x[i] - mean) / n;
    return sqrt(square / (n - 1));
}

static double blocked_error(const double *x, int n)
{
    double *b = xcalloc((size_t)n, sizeof *b), largest = NAN;

    memcpy(b, x, (size_t)n * sizeof *b);
    for (; n >= FEWEST_BLOCKS; n /= 2) {
        largest = fmax(largest, naive_error(b, n));
        for (size_t i = 0; i < (size_t)n / 2; i++)
            b[i] = (b[2 * i] + b[2 * i + 1]) / 2;
    }
    free(b);
    return largest;
}

struct average series_average(const double *x, int n)
{
    struct average a = {
        .mean = 0, .error = NAN, .least = INFINITY, .largest = -INFINITY};

    for (int i = 0; i < n; i++) {
        a.mean += x[i] / n;
        a.least = fmin(a.least, x[i]);
        a.largest = fmax(a.largest, x[i]);
    }
    if (n > 0)
        a.error = blocked_error(x, n);
    return a;
}

struct slope series_slope(const double *t, const double *x, int n)
{
    double mt = 0, mx = 0, tt = 0, tx = 0, left = 0;
    struct slope s = {NAN, NAN};

    for (int i = 0; i < n; i++) {
        mt += t[i] / n;
        mx += x[i] / n;
    }
    for (int i = 0; i < n; i++) {
        tt += (t[i] - mt) * (t[i] - mt);
        tx += (t[i] - mt) * (x[i] - mx);
    }
    if (n < 3 || tt == 0)
        return s;
    s.slope = tx / tt;
    for (int i = 0; i < n; i++) {
        double d = x[i] - mx - s.slope * (t[i] - mt);
        left += d * d;
    }
    s.error = sqrt(left / (n - 2) / tt);
    return s;
}
