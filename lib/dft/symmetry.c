#include "symmetry.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <spglib.h>

/* Of one kind: the same species, and the same moment to start from. */
static int *kinds(const struct crystal *c)
{
    int *kind = xcalloc(c->natoms, sizeof(*kind));

    for (int a = 0; a < c->natoms; a++) {
        kind[a] = a;
        for (int b = a - 1; b >= 0; b--)
            if (c->species[b] == c->species[a] &&
                fabs(c->moment[b] - c->moment[a]) < 1e-6)
                kind[a] = kind[b];
    }
    return kind;
}

/* Rx + t. */
static void image(int (*r)[3], const double t[3], const double x[3],
                  double y[3])
{
    for (int i = 0; i < 3; i++)
        y[i] = r[i][0] * x[0] + r[i][1] * x[1] + r[i][2] * x[2] + t[i];
}

/* d = x - y, to the nearest image; returns its length, bohr, or infinity if
 * a component is beyond far. */
static double miss(const struct crystal *c, const double far[3],
                   const double x[3], const double y[3], double d[3])
{
    double cart[3] = {0, 0, 0};

    for (int i = 0; i < 3; i++) {
        d[i] = x[i] - y[i];
        d[i] -= floor(d[i] + 0.5);
        if (fabs(d[i]) > far[i])
            return INFINITY;
    }
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            cart[k] += d[i] * c->a[i][k];
    return norm3(cart);
}

/* The largest change of a product a_i . a_j under r, over the longest |a|:
 * how far r is from a rotation, bohr. */
static double distortion(const struct crystal *c, int (*r)[3])
{
    double image[3][3] = {{0}}, worst = 0, longest = 0;

    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            for (int k = 0; k < 3; k++)
                image[i][k] += r[j][i] * c->a[j][k];
    for (int i = 0; i < 3; i++) {
        longest = fmax(longest, norm3(c->a[i]));
        for (int j = 0; j < 3; j++)
            worst = fmax(
                worst, fabs(dot3(image[i], image[j]) - dot3(c->a[i], c->a[j])));
    }
    return worst / longest;
}

/* A shift is often a ratio of small numbers, and then exactly so. */
static double tidy(double t)
{
    t -= floor(t);
    for (int n = 1; n <= 24; n++)
        if (fabs(n * t - round(n * t)) < 1e-8)
            t = round(n * t) / n;
    return t < 1 ? t : 0;
}

/*
 * Which atom each atom goes to, map[natoms], with the shift that does it best
 * for all; false if one has no partner of its kind within tol.
 */
static bool check(const struct crystal *c, const int *kind, double tol,
                  int (*r)[3], double t[3], int *map)
{
    double mean[3] = {0, 0, 0}, d[3], far[3], to[3];

    if (distortion(c, r) > 4 * tol)
        return false;
    for (int i = 0; i < 3; i++) /* between the planes of a component */
        far[i] = 4 * tol * norm3(c->b[i]) / (2 * M_PI);
    for (int a = 0; a < c->natoms; a++) {
        double best = INFINITY, nearest[3] = {0, 0, 0};

        image(r, t, c->x[a], to);
        for (int b = 0; b < c->natoms && best > tol; b++) {
            double there =
                kind[a] == kind[b] ? miss(c, far, to, c->x[b], d) : INFINITY;

            if (there < best) {
                best = there;
                memcpy(nearest, d, sizeof(d));
                map[a] = b;
            }
        }
        if (isinf(best))
            return false;
        for (int i = 0; i < 3; i++)
            mean[i] += nearest[i] / c->natoms;
    }
    for (int i = 0; i < 3; i++)
        t[i] = tidy(t[i] - mean[i]);
    for (int a = 0; a < c->natoms; a++) {
        image(r, t, c->x[a], to);
        if (miss(c, far, to, c->x[map[a]], d) > tol)
            return false;
    }
    return true;
}

static bool is_identity(int (*r)[3], const double t[3])
{
    static const int one[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};

    return memcmp(r, one, sizeof(one)) == 0 && t[0] == 0 && t[1] == 0 &&
           t[2] == 0;
}

static void copy(struct symmetry *s, int from, int to)
{
    size_t n = s->natoms;

    if (from == to)
        return;
    memcpy(s->rotation[to], s->rotation[from], sizeof(*s->rotation));
    memcpy(s->shift[to], s->shift[from], sizeof(*s->shift));
    memcpy(s->map + to * n, s->map + from * n, n * sizeof(*s->map));
}

/* Forget the operations of which keep[] is false. */
static void compact(struct symmetry *s, const bool *keep)
{
    int n = 0;

    for (int i = 0; i < s->n; i++)
        if (keep[i])
            copy(s, i, n++);
    s->n = n;
}

static void room(struct symmetry *s, int n)
{
    s->rotation = xcalloc(n, sizeof(*s->rotation));
    s->shift = xcalloc(n, sizeof(*s->shift));
    s->map = xcalloc((size_t)n * s->natoms, sizeof(*s->map));
}

static void release(struct symmetry *s)
{
    free(s->rotation);
    free(s->shift);
    free(s->map);
    *s = (struct symmetry){.natoms = s->natoms};
}

/* Operation 0 is the identity. */
static void identity(struct symmetry *s)
{
    memset(s->rotation[0], 0, sizeof(*s->rotation));
    memset(s->shift[0], 0, sizeof(*s->shift));
    for (int i = 0; i < 3; i++)
        s->rotation[0][i][i] = 1;
    for (int a = 0; a < s->natoms; a++)
        s->map[a] = a;
}

/* What spglib has found, the identity first; false if it is not true. */
static bool take(struct symmetry *s, const struct crystal *c, const int *kind,
                 double tol, const SpglibDataset *found)
{
    s->n = found->n_operations;
    room(s, s->n);
    for (int i = 0; i < s->n; i++) {
        memcpy(s->rotation[i], found->rotations[i], sizeof(*s->rotation));
        memcpy(s->shift[i], found->translations[i], sizeof(*s->shift));
        if (!check(c, kind, tol, s->rotation[i], s->shift[i],
                   s->map + (size_t)i * c->natoms))
            return false;
    }
    for (int i = 1; i < s->n; i++)
        if (is_identity(s->rotation[i], s->shift[i]))
            copy(s, 0, i);
    identity(s);
    return true;
}

/*
 * spglib takes atoms for equal that are tol apart in one way of seeing it, and
 * so may give an operation that is off by more.  Then all of them are those of
 * a smaller tolerance: taking away the bad ones alone would leave no group.
 */
int symmetry_find(struct symmetry *s, const struct crystal *c, bool on,
                  double tol, struct err *err)
{
    double lattice[3][3], search = tol; /* vectors in columns */
    int *kind = kinds(c), ret = 0;
    bool found = false;

    *s = (struct symmetry){.natoms = c->natoms};
    for (int i = 0; i < 9; i++)
        lattice[i % 3][i / 3] = c->a[i / 3][i % 3];
    for (; on && ret == 0 && !found && search > tol / 100; search /= 2) {
        SpglibDataset *set =
            spg_get_dataset(lattice, c->x, kind, c->natoms, search);

        if (!set && spg_get_error_code() == SPGERR_ATOMS_TOO_CLOSE)
            ret = err_set(err, ERR_RANGE,
                          "two atoms are within %g bohr of each other", search);
        if (!set)
            break;
        release(s);
        found = take(s, c, kind, tol, set);
        spg_free_dataset(set);
    }
    free(kind);
    if (found)
        return 0;
    release(s);
    if (ret < 0)
        return ret;
    room(s, 1);
    identity(s);
    s->n = 1;
    return 0;
}

void symmetry_release(struct symmetry *s)
{
    release(s);
    s->natoms = 0;
}

/* Points i/n go to points: r n_i/n_j is whole, and so is t n. */
static bool keeps_grid(int (*r)[3], const double t[3], const int n[3])
{
    for (int i = 0; i < 3; i++) {
        if (fabs(t[i] * n[i] - round(t[i] * n[i])) > 1e-6)
            return false;
        for (int j = 0; j < 3; j++)
            if (r[i][j] * n[i] % n[j] != 0)
                return false;
    }
    return true;
}

void symmetry_keep_grid(struct symmetry *s, const int n[3])
{
    bool *keep = xcalloc(s->n, sizeof(*keep));

    for (int i = 0; i < s->n; i++) {
        keep[i] = keeps_grid(s->rotation[i], s->shift[i], n);
        for (int k = 0; keep[i] && k < 3; k++)
            s->shift[i][k] = round(s->shift[i][k] * n[k]) / n[k];
    }
    compact(s, keep);
    free(keep);
}

void symmetry_keep_kpoints(struct symmetry *s, const int n[3],
                           const int shift[3])
{
    bool *keep = xcalloc(s->n, sizeof(*keep));
    int step[3][3];

    for (int i = 0; i < s->n; i++)
        keep[i] = kpoints_step((const int(*)[3])s->rotation[i], n, shift, step);
    compact(s, keep);
    free(keep);
}
