#include <stdio.h>
#include <stdlib.h>

#include "train.h"

static char *describe_sgp(const struct train *t, const struct learnt *l,
                          const struct model *m, const struct comparison *x)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);

    if (!f)
        return xstrdup("");
    fprintf(f, "tool train %s\nlabel %s\nforces %s\n", MORSEL_VERSION,
            energy_used(t, l), masks[t->mask]);
    fprintf(f, "length %.17g\nsigma %.17g\nenvironments %d\nprior %s\n",
            m->sgp->length, m->sgp->sigma * m->unit, sgp_size(m->sgp),
            m->prior.nelement > 0 ? t->prior : "none");
    put_common(f, &m->calibration, x, l);
    fclose(f);
    return text;
}

static void report_sgp(const struct train *t, const struct model *m, int n,
                       const struct fit *fit)
{
    cli_say(t->cli,
            "%d frames, sparse Gaussian process: %d environments, length %.3g, "
            "sigma %.3g eV, %s prior; %.3g meV/atom, %.3g eV/A",
            n, sgp_size(m->sgp), m->sgp->length, m->sgp->sigma * m->unit,
            m->prior.nelement > 0 ? "with the" : "no", 1000 * fit->rmse_e,
            fit->rmse_f);
}

static int print_sparse_sizes(const struct train *t,
                              const struct frames *frames,
                              const struct model *m, struct err *err)
{
    double bytes;
    long natoms = 0;
    int ret = dataset_bytes(frames, t->input, DERIVE_POSITIONS, m, &bytes, err);

    if (ret < 0)
        return ret;
    for (int i = 0; i < frames->n; i++)
        natoms += frames->frame[i].atoms.natoms;
    printf("frames %d\natoms %ld\nenvironments %d\nbytes %.0f\n", frames->n,
           natoms, m->descriptor.nelement * t->environments,
           bytes + sgp_train_bytes(frames, m, t->environments));
    return output_close(stdout, "-", err) < 0 ? err->code : 1;
}

/* Everything about the model but the numbers that come from the labels. */
static int make_sparse(const struct train *t, struct model *m,
                       const struct frames *frames, struct stored *s,
                       struct err *err)
{
    int z[MAX_Z], n = frames_elements(frames, z);
    int ret = stored_set(s, &m->descriptor, t->set, t->input, z, n, err);

    if (ret == 0)
        ret = make_prior(t, &m->prior, frames, err);
    if (ret < 0)
        return ret;
    m->sgp = xcalloc(1, sizeof *m->sgp);
    sgp_init(m->sgp, m->descriptor.nelement, m->descriptor.nsf);
    model_alloc(m, 1);
    return 0;
}

/* How it fits all frames, and how the model of --before does the old ones. */
static int judge(const struct train *t, struct pool *pool, struct model *m,
                 struct fit *fit, struct comparison *x, struct err *err)
{
    struct errors e = {0};
    struct potential p;
    int ret = 0;

    e.prediction.later = true;
    potential_of_model(&p, m, 0);
    for (int i = 0; i < pool->n && ret == 0; i++)
        ret = errors_add(&e, &p, &pool->frames->frame[i], &t->names, err);
    if (ret == 0)
        ret = compare(t, pool, &p, x, err);
    model_of_potential(m, &p);
    fit->rmse_e = errors_energy(&e);
    fit->rmse_f = errors_force(&e);
    errors_release(&e);
    return ret;
}

static int finish_sgp(const struct train *t, const struct frames *frames,
                      const struct learnt *l, struct model *m, struct fit *fit,
                      struct err *err)
{
    struct pool pool = {.n = frames->n, .frames = frames};
    struct comparison x = {0};
    int ret = calibrate_pool(&m->calibration, &pool, &t->names, "sgp", err);

    if (ret == 0)
        ret = judge(t, &pool, m, fit, &x, err);
    if (ret == 0 && t->history)
        ret = write_history(t, fit, false, err);
    if (ret == 0) {
        m->provenance = describe_sgp(t, l, m, &x);
        ret = model_save(m, t->output, err);
    }
    if (ret == 0)
        report_worse(t, &x);
    if (ret == 0 && !t->quiet) {
        report_sgp(t, m, frames->n, fit);
        report_calibration(t, &m->calibration);
    }
    if (ret == 0 && t->verbose)
        ret = report_pairs(t, &pool, "sgp", err);
    comparison_release(&x);
    return ret < 0 ? ret : schedule_met(&t->schedule, fit);
}

static int fit_sgp(const struct train *t, const struct frames *frames,
                   struct dataset *ds, struct model *m, struct err *err)
{
    bool scaling = cli_given(t->cli, "scaling");
    uint64_t *id = xcalloc((size_t)ds->n, sizeof *id);
    struct learnt l = {ds->n, true, false, ds->free_energy, 0, id};
    struct fit fit = {0};
    int ret;

    for (int i = 0; i < ds->n; i++)
        id[i] = ds->example[i].id;
    dataset_scale(ds, m, scaling ? (enum scaling)t->scaling : SCALING_MOTION,
                  t->motion);
    ret = sgp_train(ds, m, t->environments, &fit.loss, err);
    fit.loss = -fit.loss;
    if (ret == 0)
        ret = finish_sgp(t, frames, &l, m, &fit, err);
    free(id);
    return ret;
}

int train_sgp(const struct train *t, const struct frames *frames,
              struct stored *s, struct model *m, struct err *err)
{
    struct dataset ds = {0};
    int ret = 0;

    if (t->loss.beta > 0)
        ret = err_set(err, ERR_RANGE,
                      "--stress-weight: a sparse Gaussian process does not "
                      "learn stress");
    if (ret == 0)
        ret = make_sparse(t, m, frames, s, err);
    if (ret == 0 && t->dry_run)
        return print_sparse_sizes(t, frames, m, err);
    if (ret == 0)
        ret = dataset_build_stored(&ds, frames, s, t->input, &t->names,
                                   DERIVE_POSITIONS, (enum force_mask)t->mask,
                                   m, err);
    if (ret < 0)
        return ret;
    ret = fit_sgp(t, frames, &ds, m, err);
    dataset_release(&ds);
    return ret;
}
