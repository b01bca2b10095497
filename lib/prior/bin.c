#include <morsel/prior.h>

#include "term.h"

static void put_term(const struct prior *p, const struct prior_term *t,
                     struct bin *b)
{
    int n = p->nelement;

    bin_put_u32(b, t->kind);
    bin_put_u32(b, t->reach.relative);
    bin_put_real(b, t->reach.rs);
    bin_put_real(b, t->reach.rc);
    for (int i = 0; i < n && t->kind != TERM_ZBL; i++)
        for (int j = i; j < n; j++) {
            const struct morse *m = &t->pair[i * n + j].m;

            bin_put_real(b, m->d);
            bin_put_real(b, m->re);
            bin_put_real(b, m->a);
        }
}

void prior_put(const struct prior *p, struct bin *b)
{
    bin_put_u64(b, (uint64_t)p->nelement);
    if (p->nelement == 0)
        return;
    for (int i = 0; i < p->nelement; i++)
        bin_put_u32(b, (uint32_t)p->z[i]);
    bin_put_u64(b, (uint64_t)p->nterm);
    for (int t = 0; t < p->nterm; t++)
        put_term(p, &p->term[t], b);
}

/* Distinct elements z[n], or b->bad. */
static void get_elements(int *z, int n, struct bin *b)
{
    bool seen[MAX_Z + 1] = {false};

    for (int i = 0; i < n; i++) {
        uint32_t x = bin_get_u32(b);

        if (x < 1 || x > MAX_Z || seen[x]) {
            b->bad = true;
            return;
        }
        seen[x] = true;
        z[i] = (int)x;
    }
}

static void get_pairs(struct prior *p, struct bin *b)
{
    for (int i = 0; i < p->nelement && p->term[0].kind != TERM_ZBL; i++)
        for (int j = i; j < p->nelement; j++) {
            struct morse m;

            m.d = bin_get_real(b);
            m.re = bin_get_real(b);
            m.a = bin_get_real(b);
            if (morse_allowed(&m))
                prior_set_pair(p, 0, i, j, &m);
            else
                b->bad = true;
        }
}

/* One more term for the n elements z. */
static void get_term(struct prior *p, const int *z, int n, struct bin *b)
{
    uint32_t kind = bin_get_u32(b), relative = bin_get_u32(b);
    struct reach reach = {.relative = relative != 0};
    struct prior term;
    struct err err;

    reach.rs = bin_get_real(b);
    reach.rc = bin_get_real(b);
    if (b->bad || kind > TERM_ZBL || relative > 1 ||
        !reach_allowed((enum term_kind)kind, &reach)) {
        b->bad = true;
        return;
    }
    prior_init(&term, (enum term_kind)kind, &reach, z, n);
    get_pairs(&term, b);
    if (prior_add(p, &term, &err) < 0)
        b->bad = true;
}

void prior_get(struct prior *p, struct bin *b)
{
    int n = bin_get_count(b, MAX_Z, 4), z[MAX_Z] = {0}, nterm;

    *p = (struct prior){0};
    if (n == 0)
        return;
    get_elements(z, n, b);
    nterm = bin_get_count(b, PRIOR_MAX_TERMS, 24);
    if (nterm == 0)
        b->bad = true;
    for (int t = 0; t < nterm && !b->bad; t++)
        get_term(p, z, n, b);
    if (b->bad)
        prior_release(p);
}
