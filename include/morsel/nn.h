#ifndef MORSEL_NN_H
#define MORSEL_NN_H

#include <morsel/util.h>

/*
 * Multilayer perceptron on batches of rows.  It knows matrices, not atoms.
 *
 * With a_0 = x the input and W_l, b_l the parameters of layer l,
 *
 *     h_l = a_{l-1} W_l^T + b_l,   a_l = s(h_l),   y = h_L
 *
 * and s the activation; the last layer has none.  The output is one number.
 * All parameters live in one flat vector theta: W_1, b_1, W_2, b_2, ... with
 * W_l row-major [width_l][width_{l-1}].  So do their gradients, and so does a
 * model file: optimizers, checks and input/output see one vector.
 *
 *     tanh       s = tanh(h)
 *     sigmoid    s = 1 / (1 + exp(-h))
 *     softplus   s = log(1 + exp(h))
 *     silu       s = h / (1 + exp(-h))
 *     linear     s = h
 *
 * All have continuous second derivatives, which force training needs.
 */
enum activation { ACT_TANH, ACT_SIGMOID, ACT_SOFTPLUS, ACT_SILU, ACT_LINEAR };
enum { MLP_MAX_LAYERS = 8 };

struct mlp {
    enum activation act;
    int nlayer;                    /* L */
    int width[MLP_MAX_LAYERS + 1]; /* width[0] the input, width[L] = 1 */
};

int mlp_nparam(const struct mlp *net);

/*
 * Random initial weights: uniform in +-1/sqrt(fan in), weights and biases (as
 * the paper's code did), or uniform in +-sqrt(6 / (fan in + fan out)) with
 * biases 0 (X. Glorot and Y. Bengio, AISTATS 2010).
 */
enum mlp_init { INIT_FAN_IN, INIT_GLOROT };
void mlp_init(const struct mlp *net, enum mlp_init how, struct rng *r,
              double *theta);

/* Doubles of work that the calls below need for a batch of n rows. */
size_t mlp_nwork(const struct mlp *net, int n);

/*
 *   theta [nparam]        parameters
 *   x     [n][width[0]]   input, n >= 0 rows
 *   y     [n]             output (out)
 *   dydx  [n][width[0]]   its derivative (out); may be NULL
 *   work  [nwork]         what mlp_backward() needs (out)
 */
void mlp_forward(const struct mlp *net, const double *theta, int n,
                 const double *x, double *y, double *dydx, double *work);

/*
 * The same for a theta that differs from that of the last mlp_forward(), which
 * had a dydx, in its last layer: another head on the same trunk.  The work is
 * then good for more heads, but not for mlp_backward().
 */
void mlp_head(const struct mlp *net, const double *theta, int n, double *y,
              double *dydx, double *work);

/* Parameters of the last layer, which stand last in theta. */
int mlp_nhead(const struct mlp *net);

/*
 * Gradient of a function of the values and slopes of the last mlp_forward():
 * given dL/dy [n] and v = dL/d(dydx) [n][width[0]], add dL/dtheta [nparam] to
 * dtheta.  v may be NULL, and must be if dydx was.  The same theta, n, x and
 * work; any number of times.
 *
 * With v and dL/dy held fixed, dL/dtheta is that of
 *
 *     J = sum dL/dy y + ydot,   ydot = v . dydx,
 *
 * and ydot is the derivative of y along v, which one pass forward gives; one
 * pass back through both y and ydot gives dJ/dtheta (B. A. Pearlmutter, Neural
 * Comput. 6, 147 (1994)).  The cost of force training is a small multiple of
 * that of energies: six matrix products per layer instead of three.
 */
void mlp_backward(const struct mlp *net, const double *theta, int n,
                  const double *x, const double *dldy, const double *v,
                  double *work, double *dtheta);

#endif
