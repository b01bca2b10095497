#include <morsel/nn.h>

#include <assert.h>
#include <string.h>

#include <morsel/la.h>

#include "activation.h"

/*
 * Layer l of a batch of n rows.  A dot is the derivative along v, a bar the
 * derivative of the loss J = sum dldy y + ydot, with v and dldy held fixed.
 * The order in the work array matters: a and adot, and hbar and delta, each
 * make one matrix of 2n rows.
 */
struct layer {
    int in, out;
    const double *w, *b; /* [out][in], [out] */
    double *a, *adot;    /* [n][out] s(h) and its dot */
    double *hbar;        /* [n][out] dJ/dh */
    double *delta;       /* [n][out] dy/dh, which is also dJ/dhdot */
    double *slope;       /* [n][out] s'(h) */
    double *curv;        /* [n][out] s''(h); then times dy/da */
};
enum { NARRAY = 6 };

int mlp_nparam(const struct mlp *net)
{
    int sum = 0;

    for (int l = 1; l <= net->nlayer; l++)
        sum += net->width[l] * (net->width[l - 1] + 1);
    return sum;
}

int mlp_nhead(const struct mlp *net)
{
    return net->width[net->nlayer - 1] + 1;
}

/* The arrays of all layers, and one more [n][width] of the widest. */
size_t mlp_nwork(const struct mlp *net, int n)
{
    int sum = 0, widest = 0;

    for (int l = 1; l <= net->nlayer; l++) {
        sum += net->width[l];
        widest = net->width[l] > widest ? net->width[l] : widest;
    }
    return (size_t)n * (size_t)(NARRAY * sum + widest);
}

/* Lay out layers[nlayer + 1], of which 0 has no arrays; return what is left. */
static double *lay_out(const struct mlp *net, const double *theta, int n,
                       double *work, struct layer *layers)
{
    assert(net->nlayer >= 1 && net->nlayer <= MLP_MAX_LAYERS);
    assert(net->width[net->nlayer] == 1);
    layers[0] = (struct layer){0};
    for (int l = 1; l <= net->nlayer; l++) {
        int in = net->width[l - 1], out = net->width[l];
        size_t size = (size_t)n * (size_t)out, nw = (size_t)out * (size_t)in;

        layers[l] = (struct layer){
            .in = in,
            .out = out,
            .w = theta,
            .b = theta + nw,
            .a = work,
            .adot = work + size,
            .hbar = work + 2 * size,
            .delta = work + 3 * size,
            .slope = work + 4 * size,
            .curv = work + 5 * size,
        };
        theta += nw + (size_t)out;
        work += NARRAY * size;
    }
    return work;
}

/* h = a W^T + b, with a the output of the layer before */
static void add_inputs(const struct layer *q, int n, const double *a)
{
    for (int i = 0; i < n; i++)
        memcpy(q->a + (size_t)i * (size_t)q->out, q->b,
               (size_t)q->out * sizeof *q->b);
    la_gemm(LA_N, LA_T, n, q->out, q->in, 1, a, q->w, 1, q->a);
}

/* h_l = a_{l-1} W_l^T + b_l,  a_l = s(h_l);  the last layer has no s. */
static void propagate(const struct mlp *net, int n, const double *x,
                      struct layer *layers)
{
    for (int l = 1; l <= net->nlayer; l++) {
        struct layer *q = &layers[l];

        add_inputs(q, n, l > 1 ? q[-1].a : x);
        if (l < net->nlayer)
            activate(net->act, n * q->out, q->a, q->slope, q->curv);
    }
}

/* delta_L = 1,  dy/da_{l-1} = delta_l W_l,  delta_l = s'(h_l) dy/da_l */
static void differentiate(const struct mlp *net, int n, struct layer *layers,
                          bool backward, double *dydx)
{
    for (int i = 0; i < n; i++)
        layers[net->nlayer].delta[i] = 1;
    for (int l = net->nlayer; l > 1; l--) {
        struct layer *q = &layers[l], *p = q - 1;

        la_gemm(LA_N, LA_N, n, q->in, q->out, 1, q->delta, q->w, 0, p->delta);
        for (int i = 0; backward && i < n * p->out; i++)
            p->curv[i] *= p->delta[i];
#pragma omp simd
        for (int i = 0; i < n * p->out; i++)
            p->delta[i] *= p->slope[i];
    }
    la_gemm(LA_N, LA_N, n, layers[1].in, layers[1].out, 1, layers[1].delta,
            layers[1].w, 0, dydx);
}

void mlp_forward(const struct mlp *net, const double *theta, int n,
                 const double *x, double *y, double *dydx, double *work)
{
    struct layer layers[MLP_MAX_LAYERS + 1];

    lay_out(net, theta, n, work, layers);
    propagate(net, n, x, layers);
    memcpy(y, layers[net->nlayer].a, (size_t)n * sizeof *y);
    if (dydx)
        differentiate(net, n, layers, true, dydx);
}

void mlp_head(const struct mlp *net, const double *theta, int n, double *y,
              double *dydx, double *work)
{
    struct layer layers[MLP_MAX_LAYERS + 1], *last = &layers[net->nlayer];

    assert(net->nlayer > 1);
    lay_out(net, theta, n, work, layers);
    add_inputs(last, n, last[-1].a);
    memcpy(y, last->a, (size_t)n * sizeof *y);
    differentiate(net, n, layers, false, dydx);
}

/*
 * hdot_l = adot_{l-1} W_l^T,  adot_l = s'(h_l) hdot_l
 *
 * and the part of hbar_l that comes through the slope in adot_l,
 * s''(h_l) hdot_l dJ/dadot_l, where dJ/dadot_l = dy/da_l.
 */
static void propagate_dot(const struct mlp *net, int n, const double *v,
                          struct layer *layers)
{
    for (int l = 1; l < net->nlayer; l++) {
        struct layer *q = &layers[l];

        la_gemm(LA_N, LA_T, n, q->out, q->in, 1, l > 1 ? q[-1].adot : v, q->w,
                0, q->adot);
#pragma omp simd
        for (int i = 0; i < n * q->out; i++) {
            q->hbar[i] = q->curv[i] * q->adot[i];
            q->adot[i] *= q->slope[i];
        }
    }
}

/* dJ/dW_l = hbar_l^T a_{l-1} + delta_l^T adot_{l-1},  dJ/db_l = sum hbar_l */
static void add_layer(const struct layer *q, int n, const double *x,
                      const double *v, double *dw, double *db)
{
    if (x) {
        la_gemm(LA_T, LA_N, q->out, q->in, n, 1, q->hbar, x, 1, dw);
        if (v)
            la_gemm(LA_T, LA_N, q->out, q->in, n, 1, q->delta, v, 1, dw);
    } else {
        la_gemm(LA_T, LA_N, q->out, q->in, v ? 2 * n : n, 1, q->hbar, q[-1].a,
                1, dw);
    }
    for (int i = 0; i < n; i++)
#pragma omp simd
        for (int j = 0; j < q->out; j++)
            db[j] += q->hbar[i * q->out + j];
}

/* hbar_{l-1} = s'(h_{l-1}) (hbar_l W_l) + what is there */
static void pull_back(const struct layer *q, int n, double *abar)
{
    const struct layer *p = q - 1;

    la_gemm(LA_N, LA_N, n, q->in, q->out, 1, q->hbar, q->w, 0, abar);
#pragma omp simd
    for (int i = 0; i < n * p->out; i++)
        p->hbar[i] += p->slope[i] * abar[i];
}

void mlp_backward(const struct mlp *net, const double *theta, int n,
                  const double *x, const double *dldy, const double *v,
                  double *work, double *dtheta)
{
    struct layer layers[MLP_MAX_LAYERS + 1];
    double *abar = lay_out(net, theta, n, work, layers);

    for (int l = 1; l < net->nlayer; l++)
        memset(layers[l].hbar, 0, (size_t)(n * layers[l].out) * sizeof(double));
    if (v)
        propagate_dot(net, n, v, layers);
    memcpy(layers[net->nlayer].hbar, dldy, (size_t)n * sizeof *dldy);
    for (int l = net->nlayer; l >= 1; l--) {
        struct layer *q = &layers[l];

        add_layer(q, n, l > 1 ? NULL : x, v, dtheta + (q->w - theta),
                  dtheta + (q->b - theta));
        if (l > 1)
            pull_back(q, n, abar);
    }
}
