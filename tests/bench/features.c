#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <morsel/atoms.h>
#include <morsel/descriptor.h>
#include <morsel/la.h>

/*
 * Time of neighbor lists, features and derivatives with the paper's set, in
 * us of processor time per atom, on one thread: "name value unit", medians over repetitions.
 */
enum { REPETITIONS = 101 };

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int ascending(const void *x, const void *y)
{
    const double *a = x, *b = y;

    return (*a > *b) - (*a < *b);
}

/* C over the hollow site of a Cu(100) slab, 2 x 2 cells of 3 layers. */
static void slab(struct atoms *a)
{
    const double side = 2.5675, layer = 1.815; /* angstrom */
    struct rng r;

    rng_init(&r, 1);
    atoms_init(a, 13);
    for (int i = 0; i < 12; i++) {
        int l = i / 4;

        a->z[i] = 29;
        a->pos[i][0] = side * (i % 2 + 0.5 * (l % 2));
        a->pos[i][1] = side * (i / 2 % 2 + 0.5 * (l % 2));
        a->pos[i][2] = 8 + layer * l;
        for (int k = 0; k < 3; k++)
            a->pos[i][k] += 0.05 * rng_normal(&r);
    }
    a->z[12] = 6;
    a->pos[12][0] = a->pos[12][1] = 0.5 * side;
    a->pos[12][2] = 8 + 2 * layer + 1.1;
    a->cell[0][0] = a->cell[1][1] = 2 * side;
    a->cell[2][2] = 20;
    a->pbc[0] = a->pbc[1] = true;
}

/* n^3 cubic cells of fcc copper, shaken. */
static void crystal(struct atoms *a, int n)
{
    const double lattice = 3.61, amplitude = 0.05; /* angstrom */
    struct rng r;

    rng_init(&r, 2);
    atoms_init(a, 4 * n * n * n);
    for (int i = 0; i < a->natoms; i++) {
        int c[3] = {i / 4 % n, i / 4 / n % n, i / 4 / n / n}, face = i % 4;

        a->z[i] = 29;
        for (int k = 0; k < 3; k++)
            a->pos[i][k] = lattice * (c[k] + (face && face != k + 1) * 0.5) +
                           amplitude * rng_normal(&r);
    }
    for (int k = 0; k < 3; k++) {
        a->cell[k][k] = n * lattice;
        a->pbc[k] = true;
    }
}

struct work {
    struct atoms atoms;
    struct descriptor d;
    struct neighbors nb;
    struct features f;
    double *dedg;
    double (*forces)[3];
};

static int neighbors(struct work *w, struct err *err)
{
    return neighbors_find(&w->nb, &w->atoms, w->d.cutoff.rc, err);
}

static int values(struct work *w, struct err *err)
{
    return features_compute(&w->f, &w->d, &w->atoms, &w->nb, false, err);
}

static int derivatives(struct work *w, struct err *err)
{
    return features_compute(&w->f, &w->d, &w->atoms, &w->nb, true, err);
}

static int strain(struct work *w, struct err *err)
{
    return features_compute(&w->f, &w->d, &w->atoms, &w->nb, DERIVE_STRAIN,
                            err);
}

static int forces(struct work *w, struct err *err)
{
    (void)err;
    features_forces(&w->f, w->dedg, w->forces);
    return 0;
}

static int measure(struct work *w, const char *name, const char *system,
                   int (*what)(struct work *, struct err *))
{
    int loops = 1 + 260 / w->atoms.natoms;
    double t[REPETITIONS];
    struct err err;

    for (int i = 0; i < REPETITIONS; i++) {
        double start = now();

        for (int l = 0; l < loops; l++)
            if (what(w, &err) < 0) {
                fprintf(stderr, "features: %s\n", err.msg);
                return -1;
            }
        t[i] = (now() - start) / loops / w->atoms.natoms;
    }
    qsort(t, REPETITIONS, sizeof *t, ascending);
    printf("%s-%s %.3g us/atom\n", name, system, 1e6 * t[REPETITIONS / 2]);
    return 0;
}

static int measure_all(struct work *w, const char *system)
{
    const int z[] = {6, 29};
    struct err err;
    int ret = descriptor_named(&w->d, "paper", z, 2, &err);

    if (ret == 0)
        ret = neighbors(w, &err);
    if (ret == 0)
        ret = derivatives(w, &err);
    if (ret < 0) {
        fprintf(stderr, "features: %s\n", err.msg);
        return ret;
    }
    int n = w->f.first[w->atoms.natoms];
    w->dedg = xcalloc((size_t)n, sizeof *w->dedg);
    for (int i = 0; i < n; i++)
        w->dedg[i] = sin(i);
    w->forces = xcalloc((size_t)w->atoms.natoms, sizeof *w->forces);
    ret = measure(w, "neighbors", system, neighbors);
    if (ret == 0)
        ret = measure(w, "features", system, values);
    if (ret == 0)
        ret = measure(w, "derivatives", system, derivatives);
    if (ret == 0)
        ret = measure(w, "strain", system, strain);
    if (ret == 0)
        ret = measure(w, "forces", system, forces);
    free(w->dedg);
    free(w->forces);
    features_release(&w->f);
    neighbors_release(&w->nb);
    descriptor_release(&w->d);
    atoms_release(&w->atoms);
    return ret;
}

int main(void)
{
    struct work w = {0};

    la_threads(1);
    slab(&w.atoms);
    if (measure_all(&w, "slab13") < 0)
        return 1;
    w = (struct work){0};
    crystal(&w.atoms, 7);
    return measure_all(&w, "cu1372") < 0;
}
