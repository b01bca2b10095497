#include "converged.h"

/* What a trajectory says of its band as a whole; it was predicted. */
static void forget_band(struct frame *f)
{
    static const char *const words[] = {
        "barrier", "barrier_back", "saddle",         "climbing",    "path",
        "reason",  "ml_fmax",      "converged_band", "ml_sigma_max"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        frame_drop(f, words[i]);
}

/* The barriers of DFT, if the saddle and that end are known. */
static void set_barrier(struct frame *f, const char *key,
                        const struct frame *saddle, const struct frame *end)
{
    struct label top, low;

    if (saddle && end && frame_get_label(saddle, NULL, &top) &&
        frame_get_label(end, NULL, &low))
        frame_set_real(f, key, top.energy - low.energy);
}

/* The label of image i, or the image where there is none. */
static void verified_frame(struct frame *f, const struct verified *v, int i)
{
    const struct frame *image = &v->image[i], *label = v->label[i];
    double x;
    int step;

    frame_copy(f, label ? label : image);
    forget_band(f);
    frame_set_int(f, "image", i);
    if (frame_get_int(image, "step", &step))
        frame_set_int(f, "step", step);
    if (frame_get_real(image, "path", &x))
        frame_set_real(f, "path", x);
    set_barrier(f, "dft_barrier", v->label[v->saddle], v->label[0]);
    set_barrier(f, "dft_barrier_back", v->label[v->saddle], v->label[v->n - 1]);
}

static int put_band(const struct verified *v, FILE *out, const char *output,
                    struct err *err)
{
    int ret = 0;

    for (int i = 0; ret == 0 && i < v->n; i++) {
        struct frame f;

        verified_frame(&f, v, i);
        ret = frame_write(&f, out, output, err);
        frame_release(&f);
    }
    return ret;
}

/* One of the two is there. */
static int put(const struct verified *band, const struct frame *best,
               const char *output, struct err *err)
{
    FILE *out = output_open(output, err);
    int ret;

    if (!out)
        return -1;
    ret = best ? frame_write(best, out, output, err)
               : put_band(band, out, output, err);
    if (ret < 0) {
        output_discard(out, output);
        return ret;
    }
    return output_close(out, output, err);
}

int write_final(const struct cli *cli, const char *output,
                const struct evidence *e, const struct rule *rule,
                const struct limits *l, struct err *err)
{
    bool wants_band = rule_looks_at(rule) & LOOKS_AT_BAND;
    const struct frame *best = wants_band ? NULL : best_label(e, l);
    struct verified band = {0};
    int ret = 0;

    if (wants_band)
        band_verify(&band, e, l);
    if (best || band.n > 0)
        ret = put(&band, best, output, err);
    else
        cli_say(cli, "no %s to write to '%s'", wants_band ? "band" : "label",
                output);
    verified_release(&band);
    return ret;
}
