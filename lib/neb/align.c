#include "align.h"

#include <string.h>

#include <morsel/neb.h>

/*
 * In a reduced basis the nearest lattice point is one of the corners of the
 * box around the fractions of the vector, or one step beyond.
 */
double nearest(const struct lattice *l, const double from[3],
               const double to[3], double d[3])
{
    double given[3], x[3], s[3], best = INFINITY;
    int reach[3], n[3];

    for (int k = 0; k < 3; k++)
        given[k] = to[k] - from[k];
    for (int k = 0; k < 3; k++) {
        reach[k] = k < l->nperiodic;
        s[k] = reach[k] ? round(dot3(l->inverse[k], given)) : 0;
    }
    for (n[0] = -reach[0]; n[0] <= reach[0]; n[0]++)
        for (n[1] = -reach[1]; n[1] <= reach[1]; n[1]++)
            for (n[2] = -reach[2]; n[2] <= reach[2]; n[2]++) {
                for (int k = 0; k < 3; k++)
                    x[k] = given[k] - (s[0] + n[0]) * l->b[0][k] -
                           (s[1] + n[1]) * l->b[1][k] -
                           (s[2] + n[2]) * l->b[2][k];
                if (norm3(x) < best) {
                    best = norm3(x);
                    memcpy(d, x, sizeof x);
                }
            }
    return best;
}

bool nearest_given(const struct lattice *l, const double from[3],
                   const double to[3], double d[3])
{
    double given[3], best = nearest(l, from, to, d);

    for (int k = 0; k < 3; k++)
        given[k] = to[k] - from[k];
    return norm3(given) < best + TIE;
}
