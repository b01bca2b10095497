#include <morsel/descriptor.h>

#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "site.h"

/* Features of a frame as part of a binary file: morsel-features(5). */

/* Bytes of a block of derivatives of n features. */
static size_t block_size(int n)
{
    return 4 + 3 * (size_t)n * 8;
}

size_t features_size(const struct features *f, enum derivatives which)
{
    size_t ng = (size_t)f->first[f->natoms];
    size_t size = 8 * ng + (which == DERIVE_STRAIN ? 48 * ng : 0);

    for (int i = 0; which != DERIVE_NOTHING && i < f->natoms; i++)
        size += 8 + (size_t)(f->dep[i + 1] - f->dep[i]) *
                        block_size(f->first[i + 1] - f->first[i]);
    return size;
}

void features_put(const struct features *f, enum derivatives which,
                  struct bin *b)
{
    size_t ng = (size_t)f->first[f->natoms];

    bin_put_reals(b, f->g, ng);
    for (int i = 0; which != DERIVE_NOTHING && i < f->natoms; i++) {
        int n = f->first[i + 1] - f->first[i];

        bin_put_u64(b, (uint64_t)(f->dep[i + 1] - f->dep[i]));
        for (int e = f->dep[i]; e < f->dep[i + 1]; e++) {
            bin_put_u32(b, (uint32_t)f->atom[e]);
            bin_put_reals(b, f->dg + f->block[e], 3 * (size_t)n);
        }
    }
    if (which == DERIVE_STRAIN)
        bin_put_reals(b, f->strain, 6 * ng);
}

static void get_finite(struct bin *b, double *x, size_t n)
{
    bin_get_reals(b, x, n);
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i]))
            b->bad = true;
}

/* Would the features of a fit into what is left of b? */
static bool they_fit(const struct descriptor *d, const struct atoms *a,
                     const struct bin *b)
{
    size_t n = 0;

    for (int i = 0; i < a->natoms; i++) {
        int e = descriptor_element(d, a->z[i]);

        n += e < 0 ? 0 : (size_t)d->nsf[e];
    }
    return n <= (b->size - b->at) / 8;
}

/*
 * Go over all blocks, and leave b behind them: sets f->dep, and returns how
 * many derivatives there are.
 */
static size_t count_blocks(struct features *f, struct bin *b)
{
    size_t n = 0;

    f->dep[0] = 0;
    for (int i = 0; i < f->natoms; i++) {
        int nsf = f->first[i + 1] - f->first[i];
        int blocks = bin_get_count(b, f->natoms, block_size(nsf));

        if (blocks > INT_MAX - f->dep[i])
            b->bad = true;
        if (b->bad)
            return 0;
        b->at += (size_t)blocks * block_size(nsf);
        f->dep[i + 1] = f->dep[i] + blocks;
        n += 3 * (size_t)blocks * (size_t)nsf;
    }
    if (n > INT_MAX)
        b->bad = true;
    return n;
}

/* The blocks of atom i, in ascending order, its own among them. */
static void get_blocks(struct features *f, int i, int *at, struct bin *b)
{
    int n = 3 * (f->first[i + 1] - f->first[i]), last = -1;
    bool self = false;

    bin_get_u64(b);
    for (int e = f->dep[i]; e < f->dep[i + 1]; e++) {
        uint32_t j = bin_get_u32(b);

        if (j >= (uint32_t)f->natoms || (int)j <= last) {
            b->bad = true;
            return;
        }
        f->atom[e] = last = (int)j;
        f->block[e] = *at;
        self = self || last == i;
        get_finite(b, f->dg + *at, (size_t)n);
        *at += n;
    }
    if (!self)
        b->bad = true;
}

static void get_derivatives(struct features *f, struct bin *b)
{
    size_t begin = b->at, n = count_blocks(f, b);
    int at = 0;

    if (b->bad)
        return;
    if (f->dep[f->natoms] > f->room_dep) {
        f->room_dep = f->dep[f->natoms];
        f->atom = xrealloc(f->atom, (size_t)f->room_dep, sizeof *f->atom);
        f->block = xrealloc(f->block, (size_t)f->room_dep, sizeof *f->block);
    }
    if (n > (size_t)f->room_dg) {
        f->room_dg = (int)n;
        f->dg = xrealloc(f->dg, n, sizeof *f->dg);
    }
    b->at = begin;
    for (int i = 0; i < f->natoms && !b->bad; i++)
        get_blocks(f, i, &at, b);
}

void features_get(struct features *f, const struct descriptor *d,
                  const struct atoms *a, enum derivatives which, struct bin *b)
{
    struct err ignored;

    if (!they_fit(d, a, b) || lay_out_features(f, d, a, &ignored) < 0) {
        b->bad = true;
        return;
    }
    get_finite(b, f->g, (size_t)f->first[a->natoms]);
    if (which != DERIVE_NOTHING)
        get_derivatives(f, b);
    if (which != DERIVE_STRAIN || b->bad)
        return;
    if (6 * (size_t)f->first[a->natoms] > (b->size - b->at) / 8 ||
        lay_out_strain(f, &ignored) < 0)
        b->bad = true;
    else
        get_finite(b, f->strain, 6 * (size_t)f->first[a->natoms]);
}
