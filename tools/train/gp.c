#include <stdio.h>
#include <stdlib.h>

#include "train.h"

/*
 * MODEL_AUTO: the most frames, a compromise.  Labels to relax, with EMT, means
 * of three starts, by the whole structure and by the energies of atoms:
 *
 *     C/Cu(100)     5.3   19.3        Au13          8.0    4.3
 *     O/Cu(100)     4.7   16.7        Cu19         10.7    5.3
 *     the same      7.0    9.0        AuPd13        7.7    9.0
 *     N/Ni(111)     5.0   11.7        AlCu, bulk    6.3    3.0
 *     H/Pd(111)     7.7   13.7        AuNi(111)     9.7    5.0
 *     O/Al(100)     5.0    4.7        Cu2Au/Ag      8.7   10.3
 *     OCH/Pd(111)  12.3   18.7        CO/Cu(100)    9.3    5.7
 *
 * Of an adsorbate, the one atom of its kind, other atoms tell nothing, so most
 * of its runs should end below the limit: of OCH with 8 they need 25 and more,
 * and all other runs above are the same, or a label or less shorter.  Beyond it
 * are dynamics, where the energies of atoms have the smaller errors of forces,
 * whatever the rows: from 12 frames of a walk, five systems of 27 to 96
 * coordinates, 6 to 25 against 93 to 219 meV/angstrom.  Rows are a matter of
 * time: for 3000 a fit takes two seconds, a prediction 12 ms.
 */
enum { AUTO_FRAMES = 12, AUTO_ROWS = 3000 };

static char *describe_gp(const struct train *t, const struct learnt *l,
                         const struct gp *gp, const struct calibration *c,
                         const struct comparison *x)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);

    if (!f)
        return xstrdup("");
    fprintf(f, "tool train %s\nlabel %s\nforces free\n", MORSEL_VERSION,
            energy_used(t, l));
    if (l->stress)
        fprintf(f, "stress %d\n", l->nstress);
    fprintf(f, "length %.17g\nsigma %.17g\nscale %.17g\n", gp->length,
            gp->sigma, gp->scale);
    fprintf(f, "jitter %.17g\n", gp->jitter);
    put_common(f, c, x, l);
    fclose(f);
    return text;
}

static void report_gp(const struct train *t, const struct gp *gp,
                      const struct fit *fit)
{
    cli_say(t->cli,
            "%d frames, Gaussian process: length %.3g, sigma %.3g eV, prior "
            "times %.3g; %.3g meV/atom, %.3g eV/A",
            gp->n, gp->length, gp->sigma, gp->prior.nelement ? gp->scale : 0,
            1000 * fit->rmse_e, fit->rmse_f);
    if (gp->nstrain > 0)
        cli_say(t->cli, "stress of %d frames: %.3g eV/A^3", gp->n, fit->rmse_s);
    else if (gp->strains)
        cli_say(t->cli,
                "the stress is known as far as %s tell: see "
                "--stress-weight",
                gp->npower > 1 ? "energies" : "forces");
    if (gp->jitter > 0)
        cli_say(t->cli, "a jitter of %g was needed: are frames twins?",
                gp->jitter);
}

static int print_gp_sizes(const struct gp *gp, struct err *err)
{
    printf("frames %d\natoms %d\nrows %d\nbytes %.0f\n", gp->n,
           gp->n * gp->first.natoms, gp_rows(gp), gp_bytes(gp));
    return output_close(stdout, "-", err) < 0 ? err->code : 1;
}

/* Calibrate and compare it, write it, and say how it is. */
static int finish_gp(const struct train *t, const struct frames *frames,
                     const struct learnt *l, const struct fit *fit,
                     struct gp *gp, struct err *err)
{
    struct pool pool = {.n = frames->n, .frames = frames};
    struct calibration calibration;
    struct comparison x = {0};
    struct potential p;
    int ret = calibrate_pool(&calibration, &pool, &t->names, "gp", err);

    if (ret == 0) {
        potential_of_gp(&p, gp, &calibration, 0);
        ret = compare(t, &pool, &p, &x, err);
        gp_of_potential(gp, &p);
    }
    if (ret == 0) {
        gp->provenance = describe_gp(t, l, gp, &calibration, &x);
        ret = potential_save_gp(gp, &calibration, t->output, err);
    }
    if (ret == 0)
        report_worse(t, &x);
    if (ret == 0 && !t->quiet) {
        report_gp(t, gp, fit);
        report_calibration(t, &calibration);
    }
    if (ret == 0 && t->verbose)
        ret = report_pairs(t, &pool, "gp", err);
    comparison_release(&x);
    return ret;
}

static int fit(const struct train *t, const struct frames *frames,
               struct gp *gp, struct err *err)
{
    const struct gp_params params = {.noise_e = GP_NOISE,
                                     .noise_f = GP_NOISE,
                                     .noise_s = GP_NOISE_STRAIN,
                                     .fit_scale = true};
    uint64_t *id = xcalloc((size_t)gp->n, sizeof *id);
    struct learnt l = {gp->n, true, gp->nstrain > 0, false, gp->n, id};
    struct label label;
    struct fit fit;
    int ret = 0;

    if (frame_get_label(&frames->frame[0], &t->names, &label))
        l.free_energy = label.free_energy;
    for (int i = 0; i < gp->n; i++)
        id[i] = atoms_hash(&frames->frame[i].atoms);
    if (cli_given(t->cli, "prior"))
        ret = make_prior(t, &gp->prior, frames, err);
    if (ret == 0)
        ret = gp_train(gp, &params, err);
    if (ret == 0) {
        struct gp_residuals left = gp_residuals(gp);

        fit = (struct fit){-gp->likelihood, left.e, left.f, left.s};
        if (t->history)
            ret = write_history(t, &fit, l.stress, err);
    }
    if (ret == 0)
        ret = finish_gp(t, frames, &l, &fit, gp, err);
    free(id);
    return ret < 0 ? ret : schedule_met(&t->schedule, &fit);
}

static bool too_many(const struct gp *gp)
{
    return gp->n > AUTO_FRAMES || gp_rows(gp) > AUTO_ROWS;
}

int train_gp(const struct train *t, const struct frames *frames,
             bool *handed_over, struct err *err)
{
    bool automatic = t->model == MODEL_AUTO;
    struct gp gp;
    int ret =
        gp_gather(&gp, frames, t->input, &t->names, t->loss.beta > 0, err);

    *handed_over =
        automatic && (ret == ERR_RANGE || (ret == 0 && too_many(&gp)));
    if (*handed_over) {
        if (!t->quiet && ret < 0)
            cli_say(t->cli, "of atoms: %s", err->msg);
        ret = 0;
    } else if (ret == 0) {
        ret = t->dry_run ? print_gp_sizes(&gp, err) : fit(t, frames, &gp, err);
    }
    gp_release(&gp);
    return ret;
}
