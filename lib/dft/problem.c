#include "problem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/units.h>

/* Positions further than this from symmetric are not taken for symmetric:
 * what symmetrizing changes must stay far below force_tol. */
#define SYMMETRY_TOL (1e-5 / ANGSTROM_PER_BOHR)

enum { MAX_KPOINTS = 1000000 };

/* Projectors that all k points together may keep, bytes. */
#define KEEP_PROJECTORS 8e6

/*
 * Bands: all that hold electrons, and above a tenth more (at least four),
 * which the tail of the smearing fills and behind which the last occupied
 * ones converge.
 */
static int choose_bands(const struct problem *p, const struct dft_params *q)
{
    double most = p->crystal.nelectrons / 2, moment = 0;

    for (int i = 0; i < p->crystal.natoms; i++)
        moment += p->crystal.moment[i];
    if (p->nspin == 2)
        most += fabs(moment) / 2;
    if (q->bands)
        return q->bands;
    if (p->smearing == SMEAR_NONE)
        return (int)ceil(most - 1e-9);
    return (int)ceil(most + fmax(4, 0.1 * most));
}

/* Atoms have no larger moment than electrons. */
static int check_moments(const struct crystal *c, struct err *err)
{
    for (int i = 0; i < c->natoms; i++) {
        double most = c->pseudo[c->species[i]]->zion;

        if (!(fabs(c->moment[i]) <= most))
            return err_set(err, ERR_RANGE,
                           "atom %d has an initial moment of %g: expected up "
                           "to %g, its electrons",
                           i + 1, c->moment[i], most);
    }
    return 0;
}

static int check_kpoints(const int n[3], struct err *err)
{
    if ((double)n[0] * n[1] * n[2] <= MAX_KPOINTS)
        return 0;
    return err_set(err, ERR_RANGE,
                   "a grid of %d x %d x %d k-points: expected at most %d", n[0],
                   n[1], n[2], MAX_KPOINTS);
}

static const enum smearing smearing_of[] = {
    [DFT_FIXED] = SMEAR_NONE, [DFT_FD] = SMEAR_FD, [DFT_GAUSS] = SMEAR_GAUSS,
    [DFT_MP] = SMEAR_MP,      [DFT_MV] = SMEAR_MV,
};

static int set_symmetry(struct problem *p, const struct dft_params *q,
                        struct err *err)
{
    int density[3], waves[3];
    int ret = symmetry_find(&p->symmetry, &p->crystal, q->symmetry,
                            SYMMETRY_TOL, err);

    if (ret < 0)
        return ret;
    problem_points(&p->crystal, q, density, waves);
    symmetry_keep_grid(&p->symmetry, density);
    symmetry_keep_kpoints(&p->symmetry, p->kgrid, q->kshift);
    p->nk = kpoints_grid(&p->symmetry, p->kgrid, q->kshift, &p->k);
    p->weight = xcalloc(p->nk, sizeof(*p->weight));
    for (int i = 0; i < p->nk; i++)
        p->weight[i] = p->k[i].weight;
    return 0;
}

void problem_points(const struct crystal *c, const struct dft_params *q,
                    int density[3], int waves[3])
{
    double gmax = 2 * sqrt(2 * q->ecut / EV_PER_HARTREE);

    grid_points(c, gmax, 1, density);
    for (int i = 0; i < 3; i++)
        if (q->grid[i])
            density[i] = q->grid[i];
    grid_points(c, gmax, 0, waves);
    wave_points(waves);
}

int problem_outline(struct problem *p, struct crystal *crystal,
                    const struct dft_params *q, struct err *err)
{
    int ret;

    *p = (struct problem){.crystal = *crystal};
    p->nspin = q->spin ? 2 : 1;
    p->smearing = smearing_of[q->smearing];
    p->sigma = q->sigma / EV_PER_HARTREE;
    for (int i = 0; i < p->crystal.natoms; i++) {
        if (!q->spin)
            p->crystal.moment[i] = 0;
        p->moment += p->crystal.moment[i];
    }
    memcpy(p->kgrid, q->kgrid, sizeof(p->kgrid));
    if (q->kspacing > 0)
        kpoints_spacing(&p->crystal, q->kspacing * ANGSTROM_PER_BOHR, p->kgrid);
    ret = check_moments(&p->crystal, err);
    if (ret == 0)
        ret = check_kpoints(p->kgrid, err);
    if (ret == 0) {
        p->nbands = choose_bands(p, q);
        ret = set_symmetry(p, q, err);
    }
    if (ret == 0 && q->dipole) {
        p->has_dipole = true;
        ret = dipole_init(&p->dipole, &p->crystal, err);
    }
    if (ret < 0)
        problem_release(p);
    return ret;
}

static int set_grids(struct problem *p, const struct dft_params *q, double ecut,
                     struct err *err)
{
    double gmax = 2 * sqrt(2 * ecut);
    int dense[3], smooth[3], ret;

    problem_points(&p->crystal, q, dense, smooth);
    ret = grid_init(&p->grid, &p->crystal, gmax, dense, err);
    if (ret == 0)
        ret = grid_init(&p->smooth, &p->crystal, gmax, smooth, err);
    return ret;
}

static void set_ions(struct problem *p)
{
    bool any = false;

    p->ion = xcalloc(p->grid.ng, sizeof(*p->ion));
    local_potential(&p->crystal, &p->grid, p->ion);
    for (int s = 0; s < p->crystal.nspecies; s++)
        any = any || p->crystal.pseudo[s]->core;
    if (!any)
        return;
    p->core = xcalloc(p->grid.ng, sizeof(*p->core));
    superpose(&p->crystal, &p->grid, PSEUDO_CORE, NULL, p->core);
}

static void set_bases(struct problem *p, double ecut, bool real)
{
    double bytes = 0;

    p->basis = xcalloc(p->nk, sizeof(*p->basis));
    p->wave = xcalloc(p->nk, sizeof(struct wave *));
    for (int i = 0; i < p->nk; i++) {
        basis_init(&p->basis[i], &p->crystal, p->k[i].k, p->k[i].weight, ecut,
                   real);
        p->wave[i] = wave_new(&p->basis[i], p->smooth.n);
        bytes += (double)crystal_projectors(&p->crystal) * p->basis[i].npw *
                 sizeof(double complex);
    }
    if (bytes > KEEP_PROJECTORS && p->nk > 1)
        return;
    p->kept = xcalloc(p->nk, sizeof(*p->kept));
    for (int i = 0; i < p->nk; i++)
        projectors_init(&p->kept[i], &p->crystal, &p->basis[i]);
}

static int check_bands(const struct problem *p, struct err *err)
{
    for (int i = 0; i < p->nk; i++)
        if (p->nbands > p->basis[i].nfull)
            return err_set(err, ERR_RANGE,
                           "%d states do not fit in %d plane waves: expected "
                           "fewer",
                           p->nbands, p->basis[i].nfull);
    return 0;
}

int problem_build(struct problem *p, const struct dft_params *q, struct xc *xc,
                  struct err *err)
{
    double ecut = q->ecut / EV_PER_HARTREE;
    int ret = set_grids(p, q, ecut, err);

    p->xc = xc;
    if (ret == 0) {
        set_ions(p);
        set_bases(p, ecut, q->real);
        ret = check_bands(p, err);
    }
    if (ret < 0)
        problem_release(p);
    return ret;
}

void problem_release(struct problem *p)
{
    for (int i = 0; i < p->nk; i++) {
        if (p->kept)
            projectors_release(&p->kept[i]);
        if (p->wave)
            wave_free(p->wave[i]);
        if (p->basis)
            basis_release(&p->basis[i]);
    }
    free(p->kept);
    free(p->wave);
    free(p->basis);
    free(p->k);
    free(p->weight);
    free(p->core);
    free(p->ion);
    symmetry_release(&p->symmetry);
    grid_release(&p->smooth);
    grid_release(&p->grid);
    crystal_release(&p->crystal);
    *p = (struct problem){0};
}

const struct projectors *problem_projectors(const struct problem *p, int i,
                                            struct projectors *made)
{
    *made = (struct projectors){0};
    if (p->kept)
        return &p->kept[i];
    projectors_init(made, &p->crystal, &p->basis[i]);
    return made;
}

void problem_projectors_done(struct projectors *made)
{
    projectors_release(made);
}
