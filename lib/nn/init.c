#include <morsel/nn.h>

#include <math.h>

static void fill_uniform(struct rng *r, double bound, int n, double *x)
{
    for (int i = 0; i < n; i++)
        x[i] = bound * (2 * rng_uniform(r) - 1);
}

void mlp_init(const struct mlp *net, enum mlp_init how, struct rng *r,
              double *theta)
{
    for (int l = 1; l <= net->nlayer; l++) {
        int in = net->width[l - 1], out = net->width[l], nw = out * in;
        bool glorot = how == INIT_GLOROT;
        double bound = glorot ? sqrt(6.0 / (in + out)) : 1 / sqrt(in);

        fill_uniform(r, bound, nw, theta);
        fill_uniform(r, glorot ? 0 : bound, out, theta + nw);
        theta += nw + out;
    }
}
