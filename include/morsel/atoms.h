#ifndef MORSEL_ATOMS_H
#define MORSEL_ATOMS_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include <morsel/util.h>

/*
 * Atoms in a periodic cell, and who is near whom.
 *
 * Lengths in angstrom.  Lattice vectors are the rows of cell: cell[0] = a1,
 * cell[1] = a2, cell[2] = a3.  A direction that is not periodic may have a
 * zero vector.  Atoms may lie anywhere: inside the cell, outside it, many
 * cells away; nothing here wraps them.
 */
struct atoms {
    int natoms;
    int *z;           /* [natoms] atomic numbers, 1 ... MAX_Z */
    double (*pos)[3]; /* [natoms][3] Cartesian positions, angstrom */
    double cell[3][3];
    bool pbc[3];
    bool (*move)[3]; /* [natoms][3] may this coordinate move; NULL: all may */
};

void atoms_init(struct atoms *a, int natoms); /* zeroed, move == NULL */
void atoms_release(struct atoms *a);
void atoms_copy(struct atoms *to, const struct atoms *from);

/* May coordinate k of atom i move; may the atom move at all? */
static inline bool may_move(const struct atoms *a, int i, int k)
{
    return !a->move || a->move[i][k];
}

static inline bool atom_may_move(const struct atoms *a, int i)
{
    return may_move(a, i, 0) || may_move(a, i, 1) || may_move(a, i, 2);
}

/*
 * Hash of cell, pbc, species and positions, to the bit (-0 is 0): the
 * morsel_id of a frame.  The mask is not part of it.
 */
uint64_t atoms_hash(const struct atoms *a);

/*
 * The largest displacement of an atom between a and b, angstrom, each taken
 * to the nearest periodic image; INFINITY if the two do not have the same
 * species in the same order, cell (to 1e-6 angstrom) and pbc.
 */
double atoms_displacement(const struct atoms *a, const struct atoms *b);

/*
 * Largest norm of the force on an atom over the coordinates that may move,
 * eV/angstrom: the fmax of ASE's optimizers.  NaN if a force is.
 */
double atoms_fmax(const struct atoms *a, double (*forces)[3]);

/*
 * The periodicity of atoms in its handiest form: a basis of three vectors,
 * the first nperiodic of which generate the lattice and are as short as can
 * be (reduced in the sense of Minkowski), while the others, for directions
 * that are not periodic, are of unit length and normal to all before them.
 * Coordinates in this basis, x = sum_k s_k b_k, are fractions along the
 * first and angstroms along the others.
 */
struct lattice {
    int nperiodic;
    double b[3][3];       /* rows, angstrom */
    double inverse[3][3]; /* rows: s_k = inverse[k] . x, 1/angstrom */
    double height[3];     /* 1 / |inverse[k]|: spacing of the planes s_k = 0
                            and s_k = 1, angstrom */
};

/* ERR_RANGE if the periodic lattice vectors are zero or dependent. */
int lattice_init(struct lattice *l, const struct atoms *a,
                 struct err *err) MORSEL_MUST_CHECK;

/*
 * The closest pair in units of the sum of its covalent radii, periodic images
 * included: below about 0.5 no electronic structure code is to be trusted.
 * INFINITY for a lone atom.  i, j (may be NULL) are the pair.
 */
double atoms_closest(const struct atoms *a, int *i, int *j);

/* Vectors of three; the volume that they span has no sign. */
static inline double dot3(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static inline double norm3(const double a[3])
{
    return sqrt(dot3(a, a));
}

static inline void cross3(double c[3], const double a[3], const double b[3])
{
    c[0] = a[1] * b[2] - a[2] * b[1];
    c[1] = a[2] * b[0] - a[0] * b[2];
    c[2] = a[0] * b[1] - a[1] * b[0];
}

static inline double volume3(const double a[3], const double b[3],
                             const double c[3])
{
    double bc[3];

    cross3(bc, b, c);
    return fabs(dot3(a, bc));
}

/* Elements. */
enum { MAX_Z = 118 };

/* Atomic number of a chemical symbol, or 0 if there is no such element. */
int element_number(const char *symbol);
const char *element_symbol(int z);

/*
 * Covalent radius, angstrom: B. Cordero et al., Dalton Trans. 2832 (2008), to
 * Cm; from Bk on P. Pyykko and M. Atsumi, Chem. Eur. J. 15, 186 (2009).
 */
double element_radius(int z);

/*
 * Standard atomic weight, amu (IUPAC 2013, the values of ASE; mass of the
 * longest-lived isotope where there is none).
 */
double element_mass(int z);

/*
 * Neighbors of every atom within a cutoff, periodic images included (an atom
 * is a neighbor of itself through its own images), in compressed rows: those
 * of atom i are entries first[i] to first[i+1] - 1, in ascending order of j;
 * images of one atom in a fixed order.  That i is d from j and j is -d from i
 * holds to the bit.
 */
struct neighbors {
    int natoms;
    double cutoff;  /* angstrom */
    int *first;     /* [natoms + 1] */
    int *j;         /* [first[natoms]] index of the neighbor */
    double (*d)[3]; /* [first[natoms]][3] pos[j] + image - pos[i], angstrom */
    double *r;      /* [first[natoms]] |d|, angstrom */
    int room_atoms, room;
};

/*
 * Find all pairs with r < cutoff (angstrom); each pair appears twice.  O(N) by
 * linked cells in a reduced basis, with as many images as the cutoff needs;
 * any cell will do: skewed, left-handed, much smaller than the cutoff, with
 * zero vectors where it is not periodic.  nb is zeroed or from an earlier
 * call, whose memory is used again.
 *
 * Fails with ERR_RANGE if a periodic direction has no lattice vector or these
 * are dependent, if two atoms are within 1e-6 angstrom, if a position is not
 * within 1e9 angstrom, or if the list would exceed MAX_NEIGHBORS entries (a
 * tiny cell, a hostile file).
 */
enum { MAX_NEIGHBORS = 100000000 };
int neighbors_find(struct neighbors *nb, const struct atoms *a, double cutoff,
                   struct err *err) MORSEL_MUST_CHECK;
void neighbors_release(struct neighbors *nb);

#endif
