#include <morsel/dft.h>

#include <math.h>
#include <stdlib.h>

#include <morsel/units.h>

#include "single.h"
#include "stream.h"

/*
 * The border of the domain: potentials by element, and what one frame leaves to
 * the next.
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
        result_take(r, p, &s, &scf, d->params.net_force);
    if (ret == 0 && scf.converged) {
        memory_keep(&d->memory, p, &s, rho, &scf.mixer);
        keep_on_disk(d, r);
    }
    mixer_free(scf.mixer);
    density_free(rho);
    states_release(&s);
    return ret;
}

/* The problem of a frame whose potentials are loaded, in outline. */
static int outline(struct dft *d, const struct atoms *a, const double *moments,
                   struct problem *p, struct err *err)
{
    struct crystal c;

    crystal_init(&c, a, (const struct pseudo *const *)d->pseudo, moments);
    return problem_outline(p, &c, &d->params, err);
}

static int check_memory(const struct dft *d, const struct problem *p,
                        struct err *err)
{
    struct dft_estimate e;
    double most = d->params.max_memory;

    if (!(most > 0))
        return 0;
    problem_estimate(p, &d->params, &e);
    if (e.memory <= most)
        return 0;
    return err_set(err, ERR_RANGE,
                   "needs about %.2f GB, --max-memory is %.2f GB",
                   e.memory / 1e9, most / 1e9);
}

int dft_estimate(struct dft *d, const struct atoms *a, const double *moments,
                 struct dft_estimate *e, struct err *err)
{
    struct problem p;
    int ret = frame_check(a, err);

    if (ret == 0)
        ret = load(d, a, err);
    if (ret == 0)
        ret = outline(d, a, moments, &p, err);
    if (ret < 0)
        return ret;
    problem_estimate(&p, &d->params, e);
    problem_release(&p);
    return 0;
}

int dft_single(struct dft *d, const struct atoms *a, const double *moments,
               struct dft_result *r, struct err *err)
{
    const struct pseudo *const *pseudo =
        (const struct pseudo *const *)d->pseudo;
    struct problem p;
    int ret = frame_check(a, err);

    *r = (struct dft_result){0};
    if (ret == 0)
        ret = load(d, a, err);
    if (ret < 0)
        return ret;
    r->overlap = frame_overlaps(a, pseudo, r);
    if (r->overlap && !d->params.accept_overlap)
        return 0;
    ret = outline(d, a, moments, &p, err);
    if (ret < 0)
        return ret;
    ret = check_memory(d, &p, err);
    if (ret == 0)
        ret = problem_build(&p, &d->params, d->xc, err);
    if (ret == 0) {
        frame_note_cutoff(a, pseudo, d->params.ecut, r);
        r->forces = xcalloc(a->natoms, sizeof(*r->forces));
        ret = solve(d, &p, r, err);
    }
    problem_release(&p);
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
