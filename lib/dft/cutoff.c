#include "pseudo.h"

#include <math.h>

/* Points per radius of the sphere of waves; the tail is looked for up to
 * twice that radius, where the tables of eval() end. */
enum { POINTS = 200 };

double pseudo_tail(const struct pseudo *p, double ecut)
{
    double radius = sqrt(2 * ecut), sum = 0;

    for (int i = 0; i < p->norbitals; i++) {
        double all = 0, tail = 0;

        for (int k = 1; k <= 2 * POINTS; k++) {
            double q = radius * k / POINTS;
            double f = q * pseudo_eval(p, PSEUDO_ORBITAL, i, q, NULL);

            all += f * f;
            if (k >= POINTS) /* half of the first interval is inside */
                tail += (k == POINTS ? 0.5 : 1) * f * f * q * q / 2;
        }
        if (all > 0)
            sum += p->orbital_occupation[i] * tail / all;
    }
    return sum;
}
