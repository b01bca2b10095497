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
 * Numerical Optimization (2006), algorithms 3.5, 3.6 and 7.4.  A value that
 * is not finite counts as too high, so the search backs off from it.
 */
struct lbfgs;
struct lbfgs *lbfgs_new(int n, int memory);
void lbfgs_free(struct lbfgs *o);
enum optim_status lbfgs_step(struct lbfgs *o, double f, const double *g,
                             double *x);

/* Adam: D. P. Kingma and J. Ba, ICLR (2015); beta 0.9 and 0.999. */
struct adam {
    int n;
    long t;
    double *m, *v; /* [n] */
};
void adam_init(struct adam *o, int n);
void adam_release(struct adam *o);
void adam_step(struct adam *o, double rate, const double *g, double *x);

/*
 * Cosine annealing with warm restarts: I. Loshchilov and F. Hutter, ICLR
 * (2017).  The rate of epoch t = 0, 1, ...: from high to low in `period`
 * epochs, then from high again with the period multiplied by mult >= 1.
 */
double cosine_rate(int t, double high, double low, int period, int mult);

#endif
