#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <morsel/la.h>

#include "dft/hamiltonian.h"

/*
 * Time of H psi, of its parts and of the density, in ms of processor time per
 * band, on one thread, at a k point without and with real states: "name value
 * unit", the best of some repetitions.  V, the states and the projectors are
 * random: time does not depend on them.
 */
enum { REPETITIONS = 5, NM = 8 };

/* Al(100) with O, C on 2 x 2 Cu(100), CO in a box. */
static const struct {
    const char *name;
    double side[3]; /* bohr */
    double ecut;    /* hartree */
    int n[3], nbands, natoms;
} cases[] = {
    {"al100", {5.4, 5.4, 34}, 15, {27, 27, 160}, 10, 3},
    {"cu100", {9.70, 9.70, 37.8}, 14.7, {36, 36, 144}, 76, 28},
    {"box", {18.9, 18.9, 18.9}, 18.4, {80, 80, 80}, 9, 1},
};
enum { NCASES = sizeof(cases) / sizeof(*cases) };

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double complex *vectors(int n, const struct basis *b, struct rng *r)
{
    double complex *psi = xcalloc((size_t)n * b->npw, sizeof(*psi));

    for (int i = 0; i < n * b->npw; i++)
        psi[i] = rng_normal(r);
    return psi;
}

/* natoms times NM projectors with D = 1. */
static void make_projectors(struct projectors *p, int natoms,
                            const struct basis *b, struct rng *r)
{
    *p = (struct projectors){.n = NM * natoms, .natoms = natoms, .nown = 1};
    p->beta = vectors(p->n, b, r);
    p->first = xcalloc(natoms + 1, sizeof(*p->first));
    p->d = xcalloc(natoms, sizeof(*p->d));
    p->own = xcalloc(1, sizeof(*p->own));
    p->own[0] = xcalloc(NM * NM, sizeof(**p->own));
    for (int i = 0; i < NM; i++)
        p->own[0][i * NM + i] = 1;
    for (int a = 0; a < natoms; a++) {
        p->first[a + 1] = NM * (a + 1);
        p->d[a] = p->own[0];
    }
}

struct work {
    struct hamiltonian h;
    int nb;
    double complex *psi, *hpsi;
    double *f, *rho;
};

static void potential(struct work *w)
{
    wave_potential(w->h.wave, w->h.v, w->nb, w->psi, w->hpsi);
}

static void projectors(struct work *w)
{
    projectors_apply(w->h.projectors, w->h.basis, w->nb, w->psi, w->hpsi, NULL);
}

static void density(struct work *w)
{
    wave_density(w->h.wave, w->nb, w->psi, w->f, w->rho);
}

static void hamiltonian(struct work *w)
{
    hamiltonian_apply(&w->h, w->nb, w->psi, w->hpsi, NULL);
}

static void measure(const char *name, const char *what, bool real,
                    void (*f)(struct work *), struct work *w)
{
    double best = INFINITY;

    for (int i = 0; i < REPETITIONS; i++) {
        double t = now();

        f(w);
        best = fmin(best, now() - t);
    }
    printf("dft_%s_%s_%s %.4f ms/band\n", name, real ? "real" : "complex", what,
           1e3 * best / w->nb);
}

static void run(int i, bool real)
{
    const double k[3] = {real ? 0 : 0.125, real ? 0 : 0.125, 0};
    const int *n = cases[i].n, nr = n[0] * n[1] * n[2];
    struct atoms a = {.cell = {{0}}};
    struct crystal c;
    struct basis b;
    struct projectors p;
    struct rng r;
    struct work w = {.nb = cases[i].nbands};
    double *v = xcalloc(nr, sizeof(*v));
    struct wave *wave;

    rng_init(&r, 1);
    for (int j = 0; j < 3; j++)
        a.cell[j][j] = cases[i].side[j] * 0.529177210903;
    crystal_init(&c, &a, NULL, NULL);
    basis_init(&b, &c, k, 1, cases[i].ecut, true);
    make_projectors(&p, cases[i].natoms, &b, &r);
    wave = wave_new(&b, n);
    for (int j = 0; j < nr; j++)
        v[j] = rng_normal(&r);
    w.h = (struct hamiltonian){&b, wave, &p, v, 0};
    w.psi = vectors(w.nb, &b, &r);
    w.hpsi = vectors(w.nb, &b, &r);
    w.f = xcalloc(w.nb, sizeof(*w.f));
    w.rho = xcalloc(nr, sizeof(*w.rho));
    for (int j = 0; j < w.nb; j++)
        w.f[j] = 2;
    measure(cases[i].name, "potential", real, potential, &w);
    measure(cases[i].name, "projectors", real, projectors, &w);
    measure(cases[i].name, "hamiltonian", real, hamiltonian, &w);
    measure(cases[i].name, "density", real, density, &w);
    wave_free(wave);
    projectors_release(&p);
    basis_release(&b);
    crystal_release(&c);
    free(w.psi);
    free(w.hpsi);
    free(w.f);
    free(w.rho);
    free(v);
}

int main(void)
{
    la_threads(1);
    for (int i = 0; i < NCASES; i++) {
        run(i, false);
        run(i, true);
    }
    return 0;
}
