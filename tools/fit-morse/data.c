#include "fit-morse.h"

#include <math.h>
#include <stdlib.h>

void data_release(struct data *d)
{
    frames_release(&d->larger);
    free(d->dimer);
    free(d->comment);
}

static void add_element(struct data *d, int z)
{
    if (!d->used[z])
        d->z[d->nelement++] = z;
    d->used[z] = true;
}

int read_elements(struct data *d, const char *list, struct err *err)
{
    int n, ret = 0;
    char **word = cli_split(list, &n);

    for (int i = 0; i < n && ret == 0; i++)
        if (element_number(word[i]) == 0)
            ret = err_set(err, ERR_RANGE, "'%s' is not a chemical symbol",
                          word[i]);
        else
            add_element(d, element_number(word[i]));
    cli_free(word);
    return ret;
}

static void add_dimer(struct data *d, const struct dimer *x)
{
    if (d->n == d->room) {
        d->room = 2 * d->room + 16;
        d->dimer = xrealloc(d->dimer, (size_t)d->room, sizeof *d->dimer);
    }
    d->dimer[d->n++] = *x;
    add_element(d, x->z1);
    add_element(d, x->z2);
}

/* A frame of more atoms, for its forces. */
static int add_larger(const struct ask *ask, struct data *d,
                      const struct frame *f, const struct label *label,
                      const char *path, struct err *err)
{
    if (!ask->wells)
        return err_set(err, ERR_FORMAT,
                       "%s:%ld: expected a lone atom or a dimer (or --wells, "
                       "to fit to larger frames)",
                       path, f->line);
    if (!label->forces)
        return err_set(err, ERR_FORMAT, "%s:%ld: expected forces", path,
                       f->line);
    for (int i = 0; i < f->atoms.natoms; i++)
        add_element(d, f->atoms.z[i]);
    frames_append(&d->larger, f);
    return 0;
}

static int add_frame(const struct ask *ask, struct data *d,
                     const struct frame *f, const char *path, struct err *err)
{
    const struct atoms *a = &f->atoms;
    struct label label;
    struct dimer x;
    struct err why;

    if (a->natoms < 1)
        return err_set(err, ERR_FORMAT, "%s:%ld: expected atoms", path,
                       f->line);
    if (!frame_get_label(f, NULL, &label))
        return err_set(err, ERR_FORMAT, "%s:%ld: expected a label: an energy",
                       path, f->line);
    if (a->natoms > 2)
        return add_larger(ask, d, f, &label, path, err);
    if (a->natoms == 1)
        d->atom[a->z[0]] = fmin(d->atom[a->z[0]], label.energy);
    else if (dimer_of_atoms(&x, a, label.energy, label.forces, &why) < 0)
        return err_set(err, ERR_RANGE, "%s:%ld: expected a dimer, not %s", path,
                       f->line, why.msg);
    else
        add_dimer(d, &x);
    return 0;
}

static int read_file(const struct ask *ask, struct data *d, const char *path,
                     struct err *err)
{
    struct text t;
    struct frame f;
    int ret = text_open(&t, path, err);

    if (ret < 0)
        return ret;
    while ((ret = frame_read(&t, &f, err)) > 0) {
        ret = add_frame(ask, d, &f, path, err);
        frame_release(&f);
        if (ret < 0)
            break;
    }
    text_close(&t);
    return ret;
}

/* Energies of dimers relative to those of their atoms. */
static int subtract_atoms(struct data *d, struct err *err)
{
    for (int i = 0; i < d->n; i++) {
        struct dimer *x = &d->dimer[i];
        double e = d->atom[x->z1] + d->atom[x->z2];

        if (isinf(e))
            return err_set(
                err, ERR_RANGE,
                "there is no lone atom of %s: label one, or say --zero",
                element_symbol(isinf(d->atom[x->z1]) ? x->z1 : x->z2));
        x->e -= e;
    }
    return 0;
}

int read_labels(const struct ask *ask, struct data *d, char **path, int npath,
                struct err *err)
{
    if (npath == 0 && !ask->elements && read_file(ask, d, "-", err) < 0)
        return err->code;
    for (int i = 0; i < npath; i++)
        if (read_file(ask, d, path[i], err) < 0)
            return err->code;
    if (d->nelement == 0)
        return err_set(err, ERR_FORMAT, "expected dimers: there are none");
    return ask->zero ? 0 : subtract_atoms(d, err);
}
