#include <morsel/verdict.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/select.h>

#include "force.h"

void evidence_release(struct evidence *e)
{
    frames_release(&e->labels);
    frames_release(&e->walk);
    frames_release(&e->previous);
}

double largest_force(const struct atoms *a, const double (*forces)[3],
                     bool component)
{
    double largest = NAN;

    for (int i = 0; i < a->natoms; i++) {
        double norm2 = 0, most = 0;
        bool moves = false;

        for (int k = 0; k < 3; k++) {
            if (!may_move(a, i, k))
                continue;
            moves = true;
            norm2 += forces[i][k] * forces[i][k];
            most = fmax(most, fabs(forces[i][k]));
        }
        if (isnan(norm2))
            return NAN;
        if (moves)
            largest = fmax(largest, component ? most : sqrt(norm2));
    }
    return largest;
}

double label_force(const struct frame *f, bool component)
{
    struct label label;

    if (!frame_get_label(f, NULL, &label) || !label.forces)
        return NAN;
    return largest_force(&f->atoms, label.forces, component);
}

const struct frame *best_label(const struct evidence *e, const struct limits *l)
{
    const struct frame *best = NULL;
    double smallest = NAN;

    for (int i = 0; i < e->labels.n; i++) {
        double f = label_force(&e->labels.frame[i], l->component);

        if (f < smallest || (isnan(smallest) && !isnan(f))) {
            smallest = f;
            best = &e->labels.frame[i];
        }
    }
    return best;
}

/* The larger of two; NAN if one is. */
static double worse(double x, double y)
{
    return isnan(x) || isnan(y) ? NAN : fmax(x, y);
}

/* |E_ml - E_dft| of an image. */
static double energy_error(const struct verified *v, int i)
{
    struct label label;

    if (!v->label[i] || !frame_get_label(v->label[i], NULL, &label))
        return NAN;
    return fabs(image_energy(&v->image[i]) - label.energy);
}

static double end_force(const struct verified *v, int i, bool component)
{
    return v->label[i] ? label_force(v->label[i], component) : NAN;
}

/*
 * The DFT force at the saddle in two parts: its component along the path, and
 * what is left.  Both NAN if they are not known.
 */
static void split_force(const struct verified *v, bool component, double *along,
                        double *normal)
{
    const struct frame *f = v->label[v->saddle];
    struct label label;
    double(*t)[3], (*rest)[3], sum = 0;

    *along = *normal = NAN;
    if (!f || !frame_get_label(f, NULL, &label) || !label.forces)
        return;
    t = xcalloc((size_t)f->atoms.natoms, sizeof *t);
    rest = xcalloc((size_t)f->atoms.natoms, sizeof *rest);
    if (f->atoms.natoms == v->image->atoms.natoms && saddle_tangent(v, t)) {
        for (int i = 0; i < f->atoms.natoms; i++)
            sum += dot3(label.forces[i], t[i]);
        for (int i = 0; i < f->atoms.natoms; i++)
            for (int k = 0; k < 3; k++)
                rest[i][k] = label.forces[i][k] - sum * t[i][k];
        *along = fabs(sum);
        *normal = largest_force(&f->atoms, (const double(*)[3])rest, component);
    }
    free(rest);
    free(t);
}

static double band_value(enum criterion c, const struct evidence *e,
                         const struct limits *l)
{
    struct verified v;
    double value = NAN, along, normal;

    band_verify(&v, e, l);
    if (v.n == 0)
        return NAN;
    split_force(&v, l->component, &along, &normal);
    if (c == CRITERION_ENDS_FMAX)
        value = worse(end_force(&v, 0, l->component),
                      end_force(&v, v.n - 1, l->component));
    else if (c == CRITERION_ENDS_ENERGY)
        value = worse(energy_error(&v, 0), energy_error(&v, v.n - 1));
    else if (c == CRITERION_SADDLE_FMAX)
        value = end_force(&v, v.saddle, l->component);
    else if (c == CRITERION_SADDLE_TANGENT)
        value = along;
    else if (c == CRITERION_SADDLE_NORMAL)
        value = normal;
    else if (c == CRITERION_SADDLE_ENERGY)
        value = energy_error(&v, v.saddle);
    verified_release(&v);
    return value;
}

/* The frames whose uncertainty counts: the last band, else all. */
static void path_of(const struct frames *walk, int *first, int *n)
{
    if (!last_band(walk, first, n)) {
        *first = 0;
        *n = walk->n;
    }
}

static double uncertainty(enum criterion c, const struct frames *walk)
{
    double largest = NAN;
    int first, n;

    path_of(walk, &first, &n);
    for (int i = first; i < first + n; i++) {
        double sigma;
        bool known =
            c == CRITERION_SIGMA_F
                ? frame_uncertainty(&walk->frame[i], &sigma)
                : frame_get_real(&walk->frame[i], "ml_sigma_e", &sigma);

        if (!known || isnan(sigma))
            return NAN;
        largest = fmax(largest, sigma);
    }
    return largest;
}

/*
 * Over the coordinates that may move of all labels whose forces had been
 * predicted: sqrt(mean of d^2) or mean of |d|, d = F_ml - F_dft.
 */
static double force_error(enum criterion c, const struct evidence *e,
                          const struct limits *l)
{
    double sum = 0;
    long n = 0;
    int samples = 0;

    for (int i = 0; i < e->labels.n; i++) {
        const struct frame *f = &e->labels.frame[i];
        const double *ml = frame_get_column(f, "ml_forces", 3);
        struct label label;

        if (!ml || !frame_get_label(f, NULL, &label) || !label.forces)
            continue;
        samples++;
        for (int k = 0; k < 3 * f->atoms.natoms; k++) {
            double d = ml[k] - label.forces[k / 3][k % 3];

            if (!may_move(&f->atoms, k / 3, k % 3))
                continue;
            sum += c == CRITERION_FORCE_RMSE ? d * d : fabs(d);
            n++;
        }
    }
    if (n == 0 || samples < l->samples)
        return NAN;
    return c == CRITERION_FORCE_RMSE ? sqrt(sum / (double)n) : sum / (double)n;
}

static double largest_move(const struct evidence *e)
{
    int a, na, b, nb;
    double largest = 0;

    if (e->walk.n == 0 || e->previous.n == 0)
        return NAN;
    if (!last_band(&e->walk, &a, &na)) {
        a = e->walk.n - 1;
        na = 1;
    }
    if (!last_band(&e->previous, &b, &nb)) {
        b = e->previous.n - 1;
        nb = 1;
    }
    for (int i = 0; na == nb && i < na; i++)
        largest =
            fmax(largest, atoms_displacement(&e->walk.frame[a + i].atoms,
                                             &e->previous.frame[b + i].atoms));
    return na == nb ? largest : INFINITY;
}

/*
 * The barrier of the last band, eV: as simulate(1) found it between the
 * images, else E_highest - E_initial.
 */
static double barrier(const struct frames *walk)
{
    int first, n;
    const struct frame *band;
    double found;

    if (!last_band(walk, &first, &n))
        return NAN;
    band = &walk->frame[first];
    if (frame_get_real(band, "barrier", &found))
        return found;
    return image_energy(&band[highest_image(band, n)]) - image_energy(band);
}

static double last_step(const struct frames *walk)
{
    int step;

    if (walk->n > 0 && frame_get_int(&walk->frame[walk->n - 1], "step", &step))
        return step;
    return NAN;
}

static double value_of(enum criterion c, const struct evidence *e,
                       const struct limits *l)
{
    const struct frame *best;

    switch (c) {
    case CRITERION_FMAX:
        best = best_label(e, l);
        return best ? label_force(best, l->component) : NAN;
    case CRITERION_SIGMA_E:
    case CRITERION_SIGMA_F:
        return uncertainty(c, &e->walk);
    case CRITERION_FORCE_RMSE:
    case CRITERION_FORCE_MAE:
        return force_error(c, e, l);
    case CRITERION_MOVE:
        return largest_move(e);
    case CRITERION_BARRIER:
        return fabs(barrier(&e->walk) - barrier(&e->previous));
    case CRITERION_STEPS:
        return last_step(&e->walk);
    case CRITERION_ROUNDS:
        return e->rounds;
    case CRITERION_BUDGET:
        return e->calls;
    default:
        return band_value(c, e, l);
    }
}

static double threshold_of(enum criterion c, const struct limits *l)
{
    switch (c) {
    case CRITERION_FMAX:
    case CRITERION_ENDS_FMAX:
        return l->fmax;
    case CRITERION_SADDLE_FMAX:
    case CRITERION_SADDLE_TANGENT:
    case CRITERION_SADDLE_NORMAL:
        return l->saddle_fmax;
    case CRITERION_ENDS_ENERGY:
    case CRITERION_SADDLE_ENERGY:
        return l->energy;
    case CRITERION_SIGMA_E:
        return l->sigma_e;
    case CRITERION_SIGMA_F:
        return l->sigma_f;
    case CRITERION_FORCE_RMSE:
    case CRITERION_FORCE_MAE:
        return l->force;
    case CRITERION_MOVE:
        return l->move;
    case CRITERION_BARRIER:
        return l->barrier;
    case CRITERION_STEPS:
        return l->steps;
    case CRITERION_ROUNDS:
        return l->rounds;
    case CRITERION_BUDGET:
        return l->budget;
    case NCRITERION:
        break;
    }
    return NAN;
}

struct finding criterion_find(enum criterion c, const struct evidence *e,
                              const struct limits *l)
{
    struct finding f = {value_of(c, e, l), threshold_of(c, l), false};

    if (criterion_counts(c))
        f.yes = f.value >= f.threshold;
    else
        f.yes = f.value <= f.threshold;
    return f;
}
