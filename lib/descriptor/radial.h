#ifndef MORSEL_DESCRIPTOR_RADIAL_H
#define MORSEL_DESCRIPTOR_RADIAL_H

#include <math.h>

#include "lanes.h"
#include "plan.h"

/*
 * Cutoff 1 + g x^(g+1) - (g + 1) x^g, and its derivative by s = (rc x)^2,
 * g (g + 1) / (2 rc^2) x^(g-2) (x - 1).
 */
INLINE void polynomial_cutoff(const struct radial *r, const lanes *py, lanes *p,
                              lanes *dp)
{
    lanes x = *py, power = x * 0 + 1;
    double g = r->gamma;
    int n = (int)g - 2;

    x = LANES_WHERE(x > 0, x);
    for (int l = 0; l < LANES; l++)
        x[l] = sqrt(x[l]);
    if (n + 2 == g)
        for (int k = 0; k < n; k++)
            power *= x;
    else
        for (int l = 0; l < LANES; l++)
            power[l] = pow(x[l], g - 2);
    *p = 1 + power * *py * (g * x - (g + 1));
    *dp = g * (g + 1) / (2 * r->rc2) * power * (x - 1);
}

/*
 * The polynomial h and its derivative dh at t.  That of the usual degree is
 * written out, even and odd powers apart, so that the sums overlap.
 */
INLINE void horner(const struct radial *r, const lanes *pt, lanes *h, lanes *dh)
{
    const double *a = r->h, *b = r->dh;
    lanes t = *pt, u = t * t;

    if (r->degree == LOW_DEGREE) {
        lanes even = (((a[8] * u + a[6]) * u + a[4]) * u + a[2]) * u + a[0];
        lanes odd = (((a[9] * u + a[7]) * u + a[5]) * u + a[3]) * u + a[1];
        lanes deven = (((b[8] * u + b[6]) * u + b[4]) * u + b[2]) * u + b[0];
        lanes dodd = ((b[7] * u + b[5]) * u + b[3]) * u + b[1];

        *h = odd * t + even;
        *dh = dodd * t + deven;
        return;
    }
    *h = t * a[r->degree] + a[r->degree - 1];
    *dh = t * 0 + b[r->degree - 1];
    for (int k = r->degree - 2; k >= 0; k--) {
        *h = *h * t + a[k];
        *dh = *dh * t + b[k];
    }
}

/* q^2 and its derivative by s, q = (1 - y) h(y). */
INLINE void cosine_cutoff(const struct radial *r, const lanes *py, lanes *p,
                          lanes *dp)
{
    lanes y = *py, t = 2 * y - 1, h, dh;

    horner(r, &t, &h, &dh);
    lanes q = (1 - y) * h;
    *p = q * q;
    *dp = 2 / r->rc2 * q * ((1 - y) * dh - h);
}

/* p(s) = exp(-eta s) fc(sqrt s) and dp/ds; 0 from the cutoff on. */
INLINE void radial_eval(const struct radial *r, const lanes *ps, lanes *p,
                        lanes *dp)
{
    lanes s = *ps, y = s * (1 / r->rc2);
    masks inside = y < 1;

    if (r->type == CUTOFF_COSINE)
        cosine_cutoff(r, &y, p, dp);
    else
        polynomial_cutoff(r, &y, p, dp);
    if (r->eta > 0) {
        lanes e = -r->eta * s;

        lanes_exp(&e);
        *dp = e * (*dp - r->eta * *p);
        *p *= e;
    }
    *p = LANES_WHERE(inside, *p);
    *dp = LANES_WHERE(inside, *dp);
}

#endif
