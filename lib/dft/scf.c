#include "scf.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <omp.h>

#include <morsel/units.h>

#include "mix.h"

/* Most steps of the eigensolver in one step of the field. */
enum { EIGEN_STEPS = 4 };

/* A step that has not halved the least error for so many steps will not. */
enum { PATIENCE = 25 };

/* Broadening of the density of states that screens, hartree: about what a
 * step of the field moves the levels of a slab by.  Measured on Cu4, C/Cu(100)
 * and O/Al(100): half or twice of it take a step more. */
#define SCREEN_SIGMA 0.04

/* Forces are looked at once they are estimated to be off by so many times
 * what is asked for; see force_error(). */
#define LOOK 30.0
#define SAFETY 2.5

/* States that hold less than this need not be exact. */
#define BUSY 1e-6

/* What one step is about. */
struct field {
    struct problem *p;
    struct states *s;
    double complex **in, **out; /* densities */
    double complex **v;         /* potentials of in */
    double complex **v_out;     /* of out, once forces were looked at */
    double *vr;                 /* v in the layout of waves, [nspin][nr] */
    double exc, exc_out;        /* of in; of out */
    bool *busy;
    double tol;            /* of the eigensolver */
    double residual;       /* largest that it left */
    double fraction, norm; /* see set_tolerance() */
    int applied;
    struct mixer *mixer;
    bool looked;                    /* at the forces, in this step */
    double (*force)[3], (*last)[3]; /* of this step and of the one before */
    double estimate, ratio;         /* of the one before; 0: not looked at */
};

static void field_open(struct field *f, struct problem *p, struct states *s,
                       double complex **rho, struct mixer **mixer)
{
    int n = s->n * s->nbands;

    *f = (struct field){.p = p, .s = s, .out = rho};
    f->in = density_new(p);
    f->v = density_new(p);
    f->v_out = density_new(p);
    f->vr = xcalloc((size_t)p->nspin * p->smooth.nr, sizeof(*f->vr));
    f->busy = xcalloc(n, sizeof(*f->busy));
    for (int i = 0; i < n; i++)
        f->busy[i] = true;
    f->mixer = *mixer ? *mixer : mixer_new(p);
    *mixer = f->mixer;
    f->force = xcalloc(p->crystal.natoms, sizeof(*f->force));
    f->last = xcalloc(p->crystal.natoms, sizeof(*f->last));
    density_copy(p, f->in, rho);
}

static void field_close(struct field *f)
{
    density_free(f->in);
    density_free(f->v);
    density_free(f->v_out);
    free(f->vr);
    free(f->busy);
    free(f->force);
    free(f->last);
}

static void make_potential(struct field *f)
{
    struct problem *p = f->p;

    f->exc = potential_of(p, f->in, f->v);
    for (int i = 0; i < p->nspin; i++)
        potential_layout(p, f->v[i], f->vr + (size_t)i * p->smooth.nr);
}

static int solve_one(const struct field *f, int i, struct eigen_result *r,
                     struct err *err)
{
    const struct problem *p = f->p;
    int k = i % p->nk, spin = i / p->nk, nb = p->nbands, ret = 0;
    struct projectors made;
    struct hamiltonian h = {
        .basis = &p->basis[k],
        .wave = p->wave[k],
        .projectors = problem_projectors(p, k, &made),
        .v = f->vr + (size_t)spin * p->smooth.nr,
        .v0 = creal(f->v[spin][0]),
    };

    if (!f->s->psi[i])
        ret = states_of_atoms(p, i, &h, f->s, err);
    if (ret == 0)
        ret =
            eigen_solve(&h, nb, f->s->psi[i], f->s->e + (size_t)i * nb,
                        f->busy + (size_t)i * nb, f->tol, EIGEN_STEPS, r, err);
    problem_projectors_done(&made);
    return ret;
}

/* The eigenstates of all k points and spins in the potential of f->in: one per
 * thread as long as all are busy, the rest one after the other with threads
 * inside. */
static int solve_states(struct field *f, struct err *err)
{
    int n = f->s->n, alone = n - n % omp_get_max_threads();
    struct eigen_result *r = xcalloc(n, sizeof(*r));
    int ret = 0;

#pragma omp parallel for schedule(static, 1)
    for (int i = 0; i < alone; i++) {
        struct err e;

        if (solve_one(f, i, &r[i], &e) < 0)
#pragma omp critical
        {
            *err = e;
            ret = e.code;
        }
    }
    for (int i = alone; ret == 0 && i < n; i++)
        ret = solve_one(f, i, &r[i], err);
    f->residual = 0;
    for (int i = 0; i < n; i++) {
        f->applied += r[i].applied;
        f->residual = fmax(f->residual, r[i].residual);
    }
    free(r);
    return ret;
}

static int occupy_states(struct field *f, struct err *err)
{
    const struct problem *p = f->p;
    struct states *s = f->s;
    int ret = occupy(p->smearing, p->sigma, p->nspin, p->nk, p->nbands,
                     p->weight, s->e, p->crystal.nelectrons, p->moment, s->f,
                     &s->occupation, err);

    for (int i = 0; i < s->n * s->nbands; i++)
        f->busy[i] = fabs(s->f[i]) > BUSY;
    return ret;
}

/*
 * The energy of J. Harris, Phys. Rev. B 31, 1770 (1985) and W. M. C. Foulkes
 * and R. Haydock, Phys. Rev. B 39, 12520 (1989), of the density that went in:
 * right to second order, and free here.  For the log.
 */
static double harris_energy(const struct field *f)
{
    const struct problem *p = f->p;
    const struct states *s = f->s;
    double e = f->exc + s->occupation.minus_ts, vrho = 0, v_xc = 0;

    for (int i = 0; i < s->n * s->nbands; i++)
        e += p->weight[i / s->nbands % p->nk] * s->f[i] * s->e[i];
    for (int i = 0; i < p->grid.ng; i++) {
        double complex up = f->in[0][i], down = 0;
        double w = i ? 2 : 1;

        if (p->nspin == 2) {
            down = (f->in[0][i] - f->in[1][i]) / 2;
            up = (f->in[0][i] + f->in[1][i]) / 2;
            vrho += w * creal(conj(f->v[1][i]) * down);
        }
        vrho += w * creal(conj(f->v[0][i]) * up);
        v_xc += w * creal(conj(p->ion[i]) * f->in[0][i]);
    }
    return e - p->crystal.volume * (vrho - v_xc) +
           hartree_energy(&p->grid, f->in[0]) + ewald_energy(&p->crystal, 0);
}

/* The forces of this step, corrected to first order. */
static void look_at_forces(struct field *f)
{
    double(*swap)[3] = f->last;

    f->last = f->force;
    f->force = swap;
    f->exc_out = potential_of(f->p, f->out, f->v_out);
    total_forces(f->p, f->s, f->out, f->v_out, f->v, f->force);
    f->looked = true;
}

/*
 * By how much forces are off.  The correction is a measure of what it leaves:
 * a tenth of it or less where electrons are tightly bound and move with their
 * atoms, all of it where a slab is charged to and fro.  What it was worth in
 * the step before is seen in this one, by how much the forces have changed.
 */
static double force_error(struct field *f, double force_tol)
{
    double estimate = correction_size(f->p, f->out[0], f->in[0]),
           error = estimate, change = 0, ratio;

    f->looked = false;
    if (estimate > LOOK * force_tol) {
        f->estimate = f->ratio = 0;
        return estimate;
    }
    look_at_forces(f);
    for (int i = 0; f->estimate > 0 && i < f->p->crystal.natoms; i++) {
        double d[3];

        for (int k = 0; k < 3; k++)
            d[k] = f->force[i][k] - f->last[i][k];
        change = fmax(change, norm3(d));
    }
    if (f->estimate > 0) {
        ratio = change / f->estimate;
        error = SAFETY * fmax(ratio, f->ratio) * estimate;
        if (f->ratio == 0) /* seen once only */
            error = fmax(error, estimate);
        f->ratio = ratio;
    }
    f->estimate = estimate;
    return error;
}

static double residual_norm(const struct field *f)
{
    const struct problem *p = f->p;
    double complex **d = density_new(p);
    double norm;

    for (int i = 0; i < p->nspin * p->grid.ng; i++)
        d[0][i] = f->out[0][i] - f->in[0][i];
    norm = mixer_norm(f->mixer, d);
    density_free(d);
    return norm;
}

/* Prepare the response of the Fermi sea, once its states are about right. */
static void set_response(struct field *f)
{
    struct problem *p = f->p;
    double complex *d = xcalloc(p->grid.ng, sizeof(*d));
    double sigma = fmax(p->sigma, SCREEN_SIGMA);

    mixer_respond(f->mixer, density_at_fermi(p, f->s, sigma, d) ? d : NULL);
    free(d);
}

static void tell(const struct scf *scf, const struct field *f, double norm,
                 double error)
{
    if (scf->log)
        fprintf(scf->log,
                "scf %2d  E %.8f eV  residual %.1e eV  force error %.1e eV/A  "
                "eigen %.0e  H %d  fermi %.4f\n",
                scf->steps, harris_energy(f) * EV_PER_HARTREE,
                norm * EV_PER_HARTREE, error * EV_ANGSTROM_PER_HARTREE_BOHR,
                f->residual * EV_PER_HARTREE, f->applied,
                f->s->occupation.fermi * EV_PER_HARTREE);
}

static int step(struct field *f, struct err *err)
{
    int ret = solve_states(f, err);

    if (ret == 0)
        ret = occupy_states(f, err);
    if (ret == 0)
        density_of_states(f->p, f->s, f->out);
    return ret;
}

/*
 * How exact the states of the next step must be: the error they leave in the
 * density is to be a fraction of its residual.  Which fraction depends on how
 * soft the states are, and is found out: a step that brings little is taken
 * for one that has seen noise.
 */
#define COARSE 0.1
#define FINE 0.02
#define LITTLE 0.3
#define TIGHTER 0.4

static void set_tolerance(struct field *f, double norm)
{
    if (f->norm > 0 && norm > LITTLE * f->norm)
        f->fraction = fmax(FINE, TIGHTER * f->fraction);
    f->norm = norm;
    f->tol = f->fraction * sqrt(norm / f->p->crystal.nelectrons);
    f->tol = fmin(1e-2, fmax(1e-9, f->tol));
}

/*
 * Where symmetry leaves no forces, stress and the terms of the energy have to
 * converge all the same: no more energy is to be left than each atom has that
 * force_tol pulls off its place, F^2 / 2K with a soft 2K = 1/3 hartree/bohr^2.
 */
static bool is_quiet(const struct scf *scf, const struct field *f, double norm)
{
    double soft = 3 * f->p->crystal.natoms * scf->force_tol * scf->force_tol;

    return f->residual < 2 * scf->force_tol && norm < fmax(1e-13, soft);
}

static int iterate(struct scf *scf, struct field *f, struct err *err)
{
    double least = INFINITY;
    int since = 0, ret;

    while (scf->steps < scf->max_steps) {
        double norm, error;

        make_potential(f);
        ret = step(f, err);
        if (ret < 0)
            return ret;
        norm = residual_norm(f);
        set_tolerance(f, norm);
        if (scf->steps == 0 && f->residual > 3 * f->tol) {
            ret = step(f, err); /* what there is is too coarse to go on from */
            if (ret < 0)
                return ret;
            norm = residual_norm(f);
        }
        error = force_error(f, scf->force_tol);
        scf->steps++;
        tell(scf, f, norm, error);
        scf->force_error = error;
        if (error < scf->force_tol && is_quiet(scf, f, norm)) {
            scf->converged = true;
            return 0;
        }
        since = norm < 0.5 * least ? 0 : since + 1;
        least = fmin(least, norm);
        if (!isfinite(norm) || since > PATIENCE)
            break;
        set_response(f);
        mixer_next(f->mixer, f->in, f->out);
    }
    snprintf(scf->why, sizeof(scf->why),
             "forces are off by about %.1e eV/A after %d steps",
             scf->force_error * EV_ANGSTROM_PER_HARTREE_BOHR, scf->steps);
    return 0;
}

int scf_solve(struct scf *scf, struct problem *p, struct states *s,
              double complex **rho, struct err *err)
{
    struct field f;
    int ret;

    scf->steps = 0;
    scf->converged = false;
    field_open(&f, p, s, rho, &scf->mixer);
    f.fraction = COARSE;
    f.tol = s->psi[0] ? 1e-3 : 1e-2;
    ret = iterate(scf, &f, err);
    if (ret == 0) {
        if (!f.looked)
            look_at_forces(&f);
        memcpy(scf->forces, f.force, p->crystal.natoms * sizeof(*f.force));
        energy_terms(p, s, f.out, f.exc_out, &scf->terms);
        total_stress(p, s, f.out, f.v_out, f.v, scf->stress);
    }
    scf->applied = f.applied;
    field_close(&f);
    return ret;
}
