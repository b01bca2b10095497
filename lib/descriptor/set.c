#include <morsel/descriptor.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"
#include "set.h"

void descriptor_init(struct descriptor *d, const int *z, int n)
{
    *d = (struct descriptor){.nelement = n};
    d->z = xcalloc((size_t)n, sizeof *d->z);
    d->nsf = xcalloc((size_t)n, sizeof *d->nsf);
    d->sf = xcalloc((size_t)n, sizeof(void *));
    memcpy(d->z, z, (size_t)n * sizeof *d->z);
}

void descriptor_release(struct descriptor *d)
{
    plan_free(d->plan);
    for (int e = 0; e < d->nelement; e++)
        free(d->sf[e]);
    free(d->sf);
    free(d->nsf);
    free(d->z);
    *d = (struct descriptor){0};
}

void descriptor_add(struct descriptor *d, int e, struct sf sf)
{
    int n = d->nsf[e]++;

    if (sf.z2 && sf.z1 > sf.z2) {
        int z = sf.z1;

        sf.z1 = sf.z2;
        sf.z2 = z;
    }
    d->sf[e] = xrealloc(d->sf[e], (size_t)n + 1, sizeof *d->sf[e]);
    d->sf[e][n] = sf;
}

void descriptor_stretch(struct descriptor *d, double rc)
{
    double f = rc / d->cutoff.rc;

    d->cutoff.rc = rc;
    for (int e = 0; e < d->nelement; e++)
        for (int m = 0; m < d->nsf[e]; m++) {
            d->sf[e][m].eta /= f * f;
            d->sf[e][m].rs *= f;
        }
    descriptor_plan(d);
}

int descriptor_element(const struct descriptor *d, int z)
{
    for (int e = 0; e < d->nelement; e++)
        if (d->z[e] == z)
            return e;
    return -1;
}

/*
 * Sets of M. Shuaibi et al., arXiv:2008.10773: that of the relaxations and of
 * the molecular dynamics, and that of one of the barriers.  eta rc^2, as Amp
 * has them; logspace(log10 0.05, log10 5, 4) is 0.05 100^(k/3).  The third is
 * ours: G2 from the broadest of the first to the narrowest of the second, so
 * that bond lengths are told apart.
 */
enum { MAX_G2 = 6 };
static const struct {
    const char *name;
    double rc;
    int ng2;
    double eta2[MAX_G2]; /* of G2, times rc^2 */
    double eta4;         /* of G4, times rc^2 */
} sets[] = {
    {"paper", 6, 4, {0.05, 0.23207944168063893, 1.0772173450159419, 5}, 0.005},
    {"neb", 6, 4, {0.005, 4, 20, 80}, 0.005},
    {"fine", 6, 6, {0.05, 1, 4, 10, 20, 80}, 0.005},
};

static void add_g4(struct descriptor *d, int e, int z1, int z2, double eta)
{
    const double zeta[] = {1, 4}, lambda[] = {1, -1};

    for (int m = 0; m < 4; m++)
        descriptor_add(d, e,
                       (struct sf){.type = SF_G4,
                                   .z1 = z1,
                                   .z2 = z2,
                                   .eta = eta,
                                   .zeta = zeta[m / 2],
                                   .lambda = lambda[m % 2]});
}

int descriptor_named(struct descriptor *d, const char *name, const int *z,
                     int n, struct err *err)
{
    size_t s = 0, nset = sizeof sets / sizeof *sets;

    while (s < nset && strcmp(name, sets[s].name) != 0)
        s++;
    if (s == nset)
        return err_set(
            err, ERR_RANGE,
            "there is no set '%s': neither fine, paper, neb nor a file", name);

    descriptor_init(d, z, n);
    d->cutoff = (struct cutoff){CUTOFF_COSINE, sets[s].rc, 0};
    double rc2 = sets[s].rc * sets[s].rc;
    for (int e = 0; e < n; e++) {
        for (int i = 0; i < n; i++)
            for (int m = 0; m < sets[s].ng2; m++)
                descriptor_add(d, e,
                               (struct sf){.type = SF_G2,
                                           .z1 = z[i],
                                           .eta = sets[s].eta2[m] / rc2});
        for (int i = 0; i < n; i++)
            for (int j = i; j < n; j++)
                add_g4(d, e, z[i], z[j], sets[s].eta4 / rc2);
    }
    descriptor_plan(d);
    return 0;
}

static bool same_sf(const struct sf *a, const struct sf *b)
{
    return a->type == b->type && a->z1 == b->z1 && a->z2 == b->z2 &&
           a->eta == b->eta && a->rs == b->rs && a->zeta == b->zeta &&
           a->lambda == b->lambda;
}

bool descriptor_uniform(const struct descriptor *d)
{
    for (int e = 1; e < d->nelement; e++) {
        if (d->nsf[e] != d->nsf[0])
            return false;
        for (int m = 0; m < d->nsf[0]; m++)
            if (!same_sf(&d->sf[e][m], &d->sf[0][m]))
                return false;
    }
    return true;
}

bool descriptor_same(const struct descriptor *d, const struct descriptor *to)
{
    if (d->cutoff.type != to->cutoff.type || d->cutoff.rc != to->cutoff.rc ||
        d->cutoff.gamma != to->cutoff.gamma || d->nelement != to->nelement)
        return false;
    for (int e = 0; e < d->nelement; e++) {
        if (d->z[e] != to->z[e] || d->nsf[e] != to->nsf[e])
            return false;
        for (int m = 0; m < d->nsf[e]; m++)
            if (!same_sf(&d->sf[e][m], &to->sf[e][m]))
                return false;
    }
    return true;
}

void descriptor_put(const struct descriptor *d, struct bin *b)
{
    bin_put_u32(b, d->cutoff.type);
    bin_put_real(b, d->cutoff.rc);
    bin_put_real(b, d->cutoff.gamma);
    bin_put_u64(b, (uint64_t)d->nelement);
    for (int e = 0; e < d->nelement; e++) {
        bin_put_u32(b, (uint32_t)d->z[e]);
        bin_put_u64(b, (uint64_t)d->nsf[e]);
        for (int m = 0; m < d->nsf[e]; m++) {
            const struct sf *s = &d->sf[e][m];

            bin_put_u32(b, s->type);
            bin_put_u32(b, (uint32_t)s->z1);
            bin_put_u32(b, (uint32_t)s->z2);
            bin_put_real(b, s->eta);
            bin_put_real(b, s->rs);
            bin_put_real(b, s->zeta);
            bin_put_real(b, s->lambda);
        }
    }
}

/* Is it a function that can be computed? */
static bool sane_sf(const struct sf *s)
{
    bool g2 = s->type == SF_G2;

    if (!g2 && s->type != SF_G4 && s->type != SF_G5)
        return false;
    if (!(s->z1 >= 1 && s->z1 <= MAX_Z && s->eta >= 0 && s->eta <= MAX_ETA))
        return false;
    if (g2)
        return s->z2 == 0 && fabs(s->rs) <= MAX_RS;
    return s->z2 >= s->z1 && s->z2 <= MAX_Z && s->zeta >= 1 &&
           s->zeta <= MAX_ZETA && fabs(s->lambda) == 1;
}

static bool sane_cutoff(const struct cutoff *c)
{
    return (c->type == CUTOFF_COSINE || c->type == CUTOFF_POLYNOMIAL) &&
           c->rc >= MIN_RC && c->rc <= MAX_RC &&
           (c->type == CUTOFF_COSINE ||
            (c->gamma >= MIN_GAMMA && c->gamma <= MAX_GAMMA));
}

/* Bytes of an element without functions, and of a function. */
enum { ELEMENT_SIZE = 12, SF_SIZE = 3 * 4 + 4 * 8 };

static bool get_element(struct descriptor *d, int e, struct bin *b)
{
    int z = (int)bin_get_u32(b);

    if (z < 1 || z > MAX_Z || (e > 0 && descriptor_element(d, z) >= 0))
        return false;
    d->z[e] = z;
    int n = bin_get_count(b, MAX_SF, SF_SIZE);
    for (int m = 0; m < n; m++) {
        struct sf s = {.type = (enum sf_type)bin_get_u32(b)};

        s.z1 = (int)bin_get_u32(b);
        s.z2 = (int)bin_get_u32(b);
        s.eta = bin_get_real(b);
        s.rs = bin_get_real(b);
        s.zeta = bin_get_real(b);
        s.lambda = bin_get_real(b);
        if (b->bad || !sane_sf(&s))
            return false;
        descriptor_add(d, e, s);
    }
    return !b->bad;
}

void descriptor_get(struct descriptor *d, struct bin *b)
{
    struct cutoff c = {.type = (enum cutoff_type)bin_get_u32(b)};
    int none[MAX_Z] = {0};

    c.rc = bin_get_real(b);
    c.gamma = bin_get_real(b);
    int n = bin_get_count(b, MAX_Z, ELEMENT_SIZE);
    descriptor_init(d, none, n);
    d->cutoff = c;
    if (!sane_cutoff(&c))
        b->bad = true;
    for (int e = 0; e < n && !b->bad; e++)
        if (!get_element(d, e, b))
            b->bad = true;
    if (!b->bad)
        descriptor_plan(d);
}
