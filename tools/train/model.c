#include "train.h"

#include <stdlib.h>

/* The shape of --hidden, without its input. */
static int get_net(const struct train *t, struct mlp *net, struct err *err)
{
    int n;
    char **word = cli_split(t->hidden, &n);
    bool bad = n < 1 || n >= MLP_MAX_LAYERS;

    *net = (struct mlp){.act = (enum activation)t->activation};
    for (int l = 0; l < n && !bad; l++)
        bad = parse_int(word[l], &net->width[l + 1]) < 0 ||
              net->width[l + 1] < 1 || net->width[l + 1] > 1000;
    cli_free(word);
    if (bad)
        return err_set(err, ERR_RANGE,
                       "--hidden: '%s' is not one to %d widths from 1 to 1000",
                       t->hidden, MLP_MAX_LAYERS - 1);
    net->nlayer = n + 1;
    net->width[n + 1] = 1;
    return 0;
}

int make_model(const struct train *t, struct model *m,
               const struct frames *frames, struct stored *s, struct err *err)
{
    struct mlp net;
    int z[MAX_Z], n = frames_elements(frames, z), ret = get_net(t, &net, err);

    if (ret == 0)
        ret = stored_set(s, &m->descriptor, t->set, t->input, z, n, err);
    if (ret == 0)
        ret = make_prior(t, &m->prior, frames, err);
    if (ret < 0)
        return ret;
    m->net = xcalloc((size_t)m->descriptor.nelement, sizeof *m->net);
    for (int el = 0; el < m->descriptor.nelement; el++) {
        m->net[el] = net;
        m->net[el].width[0] = m->descriptor.nsf[el];
    }
    model_alloc(m, t->members);
    m->shared = t->kind == SHALLOW;
    return 0;
}

void print_counts(const struct model *m, int nframe, long natoms, double bytes)
{
    printf("frames %d\natoms %ld\n", nframe, natoms);
    for (int el = 0; el < m->descriptor.nelement; el++)
        printf("features %s %d\n", element_symbol(m->descriptor.z[el]),
               m->descriptor.nsf[el]);
    printf("parameters %d\nmembers %d\nbytes %.0f\n", m->nparam, m->members,
           bytes);
}

int print_sizes(const struct train *t, const struct frames *frames,
                const struct model *m, struct err *err)
{
    double bytes;
    long natoms = 0;
    int ret = dataset_bytes(frames, t->input, labels_wanted(t), m, &bytes, err);

    if (ret < 0)
        return ret;
    for (int i = 0; i < frames->n; i++)
        natoms += frames->frame[i].atoms.natoms;
    print_counts(m, frames->n, natoms,
                 bytes + trainer_bytes(frames, m, &t->schedule));
    return output_close(stdout, "-", err);
}
