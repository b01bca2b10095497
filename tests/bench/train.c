/* How fast training and prediction are: lines `name value unit`. */

#include <morsel/la.h>
#include <morsel/train.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/*
 * C on a slab of 2 x 2 x 3 atoms of Cu(100), a = 3.6 angstrom, moved at
 * random by 0.05 angstrom in each direction.
 */
static void slab(struct atoms *a, struct rng *rng)
{
    const double d = 3.6 / sqrt(2), h = 1.8;

    atoms_init(a, 13);
    a->cell[0][0] = a->cell[1][1] = 2 * d;
    a->cell[2][2] = 30;
    a->pbc[0] = a->pbc[1] = true;
    for (int i = 0; i < 13; i++) {
        int layer = i / 4;

        a->z[i] = i < 12 ? 29 : 6;
        a->pos[i][0] = (i % 2 + layer % 2 * 0.5) * d;
        a->pos[i][1] = (i / 2 % 2 + layer % 2 * 0.5) * d;
        a->pos[i][2] = 10 + layer * h;
        for (int c = 0; c < 3; c++)
            a->pos[i][c] += 0.05 * rng_normal(rng);
    }
}

/* Labels by a soft prior of longer reach: smooth, and not the model's own. */
static void label(struct frame *f, const struct prior *p)
{
    struct neighbors nb = {0};
    double(*forces)[3] = xcalloc((size_t)f->atoms.natoms, sizeof *forces);
    struct err err;

    if (neighbors_find(&nb, &f->atoms, p->rc, &err) < 0)
        abort();
    frame_set_real(f, "energy", prior_eval(p, &f->atoms, &nb, forces));
    frame_set_column(f, "forces", 3, forces[0]);
    neighbors_release(&nb);
    free(forces);
}

static void make_frames(struct frames *s, int n)
{
    static const int z[2] = {6, 29};
    struct prior p;
    struct rng rng;
    struct err err;

    *s = (struct frames){0};
    rng_init(&rng, 1);
    if (prior_published(&p, z, 2, 3, 7, &err) < 0)
        abort();
    for (int i = 0; i < 4; i++)
        p.term[0].pair[i].m.d *= 0.4;
    for (int i = 0; i < n; i++) {
        struct atoms a;
        struct frame f;

        slab(&a, &rng);
        frame_of_atoms(&f, &a);
        label(&f, &p);
        frames_append(s, &f);
        frame_release(&f);
        atoms_release(&a);
    }
    prior_release(&p);
}

/* Hidden layers of 20, and the paper's set. */
static void make_model(struct model *m, int nhidden, int members)
{
    static const int z[2] = {6, 29};
    struct err err;

    *m = (struct model){0};
    if (descriptor_named(&m->descriptor, "paper", z, 2, &err) < 0 ||
        prior_published(&m->prior, z, 2, PRIOR_RS, PRIOR_RC, &err) < 0)
        abort();
    m->net = xcalloc(2, sizeof *m->net);
    for (int el = 0; el < 2; el++) {
        m->net[el] = (struct mlp){.act = ACT_TANH, .nlayer = nhidden + 1};
        for (int l = 0; l <= nhidden; l++)
            m->net[el].width[l] = 20;
        m->net[el].width[nhidden + 1] = 1;
    }
    model_alloc(m, members);
}

static void make_dataset(struct dataset *ds, struct frames *frames,
                         struct model *m, struct loss *loss)
{
    struct err err;

    if (dataset_build(ds, frames, "", NULL, true, MASK_ALL, m, &err) < 0)
        abort();
    dataset_scale(ds, m, SCALING_RANGE, 0);
    dataset_reference(ds, m, UNITS_ROBUST, loss);
}

static int compare(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;

    return (a > b) - (a < b);
}

enum { REPEAT = 15 };

static double median(double *x)
{
    qsort(x, REPEAT, sizeof *x, compare);
    return x[REPEAT / 2];
}

static void time_loss(struct frames *frames, int nhidden)
{
    struct loss loss = {.alpha = 0.04};
    struct loss_work w;
    struct dataset ds;
    struct model m;
    struct rng rng;
    double t[REPEAT];

    make_model(&m, nhidden, 1);
    make_dataset(&ds, frames, &m, &loss);
    rng_init(&rng, 1);
    initial_weights(&m, &rng, m.theta[0]);
    double *g = xcalloc((size_t)m.nparam, sizeof *g);

    loss_work_init(&w, &ds, &m);
    for (int r = 0; r < REPEAT; r++) {
        t[r] = now();
        for (int k = 0; k < 50; k++)
            loss_eval(&ds, &m, &loss, NULL, m.theta[0], &w, g);
        t[r] = (now() - t[r]) / 50;
    }
    printf("loss_gradient_20frames_%dx20 %.4g ms\n", nhidden, 1000 * median(t));
    free(g);
    loss_work_release(&w);
    dataset_release(&ds);
    model_release(&m);
}

static void time_training(struct frames *frames, int nhidden)
{
    const struct schedule schedule = {.steps = 20, .memory = 50};
    const struct plan plan = {.epochs = 200, .seed = 1};
    struct loss loss = {.alpha = 0.04};
    struct committee c;
    struct dataset ds;
    struct model m;
    double t = now();

    make_model(&m, nhidden, 1);
    make_dataset(&ds, frames, &m, &loss);
    committee_init(&c, &ds, &m, &loss, &schedule, &plan);
    while (committee_epoch(&c))
        ;
    printf("train_20frames_%dx20 %.4g s\n", nhidden, now() - t);
    printf("train_20frames_%dx20_epochs %d 1\n", nhidden, c.member[0].epoch);
    printf("train_20frames_%dx20_rmse %.3g eV/A\n", nhidden,
           c.member[0].fit.rmse_f);
    committee_release(&c);
    dataset_release(&ds);
    model_release(&m);
}

static void time_potential(struct frames *frames, int members)
{
    struct prediction out = {0};
    struct potential p;
    struct model m;
    struct rng rng;
    struct err err;
    double t[REPEAT];

    make_model(&m, 2, members);
    rng_init(&rng, 1);
    for (int k = 0; k < members; k++)
        initial_weights(&m, &rng, m.theta[k]);
    potential_of_model(&p, &m, 0);
    for (int r = 0; r < REPEAT; r++) {
        t[r] = now();
        for (int k = 0; k < 100; k++)
            if (p.eval(&p, &frames->frame[k % frames->n].atoms, &out, &err) < 0)
                abort();
        t[r] = (now() - t[r]) / 100;
    }
    printf("potential_%dmembers %.0f atom-steps/s\n", members, 13 / median(t));
    prediction_release(&out);
    p.release(&p);
}

int main(void)
{
    struct frames frames;

    la_threads(1);
    make_frames(&frames, 20);
    time_loss(&frames, 3);
    time_loss(&frames, 2);
    time_training(&frames, 3);
    time_training(&frames, 2);
    time_potential(&frames, 1);
    time_potential(&frames, 5);
    frames_release(&frames);
    return 0;
}
