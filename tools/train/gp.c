#include <stdio.h>
#include <stdlib.h>

#include "train.h"

/* Up to so many rows a fit takes seconds, and a prediction milliseconds. */
enum { AUTO_ROWS = 3000 };

static char *describe_gp(const struct train *t, const struct frames *frames,
                         const struct gp *gp, const struct calibration *c)
{
    struct label label;
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);

    if (!f)
        return xstrdup("");
    frame_get_label(&frames->frame[0], &t->names, &label);
    fprintf(f, "tool train %s\nlabel %s\nforces free\n", MORSEL_VERSION,
            t->names.energy     ? t->names.energy
            : label.free_energy ? "free_energy"
                                : "energy");
    fprintf(f, "length %.17g\nsigma %.17g\nscale %.17g\n", gp->length,
            gp->sigma, gp->scale);
    fprintf(f, "jitter %.17g\n", gp->jitter);
    put_calibration(f, c);
    fprintf(f, "frames %d\n", frames->n);
    for (int i = 0; i < frames->n; i++)
        fprintf(f, "frame %016llx\n",
                (unsigned long long)atoms_hash(&frames->frame[i].atoms));
    fclose(f);
    return text;
}

static void report_gp(const struct train *t, const struct gp *gp)
{
    if (t->quiet)
        return;
    cli_say(t->cli,
            "%d frames, Gaussian process: length %.3g, sigma %.3g eV, prior "
            "times %.3g",
            gp->n, gp->length, gp->sigma, gp->prior.nelement ? gp->scale : 0);
    if (gp->jitter > 0)
        cli_say(t->cli, "a jitter of %g was needed: are frames twins?",
                gp->jitter);
}

static int print_gp_sizes(const struct gp *gp, struct err *err)
{
    printf("frames %d\natoms %d\nrows %d\nbytes %.0f\n", gp->n,
           gp->n * gp->first.natoms, gp_rows(gp), gp_bytes(gp));
    return output_close(stdout, "-", err);
}

static int fit(const struct train *t, const struct frames *frames,
               struct gp *gp, struct err *err)
{
    const struct gp_params params = {.noise_e = GP_NOISE,
                                     .noise_f = GP_NOISE,
                                     .noise_s = GP_NOISE_STRAIN,
                                     .fit_scale = true};
    struct calibration calibration;
    int ret = 0;

    if (cli_given(t->cli, "prior"))
        ret = make_prior(t, &gp->prior, frames, err);

    if (ret == 0)
        ret = gp_train(gp, &params, err);
    if (ret < 0)
        return ret;
    calibrate_frames(&calibration, frames, &t->names, "gp");
    gp->provenance = describe_gp(t, frames, gp, &calibration);
    ret = potential_save_gp(gp, &calibration, t->output, err);
    if (ret == 0)
        report_gp(t, gp);
    return ret;
}

int train_gp(const struct train *t, const struct frames *frames,
             bool *handed_over, struct err *err)
{
    bool automatic = t->model == MODEL_AUTO;
    struct gp gp;
    int ret =
        gp_gather(&gp, frames, t->input, &t->names, t->loss.beta > 0, err);

    *handed_over = automatic &&
                   (ret == ERR_RANGE || (ret == 0 && gp_rows(&gp) > AUTO_ROWS));
    if (*handed_over) {
        if (!t->quiet && ret < 0)
            cli_say(t->cli, "a network: %s", err->msg);
        else if (!t->quiet)
            cli_say(t->cli,
                    "a network: %d energies and forces are more than the %d "
                    "that a Gaussian process is taken for",
                    gp_rows(&gp), AUTO_ROWS);
        ret = 0;
    } else if (ret == 0) {
        ret = t->dry_run ? print_gp_sizes(&gp, err) : fit(t, frames, &gp, err);
    }
    gp_release(&gp);
    return ret;
}
