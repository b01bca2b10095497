#include "single.h"

#include <math.h>

#include <morsel/units.h>

int frame_check(const struct atoms *a, struct err *err)
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

bool frame_overlaps(const struct atoms *a, const struct pseudo *const *pseudo,
                    struct dft_result *r)
{
    struct neighbors nb = {0};
    double reach = 0, worst = 0;
    int wi = 0, wj = 0;
    double wr = 0;
    struct err err;

    for (int i = 0; i < a->natoms; i++)
        reach = fmax(reach, pseudo[a->z[i]]->core_radius);
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
            double sum = pseudo[a->z[i]]->core_radius +
                         pseudo[a->z[nb.j[k]]]->core_radius;
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

/* A tail above this (eV) is told of. */
#define LOW_CUTOFF 0.5

void frame_note_cutoff(const struct atoms *a,
                       const struct pseudo *const *pseudo, double ecut_ev,
                       struct dft_result *r)
{
    const struct pseudo *worst = NULL;
    double ecut = ecut_ev / EV_PER_HARTREE, most = 0, enough = ecut;

    for (int i = 0; i < a->natoms; i++) {
        const struct pseudo *p = pseudo[a->z[i]];
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
             ecut_ev, element_symbol(worst->z), worst->source, most, LOW_CUTOFF,
             ceil(enough * EV_PER_HARTREE / 10) * 10);
}
