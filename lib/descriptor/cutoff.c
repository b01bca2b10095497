#include "kernel.h"

#include <math.h>

/*
 *     fc  = (1 + cos(pi x)) / 2 = cos^2(pi x / 2),    x = r / rc,
 *     fc' = -(pi / 2 rc) sin(pi x)
 *
 * where the square keeps all digits of fc near the cutoff.
 */
static double cosine(const struct cutoff *c, double r, double *dfc)
{
    double x = r / c->rc;
    double half = x > 0.5 ? sin(0.5 * M_PI * (1 - x)) : cos(0.5 * M_PI * x);

    *dfc = -0.5 * M_PI / c->rc * sin(M_PI * (x > 0.5 ? 1 - x : x));
    return half * half;
}

/*
 *     fc  = 1 + g x^(g+1) - (g + 1) x^g
 *     fc' = g (g + 1) / rc x^(g-1) (x - 1)
 */
static double polynomial(const struct cutoff *c, double r, double *dfc)
{
    double g = c->gamma, x = r / c->rc, p = pow(x, g - 1);

    *dfc = g * (g + 1) / c->rc * p * (x - 1);
    return 1 + p * x * (g * x - (g + 1));
}

double cutoff_eval(const struct cutoff *c, double r, double *dfc)
{
    *dfc = 0;
    if (r >= c->rc)
        return 0;
    return c->type == CUTOFF_COSINE ? cosine(c, r, dfc) : polynomial(c, r, dfc);
}
