#include "gth.h"

#include <stdlib.h>
#include <string.h>

#include <morsel/atoms.h>

/*
 * The built-in potentials are text of the format of gth_next(), in which the
 * first entry of an element and functional is the one of most use.
 */
static int table_open(struct text *t, struct err *err)
{
    *t = (struct text){.name = "the built-in table"};
    t->f = fmemopen((void *)gth_potentials, gth_potentials_size, "r");
    if (!t->f)
        return err_errno(err, "cannot read the built-in table");
    return gth_open(t, err);
}

/* Note what there is: "PBE q11, PBE q19, LDA q11". */
static void add_offer(char *list, size_t size, const struct gth *g)
{
    size_t n = strlen(list);

    snprintf(list + n, size - n, "%s%s q%d", n ? ", " : "", g->functional,
             g->zion);
}

static int none(int z, const char *functional, int q, const char *list,
                struct err *err)
{
    char electrons[32] = "";

    if (q)
        snprintf(electrons, sizeof electrons, " with %d electrons", q);
    if (!*list)
        return err_set(err, ERR_RANGE, "no built-in potential for %s",
                       element_symbol(z));
    return err_set(err, ERR_RANGE,
                   "no built-in potential for %s in %s%s; there is %s",
                   element_symbol(z), functional, electrons, list);
}

/*
 * The first entry of ours that fits: one made for this very functional rather
 * than one that only fits it.  1 if there is one.
 */
static int choose(struct gth *best, int z, const char *functional, int q,
                  char *list, size_t size, struct err *err)
{
    char name[32];
    struct text t;
    struct gth g;
    int rank = 0, ret = table_open(&t, err);

    pseudo_functional(functional, name);
    while (ret >= 0 && (ret = gth_next(&g, &t, err)) > 0) {
        struct pseudo p = {.z = g.z};
        struct err unfit;
        int r;

        if (g.z != z)
            continue;
        add_offer(list, size, &g);
        snprintf(p.functional, sizeof p.functional, "%s", g.functional);
        if ((q && g.zion != q) || pseudo_fits(&p, name, &unfit) < 0)
            continue;
        r = strcmp(g.functional, name) == 0 ? 2 : 1;
        if (r > rank)
            *best = g;
        rank = r > rank ? r : rank;
    }
    text_close(&t);
    return ret < 0 ? ret : rank > 0;
}

static uint64_t hash_numbers(const struct gth *g, uint64_t hash)
{
    hash = hash_bytes(hash, &g->rloc, sizeof g->rloc);
    hash = hash_bytes(hash, g->c, sizeof g->c);
    for (int l = 0; l <= PSEUDO_MAX_L; l++) {
        const struct gth_channel *s = &g->channel[l];

        hash = hash_bytes(hash, &s->a, sizeof s->a);
        hash = hash_bytes(hash, s->h, sizeof s->h);
    }
    return hash;
}

int pseudo_builtin(struct pseudo *p, int z, const char *functional, int q,
                   struct err *err)
{
    char list[256] = "";
    struct gth g;
    int ret = choose(&g, z, functional, q, list, sizeof list, err);

    *p = (struct pseudo){0};
    if (ret < 0)
        return ret;
    if (ret == 0)
        return none(z, functional, q, list, err);
    snprintf(p->source, sizeof p->source, "%s GTH-%s-q%d", element_symbol(z),
             g.functional, g.zion);
    p->hash = hash_numbers(&g, hash_text(HASH_START, p->source));
    return gth_make(p, &g, err);
}
