#ifndef MORSEL_ATOMS_BINS_H
#define MORSEL_ATOMS_BINS_H

#include <morsel/atoms.h>

/*
 * Linked cells, in the basis of struct lattice.  Space is cut into bins
 * that are at least a cutoff wide, or as wide as the lattice vector if that is
 * shorter; what lies within the cutoff of a bin is then gathered once, from
 * as many bins and images as that takes, and each atom of the bin tested
 * against it.
 */
struct bins {
    struct lattice lattice;
    double cutoff;    /* angstrom, with the margin */
    int n[3];         /* bins along each basis vector */
    int reach[3];     /* bins to look at on either side */
    double origin[3]; /* coordinate of the lower edge of bin 0 */
    double width[3];  /* of a bin, in coordinates */
    int *bin;         /* [natoms] of each atom */
    int *first;       /* [bins + 1] the atoms of a bin are */
    int *list;        /* [natoms] list[first[bin]] ..., ascending */
    double (*pos)[3]; /* [natoms][3] wrapped along the lattice, angstrom */
    double (*s)[3];   /* [natoms][3] coordinates of pos */
};

/* An atom, and the image of it that is n[k] lattice vectors away. */
struct image {
    int j, n[3];
};

/*
 * The surroundings of a bin, in ascending order of j; seen from atom i, they
 * are at (pos - pos[i]) + shift, so that i seen from j is exactly opposite.
 */
struct around {
    int n, room;
    struct image *image, *merged; /* [n] */
    double *pos[3], *shift[3];    /* [3][n] angstrom */
    double *r2;                   /* [n] from an atom, angstrom^2 */
    int *hit;                     /* [n] those within the cutoff */
    int nrun, room_run;
    int *run; /* [nrun + 1] where a bin or an image begins */
};

/*
 * A bin is searched this much farther than the cutoff (angstrom), so that no
 * pair is lost to the rounding of coordinates, and atoms nearer than this
 * coincide: rounding would decide on the direction of one from the other.
 */
#define MARGIN 1e-6

int bins_init(struct bins *g, const struct atoms *a, double cutoff,
              struct err *err) MORSEL_MUST_CHECK;
void bins_release(struct bins *g);

/* Find all that is within the cutoff of any atom of a bin. */
void around_gather(struct around *s, const struct bins *g, int bin);
void around_release(struct around *s);

#endif
