#include "dft_scene.h"

#include <math.h>
#include <string.h>

static double eval(const struct pseudo *p, enum pseudo_part part, int i,
                   double q, double *slope)
{
    int l = p->l[i];
    (void)part;
    double c = p->data->bend * (1 + i), w = p->data->width * (1 + 0.1 * i);
    double g = exp(-w * q * q / 2), ql = pow(q, l), f = ql * (1 + c * q * q);

    if (slope)
        *slope = g * ((l ? l * pow(q, l - 1) * (1 + c * q * q) : 0) +
                      ql * 2 * c * q - w * q * f);
    return f * g;
}

static void fake(struct pseudo *p, struct pseudo_data *data, int *l,
                 double *strengths, bool overlap)
{
    *p = (struct pseudo){.zion = 3, .nbeta = NBETA, .eval = eval};
    for (int i = 0; i < NBETA; i++) {
        l[i] = i / 2;
        for (int j = 0; j < NBETA; j++) {
            strengths[i * NBETA + j] =
                i / 2 == j / 2 ? 1.3 - 0.4 * i - 0.4 * j : 0;
            strengths[(NBETA + i) * NBETA + j] =
                i / 2 == j / 2 ? 0.2 + 0.03 * (i + j) : 0;
        }
    }
    p->l = l;
    p->d = strengths;
    p->q = overlap ? strengths + NBETA * NBETA : NULL;
    p->data = data;
}

static const double cell[3][3] = {
    {3.1, 0.2, -0.3}, {0.4, 2.9, 0.1}, {-0.2, 0.5, 3.3}};

void scene_init(struct scene *s, bool overlap)
{
    const struct pseudo *table[120] = {
        [6] = &s->pseudo[0], [8] = &s->pseudo[1]};
    struct atoms a;

    s->data[0] = (struct pseudo_data){0.55, 0.11};
    s->data[1] = (struct pseudo_data){0.71, -0.07};
    for (int i = 0; i < 2; i++)
        fake(&s->pseudo[i], &s->data[i], s->l[i], s->strengths[i],
             overlap && i == 0);
    atoms_init(&a, 3);
    memcpy(a.cell, cell, sizeof(cell));
    for (int i = 0; i < 3; i++) {
        a.z[i] = i == 1 ? 8 : 6;
        for (int k = 0; k < 3; k++)
            a.pos[i][k] = 0.3 + 0.83 * i - 0.37 * k * i + 0.21 * k;
    }
    crystal_init(&s->crystal, &a, table, NULL);
    atoms_release(&a);
}

const double scene_generic[3] = {0.13, -0.27, 0.41};
const double scene_halves[2][3] = {{0, 0, 0}, {0.5, 0, 0.5}};

double complex *scene_states(const struct basis *b)
{
    struct rng rng;
    double complex *psi = xcalloc((size_t)NB * b->npw, sizeof(*psi));

    rng_init(&rng, 7);
    for (int i = 0; i < NB * b->npw; i++) {
        double re = rng_normal(&rng), im = rng_normal(&rng);
        bool own = b->real && b->kinetic[i % b->npw] == 0;

        psi[i] = (re + (own ? 0 : I * im)) / (1 + b->kinetic[i % b->npw]);
    }
    return psi;
}

const double scene_occ[NB] = {0.31, 0.29, 0.2, 0.11, 0.04};
const double scene_eig[NB] = {-0.5, -0.31, 0.12, 0.2, 0.37};
