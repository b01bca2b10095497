#include <morsel/prior.h>

#include <assert.h>
#include <stdlib.h>

#include "limits.h"

void prior_release(struct prior *p)
{
    free(p->z);
    free(p->pair);
    *p = (struct prior){0};
}

void prior_init(struct prior *p, const int *z, int n, double rs, double rc)
{
    *p = (struct prior){.rs = rs, .rc = rc, .nelement = n};
    p->z = xcalloc((size_t)n, sizeof *p->z);
    p->pair = xcalloc((size_t)n * (size_t)n, sizeof *p->pair);
    for (int i = 0; i < n; i++)
        p->z[i] = z[i];
}

int prior_element(const struct prior *p, int z)
{
    for (int i = 0; i < p->nelement; i++)
        if (p->z[i] == z)
            return i;
    return -1;
}

void prior_set_pair(struct prior *p, int i, int j, const struct morse *m)
{
    p->pair[i * p->nelement + j] = *m;
    p->pair[j * p->nelement + i] = *m;
}

void prior_mix(struct prior *p)
{
    int n = p->nelement;

    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++) {
            struct morse m =
                morse_mix(&p->pair[i * n + i], &p->pair[j * n + j]);

            prior_set_pair(p, i, j, &m);
        }
}

int prior_published(struct prior *p, const int *z, int n, double rs, double rc,
                    struct err *err)
{
    prior_init(p, z, n, rs, rc);
    for (int i = 0; i < n; i++) {
        struct morse m;

        assert(prior_element(p, z[i]) == i); /* no element twice */
        if (!morse_published(z[i], &m)) {
            prior_release(p);
            return err_set(err, ERR_RANGE,
                           "there are no published Morse parameters of %s: "
                           "fit some to its dimer (fit-morse)",
                           element_symbol(z[i]));
        }
        prior_set_pair(p, i, i, &m);
    }
    prior_mix(p);
    return 0;
}

bool morse_allowed(const struct morse *m)
{
    return m->d >= 0 && m->d <= MORSE_MAX_D && m->re >= MORSE_MIN_RE &&
           m->re <= MORSE_MAX_RE && m->a >= MORSE_MIN_A && m->a <= MORSE_MAX_A;
}

bool switch_allowed(double rs, double rc)
{
    return rs > 0 && rs <= rc && rc >= PRIOR_MIN_RC && rc <= PRIOR_MAX_RC;
}

void prior_put(const struct prior *p, struct bin *b)
{
    bin_put_u64(b, (uint64_t)p->nelement);
    if (p->nelement == 0)
        return;
    bin_put_real(b, p->rs);
    bin_put_real(b, p->rc);
    for (int i = 0; i < p->nelement; i++)
        bin_put_u32(b, (uint32_t)p->z[i]);
    for (int i = 0; i < p->nelement; i++)
        for (int j = i; j < p->nelement; j++) {
            const struct morse *m = &p->pair[i * p->nelement + j];

            bin_put_real(b, m->d);
            bin_put_real(b, m->re);
            bin_put_real(b, m->a);
        }
}

static void get_elements(struct prior *p, struct bin *b)
{
    for (int i = 0; i < p->nelement; i++) {
        uint32_t z = bin_get_u32(b);

        if (z < 1 || z > MAX_Z || prior_element(p, (int)z) >= 0) {
            b->bad = true;
            return;
        }
        p->z[i] = (int)z;
    }
}

static void get_pairs(struct prior *p, struct bin *b)
{
    for (int i = 0; i < p->nelement; i++)
        for (int j = i; j < p->nelement; j++) {
            struct morse m;

            m.d = bin_get_real(b);
            m.re = bin_get_real(b);
            m.a = bin_get_real(b);
            if (!morse_allowed(&m))
                b->bad = true;
            prior_set_pair(p, i, j, &m);
        }
}

void prior_get(struct prior *p, struct bin *b)
{
    static const int none[MAX_Z];
    int n = bin_get_count(b, MAX_Z, 4);
    double rs, rc;

    *p = (struct prior){0};
    if (n == 0)
        return;
    rs = bin_get_real(b);
    rc = bin_get_real(b);
    prior_init(p, none, n, rs, rc);
    if (!switch_allowed(p->rs, p->rc))
        b->bad = true;
    get_elements(p, b);
    get_pairs(p, b);
    if (b->bad)
        prior_release(p);
}
