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

/* Rx + t - y, to the nearest image; returns its length, bohr. */
static double miss(const struct crystal *c, int (*r)[3], const double t[3],
                   const double x[3], const double y[3], double d[3])
{
    double cart[3] = {0, 0, 0};

    for (int i = 0; i < 3; i++) {
        d[i] = r[i][0] * x[0] + r[i][1] * x[1] + r[i][2] * x[2] + t[i] - y[i];
        d[i] -= round(d[i]);
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
    double mean[3] = {0, 0, 0}, d[3];

    if (distortion(c, r) > 4 * tol)
        return false;
    for (int a = 0; a < c->natoms; a++) {
        double best = INFINITY, nearest[3] = {0, 0, 0};

        for (int b = 0; b < c->natoms && best > tol; b++) {
            double there = kind[a] == kind[b]
                               ? miss(c, r, t, c->x[a], c->x[b], d)
                               : INFINITY;

            if (there < best) {
                best = there;
                memcpy(nearest, d, sizeof(d));
                map[a] = b;
            }
        }
        for (int i = 0; i < 3; i++)
            mean[i] += nearest[i] / c->natoms;
    }
    for (int i = 0; i < 3; i++)
        t[i] = tidy(t[i] - mean[i]);
    for (int a = 0; a < c->natoms; a++)
        if (miss(c, r, t, c->x[a], c->x[map[a]], d) > tol)
            return false;
    return true;
}

static bool is_identity(int (*r)[3], const double t[3])
{
    static const int one[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};

    return memcmp(r, one, sizeof(one)) == 0 && t[0] == 0 && t[1] == 0 &&
           t[2] == 0;
}

/* Forget the operations of which keep[] is false. */
static void compact(struct symmetry *s, int natoms, const bool *keep)
{
    int n = 0;

    for (int i = 0; i < s->n; i++)
        if (keep[i]) {
            memmove(s->rotation[n], s->rotation[i], sizeof(*s->rotation));
            memmove(s->shift[n], s->shift[i], sizeof(*s->shift));
            memmove(s->map + (size_t)n * natoms, s->map + (size_t)i * natoms,
                    natoms * sizeof(*s->map));
            n++;
        }
    s->n = n;
}

/* Is i after j among the operations?  Told by the rotation, and by where the
 * atoms go: a shift is known only to tol. */
static bool has_product(const struct symmetry *s, int natoms, int i, int j)
{
    int r[3][3] = {{0}};

    for (int k = 0; k < 27; k++)
        r[k / 9][k / 3 % 3] +=
            s->rotation[i][k / 9][k % 3] * s->rotation[j][k % 3][k / 3 % 3];
    for (int k = 0; k < s->n; k++) {
        bool same = memcmp(r, s->rotation[k], sizeof(r)) == 0;

        for (int a = 0; same && a < natoms; a++)
            same = s->map[k * natoms + a] ==
                   s->map[i * natoms + s->map[j * natoms + a]];
        if (same)
            return true;
    }
    return false;
}

/* When operations are lost to the tolerance what is left may be no group:
 * take those away whose products are missing, until nothing is. */
static void close_group(struct symmetry *s, int natoms)
{
    bool *keep = xcalloc(s->n, sizeof(*keep));
    int before;

    do {
        before = s->n;
        for (int i = 0; i < s->n; i++) {
            keep[i] = true;
            for (int j = 0; keep[i] && j < s->n; j++)
                keep[i] = has_product(s, natoms, i, j);
        }
        compact(s, natoms, keep);
    } while (s->n < before);
    free(keep);
}

static void room(struct symmetry *s, int n, int natoms)
{
    s->rotation = xcalloc(n, sizeof(*s->rotation));
    s->shift = xcalloc(n, sizeof(*s->shift));
    s->map = xcalloc((size_t)n * natoms, sizeof(*s->map));
}

static void identity(struct symmetry *s, int natoms)
{
    room(s, 1, natoms);
    s->n = 1;
    for (int i = 0; i < 3; i++)
        s->rotation[0][i][i] = 1;
    for (int a = 0; a < natoms; a++)
        s->map[a] = a;
}

/* What spglib has found, as far as it is true; the identity first. */
static void take(struct symmetry *s, const struct crystal *c, const int *kind,
                 double tol, SpglibDataset *found)
{
    int n = found->n_operations;

    room(s, n, c->natoms);
    for (int i = 0; i < n; i++) {
        memcpy(s->rotation[s->n], found->rotations[i], sizeof(*s->rotation));
        memcpy(s->shift[s->n], found->translations[i], sizeof(*s->shift));
        s->n += check(c, kind, tol, s->rotation[s->n], s->shift[s->n],
                      s->map + (size_t)s->n * c->natoms);
    }
    if (s->n < n)
        close_group(s, c->natoms);
    for (int i = 1; i < s->n; i++)
        if (is_identity(s->rotation[i], s->shift[i])) {
            memcpy(s->rotation[i], s->rotation[0], sizeof(*s->rotation));
            memcpy(s->shift[i], s->shift[0], sizeof(*s->shift));
            memcpy(s->map + (size_t)i * c->natoms, s->map,
                   c->natoms * sizeof(*s->map));
            memset(s->rotation[0], 0, sizeof(*s->rotation));
            memset(s->shift[0], 0, sizeof(*s->shift));
            for (int k = 0; k < 3; k++)
                s->rotation[0][k][k] = 1;
            for (int a = 0; a < c->natoms; a++)
                s->map[a] = a;
        }
}

int symmetry_find(struct symmetry *s, const struct crystal *c, bool on,
                  double tol, struct err *err)
{
    double lattice[3][3]; /* vectors in columns */
    int *kind = kinds(c);
    SpglibDataset *found = NULL;

    *s = (struct symmetry){.natoms = c->natoms};
    for (int i = 0; i < 9; i++)
        lattice[i % 3][i / 3] = c->a[i / 3][i % 3];
    if (on) {
        found = spg_get_dataset(lattice, c->x, kind, c->natoms, tol);
        if (!found && spg_get_error_code() == SPGERR_ATOMS_TOO_CLOSE) {
            free(kind);
            return err_set(err, ERR_RANGE,
                           "two atoms are within %g bohr of each other", tol);
        }
    }
    if (found)
        take(s, c, kind, tol, found);
    else
        identity(s, c->natoms);
    if (found)
        spg_free_dataset(found);
    free(kind);
    return 0;
}

void symmetry_release(struct symmetry *s)
{
    free(s->rotation);
    free(s->shift);
    free(s->map);
    *s = (struct symmetry){0};
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
    compact(s, s->natoms, keep);
    free(keep);
}

void symmetry_keep_kpoints(struct symmetry *s, const int n[3],
                           const int shift[3])
{
    bool *keep = xcalloc(s->n, sizeof(*keep));
    int step[3][3];

    for (int i = 0; i < s->n; i++)
        keep[i] = kpoints_step((const int(*)[3])s->rotation[i], n, shift, step);
    compact(s, s->natoms, keep);
    free(keep);
}
