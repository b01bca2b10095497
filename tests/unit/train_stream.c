#include <morsel/train.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "suites.h"
#include "train/committee.h"
#include "train_fixture.h"

/* Frames that stay in their file, and training by batches of them. */

static char path[] = "/tmp/morsel-test-XXXXXX";

static void write_frames(const struct frames *s)
{
    struct err err;
    FILE *f;

    strcpy(path + strlen(path) - 6, "XXXXXX");
    f = fdopen(mkstemp(path), "w");
    ck_assert_ptr_nonnull(f);
    for (int i = 0; i < s->n; i++)
        ck_assert_int_eq(frame_write(&s->frame[i], f, path, &err), 0);
    ck_assert_int_eq(fclose(f), 0);
}

START_TEST(archive_gives_any_frame)
{
    static const int order[6] = {4, 0, 5, 5, 2, 1};
    struct frames s;
    struct archive a;
    struct err err;
    int z[MAX_Z];

    make_frames(&s, 6);
    write_frames(&s);
    ck_assert_int_eq(archive_open(&a, path, &err), 0);
    unlink(path);
    ck_assert_int_eq(a.n, 6);
    ck_assert_int_eq(a.natoms, 21);
    ck_assert_int_eq(a.most, 4);
    ck_assert_int_eq(archive_elements(&a, z), 2);
    ck_assert_int_eq(z[0], 6);
    for (int k = 0; k < 6; k++) {
        int i = order[k];
        struct frame f;

        ck_assert_int_eq(archive_get(&a, i, &f, &err), 0);
        ck_assert_uint_eq(atoms_hash(&f.atoms), atoms_hash(&s.frame[i].atoms));
        ck_assert_int_eq(f.line, 1 + 5 * i + i / 2);
        frame_release(&f);
    }
    archive_release(&a);
    frames_release(&s);
}
END_TEST

static void open_stream(struct stream *s, struct archive *a, int batch)
{
    struct err err;

    ck_assert_int_eq(archive_open(a, path, &err), 0);
    stream_init(s, a, batch);
    s->path = path;
    s->labels = DERIVE_POSITIONS;
    s->mask = MASK_FREE;
}

/* Scaling, e0 and units of a stream are those of the data set. */
START_TEST(parts_are_measured_as_the_whole)
{
    static const enum scaling how[3] = {SCALING_RANGE, SCALING_PAPER,
                                        SCALING_MOTION};
    enum units units = _i % 2 ? UNITS_PAPER : UNITS_ROBUST;
    struct loss loss = {.alpha = 1}, whole = loss;
    struct frames frames;
    struct archive a;
    struct stream s;
    struct dataset ds;
    struct model m, n;
    struct err err;

    make_frames(&frames, 7);
    write_frames(&frames);
    make_model(&m, ACT_TANH, 1);
    make_model(&n, ACT_TANH, 1);
    open_stream(&s, &a, 1 + _i / 2);
    unlink(path);
    ck_assert_int_eq(
        stream_measure(&s, &m, how[_i / 2], 0.1, units, &loss, &err), 0);
    ck_assert_int_eq(dataset_build(&ds, &frames, "", NULL, DERIVE_POSITIONS,
                                   MASK_FREE, &n, &err),
                     0);
    dataset_scale(&ds, &n, how[_i / 2], 0.1);
    dataset_reference(&ds, &n, units, &whole);
    ck_assert_double_eq(m.unit, n.unit);
    ck_assert_double_eq(loss.u_f, whole.u_f);
    for (int el = 0; el < 2; el++) {
        ck_assert_double_eq(m.e0[el], n.e0[el]);
        for (int k = 0; k < m.descriptor.nsf[el]; k++) {
            ck_assert_double_eq(m.low[el][k], n.low[el][k]);
            ck_assert_double_eq(m.shift[el][k], n.shift[el][k]);
            ck_assert_double_eq(m.scale[el][k], n.scale[el][k]);
        }
    }
    for (int i = 0; i < 7; i++)
        ck_assert_uint_eq(s.id[i], ds.example[i].id);
    dataset_release(&ds);
    stream_release(&s);
    archive_release(&a);
    model_release(&m);
    model_release(&n);
    frames_release(&frames);
}
END_TEST

static const struct schedule adam = {.optimizer = OPTIMIZER_ADAM,
                                     .steps = 1,
                                     .rate = 0.01,
                                     .period = 4,
                                     .mult = 2};
static const struct plan plan = {
    .epochs = 6, .seed = 3, .bootstrap = BOOTSTRAP_FRESH};

static void train_whole(const struct frames *frames, struct model *m,
                        struct loss *loss)
{
    struct dataset ds;
    struct committee c;
    struct err err;

    ck_assert_int_eq(dataset_build(&ds, frames, "", NULL, DERIVE_POSITIONS,
                                   MASK_FREE, m, &err),
                     0);
    dataset_scale(&ds, m, SCALING_RANGE, 0);
    dataset_reference(&ds, m, UNITS_ROBUST, loss);
    committee_init(&c, &ds, m, loss, &adam, &plan);
    for (int k = 0; k < c.nmember; k++) /* where it is, not the best */
        while (c.member[k].trainer.epoch < plan.epochs)
            trainer_epoch(&c.member[k].trainer);
    for (int k = 0; k < c.nmember; k++)
        objective_unpack(&c.member[k].trainer.objective,
                         c.member[k].trainer.theta,
                         m->theta + c.member[k].first);
    committee_release(&c);
    dataset_release(&ds);
}

static void train_stream(struct model *m, struct loss *loss, int batch,
                         struct fit *fit)
{
    struct archive a;
    struct stream s;
    struct committee c;
    struct err err;

    open_stream(&s, &a, batch);
    ck_assert_int_eq(
        stream_measure(&s, m, SCALING_RANGE, 0, UNITS_ROBUST, loss, &err), 0);
    stream_begin(&s, &c, m, loss, &adam, &plan);
    while (stream_epoch(&s, &c, &err) > 0)
        ;
    ck_assert_int_eq(stream_end(&s, &c, &err), 0);
    for (int k = 0; k < c.nmember; k++) {
        objective_unpack(&c.member[k].trainer.objective,
                         c.member[k].trainer.theta,
                         m->theta + c.member[k].first);
        fit[k] = c.member[k].fit;
    }
    committee_release(&c);
    stream_release(&s);
    archive_release(&a);
}

/*
 * One batch of all frames is Adam on the whole set, but for the order in which
 * numbers are added: with heads and without, with weights of frames and decay.
 */
START_TEST(one_batch_is_the_whole_set)
{
    struct loss loss = {.alpha = 0.3, .decay = 0.01}, again = loss;
    struct frames frames;
    struct model m, n;
    struct fit fit[2];

    make_frames(&frames, 5);
    write_frames(&frames);
    make_model(&m, ACT_TANH, 2);
    make_model(&n, ACT_TANH, 2);
    m.shared = n.shared = _i;
    train_whole(&frames, &m, &loss);
    train_stream(&n, &again, 9, fit);
    unlink(path);
    for (int k = 0; k < 2; k++)
        for (int p = 0; p < m.nparam; p++)
            ck_near(m.theta[k][p], n.theta[k][p], 1e-9);
    model_release(&m);
    model_release(&n);
    frames_release(&frames);
}
END_TEST

/* What stream_end() says of the best weights, the loss on all data says too. */
START_TEST(batches_sum_to_the_whole)
{
    struct loss loss = {.alpha = 0.3, .decay = 0.01};
    struct frames frames;
    struct dataset ds;
    struct objective o;
    struct archive a;
    struct stream s;
    struct committee c;
    struct model m;
    struct err err;

    make_frames(&frames, 5);
    write_frames(&frames);
    make_model(&m, ACT_TANH, 1);
    open_stream(&s, &a, 2);
    unlink(path);
    ck_assert_int_eq(
        stream_measure(&s, &m, SCALING_RANGE, 0, UNITS_ROBUST, &loss, &err), 0);
    stream_begin(&s, &c, &m, &loss, &adam, &plan);
    while (stream_epoch(&s, &c, &err) > 0)
        ;
    ck_assert_int_eq(c.member[0].epoch, plan.epochs);
    ck_assert_int_eq(stream_end(&s, &c, &err), 0);

    ck_assert_int_eq(dataset_build(&ds, &frames, "", NULL, DERIVE_POSITIONS,
                                   MASK_FREE, &m, &err),
                     0);
    dataset_apply_scale(&ds, &m);
    dataset_apply_reference(&ds, &m);
    objective_init(&o, &m, &loss, 1);
    objective_look(&o, &ds);
    double *g = xcalloc((size_t)m.nparam, sizeof *g);
    struct fit fit = objective_eval(&o, c.weight, m.theta[0], g);

    ck_close(c.member[0].fit.loss, fit.loss, 1e-12);
    ck_close(c.member[0].fit.rmse_e, fit.rmse_e, 1e-12);
    ck_close(c.member[0].fit.rmse_f, fit.rmse_f, 1e-12);
    free(g);
    objective_release(&o);
    dataset_release(&ds);
    committee_release(&c);
    stream_release(&s);
    archive_release(&a);
    model_release(&m);
    frames_release(&frames);
}
END_TEST

/* A cosine of 10 epochs, then of 20, 40: each is waited for. */
START_TEST(patience_outlasts_the_cosine)
{
    const struct schedule s = {.period = 10, .mult = 2}, constant = {0};
    static const int known[5][2] = {
        {0, 60}, {9, 60}, {10, 70}, {29, 70}, {30, 90}};

    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(schedule_patience(&s, known[i][0]), known[i][1]);
    ck_assert_int_eq(schedule_patience(&constant, 1000), 50);
    ck_assert_int_gt(schedule_patience(&s, 2147483647), 1000000000);
}
END_TEST

/* From the checksums of two parts to that of the whole. */
START_TEST(checksums_join)
{
    unsigned char data[300];

    for (int i = 0; i < 300; i++)
        data[i] = (unsigned char)(i * i + 7);
    for (size_t n = 0; n <= 300; n += 25)
        ck_assert_uint_eq(crc32c_join(crc32c(0, data, n),
                                      crc32c(0, data + n, 300 - n), 300 - n),
                          crc32c(0, data, 300));
}
END_TEST

TCase *train_stream_tests(void)
{
    TCase *t = tcase_create("stream");

    tcase_add_test(t, archive_gives_any_frame);
    tcase_add_loop_test(t, parts_are_measured_as_the_whole, 0, 6);
    tcase_add_loop_test(t, one_batch_is_the_whole_set, 0, 2);
    tcase_add_test(t, batches_sum_to_the_whole);
    tcase_add_test(t, patience_outlasts_the_cosine);
    tcase_add_test(t, checksums_join);
    return t;
}
