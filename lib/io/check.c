/* Do the keys of a frame make sense?  The bounds are in morsel-frame(5). */

#include "parse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * The total energy of oganesson with all its electrons is about -1.5e6 eV; no
 * atom has more.
 */
static const double max_energy = 2e6; /* eV per atom */
static const double max_stress = 100; /* eV/angstrom^3, 16 TPa */

/* Lengths of lattice vectors, angstrom. */
static const double min_length = 0.1, max_length = 1e6;

/*
 * The volume of the cell over the product of its edges, 1 for right angles:
 * below this, positions within the cell lose half their digits.
 */
static const double min_angle = 1e-6;

/* Stress and virial come with a few digits from different programs. */
static const double max_mismatch = 1e-2; /* relative */

/*
 * Are the n unit vectors u independent?  Their Gram determinant is the square
 * of what they span.
 */
static bool independent(double u[3][3], int n)
{
    double c = n > 1 ? dot3(u[0], u[1]) : 0;

    if (n == 3)
        return volume3(u[0], u[1], u[2]) > min_angle;
    return n < 2 || 1 - c * c > min_angle * min_angle;
}

static const char *check_cell(const struct atoms *a)
{
    double u[3][3];
    int n = 0;

    for (int i = 0; i < 3; i++) {
        double scale = fmax(fabs(a->cell[i][0]),
                            fmax(fabs(a->cell[i][1]), fabs(a->cell[i][2])));

        if (scale == 0 && !a->pbc[i])
            continue;
        if (scale == 0)
            return "expected a Lattice vector for each periodic direction";
        if (scale < min_length || scale > max_length)
            return "Lattice: expected vectors of 0.1 to 1e6 angstrom";

        double length = norm3(a->cell[i]);
        for (int k = 0; k < 3; k++)
            u[n][k] = a->cell[i][k] / length;
        n++;
    }
    if (!independent(u, n))
        return "Lattice: expected vectors that span a volume";
    return NULL;
}

static struct key *find(struct frame *f, const char *name)
{
    for (int i = 0; i < f->nkey; i++)
        if (strcmp(f->key[i].name, name) == 0)
            return &f->key[i];
    return NULL;
}

static const char *check_energy(struct frame *f, const char *name, int natoms)
{
    struct key *k = find(f, name);
    double x;

    if (!k)
        return NULL;
    if (!frame_get_real(f, name, &x))
        return "expected a number, eV";
    if (fabs(x) > max_energy * natoms)
        return "expected eV, at most 2e6 per atom";
    return NULL;
}

/*
 * A symmetric tensor, of nine numbers or in Voigt's order xx yy zz yz xz xy,
 * becomes a matrix of reals.
 */
static const char *check_tensor(struct frame *f, const char *name,
                                double m[3][3])
{
    static const int voigt[3][3] = {{0, 5, 4}, {5, 1, 3}, {4, 3, 2}};
    struct key *k = find(f, name);
    int n = k->shape[0] * k->shape[1];
    double largest = 0;

    if (k->type > VALUE_REAL || (n != 9 && n != 6) || k->rank == 0 ||
        (k->rank == 2 && k->shape[0] != 3) || (k->rank == 2 && n == 6))
        return "expected a symmetric matrix of nine numbers";
    for (int i = 0; i < 9; i++) {
        int at = n == 9 ? i : voigt[i / 3][i % 3];

        m[i / 3][i % 3] =
            k->type == VALUE_INT ? (double)k->v.i[at] : k->v.x[at];
        largest = fmax(largest, fabs(m[i / 3][i % 3]));
    }
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < i; j++)
            if (fabs(m[i][j] - m[j][i]) > max_mismatch * largest)
                return "expected a symmetric matrix of nine numbers";
    frame_set_matrix(f, name, m);
    return NULL;
}

/* virial = -volume stress. */
static const char *check_stress(struct frame *f)
{
    bool stress = find(f, "stress") != NULL, virial = find(f, "virial") != NULL;
    const double(*c)[3] = (const double(*)[3])f->atoms.cell;
    double s[3][3], w[3][3], v = volume3(c[0], c[1], c[2]), largest = 0;
    const char *bad = NULL;

    if (stress && v == 0)
        return "stress: expected a Lattice of three vectors with it";
    if (stress)
        bad = check_tensor(f, "stress", s);
    if (bad)
        return "stress: expected a symmetric matrix of nine numbers";
    for (int i = 0; i < 9 && stress; i++)
        if (fabs(s[i / 3][i % 3]) > max_stress)
            return "stress: expected eV/angstrom^3, at most 100";
    if (virial)
        bad = check_tensor(f, "virial", w);
    if (bad)
        return "virial: expected a symmetric matrix of nine numbers";
    if (!stress || !virial)
        return NULL;
    for (int i = 0; i < 9; i++)
        largest = fmax(largest, fabs(w[i / 3][i % 3]));
    for (int i = 0; i < 9; i++)
        if (fabs(w[i / 3][i % 3] + v * s[i / 3][i % 3]) >
            max_mismatch * fmax(largest, v * max_mismatch * max_mismatch))
            return "expected virial = -volume stress";
    return NULL;
}

int check_keys(struct text *t, struct frame *f, int natoms, struct err *err)
{
    static const char *const energies[] = {"energy", "free_energy"};
    const char *bad = check_cell(&f->atoms);

    if (!bad)
        bad = check_stress(f);
    if (bad)
        return text_bad(t, err, "%s", bad);
    for (int i = 0; i < 2; i++) {
        bad = check_energy(f, energies[i], natoms);
        if (bad)
            return text_bad(t, err, "%s: %s", energies[i], bad);
    }
    return 0;
}
