#ifndef MORSEL_DFT_RADIAL_H
#define MORSEL_DFT_RADIAL_H

/*
 * Radial functions in reciprocal space,
 *
 *     F(q) = sum_k w_k j_l(q r_k),
 *
 * w: the function in real space with all that the integral has, 4 pi r^2 and
 * the weights of a quadrature.
 *
 * F is that of a function that ends at r = R, so on a panel of width h its
 * Chebyshev series to n terms errs by 2 (hR/4)^n / n!, relative to int |w|:
 * for h = 1/4 per bohr and n = 12, by 1e-11 at R = 10 bohr, where little is
 * left of any function.  (L. N. Trefethen, Approximation Theory and
 * Approximation Practice, SIAM (2013), ch. 8.)
 */
enum { RADIAL_TERMS = 12, RADIAL_MAX_L = 3 };

struct radial {
    int l, n;
    double *w;       /* [n] */
    const double *r; /* [n] bohr, ascending; borrowed */
    int npanels;
    double *c; /* [npanels][RADIAL_TERMS] powers of -1 ... 1 on the panel */
};

/* With w[n] zero, to be filled. */
void radial_init(struct radial *f, int l, int n, const double *r);
void radial_release(struct radial *f);

/* Make tables to qmax of nf functions that have the same r.  Threads inside. */
void radial_tabulate(struct radial *f, int nf, double qmax);

/* F and its slope (may be NULL), from the table, or the sum beyond it. */
double radial_eval(const struct radial *f, double q, double *slope);
double radial_sum(const struct radial *f, double q, double *slope);

/* j_0(x) ... j_lmax(x), for x >= 0 and lmax <= RADIAL_MAX_L + 1. */
void radial_bessel(int lmax, double x, double *j);

#endif
