#include "scf.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double terms_internal(const struct terms *t)
{
    return t->kinetic + t->local + t->nonlocal + t->hartree + t->xc + t->ewald +
           t->dipole;
}

void energy_terms(struct problem *p, const struct states *s,
                  double complex *const *rho, double exc, struct terms *t)
{
    double *w = states_weighted(p, s->f);

    *t = (struct terms){.xc = exc, .minus_ts = s->occupation.minus_ts};
    for (int i = 0; i < s->n; i++) {
        const struct basis *b = &p->basis[i % p->nk];
        const double *f = w + (size_t)i * s->nbands;
        struct projectors made;
        const struct projectors *v = problem_projectors(p, i % p->nk, &made);

        t->kinetic += kinetic_energy(b, s->nbands, s->psi[i], f);
        t->nonlocal += nonlocal_energy(v, b, s->nbands, s->psi[i], f);
        problem_projectors_done(&made);
    }
    free(w);
    t->local = local_energy(&p->crystal, &p->grid, rho[0]);
    t->hartree = hartree_energy(&p->grid, rho[0]);
    t->ewald = ewald_energy(&p->crystal, 0);
    if (p->has_dipole)
        t->dipole = dipole_energy(&p->dipole, &p->crystal, &p->grid, rho[0]);
}

/* The mean over spins of what exchange and correlation have in v, the
 * potentials of rho: what acts on the core charge. */
static double complex *core_potential(struct problem *p,
                                      double complex *const *rho,
                                      double complex *const *v)
{
    int ng = p->grid.ng;
    double complex *mean = xcalloc(ng, 2 * sizeof(*mean)), *rest = mean + ng;

    memcpy(rest, p->ion, ng * sizeof(*rest));
    hartree_potential(&p->grid, rho[0], rest);
    if (p->has_dipole)
        dipole_potential(&p->dipole, &p->crystal, &p->grid, rho[0], rest);
    for (int i = 0; i < ng; i++)
        mean[i] = (v[0][i] + v[p->nspin - 1][i]) / 2 - rest[i];
    return mean;
}

/* The mean over spins of V_out - V_in, which corrects to first order where it
 * acts on free atoms; freed by the caller. */
static double complex *unbalanced(const struct problem *p,
                                  double complex *const *out,
                                  double complex *const *in)
{
    int ng = p->grid.ng, down = p->nspin - 1;
    double complex *dv = xcalloc(ng, sizeof(*dv));

    for (int i = 0; i < ng; i++)
        dv[i] = (out[0][i] + out[down][i] - in[0][i] - in[down][i]) / 2;
    return dv;
}

void total_forces(struct problem *p, const struct states *s,
                  double complex *const *rho, double complex *const *v_out,
                  double complex *const *v_in, double (*forces)[3])
{
    const struct crystal *c = &p->crystal;
    double *w = states_weighted(p, s->f);
    double complex *dv = unbalanced(p, v_out, v_in);

    memset(forces, 0, c->natoms * sizeof(*forces));
    for (int i = 0; i < s->n; i++) {
        const double *f = w + (size_t)i * s->nbands;
        struct projectors made;
        const struct projectors *v = problem_projectors(p, i % p->nk, &made);

        nonlocal_forces(v, &p->basis[i % p->nk], s->nbands, s->psi[i], f,
                        s->e + (size_t)i * s->nbands, forces);
        problem_projectors_done(&made);
    }
    free(w);
    local_forces(c, &p->grid, rho[0], forces);
    ewald_forces(c, 0, forces);
    if (p->has_dipole)
        dipole_forces(&p->dipole, c, &p->grid, rho[0], forces);
    if (p->core) {
        double complex *v = core_potential(p, rho, v_out);

        superpose_forces(c, &p->grid, PSEUDO_CORE, v, forces);
        free(v);
    }
    superpose_forces(c, &p->grid, PSEUDO_DENSITY, dv, forces);
    free(dv);
    symmetry_forces(&p->symmetry, c, forces);
}

double correction_size(const struct problem *p, const double complex *out,
                       const double complex *in)
{
    const struct crystal *c = &p->crystal;
    double complex *d = xcalloc(p->grid.ng, 2 * sizeof(*d));
    double complex *v = d + p->grid.ng;
    double(*force)[3] = xcalloc(c->natoms, sizeof(*force)), most = 0;

    for (int i = 0; i < p->grid.ng; i++)
        d[i] = out[i] - in[i];
    hartree_potential(&p->grid, d, v);
    superpose_forces(c, &p->grid, PSEUDO_DENSITY, v, force);
    for (int i = 0; i < c->natoms; i++)
        most = fmax(most, norm3(force[i]));
    free(force);
    free(d);
    return most;
}

void total_stress(struct problem *p, const struct states *s,
                  double complex *const *rho, double complex *const *v_out,
                  double complex *const *v_in, double stress[3][3])
{
    const struct crystal *c = &p->crystal;
    double *w = states_weighted(p, s->f);
    double complex *dv = unbalanced(p, v_out, v_in);

    for (int i = 0; i < 3; i++)
        stress[i][0] = stress[i][1] = stress[i][2] = 0;
    for (int i = 0; i < s->n; i++) {
        const struct basis *b = &p->basis[i % p->nk];
        const double *f = w + (size_t)i * s->nbands;
        struct projectors made;
        const struct projectors *v = problem_projectors(p, i % p->nk, &made);

        kinetic_stress(b, c->volume, s->nbands, s->psi[i], f, stress);
        nonlocal_stress(v, c, b, s->nbands, s->psi[i], f,
                        s->e + (size_t)i * s->nbands, stress);
        problem_projectors_done(&made);
    }
    free(w);
    local_stress(c, &p->grid, rho[0], stress);
    hartree_stress(&p->grid, rho[0], stress);
    xc_stress(p->xc, &p->grid, rho, p->core, stress);
    ewald_stress(c, 0, stress);
    if (p->core) {
        double complex *v = core_potential(p, rho, v_out);

        superpose_stress(c, &p->grid, PSEUDO_CORE, v, stress);
        free(v);
    }
    superpose_stress(c, &p->grid, PSEUDO_DENSITY, dv, stress);
    free(dv);
    symmetry_stress(&p->symmetry, c, stress);
}
