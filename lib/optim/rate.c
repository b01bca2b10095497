#include <morsel/optim.h>

#include <assert.h>
#include <limits.h>
#include <math.h>

double cosine_rate(double t, double high, double low, int period, int mult)
{
    assert(t >= 0 && period >= 1 && mult >= 1);
    while (t >= period) {
        t -= period;
        period = period > INT_MAX / mult ? INT_MAX : period * mult;
    }
    return low + (high - low) * (1 + cos(M_PI * t / period)) / 2;
}
