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
 * Search of phi(t), t > 0, for the strong Wolfe conditions
 *
 *     phi(t) <= phi(0) + c1 t phi'(0),   |phi'(t)| <= c2 |phi'(0)|,
 *
 * with c1 = 1e-4, c2 = 0.9 and phi'(0) < 0: J. Nocedal and S. J. Wright,
 * Numerical Optimization (2006), algorithms 3.5 and 3.6, with the safeguards
 * of J. J. More and D. J. Thuente, ACM TOMS 20, 286 (1994).  A value or slope
 * that is not finite counts as too high, so the search backs off from it.
 */
#define WOLFE_C1 1e-4
#define WOLFE_C2 0.9

struct wolfe_point {
    double t, f, slope; /* t, phi(t), phi'(t) */
};

struct wolfe {
    struct wolfe_point start; /* t = 0 */
    struct wolfe_point lo;    /* the lowest so far that meets the first */
    struct wolfe_point hi;    /* with zoom: a t that meets both lies between */
    bool zoom;
    int trials;
    double t;        /* the trial asked for */
    double width[2]; /* |hi - lo| before the last two trials */
};

enum wolfe_status {
    WOLFE_GO_ON, /* evaluate at t */
    WOLFE_DONE,  /* lo meets both conditions */
    WOLFE_FAILED /* none found; lo is the lowest (the start, if none is) */
};

void wolfe_start(struct wolfe *w, double f, double slope, double t);
enum wolfe_status wolfe_step(struct wolfe *w, double f, double slope);

/*
 * Limited-memory BFGS: J. Nocedal, Math. Comp. 35, 773 (1980); algorithms 7.4
 * and 7.5 of Nocedal and Wright.  An iteration searches along a direction d;
 * its first trial is d itself, but min(1, 1/|g|_1) of the steepest descent,
 * which is the direction at first, and after a search has failed.
 */
struct lbfgs {
    int n, memory;
    int iterations; /* steps accepted */

    /* The last accepted point: what to keep if the caller stops early. */
    double f;
    double *x, *g; /* [n] */

    /* The last `count` steps; the next one goes to row `next`. */
    int count, next;
    double *s, *y; /* [memory][n] differences of x and of g */
    double *rho;   /* [memory] 1 / s.y */
    double *alpha; /* [memory] work of the two-loop recursion */

    /* The search from x along d. */
    bool searching; /* false: the next x is a new start */
    struct wolfe search;
    double *d;   /* [n] */
    double *glo; /* [n] gradient at search.lo */
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
 * (2017).  The rate after t epochs, t >= 0 and not whole between two batches of
 * an epoch: from high to low in `period` epochs, then from high again with the
 * period multiplied by mult >= 1.  At t epochs into a period of p it is
 *
 *     low + (high - low) (1 + cos(pi t / p)) / 2,   0 <= t < p.
 */
double cosine_rate(double t, double high, double low, int period, int mult);

#endif
