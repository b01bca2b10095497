#include <morsel/sim.h>

#include <stdlib.h>
#include <string.h>

void cell_init(struct cell *c, enum cell_mode mode, const struct atoms *a)
{
    int n = a->natoms;

    *c = (struct cell){.mode = mode};
    memcpy(c->start, a->cell, sizeof c->start);
    atoms_init(&c->x, n + 3);
    c->x.move = xcalloc((size_t)n + 3, sizeof *c->x.move);
    c->forces = xcalloc((size_t)n + 3, sizeof *c->forces);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < 3; k++)
            c->x.move[i][k] = may_move(a, i, k);
    for (int i = 0; i < 3; i++) {
        c->deform[i][i] = 1;
        for (int k = 0; k < 3; k++)
            c->x.move[n + i][k] = mode != CELL_XY || (i < 2 && k < 2);
    }
}

void cell_release(struct cell *c)
{
    atoms_release(&c->x);
    free(c->forces);
    *c = (struct cell){0};
}

/* Inverse of m, by cofactors. */
static void invert(double m[3][3], double inverse[3][3])
{
    double det;

    for (int k = 0; k < 3; k++) { /* column k: normal to the other two rows */
        double column[3];
        cross3(column, m[(k + 1) % 3], m[(k + 2) % 3]);
        for (int i = 0; i < 3; i++)
            inverse[i][k] = column[i];
    }
    det = m[0][0] * inverse[0][0] + m[0][1] * inverse[1][0] +
          m[0][2] * inverse[2][0];
    for (int i = 0; i < 9; i++)
        inverse[i / 3][i % 3] /= det;
}

/* -V s, the force on the strain, of which the mode keeps its part. */
static void virial(const struct cell *c, const struct atoms *a,
                   double stress[3][3], double w[3][3])
{
    double volume = volume3(a->cell[0], a->cell[1], a->cell[2]);
    double mean = (stress[0][0] + stress[1][1] + stress[2][2]) / 3;

    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            w[i][k] = -volume * (c->mode != CELL_VOLUME ? stress[i][k]
                                 : i == k               ? mean
                                                        : 0);
}

void cell_take(struct cell *c, const struct atoms *a, double (*forces)[3],
               double stress[3][3])
{
    int n = a->natoms;
    double inverse[3][3], w[3][3];

    invert(c->deform, inverse);
    virial(c, a, stress, w);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < 3; k++) {
            c->x.pos[i][k] = dot3(inverse[k], a->pos[i]);
            c->forces[i][k] = 0;
            for (int m = 0; m < 3; m++)
                if (c->x.move[i][m])
                    c->forces[i][k] += forces[i][m] * c->deform[m][k];
        }
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++) {
            c->x.pos[n + i][k] = n * c->deform[i][k];
            c->forces[n + i][k] =
                c->x.move[n + i][k] ? dot3(w[i], inverse[k]) / n : 0;
        }
}

void cell_give(struct cell *c, struct atoms *a)
{
    int n = a->natoms;

    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            c->deform[i][k] = c->x.pos[n + i][k] / n;
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            a->cell[i][k] = dot3(c->deform[k], c->start[i]);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < 3; k++)
            a->pos[i][k] = dot3(c->deform[k], c->x.pos[i]);
}
