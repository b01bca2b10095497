#include <morsel/gp.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "state.h"

/* What stands within so many angstrom has not moved. */
static const double same = 1e-4;

void gp_release(struct gp *gp)
{
    state_release(gp->state);
    atoms_release(&gp->first);
    prior_release(&gp->prior);
    free(gp->cell);
    free(gp->pos);
    free(gp->y);
    free(gp->rest);
    free(gp->provenance);
    *gp = (struct gp){0};
}

int gp_width(const struct gp *gp)
{
    return 1 + gp->nfree + gp->nstrain;
}

int gp_rows(const struct gp *gp)
{
    return gp->n * gp_width(gp);
}

/* Geometry and factor; a block of the covariance; features. */
double gp_bytes(const struct gp *gp)
{
    double rows = gp_rows(gp), natoms = gp->first.natoms;

    return 8 * (2 * rows * rows + (1 + 3 * natoms) * rows +
                (5.0 + gp->nstrain) * gp->n * gp->npower *
                    pairs_count(&gp->first, gp->strains));
}

static bool is_crystal(const struct atoms *a)
{
    return a->pbc[0] && a->pbc[1] && a->pbc[2];
}

/* As atoms_displacement() has it. */
static bool same_cell(const struct atoms *a, const struct atoms *b)
{
    for (int i = 0; i < 9; i++)
        if (!(fabs(a->cell[i / 3][i % 3] - b->cell[i / 3][i % 3]) <= 1e-6))
            return false;
    return true;
}

/* Does atom i stand elsewhere in b than in a? */
static bool has_moved(const struct atoms *a, const struct atoms *b, int i)
{
    struct atoms x = *a, y = *b;

    x.natoms = y.natoms = 1;
    x.z += i;
    y.z += i;
    x.pos += i;
    y.pos += i;
    return !(atoms_displacement(&x, &y) < same);
}

/* Take b to the cell of a, its fractions of the lattice vectors as they are. */
static void carry(const struct atoms *a, struct atoms *b)
{
    double from[3][3], normal[3];

    memcpy(from, b->cell, sizeof from);
    memcpy(b->cell, a->cell, sizeof b->cell);
    for (int i = 0; i < b->natoms; i++) {
        double x[3] = {0};

        for (int k = 0; k < 3; k++) {
            cross3(normal, from[(k + 1) % 3], from[(k + 2) % 3]);
            double s = dot3(normal, b->pos[i]) / dot3(normal, from[k]);

            for (int c = 0; c < 3; c++)
                x[c] += s * a->cell[k][c];
        }
        memcpy(b->pos[i], x, sizeof x);
    }
}

/* first.move: what a mask lets move, or has moved, in any frame. */
static void find_free(struct gp *gp, const struct frames *frames)
{
    struct atoms *a = &gp->first;
    size_t natoms = (size_t)a->natoms;

    free(a->move);
    a->move = xcalloc(natoms, sizeof *a->move);
    for (int f = 0; f < frames->n; f++) {
        struct atoms b;

        atoms_copy(&b, &frames->frame[f].atoms);
        if (!same_cell(a, &b))
            carry(a, &b);
        for (int i = 0; i < a->natoms; i++) {
            bool moved = has_moved(a, &b, i);

            for (int c = 0; c < 3; c++)
                if (may_move(&b, i, c) ||
                    (moved && fabs(b.pos[i][c] - a->pos[i][c]) > same))
                    a->move[i][c] = true;
        }
        atoms_release(&b);
    }
    gp->nfree = 0;
    for (size_t i = 0; i < 3 * natoms; i++)
        gp->nfree += a->move[i / 3][i % 3];
}

static int check_label(const struct frame *f, const struct label_names *names,
                       struct label *label, struct err *err)
{
    if (!frame_get_label(f, names, label) || !label->forces)
        return err_set(err, ERR_FORMAT,
                       "expected labels of energy and forces: a Gaussian "
                       "process learns both");
    if (!isfinite(label->energy))
        return err_set(err, ERR_RANGE, "the energy is not finite");
    for (int i = 0; i < f->atoms.natoms; i++)
        for (int c = 0; c < 3; c++)
            if (!(fabs(label->forces[i][c]) <= MAX_FORCE))
                return err_set(err, ERR_RANGE,
                               "a force of %g eV/angstrom on atom %d is not a "
                               "label to learn",
                               label->forces[i][c], i + 1);
    return 0;
}

/* Frame f as data, whose kind of energy is the first one's. */
static int take(struct gp *gp, int n, const struct frame *f,
                const struct label_names *names, bool *free_energy,
                struct err *err)
{
    size_t natoms = (size_t)gp->first.natoms;
    double *y = gp->y + (size_t)n * (size_t)gp_width(gp);
    const double(*cell)[3] = f->atoms.cell;
    struct label label;
    int ret = check_label(f, names, &label, err);

    if (ret == 0 && gp->nstrain > 0 && !label.has_stress)
        ret = err_set(err, ERR_RANGE, "expected a stress, as in all frames");
    if (ret < 0)
        return ret;
    if (n == 0)
        *free_energy = label.free_energy;
    if (label.free_energy != *free_energy)
        return err_set(err, ERR_FORMAT,
                       "expected '%s', as in the frames before, not '%s'",
                       *free_energy ? "free_energy" : "energy",
                       *free_energy ? "energy" : "free_energy");
    memcpy(gp->pos + 3 * natoms * (size_t)n, f->atoms.pos,
           natoms * sizeof *f->atoms.pos);
    memcpy(gp->cell[n], cell, sizeof gp->cell[n]);
    *y++ = label.energy;
    for (size_t i = 0; i < 3 * natoms; i++) {
        double force = label.forces[i / 3][i % 3];

        if (gp->first.move[i / 3][i % 3])
            *y++ = -force;
        else
            gp->rest[i] += force / gp->n;
    }
    for (int v = 0; v < gp->nstrain; v++)
        *y++ = volume3(cell[0], cell[1], cell[2]) *
               label.stress[strain_row[v]][strain_column[v]];
    return 0;
}

/* One system?  *varies: in cells that differ. */
static int check_alike(const struct frames *frames, const char *path,
                       bool *varies, struct err *err)
{
    const struct atoms *a = &frames->frame[0].atoms;

    *varies = false;
    for (int i = 1; i < frames->n; i++) {
        struct atoms b = frames->frame[i].atoms;

        if (is_crystal(a) && !same_cell(a, &b)) {
            memcpy(b.cell, a->cell, sizeof b.cell);
            *varies = true;
        }
        if (!(atoms_displacement(a, &b) < INFINITY))
            return err_set(err, ERR_RANGE,
                           "%s:%ld: expected the atoms, their order and the "
                           "cell of the first frame: a Gaussian process is "
                           "for one system",
                           path, frames->frame[i].line);
    }
    return 0;
}

int gp_gather(struct gp *gp, const struct frames *frames, const char *path,
              const struct label_names *names, bool stress, struct err *err)
{
    bool free_energy = false, varies;
    int ret = check_alike(frames, path, &varies, err);

    *gp = (struct gp){.n = frames->n};
    if (ret < 0)
        return ret;
    atoms_copy(&gp->first, &frames->frame[0].atoms);
    find_free(gp, frames);
    gp->strains = is_crystal(&gp->first) &&
                  (varies || stress || gp->nfree == 3 * gp->first.natoms);
    gp->nstrain = stress ? NSTRAIN : 0;
    gp->npower = varies || stress ? GP_MAX_POWERS : 1;

    size_t natoms = (size_t)gp->first.natoms, n = (size_t)gp->n;
    double rows = (double)gp->n * gp_width(gp);

    if (stress && !gp->strains)
        ret = err_set(err, ERR_RANGE,
                      "%s: the stress is of what is periodic in three "
                      "directions",
                      path);
    else if (gp->nfree == 0)
        ret = err_set(err, ERR_RANGE, "%s: no atom may move", path);
    else if (natoms > GP_MAX_ATOMS)
        ret =
            err_set(err, ERR_RANGE,
                    "%s: %zu atoms are more than the %d of a Gaussian process",
                    path, natoms, GP_MAX_ATOMS);
    else if (rows > GP_MAX_ROWS)
        ret = err_set(err, ERR_RANGE,
                      "%s: %.0f energies and forces are more than the %d of a "
                      "Gaussian process",
                      path, rows, GP_MAX_ROWS);
    if (ret == 0) {
        gp->cell = xcalloc(n, sizeof *gp->cell);
        gp->pos = xcalloc(3 * natoms * n, sizeof *gp->pos);
        gp->y = xcalloc((size_t)gp_rows(gp), sizeof *gp->y);
        gp->rest = xcalloc(3 * natoms, sizeof *gp->rest);
    }
    for (int f = 0; f < frames->n && ret == 0; f++) {
        ret = take(gp, f, &frames->frame[f], names, &free_energy, err);
        if (ret < 0)
            ret = frame_err(&frames->frame[f], path, ret, err);
    }
    if (ret < 0)
        gp_release(gp);
    return ret;
}
