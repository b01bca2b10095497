#include <morsel/verdict.h>

#include <stdlib.h>
#include <string.h>

#include <morsel/neb.h>
#include <morsel/select.h>

#include "force.h"

void verified_release(struct verified *v)
{
    free(v->label);
    *v = (struct verified){0};
}

/* The label of the same structure, else the nearest within l->twin. */
static const struct frame *label_of_image(const struct atoms *a,
                                          const struct evidence *e,
                                          const struct limits *l)
{
    const struct frame *best = NULL;
    double nearest = l->twin;

    for (int i = 0; i < e->labels.n; i++) {
        const struct frame *f = &e->labels.frame[i];
        double d = atoms_displacement(a, &f->atoms);

        if (d < nearest || (d <= nearest && !best)) {
            nearest = d;
            best = f;
        }
    }
    return best;
}

static const struct frame *label_of_end(const struct atoms *a,
                                        const struct evidence *e,
                                        const struct limits *l)
{
    const struct frame *best = NULL;
    double smallest = INFINITY;

    for (int i = 0; i < e->labels.n; i++) {
        const struct frame *f = &e->labels.frame[i];
        double force;

        if (!(atoms_displacement(a, &f->atoms) <= l->end_twin))
            continue;
        force = label_force(f, l->component);
        if (!best || force < smallest) {
            smallest = isnan(force) ? INFINITY : force;
            best = f;
        }
    }
    return best;
}

/*
 * Has the highest image slid to an end, or is it by its label not above it?
 * Then forces that vanish there are not those of a saddle.
 */
static bool is_no_top(const struct verified *v, int end, const struct limits *l)
{
    const struct frame *top = v->label[v->saddle], *low = v->label[end];
    struct label a, b;

    if (atoms_displacement(&v->image[v->saddle].atoms, &v->image[end].atoms) <=
        l->end_twin)
        return true;
    return top && low && frame_get_label(top, NULL, &a) &&
           frame_get_label(low, NULL, &b) && a.energy <= b.energy;
}

void band_verify(struct verified *v, const struct evidence *e,
                 const struct limits *l)
{
    int first;

    *v = (struct verified){0};
    if (!last_band(&e->walk, &first, &v->n))
        return;
    v->image = &e->walk.frame[first];
    v->label = xcalloc((size_t)v->n, sizeof(struct frame *));
    v->saddle = 1 + highest_image(v->image + 1, v->n - 2);
    for (int i = 0; i < v->n; i++) {
        const struct atoms *a = &v->image[i].atoms;
        bool end = i == 0 || i == v->n - 1;

        v->label[i] = end ? label_of_end(a, e, l) : label_of_image(a, e, l);
    }
    if (is_no_top(v, 0, l) || is_no_top(v, v->n - 1, l))
        v->label[v->saddle] = NULL;
}

/* The images as one band, unwrapped; false if they are none. */
static bool join(struct band *b, const struct verified *v)
{
    struct atoms *copy = xcalloc((size_t)v->n, sizeof *copy);
    const struct atoms **given = xcalloc((size_t)v->n, sizeof(struct atoms *));
    struct err ignored;
    bool ok = true;

    for (int i = 0; i < v->n; i++) {
        atoms_copy(&copy[i], &v->image[i].atoms);
        given[i] = &copy[i];
        ok = ok &&
             (i == 0 || band_unwrap(&copy[i - 1], &copy[i], &ignored) == 0);
    }
    if (ok)
        band_init(b, given, v->n, v->n);
    for (int i = 0; i < v->n; i++) {
        if (ok)
            b->energy[i] = image_energy(&v->image[i]);
        atoms_release(&copy[i]);
    }
    free(given);
    free(copy);
    return ok;
}

bool saddle_tangent(const struct verified *v, double (*t)[3])
{
    struct band b;
    double norm2 = 0;

    for (int i = v->saddle - 1; i <= v->saddle + 1; i++)
        if (isnan(image_energy(&v->image[i])))
            return false;
    if (!join(&b, v))
        return false;
    neb_tangent(&b, NEB_IMPROVED, v->saddle, t);
    for (int i = 0; i < b.natoms; i++)
        norm2 += dot3(t[i], t[i]);
    band_release(&b);
    return fabs(norm2 - 1) < 1e-6;
}
