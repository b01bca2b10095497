#include <morsel/prior.h>
#include <morsel/units.h>

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "term.h"

/* Does not interact, whatever it is mixed with. */
static const struct morse inert = {.d = 0, .re = 1, .a = 1};

void prior_release(struct prior *p)
{
    for (int t = 0; t < p->nterm; t++)
        free(p->term[t].pair);
    free(p->z);
    *p = (struct prior){0};
}

int prior_element(const struct prior *p, int z)
{
    for (int i = 0; i < p->nelement; i++)
        if (p->z[i] == z)
            return i;
    return -1;
}

/* What follows from the parameters: the reach in angstrom, and that of ZBL. */
static struct prior_pair make_pair(const struct prior_term *term, int z1,
                                   int z2, const struct morse *m)
{
    double unit = 1;

    if (term->reach.relative)
        unit = term->kind == TERM_WALL
                   ? m->re
                   : element_radius(z1) + element_radius(z2);
    return (struct prior_pair){
        .m = *m,
        .rs = unit * term->reach.rs,
        .rc = unit * term->reach.rc,
        .zz = z1 * z2 * EV_PER_HARTREE * ANGSTROM_PER_BOHR,
        .l = 0.46850 / (pow(z1, 0.23) + pow(z2, 0.23)),
    };
}

void prior_set_pair(struct prior *p, int term, int i, int j,
                    const struct morse *m)
{
    struct prior_term *t = &p->term[term];
    struct prior_pair q = make_pair(t, p->z[i], p->z[j], m);

    t->pair[i * p->nelement + j] = q;
    t->pair[j * p->nelement + i] = q;
    p->rc = fmax(p->rc, q.rc);
}

static void alloc_pairs(struct prior *p, int term)
{
    int n = p->nelement;

    p->term[term].pair = xcalloc((size_t)n * (size_t)n, sizeof *p->term->pair);
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++)
            prior_set_pair(p, term, i, j, &inert);
}

void prior_init(struct prior *p, enum term_kind kind, const struct reach *reach,
                const int *z, int n)
{
    *p = (struct prior){.nelement = n, .nterm = 1};
    p->z = xcalloc((size_t)n, sizeof *p->z);
    for (int i = 0; i < n; i++) {
        assert(prior_element(p, z[i]) < 0); /* no element twice */
        p->z[i] = z[i];
    }
    p->term[0] = (struct prior_term){.kind = kind, .reach = *reach};
    alloc_pairs(p, 0);
}

/* Sums ----------------------------------------------------------------------- */

/* The pair (i, j) of term t of from; an element that it lacks is inert. */
static struct morse find_pair(const struct prior *from, int t, int z1, int z2)
{
    int i = prior_element(from, z1), j = prior_element(from, z2);

    if (i >= 0 && j >= 0)
        return from->term[t].pair[i * from->nelement + j].m;
    if (z1 == z2)
        return inert;

    struct morse a = find_pair(from, t, z1, z1), b = find_pair(from, t, z2, z2);

    return morse_mix(&a, &b, MIX_MEAN);
}

/* Copy the terms of from behind those of to, which knows more elements. */
static void append_terms(struct prior *to, const struct prior *from)
{
    for (int t = 0; t < from->nterm; t++) {
        int k = to->nterm++;

        to->term[k] = (struct prior_term){.kind = from->term[t].kind,
                                          .reach = from->term[t].reach};
        alloc_pairs(to, k);
        for (int i = 0; i < to->nelement; i++)
            for (int j = 0; j <= i; j++) {
                struct morse m = find_pair(from, t, to->z[i], to->z[j]);

                prior_set_pair(to, k, i, j, &m);
            }
    }
}

int prior_add(struct prior *p, struct prior *q, struct err *err)
{
    struct prior sum = {.nelement = p->nelement};
    int nterm = p->nterm + q->nterm;

    sum.z = xcalloc((size_t)p->nelement + q->nelement, sizeof *sum.z);
    for (int i = 0; i < p->nelement; i++)
        sum.z[i] = p->z[i];
    for (int i = 0; i < q->nelement; i++)
        if (prior_element(p, q->z[i]) < 0)
            sum.z[sum.nelement++] = q->z[i];
    if (nterm <= PRIOR_MAX_TERMS) {
        append_terms(&sum, p);
        append_terms(&sum, q);
    } else
        prior_release(&sum);
    prior_release(p);
    prior_release(q);
    *p = sum;
    return nterm <= PRIOR_MAX_TERMS
               ? 0
               : err_set(err, ERR_RANGE,
                         "a prior is a sum of at most %d terms, not %d",
                         PRIOR_MAX_TERMS, nterm);
}

/* Limits --------------------------------------------------------------------- */

bool morse_allowed(const struct morse *m)
{
    return m->d >= 0 && m->d <= MORSE_MAX_D && m->re >= MORSE_MIN_RE &&
           m->re <= MORSE_MAX_RE && m->a >= MORSE_MIN_A && m->a <= MORSE_MAX_A;
}

bool reach_allowed(enum term_kind kind, const struct reach *reach)
{
    double max = reach->relative ? PRIOR_MAX_FACTOR : PRIOR_MAX_RC;

    if (kind == TERM_WALL)
        max = 1;
    return reach->rs > 0 && reach->rs <= reach->rc &&
           reach->rc >= PRIOR_MIN_RC && reach->rc <= max &&
           (kind != TERM_WALL || reach->relative);
}
