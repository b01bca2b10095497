#include <morsel/select.h>

#include <stdlib.h>

static int refuse_number(struct err *err, const char *what, int i)
{
    return err_set(err, ERR_RANGE, "%s %d is not finite", what, i + 1);
}

static int check_finite(const struct atoms *a, struct err *err)
{
    for (int i = 0; i < 3; i++)
        if (!isfinite(norm3(a->cell[i])))
            return refuse_number(err, "lattice vector", i);
    for (int i = 0; i < a->natoms; i++)
        if (!isfinite(norm3(a->pos[i])))
            return refuse_number(err, "the position of atom", i);
    return 0;
}

static int check_count(const struct preflight *p, const struct atoms *a,
                       struct err *err)
{
    if (a->natoms < 1)
        return err_set(err, ERR_RANGE, "there are no atoms");
    if (p->max_atoms > 0 && a->natoms > p->max_atoms)
        return err_set(err, ERR_RANGE, "%d atoms are more than %d", a->natoms,
                       p->max_atoms);
    return 0;
}

/* Lengths, angles, and whether there is a lattice at all. */
static int check_cell(const struct preflight *p, const struct atoms *a,
                      struct err *err)
{
    const double degree = acos(-1) / 180;
    struct lattice l;

    if (lattice_init(&l, a, err) < 0)
        return err->code;
    for (int i = 0; i < 3; i++) {
        double length = norm3(a->cell[i]);

        if (p->length > 0 && length > p->length)
            return err_set(err, ERR_RANGE,
                           "lattice vector %d is %.4g angstrom long, more than "
                           "%g",
                           i + 1, length, p->length);
    }
    for (int i = 0; i < 3; i++) {
        int j = (i + 1) % 3;
        double product = norm3(a->cell[i]) * norm3(a->cell[j]);
        double angle, sine;

        if (product == 0)
            continue;
        angle = acos(fmax(-1, fmin(1, dot3(a->cell[i], a->cell[j]) / product)));
        sine = fmin(angle, acos(-1) - angle) / degree;
        if (sine < p->angle)
            return err_set(err, ERR_RANGE,
                           "lattice vectors %d and %d are %.3g degrees from "
                           "parallel, less than %g",
                           i + 1, j + 1, sine, p->angle);
    }
    return 0;
}

static int check_packing(const struct preflight *p, const struct atoms *a,
                         struct err *err)
{
    const double(*c)[3] = (const double(*)[3])a->cell;
    double spheres = 0, volume = volume3(c[0], c[1], c[2]);

    if (!(p->packing > 0 && a->pbc[0] && a->pbc[1] && a->pbc[2]))
        return 0;
    for (int i = 0; i < a->natoms; i++)
        spheres += 4 * acos(-1) / 3 * pow(element_radius(a->z[i]), 3);
    if (spheres > p->packing * volume)
        return err_set(err, ERR_RANGE,
                       "the cell of %.4g angstrom^3 is too small: its atoms, "
                       "as covalent spheres, fill it %.3g times, more than %g",
                       volume, spheres / volume, p->packing);
    return 0;
}

/* The atoms as seen by a code that repeats the box along each vector. */
static void copy_repeated(struct atoms *to, const struct atoms *a)
{
    atoms_copy(to, a);
    for (int i = 0; i < 3; i++)
        to->pbc[i] = norm3(a->cell[i]) > 0;
}

static int check_closest(const struct atoms *a, double overlap,
                         const char *where, struct err *err)
{
    int i, j;
    double x = atoms_closest(a, &i, &j);

    if (!(x < overlap))
        return 0;
    return err_set(err, ERR_RANGE,
                   "atoms %d (%s) and %d (%s) are %.3g angstrom apart%s, %.3g "
                   "sums of their radii, less than %g",
                   i + 1, element_symbol(a->z[i]), j + 1,
                   element_symbol(a->z[j]),
                   x * (element_radius(a->z[i]) + element_radius(a->z[j])),
                   where, x, overlap);
}

static int check_distances(const struct preflight *p, const struct atoms *a,
                           struct err *err)
{
    struct atoms repeated;
    int ret = check_closest(a, p->overlap, "", err);

    if (ret < 0 || !p->boxes)
        return ret;
    copy_repeated(&repeated, a);
    ret = check_closest(&repeated, p->overlap,
                        " where the box, which is not periodic, is repeated",
                        err);
    atoms_release(&repeated);
    return ret;
}

/* An atom without any other within `lost` sums of radii has flown away. */
static int check_lost(const struct preflight *p, const struct atoms *a,
                      struct err *err)
{
    struct neighbors nb = {0};
    double radius = 0;
    int ret;

    if (!(p->lost > 0) || a->natoms < 2)
        return 0;
    for (int i = 0; i < a->natoms; i++)
        radius = fmax(radius, element_radius(a->z[i]));
    ret = neighbors_find(&nb, a, 2 * radius * p->lost, err);
    for (int i = 0; ret == 0 && i < a->natoms; i++) {
        bool lost = true;

        for (int e = nb.first[i]; e < nb.first[i + 1]; e++)
            lost =
                lost && !(nb.j[e] != i &&
                          nb.r[e] <= p->lost * (element_radius(a->z[i]) +
                                                element_radius(a->z[nb.j[e]])));
        if (lost)
            ret =
                err_set(err, ERR_RANGE,
                        "atom %d (%s) is alone: no other is within %g sums of "
                        "their radii",
                        i + 1, element_symbol(a->z[i]), p->lost);
    }
    neighbors_release(&nb);
    return ret;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/*
 * The widest layer without the center of an atom, normal to the two other
 * vectors, angstrom.
 */
static double widest_gap(const struct atoms *a, int k)
{
    double normal[3], height, gap = 0;
    double *s = xcalloc((size_t)a->natoms + 1, sizeof *s);

    cross3(normal, a->cell[(k + 1) % 3], a->cell[(k + 2) % 3]);
    height = fabs(dot3(a->cell[k], normal)) / norm3(normal);
    for (int i = 0; i < a->natoms; i++) {
        double x = dot3(a->pos[i], normal) / norm3(normal);

        s[i] = x - floor(x / height) * height;
    }
    qsort(s, (size_t)a->natoms, sizeof *s, ascending);
    s[a->natoms] = s[0] + height;
    for (int i = 0; i < a->natoms; i++)
        gap = fmax(gap, s[i + 1] - s[i]);
    free(s);
    return gap;
}

/* Wider than the layers of any crystal: what is beyond is vacuum. */
static const double bond = 4; /* angstrom */

static int check_vacuum(const struct preflight *p, const struct atoms *a,
                        struct err *err)
{
    const double(*c)[3] = (const double(*)[3])a->cell;

    if (!(p->vacuum > 0) || volume3(c[0], c[1], c[2]) == 0)
        return 0;
    for (int k = 0; k < 3; k++) {
        double gap = widest_gap(a, k);

        if (gap > bond && gap < p->vacuum)
            return err_set(err, ERR_RANGE,
                           "the vacuum along lattice vector %d is %.3g "
                           "angstrom wide, less than %g",
                           k + 1, gap, p->vacuum);
    }
    return 0;
}

int preflight_check(const struct preflight *p, const struct atoms *a,
                    struct err *err)
{
    int ret = check_finite(a, err);

    if (ret == 0)
        ret = check_count(p, a, err);
    if (ret == 0)
        ret = check_cell(p, a, err);
    if (ret == 0)
        ret = check_packing(p, a, err);
    if (ret == 0)
        ret = check_distances(p, a, err);
    if (ret == 0)
        ret = check_lost(p, a, err);
    if (ret == 0)
        ret = check_vacuum(p, a, err);
    return ret;
}
