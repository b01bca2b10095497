#ifndef TESTS_UNIT_TRAIN_FIXTURE_H
#define TESTS_UNIT_TRAIN_FIXTURE_H

#include <check.h>

#include <morsel/train.h>

/* What the tests of lib/train start from. */
enum { NFRAME = 4 };

/* Frames of two elements and two compositions, labels out of the air. */
void make_frames(struct frames *s, int n);

/* Two small networks on the set "paper", and a prior. */
void make_model(struct model *m, enum activation act, int members);

struct fixture {
    struct frames frames;
    struct model m;
    struct dataset ds;
    struct loss loss;
};
void set_up(struct fixture *x, int members);
void set_up_mask(struct fixture *x, enum activation act, int members,
                 bool forces, enum force_mask mask, int nframe);
void tear_down(struct fixture *x);

/* The gradient of the loss at x->m.theta[0] is that of fourth-order differences;
 * weight [frames] or NULL. */
void check_gradient(struct fixture *x, const double *weight);

/* The parts of the suite of lib/train. */
TCase *train_loss_tests(void);
TCase *train_stream_tests(void);
TCase *train_calibrate_tests(void);
TCase *train_committee_tests(void);
TCase *train_dataset_tests(void);
TCase *train_reference_tests(void);
TCase *train_stored_tests(void);
TCase *train_stress_tests(void);

#endif
