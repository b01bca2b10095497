#include <morsel/engine.h>

#include "process.h"

#include <inttypes.h>
#include <math.h>

void engine_settings(struct engine *e, const char *text)
{
    snprintf(e->settings, sizeof e->settings, "%016" PRIx64,
             hash_text(HASH_START, text));
}

void engine_accept(const struct frame *f, struct outcome *out)
{
    double net[3] = {0}, norm;

    if (!isfinite(out->energy) || !isfinite(out->free_energy)) {
        outcome_fail(out, "nan", "the energy is not finite");
        return;
    }
    if (out->has_stress && !all_finite(out->stress[0], 9)) {
        outcome_fail(out, "nan", "the stress is not finite");
        return;
    }
    for (int i = 0; i < f->atoms.natoms; i++) {
        if (!all_finite(out->forces[i], 3)) {
            outcome_fail(out, "nan", "the force on atom %d is not finite",
                         i + 1);
            return;
        }
        for (int k = 0; k < 3; k++)
            net[k] += out->forces[i][k];
    }
    norm = norm3(net);
    if (norm > NET_FORCE_LIMIT)
        snprintf(out->detail, sizeof out->detail,
                 "the forces add up to %.3g eV/angstrom", norm);
}

int engine_ask(struct engine *e, const struct frame *f, double overlap,
               struct outcome *out, struct err *err)
{
    double closest = INFINITY, begin = process_clock();
    int i = 0, j = 0, ret;

    *out = (struct outcome){0};
    if (overlap > 0)
        closest = atoms_closest(&f->atoms, &i, &j);
    if (closest < overlap && !e->accept_overlap)
        return outcome_fail(
            out, "overlap",
            "atoms %d (%s) and %d (%s) are at %.2f of their covalent radii",
            i + 1, element_symbol(f->atoms.z[i]), j + 1,
            element_symbol(f->atoms.z[j]), closest);
    ret = e->label(e, f, out, err);
    out->seconds = process_clock() - begin;
    out->overlap = out->overlap || closest < overlap;
    if (ret == 0 && out->ok)
        engine_accept(f, out);
    return ret;
}
