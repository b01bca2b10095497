#include <morsel/dft.h>

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/units.h>

#include "scf.h"
#include "stream.h"

/*
 * The border of the domain: potentials by element, units, and what one frame
 * leaves to the next.
 */
struct dft {
    struct dft_params params;
    struct xc *xc;
    struct pseudo *pseudo[MAX_Z + 1]; /* by element; NULL: not yet met */
    struct memory memory;
};

void dft_defaults(struct dft_params *p)
{
    *p = (struct dft_params){
        .ecut = 680,
        .kgrid = {1, 1, 1},
        .xc = "PBE",
        .smearing = DFT_MP,
        .sigma = 0.1,
        .symmetry = true,
        .real = true,
        .force_tol = 1e-3,
        .max_scf = 60,
    };
}

struct dft *dft_open(const struct dft_params *p, struct err *err)
{
    struct xc *xc = xc_new(p->xc, p->spin ? 2 : 1, err);
    struct dft *d;

    if (!xc)
        return NULL;
    d = xcalloc(1, sizeof(*d));
    d->params = *p;
    d->xc = xc;
    return d;
}

void dft_close(struct dft *d)
{
    if (!d)
        return;
    for (int z = 0; z <= MAX_Z; z++)
        if (d->pseudo[z]) {
            pseudo_release(d->pseudo[z]);
            free(d->pseudo[z]);
        }
    memory_release(&d->memory);
    xc_free(d->xc);
    free(d);
}

void dft_result_release(struct dft_result *r)
{
    free(r->forces);
    free(r->k);
    free(r->eigenvalues);
    free(r->occupations);
    *r = (struct dft_result){0};
}

/* The potential of every element of a frame. */
static int load(struct dft *d, const struct atoms *a, struct err *err)
{
    double qmax = 2 * sqrt(2 * d->params.ecut / EV_PER_HARTREE);

    for (int i = 0; i < a->natoms; i++) {
        int z = a->z[i], ret;
        struct pseudo p;

        if (d->pseudo[z])
            continue;
        ret = pseudo_choose(&p, z, d->params.pseudo, d->params.xc, qmax, err);
        if (ret < 0)
            return ret;
        d->pseudo[z] = xcalloc(1, sizeof(p));
        *d->pseudo[z] = p;
    }
    return 0;
}

static int check_cell(const struct atoms *a, struct err *err)
{
    double v = volume3(a->cell[0], a->cell[1], a->cell[2]);

    if (a->natoms == 0)
        return err_set(err, ERR_RANGE, "a frame of no atoms");
    if (!(v > 1e-3))
        return err_set(err, ERR_RANGE,
                       "plane waves need a cell: expected three vectors with "
                       "a volume, and vacuum where it is not periodic");
    return 0;
}

/*
 * Do the cores of two atoms overlap?  Within core_radius the potential is not
 * that of the atom.
 */
static bool cores_overlap(const struct dft *d, const struct atoms *a,
                          struct dft_result *r)
{
    struct neighbors nb = {0};
    double reach = 0, worst = 0;
    int wi = 0, wj = 0;
    double wr = 0;
    struct err err;

    for (int i = 0; i < a->natoms; i++)
        reach = fmax(reach, d->pseudo[a->z[i]]->core_radius);
    reach *= 2 * ANGSTROM_PER_BOHR;
    if (reach <= 0)
        return false;
    if (neighbors_find(&nb, a, reach, &err) < 0) {
        r->status = DFT_OVERLAP;
        snprintf(r->detail, sizeof(r->detail), "%.200s", err.msg);
        return true;
    }
    for (int i = 0; i < a->natoms; i++)
        for (int k = nb.first[i]; k < nb.first[i + 1]; k++) {
            double sum = d->pseudo[a->z[i]]->core_radius +
                         d->pseudo[a->z[nb.j[k]]]->core_radius;
            double over = sum * ANGSTROM_PER_BOHR - nb.r[k];

            if (over > worst) {
                worst = over;
                wi = i;
                wj = nb.j[k];
                wr = nb.r[k];
            }
        }
    neighbors_release(&nb);
    if (worst == 0)
        return false;
    r->status = DFT_OVERLAP;
    snprintf(r->detail, sizeof(r->detail),
             "cores of atoms %d (%s) and %d (%s), %.3f A apart, overlap by "
             "%.3f A",
             wi + 1, element_symbol(a->z[wi]), wj + 1, element_symbol(a->z[wj]),
             wr, worst);
    return true;
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

static void take(struct dft_result *r, const struct problem *p,
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

/* Start from the frame before, or from atoms; was it from a frame? */
static bool start(struct dft *d, const struct problem *p, struct states *s,
                  double complex **rho, struct mixer **mixer)
{
    if (!d->memory.full && d->params.checkpoint)
        memory_read(&d->memory, d->params.checkpoint, memory_key(p));
    if (memory_recall(&d->memory, p, s, rho, mixer))
        return true;
    density_of_atoms(p, rho);
    return false;
}

/* A field that does not converge from another frame's is tried from atoms. */
static int converge(struct dft *d, struct problem *p, struct states *s,
                    double complex **rho, struct scf *scf, struct err *err)
{
    bool warm = start(d, p, s, rho, &scf->mixer);
    int ret = scf_solve(scf, p, s, rho, err);

    if (!warm || (ret == 0 && scf->converged))
        return ret;
    states_release(s);
    states_init(s, p);
    mixer_free(scf->mixer);
    scf->mixer = NULL;
    density_of_atoms(p, rho);
    return scf_solve(scf, p, s, rho, err);
}

/* A tail above this (eV) is told of. */
#define LOW_CUTOFF 0.5

/* Say it if the cutoff is low for an element, with one that is not. */
static void note_cutoff(const struct dft *d, const struct atoms *a,
                        struct dft_result *r)
{
    const struct pseudo *worst = NULL;
    double ecut = d->params.ecut / EV_PER_HARTREE, most = 0, enough = ecut;

    for (int i = 0; i < a->natoms; i++) {
        const struct pseudo *p = d->pseudo[a->z[i]];
        double tail = p == worst ? 0 : pseudo_tail(p, ecut) * EV_PER_HARTREE;

        if (tail > most) {
            most = tail;
            worst = p;
        }
    }
    if (!worst || most <= LOW_CUTOFF)
        return;
    while (pseudo_tail(worst, enough) * EV_PER_HARTREE > LOW_CUTOFF &&
           enough < 20 * ecut)
        enough *= 1.05;
    snprintf(r->note, sizeof(r->note),
             "a cutoff of %.0f eV is low for %s (%.60s): it leaves out %.2g eV "
             "of an atom, less than %.1f eV from about %.0f eV on",
             d->params.ecut, element_symbol(worst->z), worst->source, most,
             LOW_CUTOFF, ceil(enough * EV_PER_HARTREE / 10) * 10);
}

/* A label is not lost for a checkpoint that cannot be written. */
static void keep_on_disk(struct dft *d, struct dft_result *r)
{
    struct err err;

    if (d->params.checkpoint &&
        memory_write(&d->memory, d->params.checkpoint, &err) < 0)
        snprintf(r->note, sizeof(r->note), "no checkpoint: %.200s", err.msg);
}

static int solve(struct dft *d, struct problem *p, struct dft_result *r,
                 struct err *err)
{
    struct scf scf = {
        .force_tol = d->params.force_tol / EV_ANGSTROM_PER_HARTREE_BOHR,
        .max_steps = d->params.max_scf,
        .log = d->params.log,
        .forces = r->forces,
    };
    double complex **rho = density_new(p);
    struct states s;
    int ret;

    states_init(&s, p);
    ret = converge(d, p, &s, rho, &scf, err);
    if (ret == 0)
        take(r, p, &s, &scf, d->params.net_force);
    if (ret == 0 && scf.converged) {
        memory_keep(&d->memory, p, &s, rho, &scf.mixer);
        keep_on_disk(d, r);
    }
    mixer_free(scf.mixer);
    density_free(rho);
    states_release(&s);
    return ret;
}

int dft_estimate(struct dft *d, const struct atoms *a, const double *moments,
                 struct dft_estimate *e, struct err *err)
{
    struct crystal c;
    int ret = check_cell(a, err);

    if (ret == 0)
        ret = load(d, a, err);
    if (ret < 0)
        return ret;
    crystal_init(&c, a, (const struct pseudo *const *)d->pseudo, moments);
    return problem_estimate(&c, &d->params, e, err);
}

static int check_memory(struct dft *d, const struct atoms *a,
                        const double *moments, struct err *err)
{
    struct dft_estimate e;
    int ret = dft_estimate(d, a, moments, &e, err);

    if (ret == 0 && d->params.max_memory > 0 && e.memory > d->params.max_memory)
        return err_set(err, ERR_RANGE,
                       "needs about %.2f GB, --max-memory is %.2f GB",
                       e.memory / 1e9, d->params.max_memory / 1e9);
    return ret;
}

int dft_single(struct dft *d, const struct atoms *a, const double *moments,
               struct dft_result *r, struct err *err)
{
    struct crystal c;
    struct problem p;
    int ret = check_cell(a, err);

    *r = (struct dft_result){0};
    if (ret == 0)
        ret = load(d, a, err);
    if (ret < 0)
        return ret;
    r->overlap = cores_overlap(d, a, r);
    if (r->overlap && !d->params.accept_overlap)
        return 0;
    ret = check_memory(d, a, moments, err);
    if (ret < 0)
        return ret;
    r->forces = xcalloc(a->natoms, sizeof(*r->forces));
    note_cutoff(d, a, r);
    crystal_init(&c, a, (const struct pseudo *const *)d->pseudo, moments);
    ret = problem_init(&p, &c, &d->params, d->xc, err);
    if (ret == 0) {
        ret = solve(d, &p, r, err);
        problem_release(&p);
    }
    if (ret < 0)
        dft_result_release(r);
    return ret;
}

char *dft_settings(const struct dft *d)
{
    const struct dft_params *p = &d->params;
    static const char *const smearings[] = {"fixed", "fd", "gauss", "mp", "mv"};
    char *potentials = pseudo_settings(p->pseudo);
    char *text = xasprintf(
        "pw 1 ecut %.10g kgrid %d %d %d shift %d %d %d spacing %.10g grid %d "
        "%d %d xc %s spin %d %s %.10g bands %d dipole %d %s",
        p->ecut, p->kgrid[0], p->kgrid[1], p->kgrid[2], p->kshift[0],
        p->kshift[1], p->kshift[2], p->kspacing, p->grid[0], p->grid[1],
        p->grid[2], p->xc, p->spin, smearings[p->smearing], p->sigma, p->bands,
        p->dipole, potentials);

    free(potentials);
    return text;
}
