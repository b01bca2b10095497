#ifndef MORSEL_OPTIM_H
#define MORSEL_OPTIM_H

#include <morsel/util.h>

/*
 * Minimizers of f(x), x in R^n.  The caller owns the loop, evaluates f and
 * its gradient, prints, tests for convergence and stops:
 *
 *     lbfgs_init(&o, n, 20);
 *     do
 *         f = evaluate(x, g);
 *     while (!small(g) && lbfgs_step(&o, f, g, x) == OPTIM_GO_ON);
 *     lbfgs_release(&o);
 */
enum optim_status {
    OPTIM_GO_ON,  /* x has moved: evaluate there */
    OPTIM_STALLED /* no lower point can be found: x is the best one */
};

/*
 * Limited-memory BFGS with a line search for the strong Wolfe conditions:
 * J. Nocedal, Math. Comp. 35, 773 (1980); J. Nocedal and S. J. Wright,
 * Numerical Optimization (2006), algorithms 3.5, 3.6, 7.4 and 7.5.
 *
 * An iteration goes from x to x + t d along the direction d.  With
 * phi(t) = f(x + t d) it accepts the first trial t that it finds with
 *
 *     phi(t) <= phi(0) + c1 t phi'(0),   |phi'(t)| <= c2 |phi'(0)|,
 *
 * c1 = 1e-4 and c2 = 0.9.  A value or slope that is not finite counts as too
 * high, so the search backs off from it.  The first trial is t = 1, but
 * min(1, 1/|g|_1) along the steepest descent, which is the direction of the
 * first iteration, and of one after the search has failed.
 */
struct lbfgs_trial {
    double t, f, slope; /* phi(t), phi'(t) */
};

struct lbfgs {
    int n, memory;
    int iterations; /* steps accepted */

    /* The last accepted point: what to keep if the caller stops early. */
    double f;
    double *x, *g; /* [n] */

    /* The last `count` steps, the newest before row `next`. */
    int count, next;
    double *s, *y; /* [memory][n] differences of x and of g */
    double *rho;   /* [memory] 1 / s.y */
    double *alpha; /* [memory] work of the two-loop recursion */

    /* The line search from x along d. */
    bool searching;            /* false: lbfgs_step() is given a new start */
    bool zoom;                 /* a good step lies between lo and hi */
    int trials;                /* evaluations in this search */
    double *d;                 /* [n] */
    double *glo;               /* [n] gradient at lo */
    struct lbfgs_trial start;  /* t = 0 */
    struct lbfgs_trial lo, hi; /* lo: the lowest trial so far */
    double t;                  /* the trial that has been asked for */
    double width;              /* |hi - lo| two zooms ago */
};

void lbfgs_init(struct lbfgs *o, int n, int memory);
void lbfgs_release(struct lbfgs *o);

/*
 * Take the value f and gradient g [n] at x [n], and move x.  The first call
 * starts at the x it is given; later ones must be given the x that the last
 * one left.  After OPTIM_STALLED, x is the lowest point found; the next call
 * starts anew from where it is then.
 */
enum optim_status lbfgs_step(struct lbfgs *o, double f, const double *g,
                             double *x);

/*
 * Adam: D. P. Kingma and J. Ba, ICLR (2015), algorithm 1, with beta 0.9 and
 * 0.999, epsilon 1e-8 and the step size `rate`.
 */
struct adam {
    int n;
    long t;
    double *m, *v; /* [n] running means of g and of g^2 */
};
void adam_init(struct adam *o, int n);
void adam_release(struct adam *o);
void adam_step(struct adam *o, double rate, const double *g, double *x);

/*
 * Cosine annealing with warm restarts: I. Loshchilov and F. Hutter, ICLR
 * (2017), equation 5.  The rate of epoch t = 0, 1, ...: from high to low in
 * `period` epochs, then from high again with the period multiplied by
 * mult >= 1.  At t epochs into a period of p it is
 *
 *     low + (high - low) (1 + cos(pi t / p)) / 2,   0 <= t < p.
 */
double cosine_rate(int t, double high, double low, int period, int mult);

#endif
