#include "dataset.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stress.h"

int frames_elements(const struct frames *frames, int *z)
{
    bool seen[MAX_Z + 1] = {false};
    int n = 0;

    for (int i = 0; i < frames->n; i++)
        for (int a = 0; a < frames->frame[i].atoms.natoms; a++)
            seen[frames->frame[i].atoms.z[a]] = true;
    for (int k = 1; k <= MAX_Z; k++)
        if (seen[k])
            z[n++] = k;
    return n;
}

static void example_release(struct example *x)
{
    free(x->forces);
    free(x->prior_forces);
    free(x->mask);
    free(x->element);
    free(x->row);
    free(x->dep);
    free(x->atom);
    free(x->jac);
    free(x->strain);
}

void dataset_release(struct dataset *ds)
{
    for (int i = 0; i < ds->n; i++)
        example_release(&ds->example[i]);
    for (int el = 0; el < ds->nelement; el++)
        free(ds->x[el]);
    free(ds->example);
    free(ds->nsf);
    free(ds->nrow);
    free(ds->x);
    *ds = (struct dataset){0};
}

static int check_forces(const struct frame *f, const struct label *label,
                        struct err *err)
{
    for (int a = 0; a < f->atoms.natoms; a++)
        for (int c = 0; c < 3; c++)
            if (!(fabs(label->forces[a][c]) <= MAX_FORCE))
                return err_set(err, ERR_RANGE,
                               "a force of %g eV/angstrom on atom %d is not "
                               "a label to learn",
                               label->forces[a][c], a + 1);
    return 0;
}

static int get_label(const struct frame *f, const struct label_names *names,
                     bool forces, struct label *label, struct err *err)
{
    const char *energy = names && names->energy ? names->energy : NULL;
    const char *column = names && names->forces ? names->forces : "forces";

    if (!frame_get_label(f, names, label))
        return err_set(err, ERR_FORMAT, "expected a frame with the key '%s'%s",
                       energy ? energy : "free_energy",
                       energy ? "" : " or 'energy'");
    if (forces && !label->forces)
        return err_set(err, ERR_FORMAT,
                       "expected a frame with the column '%s' of three reals",
                       column);
    if (!isfinite(label->energy))
        return err_set(err, ERR_RANGE, "the energy is not finite");
    return forces ? check_forces(f, label, err) : 0;
}

static void set_mask(struct example *x, const struct atoms *a,
                     enum force_mask mask)
{
    for (int i = 0; i < a->natoms; i++)
        for (int c = 0; c < 3; c++) {
            bool counts = mask == MASK_ALL || may_move(a, i, c);

            x->mask[i][c] = counts;
            x->ncount += counts;
        }
}

/* Labels, mask and elements; everything that is cheap, and may fail. */
static int start_example(struct dataset *ds, int i, const struct frame *f,
                         const struct label_names *names, enum force_mask mask,
                         const struct descriptor *d, struct err *err)
{
    struct example *x = &ds->example[i];
    const struct atoms *a = &f->atoms;
    size_t n = (size_t)a->natoms;
    struct label label;
    int ret = get_label(f, names, ds->forces, &label, err);

    if (ret < 0)
        return ret;
    if (i == 0)
        ds->free_energy = label.free_energy;
    if (label.free_energy != ds->free_energy)
        return err_set(err, ERR_FORMAT,
                       "expected '%s', as in the frames before, not '%s'",
                       ds->free_energy ? "free_energy" : "energy",
                       ds->free_energy ? "energy" : "free_energy");

    *x = (struct example){.natoms = a->natoms, .energy = label.energy};
    x->id = atoms_hash(a);
    if (ds->stress && label.has_stress)
        stress_label(x, a, &label);
    x->forces = xcalloc(n, sizeof *x->forces);
    if (ds->forces)
        memcpy(x->forces, label.forces, n * sizeof *x->forces);
    x->mask = xcalloc(n, sizeof *x->mask);
    set_mask(x, a, mask);
    x->element = xcalloc(n, sizeof *x->element);
    x->row = xcalloc(n, sizeof *x->row);
    for (int k = 0; k < a->natoms; k++) {
        int el = descriptor_element(d, a->z[k]);

        if (el < 0)
            return err_set(err, ERR_RANGE,
                           "the descriptor has no functions "
                           "for %s",
                           element_symbol(a->z[k]));
        x->element[k] = el;
        x->row[k] = ds->nrow[el]++;
    }
    return 0;
}

/* Copy features to the rows of their elements, and derivatives. */
static void store(struct dataset *ds, struct example *x,
                  const struct features *f)
{
    size_t njac = 0, natoms = (size_t)x->natoms;

    for (int i = 0; i < x->natoms; i++) {
        int el = x->element[i];
        size_t nsf = (size_t)ds->nsf[el];

        memcpy(ds->x[el] + (size_t)x->row[i] * nsf, f->g + f->first[i],
               nsf * sizeof(double));
        if (ds->forces)
            njac += (size_t)(f->dep[i + 1] - f->dep[i]) * 3 * nsf;
    }
    if (!ds->forces)
        return;
    x->dep = xcalloc(natoms + 1, sizeof *x->dep);
    memcpy(x->dep, f->dep, (natoms + 1) * sizeof *x->dep);
    x->atom = xcalloc((size_t)f->dep[x->natoms], sizeof *x->atom);
    memcpy(x->atom, f->atom, (size_t)f->dep[x->natoms] * sizeof *x->atom);
    x->jac = xcalloc(njac, sizeof *x->jac);

    double *jac = x->jac;

    for (int i = 0; i < x->natoms; i++)
        for (int e = f->dep[i]; e < f->dep[i + 1]; e++) {
            int n = 3 * ds->nsf[x->element[i]];

            memcpy(jac, f->dg + f->block[e], (size_t)n * sizeof *jac);
            jac += n;
        }
}

static void subtract_prior(struct example *x, const struct prior *p,
                           const struct atoms *a, const struct neighbors *nb)
{
    double strain[3][3] = {{0}};

    x->prior_forces = xcalloc((size_t)a->natoms, sizeof *x->prior_forces);
    x->prior = prior_eval_strain(p, a, nb, x->prior_forces, strain);
    x->energy -= x->prior;
    if (x->has_stress)
        stress_less(x, strain);
    for (int i = 0; i < a->natoms; i++)
        for (int c = 0; c < 3; c++)
            x->forces[i][c] -= x->prior_forces[i][c];
}

/* The rest: neighbors, prior, features; s is NULL if these are not known. */
static int fill_example(struct dataset *ds, int i, const struct atoms *a,
                        const struct stored *s, const struct model *m,
                        struct err *err)
{
    const struct descriptor *d = &m->descriptor;
    struct example *x = &ds->example[i];
    enum derivatives which = x->has_stress ? DERIVE_STRAIN
                             : ds->forces  ? DERIVE_POSITIONS
                                           : DERIVE_NOTHING;
    struct neighbors nb = {0};
    struct features f = {0};
    int ret = 0;

    if (!s || m->prior.nelement > 0)
        ret = neighbors_find(&nb, a, model_cutoff(m), err);
    if (ret == 0)
        ret = s ? stored_get(s, i, d, a, &f, err)
                : features_compute(&f, d, a, &nb, which, err);
    if (ret == 0) {
        store(ds, x, &f);
        if (x->has_stress)
            stress_store(x, &f);
        if (m->prior.nelement > 0)
            subtract_prior(x, &m->prior, a, &nb);
    }
    features_release(&f);
    neighbors_release(&nb);
    return ret;
}

static void alloc_rows(struct dataset *ds)
{
    for (int el = 0; el < ds->nelement; el++)
        ds->x[el] = xcalloc((size_t)ds->nrow[el] * (size_t)ds->nsf[el],
                            sizeof *ds->x[el]);
}

int no_atom_of(const char *path, int z, struct err *err)
{
    return err_set(err, ERR_RANGE,
                   "%s: expected an atom of %s, an element of its set", path,
                   element_symbol(z));
}

/* Can the networks learn what they are asked from what is stored? */
static int check_stored(const struct dataset *ds, const struct stored *s,
                        const char *path, struct err *err)
{
    if (ds->forces && s->derivatives == DERIVE_NOTHING)
        return err_set(err, ERR_RANGE,
                       "%s: expected derivatives, which forces need", path);
    if (ds->stress && s->derivatives != DERIVE_STRAIN)
        return err_set(err, ERR_RANGE,
                       "%s: expected derivatives by strain, which stress needs",
                       path);
    return 0;
}

int dataset_build(struct dataset *ds, const struct frames *frames,
                  const char *path, const struct label_names *names,
                  enum derivatives labels, enum force_mask mask,
                  const struct model *m, struct err *err)
{
    return dataset_build_stored(ds, frames, NULL, path, names, labels, mask, m,
                                err);
}

int dataset_build_stored(struct dataset *ds, const struct frames *frames,
                         const struct stored *s, const char *path,
                         const struct label_names *names,
                         enum derivatives labels, enum force_mask mask,
                         const struct model *m, struct err *err)
{
    int ret =
        dataset_build_part(ds, frames, s, path, names, labels, mask, m, err);

    for (int el = 0; ret == 0 && s && s->f && el < ds->nelement; el++)
        if (ds->nrow[el] == 0) {
            ret = no_atom_of(path, m->descriptor.z[el], err);
            dataset_release(ds);
        }
    return ret;
}

int dataset_build_part(struct dataset *ds, const struct frames *frames,
                       const struct stored *s, const char *path,
                       const struct label_names *names, enum derivatives labels,
                       enum force_mask mask, const struct model *m,
                       struct err *err)
{
    size_t nelement = (size_t)m->descriptor.nelement;
    int ret = 0, bad = frames->n;

    if (s && !s->f)
        s = NULL;
    *ds = (struct dataset){.n = frames->n};
    ds->forces = labels != DERIVE_NOTHING;
    ds->stress = labels == DERIVE_STRAIN;
    ds->nelement = m->descriptor.nelement;
    ds->example = xcalloc((size_t)frames->n, sizeof *ds->example);
    ds->nsf = xcalloc(nelement, sizeof *ds->nsf);
    ds->nrow = xcalloc(nelement, sizeof *ds->nrow);
    ds->x = xcalloc(nelement, sizeof *ds->x);
    memcpy(ds->nsf, m->descriptor.nsf, nelement * sizeof *ds->nsf);

    for (int i = 0; i < frames->n; i++) {
        ret = start_example(ds, i, &frames->frame[i], names, mask,
                            &m->descriptor, err);
        if (ret < 0) {
            ret = frame_err(&frames->frame[i], path, ret, err);
            goto fail;
        }
    }
    ret = s ? check_stored(ds, s, path, err) : 0;
    if (ret < 0)
        goto fail;
    alloc_rows(ds);

    /* The message is that of the first bad frame, whoever meets it. */
#pragma omp parallel for schedule(dynamic)
    for (int i = 0; i < frames->n; i++) {
        struct err e;
        int r = fill_example(ds, i, &frames->frame[i].atoms, s, m, &e);

        if (r < 0) {
#pragma omp critical
            if (i < bad) {
                bad = i;
                ret = r;
                *err = e;
            }
        }
    }
    if (ret < 0) {
        ret = frame_err(&frames->frame[bad], path, ret, err);
        goto fail;
    }
    return 0;
fail:
    dataset_release(ds);
    return ret;
}
