#include "gp_suite.h"

#include <stdlib.h>
#include <string.h>

void gp_atoms(struct atoms *a)
{
    static const double cell[3][3] = {
        {5.3, 0.2, 0}, {0.4, 5.6, -0.3}, {0, 0, 0}};
    static const double pos[5][3] = {{0.1, 0.2, 0},
                                     {2.7, 2.9, 0.2},
                                     {2.5, 0.1, 2.0},
                                     {0.3, 2.6, 2.3},
                                     {1.6, 1.5, 4.0}};
    static const int z[5] = {29, 29, 29, 29, 6};

    atoms_init(a, 5);
    memcpy(a->cell, cell, sizeof cell);
    memcpy(a->pos, pos, sizeof pos);
    memcpy(a->z, z, sizeof z);
    a->pbc[0] = a->pbc[1] = true;
    a->move = xcalloc(5, sizeof *a->move);
    memset(a->move[2], true, 3 * sizeof *a->move);
    a->move[3][1] = false; /* one coordinate of an atom that moves */
}

void gp_label(struct frame *f, const struct atoms *a)
{
    double(*forces)[3] = xcalloc((size_t)a->natoms, sizeof *forces);
    double v = volume3(a->cell[0], a->cell[1], a->cell[2]), s[3][3] = {{0}};
    static const int z[2] = {6, 29};
    struct neighbors nb = {0};
    struct prior p;
    struct err err;

    frame_of_atoms(f, a);
    ck_assert_int_eq(prior_published(&p, z, 2, 4.1, 6.3, &err), 0);
    ck_assert_int_eq(neighbors_find(&nb, a, p.rc, &err), 0);
    frame_set_real(f, "energy", 2 * prior_eval_strain(&p, a, &nb, forces, s));
    for (int i = 0; i < 3 * a->natoms; i++)
        forces[i / 3][i % 3] *= 2;
    frame_set_column(f, "forces", 3, forces[0]);
    for (int i = 0; i < 9; i++)
        s[i / 3][i % 3] *= 2 / v;
    if (a->pbc[0] && a->pbc[1] && a->pbc[2])
        frame_set_matrix(f, "stress", s);
    free(forces);
    neighbors_release(&nb);
    prior_release(&p);
}

void gp_frames(struct frames *frames, int n)
{
    struct atoms a, b;
    struct rng rng;

    *frames = (struct frames){0};
    rng_init(&rng, 11);
    gp_atoms(&a);
    for (int k = 0; k < n; k++) {
        struct frame f;

        atoms_copy(&b, &a);
        for (int i = 0; i < 15; i++)
            if (b.move[i / 3][i % 3] && k > 0)
                b.pos[i / 3][i % 3] += 0.15 * rng_normal(&rng);
        gp_label(&f, &b);
        frames_append(frames, &f);
        frame_release(&f);
        atoms_release(&b);
    }
    atoms_release(&a);
}

void gp_add_prior(struct gp *gp)
{
    static const int z[2] = {6, 29};
    struct err err;

    ck_assert_int_eq(prior_published(&gp->prior, z, 2, 5.0, 8.7, &err), 0);
}

void gp_of_frames(struct gp *gp, int n, bool prior)
{
    const struct gp_params params = {
        .noise_e = GP_NOISE, .noise_f = GP_NOISE, .fit_scale = true};
    struct frames frames;
    struct err err;

    gp_frames(&frames, n);
    ck_assert_int_eq(gp_gather(gp, &frames, "test", NULL, false, &err), 0);
    if (prior)
        gp_add_prior(gp);
    ck_assert_int_eq(gp_train(gp, &params, &err), 0);
    gp->provenance = xstrdup("tool test\n");
    frames_release(&frames);
}

void gp_crooked(struct atoms *a, int natoms)
{
    static const double cell[3][3] = {
        {4.1, 0.3, -0.2}, {1.1, 3.9, 0.4}, {-0.5, 1.1, 4.3}};
    static const double pos[GP_CROOKED][3] = {
        {0.1, 0.2, 0.3}, {2.4, 2.2, 0.9}, {1.3, 0.4, 2.9}};

    atoms_init(a, natoms);
    memcpy(a->cell, cell, sizeof cell);
    memcpy(a->pos, pos, (size_t)natoms * sizeof *a->pos);
    for (int i = 0; i < natoms; i++)
        a->z[i] = i == 2 ? 6 : 29;
    for (int c = 0; c < 3; c++)
        a->pbc[c] = true;
}

void gp_strain(struct atoms *a, int r, int c, double h)
{
    for (int k = 0; k < 3; k++)
        a->cell[k][r] += h * a->cell[k][c];
    for (int i = 0; i < a->natoms; i++)
        a->pos[i][r] += h * a->pos[i][c];
}

void gp_crystals(struct frames *frames, int natoms, int n, bool strained)
{
    struct atoms a;
    struct frame f;
    struct rng rng;

    *frames = (struct frames){0};
    rng_init(&rng, 5);
    for (int k = 0; k < n; k++) {
        gp_crooked(&a, natoms);
        for (int i = 0; k > 0 && strained && i < 9; i++)
            gp_strain(&a, i / 3, i % 3, 0.04 * rng_normal(&rng));
        for (int i = 0; k > 0 && i < 3 * natoms; i++)
            a.pos[i / 3][i % 3] += 0.1 * rng_normal(&rng);
        gp_label(&f, &a);
        frames_append(frames, &f);
        frame_release(&f);
        atoms_release(&a);
    }
}
