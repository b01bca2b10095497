#include "pw.h"

static void energy(FILE *to, const char *name, double x)
{
    fprintf(to, "%-14s %18.9f eV\n", name, x);
}

static void tell_terms(FILE *to, const struct dft_result *r)
{
    const struct dft_terms *t = &r->terms;

    energy(to, "kinetic", t->kinetic);
    energy(to, "local", t->local);
    energy(to, "nonlocal", t->nonlocal);
    energy(to, "hartree", t->hartree);
    energy(to, "xc", t->xc);
    energy(to, "ewald", t->ewald);
    energy(to, "dipole", t->dipole);
    energy(to, "internal", r->internal);
    energy(to, "minus_ts", t->minus_ts);
    energy(to, "free_energy", r->free_energy);
    energy(to, "energy", r->energy);
}

/* The states of one k point and spin: eigenvalues, then occupations. */
static void tell_states(FILE *to, const struct dft_result *r, int spin, int k)
{
    long at = ((long)spin * r->nk + k) * r->nbands;

    fprintf(to, "k %d %.12g %.12g %.12g weight %.12g spin %d\n", k + 1,
            r->k[k][0], r->k[k][1], r->k[k][2], r->k[k][3], spin + 1);
    fputs("eigenvalues", to);
    for (int b = 0; b < r->nbands; b++)
        fprintf(to, " %.6f", r->eigenvalues[at + b]);
    fputs(" eV\noccupations", to);
    for (int b = 0; b < r->nbands; b++)
        fprintf(to, " %.6f", r->occupations[at + b]);
    fputc('\n', to);
}

void pw_tell_result(FILE *to, int n, const struct dft_result *r)
{
    fprintf(to, "frame %d\n", n);
    tell_terms(to, r);
    energy(to, "fermi", r->fermi);
    if (r->nspin == 2)
        fprintf(to, "%-14s %18.9f mu_B\n", "moment", r->moment);
    fprintf(to, "%-14s %18.3g eV/angstrom\n", "force_error", r->force_error);
    fprintf(to, "%-14s %18d\n", "steps", r->steps);
    fprintf(to, "%-14s %18d\n", "applied", r->applied);
    for (int s = 0; s < r->nspin; s++)
        for (int k = 0; k < r->nk; k++)
            tell_states(to, r, s, k);
    fflush(to);
}

static void three(FILE *to, const char *name, const int n[3])
{
    fprintf(to, "%-14s %d %d %d\n", name, n[0], n[1], n[2]);
}

void pw_tell_estimate(FILE *to, int n, const struct atoms *a,
                      const struct dft_estimate *e)
{
    fprintf(to, "frame %d\n", n);
    fprintf(to, "%-14s %d\n", "atoms", a->natoms);
    fprintf(to, "%-14s %g\n", "electrons", e->nelectrons);
    fprintf(to, "%-14s %d\n", "spins", e->nspin);
    fprintf(to, "%-14s %d\n", "symmetries", e->nops);
    fprintf(to, "%-14s %d of %d\n", "k_points", e->nk, e->nk_full);
    fprintf(to, "%-14s %d\n", "bands", e->nbands);
    fprintf(to, "%-14s %d to %d\n", "plane_waves", e->npw_least, e->npw_most);
    fprintf(to, "%-14s %d\n", "projectors", e->nprojectors);
    fprintf(to, "%-14s %d\n", "density_waves", e->ng);
    three(to, "grid", e->grid);
    three(to, "wave_grid", e->wave_grid);
    fprintf(to, "%-14s %.1f MB\n", "memory", e->memory / (1 << 20));
    fprintf(to, "%-14s %.2g s (a guess)\n", "time", e->seconds);
}
