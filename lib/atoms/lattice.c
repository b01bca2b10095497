#include <morsel/atoms.h>

#include <string.h>

static void swap(double a[3], double b[3])
{
    double t[3];

    memcpy(t, a, sizeof t);
    memcpy(a, b, sizeof t);
    memcpy(b, t, sizeof t);
}

/*
 * Make a pair as short as integer combinations allow (Lagrange and Gauss):
 * afterwards |a| <= |b| and |a . b| <= |a|^2 / 2.
 */
static void reduce_pair(double a[3], double b[3])
{
    for (;;) {
        if (dot3(a, a) > dot3(b, b))
            swap(a, b);

        double n = round(dot3(a, b) / dot3(a, a));
        if (n == 0 || !isfinite(n))
            return;
        double was = dot3(b, b);
        for (int k = 0; k < 3; k++)
            b[k] -= n * a[k];
        if (dot3(b, b) >= was) /* only rounding is left */
            return;
    }
}

/*
 * Take from c the point nearest to it of the lattice of the reduced pair
 * a, b: one of the four around its projection.  Returns true if c is shorter.
 */
static bool reduce_third(const double a[3], const double b[3], double c[3])
{
    double aa = dot3(a, a), bb = dot3(b, b), ab = dot3(a, b);
    double det = aa * bb - ab * ab;
    double u = floor((bb * dot3(a, c) - ab * dot3(b, c)) / det);
    double v = floor((aa * dot3(b, c) - ab * dot3(a, c)) / det);
    double shortest = dot3(c, c), best[3];
    bool found = false;

    for (int i = 0; i < 4; i++) {
        double t[3] = {0}, m = u + (i > 1), n = v + i % 2;

        for (int k = 0; k < 3; k++)
            t[k] = c[k] - m * a[k] - n * b[k];
        if (dot3(t, t) < shortest * (1 - 1e-12)) { /* not by rounding alone */
            shortest = dot3(t, t);
            memcpy(best, t, sizeof best);
            found = true;
        }
    }
    if (found)
        memcpy(c, best, sizeof best);
    return found;
}

/*
 * Minkowski reduction of n vectors by the greedy algorithm, which gives the
 * shortest basis up to dimension four: P. Q. Nguyen and D. Stehle, ACM Trans.
 * Algorithms 5, 46 (2009).
 */
static void reduce(double b[3][3], int n)
{
    if (n == 2)
        reduce_pair(b[0], b[1]);
    if (n < 3)
        return;
    do {
        for (int i = 2; i > 0; i--) /* the longest last */
            if (dot3(b[i - 1], b[i - 1]) > dot3(b[i], b[i]))
                swap(b[i - 1], b[i]);
        if (dot3(b[1], b[1]) > dot3(b[2], b[2]))
            swap(b[1], b[2]);
        reduce_pair(b[0], b[1]);
    } while (reduce_third(b[0], b[1], b[2]));
}

/* b[n] ... b[2]: unit vectors normal to all before them. */
static void complete(double b[3][3], int n)
{
    if (n == 0) {
        memset(b, 0, 3 * sizeof *b);
        b[0][0] = b[1][1] = b[2][2] = 1;
        return;
    }
    if (n == 1) { /* from the axis that is farthest from b[0] */
        int k = 0;
        double axis[3] = {0};

        for (int i = 1; i < 3; i++)
            if (fabs(b[0][i]) < fabs(b[0][k]))
                k = i;
        axis[k] = 1;
        cross3(b[1], b[0], axis);
    }
    if (n <= 2)
        cross3(b[2], b[0], b[1]);
    for (int i = n; i < 3; i++) {
        double length = norm3(b[i]);

        for (int k = 0; k < 3; k++)
            b[i][k] /= length;
    }
}

/* Lattice vectors beyond these are nonsense, and would overflow products. */
static const double longest = 1e9, shortest = 1e-3; /* angstrom */

static int take_periodic(struct lattice *l, const struct atoms *a,
                         struct err *err)
{
    for (int i = 0; i < 3; i++) {
        if (!a->pbc[i])
            continue;

        double length = norm3(a->cell[i]);
        if (!(length >= shortest && length <= longest))
            return err_set(err, ERR_RANGE,
                           "direction %d is periodic, but its lattice vector "
                           "is %g angstrom long",
                           i + 1, length);
        memcpy(l->b[l->nperiodic++], a->cell[i], sizeof l->b[0]);
    }
    return 0;
}

int lattice_init(struct lattice *l, const struct atoms *a, struct err *err)
{
    *l = (struct lattice){0};
    if (take_periodic(l, a, err) < 0)
        return err->code;
    reduce(l->b, l->nperiodic);
    complete(l->b, l->nperiodic);

    for (int i = 0; i < 3; i++)
        cross3(l->inverse[i], l->b[(i + 1) % 3], l->b[(i + 2) % 3]);
    double volume = dot3(l->b[0], l->inverse[0]);
    double product = norm3(l->b[0]) * norm3(l->b[1]) * norm3(l->b[2]);

    /*
     * The volume of a reduced basis is at least product / sqrt(2), and of
     * dependent vectors rounding leaves one that is all but zero.
     */
    bool whole = fabs(volume) > 0.5 * product;
    for (int i = 0; i < 3; i++)
        whole = whole && norm3(l->b[i]) >= shortest;
    if (!whole)
        return err_set(err, ERR_RANGE,
                       "the periodic lattice vectors are linearly dependent");
    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < 3; k++)
            l->inverse[i][k] /= volume;
        l->height[i] = 1 / norm3(l->inverse[i]);
    }
    return 0;
}
