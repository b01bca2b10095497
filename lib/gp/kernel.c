#include "kernel.h"

struct radial kernel_radial(enum gp_kernel kernel, double l, double s)
{
    double l2 = l * l;

    if (kernel == GP_SE) {
        double k = exp(-s / (2 * l2));

        return (struct radial){k, k / l2, k / (l2 * l2)};
    }
    double t = sqrt(5 * s) / l, e = exp(-t);

    return (struct radial){(1 + t + t * t / 3) * e, 5 / (3 * l2) * (1 + t) * e,
                           25 / (3 * l2 * l2) * e};
}
