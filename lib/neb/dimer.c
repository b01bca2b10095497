#include <morsel/neb.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Below this angle, rad, the difference of two curvatures is rounding. */
#define LEAST_ANGLE 1e-6

enum phase { CENTER, END, TRIAL, WAITING };

struct dimer_walk {
    struct dimer_params p;
    enum phase phase;
    struct atoms center, point;
    struct relax *relax; /* NULL unless downhill */
    bool downhill;       /* the last step was at negative curvature */
    int n;               /* 3 natoms */
    double energy, curvature;
    double *f0, *f1, *raw;  /* [n] at center and end; at the center as given */
    double *mode;           /* [n] N, a unit vector */
    double *theta, *turned; /* [n] direction of the rotation; N after it */
    double angle, turn;     /* the trial angle, rad; -1/2 dC/dangle */
    int rotations;
    int nrigid;
    double *rigid; /* [6][n] motions of the whole, orthonormal */
};

static double product(int n, const double *x, const double *y)
{
    double sum = 0;

    for (int i = 0; i < n; i++)
        sum += x[i] * y[i];
    return sum;
}

/* x <- x - (x u) u */
static void remove_along(int n, const double *u, double *x)
{
    double c = product(n, u, x);

    for (int i = 0; i < n; i++)
        x[i] -= c * u[i];
}

/* Returns the length that x had. */
static double normalize(int n, double *x)
{
    double length = sqrt(product(n, x, x));

    for (int i = 0; length > 0 && i < n; i++)
        x[i] /= length;
    return length;
}

/* x without what may not move, and without motions of the whole. */
static void restrict_to_free(const struct dimer_walk *d, double *x)
{
    for (int i = 0; i < d->n; i++)
        if (!may_move(&d->center, i / 3, i % 3))
            x[i] = 0;
    for (int k = 0; k < d->nrigid; k++)
        remove_along(d->n, d->rigid + (size_t)k * (size_t)d->n, x);
}

static void add_rigid(struct dimer_walk *d)
{
    double *x = d->rigid + (size_t)d->nrigid * (size_t)d->n;
    double before = sqrt(product(d->n, x, x));

    for (int k = 0; k < d->nrigid; k++)
        remove_along(d->n, d->rigid + (size_t)k * (size_t)d->n, x);
    if (normalize(d->n, x) > 1e-6 * before) /* a linear molecule has five */
        d->nrigid++;
}

/* Along x, y and z, and about them, where nothing holds the atoms. */
static void find_rigid(struct dimer_walk *d)
{
    const struct atoms *a = &d->center;
    bool periodic = a->pbc[0] || a->pbc[1] || a->pbc[2];
    double middle[3] = {0};

    d->nrigid = 0;
    for (int i = 0; i < d->n; i++) {
        if (!may_move(&d->center, i / 3, i % 3))
            return;
        middle[i % 3] += a->pos[i / 3][i % 3] / a->natoms;
    }
    for (int kind = 0; kind < (periodic ? 3 : 6); kind++) {
        double *x = d->rigid + (size_t)d->nrigid * (size_t)d->n, axis[3] = {0},
               r[3];
        axis[kind % 3] = 1;
        for (int i = 0; i < a->natoms; i++) {
            for (int k = 0; k < 3; k++)
                r[k] = a->pos[i][k] - middle[k];
            if (kind < 3)
                memcpy(x + 3 * (size_t)i, axis, sizeof axis);
            else
                cross3(x + 3 * (size_t)i, axis, r);
        }
        add_rigid(d);
    }
}

void dimer_free(struct dimer_walk *d)
{
    if (!d)
        return;
    atoms_release(&d->center);
    atoms_release(&d->point);
    relax_free(d->relax);
    free(d->f0);
    free(d->f1);
    free(d->raw);
    free(d->mode);
    free(d->theta);
    free(d->turned);
    free(d->rigid);
    free(d);
}

struct dimer_walk *dimer_new(const struct atoms *a,
                             const struct dimer_params *p, double (*mode)[3],
                             struct err *err)
{
    struct dimer_walk *d = xcalloc(1, sizeof *d);
    size_t n = 3 * (size_t)a->natoms;

    d->p = *p;
    d->n = (int)n;
    atoms_copy(&d->center, a);
    atoms_copy(&d->point, a);
    d->f0 = xcalloc(n, sizeof *d->f0);
    d->f1 = xcalloc(n, sizeof *d->f1);
    d->raw = xcalloc(n, sizeof *d->raw);
    d->mode = xcalloc(n, sizeof *d->mode);
    d->theta = xcalloc(n, sizeof *d->theta);
    d->turned = xcalloc(n, sizeof *d->turned);
    d->rigid = xcalloc(6 * n, sizeof *d->rigid);
    memcpy(d->mode, mode, n * sizeof *d->mode);
    find_rigid(d);
    restrict_to_free(d, d->mode);
    if (!(normalize(d->n, d->mode) > 0)) {
        err_set(err, ERR_RANGE, "nothing of the dimer's mode may move");
        dimer_free(d);
        return NULL;
    }
    return d;
}

void dimer_put(const struct dimer_walk *d, struct bin *b)
{
    assert(d->phase == CENTER);
    bin_put_u64(b, (uint64_t)d->n);
    bin_put_reals(b, d->mode, (size_t)d->n);
    bin_put_u32(b, d->downhill);
    if (d->downhill)
        relax_put(d->relax, b);
}

struct dimer_walk *dimer_get(const struct atoms *a,
                             const struct dimer_params *p, struct bin *b,
                             struct err *err)
{
    bool same = bin_get_u64(b) == 3 * (uint64_t)a->natoms;
    size_t n = same ? 3 * (size_t)a->natoms : 0;
    double(*mode)[3] = xcalloc((size_t)a->natoms, sizeof *mode);
    struct dimer_walk *d = NULL;

    bin_get_reals(b, mode[0], n);
    if (b->bad || !same)
        err_set(err, ERR_FORMAT, "it is of other atoms");
    else
        d = dimer_new(a, p, mode, err);
    if (d) {
        memcpy(d->mode, mode, n * sizeof *d->mode); /* to the bit */
        d->downhill = bin_get_u32(b);
    }
    if (d && d->downhill) {
        d->relax = relax_new(p->method, a->natoms, p->max_step);
        if (relax_get(d->relax, a, b, err) < 0) {
            dimer_free(d);
            d = NULL;
        }
    }
    free(mode);
    return d;
}

const struct atoms *dimer_point(const struct dimer_walk *d)
{
    return &d->point;
}

bool dimer_at_center(const struct dimer_walk *d)
{
    return d->phase == CENTER;
}

/* The next question: at the center, or at its distance along mode. */
static void ask_at(struct dimer_walk *d, enum phase phase, const double *mode)
{
    d->phase = phase;
    for (int i = 0; i < d->n; i++)
        d->point.pos[i / 3][i % 3] =
            d->center.pos[i / 3][i % 3] + (mode ? DIMER_LENGTH * mode[i] : 0);
}

/* C of a mode with the force f at its end. */
static double curvature(const struct dimer_walk *d, const double *f,
                        const double *mode)
{
    return (product(d->n, d->f0, mode) - product(d->n, f, mode)) / DIMER_LENGTH;
}

/*
 * Is it worth to turn on?  theta: where the end is drawn, normal to N.  Near
 * the lowest mode C(phi) = const + |C| sin^2 phi, about: the estimate of
 * Heyden et al. for the angle.
 */
static enum dimer_status turn(struct dimer_walk *d)
{
    for (int i = 0; i < d->n; i++)
        d->theta[i] = d->f1[i] - d->f0[i];
    remove_along(d->n, d->mode, d->theta);
    d->turn = normalize(d->n, d->theta) / DIMER_LENGTH;
    d->angle = 0.5 * atan2(d->turn, fabs(d->curvature));
    if (d->angle < fmax(d->p.min_angle, LEAST_ANGLE) ||
        d->rotations >= d->p.max_rotations) {
        d->phase = WAITING;
        return DIMER_KNOWS;
    }
    for (int i = 0; i < d->n; i++)
        d->turned[i] = cos(d->angle) * d->mode[i] + sin(d->angle) * d->theta[i];
    ask_at(d, TRIAL, d->turned);
    return DIMER_ASKS;
}

/*
 * C(phi) = c + a cos 2 phi + b sin 2 phi, from C and its derivative -2 turn at
 * 0 and C at the trial angle; its minimum, and the force there.
 */
static enum dimer_status finish_turn(struct dimer_walk *d, const double *f)
{
    double phi1 = d->angle, b = -d->turn;
    double a = (d->curvature - curvature(d, f, d->turned) + b * sin(2 * phi1)) /
               (1 - cos(2 * phi1));
    double c = d->curvature - a, phi = 0.5 * atan2(-b, -a);
    double w0 = sin(phi1 - phi) / sin(phi1), w1 = sin(phi) / sin(phi1);

    for (int i = 0; i < d->n; i++) {
        d->f1[i] = w0 * d->f1[i] + w1 * f[i] + (1 - w0 - w1) * d->f0[i];
        d->mode[i] = cos(phi) * d->mode[i] + sin(phi) * d->theta[i];
    }
    normalize(d->n, d->mode);
    d->curvature = c + a * cos(2 * phi) + b * sin(2 * phi);
    d->rotations++;
    return turn(d);
}

enum dimer_status dimer_take(struct dimer_walk *d, double energy,
                             double (*forces)[3])
{
    size_t size = (size_t)d->n * sizeof *d->f0;
    double *f = d->phase == CENTER ? d->f0 : d->phase == END ? d->f1 : NULL;
    enum dimer_status status = DIMER_ASKS;

    if (d->phase == CENTER) {
        d->energy = energy;
        memcpy(d->raw, forces, size);
    }
    if (!f)
        f = xcalloc((size_t)d->n, sizeof *f);
    memcpy(f, forces, size);
    restrict_to_free(d, f);
    if (d->phase == CENTER) {
        ask_at(d, END, d->mode);
        d->rotations = 0;
    } else if (d->phase == END) {
        d->curvature = curvature(d, d->f1, d->mode);
        status = turn(d);
    } else {
        status = finish_turn(d, f);
        free(f);
    }
    return status;
}

/* Out of the basin: along N as far as an atom may go. */
static void climb(struct dimer_walk *d, double along)
{
    double longest = 0;

    for (int i = 0; i < d->n; i += 3)
        longest = fmax(longest, norm3(d->mode + i));
    for (int i = 0; i < d->n; i++)
        d->center.pos[i / 3][i % 3] +=
            (along > 0 ? -1 : 1) * d->p.max_step / longest * d->mode[i];
}

int dimer_step(struct dimer_walk *d, struct err *err)
{
    double along = product(d->n, d->f0, d->mode);
    bool downhill = d->curvature < 0;
    int ret = 0;

    if (downhill != d->downhill) { /* another field of forces */
        relax_free(d->relax);
        d->relax = downhill
                       ? relax_new(d->p.method, d->center.natoms, d->p.max_step)
                       : NULL;
        d->downhill = downhill;
    }
    if (downhill) {
        for (int i = 0; i < d->n; i++)
            d->f0[i] -= 2 * along * d->mode[i];
        ret = relax_step(d->relax, &d->center, (double(*)[3])d->f0, err);
    } else {
        climb(d, along);
    }
    find_rigid(d);
    restrict_to_free(d, d->mode);
    normalize(d->n, d->mode);
    ask_at(d, CENTER, NULL);
    return ret;
}

struct saddle dimer_saddle(const struct dimer_walk *d)
{
    return (struct saddle){.atoms = &d->center,
                           .energy = d->energy,
                           .forces = (double(*)[3])d->raw,
                           .curvature = d->curvature,
                           .mode = (double(*)[3])d->mode};
}
