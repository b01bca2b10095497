/* Is it the same geometry, turned, moved, or its atoms in another order? */

#include "fingerprint.h"

#include <math.h>

static const double cutoff = 6; /* angstrom */
enum { MOST_ATOMS = 1000 };     /* a bound of time and memory */

/* Widths of the shells that are told apart, angstrom. */
static const double width[FINGERPRINT_SHELLS] = {0.7, 1.4, 2.8};

/* Any weights will do that do not make two elements out of another two. */
static double weight(int z)
{
    return sqrt(z);
}

/* p_s = sum_j w_j exp(-r_ij^2 / 2 width_s^2) fc(r_ij) of atom i. */
static void add_shells(double p[FINGERPRINT_SHELLS], const struct atoms *a,
                       const struct neighbors *nb, int i)
{
    for (int n = nb->first[i]; n < nb->first[i + 1]; n++) {
        double r = nb->r[n], fc = (1 + cos(M_PI * r / cutoff)) / 2;

        for (int s = 0; s < FINGERPRINT_SHELLS; s++)
            p[s] += weight(a->z[nb->j[n]]) * fc *
                    exp(-r * r / (2 * width[s] * width[s]));
    }
}

void fingerprint(struct fingerprint *f, const struct atoms *a)
{
    struct neighbors nb = {0};
    struct err err;

    *f = (struct fingerprint){0};
    if (a->natoms > MOST_ATOMS || neighbors_find(&nb, a, cutoff, &err) < 0) {
        f->x[0] = NAN; /* equal to no other */
        return;
    }
    for (int i = 0; i < a->natoms; i++) {
        double p[FINGERPRINT_SHELLS] = {0}, w = weight(a->z[i]);

        add_shells(p, a, &nb, i);
        for (int s = 0; s < FINGERPRINT_SHELLS; s++) {
            f->x[s] += w * p[s];
            f->x[FINGERPRINT_SHELLS + s] += w * w * p[s] * p[s];
        }
    }
    for (int i = 0; i < 3; i++)
        for (int j = 0; j <= i; j++)
            for (int k = 0; k < 3 && a->pbc[i] && a->pbc[j]; k++)
                f->metric[i][j] += a->cell[i][k] * a->cell[j][k];
    neighbors_release(&nb);
}

/* Positions of eight decimals move a sum over shells by 1e-8 of itself. */
static bool close(double x, double y)
{
    return fabs(x - y) <= 1e-6 * (fabs(x) + fabs(y) + 1e-6);
}

bool fingerprint_same(const struct fingerprint *f, const struct fingerprint *g)
{
    for (int s = 0; s < 2 * FINGERPRINT_SHELLS; s++)
        if (!close(f->x[s], g->x[s]))
            return false;
    for (int i = 0; i < 9; i++)
        if (!close(f->metric[i / 3][i % 3], g->metric[i / 3][i % 3]))
            return false;
    return true;
}
