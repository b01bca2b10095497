#include "site.h"

#include <stdlib.h>
#include <string.h>

#include "lanes.h"

void site_init(struct site *s, const struct sf_plan *p, int longest)
{
    int room = PADDED(longest) + LANES * p->most_slots;
    size_t most = (size_t)p->most, n = (size_t)room;
    double **arrays[] = {&s->d[0],    &s->d[1],    &s->d[2],    &s->s,
                         &s->inv,     &s->fc,      &s->dfc,     &s->p,
                         &s->dp,      &s->pair[0], &s->pair[1], &s->pair[2],
                         &s->pair[3], &s->pair[4], &s->pair[5], &s->pair[6],
                         &s->pair[7], &s->power};
    size_t count = sizeof arrays / sizeof *arrays;

    *s = (struct site){.room = room};
    s->memory =
        xcalloc((count + 4 * most) * n + LANES * (most + 1), sizeof(double));
    /* The first multiple of a vector in it. */
    uintptr_t size = LANES * sizeof(double);
    double *next = s->memory;
    next += (size - (uintptr_t)next % size) % size / sizeof *next;
    for (size_t i = 0; i < count; i++, next += n)
        *arrays[i] = next;
    for (int i = 0; i < 4; i++, next += most * n)
        s->a[i] = next;
    s->gsum = next;
    s->atom = xcalloc(n, sizeof *s->atom);
    s->at = xcalloc((size_t)longest, sizeof *s->at);
    s->run = xcalloc((size_t)longest, sizeof *s->run);
}

void site_release(struct site *s)
{
    free(s->memory);
    free(s->atom);
    free(s->at);
    free(s->run);
}

/* Sizes of the blocks; the entries of nb that are within rc and matter. */
static int count(struct site *s, const struct element_plan *p,
                 const struct atoms *a, const struct neighbors *nb, double rc,
                 int i)
{
    int n = 0;

    memset(s->n, 0, (size_t)p->nslot * sizeof *s->n);
    for (int e = nb->first[i]; e < nb->first[i + 1]; e++) {
        int slot = p->slot[a->z[nb->j[e]]];

        if (slot < 0 || nb->r[e] >= rc)
            continue;
        s->at[n++] = e;
        s->n[slot]++;
    }
    s->first[0] = 0;
    for (int b = 0; b < p->nslot; b++)
        s->first[b + 1] = s->first[b] + PADDED(s->n[b]);
    return n;
}

/* Lanes without a neighbor: finite, and of no weight since fc is 0. */
static void pad(struct site *s, int first, int end)
{
    for (int k = first; k < end; k++) {
        s->d[0][k] = s->d[1][k] = s->d[2][k] = 0;
        s->s[k] = s->inv[k] = 1;
    }
}

static void place(struct site *s, const struct neighbors *nb, int e, int k)
{
    for (int x = 0; x < 3; x++)
        s->d[x][k] = nb->d[e][x];
    s->s[k] = nb->r[e] * nb->r[e];
    s->inv[k] = 1 / nb->r[e];
}

/* Runs of lanes of one atom, in each block, and whose derivatives they are. */
static void find_runs(struct site *s, const struct element_plan *p,
                      const struct features *f, int i)
{
    int nrun = 0, end = f->dep[i + 1];

    for (int b = 0; b < p->nslot; b++) {
        int e = f->dep[i], last = -1;

        s->first_run[b] = nrun;
        for (int k = s->first[b]; k < s->first[b] + s->n[b]; k++) {
            int j = s->atom[k];

            if (j != last) {
                while (e < end && f->atom[e] < j) /* both ascend */
                    e++;
                s->run[nrun++] = (struct run){k, k, j == i ? -1 : f->block[e]};
                last = j;
            }
            s->run[nrun - 1].end = k + 1;
        }
    }
    s->first_run[p->nslot] = nrun;
    for (int e = f->dep[i]; e < end; e++)
        if (f->atom[e] == i)
            s->self = f->block[e];
}

void site_fill(struct site *s, const struct element_plan *p,
               const struct features *f, const struct atoms *a,
               const struct neighbors *nb, double rc, int i, bool derivatives)
{
    int n = count(s, p, a, nb, rc, i), next[MAX_Z];

    memcpy(next, s->first, (size_t)p->nslot * sizeof *next);
    for (int m = 0; m < n; m++) {
        int e = s->at[m], k = next[p->slot[a->z[nb->j[e]]]]++;

        place(s, nb, e, k);
        s->atom[k] = nb->j[e];
    }
    for (int b = 0; b < p->nslot; b++)
        pad(s, next[b], s->first[b + 1]);
    s->nsf = f->first[i + 1] - f->first[i];
    if (derivatives)
        find_runs(s, p, f, i);
}
