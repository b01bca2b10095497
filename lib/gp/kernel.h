#ifndef LIB_GP_KERNEL_H
#define LIB_GP_KERNEL_H

/*
 * The kernel as a function of the squared distance s = |x - x'|^2, and what its
 * derivatives are made of:
 *
 *     k(s),  a = -2 k'(s),  b = 4 k''(s)
 *
 * With d = x - x', and J = dx/dR, J' = dx'/dR',
 *
 *     dk/dR = -a J.d,  dk/dR' = a J'.d,
 *     d2k/dR dR' = a J.J' - b (J.d) (J'.d),
 *
 * and the same with strain in the place of R.
 */
struct radial {
    double k, a, b;
};
struct radial kernel_radial(double l, double s);

#endif
