#ifndef TESTS_UNIT_SGP_SUITE_H
#define TESTS_UNIT_SGP_SUITE_H

#include <check.h>

#include <morsel/train.h>

/* Three atoms of two elements in a crooked cell smaller than the cutoff. */
struct trio {
    struct descriptor d;
    struct atoms a;
    struct neighbors nb;
    struct features f;
    const double *x[3], *jac[3];
    struct surroundings v;
};
void trio_init(struct trio *c);
void trio_look(struct trio *c); /* at where the atoms are now */
void trio_release(struct trio *c);

/* Environments of the trio moved at random n times, and of itself. */
void trio_environments(struct sgp *s, struct trio *c, int n);

/* x = a^-1 b of a symmetric positive definite a [n][n], and log |a|. */
void plain_solve(int n, const double *a, const double *b, double *x);
double plain_log_det(int n, const double *a);

/* k(x, x') from its definition. */
double plain_kernel(const struct sgp *s, int element, const double *x,
                    const double *y);

/* Frames of the trio moved at random; put() sets their energy and forces. */
typedef void (*put_label)(struct frame *f, const struct atoms *a, double shift);

void make_trios(struct frames *frames, int n, put_label put, double shift);

/* Published Morse energies, and `shift` eV per atom; springs; or no forces. */
void morse_label(struct frame *f, const struct atoms *a, double shift);
void spring_label(struct frame *f, const struct atoms *a, double shift);
void still_label(struct frame *f, const struct atoms *a, double shift);

/* A process trained on these; and the data, as they were, to compare with. */
struct trained {
    struct dataset ds;
    struct model m;
    double likelihood;
};

void train_sgp_of(struct trained *t, const struct frames *frames, bool prior,
                  enum force_mask mask, int max);
void trained_release(struct trained *t);

/* A prediction with sigmas. */
void ask_sgp(struct potential *p, const struct atoms *a,
             struct prediction *out);

/* Parts of the suite of lib/sgp and of its training. */
TCase *sgp_train_tests(void);
TCase *sgp_trained_tests(void);
TCase *sgp_file_tests(void);

#endif
