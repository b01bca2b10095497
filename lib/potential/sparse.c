#include "evaluator.h"

#include <stdlib.h>

static void reserve_jac(struct evaluator *s)
{
    size_t natoms = (size_t)s->f.natoms, size = 0;

    for (int i = 0; i < s->f.natoms; i++)
        size += 3 * (size_t)(s->f.dep[i + 1] - s->f.dep[i]) *
                (size_t)s->m.descriptor.nsf[s->f.element[i]];
    s->row_of = xrealloc(s->row_of, natoms, sizeof *s->row_of);
    s->jac_of = xrealloc(s->jac_of, natoms, sizeof *s->jac_of);
    if (size > s->room_jac) {
        s->jac = xrealloc(s->jac, size, sizeof *s->jac);
        s->room_jac = size;
    }
}

/* The standard deviations of a sparse process: dx/dpos = scale dg/dpos. */
void sparse_sigmas(struct potential *p, struct prediction *out)
{
    struct evaluator *s = p->self;
    const struct model *m = &s->m;
    const struct features *f = &s->f;
    struct surroundings v = {.natoms = f->natoms,
                             .element = f->element,
                             .dep = f->dep,
                             .atom = f->atom};

    reserve_jac(s);
    double *jac = s->jac;

    for (int i = 0; i < f->natoms; i++) {
        int el = f->element[i], nsf = m->descriptor.nsf[el];

        s->row_of[i] = s->x + block_of(s, el) +
                       (size_t)(s->row[i] - s->start[el]) * (size_t)nsf;
        s->jac_of[i] = jac;
        for (int e = f->dep[i]; e < f->dep[i + 1]; e++)
            for (int c = 0; c < 3; c++, jac += nsf)
                for (int k = 0; k < nsf; k++)
                    jac[k] = f->dg[f->block[e] + c * nsf + k] * m->scale[el][k];
    }
    v.x = s->row_of;
    v.jac = s->jac_of;
    sgp_deviations(m->sgp, &v, &out->sigma_e, out->sigma_f);
    out->sigma_e *= m->unit;
    for (int i = 0; i < f->natoms; i++)
        out->sigma_f[i] *= m->unit;
    out->has_sigma = true;
    prediction_calibrate(out, &m->calibration);
}
