#include <morsel/gp.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "state.h"

void gp_put(const struct gp *gp, struct bin *b)
{
    const struct atoms *a = &gp->first;
    size_t natoms = (size_t)a->natoms, n = (size_t)gp->n;
    const double numbers[] = {gp->length,  gp->sigma,  gp->noise_e, gp->noise_f,
                              gp->noise_s, gp->jitter, gp->scale,   gp->prior0,
                              gp->e0,      gp->m};

    bin_put_u64(b, natoms);
    for (int i = 0; i < a->natoms; i++)
        bin_put_u32(b, (uint32_t)a->z[i]);
    for (size_t i = 0; i < 3 * natoms; i++)
        bin_put_u32(b, a->move[i / 3][i % 3]);
    for (int k = 0; k < 3; k++)
        bin_put_u32(b, a->pbc[k]);
    prior_put(&gp->prior, b);
    bin_put_u32(b, gp->strains);
    bin_put_u32(b, (uint32_t)gp->npower);
    bin_put_u32(b, gp->nstrain > 0);
    bin_put_reals(b, numbers, sizeof numbers / sizeof *numbers);
    bin_put_u64(b, n);
    bin_put_reals(b, gp->rest, 3 * natoms);
    bin_put_reals(b, gp->cell[0][0], 9 * n);
    bin_put_reals(b, gp->pos, 3 * natoms * n);
    bin_put_reals(b, gp->y, (size_t)gp_rows(gp));
    bin_put_text(b, gp->provenance ? gp->provenance : "");
}

static void get_finite(struct bin *b, double *x, size_t n)
{
    bin_get_reals(b, x, n);
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i]))
            b->bad = true;
}

static double *get_reals(struct bin *b, size_t n)
{
    double *x = xcalloc(n, sizeof *x);

    get_finite(b, x, n);
    return x;
}

/* Atoms, mask and periodicity, and how many coordinates may move. */
static void get_atoms(struct gp *gp, struct bin *b)
{
    struct atoms *a = &gp->first;
    int natoms = bin_get_count(b, GP_MAX_ATOMS, 16);

    if (natoms < 1) {
        b->bad = true;
        return;
    }
    atoms_init(a, natoms);
    a->move = xcalloc((size_t)natoms, sizeof *a->move);
    for (int i = 0; i < natoms; i++) {
        uint32_t z = bin_get_u32(b);

        if (z < 1 || z > MAX_Z)
            b->bad = true;
        else
            a->z[i] = (int)z;
    }
    for (int i = 0; i < 3 * natoms; i++) {
        a->move[i / 3][i % 3] = bin_get_u32(b) != 0;
        gp->nfree += a->move[i / 3][i % 3];
    }
    for (int k = 0; k < 3; k++)
        a->pbc[k] = bin_get_u32(b) != 0;
    if (gp->nfree == 0)
        b->bad = true;
}

static void get_numbers(struct gp *gp, struct bin *b)
{
    double *const to[] = {&gp->length,  &gp->sigma,  &gp->noise_e, &gp->noise_f,
                          &gp->noise_s, &gp->jitter, &gp->scale,   &gp->prior0,
                          &gp->e0,      &gp->m};

    for (size_t i = 0; i < sizeof to / sizeof *to; i++) {
        *to[i] = bin_get_real(b);
        if (!isfinite(*to[i]))
            b->bad = true;
    }
    if (!(gp->length > 0 && gp->sigma > 0 && gp->noise_e >= 0 &&
          gp->noise_f >= 0 && gp->noise_s >= 0 && gp->jitter >= 0))
        b->bad = true;
}

/* Of a crystal; stress needs it. */
static void get_strains(struct gp *gp, struct bin *b)
{
    uint32_t strains = bin_get_u32(b), npower = bin_get_u32(b);
    uint32_t stress = bin_get_u32(b);
    const bool *pbc = gp->first.pbc;

    gp->strains = strains == 1;
    gp->npower = (int)npower;
    gp->nstrain = stress == 1 ? NSTRAIN : 0;
    if (strains > 1 || npower < 1 || npower > GP_MAX_POWERS ||
        stress > strains || (strains && !(pbc[0] && pbc[1] && pbc[2])))
        b->bad = true;
}

/* Sizes are compared with what is left of the file before memory is taken. */
void gp_get(struct gp *gp, struct bin *b)
{
    *gp = (struct gp){0};
    get_atoms(gp, b);
    if (b->bad)
        return;
    prior_get(&gp->prior, b);
    get_strains(gp, b);
    get_numbers(gp, b);

    size_t natoms = (size_t)gp->first.natoms, width = (size_t)gp_width(gp);

    gp->n = bin_get_count(b, GP_MAX_ROWS / (int)width,
                          8 * (9 + 3 * natoms + width));
    if (b->bad || gp->n < 1) {
        b->bad = true;
        return;
    }
    gp->rest = get_reals(b, 3 * natoms);
    gp->cell = xcalloc((size_t)gp->n, sizeof *gp->cell);
    get_finite(b, gp->cell[0][0], 9 * (size_t)gp->n);
    gp->pos = get_reals(b, 3 * natoms * (size_t)gp->n);
    gp->y = get_reals(b, width * (size_t)gp->n);
    data_atoms(gp, 0, &gp->first);
    gp->provenance = bin_get_text(b);
}
