#include "train_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "suites.h"

static void make_frame(struct frame *f, int natoms, struct rng *rng)
{
    static const double cell[3][3] = {
        {4.9, 0.3, -0.2}, {0.7, 5.3, 0.4}, {-0.5, 0.1, 6.1}};
    static const double pos[4][3] = {
        {0.1, 0.2, 0.3}, {2.4, 2.2, 0.9}, {1.3, 0.4, 2.9}, {3.3, 3.1, 3.4}};
    struct atoms a;
    double forces[12];

    atoms_init(&a, natoms);
    memcpy(a.cell, cell, sizeof cell);
    a.move = xcalloc((size_t)natoms, sizeof *a.move);
    for (int i = 0; i < natoms; i++) {
        a.pbc[i % 3] = true;
        a.z[i] = i == 2 ? 6 : 29;
        for (int c = 0; c < 3; c++) {
            a.pos[i][c] = pos[i][c] + 0.1 * rng_normal(rng);
            a.move[i][c] = (i + c) % 3 != 0;
            forces[3 * i + c] = rng_normal(rng);
        }
    }
    frame_of_atoms(f, &a);
    frame_set_real(f, "energy", -4.2 * natoms + rng_normal(rng));
    frame_set_column(f, "forces", 3, forces);
    f->line = 1;
    atoms_release(&a);
}

void make_frames(struct frames *s, int n)
{
    struct rng rng;

    *s = (struct frames){0};
    rng_init(&rng, 3);
    for (int i = 0; i < n; i++) {
        struct frame f;

        make_frame(&f, 3 + i % 2, &rng);
        frames_append(s, &f);
        frame_release(&f);
    }
}

void make_model(struct model *m, enum activation act, int members)
{
    static const int z[2] = {6, 29};
    struct err err;

    *m = (struct model){0};
    ck_assert_int_eq(descriptor_named(&m->descriptor, "paper", z, 2, &err), 0);
    ck_assert_int_eq(prior_published(&m->prior, z, 2, 4.5, 6.3, &err), 0);
    m->net = xcalloc(2, sizeof *m->net);
    for (int el = 0; el < 2; el++) {
        m->net[el] = (struct mlp){.act = act, .nlayer = 3};
        m->net[el].width[0] = m->descriptor.nsf[el];
        m->net[el].width[1] = 4;
        m->net[el].width[2] = 3 + el;
        m->net[el].width[3] = 1;
    }
    model_alloc(m, members);
}

void set_up_mask(struct fixture *x, enum activation act, int members,
                 bool forces, enum force_mask mask, int nframe)
{
    struct err err;

    make_frames(&x->frames, nframe);
    make_model(&x->m, act, members);
    ck_assert_int_eq(dataset_build(&x->ds, &x->frames, "t.xyz", NULL, forces,
                                   mask, &x->m, &err),
                     0);
    dataset_scale(&x->ds, &x->m, SCALING_RANGE, 0);
    x->loss = (struct loss){.alpha = 0.07};
    dataset_reference(&x->ds, &x->m, UNITS_ROBUST, &x->loss);
}

void set_up(struct fixture *x, int members)
{
    set_up_mask(x, ACT_TANH, members, true, MASK_ALL, NFRAME);
}

void tear_down(struct fixture *x)
{
    dataset_release(&x->ds);
    model_release(&x->m);
    frames_release(&x->frames);
}

void check_gradient(struct fixture *x, const double *weight)
{
    static const double h = 1e-3, step[4] = {1, -1, 2, -2};
    size_t n = (size_t)x->m.nparam;
    double *theta = x->m.theta[0], *g = xcalloc(n, sizeof *g);
    double *scratch = xcalloc(n, sizeof *scratch);
    struct loss_work w;

    loss_work_init(&w, &x->ds, &x->m);
    loss_eval(&x->ds, &x->m, &x->loss, weight, theta, &w, g);
    for (int p = 0; p < x->m.nparam; p++) {
        double f[4], at = theta[p];

        for (int k = 0; k < 4; k++) {
            theta[p] = at + step[k] * h;
            f[k] =
                loss_eval(&x->ds, &x->m, &x->loss, weight, theta, &w, scratch)
                    .loss;
        }
        theta[p] = at;
        ck_close(g[p], (8 * (f[0] - f[1]) - (f[2] - f[3])) / (12 * h), 2e-8);
    }
    free(g);
    free(scratch);
    loss_work_release(&w);
}
