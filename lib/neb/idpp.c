#include <morsel/neb.h>

#include <stdlib.h>
#include <string.h>

/*
 * S is in units in which two atoms 2 angstrom apart have the curvature that
 * the methods of relaxation expect, 70 eV/angstrom^2.
 */
#define SCALE 560.0 /* eV angstrom^2 */
#define SPRING 1.0  /* eV/angstrom^2 */
#define FMAX 0.05   /* eV/angstrom: within 0.001 angstrom */
#define MAX_STEPS 400
#define MAX_STEP 0.2 /* angstrom */

/* Closer than this part of their distance in the ends, two atoms collide. */
#define HEAD_ON 0.5

/* Atom j in the cell that is t further, seen from atom i. */
struct pair {
    int i, j;
    double t[3];        /* angstrom */
    double first, last; /* distance in the ends, angstrom */
};

struct pairs {
    int n, room;
    struct pair *pair; /* [n] */
};

/* d <- from atom i to j + t in an image. */
static double separation(const struct atoms *a, const struct pair *p,
                         double d[3])
{
    for (int k = 0; k < 3; k++)
        d[k] = a->pos[p->j][k] + p->t[k] - a->pos[p->i][k];
    return norm3(d);
}

/* Note the pair if it comes within the cutoff in some image. */
static void consider(struct pairs *s, const struct band *b, struct pair p)
{
    double d[3], least = INFINITY;

    for (int i = 0; i < b->nimages; i++)
        least = fmin(least, separation(&b->image[i], &p, d));
    if (least > IDPP_CUTOFF)
        return;
    if (s->n == s->room) {
        s->room = 2 * s->room + 64;
        s->pair = xrealloc(s->pair, (size_t)s->room, sizeof *s->pair);
    }
    p.first = separation(&b->image[0], &p, d);
    p.last = separation(&b->image[b->nimages - 1], &p, d);
    s->pair[s->n++] = p;
}

/* All cells in which atom j may come near atom i. */
static void find_cells(struct pairs *s, const struct band *b,
                       const struct lattice *l, double reach, int i, int j)
{
    struct pair p = {.i = i, .j = j};
    double d[3];
    int low[3] = {0}, high[3] = {0}, n[3];

    separation(&b->image[0], &p, d);
    for (int k = 0; k < l->nperiodic; k++) {
        double at = dot3(l->inverse[k], d), range = reach / l->height[k];
        low[k] = (int)ceil(-at - range);
        high[k] = (int)floor(-at + range);
    }
    for (n[0] = low[0]; n[0] <= high[0]; n[0]++)
        for (n[1] = low[1]; n[1] <= high[1]; n[1]++)
            for (n[2] = low[2]; n[2] <= high[2]; n[2]++) {
                for (int k = 0; k < 3; k++)
                    p.t[k] = n[0] * l->b[0][k] + n[1] * l->b[1][k] +
                             n[2] * l->b[2][k];
                consider(s, b, p);
            }
}

static bool is_free(const struct band *b, int i)
{
    return b->mask[i][0] || b->mask[i][1] || b->mask[i][2];
}

/* Pairs of which at least one atom may move.  An atom's own images stay. */
static void find_pairs(struct pairs *s, const struct band *b)
{
    const struct atoms *first = &b->image[0];
    struct lattice l;
    struct err ignored;
    double furthest = 0;

    if (lattice_init(&l, first, &ignored) < 0)
        return; /* band_init() has refused it */
    for (int n = b->natoms; n < b->all.natoms; n++) {
        double d[3];
        for (int k = 0; k < 3; k++)
            d[k] = b->all.pos[n][k] - first->pos[n % b->natoms][k];
        furthest = fmax(furthest, norm3(d));
    }
    for (int i = 0; i < b->natoms; i++)
        for (int j = 0; j < i; j++)
            if (is_free(b, i) || is_free(b, j))
                find_cells(s, b, &l, IDPP_CUTOFF + 2 * furthest, i, j);
}

/* S and its forces in image i, into b->energy and b->forces. */
static void evaluate(struct band *b, const struct pairs *s, int i)
{
    double part = (double)i / (b->nimages - 1), d[3];
    double(*f)[3] = band_forces(b, i);

    b->energy[i] = 0;
    memset(f, 0, (size_t)b->natoms * sizeof *f);
    for (int n = 0; n < s->n; n++) {
        const struct pair *p = &s->pair[n];
        double r = separation(&b->image[i], p, d);
        double off = r - (p->first + part * (p->last - p->first));
        double w = SCALE / (r * r * r * r);
        double g = 2 * w * off * (1 - 2 * off / r) / r; /* dS/dr / r */
        b->energy[i] += w * off * off;
        for (int k = 0; k < 3; k++) {
            f[p->i][k] += g * d[k];
            f[p->j][k] -= g * d[k];
        }
    }
}

/* Some unit vector normal to u, into n. */
static void normal_to(const double u[3], double n[3])
{
    double axis[3] = {0};
    int least = 0;

    for (int k = 1; k < 3; k++)
        if (fabs(u[k]) <= fabs(u[least]))
            least = k;
    axis[least] = 1;
    cross3(n, u, axis);
    double length = norm3(n);
    for (int k = 0; k < 3; k++)
        n[k] /= length;
}

/*
 * Atoms that would pass through each other on straight lines go to either
 * side, by most in the middle of the path.
 */
static void push_aside(struct band *b, const struct pair *p)
{
    double u[3], v[3], at[3], side[3], closest, push;

    separation(&b->image[0], p, u);
    separation(&b->image[b->nimages - 1], p, v);
    for (int k = 0; k < 3; k++)
        v[k] -= u[k];
    double along = dot3(v, v) > 0 ? -dot3(u, v) / dot3(v, v) : 0;
    if (!(along > 0 && along < 1))
        return;
    for (int k = 0; k < 3; k++)
        at[k] = u[k] + along * v[k];
    closest = norm3(at);
    push = HEAD_ON * fmin(p->first, p->last) - closest;
    if (push <= 0)
        return;
    normal_to(v, side);
    if (closest > 1e-3) /* angstrom: there is a side they are on */
        for (int k = 0; k < 3; k++)
            side[k] = at[k] / closest;
    for (int i = 1; i < b->nimages - 1; i++) {
        double x = 0.5 * push * sin(acos(-1.0) * i / (b->nimages - 1));
        for (int k = 0; k < 3; k++) {
            b->image[i].pos[p->j][k] += b->mask[p->j][k] ? x * side[k] : 0;
            b->image[i].pos[p->i][k] -= b->mask[p->i][k] ? x * side[k] : 0;
        }
    }
}

void idpp_relax(struct band *b)
{
    const struct neb_params params = {.spring = SPRING};
    struct relax *r = relax_new(RELAX_FIRE, b->all.natoms, MAX_STEP);
    struct pairs s = {0};
    struct atoms before;
    struct err ignored;
    bool good = true;

    atoms_copy(&before, &b->all);
    find_pairs(&s, b);
    for (int n = 0; n < s.n; n++)
        push_aside(b, &s.pair[n]);
    for (int step = 0; good && step < MAX_STEPS; step++) {
        for (int i = 0; i < b->nimages; i++)
            evaluate(b, &s, i);
        neb_forces(b, &params);
        if (band_fmax(b, -1) < FMAX)
            break;
        good = relax_step(r, &b->all, b->neb, &ignored) == 0;
    }
    if (!good || !all_finite(b->all.pos[0], 3 * b->all.natoms))
        memcpy(b->all.pos, before.pos,
               (size_t)b->all.natoms * sizeof *before.pos);
    atoms_release(&before);
    relax_free(r);
    free(s.pair);
}
