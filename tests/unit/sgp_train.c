#include <morsel/train.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sgp_suite.h"
#include "suites.h"

/* The data of a set as a dense process has them, y in units of m->unit. */
struct dense {
    int n;
    double *y, *c, *phi; /* [n], [n][n], [n][width] */
    double log_noise;    /* of all, the variances' */
};

static void dense_init(struct dense *d, struct trained *t)
{
    const struct sgp *s = t->m.sgp;
    int m = sgp_size(s), width = sgp_width(s);

    *d = (struct dense){0};
    for (int i = 0; i < t->ds.n; i++)
        d->n += 1 + t->ds.example[i].ncount;
    d->y = xcalloc((size_t)d->n, sizeof *d->y);
    d->c = xcalloc((size_t)d->n * (size_t)d->n, sizeof *d->c);
    d->phi = xcalloc((size_t)d->n * (size_t)width, sizeof *d->phi);
    double *noise = xcalloc((size_t)d->n, sizeof *noise);
    int at = 0;

    for (int i = 0; i < t->ds.n; i++) {
        const struct example *x = &t->ds.example[i];
        const double *jac = x->jac, *of[3], *by[3];
        double *rows = xcalloc(10 * (size_t)m, sizeof *rows);
        struct surroundings v = {3, x->element, x->dep, x->atom, of, by};

        for (int a = 0; a < 3; a++) {
            int el = x->element[a];

            of[a] = t->ds.x[el] + x->row[a] * t->ds.nsf[el];
            by[a] = jac;
            jac += 3 * (x->dep[a + 1] - x->dep[a]) * t->ds.nsf[el];
        }
        sgp_rows(s, &v, rows);
        sgp_whiten(s, 10, rows);
        for (int r = 0; r < 10; r++) {
            double *phi = d->phi + at * width;

            if (r > 0 && !(x->mask[(r - 1) / 3][(r - 1) % 3] > 0))
                continue;
            memcpy(phi, rows + r * m, (size_t)m * sizeof *phi);
            for (int a = 0; r == 0 && a < 3; a++)
                phi[m + x->element[a]] += SGP_CONSTANT;
            d->y[at] =
                (r == 0 ? x->energy : -x->forces[(r - 1) / 3][(r - 1) % 3]) /
                t->m.unit;
            noise[at++] =
                r == 0 ? 3 * pow(SGP_NOISE_E, 2) : pow(SGP_NOISE_F, 2);
        }
        free(rows);
    }
    ck_assert_int_eq(at, d->n);
    for (int i = 0; i < d->n; i++) {
        d->log_noise += log(noise[i]);
        for (int j = 0; j < d->n; j++) {
            d->c[i * d->n + j] = i == j ? noise[i] : 0;
            for (int k = 0; k < width; k++)
                d->c[i * d->n + j] +=
                    d->phi[i * width + k] * d->phi[j * width + k];
        }
    }
    free(noise);
}

static void dense_release(struct dense *d)
{
    free(d->y);
    free(d->c);
    free(d->phi);
}

/*
 * sigma and the logarithm of the probability of y under N(0, sigma^2 C), one
 * datum s0 more, and the prior of the length, with the noises left out.
 */
static double dense_likelihood(const struct dense *d, const struct trained *t,
                               double *sigma)
{
    double *x = xcalloc((size_t)d->n, sizeof *x), unit = t->m.unit;
    double quadratic = pow(SGP_SIGMA / unit, 2);
    double length = log(t->m.sgp->length / SGP_LENGTH) / SGP_LENGTH_WIDTH;

    plain_solve(d->n, d->c, d->y, x);
    for (int i = 0; i < d->n; i++)
        quadratic += d->y[i] * x[i];
    free(x);
    *sigma = sqrt(quadratic / (d->n + 1));
    return -(d->n + 1) * log(*sigma * unit) -
           (plain_log_det(d->n, d->c) - d->log_noise) / 2 - length * length / 2;
}

/* At another length than that of training. */
static double likelihood_at(struct trained *t, double length)
{
    double was = t->m.sgp->length, sigma, value;
    struct dense d;
    struct err err;

    t->m.sgp->length = length;
    ck_assert_int_eq(sgp_prepare(t->m.sgp, &err), 0);
    dense_init(&d, t);
    value = dense_likelihood(&d, t, &sigma);
    dense_release(&d);
    t->m.sgp->length = was;
    ck_assert_int_eq(sgp_prepare(t->m.sgp, &err), 0);
    return value;
}

/*
 * The likelihood, its sigma and the choice of the length against the dense
 * process of the same covariances, from the data side: n^3 instead of M^3.
 */
START_TEST(likelihood_is_that_of_a_dense_process)
{
    struct frames frames;
    struct trained t;
    struct dense d;
    double sigma;

    make_trios(&frames, 3, morse_label, -4.2);
    train_sgp_of(&t, &frames, _i, MASK_ALL, 20);
    dense_init(&d, &t);
    ck_assert_int_eq(d.n, 30);
    ck_close(t.likelihood, dense_likelihood(&d, &t, &sigma), 1e-7);
    ck_near(t.m.sgp->sigma / sigma, 1, 1e-8);
    for (int k = -2; k <= 2; k++) /* a parabola through steps of 1.6 */
        ck_assert_double_ge(t.likelihood,
                            likelihood_at(&t, t.m.sgp->length * pow(1.6, k)) -
                                (k == 0) * 1e-5);
    dense_release(&d);
    trained_release(&t);
    frames_release(&frames);
}
END_TEST

/*
 * Predictions at the first frame, which is left out of the training, from the
 * dense side: f = Q C^-1 y and k** - Q C^-1 Q of the energy.
 */
START_TEST(predictions_are_those_of_a_dense_process)
{
    struct frames frames, rest;
    struct prediction out = {0};
    struct potential p;
    struct trained t, all;
    struct dense d, e;

    make_trios(&frames, 4, morse_label, -4.2);
    rest = (struct frames){3, 3, frames.frame + 1};
    train_sgp_of(&t, &rest, false, MASK_ALL, 20);
    dense_init(&d, &t);
    int width = sgp_width(t.m.sgp), n = d.n;
    double *x = xcalloc((size_t)n, sizeof *x);
    double *q = xcalloc((size_t)n, sizeof *q);
    struct sgp *s = t.m.sgp;
    double unit = t.m.unit, e0 = 0, sigma = s->sigma;

    /* The rows of the first frame, scaled as those of the others. */
    struct dataset first;
    struct frames one = {1, 1, frames.frame};
    struct err err;

    ck_assert_int_eq(dataset_build(&first, &one, "t", NULL, DERIVE_POSITIONS,
                                   MASK_ALL, &t.m, &err),
                     0);
    dataset_apply_scale(&first, &t.m);
    all = t;
    all.ds = first;
    dense_init(&e, &all);
    potential_of_model(&p, &t.m, 0);
    ask_sgp(&p, &frames.frame[0].atoms, &out);
    plain_solve(n, d.c, d.y, x);

    /* e0 without the constants, whose part is in Q */
    for (int r = 0; r < 10; r++) {
        double mean = 0, value;

        for (int i = 0; i < n; i++) {
            q[i] = 0;
            for (int k = 0; k < width; k++)
                q[i] += d.phi[i * width + k] * e.phi[r * width + k];
            mean += q[i] * x[i];
        }
        if (r == 0) {
            const struct example *y = &t.ds.example[0];

            e0 = rest.frame[0].atoms.natoms == 3 ? 0 : NAN;
            frame_get_real(&rest.frame[0], "energy", &e0);
            e0 -= y->energy; /* of the composition, which all have */
            value = out.energy - e0;
        } else {
            value = -out.forces[(r - 1) / 3][(r - 1) % 3];
        }
        ck_near(value, unit * mean, 1e-6);
    }
    /* q is that of the last force: its variance but for k** - |phi_k|^2 */
    double left = 0, var = 0;

    for (int r = 0; r < 10; r++) {
        double *phi = e.phi + r * width, *c = xcalloc((size_t)n, sizeof *c);

        left = 0;
        for (int i = 0; i < n; i++) {
            q[i] = 0;
            for (int k = 0; k < width; k++)
                q[i] += d.phi[i * width + k] * phi[k];
        }
        plain_solve(n, d.c, q, c);
        for (int k = sgp_size(s); k < width; k++)
            left += phi[k] * phi[k];
        for (int i = 0; i < n; i++)
            left -= q[i] * c[i];
        free(c);
        if (r == 0) {
            for (int i = 0; i < 3; i++)
                for (int j = 0; j < 3; j++) {
                    int el = first.example[0].element[i];
                    const int *row = first.example[0].row;

                    if (first.example[0].element[j] == el)
                        var += plain_kernel(
                            s, el, first.x[el] + row[i] * first.nsf[el],
                            first.x[el] + row[j] * first.nsf[el]);
                }
            ck_near(out.sigma_e / (unit * sigma * sqrt(var + left)), 1, 1e-6);
        }
    }
    free(x);
    free(q);
    dense_release(&d);
    dense_release(&e);
    dataset_release(&first);
    dataset_release(&t.ds);
    prediction_release(&out);
    p.release(&p);
    frames_release(&frames);
}
END_TEST

/*
 * Energies alone, and all environments taken: f(z) are all that the energies
 * are sums of, and the process is the dense one of k, exactly (but for 1e-10
 * on the diagonal of K_mm, 1e-4 of the noise of an energy).
 */
START_TEST(nothing_is_lost_where_environments_span_the_data)
{
    enum { N = 5 };
    struct frames frames;
    struct trained t;
    struct dense d;
    double exact;

    make_trios(&frames, N, morse_label, -4.2);
    for (int i = 0; i < N; i++)
        frames.frame[i].atoms.move = xcalloc(3, sizeof(bool[3]));
    train_sgp_of(&t, &frames, false, MASK_FREE, 300);
    dense_init(&d, &t);
    ck_assert_int_eq(d.n, N);
    for (int p = 0; p < N; p++)
        for (int q = 0; q < N; q++) {
            const struct example *a = &t.ds.example[p], *b = &t.ds.example[q];

            exact = 5 * SGP_CONSTANT * SGP_CONSTANT + /* 1 C and 2 Cu */
                    (p == q) * 3 * pow(SGP_NOISE_E, 2);
            for (int i = 0; i < 3; i++)
                for (int j = 0; j < 3; j++) {
                    int el = a->element[i], nsf = t.ds.nsf[el];

                    if (b->element[j] == el)
                        exact += plain_kernel(t.m.sgp, el,
                                              t.ds.x[el] + a->row[i] * nsf,
                                              t.ds.x[el] + b->row[j] * nsf);
                }
            ck_near(d.c[p * N + q], exact, 1e-8);
        }
    dense_release(&d);
    trained_release(&t);
    frames_release(&frames);
}
END_TEST

TCase *sgp_train_tests(void)
{
    TCase *t = tcase_create("train");

    tcase_add_loop_test(t, likelihood_is_that_of_a_dense_process, 0, 2);
    tcase_add_test(t, predictions_are_those_of_a_dense_process);
    tcase_add_test(t, nothing_is_lost_where_environments_span_the_data);
    return t;
}
