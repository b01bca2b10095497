#include <morsel/train.h>

#include <stdlib.h>
#include <string.h>

/* Two things are equal if their files are. */
static bool same_bytes(struct bin *a, struct bin *b)
{
    bool same = a->size == b->size && memcmp(a->data, b->data, a->size) == 0;

    bin_release(a);
    bin_release(b);
    return same;
}

static bool same_prior(const struct model *p, const struct model *q)
{
    struct bin a, b;

    bin_init(&a, "", 0);
    bin_init(&b, "", 0);
    prior_put(&p->prior, &a);
    prior_put(&q->prior, &b);
    return same_bytes(&a, &b);
}

static bool same_net(const struct mlp *p, const struct mlp *q)
{
    if (p->act != q->act || p->nlayer != q->nlayer)
        return false;
    for (int l = 0; l <= p->nlayer; l++)
        if (p->width[l] != q->width[l])
            return false;
    return true;
}

/*
 * Rewrite the network of one element for other units: with x' = (g - shift')
 * scale' the first layer keeps its value W x + b = W' x' + b' if
 *
 *     W'_jk = W_jk scale_k / scale'_k
 *     b'_j  = b_j + sum_k W_jk (shift'_k - shift_k) scale_k,
 *
 * and the energy unit y + e0 of an atom keeps its value if the last layer is
 * multiplied by unit / unit' and (e0 - e0') / unit' is added to its bias.
 */
static void rewrite(const struct model *m, const struct model *old, int el,
                    double *theta)
{
    const struct mlp *net = &m->net[el];
    int n = net->width[0], last = net->width[net->nlayer - 1] + 1;
    double *w = theta, *b = theta + (size_t)net->width[1] * (size_t)n;
    double *out = theta + mlp_nparam(net) - last;

    for (int j = 0; j < net->width[1]; j++, w += n)
        for (int k = 0; k < n; k++) {
            double slope = w[k] * old->scale[el][k];

            b[j] += slope * (m->shift[el][k] - old->shift[el][k]);
            w[k] = slope / m->scale[el][k];
        }
    for (int k = 0; k < last; k++)
        out[k] *= old->unit / m->unit;
    out[last - 1] += (old->e0[el] - m->e0[el]) / m->unit;
}

int warm_start(struct model *m, const struct model *old, struct err *err)
{
    const char *what = NULL;

    if (!descriptor_same(&m->descriptor, &old->descriptor))
        what = "set of symmetry functions or elements";
    else if (!same_prior(m, old))
        what = "prior";
    for (int el = 0; !what && el < m->descriptor.nelement; el++)
        if (!same_net(&m->net[el], &old->net[el]))
            what = "network shape";
    if (!what && m->shared && !old->shared && old->members > 1)
        what = "kind of committee";
    if (what)
        return err_set(err, ERR_RANGE, "the model to start from has another %s",
                       what);
    for (int k = 0; k < m->members; k++) {
        memcpy(m->theta[k], old->theta[k % old->members],
               (size_t)m->nparam * sizeof **m->theta);
        for (int el = 0; el < m->descriptor.nelement; el++)
            rewrite(m, old, el, m->theta[k] + model_offset(m, el));
    }
    return 0;
}
