#include <morsel/train.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sgp_suite.h"
#include "suites.h"

void make_trios(struct frames *frames, int n, put_label put, double shift)
{
    struct trio c;
    struct rng rng;

    *frames = (struct frames){0};
    rng_init(&rng, 21);
    trio_init(&c);
    for (int k = 0; k < n; k++) {
        struct atoms a;
        struct frame f;

        atoms_copy(&a, &c.a);
        for (int i = 0; i < 9; i++)
            a.pos[i / 3][i % 3] += 0.1 * rng_normal(&rng);
        frame_of_atoms(&f, &a);
        put(&f, &a, shift);
        frames_append(frames, &f);
        frame_release(&f);
        atoms_release(&a);
    }
    trio_release(&c);
}

/* Published Morse energies, and constants of `shift` eV per atom. */
void morse_label(struct frame *f, const struct atoms *a, double shift)
{
    static const int z[2] = {6, 29};
    double forces[3][3] = {{0}}, strain[3][3] = {{0}};
    struct neighbors nb = {0};
    struct prior p;
    struct err err;

    ck_assert_int_eq(prior_published(&p, z, 2, 4.1, 6.3, &err), 0);
    ck_assert_int_eq(neighbors_find(&nb, a, p.rc, &err), 0);
    frame_set_real(f, "energy",
                   3 * shift + prior_eval_strain(&p, a, &nb, forces, strain));
    frame_set_column(f, "forces", 3, forces[0]);
    neighbors_release(&nb);
    prior_release(&p);
}

/* Springs to where the trio stands. */
void spring_label(struct frame *f, const struct atoms *a, double shift)
{
    double forces[9], energy = 3 * shift;
    struct trio c;

    trio_init(&c);
    for (int i = 0; i < 9; i++) {
        double d = a->pos[i / 3][i % 3] - c.a.pos[i / 3][i % 3];

        energy += 0.5 * d * d;
        forces[i] = -d;
    }
    frame_set_real(f, "energy", energy);
    frame_set_column(f, "forces", 3, forces);
    trio_release(&c);
}

void still_label(struct frame *f, const struct atoms *a, double shift)
{
    static const double none[9];

    frame_set_real(f, "energy", a->natoms * shift);
    frame_set_column(f, "forces", 3, none);
}

void train_sgp_of(struct trained *t, const struct frames *frames, bool prior,
                  enum force_mask mask, int max)
{
    static const int z[2] = {6, 29};
    struct loss ignored;
    struct dataset ds;
    struct err err;
    struct model *m = &t->m;

    *m = (struct model){0};
    ck_assert_int_eq(descriptor_named(&m->descriptor, "paper", z, 2, &err), 0);
    if (prior)
        ck_assert_int_eq(prior_published(&m->prior, z, 2, 5.0, 8.7, &err), 0);
    m->sgp = xcalloc(1, sizeof *m->sgp);
    sgp_init(m->sgp, 2, m->descriptor.nsf);
    model_alloc(m, 1);
    for (int k = 0; k < 2; k++) {
        struct dataset *to = k ? &ds : &t->ds;

        ck_assert_int_eq(dataset_build(to, frames, "t", NULL, DERIVE_POSITIONS,
                                       mask, m, &err),
                         0);
        dataset_scale(to, m, SCALING_MOTION, 0.05);
    }
    ck_assert_int_eq(sgp_train(&ds, m, max, &t->likelihood, &err), 0);
    dataset_release(&ds);
    if (!m->prior.nelement == !prior) { /* t->ds is less the prior, or not */
        double *e0 = xcalloc(2, sizeof *e0), unit = m->unit;

        memcpy(e0, m->e0, 2 * sizeof *e0);
        memset(m->e0, 0, 2 * sizeof *e0);
        dataset_reference(&t->ds, m, UNITS_ROBUST, &ignored);
        ck_assert_double_eq(m->unit, unit);
        memcpy(m->e0, e0, 2 * sizeof *e0);
        free(e0);
    }
}

void trained_release(struct trained *t)
{
    dataset_release(&t->ds);
    model_release(&t->m);
}

void ask_sgp(struct potential *p, const struct atoms *a, struct prediction *out)
{
    struct err err;

    ck_assert_int_eq(p->eval(p, a, out, &err), 0);
    ck_assert(out->has_sigma);
}
