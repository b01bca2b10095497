#include "kernel.h"

#include <math.h>

struct radial kernel_radial(double l, double s)
{
    double l2 = l * l, t = sqrt(5 * s) / l, e = exp(-t);

    return (struct radial){(1 + t + t * t / 3) * e, 5 / (3 * l2) * (1 + t) * e,
                           25 / (3 * l2 * l2) * e};
}
