#include "single.h"

#include <stdlib.h>
#include <string.h>

#include <morsel/units.h>

void dft_result_release(struct dft_result *r)
{
    free(r->forces);
    free(r->k);
    free(r->eigenvalues);
    free(r->occupations);
    *r = (struct dft_result){0};
}

static void take_terms(struct dft_result *r, const struct terms *t)
{
    const double u = EV_PER_HARTREE;

    r->terms = (struct dft_terms){
        .kinetic = t->kinetic * u,
        .local = t->local * u,
        .nonlocal = t->nonlocal * u,
        .hartree = t->hartree * u,
        .xc = t->xc * u,
        .ewald = t->ewald * u,
        .dipole = t->dipole * u,
        .minus_ts = t->minus_ts * u,
    };
    r->internal = terms_internal(t) * u;
    r->free_energy = r->internal + r->terms.minus_ts;
}

static void take_states(struct dft_result *r, const struct problem *p,
                        const struct states *s)
{
    int n = s->n * s->nbands;

    r->nspin = p->nspin;
    r->nk = p->nk;
    r->nbands = p->nbands;
    r->fermi = s->occupation.fermi * EV_PER_HARTREE;
    r->moment = s->occupation.moment;
    r->k = xcalloc(p->nk, sizeof(*r->k));
    for (int i = 0; i < p->nk; i++) {
        memcpy(r->k[i], p->k[i].k, 3 * sizeof(double));
        r->k[i][3] = p->k[i].weight;
    }
    r->eigenvalues = xcalloc(n, sizeof(*r->eigenvalues));
    r->occupations = xcalloc(n, sizeof(*r->occupations));
    for (int i = 0; i < n; i++) {
        r->eigenvalues[i] = s->e[i] * EV_PER_HARTREE;
        r->occupations[i] = s->f[i];
    }
}

/*
 * A crystal cannot push itself.  What is left of a force on all atoms together
 * is the grid's, on which exchange and correlation are sampled; every code
 * takes it off.
 */
static void remove_net_force(int natoms, double (*forces)[3])
{
    for (int k = 0; k < 3; k++) {
        double sum = 0;

        for (int i = 0; i < natoms; i++)
            sum += forces[i][k];
        for (int i = 0; i < natoms; i++)
            forces[i][k] -= sum / natoms;
    }
}

void result_take(struct dft_result *r, const struct problem *p,
                 const struct states *s, const struct scf *scf, bool net_force)
{
    r->status = scf->converged ? DFT_OK : DFT_SCF;
    if (!scf->converged)
        snprintf(r->detail, sizeof(r->detail), "%s", scf->why);
    take_terms(r, &scf->terms);
    r->energy = smear_extrapolate(p->smearing, r->internal, r->free_energy);
    for (int i = 0; i < p->crystal.natoms; i++)
        for (int k = 0; k < 3; k++)
            r->forces[i][k] *= EV_ANGSTROM_PER_HARTREE_BOHR;
    if (!net_force)
        remove_net_force(p->crystal.natoms, r->forces);
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            r->stress[i][k] =
                scf->stress[i][k] * EV_PER_HARTREE /
                (ANGSTROM_PER_BOHR * ANGSTROM_PER_BOHR * ANGSTROM_PER_BOHR);
    r->force_error = scf->force_error * EV_ANGSTROM_PER_HARTREE_BOHR;
    r->steps = scf->steps;
    r->applied = scf->applied;
    take_states(r, p, s);
}
