#include <morsel/potential.h>

#include <assert.h>
#include <stdlib.h>

#include "file.h"

struct evaluator {
    struct gp gp;
    struct calibration calibration;
};

static void sigmas(struct potential *p, struct prediction *out)
{
    struct evaluator *s = p->self;

    gp_sigmas(&s->gp, &out->sigma_e, out->sigma_f);
    prediction_calibrate(out, &s->calibration);
    out->has_sigma = true;
}

/* There are no ranges of features; a stress only if it is about strains. */
static int eval(struct potential *p, const struct atoms *a,
                struct prediction *out, struct err *err)
{
    struct evaluator *s = p->self;
    double volume = volume3(a->cell[0], a->cell[1], a->cell[2]);
    bool stress = out->want_stress && s->gp.strains;
    int ret;

    prediction_reserve(out, a->natoms, false);
    out->members = 1;
    out->has_sigma = out->has_stress = false;
    ret = gp_predict(&s->gp, a, &out->energy, out->forces,
                     stress ? out->stress : NULL, err);
    if (ret < 0)
        return ret;
    for (int i = 0; stress && i < 9; i++)
        out->stress[i / 3][i % 3] /= volume;
    out->has_stress = stress;
    if (!out->later)
        sigmas(p, out);
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
        .eval = eval, .sigmas = sigmas, .release = release, .self = s};
    p->id = id;
    p->kind = KIND_GP;
    p->provenance = s->gp.provenance;
}

void gp_of_potential(struct gp *gp, struct potential *p)
{
    struct evaluator *s = p->self;

    assert(p->eval == eval);
    *gp = s->gp;
    s->gp = (struct gp){0};
    p->release(p);
}

int potential_save_gp(const struct gp *gp,
                      const struct calibration *calibration, const char *path,
                      struct err *err)
{
    struct bin b;

    file_begin(&b, KIND_GP);
    calibration_put(calibration, &b);
    gp_put(gp, &b);
    return file_save(&b, path, err);
}
