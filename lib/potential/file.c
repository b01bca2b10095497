#include <morsel/potential.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"

/* morsel-model(5), version 3. */
static const char format[] = "morsel-model";
static const char units[] = "eV angstrom";

enum {
    VERSION = 3,
    MAX_MEMBERS = 1000,
    MAX_WIDTH = 10000,
    MAX_PARAM = 100000000,
};

void file_begin(struct bin *b, const char *kind)
{
    bin_init(b, format, VERSION);
    bin_put_text(b, units);
    bin_put_text(b, kind);
}

int file_open(struct bin *b, const char *path, char **kind, uint64_t *id,
              struct err *err)
{
    int ret = bin_read(b, path, format, VERSION, err);

    *kind = NULL;
    if (ret < 0)
        return ret;

    char *u = bin_get_text(b);

    if (!b->bad && strcmp(u, units) != 0)
        ret = err_set(err, ERR_FORMAT, "%s: the units are '%.40s', not '%s'",
                      path, u, units);
    free(u);
    if (ret < 0) {
        bin_release(b);
        return ret;
    }
    *kind = bin_get_text(b);
    *id = hash_bytes(HASH_START, b->data, b->size);
    return 0;
}

int file_close(struct bin *b, const char *path, struct err *err)
{
    int ret = 0;

    if (b->bad)
        ret = err_set(err, ERR_FORMAT, "%s: damaged or not a model", path);
    bin_release(b);
    return ret;
}

static void put_net(const struct mlp *net, struct bin *b)
{
    bin_put_u32(b, (uint32_t)net->act);
    bin_put_u64(b, (uint64_t)net->nlayer);
    for (int l = 0; l <= net->nlayer; l++)
        bin_put_u64(b, (uint64_t)net->width[l]);
}

int file_save(struct bin *b, const char *path, struct err *err)
{
    FILE *f = output_open(path, err);
    int ret = f ? bin_write(b, f, path, err) : err->code;

    if (f && ret < 0)
        output_discard(f, path);
    else if (f)
        ret = output_close(f, path, err);
    bin_release(b);
    return ret;
}

int model_save(const struct model *m, const char *path, struct err *err)
{
    const struct descriptor *d = &m->descriptor;
    struct bin b;

    file_begin(&b, m->sgp ? KIND_SGP : KIND_NETWORK);
    descriptor_put(d, &b);
    prior_put(&m->prior, &b);
    if (m->sgp) {
        sgp_put(m->sgp, &b);
    } else {
        for (int el = 0; el < d->nelement; el++)
            put_net(&m->net[el], &b);
        bin_put_u64(&b, (uint64_t)m->members);
        bin_put_u32(&b, m->shared);
    }
    for (int el = 0; el < d->nelement; el++) {
        size_t n = (size_t)d->nsf[el];

        bin_put_reals(&b, m->shift[el], n);
        bin_put_reals(&b, m->scale[el], n);
        bin_put_reals(&b, m->low[el], n);
        bin_put_reals(&b, m->high[el], n);
    }
    bin_put_reals(&b, m->e0, (size_t)d->nelement);
    bin_put_real(&b, m->unit);
    for (int k = 0; k < m->members; k++)
        bin_put_reals(&b, m->theta[k], (size_t)m->nparam);
    calibration_put(&m->calibration, &b);
    bin_put_text(&b, m->provenance ? m->provenance : "");
    return file_save(&b, path, err);
}

/* A shape that takes nin features to one number, or b->bad. */
static void get_net(struct mlp *net, int nin, struct bin *b)
{
    uint32_t act = bin_get_u32(b);

    net->act = ACT_LINEAR;
    if (act <= ACT_LINEAR)
        net->act = (enum activation)act;
    else
        b->bad = true;
    net->nlayer = bin_get_count(b, MLP_MAX_LAYERS, sizeof(uint64_t));
    for (int l = 0; l <= net->nlayer; l++) {
        net->width[l] = bin_get_count(b, MAX_WIDTH, 1);
        if (net->width[l] < 1)
            b->bad = true;
    }
    if (net->nlayer < 1 || net->width[0] != nin || net->width[net->nlayer] != 1)
        b->bad = true;
}

/* Parameters of all networks, or -1 if there are too many. */
static long count_params(const struct model *m)
{
    long n = 0;

    for (int el = 0; el < m->descriptor.nelement; el++)
        for (int l = 1; l <= m->net[el].nlayer; l++) {
            n += (long)m->net[el].width[l] * (m->net[el].width[l - 1] + 1);
            if (n > MAX_PARAM)
                return -1;
        }
    return n;
}

static void get_finite(struct bin *b, double *x, int n)
{
    bin_get_reals(b, x, (size_t)n);
    for (int i = 0; i < n; i++)
        if (!isfinite(x[i]))
            b->bad = true;
}

/* Members that share a trunk must do so. */
static void check_shared(const struct model *m, struct bin *b)
{
    for (int el = 0; m->shared && el < m->descriptor.nelement; el++) {
        const struct mlp *net = &m->net[el];
        int from = model_offset(m, el), n = mlp_nparam(net) - mlp_nhead(net);

        if (net->nlayer < 2)
            b->bad = true;
        for (int k = 1; k < m->members; k++)
            if (memcmp(m->theta[0] + from, m->theta[k] + from, (size_t)n * 8) !=
                0)
                b->bad = true;
    }
}

/*
 * Shapes, and all arrays.  Shapes come first, so that all sizes are known, and
 * are compared with what is left of the file, before anything of that size is
 * allocated.
 */
static void get_networks(struct model *m, struct bin *b)
{
    const struct descriptor *d = &m->descriptor;
    long nparam;
    int members = 0;
    uint32_t shared;

    m->net = xcalloc((size_t)d->nelement, sizeof *m->net);
    for (int el = 0; el < d->nelement && !b->bad; el++)
        get_net(&m->net[el], d->nsf[el], b);
    nparam = b->bad ? -1 : count_params(m);
    if (nparam > 0)
        members = bin_get_count(b, MAX_MEMBERS, (size_t)nparam * 8);
    if (members < 1) {
        b->bad = true;
        return;
    }
    shared = bin_get_u32(b);
    model_alloc(m, members);
    m->shared = shared == 1;
    b->bad = b->bad || shared > 1;
}

static void get_sparse(struct model *m, struct bin *b)
{
    const struct descriptor *d = &m->descriptor;

    m->sgp = xcalloc(1, sizeof *m->sgp);
    sgp_get(m->sgp, d->nelement, d->nsf, b);
    if (!b->bad)
        model_alloc(m, 1);
}

void model_get(struct model *m, bool sparse, struct bin *b)
{
    descriptor_get(&m->descriptor, b);
    prior_get(&m->prior, b);
    if (b->bad || m->descriptor.nelement < 1) {
        b->bad = true;
        return;
    }
    if (sparse)
        get_sparse(m, b);
    else
        get_networks(m, b);
    if (b->bad)
        return;

    const struct descriptor *d = &m->descriptor;

    for (int el = 0; el < d->nelement; el++) {
        get_finite(b, m->shift[el], d->nsf[el]);
        get_finite(b, m->scale[el], d->nsf[el]);
        get_finite(b, m->low[el], d->nsf[el]);
        get_finite(b, m->high[el], d->nsf[el]);
    }
    get_finite(b, m->e0, d->nelement);
    get_finite(b, &m->unit, 1);
    for (int k = 0; k < m->members; k++)
        get_finite(b, m->theta[k], m->nparam);
    check_shared(m, b);
    calibration_get(&m->calibration, b);
    m->provenance = bin_get_text(b);
}

int model_read(struct model *m, uint64_t *id, const char *path, struct err *err)
{
    struct bin b;
    char *kind;
    uint64_t hash;
    int ret = file_open(&b, path, &kind, &hash, err);

    *m = (struct model){0};
    if (ret < 0)
        return ret;
    if (!b.bad && strcmp(kind, KIND_NETWORK) != 0) {
        ret = err_set(err, ERR_FORMAT, "%s: a model of kind '%.20s', not '%s'",
                      path, kind, KIND_NETWORK);
        bin_release(&b);
    } else {
        model_get(m, false, &b);
        ret = file_close(&b, path, err);
    }
    free(kind);
    if (ret < 0)
        model_release(m);
    else if (id)
        *id = hash;
    return ret;
}
