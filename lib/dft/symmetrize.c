#include "symmetry.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * rho(Rx + t) = rho(x) for all operations means, with G = m . b,
 *
 *     rho(R^T m) = rho(m) exp(2 pi i m . t),
 *
 * so that of a field which is not invariant yet the mean over the group is
 *
 *     rho(m) <- 1/n sum_s rho(R_s^T m) exp(-2 pi i m . t_s)
 *
 * at one m of each star, and the first equation gives the others.
 */
struct member {
    int at; /* as grid_find() says */
    double complex phase;
};

/* The star of m; false if a part of it is outside the sphere: the cell has
 * the symmetry only nearly, and |G| is at the rim. */
static bool star(const struct symmetry *s, const struct grid *g, const int m[3],
                 struct member *to)
{
    for (int i = 0; i < s->n; i++) {
        const int(*r)[3] = (const int(*)[3])s->rotation[i];
        double turn = dot3((double[3]){m[0], m[1], m[2]}, s->shift[i]);
        int image[3];

        for (int k = 0; k < 3; k++)
            image[k] = r[0][k] * m[0] + r[1][k] * m[1] + r[2][k] * m[2];
        turn -= round(turn);
        to[i].at = grid_find(g, image);
        to[i].phase = turn == 0 ? 1 : cexp(2 * M_PI * I * turn);
        if (to[i].at == g->ng)
            return false;
    }
    return true;
}

static double complex mean(const struct symmetry *s, const struct member *star,
                           const double complex *rho)
{
    double complex sum = 0;

    for (int i = 0; i < s->n; i++) {
        int at = star[i].at;

        sum += (at >= 0 ? rho[at] : conj(rho[-1 - at])) * conj(star[i].phase);
    }
    return sum / s->n;
}

static void spread(const struct symmetry *s, const struct member *star,
                   double complex value, double complex *rho, bool *done)
{
    for (int i = 0; i < s->n; i++) {
        int at = star[i].at;
        double complex z = value * star[i].phase;

        if (at == star[0].at && i > 0) /* the same, to rounding */
            continue;
        rho[at >= 0 ? at : -1 - at] = at >= 0 ? z : conj(z);
        done[at >= 0 ? at : -1 - at] = true;
    }
}

void symmetry_density(const struct symmetry *s, const struct grid *g,
                      double complex *rho)
{
    bool *done = xcalloc(g->ng, sizeof(*done));
    struct member *members = xcalloc(s->n, sizeof(*members));

    for (int i = 0; s->n > 1 && i < g->ng; i++) {
        if (done[i])
            continue;
        if (star(s, g, g->m[i], members))
            spread(s, members, mean(s, members, rho), rho, done);
        else
            rho[i] = 0;
    }
    free(members);
    free(done);
}

/* Components along the lattice vectors: v = sum_i u_i a_i. */
static void to_lattice(const struct crystal *c, const double v[3], double u[3])
{
    for (int i = 0; i < 3; i++)
        u[i] = dot3(v, c->b[i]) / (2 * M_PI);
}

static void to_cartesian(const struct crystal *c, const double u[3],
                         double v[3])
{
    for (int k = 0; k < 3; k++)
        v[k] = u[0] * c->a[0][k] + u[1] * c->a[1][k] + u[2] * c->a[2][k];
}

/* F at the image of an atom is the image of its F. */
void symmetry_forces(const struct symmetry *s, const struct crystal *c,
                     double (*forces)[3])
{
    int n = c->natoms;
    double(*u)[3] = xcalloc(2 * (size_t)n, sizeof(*u)), (*sum)[3] = u + n;

    for (int a = 0; a < n; a++)
        to_lattice(c, forces[a], u[a]);
    for (int i = 0; i < s->n; i++)
        for (int a = 0; a < n; a++)
            for (int k = 0; k < 3; k++) {
                const int *r = s->rotation[i][k];

                sum[s->map[(size_t)i * n + a]][k] +=
                    (r[0] * u[a][0] + r[1] * u[a][1] + r[2] * u[a][2]) / s->n;
            }
    for (int a = 0; s->n > 1 && a < n; a++)
        to_cartesian(c, sum[a], forces[a]);
    free(u);
}

void symmetry_stress(const struct symmetry *s, const struct crystal *c,
                     double stress[3][3])
{
    double u[3][3], sum[3][3] = {{0}}, half[3][3];

    for (int k = 0; k < 3; k++) /* rows, and then columns */
        to_lattice(c, stress[k], half[k]);
    for (int k = 0; k < 3; k++)
        to_lattice(c, (double[3]){half[0][k], half[1][k], half[2][k]}, u[k]);
    for (int i = 0; i < s->n; i++)
        for (int p = 0; p < 81; p++) {
            int a = p / 27, b = p / 9 % 3, j = p / 3 % 3, k = p % 3;

            sum[a][b] += (double)(s->rotation[i][a][j] * s->rotation[i][b][k]) *
                         u[j][k] / s->n;
        }
    for (int k = 0; k < 3; k++)
        to_cartesian(c, sum[k], half[k]);
    for (int k = 0; s->n > 1 && k < 3; k++)
        to_cartesian(c, (double[3]){half[0][k], half[1][k], half[2][k]},
                     stress[k]);
}
