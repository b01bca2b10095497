#include <morsel/potential.h>

#include <stdlib.h>

#include "file.h"

struct evaluator {
    struct gp gp;
    struct calibration calibration;
};

/* There are no ranges of features, and no stress. */
static void prepare(struct prediction *out, int natoms)
{
    bool stress = out->want_stress;

    if (out->natoms != natoms || !out->forces || out->outside) {
        prediction_release(out);
        out->want_stress = stress;
        out->forces = xcalloc((size_t)natoms, sizeof *out->forces);
        out->sigma_f = xcalloc((size_t)natoms, sizeof *out->sigma_f);
        out->natoms = natoms;
    }
    out->members = 1;
    out->has_sigma = true;
    out->has_stress = false;
}

static int eval(struct potential *p, const struct atoms *a,
                struct prediction *out, struct err *err)
{
    struct evaluator *s = p->self;
    int ret;

    prepare(out, a->natoms);
    ret = gp_predict(&s->gp, a, &out->energy, out->forces, &out->sigma_e,
                     out->sigma_f, err);
    if (ret < 0)
        return ret;
    prediction_calibrate(out, &s->calibration);
    return prediction_check(out, err);
}

static void release(struct potential *p)
{
    struct evaluator *s = p->self;

    gp_release(&s->gp);
    free(s);
    *p = (struct potential){0};
}

void potential_of_gp(struct potential *p, struct gp *gp,
                     const struct calibration *calibration, uint64_t id)
{
    struct evaluator *s = xcalloc(1, sizeof *s);

    s->gp = *gp;
    s->calibration = *calibration;
    *gp = (struct gp){0};
    *p = (struct potential){
        .eval = eval, .release = release, .self = s, .id = id, .kind = KIND_GP};
}

static int write_gp(const struct gp *gp, const struct calibration *calibration,
                    FILE *f, const char *path, struct err *err)
{
    struct bin b;
    int ret;

    file_begin(&b, KIND_GP);
    calibration_put(calibration, &b);
    gp_put(gp, &b);
    ret = bin_write(&b, f, path, err);
    bin_release(&b);
    return ret;
}

int potential_save_gp(const struct gp *gp,
                      const struct calibration *calibration, const char *path,
                      struct err *err)
{
    FILE *f = output_open(path, err);

    if (!f)
        return err->code;
    if (write_gp(gp, calibration, f, path, err) < 0) {
        output_discard(f, path);
        return err->code;
    }
    return output_close(f, path, err);
}
