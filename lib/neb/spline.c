#include <morsel/neb.h>

#include <stdlib.h>

/*
 * e(s) = e0 + g0 s + c s^2 + d s^3; its derivative is zero at two points, of
 * which the one where it falls is a maximum.
 */
double hermite_top(double h, double e0, double g0, double e1, double g1,
                   double *at)
{
    double rise = (e1 - e0) / h;
    double c = (3 * rise - 2 * g0 - g1) / h, d = (g0 + g1 - 2 * rise) / (h * h);
    double top = fmax(e0, e1), root = c * c - 3 * d * g0;

    *at = e1 > e0 ? h : 0;
    if (root <= 0)
        return top;
    /* s = (-c - sqrt) / 3 d, in the form that does not cancel */
    double q = sqrt(root);
    double s = c <= 0 ? g0 / (q - c) : -(c + q) / (3 * d);
    if (!(s > 0 && s < h)) /* also if d = 0 made it infinite */
        return top;
    double e = e0 + s * (g0 + s * (c + s * d));
    if (e <= top)
        return top;
    *at = s;
    return e;
}

/* Slope of the energy along the path at image i, eV/angstrom. */
static double slope(const struct band *b, int i)
{
    double(*to)[3] = b->image[i + (i < b->nimages - 1)].pos;
    double(*from)[3] = b->image[i - (i > 0)].pos, (*f)[3] = band_forces(b, i);
    double length = 0, along = 0;

    for (int n = 0; n < b->natoms; n++)
        for (int k = 0; k < 3; k++) {
            double u = to[n][k] - from[n][k];
            length += u * u;
            along += b->mask[n][k] ? f[n][k] * u : 0;
        }
    return length > 0 ? -along / sqrt(length) : 0;
}

void band_barrier(const struct band *b, struct barrier *barrier)
{
    double first = b->energy[0], last = b->energy[b->nimages - 1];
    double top = first;

    barrier->at = 0;
    for (int i = 0; i < b->nimages - 1; i++) {
        double start = band_path(b, i), at;
        double h = band_path(b, i + 1) - start;
        if (h <= 0)
            continue;
        double e = hermite_top(h, b->energy[i], slope(b, i), b->energy[i + 1],
                               slope(b, i + 1), &at);
        if (e > top) {
            top = e;
            barrier->at = start + at;
        }
    }
    barrier->forward = top - first;
    barrier->back = top - last;
}
