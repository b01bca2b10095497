#include <morsel/train.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numbers.h"
#include "suites.h"
#include "train_fixture.h"

/* Numbers of another program for given weights: tests/ref says whose. */
static void reference_frames(const char *text, struct frames *s, int n)
{
    *s = (struct frames){0};
    for (int i = 0; i < n; i++) {
        struct atoms a;
        struct frame f;
        double e, forces[39];

        atoms_init(&a, 13);
        for (int k = 0; k < 13; k++)
            a.z[k] = k < 12 ? 29 : 6;
        a.pbc[0] = a.pbc[1] = true;
        numbers_of(text, i, "positions", 39, a.pos[0]);
        numbers_of(text, i, "cell", 9, a.cell[0]);
        numbers_of(text, i, "energy_ref", 1, &e);
        numbers_of(text, i, "forces_ref", 39, forces);
        frame_of_atoms(&f, &a);
        frame_set_real(&f, "energy", e);
        frame_set_column(&f, "forces", 3, forces);
        frames_append(s, &f);
        frame_release(&f);
        atoms_release(&a);
    }
}

static void reference_model(const char *text, struct model *m)
{
    static const int z[2] = {6, 29};
    struct err err;
    double hidden[4] = {0};
    int n = numbers_count(text, "hidden");

    *m = (struct model){0};
    ck_assert_int_eq(descriptor_named(&m->descriptor, "paper", z, 2, &err), 0);
    numbers_after(text, "hidden", n, hidden);
    m->net = xcalloc(2, sizeof *m->net);
    for (int el = 0; el < 2; el++) {
        m->net[el] = (struct mlp){.act = ACT_TANH, .nlayer = n + 1};
        m->net[el].width[0] = 20;
        for (int l = 0; l < n; l++)
            m->net[el].width[l + 1] = (int)hidden[l];
        m->net[el].width[n + 1] = 1;
    }
    model_alloc(m, 1);
    numbers_after(text, "weights C", m->nparam / 2, m->theta[0]);
    numbers_after(text, "weights Cu", m->nparam / 2,
                  m->theta[0] + m->nparam / 2);
}

static void check_predictions(const char *text, struct model *m,
                              const struct frames *s)
{
    struct prediction out = {0};
    struct potential p;
    struct err err;
    double *e = xcalloc((size_t)s->n, sizeof *e), forces[39];

    potential_of_model(&p, m, 0);
    numbers_after(text, "energies", s->n, e);
    for (int i = 0; i < s->n; i++) {
        ck_assert_int_eq(p.eval(&p, &s->frame[i].atoms, &out, &err), 0);
        ck_close(out.energy, e[i], 1e-10);
        numbers_of(text, i, "forces", 39, forces);
        for (int k = 0; k < 39; k++)
            ck_close(out.forces[k / 3][k % 3], forces[k], 1e-10);
    }
    prediction_release(&out);
    p.release(&p);
    free(e);
}

static void check_reference(const char *path)
{
    struct loss loss = {.u_e = 1, .u_f = 1, .alpha = 0.04};
    struct frames frames;
    struct dataset ds;
    struct loss_work w;
    struct model m;
    struct err err;
    char *text = numbers_file(path);
    double n, value;

    ck_assert_ptr_nonnull(text);
    numbers_after(text, "nframes", 1, &n);
    numbers_after(text, "loss", 1, &value);
    reference_frames(text, &frames, (int)n);
    reference_model(text, &m);
    ck_assert_int_eq(
        dataset_build(&ds, &frames, "", NULL, true, MASK_ALL, &m, &err), 0);
    dataset_scale(&ds, &m, SCALING_RANGE, 0);
    double *g = xcalloc((size_t)m.nparam, sizeof *g);
    double *ref = xcalloc((size_t)m.nparam, sizeof *ref);

    loss_work_init(&w, &ds, &m);
    struct fit fit = loss_eval(&ds, &m, &loss, NULL, m.theta[0], &w, g);

    ck_close(fit.loss, value, 1e-10);
    numbers_after(text, "loss_gradient C", m.nparam / 2, ref);
    numbers_after(text, "loss_gradient Cu", m.nparam / 2, ref + m.nparam / 2);
    for (int p = 0; p < m.nparam; p++)
        ck_close(g[p], ref[p], 1e-10);
    check_predictions(text, &m, &frames);
    loss_work_release(&w);
    dataset_release(&ds);
    model_release(&m);
    frames_release(&frames);
    free(g);
    free(ref);
    free(text);
}

START_TEST(two_hidden_layers_as_another_program)
{
    check_reference("tests/ref/bpnn-3frames.json");
}
END_TEST

START_TEST(three_hidden_layers_as_another_program)
{
    check_reference("tests/ref/bpnn-5frames-3hidden.json");
}
END_TEST

/*
 * AMPtorch's own run, if its numbers are at hand: weights, scaling and
 * predictions of a model trained on 20 frames.  It adds energies of up to
 * 256 eV in float32, whose steps there are 1.5e-5 eV.
 */
#define GOLDEN "../shared/data/golden/"

/* Where function k of AMPtorch, whose elements are innermost, is in ours. */
static int our_index(int k)
{
    return k < 8 ? k % 2 * 4 + k / 2 : 8 + (k - 8) % 3 * 4 + (k - 8) / 3;
}

static void golden_model(struct model *m)
{
    static const int z[2] = {29, 6};
    static const char *const part[6] = {"0.weight", "0.bias",   "2.weight",
                                        "2.bias",   "4.weight", "4.bias"};
    static const int size[6] = {400, 20, 400, 20, 20, 1};
    char *weights = numbers_file(GOLDEN "weights_morse_seed1.json");
    char *scaling = numbers_file(GOLDEN "scaling_train20_morse.json");
    double ref[3], *theta;
    struct err err;

    ck_assert(weights && scaling);
    *m = (struct model){0};
    ck_assert_int_eq(descriptor_named(&m->descriptor, "paper", z, 2, &err), 0);
    ck_assert_int_eq(prior_published(&m->prior, z, 2, 6.6, 6.6, &err), 0);
    m->net = xcalloc(2, sizeof *m->net);
    for (int el = 0; el < 2; el++)
        m->net[el] = (struct mlp){
            .act = ACT_TANH, .nlayer = 3, .width = {20, 20, 20, 1}};
    model_alloc(m, 1);
    numbers_after(scaling, "target_ref_per_atom", 1, &ref[0]);
    numbers_after(scaling, "delta_ref_per_atom", 1, &ref[1]);
    numbers_after(scaling, "mean", 1, &ref[2]);
    numbers_after(scaling, "std", 1, &m->unit);
    theta = m->theta[0];
    for (int el = 0; el < 2; el++) {
        const char *symbol = el ? "C" : "Cu";
        double range[40], first[400];

        m->e0[el] = ref[0] - ref[1] + ref[2];
        numbers_after(scaling, symbol, 40, range);
        for (int k = 0; k < 20; k++) {
            double low = range[2 * k], high = range[2 * k + 1];

            if (high - low > 1e-8) {
                m->shift[el][our_index(k)] = (low + high) / 2;
                m->scale[el][our_index(k)] = 2 / (high - low);
            }
        }
        for (int k = 0; k < 6; theta += size[k++]) {
            char *key = xasprintf("elementwise_models.%s.model_net.%s", symbol,
                                  part[k]);

            numbers_after(weights, key, size[k], k ? theta : first);
            free(key);
            for (int j = 0; k == 0 && j < 400; j++)
                theta[j / 20 * 20 + our_index(j % 20)] = first[j];
        }
    }
    free(weights);
    free(scaling);
}

START_TEST(predicts_what_amptorch_predicts)
{
    static const int step[20] = {0,  3,  5,  8,  11, 13, 16, 18, 21, 24,
                                 26, 29, 32, 34, 37, 39, 42, 45, 47, 50};
    char *text = numbers_file(GOLDEN "predictions_morse_seed1_train20.json");
    struct prediction out = {0};
    struct potential p;
    struct frames s;
    struct model m;
    struct err err;
    double e[20], forces[20 * 39];

    if (!text) {
        puts("skipped: no " GOLDEN "predictions_morse_seed1_train20.json");
        return;
    }
    ck_assert_int_eq(
        frames_read(&s, "../shared/data/c_cu100_vasp_rpbe_relax51.xyz", &err),
        0);
    golden_model(&m);
    potential_of_model(&p, &m, 0);
    numbers_after(text, "E", 20, e);
    numbers_after(text, "F", 20 * 39, forces);
    for (int i = 0; i < 20; i++) {
        ck_assert_int_eq(p.eval(&p, &s.frame[step[i]].atoms, &out, &err), 0);
        ck_near(out.energy, e[i], 3e-5);
        for (int k = 0; k < 39; k++)
            ck_near(out.forces[k / 3][k % 3], forces[39 * i + k], 3e-5);
    }
    prediction_release(&out);
    p.release(&p);
    frames_release(&s);
    free(text);
}
END_TEST

TCase *train_reference_tests(void)
{
    TCase *t = tcase_create("reference");

    tcase_add_test(t, two_hidden_layers_as_another_program);
    tcase_add_test(t, three_hidden_layers_as_another_program);
    tcase_add_test(t, predicts_what_amptorch_predicts);
    return t;
}
