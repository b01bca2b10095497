#include <morsel/verdict.h>

#include <stdlib.h>
#include <string.h>

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

void band_verify(struct verified *v, const struct evidence *e,
                 const struct limits *l)
{
    int first;

    *v = (struct verified){0};
    if (!last_band(&e->walk, &first, &v->n))
        return;
    v->image = &e->walk.frame[first];
    v->label = xcalloc((size_t)v->n, sizeof *v->label);
    v->saddle = 1 + highest_image(v->image + 1, v->n - 2);
    for (int i = 0; i < v->n; i++) {
        const struct atoms *a = &v->image[i].atoms;
        bool end = i == 0 || i == v->n - 1;

        v->label[i] = end ? label_of_end(a, e, l) : label_of_image(a, e, l);
    }
}

/* d = b - a over the coordinates that may move, to the nearest image. */
static bool difference(const struct atoms *a, const struct atoms *b,
                       double (*d)[3])
{
    struct lattice l;
    struct err ignored;

    if (isinf(atoms_displacement(a, b)) || lattice_init(&l, a, &ignored) < 0)
        return false;
    for (int i = 0; i < a->natoms; i++) {
        double n[3];

        for (int k = 0; k < 3; k++)
            d[i][k] = b->pos[i][k] - a->pos[i][k];
        for (int m = 0; m < 3; m++)
            n[m] = m < l.nperiodic ? round(dot3(l.inverse[m], d[i])) : 0;
        for (int k = 0; k < 3; k++) {
            d[i][k] -= n[0] * l.b[0][k] + n[1] * l.b[1][k] + n[2] * l.b[2][k];
            if (a->move && !a->move[i][k])
                d[i][k] = 0;
        }
    }
    return true;
}

/* t <- x t + y u, of unit length; false if it has none. */
static bool combine(int natoms, double x, double (*t)[3], double y,
                    double (*u)[3])
{
    double norm2 = 0, norm;

    for (int i = 0; i < natoms; i++)
        for (int k = 0; k < 3; k++) {
            t[i][k] = x * t[i][k] + y * u[i][k];
            norm2 += t[i][k] * t[i][k];
        }
    norm = sqrt(norm2);
    if (!(norm > 0 && isfinite(norm)))
        return false;
    for (int i = 0; i < natoms; i++)
        for (int k = 0; k < 3; k++)
            t[i][k] /= norm;
    return true;
}

/*
 * With V the energy: towards the higher neighbor, and at an extremum both,
 * the higher one with the larger weight,
 *
 *     t = d+ max(|V+ - V|, |V- - V|) + d- min(...)   if V+ > V-
 *
 * and the other way round if not.
 */
bool band_tangent(const struct frame *band, int n, int i, double (*t)[3])
{
    int natoms = band[i].atoms.natoms;
    double(*u)[3] = NULL, v[3], x, y;
    bool ok;

    if (i < 1 || i > n - 2)
        return false;
    for (int k = 0; k < 3; k++)
        v[k] = image_energy(&band[i + k - 1]);
    if (isnan(v[0] + v[1] + v[2]))
        return false;
    if (v[2] > v[1] && v[1] > v[0]) {
        x = 1;
        y = 0;
    } else if (v[2] < v[1] && v[1] < v[0]) {
        x = 0;
        y = 1;
    } else {
        double up = fabs(v[2] - v[1]), down = fabs(v[0] - v[1]);

        x = v[2] > v[0] ? fmax(up, down) : fmin(up, down);
        y = v[2] > v[0] ? fmin(up, down) : fmax(up, down);
    }
    u = xcalloc((size_t)natoms, sizeof *u);
    ok = difference(&band[i].atoms, &band[i + 1].atoms, t) &&
         difference(&band[i - 1].atoms, &band[i].atoms, u) &&
         combine(natoms, x, t, y, u);
    free(u);
    return ok;
}
